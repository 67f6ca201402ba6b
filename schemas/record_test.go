package schemas_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v15/arrow"
	"github.com/apache/arrow/go/v15/arrow/array"

	"github.com/winnow-data/winnow/schemas"
)

// viewSchema has a column of each store.
const viewSchema = `{"type":"object","properties":{
	"i":{"type":"integer"}, "f":{"type":"number"}, "dec":{"type":"number","multipleOf":0.01}, "b":{"type":"boolean"}, "s":{"type":"string"},
	"e":{"enum":["red","green"]}, "t":{"type":"string","format":"date-time"}, "any":{},
	"o":{"type":"object","properties":{"x":{"type":"integer"},"l":{"type":"array","items":{"type":"string"}}}},
	"l":{"type":"array","items":{"type":"array","items":{"type":"integer"}}}, "m":{"type":"object","additionalProperties":{"type":"number","multipleOf":0.1}},
	"es":{"type":"array","items":{"enum":["red","green"]}}, "ts":{"type":"array","items":{"type":"string","format":"date-time"}}}}`

// viewMembers are a member for each column of it, and one for the rest.
func viewMembers(i int) []string {
	const text = `"i":%[1]d|"f":%[1]d.25|"dec":%[1]d.07|"b":true|"s":"s%[1]d"|"e":"green"|"t":"2026-01-01T00:00:%02[1]dZ"|"any":[%[1]d]|` +
		`"o":{"x":%[1]d,"l":["a","%[1]d"],"y":null}|"l":[[%[1]d],[],[2,3]]|"m":{"k":%[1]d.1,"k%[1]d":2}|"es":["red","green"]|` +
		`"ts":["2026-01-01T00:00:%02[1]dZ","2026-01-01T00:00:01.0Z"]|"rest":%[1]d`
	return strings.Split(fmt.Sprintf(text, i%60), "|")
}

// viewBatches are batches of different lengths. Some have a value for all columns, some for none, some for each second one, some for one; the last row of
// some is like no other.
func viewBatches() (batches [][][]byte) {
	for b, rows := range []int{5, 5, 0, 70, 1, 1, 9, 64, 3, 70, 8} {
		var docs [][]byte
		for i := range rows {
			var in []string
			for k, m := range viewMembers(i + b) {
				if b%4 == 0 || b%4 == 1 && k == b || b%4 == 2 && (k+i)%2 == 0 || b%4 == 3 && i == rows-1 {
					in = append(in, m)
				}
			}
			docs = append(docs, []byte("{"+strings.Join(in, ",")+"}"))
		}
		batches = append(batches, docs)
	}
	return batches
}

// eager makes the record of docs by a decoder that has read nothing else.
func eager(t *testing.T, p *schemas.Program, docs [][]byte) arrow.Record {
	t.Helper()
	d := schemas.NewDecoder(p, schemas.Limits{})
	for _, doc := range docs {
		if reasons, row := d.Decode(doc, nil); !row || len(reasons) > 0 {
			t.Fatalf("%s: %v", doc, reasons)
		}
	}
	rec := d.Record()
	defer rec.Release()
	return array.NewRecord(rec.Schema(), rec.Columns(), rec.NumRows())
}

// TestView reads batches of all lengths by one decoder, among records that fail at each of their bytes, and compares each with a record that is made at
// once by a decoder of its own.
func TestView(t *testing.T) {
	p := compile(t, viewSchema, schemas.Options{FormatAssertion: true})
	d := schemas.NewDecoder(p, schemas.Limits{})
	for b, docs := range viewBatches() {
		d.Reset()
		for i, doc := range docs {
			whole := []byte("{" + strings.Join(viewMembers(i), ",") + "}")
			if _, row := d.Decode(whole[:(i*37+b*11)%len(whole)], nil); row {
				t.Fatalf("half of %s is taken", whole)
			}
			if reasons, row := d.Decode(doc, nil); !row || len(reasons) > 0 {
				t.Fatalf("%s: %v", doc, reasons)
			}
		}
		want := eager(t, p, docs)
		rec := d.Record()
		if rec.NumRows() != int64(len(docs)) || rec.NumCols() != want.NumCols() || !rec.Schema().Equal(want.Schema()) {
			t.Fatalf("batch %d: %d rows, %d columns", b, rec.NumRows(), rec.NumCols())
		}
		for i := int(rec.NumCols()) - 1; i >= 0; i-- { // not in order
			if a := rec.Column(i); !array.Equal(a, want.Column(i)) || a != rec.Column(i) || rec.ColumnName(i) != want.ColumnName(i) {
				t.Errorf("batch %d: %s is\n%v\nwant\n%v", b, rec.ColumnName(i), a, want.Column(i))
			}
		}
		sameView(t, rec, want)
		for i, doc := range docs {
			same(t, rec, i, doc)
		}
		rec.Release()
		want.Release()
	}
}

