package schemas

import (
	"testing"

	"github.com/winnow-data/winnow/strict"
)

// guessed spells what is sure of a schema and each kind of value: N null, B booleans, I numbers, S strings, O objects, A arrays. A capital letter is sure to pass,
// - to fail, and a small letter hangs on the value.
func guessed(t *testing.T, schema string) string {
	t.Helper()
	n, faults := strict.Parse("s.json", []byte(schema))
	c := newCompiler(Options{})
	def := c.readAll("s.json", resolve(n), Options{})
	if faults.Err() != nil || def == nil || c.faults.Err() != nil {
		t.Fatalf("%s: %v %v", schema, faults, c.faults)
	}
	c.shorten()
	b, text := newBuilder(c, nil), []byte("nbisoa")
	for k := range text {
		switch b.guess(def, class(k)) {
		case accepts:
			text[k] -= 'a' - 'A'
		case rejects:
			text[k] = '-'
		}
	}
	return string(text)
}

// TestGuess has what is known of schemas before any record is seen.
func TestGuess(t *testing.T) {
	for _, c := range []struct{ schema, want string }{
		{`true`, "NBISOA"}, {`{}`, "NBISOA"}, {`false`, "------"}, {`{"not":{}}`, "------"}, {`{"title":"t","x-mine":1}`, "NBISOA"},
		{`{"type":"null"}`, "N-----"}, {`{"type":["boolean","string"]}`, "-B-S--"}, {`{"type":"number"}`, "--I---"}, {`{"type":"integer"}`, "--i---"},
		{`{"type":["object","array"]}`, "----OA"},
		{`{"const":null}`, "n-----"}, {`{"enum":[true,1]}`, "-bi---"}, {`{"enum":["a",{},[]]}`, "---soa"}, {`{"type":"string","const":1}`, "------"},

		{`{"minimum":1}`, "NBiSOA"}, {`{"multipleOf":2}`, "NBiSOA"}, {`{"maxLength":1}`, "NBIsOA"}, {`{"pattern":"a"}`, "NBIsOA"}, {`{"maxLength":1,"type":"number"}`, "--I---"},
		{`{"required":["a"]}`, "NBISoA"}, {`{"minProperties":1}`, "NBISoA"}, {`{"properties":{"a":false}}`, "NBISoA"}, {`{"propertyNames":false}`, "NBISoA"},
		{`{"additionalProperties":false}`, "NBISoA"}, {`{"patternProperties":{"a":false}}`, "NBISoA"}, {`{"dependentRequired":{"a":["b"]}}`, "NBISoA"},
		{`{"dependentSchemas":{"a":false}}`, "NBISoA"}, {`{"unevaluatedProperties":false}`, "NBISoA"},
		{`{"maxItems":1}`, "NBISOa"}, {`{"items":false}`, "NBISOa"}, {`{"prefixItems":[true]}`, "NBISOa"}, {`{"contains":true}`, "NBISOa"}, {`{"uniqueItems":true}`, "NBISOa"},
		{`{"unevaluatedItems":false}`, "NBISOa"}, {`{"uniqueItems":false,"minItems":0}`, "NBISOA"},

		{`{"allOf":[{"type":["null","string"]},{"minLength":1}]}`, "N--s--"}, {`{"allOf":[{"type":"null"},{"type":"string"}]}`, "------"},
		{`{"anyOf":[{"type":"null"},{"type":"string","minLength":1}]}`, "N--s--"}, {`{"anyOf":[{"minLength":1},{"type":"string"}]}`, "NBISOA"},
		{`{"anyOf":[{"minLength":1},{"pattern":"a"}]}`, "NBIsOA"}, {`{"anyOf":[false,false]}`, "------"}, {`{"anyOf":[true,{"type":"null"}],"type":"string"}`, "---S--"},
		{`{"oneOf":[{"type":"null"},{"type":"string"}]}`, "N--S--"}, {`{"oneOf":[{"type":"null"},{"type":["null","string"]}]}`, "---S--"},
		{`{"oneOf":[{"type":"null"},{"minLength":1}]}`, "-BIsOA"}, {`{"oneOf":[true,{"maxLength":1}]}`, "---s--"}, {`{"oneOf":[true,true,{"maxLength":1}]}`, "------"},
		{`{"not":{"type":"null"}}`, "-BISOA"}, {`{"not":{"minLength":1}}`, "---s--"}, {`{"not":{"const":null}}`, "nBISOA"}, {`{"not":{"not":{"type":"null"}}}`, "N-----"},
		{`{"if":{"type":"null"},"then":true,"else":{}}`, "NBISOA"}, {`{"if":{"minLength":1},"then":{"maxLength":3}}`, "NBIsOA"},
		{`{"if":true,"then":false}`, "nbisoa"}, {`{"if":{"type":"null"},"else":{"type":"string"}}`, "nbiSoa"}, {`{"then":false,"else":false}`, "NBISOA"},

		{`{"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/b"},"b":{"type":"string"}}}`, "---S--"},
		{`{"$ref":"#/$defs/a","minLength":1,"$defs":{"a":{"type":["string","null"]}}}`, "N--s--"},
		{`{"type":["array","null"],"items":{"$ref":"#"}}`, "N----a"},
	} {
		if got := guessed(t, c.schema); got != c.want {
			t.Errorf("%s: %s, want %s", c.schema, got, c.want)
		}
	}
}
