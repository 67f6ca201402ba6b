package schemas_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/schemas"
)

func TestBadInput(t *testing.T) {
	keys := func(n int, last string) string {
		var b strings.Builder
		b.WriteByte('{')
		for i := range n {
			fmt.Fprintf(&b, `"k%d":0,`, i)
		}
		return b.String() + last + "}"
	}
	for _, c := range []struct{ name, doc, detail string }{
		{"empty", ``, winnow.DetailSyntax},
		{"white space", " \n", winnow.DetailSyntax},
		{"words", `hello`, winnow.DetailSyntax},
		{"NaN", `{"a":NaN}`, winnow.DetailSyntax},
		{"Infinity", `{"a":-Infinity}`, winnow.DetailSyntax},
		{"NUL", "{\x00}", winnow.DetailSyntax},
		{"NUL for a key", "{\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00}", winnow.DetailSyntax},
		{"control character", "\"a\nb\"", winnow.DetailSyntax},
		{"cut", `{"a":[1,2`, winnow.DetailSyntax},
		{"cut number", `{"a":-`, winnow.DetailSyntax},
		{"leading zero", `{"a":01}`, winnow.DetailSyntax},
		{"no digits", `{"a":1.}`, winnow.DetailSyntax},
		{"long number with two points", `[1234567.5.5]`, winnow.DetailSyntax},
		{"byte order mark", "\ufeff{}", winnow.DetailUTF8},
		{"invalid UTF-8", "{\"a\":\"\xff\"}", winnow.DetailUTF8},
		{"overlong", "\"\xc0\xaf\"", winnow.DetailUTF8},
		{"encoded surrogate", "\"\xed\xa0\x80\"", winnow.DetailUTF8},
		{"invalid UTF-8 in a key", "{\"\xe2\x82\":1}", winnow.DetailUTF8},
		{"lone surrogate", `{"a":"\ud800"}`, winnow.DetailUTF8},
		{"lone low surrogate", `{"\udc00":1}`, winnow.DetailUTF8},
		{"swapped surrogates", `["\udc00\ud800"]`, winnow.DetailUTF8},
		{"duplicate key", `{"a":1,"a":1}`, winnow.DetailDuplicateKey},
		{"duplicate key, escaped", `{"a":1,"\u0061":1}`, winnow.DetailDuplicateKey},
		{"duplicate unknown key", `{"b":1,"c":1,"b":1}`, winnow.DetailDuplicateKey},
		{"duplicate unknown key, escaped", `{"b\/":1,"b/":1}`, winnow.DetailDuplicateKey},
		{"duplicate key deep inside", `{"b":[{"c":{"x":1,"y":1,"x":1}}]}`, winnow.DetailDuplicateKey},
		{"duplicate among many", keys(1000, `"k500":1`), winnow.DetailDuplicateKey},
		{"duplicate among very many", keys(1_000_000, `"k7":1`), winnow.DetailDuplicateKey},
		{"no duplicate among very many", keys(1_000_000, `"a":1`), ""},
		{"deep", strings.Repeat("[", 100_000), winnow.DetailDepth},
		{"deep objects", strings.Repeat(`{"a":`, 100_000), winnow.DetailDepth},
		{"deep unknown", `{"x":` + strings.Repeat(`[{"y":`, 100_000), winnow.DetailDepth},
		{"just too deep", strings.Repeat("[", 129) + strings.Repeat("]", 129), winnow.DetailDepth},
		{"just not too deep", strings.Repeat("[", 128) + strings.Repeat("]", 128), ""},
		{"exponent", `{"a":1e10000000}`, winnow.DetailNumber},
		{"negative exponent", `{"a":1e-1001}`, winnow.DetailNumber},
		{"exponent of zero", `{"n":0e99999999999999999999}`, winnow.DetailNumber},
		{"largest exponent", `{"x":1e1000}`, ""},
		{"digits", `{"a":` + strings.Repeat("9", 401) + `}`, winnow.DetailNumber},
		{"most digits", `{"x":-` + strings.Repeat("9", 400) + `}`, ""},
		{"digits behind the point", `[0.` + strings.Repeat("1", 400) + `]`, winnow.DetailNumber},
		{"200 exponents", `{"x":[` + strings.Repeat("1e999999,", 199) + `1e999999]}`, winnow.DetailNumber},
		{"trailing", `{"a":1} x`, winnow.DetailTrailing},
		{"two documents", `{}{}`, winnow.DetailTrailing},
		{"too large", `"` + strings.Repeat("x", 100<<20) + `"`, winnow.DetailSize},
	} {
		for _, schema := range []string{`true`, `{"type":["object","array"],"properties":{"a":{"type":"number","minimum":0,"multipleOf":0.01},"n":{"type":"integer"}}}`} {
			d := decoder(t, schema)
			d.Decode([]byte(`{"a":1}`), nil)
			begun := time.Now()
			reasons, row := d.Decode([]byte(c.doc), nil)
			if c.detail == "" {
				if !row || slicesHasJSON(reasons) {
					t.Errorf("%s: row %v, %v", c.name, row, reasons)
				}
			} else if want := (winnow.Reason{Rule: winnow.RuleJSON, Detail: c.detail}); row || len(reasons) != 1 || reasons[0] != want || d.Rows() != 1 {
				t.Errorf("%s: row %v, %v", c.name, row, reasons)
			}
			if took := time.Since(begun); took > 20*time.Second {
				t.Errorf("%s took %v", c.name, took)
			}
			rec := d.Record()
			if rec.NumRows() != int64(d.Rows()) {
				t.Errorf("%s: %d rows in the record", c.name, rec.NumRows())
			}
			rec.Release()
		}
	}
}

