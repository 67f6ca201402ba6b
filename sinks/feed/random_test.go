package feed

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unsafe"

	"github.com/apache/arrow/go/v15/arrow"
	"github.com/apache/arrow/go/v15/arrow/array"
	"github.com/apache/arrow/go/v15/arrow/decimal128"
	"github.com/apache/arrow/go/v15/arrow/memory"

	"github.com/winnow-data/winnow/schemas"
)

// randomType gives a type of those that contracts make.
func randomType(r *rand.Rand, deep int) arrow.DataType {
	n := 10
	if deep == 0 {
		n = 7
	}
	switch r.IntN(n) {
	case 0:
		return arrow.PrimitiveTypes.Int64
	case 1:
		return arrow.PrimitiveTypes.Float64
	case 2:
		return arrow.FixedWidthTypes.Boolean
	case 3:
		return arrow.BinaryTypes.String
	case 4:
		return &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"}
	case 5:
		return &arrow.Decimal128Type{Precision: 38, Scale: 2}
	case 6:
		return &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int32, ValueType: arrow.BinaryTypes.String}
	case 7:
		return arrow.MapOf(arrow.BinaryTypes.String, randomType(r, deep-1))
	case 8:
		return arrow.ListOf(randomType(r, deep-1))
	}
	return arrow.StructOf(randomFields(r, 1+r.IntN(3), deep-1)...)
}

func randomFields(r *rand.Rand, n, deep int) (fields []arrow.Field) {
	for i := range n {
		fields = append(fields, arrow.Field{Name: fmt.Sprintf("c%d", i), Type: randomType(r, deep), Nullable: true})
	}
	return fields
}

// randomSchema has each kind of column that contracts make now and then.
func randomSchema(r *rand.Rand) *arrow.Schema {
	meta := arrow.MetadataFrom(map[string]string{"seed": fmt.Sprint(r.Uint32())})
	return arrow.NewSchema(randomFields(r, 1+r.IntN(5), 2), &meta)
}

// randomRecord has rows of a schema, of whose values a share is null.
func randomRecord(r *rand.Rand, schema *arrow.Schema, rows int, nulls float64) arrow.Record {
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer b.Release()
	for _, f := range b.Fields() {
		reserve(f)
	}
	for range rows {
		for i := range schema.NumFields() {
			randomValue(r, b.Field(i), nulls)
		}
	}
	return b.NewRecord()
}

// reserve makes all of b's buffers: those of no value at all are a test's of their own.
func reserve(b array.Builder) {
	b.Reserve(1)
	switch b := b.(type) {
	case *array.ListBuilder:
		reserve(b.ValueBuilder())
	case *array.MapBuilder:
		reserve(b.KeyBuilder())
		reserve(b.ItemBuilder())
	case *array.StructBuilder:
		for i := range b.NumField() {
			reserve(b.FieldBuilder(i))
		}
	}
}

func randomValue(r *rand.Rand, b array.Builder, nulls float64) {
	if r.Float64() < nulls {
		b.AppendNull()
		return
	}
	switch b := b.(type) {
	case *array.Int64Builder:
		b.Append(r.Int64())
	case *array.Float64Builder:
		b.Append(r.NormFloat64())
	case *array.BooleanBuilder:
		b.Append(r.IntN(2) == 0)
	case *array.StringBuilder:
		b.Append(strings.Repeat("ü", r.IntN(4)) + fmt.Sprint(r.IntN(1000))[:r.IntN(2)])
	case *array.TimestampBuilder:
		b.Append(arrow.Timestamp(r.Int64()))
	case *array.Decimal128Builder:
		b.Append(decimal128.FromI64(r.Int64()))
	case *array.BinaryDictionaryBuilder:
		if err := b.AppendString([]string{"red", "green", "blue"}[r.IntN(3)]); err != nil {
			panic(err)
		}
	case *array.MapBuilder:
		b.Append(true)
		for i := range r.IntN(4) {
			b.KeyBuilder().(*array.StringBuilder).Append(fmt.Sprint(i))
			randomValue(r, b.ItemBuilder(), nulls)
		}
	case *array.ListBuilder:
		b.Append(true)
		for range r.IntN(4) {
			randomValue(r, b.ValueBuilder(), nulls)
		}
	case *array.StructBuilder:
		b.Append(true)
		for i := range b.NumField() {
			randomValue(r, b.FieldBuilder(i), nulls)
		}
	}
}

// randomSlice cuts a part out of rec, and now and then a part out of that, and says where it begins.
func randomSlice(r *rand.Rand, rec arrow.Record) (part arrow.Record, from int) {
	rec.Retain()
	for range r.IntN(3) {
		i := r.IntN(int(rec.NumRows()) + 1)
		j := i + r.IntN(int(rec.NumRows())-i+1)
		next := rec.NewSlice(int64(i), int64(j))
		rec.Release()
		rec, from = next, from+i
	}
	return rec, from
}

// wantRecord fails unless got is want, by Arrow's own comparison and as JSON.
func wantRecord(t *testing.T, got, want arrow.Record, why string) {
	t.Helper()
	if !got.Schema().Equal(want.Schema()) {
		t.Fatalf("%s: the schema is %v, want %v", why, got.Schema(), want.Schema())
	}
	if got.NumRows() != want.NumRows() || !array.RecordEqual(got, want) {
		t.Fatalf("%s:\n%v\nwant\n%v", why, got, want)
	}
	for i := range int(got.NumCols()) {
		if got.Column(i).NullN() != want.Column(i).NullN() {
			t.Fatalf("%s: column %d has %d nulls, want %d", why, i, got.Column(i).NullN(), want.Column(i).NullN())
		}
	}
	for row := range int(got.NumRows()) {
		if a, b := schemas.AppendJSON(nil, got, row), schemas.AppendJSON(nil, want, row); string(a) != string(b) {
			t.Fatalf("%s: row %d is\n%s\nwant\n%s", why, row, a, b)
		}
	}
}

// buffersOf gives all buffers of data that have something.
func buffersOf(data arrow.ArrayData) (all []*memory.Buffer) {
	for _, b := range data.Buffers() {
		if b != nil && b.Len() > 0 {
			all = append(all, b)
		}
	}
	for _, k := range data.Children() {
		all = append(all, buffersOf(k)...)
	}
	return all
}

func recordBuffers(rec arrow.Record) (all []*memory.Buffer) {
	for _, c := range rec.Columns() {
		all = append(all, buffersOf(c.Data())...)
	}
	return all
}

func addressOf(b []byte) uintptr { return uintptr(unsafe.Pointer(unsafe.SliceData(b))) }

// soiled is a Memory whose blocks are not zero.
func soiled(t testing.TB, limit int64) *Memory {
	t.Helper()
	m := NewMemory(limit)
	for n := 1; m.fits(n); n += max(1, n/10) {
		b := m.Block(n)
		for i := range b.Bytes() {
			b.Bytes()[i] = 0xff
		}
		b.Release()
	}
	return m
}
