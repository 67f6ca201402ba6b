package schemas_test

import (
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/schemas"
	"github.com/winnow-data/winnow/strict"
)

// library gives the documents that the schemas of these tests refer to, by address.
func library(uri string) (string, *yaml.Node, winnow.Faults) {
	const meta = `{"$schema":"https://json-schema.org/draft/2020-12/schema","$vocabulary":{`
	const vocab = `"https://json-schema.org/draft/2020-12/vocab/`
	text, ok := map[string]string{
		"https://example.org/dir/count":   `{"type":"integer","$defs":{"bool":{"$anchor":"b","type":"boolean"}}}`,
		"https://example.org/count":       `{"type":"string"}`,
		"https://example.org/other/count": `{"type":"null","$defs":{"up":{"$ref":"../count"}}}`,
		"urn:example:count":               `{"type":"boolean","$defs":{"a":{"$anchor":"a","type":"array"}}}`,
		"https://example.org/seven":       `{"$schema":"http://json-schema.org/draft-07/schema#","items":[{"type":"integer"}],"definitions":{"n":{"$id":"#n","type":"null"}}}`,
		"https://example.org/plain":       meta + vocab + `core":true,` + vocab + `applicator":true,"https://example.org/vocab/mine":false}}`,
		"https://example.org/checked":     meta + vocab + `core":true,` + vocab + `validation":true}}`,
		"https://example.org/strange":     meta + `"https://example.org/vocab/mine":true}}`,
		"https://example.org/fake":        meta + `"https://example.org/vocab/core":true}}`,
		"https://example.org/typo":        `{"type":"strin"}`,
		"file:///near.json":               `{"type":"string"}`,
	}[uri]
	if !ok {
		return "", nil, nil
	}
	n, faults := strict.Parse(uri, []byte(text))
	return uri, n, faults
}

// takes has, in the order of these letters, which of null, true, 2, "s", {"a":"s"} and ["s"] a schema takes.
func takes(t *testing.T, schema string, opt schemas.Options) string {
	t.Helper()
	d, text := schemas.NewDecoder(compile(t, schema, opt), schemas.Limits{}), []byte("nbisoa")
	for k, doc := range []string{`null`, `true`, `2`, `"s"`, `{"a":"s"}`, `["s"]`} {
		if reasons, _ := d.Decode([]byte(doc), nil); len(reasons) > 0 {
			text[k] = '-'
		}
	}
	return string(text)
}

