package quarantine

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

func masked(m masker, doc string) (string, string, bool) {
	if m.limit == 0 {
		m.limit = 1 << 16
	}
	out, format, cut := m.value(nil, []byte(doc))
	return string(out), format, cut
}

func TestMaskedShapes(t *testing.T) {
	m := masker{known: func(name string) bool { return name == "carrier" || name == "déjà" }}
	for _, c := range []struct{ doc, want, format string }{
		{`{"carrier": "UA", "ssn": "123-45-6789"}`, `{"carrier": "XX", "xxx": "999-99-9999"}`, FormatJSON},
		{`{"d\u00e9jà":1}`, `{"d\u00e9jà":9}`, FormatJSON},
		{`[1, -12.50, 1e10, 0, true, false, null]`, `[9, -99.99, 9e99, 9, "boolean", "boolean", null]`, FormatJSON},
		{`"a\"b\\c\u0041\ud83d\ude00\n/é😀٣"`, `"x\"x\\xxxx\n/xx9"`, FormatJSON},
		{`{"a":{"carrier":["x@Y.org"]}}`, `{"x":{"carrier":["x@X.xxx"]}}`, FormatJSON},
		{`{"carrier":"UA`, `{"xxxxxxx":"XX`, FormatText},
		{"Ab1\x00\xff\n\t\u009b[31m", "Xx9..\n\tx[99x", FormatText},
		{"", "", FormatText},
		{`{}`, `{}`, FormatJSON},
	} {
		got, format, cut := masked(m, c.doc)
		if got != c.want || format != c.format || cut {
			t.Errorf("%q\ngot  %s (%s, cut %t)\nwant %s (%s)", c.doc, got, format, cut, c.want, c.format)
		}
	}
}

func TestMaskedIsCut(t *testing.T) {
	doc := `["` + strings.Repeat("a", 1000) + `"]`
	got, format, cut := masked(masker{limit: 100}, doc)
	if !cut || len(got) != 100 || format != FormatJSON {
		t.Errorf("%d bytes, cut %t", len(got), cut)
	}
	deep := strings.Repeat("[", 100_000)
	if got, format, cut := masked(masker{limit: 100}, deep); !cut || len(got) != 100 || format != FormatText {
		t.Errorf("deep: %d bytes of %s, cut %t", len(got), format, cut)
	}
	if got := (&masker{limit: 10}).plain([]byte(strings.Repeat("é", 50))); got != strings.Repeat("x", 10) {
		t.Errorf("plain: %q", got)
	}
}

// Whatever the bytes are: no letter or digit of theirs is seen, JSON stays JSON, and a terminal is safe.
func FuzzMaskNeverLeaks(f *testing.F) {
	for _, seed := range []string{
		`{"` + canary + `":"` + canary + `"}`, canary, `{"a":` + canary, `"\u0043anary"`, "\"\\", "\xff\xfe", `[true,1.5e-7,"é"]`, `{"k":{"k":[null]}}`, `"a":1`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		m := masker{limit: 1 << 20}
		out, format, cut := m.value(nil, doc)
		if cut {
			t.Skip("cut")
		}
		if format == FormatJSON && !json.Valid(out) {
			t.Fatalf("%q became %q", doc, out)
		}
		for _, r := range strings.NewReplacer("boolean", "", "null", "").Replace(string(out)) {
			letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
			escape := strings.ContainsRune("bfnrtu", r) && format == FormatJSON
			exponent := r == 'e' || r == 'E'
			if letter && r != 'x' && r != 'X' && r != '9' && !escape && !(exponent && format == FormatJSON) {
				t.Fatalf("%q became %q: %q is seen", doc, out, r)
			}
			if r == utf8.RuneError || r > 0x7e || r < ' ' && r != '\n' && r != '\t' && r != '\r' {
				t.Fatalf("%q became %q: %q on a terminal", doc, out, r)
			}
		}
	})
}
