package feed

import (
	"math"
	"math/bits"
	"time"
)

// quantiles count durations, in buckets of which each is at most an eighth wider than its lower end. It is guarded by its owner's lock.
type quantiles struct {
	counts [64 * 8]int64
	n      int64
}

func (q *quantiles) add(d time.Duration) {
	q.counts[bucket(uint64(max(0, d)))]++
	q.n++
}

// bucket is exact below 8 ns; from there on each power of two has eight.
func bucket(v uint64) int {
	if v < 8 {
		return int(v)
	}
	e := bits.Len64(v) - 4 // so that v>>e has four bits
	return (e+1)*8 + int(v>>e) - 8
}

// upper is the least value above a bucket.
func upper(i int) uint64 {
	if i < 8 {
		return uint64(i) + 1
	}
	return uint64(i%8+9) << (i/8 - 1)
}

// at is the duration that a share p of what was counted does not exceed, to within a bucket; 0 of nothing.
func (q *quantiles) at(p float64) time.Duration {
	if q.n == 0 {
		return 0
	}
	left := int64(math.Ceil(p * float64(q.n)))
	for i, c := range q.counts {
		if left -= c; left <= 0 {
			return time.Duration(upper(i))
		}
	}
	return 0
}
