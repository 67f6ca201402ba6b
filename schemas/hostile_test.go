package schemas_test

import (
	"strings"
	"testing"

	"github.com/winnow-data/winnow/schemas"
)

// TestRecursiveBranches has schemas that refer to themselves in more than one branch: what is inside a value is reached in twice as many
// ways with each level, and is judged once. Were it not, no test would end.
func TestRecursiveBranches(t *testing.T) {
	const depth = 120
	nest := func(leaf string) []byte {
		return []byte(strings.Repeat(`{"t":1,"a":`, depth) + leaf + strings.Repeat(`}`, depth))
	}
	const either = `{"oneOf":[{"type":"null"},{"type":"object","properties":{"a":{"$ref":"#"},"t":{"type":"integer"}},"required":["a"]},
		{"type":"object","properties":{"a":{"$ref":"#"},"t":{"type":"integer","minimum":2}},"required":["a"]}]}`
	for _, c := range []struct{ name, schema, good, bad string }{
		{"oneOf", either, "null", "3"},
		{"anyOf beside properties", `{"properties":{"a":{"$ref":"#"}},"anyOf":[{"type":"object","properties":{"a":{"$ref":"#"}},"required":["z"]},
			{"type":"object","properties":{"a":{"$ref":"#"}},"required":["t"]},{"type":"null"}]}`, "null", "3"},
		{"unevaluatedProperties", `{"type":"object","properties":{"a":{"$ref":"#"}},"anyOf":[{},{"properties":{"t":{}}}],"unevaluatedProperties":false}`, `{}`, `{"b":1}`},
		{"then", `{"properties":{"a":{"$ref":"#"}},"if":{"properties":{"t":{"const":1}}},"then":{"properties":{"a":{"$ref":"#"}}},"type":"object"}`, `{}`, `3`},
		{"if", `{"type":"object","if":{"properties":{"a":{"$ref":"#"}}},"else":{"properties":{"a":{"$ref":"#"}}}}`, `{}`, ``},
		{"not", `{"type":["object","null"],"not":{"properties":{"a":{"not":{"$ref":"#"}}},"required":["a"],"maxProperties":1},"allOf":[{"properties":{"a":{"$ref":"#"}}}]}`, `{}`, `3`},
		{"dependentSchemas", `{"type":"object","properties":{"a":{"$ref":"#"}},"dependentSchemas":{"t":{"properties":{"a":{"$ref":"#"}}},"a":{"properties":{"a":{"$ref":"#"}}}}}`, `{}`, `3`},
		{"patternProperties", `{"type":"object","patternProperties":{"a":{"$ref":"#"},"a$":{"$ref":"#"},"^a":{"$ref":"#"},"^a$":{"$ref":"#"},"[a]":{"$ref":"#"},"b":true},
			"anyOf":[{"patternProperties":{"a":{"$ref":"#"}}},{"maxProperties":0}]}`, `{}`, `3`},
		{"columns", `{"type":"object","properties":{"a":{"$ref":"#/$defs/e"}},"$defs":{"e":` + strings.ReplaceAll(either, `"#"`, `"#/$defs/e"`) + `}}`, "null", "3"},
	} {
		p := compile(t, c.schema, schemas.Options{})
		d := schemas.NewDecoder(p, schemas.Limits{})
		if reasons, row := d.Decode(nest(c.good), nil); !row || len(reasons) > 0 {
			t.Errorf("%s: %d reasons, such as %.1v", c.name, len(reasons), reasons[:1])
		}
		if reasons, row := d.Decode(nest(c.bad), nil); c.bad != "" && (!row || len(reasons) == 0) {
			t.Errorf("%s: row %v, %d reasons", c.name, row, len(reasons))
		}
	}
}
