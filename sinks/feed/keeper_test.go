package feed

import (
	"fmt"
	"log/slog"
	"testing"

	"github.com/apache/arrow/go/v15/arrow/array"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/loadgen"
	"github.com/winnow-data/winnow/pipeline/judge"
	"github.com/winnow-data/winnow/schemas"
)

// judged judges values as the gate does, and gives what a keeper is lent of them.
func judged(j *judge.Judge, first int, values ...string) (rows []int32, offsets []int64, oldest int64) {
	for i, v := range values {
		j.Add(&winnow.Record{Offset: int64(first + i), Time: int64(1000 + first + i), Value: []byte(v)})
	}
	j.Finish()
	return j.Passing(nil, nil)
}

// A keeper's chunks have the rows that passed, each at its offset, and end where a chunk is full or an entry is cut.
func TestKeeper(t *testing.T) {
	p := testPlan(t, contractText)
	h, err := New(Config{Client: newWorld(t).client, Specs: []Spec{{Name: "a", Topics: []string{"numbers"}, Columns: []string{"/n", "/at/y"}, Records: 1, Shards: 1}},
		Memory: 1 << 20, Batch: 1 << 20, Commit: 1, Refresh: 1, Plans: func(string) []*judge.Plan { return []*judge.Plan{p} }, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	if k := h.NewKeeper("others", 0, 0, p.Contract.Hash); k != nil {
		t.Error("a keeper for a topic that no feed wants")
	}
	if k := h.NewKeeper("numbers", 0, 0, "sha256:another"); k != nil {
		t.Error("a keeper for a contract that feeds cannot decode")
	}
	k, j := h.NewKeeper("numbers", 0, 40, p.Contract.Hash), judge.New(p, nil)
	keep := func(first, n int) {
		var values []string
		for i := range n {
			values = append(values, value(0, first+i))
		}
		rows, offsets, oldest := judged(j, first, values...)
		columns := j.Columns()
		k.Keep(columns, rows, offsets, oldest)
		columns.Release()
		j.Reset()
	}
	keep(41, 100) // offset 40 has no record
	keep(141, 9)
	k.Cut(160)
	pt := part{"numbers", 0}
	c := h.cache.get(pt, 159)
	if c == nil || c.from != 40 || c.to != 160 || c.contract != p.Contract.Hash || c.oldest != 1041 || c.rows() != 98 || c.columns.NumCols() != 2 {
		t.Fatalf("%+v", c)
	}
	at := c.columns.Column(1).(*array.Struct)
	for row, n := range ns(c.columns) {
		if n%10 == 3 || n < 41 || n > 149 || at.NumField() != 1 || n%7 != 0 && at.Field(0).(*array.String).Value(row) != fmt.Sprintf("y%d", n) {
			t.Fatalf("row %d: %v", row, c.columns)
		}
	}
	c.release()
	k.Cut(170) // nothing passed: no chunk
	for i := range 10 {
		keep(170+2000*i, 2000)
	}
	k.Cut(170 + 20_000)
	chunks := h.cache.shelf(pt).chunks
	if len(chunks) < 3 {
		t.Fatalf("%d chunks", len(chunks))
	}
	next := int64(160)
	for _, c := range chunks[1:] {
		if c.bytes > int64(h.most)+200<<10 || c.from < next {
			t.Errorf("chunk [%d,%d) of %d bytes", c.from, c.to, c.bytes)
		}
		next = c.to
	}
	h.cache.clear()
	if used := h.cache.mem.Used(); used != 0 {
		t.Errorf("%d bytes were not given back", used)
	}
}

// BenchmarkKeep is what the gate pays for feeds: a batch of the demo's records, of which one in a hundred fails, kept whole. Judging it takes some 1.5 µs a
// record.
func BenchmarkKeep(b *testing.B) {
	file, err := loadgen.WriteContract(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	c, faults := schemas.LoadContract(file, schemas.ContractOptions{})
	if err := faults.Err(); err != nil {
		b.Fatal(err)
	}
	p := &judge.Plan{Contract: c, Limits: schemas.DefaultLimits()}
	j, gen := judge.New(p, nil), loadgen.New(loadgen.Config{Seed: 1, Faults: 0.01, Lines: true})
	for i := range judge.MaxRecords {
		value, _, _, _, _ := gen.Next(nil)
		j.Add(&winnow.Record{Offset: int64(i), Value: value})
	}
	j.Finish()
	rows, offsets, oldest := j.Passing(nil, nil)
	columns := j.Columns()
	defer columns.Release()
	pick, err := newPick(columns.Schema(), nil)
	if err != nil {
		b.Fatal(err)
	}
	g, err := newGathering(part{"training", 0}, c.Hash, pick, 0)
	if err != nil {
		b.Fatal(err)
	}
	cache := newCache(NewMemory(64<<20), func(string) []*Feed { return nil }) // nobody is waiting: each chunk is released at once
	k := &keeper{cache: cache, most: 4 << 20, gathering: g}
	b.ReportAllocs()
	for b.Loop() {
		for range 5 {
			k.Keep(columns, rows, offsets, oldest)
		}
		k.Cut(g.from + 1)
		k.runs = k.runs[:0]
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*5*judge.MaxRecords), "ns/record")
}
