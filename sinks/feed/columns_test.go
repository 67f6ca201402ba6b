package feed

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v15/arrow"
	"github.com/apache/arrow/go/v15/arrow/array"
	"github.com/apache/arrow/go/v15/arrow/memory"
)

// A filling is random rows that were added to a table, and, by Arrow's own means, what should come out.
type filling struct {
	slices [][]arrow.Array // by column
	lines  []string        // the rows as JSON
	rows   int
}

// fill adds random runs of rows of random slices of recs.
func fill(t *testing.T, r *rand.Rand, tab *table, recs []arrow.Record) *filling {
	t.Helper()
	f := &filling{slices: make([][]arrow.Array, len(tab.cols))}
	for range 1 + r.IntN(8) {
		rec := recs[r.IntN(len(recs))]
		part, at := randomSlice(r, rec)
		defer part.Release()
		n := int(part.NumRows())
		from := r.IntN(n + 1)
		to := from + r.IntN(n-from+1)
		tab.add(part.Columns(), from, to)
		f.rows += to - from
		f.lines = append(f.lines, jsonRows(t, rec)[at+from:at+to]...)
		for i, c := range part.Columns() {
			f.slices[i] = append(f.slices[i], array.NewSlice(c, int64(from), int64(to)))
		}
	}
	return f
}

// want is the record that should come out.
func (f *filling) want(t *testing.T, schema *arrow.Schema) arrow.Record {
	t.Helper()
	var cols []arrow.Array
	for _, s := range f.slices {
		c, err := array.Concatenate(s, memory.DefaultAllocator)
		if err != nil {
			t.Fatal(err)
		}
		cols = append(cols, c)
	}
	return array.NewRecord(schema, cols, int64(f.rows))
}

// check fails unless rec has the rows of f.
func (f *filling) check(t *testing.T, rec arrow.Record, why string) {
	t.Helper()
	if got := jsonRows(t, rec); !slices.Equal(got, f.lines) {
		t.Fatalf("%s:\n%s\nwant\n%s", why, strings.Join(got, "\n"), strings.Join(f.lines, "\n"))
	}
	// Arrow's Concatenate takes the codes of a slice for those of other strings.
	if !strings.Contains(rec.Schema().String(), "dictionary<") {
		wantRecord(t, rec, f.want(t, rec.Schema()), why)
	}
}

// packed makes a record of tab's rows, and checks how it lies in memory.
func packed(t *testing.T, m *Memory, tab *table) arrow.Record {
	t.Helper()
	return packedInto(t, m.Block(tab.bytes()), tab)
}

func packedInto(t *testing.T, block block, tab *table) arrow.Record {
	t.Helper()
	size := tab.bytes()
	text := block.Bytes()
	rec := tab.record(block)
	laid := 0
	at := addressOf(text)
	for _, b := range recordBuffers(rec) {
		a := addressOf(b.Bytes())
		if a%align != 0 || a < at || a+uintptr(b.Len()) > addressOf(text)+uintptr(len(text)) {
			t.Fatalf("a buffer lies at %x to %x; free of its block is %x to %x", a, a+uintptr(b.Len()), at, addressOf(text)+uintptr(len(text)))
		}
		at = a + uintptr(pad(b.Len()))
		laid += pad(b.Len())
	}
	for _, c := range rec.Columns() {
		if c.NullN() == 0 && c.Data().Buffers()[0] != nil {
			t.Fatalf("a mask for no nulls at all in %v", c)
		}
	}
	if laid != size {
		t.Fatalf("the buffers take %d bytes, said were %d", laid, size)
	}
	return rec
}

func randomRecords(r *rand.Rand, schema *arrow.Schema) (recs []arrow.Record) {
	for range 1 + r.IntN(3) {
		nulls := []float64{0, 0.1, 0.5, 1}[r.IntN(4)]
		recs = append(recs, randomRecord(r, schema, r.IntN(1<<r.IntN(9)), nulls))
	}
	return recs
}