func TestResources(t *testing.T) {
	const (
		base   = `"$id":"https://example.org/dir/schema.json",`
		seven  = `"$schema":"http://json-schema.org/draft-07/schema#",`
		nested = `{` + base + `"$ref":"../other/in","$defs":{"x":{"$id":"/other/in","$ref":"count"}}}`
		tuple  = `"items":[{"type":"integer"}]`
	)
	for schema, want := range map[string]string{
		// Where references are taken from.
		`{"$ref":"near.json"}`:                            "---s--",
		`{` + base + `"$ref":"count"}`:                    "--i---",
		`{` + base + `"$ref":"../count"}`:                 "---s--",
		`{` + base + `"$ref":"/count"}`:                   "---s--",
		`{` + base + `"$ref":"//example.org/count"}`:      "---s--",
		`{` + base + `"$ref":"urn:example:count"}`:        "-b----",
		`{` + base + `"$ref":"../other/count#/$defs/up"}`: "---s--",
		nested: "n-----",
		`{` + base + `"anyOf":[{"$ref":"count"},{"$id":"../","$ref":"count"},{"$id":"../other/","$ref":"count"}]}`: "n-is--",
		`{` + base + `"$ref":"#/$defs/x/not","$defs":{"x":{"$id":"/","not":{"$ref":"count"}}}}`:                    "---s--",
		`{"$id":"urn:example:me","$ref":"#/$defs/x","$defs":{"x":{"type":"null"}}}`:                                "n-----",
		`{"$id":"urn:example:me","$ref":"urn:example:me#x","$defs":{"x":{"$anchor":"x","type":"null"}}}`:           "n-----",
		`{"$id":"https://example.org/dir/schema.json#","$ref":"count"}`:                                            "--i---",

		// Anchors belong to their resource.
		`{"$ref":"#x","$defs":{"x":{"$anchor":"x","type":"null"}}}`:                                                               "n-----",
		`{"$ref":"#x","$defs":{"o":{"$id":"o","$defs":{"x":{"$anchor":"x","type":"string"}}},"x":{"$anchor":"x","type":"null"}}}`: "n-----",
		`{` + base + `"$ref":"o#x","$defs":{"o":{"$id":"o","$defs":{"x":{"$anchor":"x","type":"string"}}},"x":{"$anchor":"x"}}}`:  "---s--",
		`{` + base + `"$ref":"count#b"}`: "-b----",
		`{"$ref":"urn:example:count#a"}`: "-----a",
		`{"$ref":"#/$defs/o/$defs/y","$defs":{"o":{"$id":"o","$defs":{"x":{"$anchor":"x","type":"string"},"y":{"$ref":"#x"}}}}}`:        "---s--",
		`{"$ref":"#x","$defs":{"x":{"$dynamicAnchor":"x","type":"array"}}}`:                                                             "-----a",
		`{` + seven + `"$ref":"#x","definitions":{"x":{"$id":"#x","type":"object"}}}`:                                                   "----o-",
		`{` + seven + `"allOf":[{"$ref":"#x"}],"definitions":{"x":{"$id":"#x","type":"object"},"y":{"$id":"#z","$ref":"#/nowhere/x"}}}`: "----o-",

		// Beside $ref an old $id says nothing.
		`{` + seven + `"$id":"https://example.org/","allOf":[{"$id":"dir/","$ref":"count"}]}`: "---s--",
		`{` + base + `"allOf":[{"$id":"../","$ref":"count"}]}`:                                "---s--",

		// Resources of other drafts.
		`{"$ref":"https://example.org/seven"}`:                                 "nbiso-",
		`{"$ref":"https://example.org/seven#n"}`:                               "n-----",
		`{"$ref":"#/$defs/x","$defs":{"x":{"$id":"x",` + seven + tuple + `}}}`: "nbiso-",
		`{"$ref":"#/$defs/x","$defs":{"x":{"$id":"x","$schema":"http://json-schema.org/draft-04/schema#","minimum":2,"exclusiveMinimum":true,"properties":{"a":{"const":1}}}}}`: "nb-soa",
		`{` + seven + `"allOf":[{"$ref":"#/definitions/x"}],"definitions":{"x":{"$id":"x","$schema":"https://json-schema.org/draft/2020-12/schema","prefixItems":[false]}}}`:    "nbiso-",

		// Vocabularies that a metaschema does not have.
		`{"$schema":"https://example.org/plain","type":"string","minLength":5,"const":1,"properties":{"a":false}}`:           "nbis-a",
		`{"$schema":"https://example.org/checked","type":["string","object"],"properties":{"a":false}}`:                      "---so-",
		`{"$ref":"#/$defs/x","type":"string","$defs":{"x":{"$id":"x","$schema":"https://example.org/plain","type":"null"}}}`: "---s--",
		`{"$schema":"https://json-schema.org/draft/2020-12/schema#","type":"string"}`:                                        "---s--",

		// The drafts' own schemas.
		`{"$ref":"https://json-schema.org/draft/2020-12/schema"}`:                             "-b--o-",
		`{"$ref":"http://json-schema.org/draft-04/schema#"}`:                                  "----o-",
		`{"$ref":"http://json-schema.org/draft-07/schema#/definitions/nonNegativeInteger"}`:   "--i---",
		`{"$ref":"https://json-schema.org/draft/2019-09/meta/validation#/$defs/stringArray"}`: "-----a",
	} {
		if got := takes(t, schema, schemas.Options{Load: library}); got != want {
			t.Errorf("%s takes %s, want %s", schema, got, want)
		}
	}
}

// TestResourceFaults has references and dialects that nothing can be made of, each with its place.
func TestResourceFaults(t *testing.T) {
	for schema, want := range map[string]string{
		"type: string\n$schema: https://example.org/strange":            "s.yaml:2:10: its metaschema requires the vocabulary \"https://example.org/vocab/mine\", which winnow does not know",
		"$schema: https://example.org/fake":                             "s.yaml:1:10: its metaschema requires the vocabulary \"https://example.org/vocab/core\"",
		"$defs:\n  x: {$id: x, $schema: 'https://example.org/strange'}": "s.yaml:2:24: its metaschema requires the vocabulary",
		"$schema: https://example.org/none":                             "s.yaml:1:10: unknown $schema: there is no local file for it",
		"$schema: relative":                                             "s.yaml:1:10: unknown $schema",
		"$schema: 1":                                                    "s.yaml:1:10: unknown $schema",
		"items:\n  $ref: https://example.org/typo":                      "https://example.org/typo:1:9: type must be one of",
		"items:\n  $ref: https://example.org/none":                      "s.yaml:2:3: this $ref leads to https://example.org/none, which is not here",
		"$id: https://example.org/dir/\nitems:\n  $ref: none":           "s.yaml:3:3: this $ref leads to https://example.org/dir/none, which is not here",
		"$ref: '#x'\n$defs: {o: {$id: o, $anchor: x}}":                  "s.yaml:1:1: this $ref leads nowhere",
		"$ref: 'https://example.org/dir/count#c'":                       "s.yaml:1:1: this $ref leads nowhere",
		"$ref: '#%zz'":         "s.yaml:1:1: this $ref leads nowhere",
		"$ref: '../near.json'": "s.yaml:1:1: this $ref leads out of the schema's folder",
		"$ref: 'https://json-schema.org/draft/2020-12/none'": "s.yaml:1:1: this $ref leads to https://json-schema.org/draft/2020-12/none, which is not here",
	} {
		if err := faultsOf(t, schema, schemas.Options{Load: library}).Err(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s:\n got %v\nwant %s", schema, err, want)
		}
	}
}
