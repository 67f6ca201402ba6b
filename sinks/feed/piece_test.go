package feed

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/winnow-data/winnow/pipeline/verdicts"
)

// randomPieces takes all that two partitions have, by turns.
func randomPieces(t *testing.T, r *rand.Rand) (hs []*history, pieces []piece) {
	t.Helper()
	var queues [][]piece
	for i := range 2 {
		h := newHistory(t, r, part{"t", i}, 1+r.IntN(20))
		hs = append(hs, h)
		queues = append(queues, drain(t, r, h, h.follow(0), 0))
	}
	for len(queues[0])+len(queues[1]) > 0 {
		q := &queues[r.IntN(2)]
		n := min(len(*q), 1+r.IntN(3))
		pieces, *q = append(pieces, (*q)[:n]...), (*q)[n:]
	}
	return hs, pieces
}

func rowsOf(pieces []piece) (n int) {
	for i := range pieces {
		n += pieces[i].count
	}
	return n
}

// byPart gives the pieces of a partition, in order.
func byPart(pieces []piece, p part) (out []piece) {
	for _, k := range pieces {
		if k.part == p {
			out = append(out, k)
		}
	}
	return out
}

// Cut into batches of any size, every batch has its rows to the number, and together they are what was cut: nothing is lost, doubled or moved.
func TestRowsAreCutToTheNumber(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 11))
		hs, pieces := randomPieces(t, r)
		var counts []int
		for left := rowsOf(pieces); left > 0; {
			n := min(left, r.IntN(1<<r.IntN(8)))
			counts, left = append(counts, n), left-n
		}
		ends := map[part]int64{}
		for _, h := range hs {
			ends[h.part] = h.wantPieces(t, byPart(pieces, h.part), h.base)
		}
		var all []piece
		for i, batch := range cutRows(slices.Clone(pieces), counts) {
			if got := rowsOf(batch); got != counts[i] {
				t.Fatalf("seed %d: batch %d has %d rows, want %d", seed, i, got, counts[i])
			}
			all = append(all, batch...)
		}
		for _, h := range hs {
			if end := h.wantPieces(t, byPart(all, h.part), h.base); end != ends[h.part] {
				t.Fatalf("seed %d: the batches end at %d, the pieces at %d", seed, end, ends[h.part])
			}
		}
	}
}

func TestSplit(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 12))
	for range 2000 {
		rs := randomRuns(r, 0, 60)
		at := r.Int64N(66) - 3
		var low, high []verdicts.Range
		for _, x := range rs {
			for o := x.From; o < x.To; o++ {
				if o < at {
					low = verdicts.AddOffset(low, o)
				} else {
					high = verdicts.AddOffset(high, o)
				}
			}
		}
		said := fmt.Sprint(rs)
		below, rest := split(rs, at)
		if fmt.Sprint(below) != fmt.Sprint(low) || fmt.Sprint(rest) != fmt.Sprint(high) {
			t.Fatalf("%s at %d splits into %v and %v, want %v and %v", said, at, below, rest, low, high)
		}
		_ = append(below, verdicts.Range{From: -1, To: 0}) // they share no memory
		if len(below) > 0 {
			below[len(below)-1] = verdicts.Range{}
		}
		if fmt.Sprint(rest) != fmt.Sprint(high) {
			t.Fatalf("what is written behind %v is in %v", low, rest)
		}
	}
}