// sameView compares what the view of a record does with what the record itself does.
func sameView(t *testing.T, rec, want arrow.Record) {
	t.Helper()
	if len(rec.Columns()) != int(want.NumCols()) || !array.RecordEqual(rec, want) {
		t.Errorf("the records differ:\n%v\n%v", rec, want)
	}
	got, err := json.Marshal(rec)
	text, wantErr := json.Marshal(want)
	if !bytes.Equal(got, text) || err != nil || wantErr != nil {
		t.Errorf("as JSON %s, %v\nwant %s, %v", got, err, text, wantErr)
	}
	for _, at := range [][2]int64{{0, rec.NumRows()}, {rec.NumRows() / 2, rec.NumRows()}, {rec.NumRows() / 3, rec.NumRows() / 2}} {
		a, b := rec.NewSlice(at[0], at[1]), want.NewSlice(at[0], at[1])
		if a.NumRows() != at[1]-at[0] || !array.RecordEqual(a, b) {
			t.Errorf("rows %d are\n%v\nwant\n%v", at, a, b)
		}
		a.Release()
		b.Release()
	}
	a, err := rec.SetColumn(0, want.Column(0))
	if err != nil || !array.RecordEqual(a, want) {
		t.Fatalf("with another column: %v, %v", a, err)
	}
	a.Release()
	if _, err = rec.SetColumn(0, want.Column(1)); err == nil {
		t.Error("a column of another type is taken")
	}
}

// alive says that somebody holds the array.
func alive(a arrow.Array) bool { return a.Data().(*array.Data) != nil }

// TestViewCounts has columns end when the last who holds the record, or a part of it, lets go, and no sooner.
func TestViewCounts(t *testing.T) {
	d := schemas.NewDecoder(compile(t, `{"properties":{"i":{"type":"integer"},"none":{"type":"string"}}}`, schemas.Options{}), schemas.Limits{})
	d.Decode([]byte(`{"i":1}`), nil)
	slice := func(rec arrow.Record) arrow.Record { return rec.NewSlice(0, 1) }
	set := func(rec arrow.Record) arrow.Record {
		with, err := rec.SetColumn(1, rec.Column(1))
		if err != nil {
			t.Fatal(err)
		}
		return with
	}
	for name, part := range map[string]func(arrow.Record) arrow.Record{"slice": slice, "set": set} {
		rec := d.Record()
		held := part(rec)
		i, none := rec.Column(0), rec.Column(1)
		if _, err := rec.MarshalJSON(); err != nil {
			t.Error(err)
		}
		rec.Retain()
		rec.Release()
		if !alive(i) || rec.NumCols() != 3 {
			t.Errorf("%s: the record ends while it is held", name)
		}
		rec.Release()
		if !array.Equal(held.Column(0), held.Column(0)) || held.Column(0).Data().(*array.Data).Buffers()[1] == nil {
			t.Errorf("%s: what was made of the record ends with it", name)
		}
		held.Release()
		if alive(i) {
			t.Errorf("%s: a column is still held", name)
		}
		if !alive(none) {
			t.Errorf("%s: a column without a value, which the decoder keeps, ends", name)
		}
	}
}

// TestViewShares has columns without a value shared by batches of one length, and right after those of another.
func TestViewShares(t *testing.T) {
	p := compile(t, viewSchema, schemas.Options{FormatAssertion: true})
	d := schemas.NewDecoder(p, schemas.Limits{})
	lengths := []int{3, 3, 200, 200, 1, 3}
	var before arrow.Array
	for b, n := range lengths {
		d.Reset()
		for range n {
			d.Decode([]byte(`{"i":1}`), nil)
		}
		rec := d.Record()
		for i := range int(rec.NumCols()) {
			if a := rec.Column(i); a.Len() != n || a.NullN() != n*min(i, 1) || a.NullN() > 0 && !a.IsNull(n-1) {
				t.Errorf("batch %d: %s has %d rows, %d of them null, want %d", b, rec.ColumnName(i), a.Len(), a.NullN(), n)
			}
		}
		if shared := rec.Column(1) == before; shared != (b > 0 && lengths[b-1] == n) {
			t.Errorf("batch %d: shared %v", b, shared)
		}
		before = rec.Column(1)
		rec.Release()
	}
	d.Reset()
	for range 3 {
		d.Decode([]byte(`{"f":2.5}`), nil)
	}
	rec := d.Record()
	defer rec.Release()
	if f := rec.Column(1).(*array.Float64); f == before || f.NullN() > 0 || f.Value(2) != 2.5 || rec.Column(0).NullN() != 3 {
		t.Errorf("a column that has values again: %v", f)
	}
}
