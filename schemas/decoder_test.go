package schemas_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/schemas"
)

// told spells reasons as rule+pointer, with a detail in brackets.
func told(reasons []winnow.Reason) string {
	var out []string
	for _, r := range reasons {
		s := r.Rule + " " + r.Pointer
		if r.Detail != "" {
			s = r.Rule + "(" + r.Detail + ")" + r.Pointer
		}
		out = append(out, s)
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

func TestReasons(t *testing.T) {
	const nested = `{"type":"object","properties":{"a":{"type":"object","required":["x","y/z"],
		"properties":{"x":{"type":"integer"},"l":{"type":"array","items":{"type":"object","required":["k"],"properties":{"k":{"type":"string","maxLength":2}}}}}}}}`
	many := make([]string, 70)
	for i := range many {
		many[i] = fmt.Sprintf(`"k%d":{"type":"integer"}`, i)
	}
	wide := `{"type":"object","required":["k0","k63","k64","k69"],"properties":{` + strings.Join(many, ",") + `}}`
	for _, c := range []struct{ schema, doc, want string }{
		{`true`, `[1,{"a":2}]`, ""},
		{`false`, `1`, "false "},
		{`{"type":"object"}`, `[]`, "type "},
		{`{"type":["string","null"],"minLength":2,"pattern":"^a"}`, `"b"`, "minLength , pattern "},
		{`{"type":"integer","maxLength":2}`, `"abc"`, "maxLength , type "},
		{`{"type":"integer","enum":[1,2]}`, `1.5`, "enum , type "},
		{`{"type":"integer"}`, `1.0`, ""},
		{`{"type":"integer"}`, `1e2`, ""},
		{`{"type":"integer"}`, `12345678901234567890123`, ""},
		{`{"enum":[1,"a",null,{"b":[1,{"c":2}]}]}`, `{"b":[1.0,{"\u0063":20e-1}]}`, ""},
		{`{"enum":[1,"a",null,{"b":[1,{"c":2}]}]}`, `{"b":[1,{"c":3}]}`, "enum "},
		{`{"const":{"a":1,"b":2}}`, `{"b":2,"a":1}`, ""},
		{`{"const":[]}`, `{}`, "const "},
		{`{"const":false}`, `0`, "const "},
		{`{"const":0}`, `-0.0`, ""},
		{`{"const":"é/"}`, `"\u00e9\/"`, ""},
		{`{"minimum":9007199254740993}`, `9007199254740992`, "minimum "},
		{`{"minimum":9007199254740993}`, `9007199254740993.0`, ""},
		{`{"exclusiveMaximum":0.1}`, `0.1000000000000000000000001`, "exclusiveMaximum "},
		{`{"exclusiveMaximum":0.1}`, `0.0999999999999999999999999`, ""},
		{`{"maximum":0,"multipleOf":3}`, `7`, "maximum , multipleOf "},
		{`{"multipleOf":0.01}`, `4.35`, ""},
		{`{"multipleOf":0.0001}`, `0.00751`, "multipleOf "},
		{`{"multipleOf":1e-400}`, `3`, ""},
		{`{"multipleOf":123456789012345678901234567890}`, `246913578024691357802469135780`, ""},
		{`{"multipleOf":123456789012345678901234567890}`, `246913578024691357802469135781`, "multipleOf "},
		{`{"properties":{"a":{"type":"string"}},"additionalProperties":false}`, `{"a":1,"s3cret":1,"other":2}`, "additionalProperties /*, type /a"},
		{`{"additionalProperties":{"type":"string"}}`, `{"x":1,"y":{}}`, "type /*"},
		{`{"additionalProperties":{"items":{"type":"string"}}}`, `{"x":[1,"",2]}`, "type /*/0, type /*/2"},
		{`{"properties":{"no":false}}`, `{"no":1}`, "properties /no"},
		{`{"items":false}`, `[1]`, "items /0"},
		{`{"properties":{"a~/b":{"type":"null"}}}`, `{"a~/b":1}`, "type /a~0~1b"},
		{`{"properties":{"a":{}},"required":["a","b"]}`, `{}`, "required /a, required /b"},
		{nested, `{"a":{"l":[{"k":"a"},{"k":"abc"},{}]}}`, "maxLength /a/l/1/k, required /a/l/2/k, required /a/x, required /a/y~1z"},
		{nested, `{"a":{"x":"1","y/z":0,"l":{}}}`, "type /a/l, type /a/x"},
		{`{"minItems":2,"items":{"type":"integer"}}`, `[true]`, "minItems , type /0"},
		{`{"maxItems":1}`, `[[],[]]`, "maxItems "},
		{`{"minLength":2,"maxLength":2}`, `"\ud83d\udc32é"`, ""},
		{`{"properties":{"n":{"$ref":"#"},"v":{"type":"integer"}},"required":["v"]}`, `{"v":1,"n":{"v":2,"n":{"n":{"v":""}}}}`, "required /n/n/v, type /n/n/n/v"},
		{`{"$ref":"#/$defs/a","maximum":5,"$defs":{"a":{"minimum":3,"$ref":"#/$defs/b"},"b":{"type":"integer"}}}`, `7.5`, "maximum , type "},
		{`{"properties":{"a":{"type":"integer"}}}`, `{"a":9223372036854775807}`, ""},
		{`{"properties":{"a":{"type":"integer"}}}`, `{"a":9223372036854775808}`, "number /a"},
		{`{"properties":{"a":{"type":"integer"}}}`, `{"a":-9223372036854775808}`, ""},
		{`{"properties":{"a":{"type":"number"}}}`, `{"a":-1e999}`, "number /a"},
		{`{"properties":{"a":{"type":"number"}}}`, `{"a":1e-999}`, ""},
		{wide, `{"k63":1,"k69":"x"}`, "required /k0, required /k64, type /k69"},
		{wide, `{"k0":1,"k63":1,"k64":1,"k69":1,"k64":1}`, "json(duplicate_key)"},
		{`{"format":"date"}`, `"2026-02-29"`, "format "},
		{`{"$schema":"http://json-schema.org/draft-04/schema#","minimum":3,"exclusiveMinimum":true}`, `3`, "exclusiveMinimum "},
	} {
		d := decoder(t, c.schema)
		reasons, row := d.Decode([]byte(c.doc), nil)
		if got := told(reasons); got != c.want {
			t.Errorf("%s of %s:\n got %s\nwant %s", c.schema, c.doc, got, c.want)
		}
		if json := strings.Contains(c.want, "json("); row == json || d.Rows() != map[bool]int{true: 1}[row] {
			t.Errorf("%s: row %v, rows %d", c.doc, row, d.Rows())
		}
	}
}

// TestReasonsAppend tells that reasons go behind those of dst, are kept to the limit, and that a fault of the grammar drops
// those before it.
func TestReasonsAppend(t *testing.T) {
	p := compile(t, `{"items":{"type":"string"}}`, schemas.Options{})
	d := schemas.NewDecoder(p, schemas.Limits{Reasons: 3})
	first := []winnow.Reason{{Rule: "x"}}
	reasons, row := d.Decode([]byte(`[1,2,3,4,5]`), first)
	if got := told(reasons[1:]); reasons[0] != first[0] || got != "type /0, type /1, type /2" || !row {
		t.Errorf("got %v", reasons)
	}
	if reasons, row = d.Decode([]byte(`[1,2,}`), first); row || len(reasons) != 2 || told(reasons[1:]) != "json(syntax)" {
		t.Errorf("got %v", reasons)
	}
	if d.Rows() != 1 {
		t.Errorf("%d rows", d.Rows())
	}
}

func TestDecodeAllocates(t *testing.T) {
	docs := trainingRecords(64)
	bad := []byte(`{"id":"short","ts":"never","split":"x","label":99,"weight":"w","user":{"id":0,"extra":1},"features":[],"more":2,"even":[{"a":1,"b":2}]}`)
	d := decoder(t, trainingSchema)
	dst := make([]winnow.Reason, 0, 64)
	if reasons, _ := d.Decode(bad, dst); len(reasons) < 12 {
		t.Fatalf("only %v", reasons)
	}
	for name, docs := range map[string][][]byte{
		"good": docs, "failing": {bad}, "not JSON": {[]byte(`{"id":"x","ts":1`), []byte(`{"id":1,"id":2}`), []byte(`{"u":1,"u":2}`)},
		"escapes": {[]byte(`{"\u0069d":"a\nb","text":"\ud83d\udc32","\u0075":1}`)}, "elements": {[]byte(`{"features":[1,"a",-0.0,1e2,99]}`)},
	} {
		n := testing.AllocsPerRun(100, func() {
			for _, doc := range docs {
				dst, _ = d.Decode(doc, dst[:0])
			}
			d.Reset()
		})
		if n != 0 {
			t.Errorf("%s records: %v allocations", name, n)
		}
	}
}

// kindsSchema has columns that mixedSchema has not.
const kindsSchema = `{"properties":{"m":{"type":"object","additionalProperties":{"type":"array","items":{"type":"string","format":"date-time"}}},
	"d":{"type":"number","multipleOf":0.01},"f":{"type":"number"},"n":{"type":["null","boolean"]},"e":{"enum":["a","b"]}}}`

// TestKindsAllocate has a record with each kind of column, and much for the rests.
func TestKindsAllocate(t *testing.T) {
	d := decoder(t, kindsSchema)
	docs := [][]byte{
		[]byte(`{"m":{"x":["2026-01-01T00:00:00Z"],"y":["2026-01-01T00:00:00+01:00","2026-01-01T00:00:00Z"]},"d":1.25,"f":12345678901234567168,"n":null,"e":"b","other\n":[1],"more":"\u0000"}`),
		[]byte(`{"m":{},"d":123456789012345678901234567890.12,"n":true,"e":"a"}`), []byte(`["no object"]`), []byte(`{"e":"c","d":1e99,"m":[],"f":9007199254740993}`),
	}
	dst := make([]winnow.Reason, 0, 64)
	n := testing.AllocsPerRun(100, func() {
		for i, doc := range docs {
			if dst, _ = d.Decode(doc, dst[:0]); len(dst) > 0 != (i == 3) {
				t.Fatal(dst)
			}
		}
		d.Reset()
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// TestCommaAtTheEnd of a list is wrong, also behind numbers that are read in a run.
func TestCommaAtTheEnd(t *testing.T) {
	d := decoder(t, `{"properties":{"l":{"type":"array","items":{"type":"number"}},"i":{"type":"array","items":{"type":"integer"}}}}`)
	for _, doc := range []string{`{"l":[1,]}`, `{"l":[1.5, ]}`, `{"i":[1,2,]}`, `{"i":[,]}`, `{"l":[1.5,2`, `{"l":[1.5,`} {
		if reasons, row := d.Decode([]byte(doc), nil); row {
			t.Errorf("%s: %v", doc, reasons)
		}
	}
}
