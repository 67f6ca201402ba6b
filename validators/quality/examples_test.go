package quality

import (
	"slices"
	"testing"

	"github.com/winnow-data/winnow/validators/internal/batchtest"
)

// compileExample compiles an example's rule and decodes its records.
func compileExample(t *testing.T, e batchtest.Example) (Compiled, *batchtest.Findings) {
	t.Helper()
	spec := batchtest.Spec(t, e.Rule)
	p := batchtest.Program(t, e.Schema, batchtest.Pointers(spec)...)
	rule, faults := Compile(spec, p)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	b := batchtest.Decode(t, p, e.Docs...)
	b.Times = e.Times
	return rule, &batchtest.Findings{Batch: b}
}

// TestExamples runs the examples of every rule: a rule without is a fault.
func TestExamples(t *testing.T) {
	for _, k := range Kinds() {
		t.Run(k.Name, func(t *testing.T) {
			flagged, records := 0, 0
			for _, e := range batchtest.Examples(t, "testdata", k.Name) {
				t.Run(e.Name, func(t *testing.T) {
					compiled, f := compileExample(t, e)
					rule := compiled.New()
					rule.Check(f.Batch, f)
					rule.Close(f)
					f.Sort()
					checkExample(t, e, compiled.Pointer, f)
				})
				flagged += len(e.Flagged) + len(e.Windows)
				records += len(e.Docs)
			}
			if flagged < 3 || records-flagged < 3 {
				t.Errorf("%d records and %d to flag are too few to tell what the rule does", records, flagged)
			}
		})
	}
}

func checkExample(t *testing.T, e batchtest.Example, pointer string, f *batchtest.Findings) {
	t.Helper()
	var want []batchtest.Row
	for _, offset := range e.Flagged {
		want = append(want, batchtest.Row{Offset: offset, Pointer: pointer})
	}
	if !slices.Equal(f.Rows, want) {
		t.Errorf("flagged %v, want %v", f.Rows, want)
		for i, doc := range e.Docs {
			t.Logf("%d: %s", i, doc)
		}
	}
	var windows []batchtest.Window
	for _, w := range e.Windows {
		w.Pointer = pointer
		windows = append(windows, w)
	}
	slices.SortFunc(windows, func(a, b batchtest.Window) int { return int(a.First - b.First) })
	if !slices.Equal(f.Windows, windows) {
		t.Errorf("found windows %v, want %v", f.Windows, windows)
	}
}
