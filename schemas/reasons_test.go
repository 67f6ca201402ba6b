package schemas_test

import (
	"strings"
	"testing"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/schemas"
)

// spoken writes reasons as rule@pointer, with ~ before those of the nearest branch.
func spoken(reasons []winnow.Reason) string {
	var all []string
	for _, r := range reasons {
		text := r.Rule + "@" + r.Pointer
		if r.Detail == winnow.DetailNearest {
			text = "~" + text
		} else if r.Detail != "" {
			text += "(" + r.Detail + ")"
		}
		all = append(all, text)
	}
	return strings.Join(all, " ")
}

// TestReasonOfEachKeyword has, for each keyword, what a record that fails it is told.
func TestReasonOfEachKeyword(t *testing.T) {
	const d4, d7 = `"$schema":"http://json-schema.org/draft-04/schema#",`, `"$schema":"http://json-schema.org/draft-07/schema#",`
	const d2019 = `"$schema":"https://json-schema.org/draft/2019-09/schema",`
	for _, c := range []struct{ schema, doc, want string }{
		{`{"properties":{"a":{"type":"string"}}}`, `{"a":1}`, "type@/a"},
		{`{"properties":{"a":{"allOf":[{"type":"string"},{"minLength":2}]}}}`, `{"a":"x"}`, "minLength@/a"},
		{`{"properties":{"a":{"$ref":"#/$defs/s"}},"$defs":{"s":{"maxLength":1}}}`, `{"a":"xy"}`, "maxLength@/a"},
		{`{"properties":{"a":{"$dynamicRef":"#s"}},"$defs":{"s":{"$dynamicAnchor":"s","maxLength":1}}}`, `{"a":"xy"}`, "maxLength@/a"},
		{`{` + d2019 + `"$recursiveAnchor":true,"type":"object","properties":{"a":{"$recursiveRef":"#"}}}`, `{"a":{"a":1}}`, "type@/a/a"},
		{`{"properties":{"a":{"enum":[1,"x",null,[1],{"b":1}]}}}`, `{"a":[1,2]}`, "enum@/a"},
		{`{"properties":{"a":{"const":{"b":[1.0]}}}}`, `{"a":{"b":[2]}}`, "const@/a"},
		{`{"properties":{"a":false}}`, `{"a":1}`, "properties@/a"},

		{`{"properties":{"a":{"anyOf":[{"type":"string"},{"type":"integer","minimum":5}]}}}`, `{"a":3}`, "anyOf@/a ~minimum@/a"},
		{`{"properties":{"a":{"anyOf":[{"type":"string"},{"type":"null"}]}}}`, `{"a":true}`, "anyOf@/a ~type@/a"},
		{`{"properties":{"a":{"anyOf":[{"minLength":3,"pattern":"^x","maxLength":9},{"maxLength":1}]}}}`, `{"a":"yy"}`, "anyOf@/a ~maxLength@/a"},
		{`{"anyOf":[{"required":["a"],"properties":{"b":{"type":"null"}}},{"required":["c","d"]}]}`, `{"b":1,"c":1}`, "anyOf@ ~required@/d"},
		{`{"properties":{"a":{"oneOf":[{"minimum":5},{"maximum":9}]}}}`, `{"a":7}`, "oneOf@/a"},
		{`{"oneOf":[{"properties":{"k":{"const":"a"},"v":{"type":"string"}},"required":["k"]},{"properties":{"k":{"const":"b"},"v":{"type":"array","items":{"type":"null"}}},"required":["k"]}]}`, `{"k":"b","v":[null,1]}`, "oneOf@ ~type@/v/1"},
		{`{"oneOf":[{"properties":{"k":{"const":"a"}},"required":["k"]},{"properties":{"k":{"const":"b"}},"required":["k"]}]}`, `{"k":"c"}`, "oneOf@ ~const@/k"},
		{`{"properties":{"a":{"anyOf":[{"type":"object","properties":{"b":{"type":"null"}}},{"type":"array"}],"minProperties":2}}}`, `{"a":{"b":1}}`, "minProperties@/a anyOf@/a ~type@/a/b"},
		{`{"anyOf":[{"anyOf":[{"type":"string"},{"type":"array"}]},{"type":"boolean"}]}`, `1`, "anyOf@ ~type@"},
		{`{"properties":{"a":{"not":{"type":"string"}}}}`, `{"a":"x"}`, "not@/a"},
		{`{"not":{"required":["a"]}}`, `{"a":"x"}`, "not@"},
		{`{"if":{"properties":{"k":{"const":1}}},"then":{"required":["a"]},"else":{"properties":{"k":{"maximum":5}}}}`, `{"k":1}`, "required@/a"},
		{`{"if":{"properties":{"k":{"const":1}}},"then":{"required":["a"]},"else":{"properties":{"k":{"maximum":5}}}}`, `{"k":6}`, "maximum@/k"},

		{`{"properties":{"o":{"minProperties":2,"maxProperties":0}}}`, `{"o":{"x":1}}`, "minProperties@/o maxProperties@/o"},
		{`{"required":["a","b/c"]}`, `{}`, "required@/a required@/b~1c"},
		{`{"properties":{"a":{}},"additionalProperties":false}`, `{"b":1}`, "additionalProperties@/*"},
		{`{"properties":{"o":{"additionalProperties":{"type":"null"}}}}`, `{"o":{"b":1}}`, "type@/o/*"},
		{`{"patternProperties":{"^x":{"type":"null"},"y$":{"type":"string"}}}`, `{"xy":1}`, "type@/*"},
		{`{"properties":{"xa":{"maximum":1}},"patternProperties":{"^x":{"minimum":5}}}`, `{"xa":3}`, "maximum@/xa minimum@/xa"},
		{`{"patternProperties":{"a":{"maximum":0},"b":{"minimum":9},"c":true,"d":true,"e":true},"additionalProperties":false}`, `{"ab":3}`, "maximum@/* minimum@/*"},
		{`{"patternProperties":{"a":true,"b":true,"c":true,"d":true,"e":true},"additionalProperties":false}`, `{"z":3}`, "additionalProperties@/*"},
		{`{"properties":{"long":{}},"propertyNames":{"maxLength":3}}`, `{"long":1,"ok":1,"other":1}`, "propertyNames@/long propertyNames@/*"},
		{`{"dependentRequired":{"a":["b","c"]}}`, `{"a":1,"c":1}`, "dependentRequired@/b"},
		{`{` + d7 + `"dependencies":{"a":["b"],"c":{"required":["d"]}}}`, `{"a":1,"c":1}`, "dependencies@/b required@/d"},
		{`{"dependentSchemas":{"a":{"properties":{"b":{"type":"null"}}}}}`, `{"a":1,"b":1}`, "type@/b"},

		{`{"properties":{"l":{"minItems":2,"maxItems":0}}}`, `{"l":[1]}`, "minItems@/l maxItems@/l"},
		{`{"properties":{"l":{"prefixItems":[{"type":"null"},{}],"items":{"type":"string"}}}}`, `{"l":[1,2,3]}`, "type@/l/0 type@/l/2"},
		{`{` + d7 + `"properties":{"l":{"items":[{"type":"null"}],"additionalItems":false}}}`, `{"l":[1,2]}`, "type@/l/0 additionalItems@/l/1"},
		{`{"properties":{"l":{"contains":{"type":"null"}}}}`, `{"l":[1,2]}`, "contains@/l"},
		{`{"properties":{"l":{"contains":{"type":"null"},"minContains":2}}}`, `{"l":[null,2]}`, "minContains@/l"},
		{`{"properties":{"l":{"contains":{"type":"null"},"maxContains":1}}}`, `{"l":[null,null]}`, "maxContains@/l"},
		{`{"properties":{"l":{"uniqueItems":true}}}`, `{"l":[{"a":1,"b":[2]},1,"1",{"b":[2.0],"a":1}]}`, "uniqueItems@/l"},
		{`{"properties":{"l":{"uniqueItems":true}}}`, `{"l":["a","\u0061"]}`, "uniqueItems@/l"},
		{`{"properties":{"l":{"prefixItems":[{}],"unevaluatedItems":{"type":"null"}}}}`, `{"l":[1,2]}`, "type@/l/1"},
		{`{"properties":{"l":{"anyOf":[{"prefixItems":[{"type":"null"}]},{"prefixItems":[{},{"type":"string"}]}],"unevaluatedItems":false}}}`, `{"l":[1,"x",2]}`, "unevaluatedItems@/l/2"},
		{`{"properties":{"a":{}},"allOf":[{"properties":{"b":{}}}],"unevaluatedProperties":false}`, `{"a":1,"b":2,"c":3}`, "unevaluatedProperties@/*"},
		{`{"properties":{"a":{}},"anyOf":[{"properties":{"b":{}},"required":["b"]},{"properties":{"c":{}},"required":["c"]}],"unevaluatedProperties":false}`, `{"a":1,"b":2,"c":3,"d":4}`, "unevaluatedProperties@/*"},

		{`{"properties":{"n":{"minimum":1,"exclusiveMinimum":1,"multipleOf":0.01}}}`, `{"n":0.005}`, "minimum@/n exclusiveMinimum@/n multipleOf@/n"},
		{`{` + d4 + `"properties":{"n":{"minimum":1,"exclusiveMinimum":true}}}`, `{"n":1}`, "exclusiveMinimum@/n"},
		{`{"properties":{"n":{"maximum":1,"exclusiveMaximum":1}}}`, `{"n":1e400}`, "maximum@/n exclusiveMaximum@/n"},
		{`{"properties":{"n":{"type":"integer"}}}`, `{"n":9223372036854775808}`, "number@/n"},
		{`{"properties":{"s":{"pattern":"^a+$","format":"date"}}}`, `{"s":"b"}`, "pattern@/s format@/s"},
	} {
		d := decoder(t, c.schema)
		if reasons, row := d.Decode([]byte(c.doc), nil); spoken(reasons) != c.want || !row {
			t.Errorf("%s\n of %s:\n got %s\nwant %s", c.doc, c.schema, spoken(reasons), c.want)
		}
	}
}

// TestBranchesOfOneKind wants an anyOf whose branches are for different kinds to have the columns of those, and to be read in one pass.
func TestBranchesOfOneKind(t *testing.T) {
	p := compile(t, `{"properties":{
		"s":{"anyOf":[{"type":"string","maxLength":3},{"type":"null"}]},
		"o":{"oneOf":[{"type":"null"},{"type":"object","properties":{"i":{"type":"integer"}}}]},
		"l":{"if":{"type":"array"},"then":{"items":{"type":"number"}},"type":["array","null"]},
		"n":{"type":["integer","string"],"not":{"type":"string"}}
	}}`, schemas.Options{})
	want := map[string]string{"s": "utf8", "o": "struct<i: int64>", "l": "list<item: float64, nullable>", "n": "int64"}
	for name, typ := range want {
		if _, f, _ := p.Column("/" + name); !strings.HasPrefix(f.Type.String(), strings.TrimSuffix(typ, ">")) {
			t.Errorf("%s: %s, want %s", name, f.Type, typ)
		}
	}
}
