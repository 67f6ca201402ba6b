package verdicts

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
	e.Skip(CauseControl, Range{107, 108})
	e.Skip(CauseCompacted, Range{108, 108}) // empty
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
		"too many":     {From: 0, To: 5, Records: 5, Passed: 5, Failed: []Range{{1, 2}}},
		"twice":        {From: 0, To: 5, Records: 5, Passed: 3, Failed: []Range{{1, 2}}, Skipped: map[string][]Range{"control": {{1, 2}}}},
		"outside":      {From: 0, To: 5, Records: 5, Passed: 4, Failed: []Range{{5, 6}}},
		"wrong number": {From: 0, To: 5, Records: 4, Passed: 5},
	} {
		if e.Validate() == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestRangeRefusesNonsense(t *testing.T) {
	for _, s := range []string{`[2,1]`, `[1,1]`, `[-1,2]`, `"x"`, `{"a":1}`} {
		var r Range
		if err := json.Unmarshal([]byte(s), &r); err == nil {
			t.Errorf("%s was taken", s)
		}
	}
}

func TestContains(t *testing.T) {
	rs := []Range{{2, 4}, {7, 8}, {10, 20}}
	for o, want := range map[int64]bool{0: false, 1: false, 2: true, 3: true, 4: false, 7: true, 8: false, 9: false, 10: true, 19: true, 20: false} {
		if Contains(rs, o) != want {
			t.Errorf("%d: got %t", o, !want)
		}
	}
	if Contains(nil, 1) {
		t.Error("nothing contains 1")
	}
}

func TestTopic(t *testing.T) {
	if got := Topic("a"); got != "a.verdicts" || !strings.HasSuffix(got, ".verdicts") {
		t.Error(got)
	}
}
