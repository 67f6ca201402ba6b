package quality

import (
	"math/rand/v2"
	"strconv"
	"testing"
)

// TestSeen compares the memory with a plain list of the last keys.
func TestSeen(t *testing.T) {
	for _, limit := range []int{1, 2, 3, 7, 64, 100, 1000} {
		for _, keys := range []int{2, limit, 3 * limit} {
			r := rand.New(rand.NewPCG(uint64(limit), uint64(keys)))
			s := newSeen(limit)
			last := map[string]int{} // the record that a key appeared in last
			for i := range 20 * limit {
				if r.IntN(10) == 0 {
					s.skip()
					continue
				}
				key := strconv.Itoa(r.IntN(keys))
				at, known := last[key]
				want := known && i-at <= limit
				if got := s.add([]byte(key)); got != want {
					t.Fatalf("within %d, record %d, key %s last seen at %d: %v, want %v", limit, i, key, at, got, want)
				}
				last[key] = i
			}
			if len(s.ring) != limit || len(s.table) > max(64, 4*limit) {
				t.Errorf("within %d: it takes %d and %d places", limit, len(s.ring), len(s.table))
			}
			live := 0
			for _, at := range s.table {
				if at != 0 {
					live++
				}
			}
			if live > limit {
				t.Errorf("within %d: %d keys are remembered", limit, live)
			}
		}
	}
}

// TestSeenCrowded gives many keys one home in the table, where forgetting one must not lose the others.
func TestSeenCrowded(t *testing.T) {
	s := newSeen(8)
	known := func(h hash128) bool { return len(s.table) > 0 && s.table[s.find(h)] != 0 }
	for i := range uint64(1000) {
		h := hash128{a: i*2 + 1, b: i % 3 * 63}
		if known(h) {
			t.Fatalf("%v is known before it came", h)
		}
		s.push(h)
		for back := range min(i+1, 8) {
			k := i - back
			if old := (hash128{a: k*2 + 1, b: k % 3 * 63}); !known(old) {
				t.Fatalf("after %d keys, the one %d before the last is forgotten", i+1, back)
			}
		}
		if i >= 8 {
			k := i - 8
			if known(hash128{a: k*2 + 1, b: k % 3 * 63}) {
				t.Fatalf("after %d keys, the one that has left is still known", i+1)
			}
		}
	}
}
