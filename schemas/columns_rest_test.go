package schemas_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v15/arrow"
	"github.com/apache/arrow/go/v15/arrow/array"

	"github.com/winnow-data/winnow/schemas"
)

// restOf gives the text of the rest column at pointer in a row, "" for null.
func restOf(t *testing.T, p *schemas.Program, rec arrow.Record, pointer string, row int) string {
	t.Helper()
	path, f, ok := p.Column(pointer)
	if !ok || !schemas.IsRest(f) {
		t.Fatalf("%s is no rest", pointer)
	}
	a := schemas.At(rec, path).(*array.String)
	if a.IsNull(row) {
		return ""
	}
	return a.Value(row)
}

func TestRest(t *testing.T) {
	const schema = `{"type":"object","required":["need","un"],"properties":{
		"need":{"type":["integer","null"]}, "may":{"type":["integer","null"]}, "t":{"type":"string","format":"date-time"},
		"ts":{"type":"array","items":{"type":"array","items":{"type":"string","format":"date-time"}}},
		"o":{"type":"object","properties":{"x":{"type":"integer"}}}}}`
	p := compile(t, schema, schemas.Options{FormatAssertion: true})
	d := schemas.NewDecoder(p, schemas.Limits{})
	cases := []struct{ doc, root, o string }{
		{`{"need":null,"un":1}`, `{"un":1}`, ""},
		{`{"need":1,"un":null,"may":null,"a\u0062\n\"":[1, 2]}`, `{"un":null,"may":null,"ab\u000a\"":[1, 2]}`, ""},
		{`{"need":1,"un":"\u0061","t":"2026-01-01T00:00:00Z","o":{}}`, `{"un":"\u0061"}`, ""},
		{`{"need":1,"un":{"q":{}},"t":"2026-01-01T00:00:00.0Z","o":{"x":1,"y":{"z":2}}}`, `{"un":{"q":{}},"t":"2026-01-01T00:00:00.0Z"}`, `{"y":{"z":2}}`},
		{`{"need":1,"un":true,"ts":[["2026-01-01T00:00:00Z"],[]],"o":{"y":1, "z" : 2.50}}`, `{"un":true}`, `{"y":1,"z":2.50}`},
		{`{"need":1,"un":1e0,"ts":[["2026-01-01T00:00:00Z"], ["2026-01-01T00:00:00+00:00"]],"t":"2026-01-01T00:00:00Z"}`,
			`{"un":1e0,"ts":[["2026-01-01T00:00:00Z"], ["2026-01-01T00:00:00+00:00"]]}`, ""},
	}
	for _, c := range cases {
		d.Decode([]byte(strings.TrimSuffix(c.doc, "}")), nil) // ends too soon, and leaves nothing
		if reasons, row := d.Decode([]byte(c.doc), nil); !row || len(reasons) > 0 {
			t.Fatalf("%s: %v", c.doc, reasons)
		}
	}
	rec := d.Record()
	defer rec.Release()
	for i, c := range cases {
		if root, o := restOf(t, p, rec, "/*", i), restOf(t, p, rec, "/o/*", i); root != c.root || o != c.o {
			t.Errorf("%s leaves %q and %q, want %q and %q", c.doc, root, o, c.root, c.o)
		}
		same(t, rec, i, []byte(c.doc))
	}
}

// TestRestWhereNeeded tells which objects have a rest, and what it is called.
func TestRestWhereNeeded(t *testing.T) {
	const closed = `"type":"object","additionalProperties":false,`
	for schema, want := range map[string]string{
		`{` + closed + `"properties":{"a":{"type":"integer"},"b":{"type":["null","string"]}},"required":["b"]}`: "a b",
		`{` + closed + `"properties":{"a":{"enum":["x"]},"b":{"type":["null","string"],"enum":["x"]}}}`:         "a b",
		`{` + closed + `"properties":{"a":{"enum":["x",null]}}}`:                                                "a *",
		`{` + closed + `"properties":{"a":{"type":["null","string"]}}}`:                                         "a *",
		`{` + closed + `"properties":{"a":{"type":"string","format":"date-time"}}}`:                             "a *",
		`{` + closed + `"properties":{"a":{"type":"array","items":{"type":"string","format":"date-time"}}}}`:    "a *",
		`{` + closed + `"properties":{"a":{"type":"array","items":{"type":"object","properties":{"t":{}}}}}}`:   "a",
		`{` + closed + `"properties":{"a":{"type":"array","items":{"type":["null","string"]}}}}`:                "a",
		`{` + closed + `"properties":{"*":{"type":"integer"},"**":{"type":["null","integer"]}}}`:                "* ** ***",
		`{"additionalProperties":false,"properties":{"a":{"type":"integer"}}}`:                                  "a *", // no object, perhaps
		`{"type":"object","properties":{"a":{"type":"integer"}}}`:                                               "a *",
		`{"type":"object","properties":{"a":{"type":"integer"}},"additionalProperties":{"type":"string"}}`:      "a *",
		`{` + closed + `"properties":{}}`:                                                                       "",
		`{"type":"object","additionalProperties":{"type":"string"}}`:                                            "*",
		`true`:             "*",
		`false`:            "",
		`{"type":"array"}`: "*",
	} {
		var names []string
		for _, f := range compile(t, schema, schemas.Options{FormatAssertion: true}).Schema().Fields() {
			names = append(names, f.Name)
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%s has columns %q, want %q", schema, got, want)
		}
	}
}

