package schemas

import (
	"math/bits"

	"github.com/apache/arrow/go/v15/arrow"
	"github.com/apache/arrow/go/v15/arrow/array"
	"github.com/apache/arrow/go/v15/arrow/memory"
)

// Record gives the rows as an Arrow record. It is a view of the decoder's own memory, valid until the next Decode, Truncate or
// Reset; the caller releases it.
func (d *Decoder) Record() arrow.Record {
	cols := make([]arrow.Array, len(d.prog.tops))
	for i, c := range d.prog.tops {
		data := d.data(c, d.rows)
		cols[i] = array.MakeFromData(data)
		data.Release()
		defer cols[i].Release()
	}
	return array.NewRecord(d.prog.schema, cols, int64(d.rows))
}

// data wraps the buffers of a column of rows rows.
func (d *Decoder) data(col, rows int) arrow.ArrayData {
	c, def := &d.cols[col], &d.prog.columns[col]
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
