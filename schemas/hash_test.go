package schemas

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/winnow-data/winnow/strict"
)

const hashed = `winnow: 1
name: n
topics: [t]
team: {pointer: /a}
schema: {$ref: s.json}
rules:
  - {rule: range, pointer: /a, min: 0, max: 10}
  - {rule: null_rate, pointer: /a, max: 0.5}
sensitive: {types: {email: mask, iban: pass}}
`

const hashedSchema = `{"type": "object", "properties": {"a": {"type": "number", "maximum": 100}, "b": {"enum": ["x", 1.0, null]}}}`

// hashOf writes the two files, the contract under the given name, and gives the contract's hash.
func hashOf(t *testing.T, name, contract, schema string, opt ContractOptions) string {
	t.Helper()
	dir := writeFiles(t, &txtar.Archive{Files: []txtar.File{{Name: name, Data: []byte(contract)}, {Name: "s.json", Data: []byte(schema)}, {Name: "t.yaml", Data: []byte(schema)}}})
	return load(t, filepath.Join(dir, name), opt).Hash
}

func TestHash(t *testing.T) {
	base := hashOf(t, "c.yaml", hashed, hashedSchema, ContractOptions{})
	if !regexp.MustCompile(`^sha256:[0-9a-f]{64}$`).MatchString(base) {
		t.Errorf("the hash is %s", base)
	}
	edit := func(old, with string) string {
		t.Helper()
		if !strings.Contains(hashed, old) {
			t.Fatalf("nothing to edit: %s", old)
		}
		return strings.Replace(hashed, old, with, 1)
	}
	schema := func(old, with string) string {
		t.Helper()
		if !strings.Contains(hashedSchema, old) {
			t.Fatalf("nothing to edit: %s", old)
		}
		return strings.Replace(hashedSchema, old, with, 1)
	}
	no := false
	for _, c := range []struct {
		name             string
		contract, schema string
		opt              ContractOptions
		same             bool
	}{
		{name: "a comment", contract: "# hello\n" + hashed + "# end\n", same: true},
		{name: "white space", contract: edit("{pointer: /a}", "\n  pointer:   '/a'"), same: true},
		{name: "order of keys", contract: edit("winnow: 1\nname: n\n", "name: n\nwinnow: 1\n"), same: true},
		{name: "order of keys of a rule", contract: edit("min: 0, max: 10", "max: 10, min: 0"), same: true},
		{name: "spelling of numbers", contract: edit("min: 0, max: 10", "min: -0.0, max: 1.0e1"), same: true},
		{name: "spelling of numbers in the schema", schema: schema("100", "1e2"), same: true},
		{name: "order of keys of the schema", schema: schema(`"type": "number", "maximum": 100`, `"maximum":100,"type":"number"`), same: true},
		{name: "escapes", schema: schema(`"a"`, `"\u0061"`), same: true},
		{name: "the schema in another file", contract: edit("s.json", "t.yaml"), same: true},
		{name: "the schema inline", contract: edit("{$ref: s.json}", hashedSchema), same: true},
		{name: "defaults written out", contract: hashed + "mode: enforce\ntombstones: skip\nformat_assertion: true\n", same: true},
		{name: "the default of sensitive written out", contract: edit("{types:", "{default: quarantine, types:"), same: true},
		{name: "the defaults of rules written out", contract: edit("min: 0,", "on_fail: quarantine, name: range, min: 0,"), same: true},
		{name: "the default of a window written out", contract: edit("max: 0.5", "max: 0.5, on_fail: count"), same: true},
		{name: "the default draft", opt: ContractOptions{Draft: "2020-12"}, same: true},

		{name: "a limit", contract: edit("max: 10", "max: 11")},
		{name: "a limit of the schema", schema: schema("100", "101")},
		{name: "a type of a value", schema: schema(`1.0`, `"1"`)},
		{name: "order of a list", schema: schema(`"x", 1.0`, `1.0, "x"`)},
		{name: "the name", contract: edit("name: n", "name: m")},
		{name: "the owner", contract: hashed + "owner: {team: x}\n"},
		{name: "a topic", contract: edit("[t]", "[t, u]")},
		{name: "where the team is", contract: edit("{pointer: /a}", "{header: /a}")},
		{name: "user in team's place", contract: edit("team:", "user:")},
		{name: "mode", contract: hashed + "mode: shadow\n"},
		{name: "tombstones", contract: hashed + "tombstones: quarantine\n"},
		{name: "format_assertion", contract: hashed + "format_assertion: false\n"},
		{name: "format_assertion by flag", opt: ContractOptions{FormatAssertion: &no}},
		{name: "another draft", opt: ContractOptions{Draft: "7"}},
		{name: "on_fail", contract: edit("min: 0", "min: 0, on_fail: tag")},
		{name: "a rule's name", contract: edit("min: 0", "min: 0, name: limits")},
		{name: "the policy", contract: edit("mask", "redact")},
		{name: "no policy", contract: edit("{types: {email: mask, iban: pass}}", "off")},
	} {
		contract, s := c.contract, c.schema
		if contract == "" {
			contract = hashed
		}
		if s == "" {
			s = hashedSchema
		}
		if got := hashOf(t, "c.yaml", contract, s, c.opt); (got == base) != c.same {
			t.Errorf("%s: the hash is the same: %v", c.name, got == base)
		}
	}
	named := schema(`{"type"`, `{"$schema": "https://json-schema.org/draft/2019-09/schema", "type"`)
	if hashOf(t, "c.yaml", hashed, named, ContractOptions{}) != hashOf(t, "c.yaml", hashed, named, ContractOptions{Draft: "7"}) {
		t.Error("a draft that has no effect moves the hash")
	}
	if hashOf(t, "other.yaml", hashed, hashedSchema, ContractOptions{}) != base {
		t.Error("the name of the file moves the hash")
	}
}