// TestRestOfAnything has records that are no objects, and what a wanted column makes a struct of and is none.
func TestRestOfAnything(t *testing.T) {
	for _, schema := range []string{`true`, `{"properties":{"a":{"type":"integer"}}}`, `{"additionalProperties":{"type":["integer","boolean","object","array"]}}`} {
		for _, wanted := range [][]string{nil, {"/w/deep/er", "/w/x"}, {"/*", "/w/*"}} {
			d := schemas.NewDecoder(compile(t, schema, schemas.Options{Columns: wanted}), schemas.Limits{})
			docs := []string{` [1, {"a":2}] `, `"x\u0000"`, `null`, `1.50`, `{}`, `{"w":1}`, `{"w":[1, 2],"a":3}`, `{"w":{"deep":true}}`, `{"w":{"deep":{"er":[{}],"x":{}}}}`, `{"w":false}`, `{ "b" : {} }`}
			for _, doc := range docs {
				if reasons, row := d.Decode([]byte(doc), nil); !row || len(reasons) > 0 {
					t.Fatalf("%s: %v", doc, reasons)
				}
			}
			rec := d.Record()
			for i, doc := range docs {
				same(t, rec, i, []byte(doc))
			}
			rec.Release()
		}
	}
}

// TestLargeEnums have the strings themselves in their columns.
func TestLargeEnums(t *testing.T) {
	for values, want := range map[int]string{1 << 16: "dictionary<values=utf8, indices=int32, ordered=false>", 1<<16 + 1: "utf8"} {
		var b strings.Builder
		for i := range values {
			fmt.Fprintf(&b, `,"%x"`, i)
		}
		d := decoder(t, `{"type":"object","properties":{"v":{"type":"string","enum":[`+b.String()[1:]+`]}}}`)
		for _, v := range []string{"0", "fffe", "777"} {
			if reasons, row := d.Decode([]byte(`{"v":"`+v+`"}`), nil); !row || len(reasons) > 0 {
				t.Fatal(reasons)
			}
		}
		rec := d.Record()
		if got := rec.Schema().Field(0).Type.String(); got != want {
			t.Errorf("%d values: %s", values, got)
		}
		same(t, rec, 2, []byte(`{"v":"777"}`))
		rec.Release()
	}
}

// TestDecimals come back to the last digit.
func TestDecimals(t *testing.T) {
	d := decoder(t, `{"type":"object","properties":{"v":{"type":"number","multipleOf":0.005},"l":{"type":"array","items":{"type":"number","multipleOf":1e-18}}}}`)
	for doc, want := range map[string]string{
		`{"v":123456789012345678901234567890.125}`:       `{"v":123456789012345678901234567890.125}`,
		`{"v":-99999999999999999999999999999999999.995}`: `{"v":-99999999999999999999999999999999999.995}`,
		`{"v":-0.005}`:                 `{"v":-0.005}`,
		`{"v":18446744073709551616e0}`: `{"v":18446744073709551616.000}`,
		`{"l":[-12345678901234567890.000000000000000001,0]}`: `{"l":[-12345678901234567890.000000000000000001,0.000000000000000000]}`,
	} {
		d.Reset()
		if reasons, row := d.Decode([]byte(doc), nil); !row || len(reasons) > 0 {
			t.Errorf("%s: %v", doc, reasons)
			continue
		}
		rec := d.Record()
		if got := string(schemas.AppendJSON(nil, rec, 0)); got != want {
			t.Errorf("%s gives %s", doc, got)
		}
		rec.Release()
	}
	for doc, want := range map[string]string{
		`{"v":0.007}`: "[{multipleOf /v }]", `{"v":0.0051}`: "[{multipleOf /v }]", `{"v":100000000000000000000000000000000000}`: "[{number /v }]",
		`{"v":1e300}`: "[{number /v }]", `{"l":[5,1e20,2e-19]}`: "[{number /l/1 } {multipleOf /l/2 }]",
	} {
		d.Reset()
		reasons, _ := d.Decode([]byte(doc), nil)
		if got := fmt.Sprint(reasons); got != want {
			t.Errorf("%s: %s, want %s", doc, got, want)
		}
		rec := d.Record()
		if got := string(schemas.AppendJSON(nil, rec, 0)); got != `{}` && got != `{"l":[5.000000000000000000,null,null]}` {
			t.Errorf("%s gives %s", doc, got)
		}
		rec.Release()
	}
}

