package schemas

import (
	"strconv"

	"github.com/apache/arrow/go/v15/arrow"
	"github.com/apache/arrow/go/v15/arrow/array"
	"github.com/apache/arrow/go/v15/arrow/decimal128"
)

// AppendJSON appends the record in a row of rec as JSON, from all of its columns and their rests. For a record that passed its schema it is equal
// to what was decoded: the same members in whatever order, strings by their characters, and numbers by their value, which in
// a column of float64 is the nearest one. Rec is one of a Decoder, with all of its columns.
func AppendJSON(dst []byte, rec arrow.Record, row int) []byte {
	fields, cols := rec.Schema().Fields(), rec.Columns()
	last := len(fields) - 1
	if last >= 0 && IsRest(fields[last]) && !cols[last].IsNull(row) {
		if text := cols[last].(*array.String).Value(row); last == 0 || text[0] != '{' {
			return append(dst, text...)
		}
	}
	return appendObject(dst, fields, func(i int) arrow.Array { return cols[i] }, row)
}

// appendObject appends an object: what is in its rest, and of its columns what is not there.
func appendObject(dst []byte, fields []arrow.Field, column func(int) arrow.Array, row int) []byte {
	var rest string
	if last := len(fields) - 1; last >= 0 && IsRest(fields[last]) {
		if c := column(last); !c.IsNull(row) {
			rest = c.(*array.String).Value(row)
		}
		fields = fields[:last]
	}
	kept := members(rest)
	dst = append(dst, '{')
	start := len(dst)
	for i, f := range fields {
		c := column(i)
		if c.IsNull(row) && !has(f, MetaRequired) || kept[f.Name] {
			continue
		}
		dst = append(appendEscaped(append(dst, '"'), []byte(f.Name)), `":`...)
		dst = append(appendCell(dst, f, c, row), ',')
	}
	if rest != "" {
		return append(dst, rest[1:]...)
	}
	if len(dst) > start {
		dst = dst[:len(dst)-1]
	}
	return append(dst, '}')
}

func has(f arrow.Field, key string) bool {
	v, _ := f.Metadata.GetValue(key)
	return v == "true"
}

// members gives the names of an object's members.
func members(text string) map[string]bool {
	if text == "" {
		return nil
	}
	doc, names := []byte(text), make(map[string]bool)
	var c canon
	for i := space(doc, 1); doc[i] == '"'; {
		end, _ := scanString(doc, i+1)
		names[string(unescape(nil, doc[i+1:end]))] = true
		c.out = c.out[:0]
		if i = space(doc, c.value(doc, space(doc, space(doc, end+1)+1))); doc[i] == ',' {
			i = space(doc, i+1)
		}
	}
	return names
}

func appendCell(dst []byte, f arrow.Field, c arrow.Array, row int) []byte {
	if c.IsNull(row) {
		return append(dst, "null"...)
	}
	switch c := c.(type) {
	case *array.Int64:
		return strconv.AppendInt(dst, c.Value(row), 10)
	case *array.Float64:
		return strconv.AppendFloat(dst, c.Value(row), 'g', -1, 64)
	case *array.Decimal128:
		return appendDecimal(dst, c.Value(row), int(c.DataType().(*arrow.Decimal128Type).Scale))
	case *array.Boolean:
		return strconv.AppendBool(dst, c.Value(row))
	case *array.Timestamp:
		return append(appendInstant(append(dst, '"'), int64(c.Value(row))), '"')
	case *array.Dictionary:
		return appendText(dst, c.Dictionary().(*array.String).Value(c.GetValueIndex(row)))
	case *array.String:
		if has(f, metaJSON) {
			return append(dst, c.Value(row)...)
		}
		return appendText(dst, c.Value(row))
	case *array.Struct:
		return appendObject(dst, c.DataType().(*arrow.StructType).Fields(), c.Field, row)
	case *array.Map:
		return appendMap(dst, c, row)
	case *array.List:
		from, to := c.ValueOffsets(row)
		return appendList(dst, c.DataType().(*arrow.ListType).ElemField(), c.ListValues(), int(from), int(to))
	}
	return append(dst, "null"...)
}

func appendText(dst []byte, s string) []byte {
	return append(appendEscaped(append(dst, '"'), []byte(s)), '"')
}

func appendList(dst []byte, f arrow.Field, values arrow.Array, from, to int) []byte {
	dst = append(dst, '[')
	for i := from; i < to; i++ {
		if i > from {
			dst = append(dst, ',')
		}
		dst = appendCell(dst, f, values, i)
	}
	return append(dst, ']')
}

func appendMap(dst []byte, m *array.Map, row int) []byte {
	from, to := m.ValueOffsets(row)
	keys, f := m.Keys().(*array.String), m.DataType().(*arrow.MapType).ItemField()
	dst = append(dst, '{')
	for i := int(from); i < int(to); i++ {
		if i > int(from) {
			dst = append(dst, ',')
		}
		dst = append(appendText(dst, keys.Value(i)), ':')
		dst = appendCell(dst, f, m.Items(), i)
	}
	return append(dst, '}')
}

// appendDecimal prints n ÷ 10^scale, exactly.
func appendDecimal(dst []byte, n decimal128.Num, scale int) []byte {
	return append(dst, n.ToString(int32(scale))...)
}
