package schemas_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/big"
	"math/rand/v2"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v15/arrow"
	"github.com/apache/arrow/go/v15/arrow/array"

	"github.com/winnow-data/winnow/schemas"
)

const mixedSchema = `{"type":"object","properties":{
  "i":{"type":["integer","null"]}, "f":{"type":"number"}, "both":{"type":["integer","number"]}, "b":{"type":"boolean"},
  "s":{"type":["null","string"]}, "any":{}, "mixed":{"type":["string","integer"]}, "free":{"type":"object"}, "nothing":{"type":"null"},
  "o":{"type":"object","properties":{"x":{"type":"integer"},"p":{"type":["object","null"],"properties":{"y":{"type":"string"}}}}},
  "l":{"type":"array","items":{"type":"number"}}, "ll":{"type":"array","items":{"type":"array","items":{"type":"string"}}},
  "lo":{"type":["array","null"],"items":{"type":"object","properties":{"k":{"type":"boolean"},"v":{"type":"array","items":{"type":"integer"}}}}},
  "la":{"type":"array","items":{}}, "tree":{"$ref":"#/$defs/tree"}},
  "$defs":{"tree":{"type":"object","properties":{"v":{"type":"integer"},"kids":{"type":"array","items":{"$ref":"#/$defs/tree"}}}}}}`

func TestSchema(t *testing.T) {
	p := compile(t, mixedSchema, schemas.Options{Columns: []string{"/extra/deep", "/free/a~1b", "/i", "", "/l/0", "/s/x"}})
	var got []string
	for _, f := range p.Schema().Fields() {
		got = append(got, f.Name+" "+fmt.Sprint(f.Type))
	}
	want := []string{
		"i int64", "f float64", "both float64", "b bool", "s utf8", "any utf8", "mixed utf8", "free struct<a/b: utf8, *: utf8>", "nothing utf8",
		"o struct<x: int64, p: struct<y: utf8, *: utf8>, *: utf8>", "l list<item: float64, nullable>", "ll list<item: list<item: utf8, nullable>, nullable>",
		"lo list<item: struct<k: bool, v: list<item: int64, nullable>, *: utf8>, nullable>", "la list<item: utf8, nullable>",
		"tree struct<v: int64, kids: list<item: utf8, nullable>, *: utf8>", "extra struct<deep: utf8, *: utf8>", "* utf8",
	}
	if len(got) != len(want) {
		t.Fatalf("%d columns: %q", len(got), got)
	}
	for i := range want {
		if strings.ReplaceAll(got[i], ", nullable", "") != strings.ReplaceAll(want[i], ", nullable", "") {
			t.Errorf("column %d: %s, want %s", i, got[i], want[i])
		}
	}
	for pointer, wantPath := range map[string][]int{
		"/i": {0}, "/o/p/y": {9, 1, 0}, "/extra/deep": {15, 0}, "/free/a~1b": {7, 0}, "/l": {10},
		"/*": {16}, "/o/*": {9, 2}, "/o/p/*": {9, 1, 1}, "/l/0": nil, "/s/x": nil, "": nil, "/none": nil, "i": nil, "/tree/kids/0": nil,
	} {
		path, f, ok := p.Column(pointer)
		if ok != (wantPath != nil) || !reflect.DeepEqual(path, wantPath) {
			t.Errorf("%q: %v %v", pointer, path, ok)
		}
		if at, _ := f.Metadata.GetValue("winnow.pointer"); ok && at != pointer || ok && !f.Nullable {
			t.Errorf("%q: field %v", pointer, f)
		}
	}
	for pointer, text := range map[string]bool{"/any": true, "/mixed": true, "/s": false, "/extra/deep": true, "/nothing": true} {
		_, f, _ := p.Column(pointer)
		if v, _ := f.Metadata.GetValue("winnow.json"); (v == "true") != text {
			t.Errorf("%s: winnow.json is %q", pointer, v)
		}
	}
}

// same fails unless the columns give back a document that is equal to doc.
func same(t testing.TB, rec arrow.Record, row int, doc []byte) {
	t.Helper()
	got := schemas.AppendJSON(nil, rec, row)
	if a, b := parsed(t, got), parsed(t, doc); !equalJSON(a, b) {
		t.Fatalf("row %d of %v gives\n%s\nand was\n%s", row, rec.Schema(), got, doc)
	}
}

