package schemas_test

import (
	"fmt"
	"testing"
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
