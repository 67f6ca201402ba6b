package schemas_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestBranchReasons tells what a failing anyOf or oneOf says: itself at its place, and the keywords of the one branch that is nearest.
func TestBranchReasons(t *testing.T) {
	const pets = `{"properties":{"pet":{"%s":[
		{"properties":{"kind":{"const":"cat"},"lives":{"maximum":9}},"required":["kind","lives"]},
		{"properties":{"kind":{"const":"dog"},"size":{"type":"string"}},"required":["kind","size"]}]}}}`
	for _, keyword := range []string{"anyOf", "oneOf"} {
		for _, c := range []struct{ doc, want string }{
			{`{"pet":{"kind":"cat","lives":7}}`, ""},
			{`{"pet":{"kind":"cat","lives":10}}`, keyword + " /pet, maximum(nearest)/pet/lives"},
			{`{"pet":{"kind":"dog"}}`, keyword + " /pet, required(nearest)/pet/size"},
			{`{"pet":{"kind":"cow","size":"l"}}`, keyword + " /pet, const(nearest)/pet/kind"},
			{`{"pet":{}}`, keyword + " /pet, required(nearest)/pet/kind, required(nearest)/pet/lives"},
		} {
			schema := fmt.Sprintf(pets, keyword)
			if reasons, _ := decoder(t, schema).Decode([]byte(c.doc), nil); told(reasons) != sorted(c.want) {
				t.Errorf("%s, %s: %s, want %s", keyword, c.doc, told(reasons), sorted(c.want))
			}
		}
	}
	if reasons, _ := decoder(t, `{"items":{"oneOf":[{"minimum":1},{"multipleOf":2}]}}`).Decode([]byte(`[4]`), nil); told(reasons) != "oneOf /0" {
		t.Errorf("two that pass: %s", told(reasons))
	}
}

func sorted(want string) string {
	list := strings.Split(want, ", ")
	slices.Sort(list)
	return strings.Join(list, ", ")
}