func parsed(t testing.TB, doc []byte) (v any) {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(doc))
	dec.UseNumber()
	if err := dec.Decode(&v); err != nil {
		t.Fatalf("%s: %v", doc, err)
	}
	return v
}

// equalJSON compares as JSON compares. Numbers that are not both integers are equal where the nearest float64 is.
func equalJSON(a, b any) bool {
	switch a := a.(type) {
	case map[string]any:
		b, ok := b.(map[string]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for name, v := range a {
			if w, there := b[name]; !there || !equalJSON(v, w) {
				return false
			}
		}
		return true
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, equalJSON)
	case json.Number:
		b, ok := b.(json.Number)
		return ok && equalNumbers(string(a), string(b))
	}
	return a == b
}

func equalNumbers(a, b string) bool {
	x, isInt := new(big.Int).SetString(a, 10)
	y, alsoInt := new(big.Int).SetString(b, 10)
	if isInt && alsoInt {
		return x.Cmp(y) == 0
	}
	f, _ := strconv.ParseFloat(a, 64)
	g, _ := strconv.ParseFloat(b, 64)
	return f == g
}

// mixedRecords makes records that mixedSchema lets by, with members absent, null and in any order.
func mixedRecords(n int, r *rand.Rand) (docs [][]byte) {
	values := map[string][]string{
		"i": {"null", "1", "-9007199254740991", "1.0", "12e2"}, "f": {"0.1", "1e-7", "-3", "1234567.25", "0.30000000000000004", "5e-324"},
		"both": {"1", "2.5"}, "b": {"true", "false"}, "s": {"null", `""`, `"a\u00e9\n"`, `"long enough to be more than two words"`},
		"any": {"1", `"x"`, `[1, {"a": null}]`, `{"b":[]}`}, "mixed": {`"s"`, "7"}, "free": {`{}`, `{"q":[1,2]}`}, "nothing": {"null"},
		"o": {`{}`, `{"x":1}`, `{"p":null}`, `{"p":{"y":"z"},"x":-4}`, `{"p":{}}`}, "l": {`[]`, `[1,2.5, -0.125 ,1e3]`, `[7]`},
		"ll": {`[]`, `[[],["a","b"],["c"]]`}, "lo": {`null`, `[]`, `[{}]`, `[{"k":true},{"v":[1,2]},{"v":[],"k":false}]`},
		"la": {`[null,1,"a",[2]]`}, "tree": {`{"v":1,"kids":[{"v":2,"kids":[]},{}]}`},
	}
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	for range n {
		var b bytes.Buffer
		b.WriteString("{")
		for _, k := range r.Perm(len(names))[:r.IntN(len(names)+1)] {
			if b.Len() > 1 {
				b.WriteString([]string{",", ", ", " ,\n"}[r.IntN(3)])
			}
			v := values[names[k]]
			fmt.Fprintf(&b, "%q:%s", names[k], v[r.IntN(len(v))])
		}
		docs = append(docs, append(b.Bytes(), '}'))
	}
	return docs
}

func TestColumns(t *testing.T) {
	check := func(schema string, docs [][]byte) {
		t.Helper()
		d := decoder(t, schema)
		for _, doc := range docs {
			if reasons, row := d.Decode(doc, nil); !row || len(reasons) > 0 {
				t.Fatalf("%s: %v", doc, reasons)
			}
		}
		rec := d.Record()
		defer rec.Release()
		for i, doc := range docs {
			same(t, rec, i, doc)
		}
	}
	check(mixedSchema, mixedRecords(500, rand.New(rand.NewPCG(1, 2))))
	check(trainingSchema, trainingRecords(500))
}

func TestFlights(t *testing.T) {
	docs := flights(t, 20_000)
	d := decoder(t, flightsSchema)
	for _, doc := range docs {
		if reasons, row := d.Decode(doc, nil); !row || len(reasons) > 0 {
			t.Fatalf("%s: %v", doc, reasons)
		}
	}
	rec := d.Record()
	defer rec.Release()
	for i, doc := range docs {
		same(t, rec, i, doc)
	}
}

