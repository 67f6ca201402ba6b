package feed

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/apache/arrow/go/v15/arrow"
	"github.com/apache/arrow/go/v15/arrow/array"
)

// A spot is where a row is from.
type spot struct {
	part
	offset int64
}

// spots are the rows that pieces must have, by the histories alone.
func spots(hs []*history, pieces []piece) (all []spot) {
	for i := range pieces {
		p := &pieces[i]
		for o := p.from; o < p.to; o++ {
			if hs[p.id].at(o).row() {
				all = append(all, spot{p.part, o})
			}
		}
	}
	return all
}

// owner gives the row, of rows, that a failed offset goes with: the next row in its partition; behind the last row of an entry of the log, that one.
func (h *history) owner(rows []spot, o int64) int {
	i, _ := slices.BinarySearch(h.ends, o+1)
	start := h.base
	if i > 0 {
		start = h.ends[i-1]
	}
	before, after := -1, -1
	for row, s := range rows {
		switch {
		case s.part != h.part:
		case s.offset < o:
			before = row
		case after < 0:
			after = row
		}
	}
	if h.counts(o, h.ends[i], fate.row) == 0 && h.counts(start, o, fate.row) > 0 {
		return before
	}
	return after
}

// Dealt to any number of chips, each has its run of the rows, and the failed offsets that lie in its range of offsets: reckoned here from the offsets.
func TestFailedOffsetsGoToTheirChips(t *testing.T) {
	for seed := range uint64(150) {
		r := rand.New(rand.NewPCG(seed, 13))
		hs, pieces := randomPieces(t, r)
		var counts []int
		for left := rowsOf(pieces); left > 0; {
			n := min(left, 1+r.IntN(1<<r.IntN(8)))
			counts, left = append(counts, n), left-n
		}
		for _, batch := range cutRows(pieces, counts) {
			rows := spots(hs, batch)
			b := &Batch{pieces: batch, columns: array.NewRecord(arrow.NewSchema(nil, nil), nil, int64(len(rows)))}
			for range 4 {
				n := 1 + r.IntN(20)
				wantDealt(t, hs, b, rows, n, fmt.Sprintf("seed %d, %d rows to %d chips", seed, len(rows), n))
			}
		}
	}
}

func wantDealt(t *testing.T, hs []*history, b *Batch, rows []spot, n int, why string) {
	t.Helper()
	var dealt, failures []int64
	b.Deal(n, func(chip int, records, errors int64) {
		if chip != len(dealt) {
			t.Fatalf("%s: chip %d comes after %d others", why, chip, len(dealt))
		}
		dealt, failures = append(dealt, records), append(failures, errors)
	})
	var chips []int // by row
	for chip, k := range dealt {
		for range k {
			chips = append(chips, chip)
		}
	}
	if len(dealt) != n || len(chips) != len(rows) || slices.Max(dealt)-slices.Min(dealt) > 1 {
		t.Fatalf("%s: dealt are %v", why, dealt)
	}
	want := make([]int64, n)
	for i := range b.pieces {
		p := &b.pieces[i]
		for o := p.from; o < p.to; o++ {
			if h := hs[p.id]; h.at(o) == failed {
				want[chips[h.owner(rows, o)]]++
			}
		}
	}
	if !slices.Equal(failures, want) {
		t.Fatalf("%s: failed are %v, want %v", why, failures, want)
	}
}

// bareFeed is a feed without Kafka: all its rows are in the cache, which a second feed keeps from forgetting.
func bareFeed(t testing.TB, m *Memory, columns ...string) *Feed {
	t.Helper()
	p, err := newPick(numberSchema(), columns)
	if err != nil {
		t.Fatal(err)
	}
	f, idle := &Feed{schema: p.schema, picks: map[string]*pick{"t": p}}, &Feed{}
	if f.table, err = newTable(p.schema); err != nil {
		t.Fatal(err)
	}
	f.host = &Host{cfg: Config{Memory: m.Limit()}, cache: newCache(m, func(string) []*Feed { return []*Feed{f, idle} })}
	return f
}

// stock puts the records of h that passed into the cache, in chunks of random sizes.
func (h *history) stock(r *rand.Rand, t testing.TB, c *cache) {
	t.Helper()
	g := newNumbers(t, h.part, h.base)
	for from := h.base; from < h.end(); {
		to := min(h.end(), from+1+r.Int64N(1<<r.IntN(10)))
		for o := from; o < to; o++ {
			if f := h.at(o); f.row() || f.left() {
				g.add(numbers(o, o+1), []int32{0}, []int64{o}, 1000+o)
			}
		}
		if k := g.chunk(to, c.mem.Block); k != nil {
			c.put(k)
		}
		from = to
	}
}

