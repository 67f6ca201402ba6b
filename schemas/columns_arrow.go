package schemas

import (
	"math/bits"

	"github.com/apache/arrow/go/v15/arrow"
	"github.com/apache/arrow/go/v15/arrow/array"
	"github.com/apache/arrow/go/v15/arrow/memory"
)

// data wraps the buffers of a column of rows rows.
func (d *Decoder) data(col, rows int) arrow.ArrayData {
	c, def := &d.cols[col], &d.prog.columns[col]
	if c.n == 0 {
		return d.nulls(col, rows)
	}
	c.pad(rows)
	nulls, buffers := 0, make([]*memory.Buffer, 1, 3)
	if c.masked {
		valid := c.valid[:(rows+7)>>3]
		nulls = rows - countBits(valid, rows)
		buffers[0] = memory.NewBufferBytes(valid)
	}
	var kids []arrow.ArrayData
	switch c.store {
	case storeInt, storeTime:
		buffers = append(buffers, memory.NewBufferBytes(arrow.Int64Traits.CastToBytes(c.ints)))
	case storeFloat:
		buffers = append(buffers, memory.NewBufferBytes(arrow.Float64Traits.CastToBytes(c.floats)))
	case storeDict:
		buffers = append(buffers, memory.NewBufferBytes(arrow.Int32Traits.CastToBytes(c.codes)))
		return array.NewDataWithDictionary(def.field.Type, rows, buffers, nulls, 0, def.dict)
	case storeDecimal:
		buffers = append(buffers, memory.NewBufferBytes(arrow.Decimal128Traits.CastToBytes(c.decs)))
	case storeBool:
		buffers = append(buffers, memory.NewBufferBytes(c.bools))
	case storeString, storeJSON, storeRest:
		buffers = append(buffers, memory.NewBufferBytes(arrow.Int32Traits.CastToBytes(c.offs)), memory.NewBufferBytes(c.data))
	case storeList, storeMap:
		buffers = append(buffers, memory.NewBufferBytes(arrow.Int32Traits.CastToBytes(c.offs)))
		kids = []arrow.ArrayData{d.data(c.kids[0], c.elems)}
	case storeStruct:
		for _, kid := range c.kids {
			kids = append(kids, d.data(kid, rows))
		}
	}
	data := array.NewData(def.field.Type, rows, buffers, kids, nulls, 0)
	for _, kid := range kids {
		kid.Release()
	}
	return data
}

// nulls makes a column of rows nulls. Its buffers are zeros that all such columns share, so that a column which no record of a batch has a value
// for takes no memory.
func (d *Decoder) nulls(col, rows int) arrow.ArrayData {
	def := &d.prog.columns[col]
	if need := 16 * (rows + 1); len(d.zeros) < need {
		d.zeros = make([]byte, need)
	}
	zeros := func(n int) *memory.Buffer { return memory.NewBufferBytes(d.zeros[:n]) }
	buffers := []*memory.Buffer{zeros((rows + 7) >> 3)}
	var kids []arrow.ArrayData
	switch def.store {
	case storeDict:
		return array.NewDataWithDictionary(def.field.Type, rows, append(buffers, zeros(4*rows)), rows, 0, def.dict)
	case storeDecimal:
		buffers = append(buffers, zeros(16*rows))
	case storeString, storeJSON, storeRest:
		buffers = append(buffers, zeros(4*(rows+1)), zeros(0))
	case storeList, storeMap:
		buffers = append(buffers, zeros(4*(rows+1)))
		kids = []arrow.ArrayData{d.nulls(def.kids[0], 0)}
	case storeStruct:
		for _, kid := range def.kids {
			kids = append(kids, d.nulls(kid, rows))
		}
	default:
		buffers = append(buffers, zeros(8*rows))
	}
	data := array.NewData(def.field.Type, rows, buffers, kids, rows, 0)
	for _, kid := range kids {
		kid.Release()
	}
	return data
}

// countBits counts the set ones of the first n bits of b.
func countBits(b []byte, n int) (ones int) {
	for _, c := range b[:n>>3] {
		ones += bits.OnesCount8(c)
	}
	if n&7 != 0 {
		ones += bits.OnesCount8(b[n>>3] & (1<<uint(n&7) - 1))
	}
	return ones
}

// At gives the column of rec at path, which Program.Column finds. It is borrowed from rec. Where a struct is null, the columns in it
// are null too.
func At(rec arrow.Record, path []int) arrow.Array {
	a := rec.Column(path[0])
	for _, i := range path[1:] {
		a = a.(*array.Struct).Field(i)
	}
	return a
}