// A table must give what Arrow's Concatenate gives, and each row what it was where it came from; and after a reset know nothing of what was before.
func TestATableGathersRows(t *testing.T) {
	m := soiled(t, 1<<20)
	for seed := range uint64(150) {
		r := rand.New(rand.NewPCG(seed, 0))
		schema := randomSchema(r)
		tab, err := newTable(schema)
		if err != nil {
			t.Fatal(err)
		}
		empty := tab.bytes()
		for range 3 {
			recs := randomRecords(r, schema)
			f := fill(t, r, tab, recs)
			if tab.rows != f.rows {
				t.Fatalf("seed %d: %d rows, want %d", seed, tab.rows, f.rows)
			}
			rec := packed(t, m, tab)
			why := fmt.Sprintf("seed %d, schema %v", seed, schema)
			f.check(t, rec, why)
			tab.reset(1 << 20)
			if tab.rows != 0 || tab.bytes() != empty {
				t.Fatalf("%s: after a reset there are %d rows and %d bytes, at first %d", why, tab.rows, tab.bytes(), empty)
			}
			f.check(t, rec, why+", after the table's reset") // the record shares nothing with the table
			part := rec.NewSlice(rec.NumRows()/2, rec.NumRows())
			rec.Release()
			if f.rows > 0 && m.Used() == 0 {
				t.Fatalf("%s: memory that is still referred to came back", why)
			}
			if part.Release(); m.Used() != 0 {
				t.Fatalf("%s: %d bytes did not come back", why, m.Used())
			}
		}
	}
}

// Wherever a block begins, its buffers begin where Arrow wants them.
func TestATableAlignsItsBuffers(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 0))
	rec := randomRecord(r, flightSchema(), 33, 0.2)
	tab, err := newTable(flightSchema())
	if err != nil {
		t.Fatal(err)
	}
	tab.add(rec.Columns(), 0, 33)
	n := tab.bytes() + align
	for at := range align {
		wantRecord(t, packedInto(t, memory.NewBufferBytes(make([]byte, n+at)[at:]), tab), rec, fmt.Sprintf("a block at %d", at))
	}
}

// Arrow's builders give arrays of no values no buffers at all.
func TestATableTakesColumnsWithoutBuffers(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 0))
	for range 50 {
		schema := arrow.NewSchema([]arrow.Field{{Name: "l", Type: arrow.ListOf(randomType(r, 2)), Nullable: true}}, nil)
		takesEmptyLists(t, schema)
	}
}

func takesEmptyLists(t *testing.T, schema *arrow.Schema) {
	t.Helper()
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer b.Release()
	b.Field(0).(*array.ListBuilder).Append(true)
	b.Field(0).AppendNull()
	rec := b.NewRecord()
	tab, err := newTable(schema)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if why := recover(); why != nil {
			t.Fatalf("%v: %v", schema.Field(0), why)
		}
	}()
	tab.add(rec.Columns(), 0, 2)
	wantRecord(t, packed(t, NewMemory(1<<20), tab), rec, "lists of nothing")
}

func TestATableGivesMonstrousMemoryBack(t *testing.T) {
	schema := arrow.NewSchema([]arrow.Field{{Name: "s", Type: arrow.BinaryTypes.String, Nullable: true}}, nil)
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer b.Release()
	b.Field(0).(*array.StringBuilder).Append(strings.Repeat("x", 10_000))
	rec := b.NewRecord()
	defer rec.Release()
	tab, err := newTable(schema)
	if err != nil {
		t.Fatal(err)
	}
	tab.add(rec.Columns(), 0, 1)
	if tab.reset(20_000); cap(tab.cols[0].data) < 10_000 {
		t.Error("memory of an ordinary size was not kept")
	}
	tab.add(rec.Columns(), 0, 1)
	if tab.reset(9_000); cap(tab.cols[0].data) > 9_000 {
		t.Errorf("%d bytes were kept", cap(tab.cols[0].data))
	}
}

func TestATableRefusesOtherTypes(t *testing.T) {
	for _, typ := range []arrow.DataType{
		&arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String},
		arrow.BinaryTypes.LargeString, arrow.Null, arrow.MapOf(arrow.BinaryTypes.String, arrow.BinaryTypes.LargeString),
		arrow.FixedSizeListOf(2, arrow.PrimitiveTypes.Int64),
	} {
		for _, typ := range []arrow.DataType{typ, arrow.ListOf(typ), arrow.StructOf(arrow.Field{Name: "f", Type: typ})} {
			_, err := newTable(arrow.NewSchema([]arrow.Field{{Name: "odd", Type: typ}}, nil))
			if err == nil || !strings.Contains(err.Error(), "odd") {
				t.Errorf("%v: %v", typ, err)
			}
		}
	}
}

// A warm table takes rows without allocating.
func TestAWarmTableAllocatesNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	schema := randomSchema(r)
	rec := randomRecord(r, schema, 1000, 0.2)
	defer rec.Release()
	tab, err := newTable(schema)
	if err != nil {
		t.Fatal(err)
	}
	cols := rec.Columns()
	if n := testing.AllocsPerRun(20, func() { tab.add(cols, 3, 900); tab.reset(1 << 20) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}
