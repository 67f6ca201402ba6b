package schemas

import (
	"slices"

	"github.com/apache/arrow/go/v15/arrow"
	"github.com/apache/arrow/go/v15/arrow/array"
	"github.com/apache/arrow/go/v15/arrow/memory"
)

// The bounds of a dictionary: beyond them an enum's column holds the strings themselves.
const (
	maxDictionary     = 1 << 16
	maxDictionaryText = 1 << 20 // bytes
)

// may gives the kinds of which some value may pass, its type and enums told.
func (m *merged) may() kinds {
	may := m.allow
	for k, p := range m.of {
		for _, s := range p.defs {
			if s.never != "" || slices.ContainsFunc(s.enums, func(e *valueSet) bool { return !e.has(class(k)) }) {
				may &^= classKinds[k]
			}
		}
	}
	return may
}

// dictionary gives the first enum of m that has strings alone, beside null, nil for none.
func (m *merged) dictionary() *valueSet {
	for _, s := range m.of[classString].defs {
		for _, e := range s.enums {
			if e.onlyStrings() && len(e.strings.all) <= maxDictionary && e.strings.bytes() <= maxDictionaryText {
				return e
			}
		}
	}
	return nil
}

func (s *stringSet) bytes() (n int) {
	for _, text := range s.all {
		n += len(text)
	}
	return n
}

// dateTime says that the format date-time is checked.
func (m *merged) dateTime() bool {
	return slices.ContainsFunc(m.of[classString].defs, func(s *schemaDef) bool { return s.dateTime })
}

// maxScale bounds the fraction of a decimal column: so its numbers are a word times a power of ten that is one, too.
const maxScale = 18

// scale gives the digits of the fraction that a multipleOf allows at most, 0 where none is a fraction, or its fraction is too long.
func (m *merged) scale() int {
	for _, s := range m.of[classNumber].defs {
		for i := range s.multiples {
			if exp := s.multiples[i].exp; exp < 0 && exp >= -maxScale {
				return -exp
			}
		}
	}
	return 0
}

// uniform says that m's objects are maps: no names are declared, and what any name's value is has a column.
func (b *builder) uniform(m *merged, at place) bool {
	values := b.extra(m, nil)
	if len(m.props) > 0 || len(values) == 0 || len(m.patterns()) > 0 {
		return false
	}
	inner := at.within("", false)
	inner.above = append(slices.Clip(at.above), m.key)
	return b.storeOf(b.merge(values), inner) != storeJSON
}

// entries makes the columns of a map, and the node of its values. Of the columns there is one, of structs: Arrow's map is a list of those.
func (b *builder) entries(n *node, m *merged, at place) (typ arrow.DataType, kids []int) {
	n.object, _ = b.object(m, place{pointer: at.pointer, fixed: at.fixed, want: &want{}}, false)
	entry, key, value := b.reserve(), b.reserve(), b.reserve()
	in := at.within(at.pointer+"/*", at.fixed && len(m.required) == 0) // the names of required ones are known
	n.object.extra = b.column(b.merge(b.extra(m, nil)), in, "value", value)
	b.p.columns[key] = columnDef{store: storeString, width: 9}
	v := b.p.columns[value].field
	t := arrow.MapOfWithMetadata(arrow.BinaryTypes.String, arrow.Metadata{}, v.Type, v.Metadata)
	n.width = 18 + b.p.columns[value].width
	b.p.columns[entry] = columnDef{store: storeStruct, width: n.width, kids: []int{key, value}, field: arrow.Field{Name: "entries", Type: t.Elem()}}
	b.p.columns[key].field = t.KeyField()
	return t, []int{entry}
}

// scalar gives a column of one value a row what its type needs.
func (b *builder) scalar(n *node, m *merged, def *columnDef, field *arrow.Field) {
	switch def.store {
	case storeDict:
		n.dict = m.dictionary()
		typ := &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int32, ValueType: arrow.BinaryTypes.String}
		field.Type, def.dict = typ, stringData(n.dict.strings.all)
	case storeDecimal:
		n.scale = m.scale()
		field.Type = &arrow.Decimal128Type{Precision: 38, Scale: int32(n.scale)}
		def.width = 17
	}
}

func stringData(texts []string) *array.Data {
	b := array.NewStringBuilder(memory.DefaultAllocator)
	defer b.Release()
	b.AppendValues(texts, nil)
	return b.NewStringArray().Data().(*array.Data)
}
