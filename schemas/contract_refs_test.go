package schemas

import (
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

const referring = `
-- c.yaml --
winnow: 1
schema:
  type: object
  properties:
    a: {$ref: "https://example.org/types.json#/$defs/count"}
    b: {$ref: "https://example.org/deep/names"}
    c: {$ref: "https://example.org/one.json"}
    d: {$ref: "types/local.json#/$defs/d"}
refs:
  "https://example.org/": schemas/
  "https://example.org/deep": elsewhere
  "https://example.org/one.json": one.yaml
-- schemas/types.json --
{"$defs": {"count": {"type": "integer", "maximum": 10}}}
-- schemas/deep/names.json --
false
-- elsewhere/names.yaml --
# By its other name, and back again.
type: string
maxLength: 3
properties: {again: {$ref: ../types.json}}
-- one.yaml --
enum: [1, one]
-- types/local.json --
{"$defs": {"d": {"$ref": "other.json"}}}
-- types/other.json --
{"type": "boolean", "$comment": "c", "items": {"$ref": "local.json#/$defs/d"}}
`

// edited gives the contract of referring with changes: old and new in turn.
func edited(t *testing.T, changes ...string) *Contract {
	t.Helper()
	text := referring
	for i := 0; i < len(changes); i += 2 {
		if !strings.Contains(text, changes[i]) {
			t.Fatalf("nothing to edit: %s", changes[i])
		}
		text = strings.ReplaceAll(text, changes[i], changes[i+1])
	}
	return load(t, filepath.Join(writeFiles(t, txtar.Parse([]byte(text))), "c.yaml"), ContractOptions{})
}

func TestRefs(t *testing.T) {
	d := NewDecoder(edited(t).Program, Limits{})
	for doc, want := range map[string]string{
		`{"a": 10, "b": "abc", "c": "one", "d": true}`: "",
		`{"a": 11}`:     "maximum",
		`{"b": "abcd"}`: "maxLength",
		`{"c": 2}`:      "enum",
		`{"d": 1}`:      "type",
	} {
		reasons, _ := d.Decode([]byte(doc), nil)
		if want == "" && len(reasons) > 0 || want != "" && (len(reasons) != 1 || reasons[0].Rule != want) {
			t.Errorf("%s: want %q, got %v", doc, want, reasons)
		}
	}
}

func TestHashOfRefs(t *testing.T) {
	base := edited(t).Hash
	for name, c := range map[string]struct {
		same    bool
		changes []string
	}{
		"comment":                      {true, []string{"# By its other name, and back again.", "# Other words."}},
		"white space, order of keys":   {true, []string{`"type": "integer", "maximum": 10`, `"maximum":1e1,"type":"integer"`}},
		"where files lie":              {true, []string{"elsewhere", "somewhere/else"}},
		"the extension":                {true, []string{"one.yaml", "one.json"}},
		"a limit":                      {false, []string{`"maximum": 10`, `"maximum": 11`}},
		"a limit, two steps away":      {false, []string{`"type": "boolean"`, `"type": ["boolean", "null"]`}},
		"a file that nobody refers to": {true, []string{"false", "true"}},
	} {
		if got := edited(t, c.changes...).Hash; (got == base) != c.same {
			t.Errorf("%s: the hash is the same: %v", name, got == base)
		}
	}
}

// TestRefsOfOptions has the command line's before the contract's own.
func TestRefsOfOptions(t *testing.T) {
	dir := writeFiles(t, txtar.Parse([]byte(referring+"-- mine.json --\n{\"$defs\": {\"count\": {\"type\": \"string\"}}}\n")))
	r, err := ParseRef("https://example.org/types.json=" + filepath.Join(dir, "mine.json"))
	if err != nil {
		t.Fatal(err)
	}
	c := load(t, filepath.Join(dir, "c.yaml"), ContractOptions{Refs: []Ref{r}})
	if reasons, _ := NewDecoder(c.Program, Limits{}).Decode([]byte(`{"a": "text"}`), nil); len(reasons) > 0 {
		t.Errorf("got %v", reasons)
	}
	for text, want := range map[string]string{
		"":                                   "is not like",
		"https://example.org/":               "is not like",
		"schemas/=" + dir:                    "no absolute address",
		"https://example.org/#a=" + dir:      "no absolute address",
		"https://example.org/=" + dir + "/x": "no such file",
		"https://example.org/=" + filepath.Join(dir, "c.yaml"): "is no folder",
		"https://example.org/=/dev/null":                       "is no folder",
		"https://example.org/a=/dev/null":                      "neither a folder nor a file",
	} {
		if _, err := ParseRef(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: want %s, got %v", text, want, err)
		}
	}
}

// TestRefsOfMetaschema has a schema whose own metaschema is a local file; one that is not there is a fault of the place that names it.
func TestRefsOfMetaschema(t *testing.T) {
	const files = `
-- c.yaml --
winnow: 1
schema: {$schema: "https://example.org/meta", minimum: 3, properties: {a: {minimum: 3}}}
refs: {"https://example.org/": s}
-- s/meta.json --
{"$schema": "https://json-schema.org/draft/2020-12/schema", "$vocabulary": {"https://json-schema.org/draft/2020-12/vocab/core": true, "https://json-schema.org/draft/2020-12/vocab/applicator": true}}
`
	dir := writeFiles(t, txtar.Parse([]byte(files)))
	c := load(t, filepath.Join(dir, "c.yaml"), ContractOptions{})
	if reasons, _ := NewDecoder(c.Program, Limits{}).Decode([]byte(`{"a": 1}`), nil); len(reasons) > 0 {
		t.Errorf("a vocabulary that the metaschema does not have: %v", reasons)
	}
	if moved := load(t, filepath.Join(writeFiles(t, txtar.Parse([]byte(strings.Replace(files, ", \"https://json-schema.org/draft/2020-12/vocab/applicator\": true", "", 1)))), "c.yaml"), ContractOptions{}); moved.Hash == c.Hash {
		t.Error("the hash does not cover the metaschema")
	}
	dir = writeFiles(t, txtar.Parse([]byte(strings.Replace(files, "org/meta", "org/mta", 1))))
	_, faults := LoadContract(filepath.Join(dir, "c.yaml"), ContractOptions{})
	want := filepath.Join(dir, "c.yaml") + ":2:19: there is no file " + filepath.Join(dir, "s", "mta") + ", nor one with .json or .yaml: "
	if err := faults.Err(); err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("got %v", faults)
	}
}

