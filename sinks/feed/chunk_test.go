package feed

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/apache/arrow/go/v15/arrow"
	"github.com/apache/arrow/go/v15/arrow/array"
	"github.com/apache/arrow/go/v15/arrow/memory"

	"github.com/winnow-data/winnow/pipeline/verdicts"
)

// numberSchema is that of records whose n is their offset, with a text and now and then nothing.
func numberSchema() *arrow.Schema {
	return arrow.NewSchema([]arrow.Field{
		{Name: "n", Type: arrow.PrimitiveTypes.Int64, Nullable: true},
		{Name: "text", Type: arrow.BinaryTypes.String, Nullable: true},
		{Name: "ok", Type: arrow.FixedWidthTypes.Boolean, Nullable: true},
	}, nil)
}

// numbers are the records of offsets [from, to), as a gate would have decoded them.
func numbers(from, to int64) arrow.Record {
	b := array.NewRecordBuilder(memory.DefaultAllocator, numberSchema())
	defer b.Release()
	for o := from; o < to; o++ {
		b.Field(0).(*array.Int64Builder).Append(o)
		if o%5 == 0 {
			b.Field(1).AppendNull()
		} else {
			b.Field(1).(*array.StringBuilder).Append(strings.Repeat("t", int(o%4)))
		}
		b.Field(2).(*array.BooleanBuilder).Append(o%3 == 0)
	}
	return b.NewRecord()
}

func newNumbers(t testing.TB, p part, from int64) *gathering {
	t.Helper()
	whole, err := newPick(numberSchema(), nil)
	if err != nil {
		t.Fatal(err)
	}
	g, err := newGathering(p, "hash", whole, from)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// gatherRuns adds the records of runs to g, n at once.
func gatherRuns(g *gathering, runs []verdicts.Range, n int64) {
	for _, r := range runs {
		for at := r.From; at < r.To; at += n {
			to := min(at+n, r.To)
			rec := numbers(at, to)
			var rows []int32
			var offsets []int64
			for o := at; o < to; o++ {
				rows, offsets = append(rows, int32(o-at)), append(offsets, o)
			}
			g.add(rec, rows, offsets, 1000+at)
			rec.Release()
		}
	}
}

// newChunk makes a chunk of the records [from, to), without those of gaps.
func newChunk(t testing.TB, m *Memory, p part, from, to int64, without ...verdicts.Range) *chunk {
	t.Helper()
	g := newNumbers(t, p, from)
	gatherRuns(g, verdicts.Minus(verdicts.Range{From: from, To: to}, without), 1<<20)
	return g.chunk(to, m.Block)
}

// randomRuns are disjoint runs of [from, to), ascending, with gaps between.
func randomRuns(r *rand.Rand, from, to int64) (runs []verdicts.Range) {
	for at := from + r.Int64N(5); at < to; at += 1 + r.Int64N(5) {
		end := min(to, at+1+r.Int64N(1+r.Int64N(40)))
		runs, at = append(runs, verdicts.Range{From: at, To: end}), end
	}
	return runs
}

// A chunk has a row for each offset of its runs, and no answer about any range that is not wholly in one.
func TestAChunkFindsItsRows(t *testing.T) {
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 7))
		from := r.Int64N(1000)
		to := from + 1 + r.Int64N(300)
		runs := randomRuns(r, from, to)
		m := NewMemory(1 << 20)
		g := newNumbers(t, part{"t", 3}, from)
		gatherRuns(g, runs, 1+r.Int64N(50))
		if len(runs) == 0 {
			continue
		}
		size := g.size()
		c := g.chunk(to, m.Block)
		if c.from != from || c.to != to || c.contract != "hash" || c.part != (part{"t", 3}) || !slices.Equal(c.runs, runs) || c.oldest != 1000+runs[0].From {
			t.Fatalf("seed %d: chunk %+v, want [%d, %d) with %v", seed, c, from, to, runs)
		}
		if c.bytes != m.Used() || c.bytes < int64(size) || c.rows() != int(verdicts.Count(runs)) {
			t.Fatalf("seed %d: %d rows in %d bytes; used are %d", seed, c.rows(), c.bytes, m.Used())
		}
		row := map[int64]int{}
		for i, o := range ns(c.columns) {
			row[o] = i
		}
		for range 300 {
			want := verdicts.Range{From: from + r.Int64N(to-from)}
			want.To = want.From + 1 + r.Int64N(20)
			within := slices.ContainsFunc(runs, func(x verdicts.Range) bool { return x.From <= want.From && min(want.To, to) <= x.To })
			i, j, ok := c.find(want)
			if ok != within || ok && (i != row[want.From] || j-i != int(min(want.To, to)-want.From)) {
				t.Fatalf("seed %d: %v is at [%d, %d), %v, in %v of [%d, %d)", seed, want, i, j, ok, runs, from, to)
			}
		}
		for o := from - 2; o < to+2; o++ {
			if c.covers(o) != (o >= from && o < to) {
				t.Fatalf("[%d, %d) covers %d: %v", from, to, o, c.covers(o))
			}
		}
		if c.release(); m.Used() != 0 {
			t.Fatalf("%d bytes did not come back", m.Used())
		}
	}
}

