package schemas_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/winnow-data/winnow/schemas"
)

// TestFormat checks the seam: which draft's formats hold, and regex, which package format leaves to the parser of patterns.
func TestFormat(t *testing.T) {
	for _, c := range []struct {
		format, draft string
		yes, no       []string
	}{
		{"regex", "7", []string{"", "a|b", `^\p{L}+$`, "(?<n>a)", `(a)\1`, "(?!a)", "[]", strings.Repeat("(a{1000}b)", 1000)}, []string{"(", "[a", "a**", `\a`, "(?P<n>a)", "a{2,1}", `\`}},
		{"relative-json-pointer", "2019-09", []string{"0#", "1/a"}, []string{"0+1", "/a"}},
		{"relative-json-pointer", "2020-12", []string{"0#", "1/a", "0+1"}, []string{"0+0", "/a"}},
		{"time", "4", []string{"any"}, nil},
		{"time", "6", []string{"any"}, nil},
		{"time", "7", []string{"12:00:00Z"}, []string{"any"}},
		{"hostname", "4", []string{"a.b", "xn--bcher-kva"}, []string{"a_b", "xn--a"}},
	} {
		d := schemas.NewDecoder(compile(t, "format: "+c.format, schemas.Options{Draft: c.draft, FormatAssertion: true}), schemas.Limits{})
		for _, s := range append(c.yes, c.no...) {
			reasons, _ := d.Decode([]byte(strconv.Quote(s)), nil)
			if want := slices.Contains(c.no, s); (len(reasons) > 0) != want || want && reasons[0].Rule != "format" {
				t.Errorf("%s in draft %s: %.40q: %v", c.format, c.draft, s, reasons)
			}
		}
		if reasons, _ := d.Decode([]byte("12"), nil); len(reasons) > 0 {
			t.Errorf("%s: a number: %v", c.format, reasons)
		}
	}
}
