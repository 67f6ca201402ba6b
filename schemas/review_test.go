package schemas_test

import (
	"fmt"
	"testing"

	"github.com/winnow-data/winnow/schemas"
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
