// Package batchtest decodes records into batches as the gate does, for the tests of rules.
package batchtest

import (
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v15/arrow"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/schemas"
	"github.com/winnow-data/winnow/strict"
)

// Program compiles a schema, with columns for the pointers too.
func Program(tb testing.TB, schema string, pointers ...string) *schemas.Program {
	tb.Helper()
	n, faults := strict.Parse("schema.json", []byte(schema))
	if err := faults.Err(); err != nil {
		tb.Fatal(err)
	}
	p, faults := schemas.Compile("schema.json", n, schemas.Options{FormatAssertion: true, Columns: pointers})
	if err := faults.Err(); err != nil {
		tb.Fatal(err)
	}
	return p
}

// Decode makes a batch of docs, all of which must be JSON, with their indices for offsets and event times. The batch
// is good until the test ends.
func Decode(tb testing.TB, p *schemas.Program, docs ...string) *winnow.Batch {
	tb.Helper()
	d := schemas.NewDecoder(p, schemas.DefaultLimits())
	reasons := make([][]winnow.Reason, len(docs))
	b := &winnow.Batch{}
	for i, doc := range docs {
		rs, row := d.Decode([]byte(doc), nil)
		if !row {
			tb.Fatalf("record %d is not acceptable JSON: %v", i, rs)
		}
		reasons[i] = rs
		b.Offsets = append(b.Offsets, int64(i))
		b.Times = append(b.Times, int64(i))
	}
	b.Columns = d.Record()
	tb.Cleanup(b.Columns.Release)
	b.SchemaFailed = func(row int) bool { return len(reasons[row]) > 0 }
	b.Invalid = func(row int, pointer string) bool {
		return slices.ContainsFunc(reasons[row], func(r winnow.Reason) bool {
			return slices.Contains([]string{"type", winnow.RuleNumber, "enum", "const", "format", "multipleOf"}, r.Rule) && r.Pointer == pointer
		})
	}
	return b
}

// Slice gives the rows from i to j as a batch of their own, whose columns begin within the batch's memory.
func Slice(tb testing.TB, b *winnow.Batch, i, j int) *winnow.Batch {
	tb.Helper()
	s := &winnow.Batch{
		Columns: b.Columns.NewSlice(int64(i), int64(j)),
		Offsets: b.Offsets[i:j],
		Times:   b.Times[i:j],
	}
	tb.Cleanup(s.Columns.Release)
	s.SchemaFailed = func(row int) bool { return b.SchemaFailed(i + row) }
	s.Invalid = func(row int, pointer string) bool { return b.Invalid(i+row, pointer) }
	return s
}

// Text spells out all of a batch's columns, to see whether they have changed.
func Text(r arrow.Record) string {
	var b strings.Builder
	for i, c := range r.Columns() {
		b.WriteString(r.ColumnName(i) + "=" + c.String() + "\n")
	}
	return b.String()
}

// A Row is a row that a rule found, by its offset.
type Row struct {
	Offset  int64
	Pointer string
}

// A Window is a window that a rule found.
type Window struct {
	Pointer        string
	Records, First int64
}

// Findings keeps what a rule finds. Batch is the batch that is being checked.
type Findings struct {
	Batch   *winnow.Batch
	Rows    []Row
	Windows []Window
}

// Row keeps a row.
func (f *Findings) Row(row int, pointer string) {
	f.Rows = append(f.Rows, Row{f.Batch.Offsets[row], pointer})
}

// Window keeps a window.
func (f *Findings) Window(pointer string, records, first int64) {
	f.Windows = append(f.Windows, Window{pointer, records, first})
}

// Sort brings what was found into order: rules find in any order.
func (f *Findings) Sort() {
	slices.SortFunc(f.Rows, func(a, b Row) int { return int(a.Offset - b.Offset) })
	slices.SortFunc(f.Windows, func(a, b Window) int { return int(a.First - b.First) })
}

// An Example is a case of a rule's testdata.
type Example struct {
	Name, Rule, Schema string
	Docs               []string
	Times              []int64
	Flagged            []int64  // the offsets that the rule must flag
	Windows            []Window // and the windows, Pointer aside
}