// TestWholeNumbers: an integer that a float64 cannot be is a reason, wherever it stands, and never another integer.
func TestWholeNumbers(t *testing.T) {
	d := decoder(t, `{"type":"object","properties":{"v":{"type":"number"},"l":{"type":"array","items":{"type":"number"}}}}`)
	for text, exact := range map[string]bool{
		"9007199254740991": true, "9007199254740992": true, "9007199254740993": false, "-9007199254740993": false, "-9007199254740994": true,
		"18446744073709551615": false, "18446744073709551616": true, "-18446744073709551616": true, "100000000000000000000": true, "100000000000000000001": false,
		"123456789012345678": false, "9007199254740993.0": false, "9007199254740993e0": false, "9007199254740993.5": true, "1" + strings.Repeat("0", 22): true,
		"1" + strings.Repeat("0", 23): true, "1e300": true, "1.00000000000000000001e20": false,
		"179769313486231570814527423731704356798070567525844996598917476803157260780028538760589558632766878171540458953514382464234321326889464182768467546703537516986049910576551282076245490090389328944075868508455133942304583236903222948165808559332123347747": false,
	} {
		for doc, at := range map[string]string{`{"v":` + text + `}`: "/v", `{"l":[1,` + text + `,2]}`: "/l/1"} {
			d.Reset()
			reasons, _ := d.Decode([]byte(doc), nil)
			if exact && len(reasons) > 0 || !exact && fmt.Sprint(reasons) != "[{number "+at+" }]" {
				t.Errorf("%s: %v", doc, reasons)
			}
		}
	}
}

// TestMaps tells what is wrong with maps: names that come twice, required ones that do not come, depth, and values.
func TestMaps(t *testing.T) {
	var many, all []string
	for i := range 70 {
		many = append(many, fmt.Sprintf(`"k%d"`, i))
		all = append(all, fmt.Sprintf(`"k%d":%d`, i, i))
	}
	p := compile(t, `{"properties":{"m":{"type":"object","additionalProperties":{"type":"integer"}},
		"r":{"type":"object","required":[`+strings.Join(many, ",")+`],"additionalProperties":{"type":"integer"}},
		"mm":{"type":"object","additionalProperties":{"type":"object","additionalProperties":{"type":"object","properties":{"x":{"type":"integer"}}}}}}}`, schemas.Options{})
	if f := p.Schema().Field(0); f.Type.ID() != arrow.MAP || p.Schema().Field(1).Type.ID() != arrow.MAP {
		t.Fatal(p.Schema())
	}
	d := schemas.NewDecoder(p, schemas.Limits{Depth: 4})
	for _, c := range []struct{ doc, reasons string }{
		{`{"m":{"a":1,"b":2,"c":-3}}`, "[]"},
		{`{"m":{"a":1,"\u0061":2}}`, "[{json  duplicate_key}]"},
		{`{"m":{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6,"g":7,"h":8,"i":9,"a":10}}`, "[{json  duplicate_key}]"},
		{`{"m":{"a":1,}}`, "[{json  syntax}]"}, {`{"m":{,"a":1}}`, "[{json  syntax}]"}, {`{"m":{"a" 1}}`, "[{json  syntax}]"}, {`{"m":{"a":1`, "[{json  syntax}]"}, {`{"m":{`, "[{json  syntax}]"},
		{`{"m":{"a":"x","b":1}}`, "[{type /m/* }]"},
		{`{"r":{` + strings.Join(all, ",") + `}}`, "[]"},
		{`{"r":{` + strings.Join(all[1:69], ",") + `,"other":1.5}}`, "[{type /r/* } {required /r/k0 } {required /r/k69 }]"},
		{`{"r":{` + strings.Join(all, ",") + `,"k69":1}}`, "[{json  duplicate_key}]"},
		{`{"r":{` + strings.Replace(strings.Join(all, ","), ":3,", `:"3",`, 1) + `}}`, "[{type /r/k3 }]"},
		{`{"mm":{"a":{"b":{"x":1},"c":{}},"d":{}}}`, "[]"},
		{`{"mm":{"a":{"b":{"x":[1]}}}}`, "[{json  depth}]"},
		{`{"mm":{"a":{"b":{"x":"1"}}}}`, "[{type /mm/*/*/x }]"},
	} {
		rows := d.Rows()
		reasons, row := d.Decode([]byte(c.doc), nil)
		if got := fmt.Sprint(reasons); got != c.reasons {
			t.Errorf("%s: %s, want %s", c.doc, got, c.reasons)
		}
		if row && len(reasons) == 0 {
			rec := d.Record()
			same(t, rec, rows, []byte(c.doc))
			rec.Release()
		}
	}
}