// TestRefsAreBounded has a chain of documents that is too long, and too large ones. Each fault is at the $ref.
func TestRefsAreBounded(t *testing.T) {
	var chain strings.Builder
	for i := range maxDocuments + 1 {
		chain.WriteString("-- " + linkName(i) + " --\n{\"items\": {\"$ref\": \"" + linkName(i+1) + "\"}}\n")
	}
	large := "-- a.json --\n[\"" + strings.Repeat("x", maxDocumentBytes/2) + "\"]\n-- b.json --\n[\"" + strings.Repeat("x", maxDocumentBytes/2) + "\"]\n"
	for _, c := range []struct{ files, want string }{
		{"-- c.yaml --\nitems: {$ref: " + linkName(0) + "}\n" + chain.String(), linkName(maxDocuments-1) + ":1:12: the schema refers to more than 1000 documents"},
		{"-- c.yaml --\nprefixItems: [{$ref: 'a.json#/0'}, {$ref: b.json}]\n" + large, "c.yaml:1:37: the documents that the schema refers to are larger than 16MiB in all"},
	} {
		dir := writeFiles(t, txtar.Parse([]byte(c.files)))
		_, faults := LoadContract(filepath.Join(dir, "c.yaml"), ContractOptions{})
		if err := faults.Err(); err == nil || !strings.Contains(err.Error(), filepath.Join(dir, c.want)) {
			t.Errorf("want %s, got %.300v", c.want, err)
		}
	}
}

func linkName(i int) string {
	const letters = "abcdefghijklmnopqrstuvwxyz"
	return string([]byte{'d', letters[i/676], letters[i/26%26], letters[i%26]}) + ".json"
}

// TestSecondOpinionOfDocuments: gojsonschema sees what winnow has loaded, and nothing else.
func TestSecondOpinionOfDocuments(t *testing.T) {
	const files = `
-- c.json --
{"$schema": "http://json-schema.org/draft-07/schema#", "$id": "https://example.org/c.json", "properties": {
  "a": {"$ref": "a.json#/definitions/x"}, "b": {"$ref": "https://example.com/b.json"}, "m": {"$ref": "http://json-schema.org/draft-07/schema#"}}}
-- s/a.json --
{"$schema": "http://json-schema.org/draft-07/schema#", "definitions": {"x": {"$ref": "b.json"}}}
-- s/b.json --
{"$schema": "http://json-schema.org/draft-07/schema#", "minLength": 1, "maxLength": 2}
`
	for _, c := range []struct {
		files string
		want  int
	}{
		{files, 0},
		{strings.ReplaceAll(files, `"minLength": 1`, `"minLength": 3`), 1},
		{strings.Replace(files, `draft-07/schema#", "minLength": 1`, `draft-06/schema#", "minLength": 3`, 1), 0}, // two drafts: no opinion
	} {
		dir := writeFiles(t, txtar.Parse([]byte(c.files)))
		opt := ContractOptions{Refs: []Ref{{"https://example.org/", filepath.Join(dir, "s")}, {"https://example.com/", filepath.Join(dir, "s")}}}
		_, faults := LoadContract(filepath.Join(dir, "c.json"), opt)
		if faults.Err() != nil || len(faults.Warnings()) != c.want {
			t.Errorf("got %v", faults)
		}
	}
}