// Rows are picked out of a record by lists, as those that passed are.
func TestGatheringTakesThePassingRows(t *testing.T) {
	m := NewMemory(1 << 20)
	g := newNumbers(t, part{"t", 0}, 10)
	rec := numbers(10, 30)
	g.add(rec, []int32{0, 1, 2, 5, 7, 8, 19}, []int64{10, 11, 12, 15, 17, 18, 29}, 50)
	g.add(rec, nil, nil, 0) // a record set of which nothing passed
	g.add(numbers(30, 40), []int32{0, 9}, []int64{30, 39}, 40)
	c := g.chunk(45, m.Block)
	if got, want := ns(c.columns), []int64{10, 11, 12, 15, 17, 18, 29, 30, 39}; !slices.Equal(got, want) {
		t.Errorf("rows %v, want %v", got, want)
	}
	if got := fmt.Sprint(c.runs, c.starts); got != "[{10 13} {15 16} {17 19} {29 31} {39 40}] [0 3 4 6 8]" {
		t.Errorf("runs and their rows: %s", got)
	}
	c.release()
	if g.from != 45 {
		t.Errorf("the next chunk begins at %d", g.from)
	}
	gatherRuns(g, []verdicts.Range{{From: 47, To: 50}}, 10)
	c2 := g.chunk(60, m.Block)
	if fmt.Sprint(ns(c2.columns), c2.runs, c2.from, c2.to, c2.oldest) != "[47 48 49] [{47 50}] 45 60 1047" || fmt.Sprint(c.runs[0]) != "{10 13}" {
		t.Errorf("the next chunk: %v %+v, and the one before %v", ns(c2.columns), c2, c.runs)
	}
	c2.release()
}

func TestTheOldestRecordIsTheChunks(t *testing.T) {
	m := NewMemory(1 << 20)
	g := newNumbers(t, part{"t", 0}, 0)
	for i, oldest := range []int64{70, -1, 50, 60} {
		g.add(numbers(int64(i), int64(i)+1), []int32{0}, []int64{int64(i)}, oldest)
	}
	c := g.chunk(4, m.Block)
	defer c.release()
	if c.oldest != 50 {
		t.Errorf("the oldest is of %d, want 50: -1 is none", c.oldest)
	}
}

func TestAChunkWithoutRoomOrRows(t *testing.T) {
	g := newNumbers(t, part{"t", 0}, 0)
	refuse := func(int) block { return nil }
	if c := g.chunk(10, func(int) block { t.Error("room for nothing"); return nil }); c != nil || g.from != 10 {
		t.Errorf("a chunk of nothing: %+v, then from %d", c, g.from)
	}
	gatherRuns(g, []verdicts.Range{{From: 12, To: 20}}, 10)
	if c := g.chunk(20, refuse); c != nil || g.from != 20 || g.table.rows != 0 || len(g.runs) != 0 {
		t.Errorf("a chunk without room: %+v; then %+v", c, g)
	}
}

// A keeper cuts its chunks where they are large enough, without a hole between them, and when the gate says so; without memory it keeps nothing, and goes on.
func TestAKeeperFillsTheCache(t *testing.T) { synctest.Test(t, keeperFillsTheCache) }

func keeperFillsTheCache(t *testing.T) {
	m := NewMemory(256 << 10)
	p := part{"t", 0}
	f := &Feed{}
	c := newCache(m, func(string) []*Feed { return []*Feed{f} })
	k := &keeper{cache: c, most: 4 << 10, gathering: newNumbers(t, p, 5)}
	for at := int64(10); at < 2000; at += 10 {
		k.Keep(numbers(at, at+10), []int32{0, 1, 2, 3, 5, 6, 7, 8, 9}, []int64{at, at + 1, at + 2, at + 3, at + 5, at + 6, at + 7, at + 8, at + 9}, at)
	}
	k.Cut(2003)
	at := int64(5)
	for _, k := range c.parts[p].chunks {
		if k.from != at || k.bytes > 8<<10 {
			t.Errorf("a chunk [%d, %d) of %d bytes behind %d", k.from, k.to, k.bytes, at)
		}
		at = k.to
		for _, r := range k.runs {
			if i, j, ok := k.find(r); r.From < k.from || r.To > k.to || !ok || ns(k.columns)[i] != r.From || ns(k.columns)[j-1] != r.To-1 {
				t.Errorf("the run %v of a chunk [%d, %d) is at rows [%d, %d), %v", r, k.from, k.to, i, j, ok)
			}
		}
	}
	if at != 2003 || len(c.parts[p].chunks) < 5 {
		t.Errorf("%d chunks to %d", len(c.parts[p].chunks), at)
	}
	var held []block
	for b := m.Block(1); b != nil; b = m.Block(1) {
		held = append(held, b)
	}
	k.Keep(numbers(2003, 2004), []int32{0}, []int64{2003}, 0)
	k.Cut(2010)
	if c.get(p, 2003) != nil {
		t.Error("a chunk without memory")
	}
	for _, b := range held {
		b.Release()
	}
	k.Keep(numbers(2010, 2011), []int32{0}, []int64{2010}, 0)
	k.Cut(2011)
	if got := c.get(p, 2010); got == nil || got.from != 2010 {
		t.Errorf("after memory came back: %+v", got)
	} else {
		got.release()
	}
	if c.clear(); m.Used() != 0 {
		t.Errorf("%d bytes did not come back", m.Used())
	}
}