// sliceable says whether rows lie one behind the other in one chunk, and of when the oldest record of all their chunks is.
func sliceable(c *cache, rows []spot) (one bool, oldest int64) {
	var last *chunk
	var have []int64 // the offsets of last's rows
	one, oldest = true, math.MaxInt64
	for i, s := range rows {
		k := c.get(s.part, s.offset)
		defer k.release()
		if k != last {
			one = one && i == 0
			last, have, oldest = k, ns(k.columns), min(oldest, k.oldest)
		}
		row, _ := slices.BinarySearch(have, s.offset)
		one = one && (i == 0 || row > 0 && have[row-1] == rows[i-1].offset)
	}
	return one, oldest
}

// Whatever lies in whatever chunks: a batch has its rows, as they were judged, in the feed's columns; copied only where they do not lie together.
func TestABatchHasItsRows(t *testing.T) {
	shared, copied := 0, 0
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 14))
		m := NewMemory(64 << 20)
		f := bareFeed(t, m, "/ok", "/n")
		hs, pieces := randomPieces(t, r)
		for _, h := range hs {
			h.stock(r, t, f.host.cache)
		}
		stored := m.Used()
		var counts []int
		for left := rowsOf(pieces); left > 0; {
			n := min(left, 1+r.IntN(1<<r.IntN(8)))
			counts, left = append(counts, n), left-n
		}
		for _, pieces := range cutRows(pieces, counts) {
			rows := spots(hs, pieces)
			before := m.Used()
			b, err := f.makeBatch(t.Context(), pieces)
			if err != nil {
				t.Fatal(err)
			}
			one, oldest := sliceable(f.host.cache, rows)
			if got := m.Used() - before; one != (got == 0) || !one && got != b.bytes || b.bytes <= 0 {
				t.Fatalf("seed %d: a batch of %d rows, together %v, took %d bytes, and says %d", seed, len(rows), one, got, b.bytes)
			}
			if one {
				shared++
			} else {
				copied++
			}
			wantRows(t, b, rows)
			if b.oldest != oldest {
				t.Fatalf("the oldest record is of %d, and the batch says %d", oldest, b.oldest)
			}
			f.bytes += b.bytes
			b.Release()
			b.Release()
			if m.Used() != before || f.bytes != 0 {
				t.Fatalf("after its release %d bytes are used, %d before; the feed's are %d", m.Used(), before, f.bytes)
			}
		}
		if m.Used() != stored {
			t.Fatalf("%d bytes are used, want the cache's %d", m.Used(), stored)
		}
		f.drop()
		if f.host.cache.clear(); m.Used() != 0 {
			t.Fatalf("%d bytes did not come back", m.Used())
		}
	}
	if shared < 20 || copied < 20 {
		t.Errorf("%d batches were shared and %d copied: too few to tell", shared, copied)
	}
}

func wantRows(t *testing.T, b *Batch, rows []spot) {
	t.Helper()
	if b.Rows() != len(rows) || describe(b.Columns().Schema().Fields()) != "ok n" {
		t.Fatalf("%d rows, want %d; of %v", b.Rows(), len(rows), b.Columns().Schema())
	}
	values, oks := ns(b.Columns()), b.Columns().Column(0).(*array.Boolean)
	for i, s := range rows {
		if values[i] != s.offset || oks.Value(i) != (s.offset%3 == 0) || oks.IsNull(i) {
			t.Fatalf("row %d is of offset %d, %v; want %d", i, values[i], oks.Value(i), s.offset)
		}
	}
}

// A batch outlives the chunk that it is a slice of: the memory comes back with the last of them.
func TestABatchHoldsItsChunk(t *testing.T) {
	m := NewMemory(1 << 20)
	f := bareFeed(t, m)
	f.host.cache.put(newChunk(t, m, part{"t", 0}, 0, 100))
	var batches []*Batch
	for _, p := range cutRows(plainPieces(part{"t", 0}, 0, 100), []int{50, 50}) {
		b, err := f.makeBatch(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		batches = append(batches, b)
	}
	for other := range f.host.cache.parts[part{"t", 0}].readers {
		f.host.cache.passed(other, part{"t", 0}, 100, time.Now())
	}
	if f.host.cache.size() != 0 || m.Used() == 0 {
		t.Fatalf("%d bytes are in the cache, %d used", f.host.cache.size(), m.Used())
	}
	batches[0].Release()
	if got := ns(batches[1].Columns()); got[0] != 50 || got[49] != 99 || m.Used() == 0 {
		t.Fatalf("the second batch: %v", got)
	}
	if batches[1].Release(); m.Used() != 0 {
		t.Errorf("%d bytes did not come back", m.Used())
	}
}
