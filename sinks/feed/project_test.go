package feed

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v15/arrow"
	"github.com/apache/arrow/go/v15/arrow/array"
	"github.com/apache/arrow/go/v15/arrow/memory"

	"github.com/winnow-data/winnow/schemas"
	"github.com/winnow-data/winnow/strict"
)

// flightSchema has columns as contracts make them.
func flightSchema() *arrow.Schema {
	null := func(name string, typ arrow.DataType) arrow.Field {
		return arrow.Field{Name: name, Type: typ, Nullable: true}
	}
	deep := arrow.StructOf(null("x", arrow.PrimitiveTypes.Int64), null("y", arrow.BinaryTypes.String), null("z", arrow.FixedWidthTypes.Boolean))
	meta := arrow.MetadataFrom(map[string]string{"k": "v"})
	return arrow.NewSchema([]arrow.Field{
		null("n", arrow.PrimitiveTypes.Int64),
		null("a/b~c", arrow.BinaryTypes.String),
		null("tags", arrow.ListOf(arrow.BinaryTypes.String)),
		null("at", arrow.StructOf(null("deep", deep), null("f", arrow.PrimitiveTypes.Float64), null("many", arrow.ListOf(deep)))),
	}, &meta)
}

func describe(fields []arrow.Field) string {
	var out []string
	for _, f := range fields {
		if kids := nestedFields(f); kids != nil {
			out = append(out, f.Name+"("+describe(kids)+")")
			continue
		}
		out = append(out, f.Name)
	}
	return strings.Join(out, " ")
}

func TestAPickChoosesColumns(t *testing.T) {
	for _, c := range []struct {
		pointers []string
		want     string
	}{
		{nil, "n a/b~c tags at(deep(x y z) f many)"},
		{[]string{"/n"}, "n"},
		{[]string{"/tags", "/n"}, "tags n"}, // in the order asked for
		{[]string{"/a~1b~0c"}, "a/b~c"},
		{[]string{"/at"}, "at(deep(x y z) f many)"},
		{[]string{"/at/f"}, "at(f)"},
		{[]string{"/at/many", "/n", "/at/deep/z", "/at/deep/x"}, "at(many deep(z x)) n"},
		{[]string{"/at/f", "/at"}, "at(deep(x y z) f many)"}, // all of it contains the field
		{[]string{"/at", "/at/f"}, "at(deep(x y z) f many)"},
		{[]string{"/n", "/n"}, "n"},
	} {
		p, err := newPick(flightSchema(), c.pointers)
		if err != nil {
			t.Errorf("%v: %v", c.pointers, err)
			continue
		}
		if got := describe(p.schema.Fields()); got != c.want {
			t.Errorf("%v: %s, want %s", c.pointers, got, c.want)
		}
		if m := p.schema.Metadata(); m.Len() != 1 {
			t.Errorf("%v: the schema's metadata is gone", c.pointers)
		}
		for _, f := range p.schema.Fields() {
			if !f.Nullable {
				t.Errorf("%v: %s can be null no more", c.pointers, f.Name)
			}
		}
	}
}

// What a contract's columns do not give back is chosen by its own name alone, wherever it lies; and contracts that differ in what must be there have
// the same columns.
func TestAPickLeavesRests(t *testing.T) {
	program := func(required string) *schemas.Program {
		n, faults := strict.Parse("s.json", []byte(`{"type":"object","required":[`+required+`],"properties":{"n":{"type":["null","integer"]},
			"o":{"type":"object","properties":{"x":{"type":"integer"},"deep":{"type":"object","properties":{"y":{"type":"boolean"}}}}},
			"l":{"type":"array","items":{"type":"object","properties":{"z":{"type":"string"}}}},
			"m":{"type":"object","additionalProperties":{"type":"object","properties":{"z":{"enum":["a"]}}}}}}`))
		p, more := schemas.Compile("s.json", n, schemas.Options{})
		if len(faults)+len(more) > 0 {
			t.Fatal(faults, more)
		}
		return p
	}
	d := schemas.NewDecoder(program(`"n"`), schemas.Limits{})
	d.Decode([]byte(`{"n":null,"q":1,"o":{"x":1,"q":2,"deep":{"y":true,"q":3}},"l":[{"z":"é","q":4},{}],"m":{"k":{"z":"a","q":5}}}`), nil)
	rec := d.Record()
	defer rec.Release()
	for _, c := range []struct {
		pointers   []string
		want, json string
	}{
		{nil, "n o(x deep(y)) l m", `{"o":{"x":1,"deep":{"y":true}},"l":[{"z":"é"},{}],"m":{"k":{"z":"a"}}}`},
		{[]string{"/o"}, "o(x deep(y))", `{"o":{"x":1,"deep":{"y":true}}}`},
		{[]string{"/o/*", "/n"}, "o(*) n", `{"o":{"q":2}}`},
		{[]string{"/o", "/o/deep/*"}, "o(x deep(y *))", `{"o":{"x":1,"deep":{"y":true,"q":3}}}`},
		{[]string{"/n", "/*"}, "n *", `{"q":1}`},
	} {
		p, err := newPick(rec.Schema(), c.pointers)
		if err != nil {
			t.Fatal(err)
		}
		tab, err := newTable(p.schema)
		if err != nil {
			t.Fatal(err)
		}
		cols := p.columns(rec)
		tab.add(cols, 0, 1)
		got := packed(t, NewMemory(1<<20), tab)
		if names, text := describe(p.schema.Fields()), string(schemas.AppendJSON(nil, got, 0)); names != c.want || text != c.json {
			t.Errorf("%v: %s, %s, want %s, %s", c.pointers, names, text, c.want, c.json)
		}
		other, err := newPick(program("").Schema(), c.pointers)
		if err != nil || !other.schema.Equal(p.schema) {
			t.Errorf("%v: a feed would not take both: %v", c.pointers, err)
		}
		for _, col := range cols {
			col.Release()
		}
	}
}