func TestHashOfBareSchema(t *testing.T) {
	a := hashOf(t, "s.json", hashedSchema, hashedSchema, ContractOptions{})
	if b := hashOf(t, "t.yaml", hashedSchema, hashedSchema, ContractOptions{}); a != b {
		t.Error("the name of the file moves the hash")
	}
	// That is what the documentation of a bare schema says it is.
	if b := hashOf(t, "c.yaml", "winnow: 1\nschema: {$ref: s.json}\nsensitive: off\n", hashedSchema, ContractOptions{}); a != b {
		t.Error("a bare schema is a contract of its schema and nothing else")
	}
}

// The hash is in verdict logs for years: the canonical form must not drift.
func TestCanonicalForm(t *testing.T) {
	n, faults := strict.Parse("f", []byte(`{"b": [1.50, true, null, "é<\n"], "a": {"z": -0, "é": 1e400}, "": 0.00012, "c": 1200}`))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	want := `{"":12e-5,"a":{"z":0,"é":1e400},"b":[15e-1,true,null,"é\u003c\n"],"c":12e2}`
	if got := string(appendCanonical(nil, n)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	const golden = "../testdata/contracts/good.hash"
	want2, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got := load(t, "../testdata/contracts/good.yaml", ContractOptions{}).Hash; got != strings.TrimSpace(string(want2)) {
		t.Errorf("the hash of good.yaml is %s, and %s says %s", got, golden, want2)
	}
}

func TestCanonicalNumber(t *testing.T) {
	for _, same := range [][]string{
		{"0", "0", "-0", "0.0", "0e99", "-0.00E-5"},
		{"1", "1", "1.0", "10e-1", "0.1e1", "1e0", "100E-2", "1e+0"},
		{"-15e-1", "-1.5", "-15e-1", "-0.15e1", "-1.500"},
		{"1e3", "1000", "1e3", "1.000e3", "0.01e5"},
		{"123456789012345678901234567891", "123456789012345678901234567891", "12345678901234567890123456789.1e1"},
		{"1e99999999999999999999", "1e99999999999999999999", "10e99999999999999999998"},
		{"1e-7", "0.0000001", "1e-07"},
	} {
		for _, s := range same[1:] {
			if got := canonicalNumber(s); got != same[0] {
				t.Errorf("%s: got %s, want %s", s, got, same[0])
			}
		}
	}
}