func slicesHasJSON(reasons []winnow.Reason) bool {
	for _, r := range reasons {
		if r.Rule == winnow.RuleJSON {
			return true
		}
	}
	return false
}

// TestHugeNumbersAreCheap has a record of numbers that would take 10^1000 apart to compare or divide.
func TestHugeNumbersAreCheap(t *testing.T) {
	d := decoder(t, `{"items":{"minimum":1e-999,"maximum":1e1000,"multipleOf":7e-998,"enum":[1,2,1e999]}}`)
	doc := []byte("[" + strings.TrimSuffix(strings.Repeat("1e999,1.7e-990,", 20_000), ",") + "]")
	begun := time.Now()
	if reasons, row := d.Decode(doc, nil); !row || len(reasons) != 64 {
		t.Errorf("row %v, %d reasons", row, len(reasons))
	}
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("took %v", took)
	}
}

// TestElementsAreBounded has elements that would need a thousand times the record's memory as columns.
func TestElementsAreBounded(t *testing.T) {
	props := make([]string, 1000)
	for i := range props {
		props[i] = fmt.Sprintf(`"p%d":{"type":"integer"}`, i)
	}
	p := compile(t, `{"properties":{"l":{"type":"array","items":{"type":"object","properties":{`+strings.Join(props, ",")+`}}}}}`, schemas.Options{})
	d := schemas.NewDecoder(p, schemas.Limits{Record: 1 << 20})
	doc := append([]byte(`{"l":[{}`), bytes.Repeat([]byte(",{}"), 300_000)...)
	reasons, row := d.Decode(append(doc, "]}"...), nil)
	if row || told(reasons) != "json(size)" {
		t.Errorf("row %v, %v", row, reasons)
	}
}

func TestFull(t *testing.T) {
	slowUnderRace(t)
	d := schemas.NewDecoder(compile(t, `true`, schemas.Options{}), schemas.Limits{})
	doc := []byte(`"` + strings.Repeat("x", 15<<20) + `"`)
	n := 0
	for !d.Full() {
		d.Decode(doc, nil)
		n++
	}
	if n != 18 {
		t.Errorf("full after %d records of 15 MiB", n)
	}
	for d.Rows() < 68 {
		if _, row := d.Decode(doc, nil); !row {
			t.Fatalf("refused record %d", d.Rows())
		}
	}
	if reasons, row := d.Decode(doc, nil); row || told(reasons) != "json(size)" {
		t.Errorf("more than 1 GiB: row %v, %v", row, reasons)
	}
	if d.Reset(); d.Full() || d.Rows() != 0 {
		t.Error("full after Reset")
	}
	if _, row := d.Decode(doc, nil); !row {
		t.Error("refuses after Reset")
	}
}
