package validators

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/schemas"
	"github.com/winnow-data/winnow/validators/internal/batchtest"
	"github.com/winnow-data/winnow/validators/sensitive"
)

// load loads a contract with a small schema, the rules and the policy given as YAML.
func load(t *testing.T, rules, policy string) *schemas.Contract {
	t.Helper()
	file := filepath.Join(t.TempDir(), "c.yaml")
	text := `winnow: 1
name: test
topics: [test]
schema: {properties: {i: {type: integer}, s: {type: string}, notes: {type: object, properties: {text: {type: string}}}, list: {type: array, items: {properties: {a: {type: string}}}}}}
rules: [` + rules + `]
` + policy + "\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, faults := schemas.LoadContract(file, schemas.ContractOptions{})
	if err := faults.Err(); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCompile(t *testing.T) {
	set, faults := Compile(load(t, `{rule: range, pointer: /i, min: 0},
  {rule: regex, name: shape, pointer: /s, pattern: "^a", on_fail: tag},
  {rule: duplicate, keys: [/i, /s], within: 10, on_fail: count},
  {rule: not_null, pointer: /new/field},
  {rule: null_rate, pointer: /s, max: 0.5, window: {records: 10}}`, ""))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	want := []Spec{
		{Rule: "range", Name: "range", Pointer: "/i", OnFail: winnow.OnFailQuarantine},
		{Rule: "regex", Name: "shape", Pointer: "/s", OnFail: winnow.OnFailTag},
		{Rule: "duplicate", Name: "duplicate", Pointer: "", OnFail: winnow.OnFailCount},
		{Rule: "not_null", Name: "not_null", Pointer: "/new/field", OnFail: winnow.OnFailQuarantine},
		{Rule: "null_rate", Name: "null_rate", Pointer: "/s", OnFail: winnow.OnFailCount, Window: true},
	}
	if got := set.Rules(); !slices.Equal(got, want) {
		t.Errorf("got %+v,\nwant %+v", got, want)
	}
	if n := len(set.New()); n != len(want) {
		t.Errorf("%d rules are made, want %d", n, len(want))
	}
}

// TestNewRemembersNothing: what one partition has seen is nothing to another.
func TestNewRemembersNothing(t *testing.T) {
	c := load(t, `{rule: duplicate, pointer: /i, within: 10}`, "")
	set, faults := Compile(c)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	b := batchtest.Decode(t, c.Program, `{"i":1}`)
	f := &batchtest.Findings{Batch: b}
	set.New()[0].Check(b, f)
	second := set.New()[0]
	second.Check(b, f)
	if len(f.Rows) != 0 {
		t.Errorf("a new partition knows %v", f.Rows)
	}
	if second.Check(b, f); len(f.Rows) != 1 {
		t.Errorf("the same partition found %v, want one row", f.Rows)
	}
}

func TestCompileFaults(t *testing.T) {
	for name, c := range map[string]struct {
		rules, policy string
		want          []string
	}{
		"all at once": {
			rules: `{rule: rnage, pointer: /i}, {rule: range, pointer: /i}, {rule: length, pointer: /i, min: 1}`,
			want:  []string{`:5:16: unknown rule "rnage": did you mean range?`, `:5:37: the rule range has no limit`, `:5:89: the rule length cannot judge "/i"`},
		},
		"detector": {rules: `{rule: email, pointer: /s}`, want: []string{`:5:16: "email" is a detector, not a rule: say what becomes`}},
		"names": {
			rules: `{rule: not_null, name: range, pointer: /i}, {rule: not_null, name: iban, pointer: /i}, {rule: not_null, name: jwt, pointer: /s}`,
			want:  []string{`:5:32: the name "range" is that of`, `:5:76: the name "iban" is that of`, `:5:119: the name "jwt" is that of`},
		},
		"two policies": {
			rules: `{rule: not_null, pointer: /i}, {rule: not_null, pointer: /s, on_fail: tag}`,
			want:  []string{`:5:40: two rules are called "not_null" and differ in on_fail`},
		},
		"fields": {
			policy: `sensitive: {fields: {/nots: {email: mask}, /notes/x: {iban: pass}, /notes: {email: mask}, /list/0/a: {email: mask}}}`,
			want:   []string{`:6:22: the schema does not declare "/nots"`, `:6:44: the schema does not declare "/notes/x"`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			contract := load(t, c.rules, c.policy)
			set, faults := Compile(contract)
			if set != nil {
				t.Error("a Set in spite of faults")
			}
			lines := strings.Split(faults.Err().Error(), "\n")
			if len(lines) != len(c.want) {
				t.Fatalf("got %d faults, want %d:\n%s", len(lines), len(c.want), strings.Join(lines, "\n"))
			}
			for i, w := range c.want {
				if !strings.HasPrefix(lines[i], contract.File+w) {
					t.Errorf("got  %s\nwant …%s", lines[i], w)
				}
			}
		})
	}
}

func TestPolicy(t *testing.T) {
	set, faults := Compile(load(t, "", `sensitive:
  default: mask
  types: {email: pass, iban: quarantine}
  fields: {/notes: {email: redact, credit_card: pass}, /notes/text: {email: quarantine}}`))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	for _, c := range []struct {
		typ, pointer string
		want         winnow.Action
	}{
		{"us_ssn", "/s", winnow.ActionMask},
		{"email", "/s", winnow.ActionPass},
		{"email", "", winnow.ActionPass},
		{"email", "/*", winnow.ActionPass},
		{"iban", "/notes/text", winnow.ActionQuarantine},
		{"email", "/notes", winnow.ActionRedact},
		{"email", "/notes/*", winnow.ActionRedact},
		{"email", "/notesx", winnow.ActionPass},
		{"email", "/notes/text", winnow.ActionQuarantine},
		{"email", "/notes/text/0", winnow.ActionQuarantine},
		{"credit_card", "/notes/text", winnow.ActionPass},
		{"credit_card", "/s", winnow.ActionMask},
		{"us_ssn", "/notes/text", winnow.ActionMask},
	} {
		if got := set.Policy().Action(c.typ, c.pointer); got != c.want {
			t.Errorf("%s at %q: %s, want %s", c.typ, c.pointer, got, c.want)
		}
	}
	if n := testing.AllocsPerRun(100, func() { set.Policy().Action("us_ssn", "/notes/text/0/1") }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestSensitiveOnAndOff(t *testing.T) {
	set, faults := Compile(load(t, "", ""))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	if a := set.Policy().Action("email", "/s"); a != winnow.ActionQuarantine {
		t.Errorf("a contract that does not say: %s, want quarantine", a)
	}
	one, two := set.Scanner(), set.Scanner()
	if one == two {
		t.Error("two goroutines would share a scanner")
	}
	if spans := one.Scan([]byte(`{"s":"a@x.io"}`), nil); len(spans) != 1 {
		t.Errorf("found %v", spans)
	}
	set, faults = Compile(load(t, "", "sensitive: off"))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	if set.Policy() != nil || set.Scanner() != nil {
		t.Error("sensitive: off, and there is a policy or a scanner")
	}
}

// TestTypes: what the contract's loader takes for a detector is one, and the other way round.
func TestTypes(t *testing.T) {
	got := slices.Sorted(slices.Values(Types()))
	if want := slices.Sorted(slices.Values(schemas.SensitiveTypes())); !slices.Equal(got, want) {
		t.Errorf("the detectors are %v, contracts may name %v", got, want)
	}
	for _, typ := range sensitive.Planned() {
		if slices.Contains(got, typ) {
			t.Errorf("%s is planned, and there", typ)
		}
	}
}
