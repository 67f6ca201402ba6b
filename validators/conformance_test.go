package validators

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/apache/arrow/go/v15/arrow"
	"github.com/apache/arrow/go/v15/arrow/array"
	"github.com/apache/arrow/go/v15/arrow/memory"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/schemas"
	"github.com/winnow-data/winnow/validators/internal/batchtest"
	"github.com/winnow-data/winnow/validators/quality"
)

// TestConformance holds every rule, on its own examples, to what the root package asks of a Rule.
func TestConformance(t *testing.T) {
	for _, k := range quality.Kinds() {
		for _, e := range batchtest.Examples(t, filepath.Join("quality", "testdata"), k.Name) {
			t.Run(filepath.Join(k.Name, e.Name), func(t *testing.T) {
				spec := batchtest.Spec(t, e.Rule)
				p := batchtest.Program(t, e.Schema, batchtest.Pointers(spec)...)
				set, faults := Compile(&schemas.Contract{
					Rules: []schemas.RuleSpec{spec}, Sensitive: schemas.Sensitive{Off: true}, Program: p,
				})
				if len(faults) > 0 {
					t.Fatal(faults)
				}
				b := batchtest.Decode(t, p, e.Docs...)
				b.Times = e.Times
				conform(t, set, b)
			})
		}
	}
}

func conform(t *testing.T, set *Set, b *winnow.Batch) {
	t.Helper()
	want := run(set, b)
	pointer := set.Rules()[0].Pointer
	for _, r := range want.Rows {
		if r.Pointer != pointer {
			t.Errorf("a reason points at %q, not at %q", r.Pointer, pointer)
		}
	}
	before := batchtest.Text(b.Columns)
	for _, size := range []int{1, 2, 3, 5} {
		got := run(set, parts(t, b, size)...)
		if !slices.Equal(got.Rows, want.Rows) || !slices.Equal(got.Windows, want.Windows) {
			t.Errorf("in batches of %d: %v %v, in one: %v %v", size, got.Rows, got.Windows, want.Rows, want.Windows)
		}
		got = runScribbling(t, set, parts(t, b, size))
		if !slices.Equal(got.Rows, want.Rows) || !slices.Equal(got.Windows, want.Windows) {
			t.Errorf("with each of the batches of %d overwritten after its Check: %v %v, want %v %v", size,
				got.Rows, got.Windows, want.Rows, want.Windows)
		}
	}
	if after := batchtest.Text(b.Columns); after != before {
		t.Errorf("the batch was changed:\n%swas\n%s", after, before)
	}
}

// run gives what a new rule finds in the batches, which then end.
func run(set *Set, batches ...*winnow.Batch) *batchtest.Findings {
	rule := set.New()[0]
	f := &batchtest.Findings{}
	for _, b := range batches {
		f.Batch = b
		rule.Check(b, f)
	}
	rule.Close(f)
	f.Sort()
	return f
}

// parts cuts a batch: the parts' columns begin anywhere in its memory.
func parts(t *testing.T, b *winnow.Batch, size int) []*winnow.Batch {
	var bs []*winnow.Batch
	for i := 0; i < len(b.Offsets); i += size {
		bs = append(bs, batchtest.Slice(t, b, i, min(i+size, len(b.Offsets))))
	}
	return bs
}

// runScribbling is run on copies of the batches that are overwritten and released when they have been checked.
func runScribbling(t *testing.T, set *Set, batches []*winnow.Batch) *batchtest.Findings {
	t.Helper()
	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	defer mem.AssertSize(t, 0)
	rule := set.New()[0]
	f := &batchtest.Findings{}
	for _, b := range batches {
		own := *b
		own.Columns = copyRecord(t, mem, b.Columns)
		own.Offsets, own.Times = slices.Clone(b.Offsets), slices.Clone(b.Times)
		f.Batch = &own
		rule.Check(&own, f)
		for _, c := range own.Columns.Columns() {
			scribble(c.Data())
		}
		clear(own.Offsets)
		clear(own.Times)
		own.Columns.Release()
	}
	rule.Close(f)
	f.Sort()
	return f
}

func copyRecord(t *testing.T, mem memory.Allocator, r arrow.Record) arrow.Record {
	t.Helper()
	cols := make([]arrow.Array, r.NumCols())
	for i, c := range r.Columns() {
		var err error
		if cols[i], err = array.Concatenate([]arrow.Array{c}, mem); err != nil {
			t.Fatal(err)
		}
	}
	rec := array.NewRecord(r.Schema(), cols, r.NumRows())
	for _, c := range cols {
		c.Release()
	}
	return rec
}

func scribble(d arrow.ArrayData) {
	for _, b := range d.Buffers() {
		if b != nil {
			for i := range b.Bytes() {
				b.Bytes()[i] = 0xA5
			}
		}
	}
	for _, c := range d.Children() {
		scribble(c)
	}
}
