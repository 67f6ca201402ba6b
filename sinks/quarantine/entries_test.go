package quarantine

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"
)

// all gives the shelf's entries and checks what a shelf promises of itself.
func (s *shelf) all(t *testing.T) []entry {
	t.Helper()
	var es []entry
	for _, c := range s.chunks {
		if len(c.entries) == 0 || len(c.entries) > chunkSize {
			t.Fatalf("a chunk of %d entries", len(c.entries))
		}
		first := slices.MinFunc(c.entries, func(a, b entry) int { return cmp.Compare(a.at, b.at) })
		last := slices.MaxFunc(c.entries, func(a, b entry) int { return cmp.Compare(a.time, b.time) })
		if c.minAt != first.at || c.newest != last.time {
			t.Fatalf("a chunk says %d, %d and has %d, %d", c.minAt, c.newest, first.at, last.time)
		}
		es = append(es, c.entries...)
	}
	if !slices.IsSortedFunc(es, func(a, b entry) int { return cmp.Compare(a.source, b.source) }) {
		t.Fatal("not sorted")
	}
	return es
}

// A shelf is a map by source offset, whatever the order in which records come: in order, again, between, expired.
func TestShelfAgainstAMap(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	s, want := newShelf(), map[int64]entry{}
	var at, next, logStart int64
	for range 30_000 {
		source := next
		switch r.IntN(10) {
		case 0:
			source = r.Int64N(next + 1)
		case 1:
			next += r.Int64N(20)
			source = next
		}
		next = max(next, source+1)
		e := entry{source: source, at: at, time: at / 7, covers: 1, class: uint32(source % 5)}
		at++
		old, replaced := s.put(e)
		before, was := want[source]
		if replaced != was || old != before {
			t.Fatalf("put %d: replaced %t %+v, want %t %+v", source, replaced, old, was, before)
		}
		want[source] = e
		if r.IntN(3000) == 0 {
			logStart += r.Int64N(at - logStart)
			s.expire(logStart, func(e entry) {
				if want[e.source] != e {
					t.Fatalf("expired %+v, which is not there", e)
				}
				delete(want, e.source)
			}, nil)
		}
	}
	es := s.all(t)
	if len(es) != len(want) || len(es) < 1000 {
		t.Fatalf("%d entries, want %d", len(es), len(want))
	}
	for _, e := range es {
		if got, ok := s.get(e.source); want[e.source] != e || !ok || got != e {
			t.Fatalf("entry %d", e.source)
		}
		if e.at < logStart {
			t.Fatalf("entry %d should have expired", e.source)
		}
	}
	if _, ok := s.get(next); ok {
		t.Error("found what is not there")
	}
}

// Dropping keeps the counts until Kafka has let go of what they count, in a bounded number of summaries.
func TestShelfDropsKeepCounts(t *testing.T) {
	s := newShelf()
	const n = 200 * chunkSize
	for i := range int64(n) {
		s.put(entry{source: i, at: i, covers: 2, class: uint32(i % 3)})
	}
	gone := 0
	for len(s.chunks) > 10 {
		s.drop(func(entry) { gone++ })
	}
	if gone != n-10*chunkSize || s.dropped != int64(gone)-1 || len(s.summaries) > maxSummaries {
		t.Fatalf("%d gone, dropped to %d, %d summaries", gone, s.dropped, len(s.summaries))
	}
	var counted int64
	for _, m := range s.summaries {
		for _, n := range m.counts {
			counted += n
		}
	}
	if counted != int64(gone)*2 {
		t.Fatalf("%d counted, want %d", counted, gone*2)
	}
	half := int64(gone) / 2
	var forgotten, early int64
	s.expire(half, func(entry) { early++ }, func(_ uint32, n int64) { forgotten += n })
	if early != 0 || forgotten > half*2 || forgotten < half {
		t.Errorf("half expired: %d entries gone, %d of %d forgotten", early, forgotten, half*2)
	}
	s.expire(int64(gone), func(entry) { early++ }, func(_ uint32, n int64) { forgotten += n })
	if early != 0 || forgotten != counted || len(s.summaries) != 0 {
		t.Errorf("all expired: %d entries gone, %d of %d forgotten", early, forgotten, counted)
	}
	s.all(t)
}
