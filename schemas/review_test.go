package schemas_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/winnow-data/winnow/schemas"
	"github.com/winnow-data/winnow/strict"
)

// TestMapsCountMembersOnce: required names of a map are members like the others.
func TestMapsCountMembersOnce(t *testing.T) {
	d := decoder(t, `{"type":"object","properties":{"m":{"type":"object","required":["a"],"additionalProperties":{"type":"integer"},"minProperties":2,"maxProperties":2}}}`)
	for doc, want := range map[string]string{
		`{"m":{"a":1}}`: "[{minProperties /m }]", `{"m":{"a":1,"b":2}}`: "[]", `{"m":{"a":1,"b":2,"c":3}}`: "[{maxProperties /m }]",
	} {
		reasons, _ := d.Decode([]byte(doc), nil)
		if got := fmt.Sprint(reasons); got != want {
			t.Errorf("%s: %s, want %s", doc, got, want)
		}
	}
}

// TestWantedColumnOfAnEnum: what is no object fails, as the enum has only objects.
func TestWantedColumnOfAnEnum(t *testing.T) {
	for _, schema := range []string{`{"type":["object","string"],"enum":[{"x":1}]}`, `{"if":{"type":["null","string","number","array","boolean"]},"then":false}`} {
		p := compile(t, `{"type":"object","additionalProperties":false,"properties":{"a":`+schema+`}}`, schemas.Options{Columns: []string{"/a/x"}})
		d := schemas.NewDecoder(p, schemas.Limits{})
		for _, v := range []string{`"s"`, `1`, `1.5`, `true`, `[1]`, `null`} {
			d.Decode([]byte(`{"a":`+v+`}`), nil)
		}
	}
}

// TestRestWhereSomeKindsAreForbidden: that no null passes says nothing of strings.
func TestRestWhereSomeKindsAreForbidden(t *testing.T) {
	for schema, doc := range map[string]string{
		`{"type":"object","properties":{"a":{"type":"integer"}},"additionalProperties":{"if":{"type":"null"},"then":false}}`: `{"a":1,"b":"x"}`,
		`{"if":{"type":"string"},"then":false}`: `{"a":1}`,
		`{"properties":{"a":{"type":"integer"}},"additionalProperties":false,"if":{"type":"string"},"then":false}`:                                                                     `[1]`,
		`{"type":"object","properties":{"a":{"anyOf":[{"type":"integer"},{"type":"null"}]}},"additionalProperties":false}`:                                                             `{"a":null}`,
		`{"type":"object","properties":{"a":{"enum":["x",null]}},"patternProperties":{"^q":{"type":"string"}},"unevaluatedProperties":false}`:                                          `{"a":null,"q":"u"}`,
		`{"type":"object","properties":{"a":{"type":"integer"}},"anyOf":[{"properties":{"b":{"type":"string"}}},{"properties":{"c":true}}],"unevaluatedProperties":false}`:             `{"a":1,"b":"u"}`,
		`{"type":"object","properties":{"a":{"not":{"type":["null","object"]}}}}`:                                                                                                      `{"a":[1]}`,
		`{"type":"object","properties":{"a":{"type":"object","patternProperties":{"x":{"type":"integer"},"a":true,"b":true,"c":true,"d":true},"properties":{"z":{"type":"string"}}}}}`: `{"a":{"z":"1","x":3,"abcd":[],"y":{}}}`,
		`{"type":"object","properties":{"a":{"type":"object","additionalProperties":{"type":["integer","null"]},"propertyNames":{"anyOf":[{"maxLength":1},{"pattern":"^zz"}]}}}}`:      `{"a":{"z":null,"\u007azz":3}}`,
	} {
		d := decoder(t, schema)
		if reasons, row := d.Decode([]byte(doc), nil); !row || len(reasons) > 0 {
			t.Fatalf("%s: %s: %v", schema, doc, reasons)
		}
		rec := d.Record()
		if got := schemas.AppendJSON(nil, rec, 0); !reflect.DeepEqual(parsed(t, got), parsed(t, []byte(doc))) {
			t.Errorf("%s: %s gives %s", schema, doc, got)
		}
		rec.Release()
	}
}

// TestNestedUnevaluated is refused where each level doubles the time, however many levels there are.
func TestNestedUnevaluated(t *testing.T) {
	for _, depth := range []int{20, 62, 63, 64, 65, 100, 200 / 2} {
		schema := strings.Repeat(`{"unevaluatedProperties":false,"allOf":[`, depth) + `{"properties":{"a":{}}}` + strings.Repeat(`]}`, depth)
		if p, faults := schemas.Compile("schema.json", schemaNode(t, schema), schemas.Options{}); p != nil {
			t.Errorf("%d levels compile: %v", depth, faults)
		}
	}
}

func schemaNode(t *testing.T, schema string) *yaml.Node {
	t.Helper()
	n, faults := strict.Parse("schema.json", []byte(schema))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	return n
}

// TestTwiceInLargeObjects: names that the schema has somewhere, in an object of which it says nothing.
func TestTwiceInLargeObjects(t *testing.T) {
	var names, members strings.Builder
	const count = 20_000 // by twos it would take seconds
	for i := range count {
		fmt.Fprintf(&names, `"n%d":true,`, i)
		fmt.Fprintf(&members, `,"n%d":[{"n1":1}]`, i)
	}
	d := decoder(t, `{"type":"object","properties":{"q":{"uniqueItems":true},"z":{"type":"object","properties":{`+names.String()+`"z":true}}}}`)
	for more, want := range map[string]string{
		``: "[]", `,"n7":1`: "[{json  duplicate_key}]", `,"\u006e19999":1`: "[{json  duplicate_key}]", `,"n20000":1`: "[]", `,"n20000":1,"n20000":2`: "[{json  duplicate_key}]",
	} {
		reasons, _ := d.Decode([]byte(`{"q":[{`+members.String()[1:]+more+`}]}`), nil)
		if got := fmt.Sprint(reasons); got != want {
			t.Errorf("with %s: %s, want %s", more, got, want)
		}
	}
}

// TestElementsThatAreAlike are told apart in one go, though their signs are equal.
func TestElementsThatAreAlike(t *testing.T) {
	d := decoder(t, `{"uniqueItems":true}`)
	var elements strings.Builder
	for i := range 64 {
		fmt.Fprintf(&elements, `,[%s1.000000000000000000%03d1]`, strings.Repeat("1,", 20_000), i)
	}
	text := elements.String()[1:]
	for doc, want := range map[string]string{"[" + text + "]": "[]", "[" + text[:len(text)-5] + "0621]]": "[{uniqueItems  }]"} {
		reasons, _ := d.Decode([]byte(doc), nil)
		if got := fmt.Sprint(reasons); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