func TestAPickNamesUnknownColumns(t *testing.T) {
	for _, bad := range []string{"/m", "/at/g", "/n/x", "/tags/0", "/a/b~0c", "/at/deep/x/y", "", "/"} {
		if _, err := newPick(flightSchema(), []string{"/n", bad}); err == nil || !strings.HasSuffix(err.Error(), "no column "+bad) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// leaves are the pointers of all fields, structs too.
func leaves(fields []arrow.Field, before string) (out []string) {
	for _, f := range fields {
		p := before + "/" + escaper.Replace(f.Name)
		out = append(append(out, p), leaves(nestedFields(f), p)...)
	}
	return out
}

// wantPicked fails unless got's fields, in its order, are from's of the same name, row by row, and null where they are.
func wantPicked(t *testing.T, got, from arrow.Array, why string) {
	t.Helper()
	if got.Len() != from.Len() {
		t.Fatalf("%s: %d rows, want %d", why, got.Len(), from.Len())
	}
	a, ok := got.(*array.Struct)
	if !ok {
		if !array.Equal(got, from) {
			t.Fatalf("%s: %v, want %v", why, got, from)
		}
		return
	}
	for row := range got.Len() {
		if got.IsNull(row) != from.IsNull(row) {
			t.Fatalf("%s: row %d is null: %v", why, row, got.IsNull(row))
		}
	}
	b := from.(*array.Struct)
	for i := range a.NumField() {
		name := a.DataType().(*arrow.StructType).Field(i).Name
		k, found := b.DataType().(*arrow.StructType).FieldIdx(name)
		if !found {
			t.Fatalf("%s: a field %s from nowhere", why, name)
		}
		wantPicked(t, a.Field(i), b.Field(k), why+"/"+name)
	}
}

// Random choices of random records, cut at odd places, with null structs: as in the record, and the same memory.
func TestAPickSharesWhatItChose(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 4))
		schema := randomSchema(r)
		if seed%2 == 0 {
			schema = flightSchema()
		}
		all := leaves(schema.Fields(), "")
		r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		pointers := all[:1+r.IntN(len(all))]
		p, err := newPick(schema, pointers)
		if err != nil {
			t.Fatal(err)
		}
		whole := randomRecord(r, schema, r.IntN(100), []float64{0, 0.3, 0.9}[r.IntN(3)])
		rec, _ := randomSlice(r, whole)
		cols := p.columns(rec)
		why := fmt.Sprintf("seed %d, %v", seed, pointers)
		memories := make(map[*memory.Buffer]bool)
		for _, b := range recordBuffers(whole) {
			memories[b] = true
		}
		for i, c := range cols {
			f := p.schema.Field(i)
			if !arrow.TypeEqual(c.DataType(), f.Type) {
				t.Fatalf("%s: column %s is %v, and should be %v", why, f.Name, c.DataType(), f.Type)
			}
			wantPicked(t, c, rec.Column(schema.FieldIndices(f.Name)[0]), why+": /"+f.Name)
			if slices.ContainsFunc(buffersOf(c.Data()), func(b *memory.Buffer) bool { return !memories[b] }) {
				t.Fatalf("%s: column %s was copied", why, f.Name)
			}
		}
		whole.Release() // the columns hold what they need
		rec.Release()
		for _, c := range cols {
			c.Release()
		}
	}
}

// What was chosen goes into a block as the same: a slice of a struct's fields, with offsets of its own.
func TestAPickIsGathered(t *testing.T) {
	for seed := range uint64(100) {
		r := rand.New(rand.NewPCG(seed, 5))
		schema := flightSchema()
		p, err := newPick(schema, []string{"/at/many", "/at/deep/z", "/n", "/at/deep/y"})
		if err != nil {
			t.Fatal(err)
		}
		whole := randomRecord(r, schema, 1+r.IntN(60), 0.3)
		rec, _ := randomSlice(r, whole)
		cols := p.columns(rec)
		tab, err := newTable(p.schema)
		if err != nil {
			t.Fatal(err)
		}
		tab.add(cols, 0, int(rec.NumRows()))
		got := packed(t, NewMemory(1<<20), tab)
		wantRecord(t, got, array.NewRecord(p.schema, cols, rec.NumRows()), fmt.Sprintf("seed %d", seed))
	}
}

func TestAPickGivesMemoryBack(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 6))
	m := NewMemory(1 << 20)
	tab, err := newTable(flightSchema())
	if err != nil {
		t.Fatal(err)
	}
	tab.add(randomRecord(r, flightSchema(), 50, 0.3).Columns(), 0, 50)
	rec := packed(t, m, tab)
	p, err := newPick(flightSchema(), []string{"/at/deep/y", "/tags"})
	if err != nil {
		t.Fatal(err)
	}
	cols := p.columns(rec)
	rec.Release()
	if m.Used() == 0 {
		t.Error("memory came back that the columns need")
	}
	for _, c := range cols {
		c.Release()
	}
	if m.Used() != 0 {
		t.Errorf("%d bytes did not come back", m.Used())
	}
}
