package feed

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// Against the durations themselves, sorted: never less, and at most an eighth more; to a nanosecond where they are short.
func TestQuantilesAreWithinAnEighth(t *testing.T) {
	for seed := range uint64(100) {
		r := rand.New(rand.NewPCG(seed, 15))
		var q quantiles
		var all []time.Duration
		for range 1 + r.IntN(3000) {
			d := time.Duration(r.Int64N(1 << (1 + r.IntN(45))))
			q.add(d)
			all = append(all, d)
		}
		slices.Sort(all)
		for _, p := range []float64{0.001, 0.1, 0.5, 0.9, 0.99, 1} {
			want := all[int(math.Ceil(p*float64(len(all))))-1]
			if got := q.at(p); got < want || got > want+want/8+1 {
				t.Fatalf("seed %d: of %d durations %v is %d, want %d", seed, len(all), p, got, want)
			}
		}
	}
}

func TestBucketsAreSideBySide(t *testing.T) {
	last := len(quantiles{}.counts) - 1
	if b := bucket(math.MaxInt64); b > last {
		t.Fatalf("the longest duration has no bucket: %d of %d", b, last)
	}
	for i := range bucket(1 << 62) {
		if bucket(upper(i)-1) != i || bucket(upper(i)) != i+1 {
			t.Fatalf("bucket %d ends at %d, which is in %d, and before it in %d", i, upper(i), bucket(upper(i)), bucket(upper(i)-1))
		}
	}
}

func TestQuantilesOfNothing(t *testing.T) {
	var q quantiles
	if q.at(0.5) != 0 {
		t.Error("nothing took a while")
	}
	q.add(-time.Second) // a clock that was set back
	if got := q.at(0.5); q.counts[0] != 1 || got > 1 {
		t.Errorf("a negative duration counts as %v, and not as 0", got)
	}
}
