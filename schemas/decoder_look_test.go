package schemas_test

import "testing"

// TestNumbersBesideBranches has numbers that pass the schema and do not fit their columns: that a branch was chosen by their kind takes
// nothing from the reason.
func TestNumbersBesideBranches(t *testing.T) {
	for _, c := range []struct{ schema, doc, want string }{
		{`{"properties":{"a":{"anyOf":[{"type":"integer"},{"type":"null"}]}}}`, `{"a":9223372036854775808}`, "number /a"},
		{`{"properties":{"a":{"anyOf":[{"type":"integer","maximum":5},{"type":"null"}]}}}`, `{"a":9223372036854775808}`, "anyOf /a, maximum(nearest)/a, number /a"},
		{`{"properties":{"a":{"oneOf":[{"type":"number"},{"type":"null"}]}}}`, `{"a":1e999}`, "number /a"},
		{`{"properties":{"b":{"anyOf":[{"type":"object","properties":{"a":{"type":"integer"}}},{"type":"null"}]}}}`, `{"b":{"a":9223372036854775808}}`, "number /b/a"},
		{`{"anyOf":[{"type":"object","properties":{"l":{"type":"array","items":{"type":"number"}}}},{"type":"null"}]}`, `{"l":[1,-1e999,"x"]}`, "anyOf , number /l/1, type(nearest)/l/2"},
	} {
		d := decoder(t, c.schema)
		reasons, row := d.Decode([]byte(c.doc), nil)
		if got := told(reasons); got != c.want || !row {
			t.Errorf("%s of %s:\n got %s\nwant %s", c.doc, c.schema, got, c.want)
		}
	}
}
