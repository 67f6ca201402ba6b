package schemas

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/winnow-data/winnow"
)

// writeFiles puts the files of a txtar archive into a folder of the test's own.
func writeFiles(t *testing.T, a *txtar.Archive) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for _, f := range a.Files {
		path := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestContractFaults loads the contract.yaml of each archive and compares all its faults with the file "faults".
func TestContractFaults(t *testing.T) {
	archives, err := filepath.Glob("../testdata/contracts/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	for _, file := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			dir := writeFiles(t, a)
			_, faults := LoadContract(filepath.Join(dir, "contract.yaml"), ContractOptions{})
			got := ""
			if err := faults.Err(); err != nil {
				got = strings.ReplaceAll(err.Error(), dir+string(filepath.Separator), "") + "\n"
			}
			want, err := os.ReadFile(filepath.Join(dir, "faults"))
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func load(t *testing.T, file string, opt ContractOptions) *Contract {
	t.Helper()
	c, faults := LoadContract(file, opt)
	if err := faults.Err(); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestLoadContract(t *testing.T) {
	c := load(t, "../testdata/contracts/good.yaml", ContractOptions{})
	if c.Name != "flights.v2" || c.Owner != (Owner{"delay", "#delay-oncall"}) || !c.Shadow || !c.QuarantineTombstones {
		t.Errorf("got %+v", c)
	}
	if c.Team != (Source{Pointer: "/carrier"}) || c.User != (Source{Header: "tail"}) || c.EventTime != (Source{Pointer: "/time_hour"}) {
		t.Errorf("sources: %+v %+v %+v", c.Team, c.User, c.EventTime)
	}
	for topic, want := range map[string]bool{"flights": true, "flights-eu": true, "flight": false, "myflights-eu": false, "flights-eu.quarantine": false} {
		if got := c.Covers(topic); got != want {
			t.Errorf("Covers(%s) = %v", topic, got)
		}
	}
	var rules []RuleSpec
	for _, r := range c.Rules {
		if r.Node == nil || r.Node.Line < 13 || r.File != "../testdata/contracts/good.yaml" {
			t.Errorf("the rule %s has no place", r.Rule)
		}
		r.Node, r.File = nil, ""
		rules = append(rules, r)
	}
	if want := []RuleSpec{
		{Rule: "range", Name: "range", Pointer: "/arr_delay"},
		{Rule: "one_of", Name: "origin", Pointer: "/from/airport", OnFail: winnow.OnFailTag},
		{Rule: "duplicate", Name: "duplicate"},
		{Rule: "null_rate", Name: "null_rate", Pointer: "/arr_delay", OnFail: winnow.OnFailCount},
	}; !reflect.DeepEqual(rules, want) {
		t.Errorf("rules: got %+v\nwant %+v", rules, want)
	}
	s := c.Sensitive
	if s.Off || s.Default != winnow.ActionMask || s.Node == nil ||
		!reflect.DeepEqual(s.Types, map[string]winnow.Action{"email": winnow.ActionRedact, "us_ssn": winnow.ActionQuarantine}) ||
		!reflect.DeepEqual(s.Fields, map[string]map[string]winnow.Action{"/notes": {"email": winnow.ActionPass}}) {
		t.Errorf("sensitive: %+v", s)
	}
	for _, p := range []string{"/carrier", "/flight", "/from/airport", "/time_hour", "/arr_delay"} {
		if _, _, ok := c.Program.Column(p); !ok {
			t.Errorf("%s has no column", p)
		}
	}
}

func TestLoadContractDefaults(t *testing.T) {
	dir := writeFiles(t, txtar.Parse([]byte(`
-- small one.yaml --
winnow: 1
schema: {type: object}
-- off.yml --
winnow: 1
schema: true
sensitive: off
-- false.json --
{"winnow": 1, "schema": {"type": "object"}, "sensitive": false, "topics": ["t"]}
-- bare.schema.json --
{"type": "object", "properties": {"winnow": {"type": "string"}}}
-- anything.yaml --
true
`)))
	for _, c := range []struct {
		file, name string
		sensitive  Sensitive
	}{
		{"small one.yaml", "small-one", Sensitive{Default: winnow.ActionQuarantine}},
		{"off.yml", "off", Sensitive{Off: true}},
		{"false.json", "false", Sensitive{Off: true}},
		{"bare.schema.json", "bare", Sensitive{Off: true}},
		{"anything.yaml", "anything", Sensitive{Off: true}},
	} {
		got := load(t, filepath.Join(dir, c.file), ContractOptions{})
		got.Sensitive.Node = nil
		if got.Name != c.name || !reflect.DeepEqual(got.Sensitive, c.sensitive) || got.Shadow || got.QuarantineTombstones || got.Program == nil {
			t.Errorf("%s: got %+v", c.file, got)
		}
		if got.Team != (Source{}) || got.User != (Source{}) || got.EventTime != (Source{}) {
			t.Errorf("%s: got sources %+v", c.file, got)
		}
	}
}

func TestLoadContractWithoutFile(t *testing.T) {
	c, faults := LoadContract(filepath.Join(t.TempDir(), "none.yaml"), ContractOptions{Draft: "5"})
	if c != nil || len(faults) != 2 || !strings.Contains(faults[1].Problem, "no such file") || !strings.Contains(faults[0].String(), `there is no draft 5: did you mean 4?`) {
		t.Errorf("got %v", faults)
	}
}

func TestContractKeys(t *testing.T) {
	names := make(map[string]bool)
	for _, k := range ContractKeys() {
		names[k.Name] = true
		if k.Doc == "" || k.Type == "" {
			t.Errorf("the key %s says too little of itself: %+v", k.Name, k)
		}
	}
	for _, want := range []string{"winnow", "schema", "rules", "sensitive", "topics", "refs"} {
		if !names[want] {
			t.Errorf("no key %s", want)
		}
	}
}
