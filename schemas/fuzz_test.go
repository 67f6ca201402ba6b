package schemas_test

import (
	"bytes"
	"encoding/json"
	"io"
	"testing"
	"unicode/utf8"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/schemas"
)

// acceptable is what Decode should take, by encoding/json: one valid document in UTF-8 without keys that come twice and lone
// surrogates, and within the default limits of depth, digits and exponents. Sure is false where that is too hard to say.
func acceptable(doc []byte) (yes, sure bool) {
	if !json.Valid(doc) || !utf8.Valid(doc) {
		return false, true
	}
	if bytes.Contains(doc, []byte(`\ud`)) || bytes.Contains(doc, []byte(`\uD`)) {
		return false, false
	}
	dec := json.NewDecoder(bytes.NewReader(doc))
	dec.UseNumber()
	return distinct(dec, 0)
}

func distinct(dec *json.Decoder, depth int) (yes, sure bool) {
	tok, err := dec.Token()
	if err == io.EOF {
		return true, true
	}
	if depth > 100 {
		return false, false
	}
	switch tok := tok.(type) {
	case json.Number:
		return true, len(tok) < 300 && !bytes.ContainsAny([]byte(tok), "eE")
	case json.Delim:
		seen := make(map[string]bool)
		yes, sure = true, true
		for dec.More() {
			if tok == '{' {
				key, _ := dec.Token()
				if seen[key.(string)] {
					yes = false
				}
				seen[key.(string)] = true
			}
			y, s := distinct(dec, depth+1)
			yes, sure = yes && y, sure && s
		}
		dec.Token() //nolint:errcheck // the document is valid
		return yes, sure
	}
	return true, true
}

func FuzzDecode(f *testing.F) {
	for _, doc := range trainingRecords(3) {
		f.Add(doc)
	}
	for _, doc := range []string{`{}`, `[1,-0.5,1e3,"a\u0041",true,null]`, `{"a":{"b":[]},"a":1}`, `{"\u0061":1,"a":2}`, "\"\xff\"", `"\ud83d\udc32"`, ` {"i": 1 , "l":[1.5,2]} `, `1 2`, `{"i":12345678.5}`,
		`{"m":{"x":["2026-01-01T00:00:00Z"],"y":["2026-01-01T00:00:00+01:00"]},"d":1.25,"f":12345678901234567168,"n":null,"e":"b","o\\n":[1]}`} {
		f.Add([]byte(doc))
	}
	programs := []*schemas.Program{
		compile(f, `true`, schemas.Options{}), compile(f, trainingSchema, schemas.Options{FormatAssertion: true}), compile(f, mixedSchema, schemas.Options{}),
		compile(f, kindsSchema, schemas.Options{FormatAssertion: true}),
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		yes, sure := acceptable(doc)
		for i, p := range programs {
			d := schemas.NewDecoder(p, schemas.Limits{})
			d.Decode([]byte(`{"i":1,"l":[1]}`), nil)
			reasons, row := d.Decode(doc, nil)
			if sure && row != yes {
				t.Fatalf("program %d: row %v, acceptable %v: %v", i, row, yes, reasons)
			}
			if !row && (len(reasons) != 1 || reasons[0].Rule != winnow.RuleJSON || d.Rows() != 1) {
				t.Fatalf("program %d: %v, %d rows", i, reasons, d.Rows())
			}
			rec := d.Record()
			if row && len(reasons) == 0 && sure {
				same(t, rec, 1, doc)
			}
			rec.Release()
			p.Locate(doc, len(doc)/2)
			edited := schemas.ApplyEdits(nil, doc, []schemas.Edit{{Start: len(doc) / 3, End: len(doc) / 2}, {Start: len(doc) / 2, End: len(doc), With: []byte("\"\\\n\xff")}})
			if json.Valid(doc) && !json.Valid(edited) {
				t.Fatalf("%q edited is %q", doc, edited)
			}
		}
	})
}
