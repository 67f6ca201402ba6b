package loadgen

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"github.com/winnow-data/winnow"
)

func missing(e *jsonschema.ValidationError) []string {
	return e.ErrorKind.(*kind.Required).Missing
}

// transcript is n records of a generator with all that is said about them.
func transcript(cfg Config, n int) []string {
	g := New(cfg)
	out := make([]string, n)
	for i := range out {
		value, key, label, team, user := g.Next(nil)
		out[i] = fmt.Sprintf("%t %q %q %s %s %s", value == nil, value, key, label.Kind, team, user)
	}
	return out
}

func TestGeneratorDependsOnItsSeedAlone(t *testing.T) {
	cfg := Config{Seed: 7, Faults: 0.3, Framed: 0.1}
	one, two := transcript(cfg, 2000), transcript(cfg, 2000)
	if !slices.Equal(one, two) {
		t.Error("the same seed gave other records")
	}
	cfg.Seed = 8
	for i, line := range transcript(cfg, 2000) {
		if line == one[i] && !bytes.Contains([]byte(line), []byte("not_json")) {
			t.Fatalf("record %d is the same with another seed: %s", i, line)
		}
	}
}

func TestGoodRecordsKeepTheContract(t *testing.T) {
	const n = 3000
	o, g := newOracle(t), New(Config{Seed: 3, Framed: 0.1})
	var size, framed, nulls int
	users, teams := make(map[string]int), make(map[string]int)
	for i := range n {
		value, key, label, team, user := g.Next(nil)
		if !label.Good() {
			t.Fatalf("record %d was planted: %s", i, label.Kind)
		}
		if reasons := o.judge(t, value); len(reasons) > 0 {
			t.Fatalf("good record %d fails: %v\n%s", i, reasons, value)
		}
		if !bytes.Contains(value, fmt.Appendf(nil, `"id":%q`, key)) || !bytes.Contains(value, fmt.Appendf(nil, `"team":%q,"user":%q`, team, user)) {
			t.Fatalf("key, team or user are not those of the record: %s %s %s\n%s", key, team, user, value)
		}
		if value[0] == 0 {
			framed++
		}
		nulls += bytes.Count(value, []byte(`"lang":null`))
		size += len(value)
		users[user]++
		teams[team]++
	}
	if mean := size / n; mean < 370 || mean > 440 {
		t.Errorf("records have %d bytes in the mean", mean)
	}
	if framed < n/12 || framed > n/8 {
		t.Errorf("%d of %d records are framed, a tenth was asked for", framed, n)
	}
	if nulls == 0 || nulls > n/10 {
		t.Errorf("%d of %d are null, which null_rate allows for a fifth", nulls, n)
	}
	if len(users) < 500 || len(teams) != 8 {
		t.Errorf("%d users in %d teams", len(users), len(teams))
	}
}

func TestEveryFaultIsWhatItSays(t *testing.T) {
	for _, p := range planters() {
		t.Run(p.Kind, func(t *testing.T) {
			o, g := newOracle(t), New(Config{Seed: 11, Faults: 0.5, Kinds: []string{p.Kind}})
			planted := 0
			for planted < 25 {
				value, _, label, _, _ := g.Next(nil)
				reasons := o.judge(t, value)
				if label.Good() {
					if len(reasons) > 0 {
						t.Fatalf("a good record fails: %v\n%s", reasons, value)
					}
					continue
				}
				planted++
				if !slices.ContainsFunc(reasons, label.Explains) {
					t.Fatalf("the oracle does not find %v but %v\n%q", label, reasons, value)
				}
			}
		})
	}
}

func TestFaultsAreNamedOnce(t *testing.T) {
	seen := make(map[string]bool)
	for _, f := range Faults() {
		if seen[f.Kind] || f.Kind == LabelNone || f.Kind == "" || f.Rule == "" || f.Group == "" {
			t.Errorf("the fault %+v is incomplete or there twice", f)
		}
		seen[f.Kind] = true
	}
	for _, group := range []string{GroupJSON, GroupSchema, GroupRule, GroupSensitive, GroupBatch} {
		if !slices.ContainsFunc(Faults(), func(f Fault) bool { return f.Group == group }) {
			t.Errorf("no fault in group %s", group)
		}
	}
}

