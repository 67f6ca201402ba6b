package pipeline

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestEntryAccountsForEachOffsetOnce(t *testing.T) {
	e := Entry{From: 100, Passed: 5}
	e.Failed = AddOffset(e.Failed, 101)
	e.Failed = AddOffset(e.Failed, 102)
	e.Failed = AddOffset(e.Failed, 105)
	e.Skip(CauseControl, OffsetRange{107, 108})
	e.Skip(CauseCompacted, OffsetRange{108, 108}) // empty
	e.Tag("range", 100)
	e.Tag("range", 100) // twice in one record
	e.Tag("range", 103)
	if err := e.Close(109); err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"from":100,"to":109,"records":9,"passed":5,"failed":[[101,103],[105,106]],"tagged":{"range":[[100,101],[103,104]]},` +
		`"skipped":{"control":[[107,108]]},"contract":""}`
	if string(b) != want {
		t.Errorf("got  %s\nwant %s", b, want)
	}
	var back Entry
	if err := json.Unmarshal(b, &back); err != nil || back.Validate() != nil || Count(back.Failed) != 3 {
		t.Errorf("it does not come back: %v, %+v", err, back)
	}
}

func TestEntryThatDoesNotAddUp(t *testing.T) {
	for name, e := range map[string]Entry{
		"empty":        {From: 5, To: 5},
		"negative":     {From: -1, To: 5, Records: 6, Passed: 6},
		"too few":      {From: 0, To: 5, Records: 5, Passed: 4},
		"too many":     {From: 0, To: 5, Records: 5, Passed: 5, Failed: []OffsetRange{{1, 2}}},
		"twice":        {From: 0, To: 5, Records: 5, Passed: 3, Failed: []OffsetRange{{1, 2}}, Skipped: map[string][]OffsetRange{"control": {{1, 2}}}},
		"outside":      {From: 0, To: 5, Records: 5, Passed: 4, Failed: []OffsetRange{{5, 6}}},
		"wrong number": {From: 0, To: 5, Records: 4, Passed: 5},
	} {
		if e.Validate() == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestOffsetRangeRefusesNonsense(t *testing.T) {
	for _, s := range []string{`[2,1]`, `[1,1]`, `[-1,2]`, `"x"`, `{"a":1}`} {
		var r OffsetRange
		if err := json.Unmarshal([]byte(s), &r); err == nil {
			t.Errorf("%s was taken", s)
		}
	}
}

func TestContains(t *testing.T) {
	rs := []OffsetRange{{2, 4}, {7, 8}, {10, 20}}
	for o, want := range map[int64]bool{0: false, 1: false, 2: true, 3: true, 4: false, 7: true, 8: false, 9: false, 10: true, 19: true, 20: false} {
		if Contains(rs, o) != want {
			t.Errorf("%d: got %t", o, !want)
		}
	}
	if Contains(nil, 1) {
		t.Error("nothing contains 1")
	}
}

func TestTotalsSurviveTheirMetadata(t *testing.T) {
	totals := Totals{First: 10, Next: 10}
	e := Entry{From: 10, Passed: 3, Failed: []OffsetRange{{11, 13}}}
	e.Skip(CauseTombstone, OffsetRange{15, 16})
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
	if !kept || back.Passed != 3 || back.Quarantined != 2 || back.Next != 16 || back.First != 10 || back.Skipped[CauseTombstone] != 1 || !back.Balanced() {
		t.Errorf("%+v", back)
	}
	// A person who moves the offset with Kafka's tools leaves no metadata, or what no longer fits: the account begins anew.
	for _, m := range []string{"", "by hand", meta} {
		if moved, kept := totalsFrom(500, m); kept || moved.First != 500 || moved.Consumed() != 0 || !moved.Balanced() {
			t.Errorf("%.10q: %+v", m, moved)
		}
	}
}

func TestVerdictTopic(t *testing.T) {
	if got := VerdictTopic("a"); got != "a.verdicts" || !strings.HasSuffix(got, ".verdicts") {
		t.Error(got)
	}
}