// TestWrongCells tells that a value that does not fit its column is null there, and others are not disturbed.
func TestWrongCells(t *testing.T) {
	d := decoder(t, mixedSchema)
	for _, doc := range []string{
		`{"i":1,"f":1,"s":"a","o":{"x":1},"l":[1],"b":true}`,
		`{"i":"1","f":"x","s":2,"o":[],"l":{"a":1},"b":0,"mixed":true}`,
		`{"i":1.5,"f":1e999,"s":{},"o":{"x":null,"p":3},"l":[1,"x",null,2],"lo":[1,{"k":2}]}`,
		`{"i":99999999999999999999}`,
		`[1]`,
		`{"i":5,"s":"z"}`,
	} {
		if _, row := d.Decode([]byte(doc), nil); !row {
			t.Fatal(doc)
		}
	}
	rec := d.Record()
	defer rec.Release()
	for i, want := range []string{
		`{"i":1,"f":1,"s":"a","o":{"x":1},"l":[1],"b":true}`, `{}`, `{"o":{},"l":[1,null,null,2],"lo":[null,{}]}`, `{}`, `[1]`, `{"i":5,"s":"z"}`,
	} {
		same(t, rec, i, []byte(want))
	}
}

// TestBatches decodes the same records, bad ones among them, in batches of every size, dropping and repeating rows: the columns
// must be those of one batch of the good ones.
func TestBatches(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	docs := mixedRecords(300, r)
	p := compile(t, mixedSchema, schemas.Options{})
	var want []string
	one := schemas.NewDecoder(p, schemas.Limits{})
	for _, doc := range docs {
		one.Decode(doc, nil)
	}
	whole := one.Record()
	defer whole.Release()
	for i := range docs {
		want = append(want, string(schemas.AppendJSON(nil, whole, i)))
	}
	d := schemas.NewDecoder(p, schemas.Limits{})
	for _, size := range []int{1, 2, 7, 64, 300} {
		for from := 0; from < len(docs); from += size {
			d.Reset()
			batch := docs[from:min(from+size, len(docs))]
			for i, doc := range batch {
				switch r.IntN(4) {
				case 0:
					d.Decode(doc[:r.IntN(len(doc))], nil) // cut short: rolled back
				case 1:
					d.Decode(doc, nil)
					d.Decode(doc, nil)
					d.Truncate(i)
				}
				if _, row := d.Decode(doc, nil); !row || d.Rows() != i+1 {
					t.Fatalf("row %v, rows %d of %d", row, d.Rows(), i+1)
				}
			}
			rec := d.Record()
			for i := range batch {
				if got := string(schemas.AppendJSON(nil, rec, i)); got != want[from+i] {
					t.Fatalf("size %d, row %d: %s, want %s", size, from+i, got, want[from+i])
				}
			}
			rec.Release()
		}
	}
}

// TestAt also tells that what is in a null struct is null.
func TestAt(t *testing.T) {
	p := compile(t, mixedSchema, schemas.Options{})
	d := schemas.NewDecoder(p, schemas.Limits{})
	for _, doc := range []string{`{"o":{"p":{"y":"a"}}}`, `{}`, `{"o":{"p":null}}`, `{"o":{"p":{"y":"b"}}}`} {
		d.Decode([]byte(doc), nil)
	}
	rec := d.Record()
	defer rec.Release()
	path, _, _ := p.Column("/o/p/y")
	y := schemas.At(rec, path).(*array.String)
	if y.Len() != 4 || y.Value(0) != "a" || !y.IsNull(1) || !y.IsNull(2) || y.Value(3) != "b" || y.NullN() != 2 {
		t.Errorf("got %v", y)
	}
}

// TestNoRows makes records of nothing, before and after there was something.
func TestNoRows(t *testing.T) {
	d := decoder(t, mixedSchema)
	for range 2 {
		rec := d.Record()
		if rec.NumRows() != 0 || rec.NumCols() != 16 || rec.Column(10).Len() != 0 {
			t.Errorf("%d rows, %d columns", rec.NumRows(), rec.NumCols())
		}
		rec.Release()
		d.Decode([]byte(`{"l":[1],"b":true}`), nil)
		d.Reset()
	}
}

// TestNoColumns has records that are judged without any column.
func TestNoColumns(t *testing.T) {
	d := decoder(t, `{"type":"object","additionalProperties":false}`)
	for _, doc := range []string{`{}`, `[1]`, `{}`} {
		d.Decode([]byte(doc), nil)
	}
	rec := d.Record()
	defer rec.Release()
	if rec.NumRows() != 3 || rec.NumCols() != 0 {
		t.Errorf("%d rows, %d columns", rec.NumRows(), rec.NumCols())
	}
}