func TestTheShareOfFaultsIsKept(t *testing.T) {
	for _, share := range []float64{0, 0.01, 0.5, 1} {
		const n = 20_000
		g := New(Config{Seed: 5, Faults: share})
		count, kinds := 0, make(map[string]int)
		for range n {
			if _, _, label, _, _ := g.Next(nil); !label.Good() {
				count++
				kinds[label.Kind]++
			}
		}
		if got := float64(count) / n; got < share*0.9 || got > share*1.1 {
			t.Errorf("a share of %v was asked for, %v came", share, got)
		}
		if share > 0 && len(kinds) != len(planters()) {
			t.Errorf("with a share of %v came %d kinds of %d", share, len(kinds), len(planters()))
		}
	}
}

func TestAFewUsersMakeMostFaults(t *testing.T) {
	g := New(Config{Seed: 5, Faults: 0.5})
	var worst, all int
	for range 20_000 {
		if _, _, label, _, user := g.Next(nil); !label.Good() {
			all++
			if user <= "u000002" {
				worst++
			}
		}
	}
	if worst < all/5 {
		t.Errorf("three users make %d of %d faults: nothing for a person to find", worst, all)
	}
}

func TestLinesAreLines(t *testing.T) {
	g := New(Config{Seed: 5, Faults: 0.5, Framed: 0.5, Lines: true})
	for range 20_000 {
		value, _, label, _, _ := g.Next(nil)
		if len(value) == 0 || bytes.ContainsAny(value, "\n\r\x00") {
			t.Fatalf("%s cannot stand in a line: %q", label.Kind, value)
		}
	}
}

func TestADuplicateFollowsItsOriginal(t *testing.T) {
	for _, share := range []float64{0.02, 0.9, 1} {
		g := New(Config{Seed: 9, Faults: share, Kinds: []string{kindDuplicate}})
		at := make(map[string]int)
		for i := range 30_000 {
			_, key, label, _, _ := g.Next(nil)
			before, seen := at[string(key)]
			if seen == label.Good() {
				t.Fatalf("record %d: seen before: %t, planted: %q", i, seen, label.Kind)
			}
			if seen && i-before > 2*near {
				t.Fatalf("record %d repeats one from %d records before", i, i-before)
			}
			if label.Good() {
				at[string(key)] = i
			}
		}
	}
}

func TestAGoodRecordAllocatesNothing(t *testing.T) {
	g := New(Config{Seed: 1, Framed: 0.1})
	buf := make([]byte, 0, 4096)
	for range 100 {
		g.Next(buf)
	}
	if n := testing.AllocsPerRun(1000, func() { g.Next(buf) }); n != 0 {
		t.Errorf("%v allocations a record", n)
	}
}

func TestTheClockIsTheEventTime(t *testing.T) {
	at := time.Date(2026, 3, 29, 23, 59, 59, 987_000_000, time.UTC)
	g := New(Config{Clock: func() time.Time { return at }})
	value, _, _, _, _ := g.Next(nil)
	for _, want := range []string{`"event_time":"2026-03-29T23:59:59.987Z"`, `"day":"2026-03-29"`} {
		if !bytes.Contains(value, []byte(want)) {
			t.Errorf("%s is missing in %s", want, value)
		}
	}
}

func TestConfigSaysAllThatIsWrong(t *testing.T) {
	fs := Config{Faults: 2, Framed: -1, Users: -1, Kinds: []string{"uuid", "nonsense"}}.Validate()
	if len(fs) != 5 {
		t.Fatalf("five things are wrong, told were:\n%v", fs)
	}
	if want := (winnow.Fault{Problem: `unknown kind of fault "uuid"`, Fix: "did you mean format_uuid?"}); fs[3] != want {
		t.Errorf("got %v, want %v", fs[3], want)
	}
	if err := (Config{Faults: 1, Kinds: []string{"batch_bomb"}}).Validate().Err(); err != nil {
		t.Errorf("the zero value and known kinds are fine: %v", err)
	}
}
