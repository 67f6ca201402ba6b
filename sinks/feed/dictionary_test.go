package feed

import (
	"slices"
	"testing"

	"github.com/apache/arrow/go/v15/arrow"
	"github.com/apache/arrow/go/v15/arrow/array"
	"github.com/apache/arrow/go/v15/arrow/memory"
)

func texts(values ...string) arrow.Array {
	b := array.NewStringBuilder(memory.DefaultAllocator)
	defer b.Release()
	b.AppendValues(values, nil)
	return b.NewArray()
}

// coded makes a column of codes of a dictionary.
func coded(dict arrow.Array, codes ...int32) arrow.Array {
	b := array.NewInt32Builder(memory.DefaultAllocator)
	defer b.Release()
	for _, code := range codes {
		b.Append(code)
	}
	typ := &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int32, ValueType: arrow.BinaryTypes.String}
	return array.NewDictionaryArray(typ, b.NewArray(), dict)
}

func stringsOf(a arrow.Array) (all []string) {
	d := a.(*array.Dictionary)
	for i := range d.Len() {
		all = append(all, d.Dictionary().(*array.String).Value(d.GetValueIndex(i)))
	}
	return all
}

// Chunks of one contract share its dictionary; with another's, codes that are there keep their meaning, from block to block.
func TestATableSharesDictionaries(t *testing.T) {
	first, second, third := texts("a", "b"), texts("c", "b", "d"), texts("a", "b")
	schema := arrow.NewSchema([]arrow.Field{{Name: "e", Type: coded(first, 0).DataType(), Nullable: true}}, nil)
	tab, err := newTable(schema)
	if err != nil {
		t.Fatal(err)
	}
	block := func(columns ...arrow.Array) *array.Dictionary {
		for _, c := range columns {
			tab.add([]arrow.Array{c}, 0, c.Len())
		}
		defer tab.reset(1 << 20)
		return packed(t, NewMemory(1<<20), tab).Column(0).(*array.Dictionary)
	}
	if empty := block(); empty.Len() != 0 {
		t.Error("rows from nowhere")
	}
	one := block(coded(first, 1, 0, 1))
	if one.Data().Dictionary() != first.Data() || !slices.Equal(stringsOf(one), []string{"b", "a", "b"}) {
		t.Errorf("the dictionary was copied, or is another: %v", one)
	}
	two := block(coded(first, 0), coded(second, 0, 1, 2), coded(third, 1), coded(second, 2))
	if !slices.Equal(stringsOf(two), []string{"a", "c", "b", "d", "b", "d"}) {
		t.Errorf("got %v", two)
	}
	three := block(coded(first, 1), coded(second, 0))
	if three.Data().Dictionary() != two.Data().Dictionary() || !slices.Equal(stringsOf(three), []string{"b", "c"}) {
		t.Errorf("got %v", three)
	}
	if got := two.Dictionary().(*array.String); got.Len() != 4 || got.Value(0) != "a" || got.Value(1) != "b" {
		t.Errorf("codes have changed: %v", got)
	}
}
