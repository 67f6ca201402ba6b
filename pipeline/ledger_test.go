package pipeline

import (
	"testing"

	"github.com/winnow-data/winnow/pipeline/verdicts"
)

func TestTotalsSurviveTheirMetadata(t *testing.T) {
	totals := Totals{First: 10, Next: 10}
	e := verdicts.Entry{From: 10, Passed: 3, Failed: []verdicts.Range{{From: 11, To: 13}}}
	e.Skip(verdicts.CauseTombstone, verdicts.Range{From: 15, To: 16})
	if err := e.Close(16); err != nil {
		t.Fatal(err)
	}
	totals.Add(&e)
	if !totals.Balanced() || totals.Consumed() != 6 || totals.SkippedSum() != 1 {
		t.Fatalf("%+v", totals)
	}
	meta, err := totals.metadata()
	if err != nil || len(meta) > 4096 {
		t.Fatalf("%v, %d bytes", err, len(meta))
	}
	back, kept := totalsFrom(16, meta)
	if !kept || back.Passed != 3 || back.Quarantined != 2 || back.Next != 16 || back.First != 10 || back.Skipped[verdicts.CauseTombstone] != 1 || !back.Balanced() {
		t.Errorf("%+v", back)
	}
	// A person who moves the offset with Kafka's tools leaves no metadata, or what no longer fits: the account begins anew.
	for _, m := range []string{"", "by hand", meta} {
		if moved, kept := totalsFrom(500, m); kept || moved.First != 500 || moved.Consumed() != 0 || !moved.Balanced() {
			t.Errorf("%.10q: %+v", m, moved)
		}
	}
}
