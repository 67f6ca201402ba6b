package quality

import (
	"math/rand/v2"
	"testing"
)

// TestWindowsCountOnce: whatever the times, each record counts into one window, and each window that has ended into one
// report.
func TestWindowsCountOnce(t *testing.T) {
	for _, size := range []windowSize{{size: 10, byTime: true}, {size: 1, byTime: true}, {size: 7}, {size: 1}} {
		for seed := range uint64(20) {
			r := rand.New(rand.NewPCG(seed, 9))
			w := newWindows(size)
			const records = 500
			var counted int64
			take := func(ended window) {
				counted += ended.records
				if ended.records < 0 || ended.nulls > ended.records {
					t.Fatalf("%+v", ended)
				}
			}
			offset, now := int64(0), int64(-200)
			for range records {
				offset += 1 + r.Int64N(3)
				now += r.Int64N(4)
				cur, ended := w.at(offset, now+r.Int64N(50)-25)
				take(ended)
				cur.records++
				take(w.filled(cur, offset))
				if w.n > w.keep {
					t.Fatalf("%d windows are open", w.n)
				}
			}
			for w.n > 0 {
				take(w.endOldest())
			}
			if counted != records {
				t.Errorf("%+v: %d records were counted, of %d", size, counted, records)
			}
		}
	}
}

func TestFloorDiv(t *testing.T) {
	for _, c := range [][3]int64{{0, 10, 0}, {9, 10, 0}, {10, 10, 1}, {-1, 10, -1}, {-10, 10, -1}, {-11, 10, -2}} {
		if got := floorDiv(c[0], c[1]); got != c[2] {
			t.Errorf("%d by %d: %d, want %d", c[0], c[1], got, c[2])
		}
	}
}
