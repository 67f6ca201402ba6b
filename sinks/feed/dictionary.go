package feed

import (
	"encoding/binary"

	"github.com/apache/arrow/go/v15/arrow"
	"github.com/apache/arrow/go/v15/arrow/array"
	"github.com/apache/arrow/go/v15/arrow/memory"
)

// A dictionary is that of a column, from one block to the next: the strings that its codes stand for. All chunks of a contract share the contract's own.
// Where rows of several contracts come together there is one that begins with the first one's strings, so that the codes that are there stay.
type dictionary struct {
	own    *array.Data
	index  map[string]int32 // of own's strings, once there is another
	other  arrow.ArrayData  // the last one that was not own
	others []int32          // its codes in own
}

// add appends codes, which are of the dictionary of, to dst.
func (d *dictionary) add(dst []byte, codes []int32, of arrow.ArrayData) []byte {
	if d.own == nil {
		d.own = of.(*array.Data)
		d.own.Retain()
	}
	if of == arrow.ArrayData(d.own) {
		return append(dst, arrow.Int32Traits.CastToBytes(codes)...)
	}
	if of != d.other {
		d.translate(of)
	}
	for _, code := range codes {
		if int(code) < len(d.others) { // what lies under a null may be anything
			code = d.others[code]
		}
		dst = binary.NativeEndian.AppendUint32(dst, uint32(code))
	}
	return dst
}

// translate finds the strings of another dictionary in d's own, which gets those that it does not have.
func (d *dictionary) translate(of arrow.ArrayData) {
	texts := array.NewStringData(d.own)
	if d.index == nil {
		d.index = make(map[string]int32)
		for i := range texts.Len() {
			d.index[texts.Value(i)] = int32(i)
		}
	}
	theirs := array.NewStringData(of)
	b := array.NewStringBuilder(memory.DefaultAllocator)
	defer b.Release()
	for i := range texts.Len() {
		b.Append(texts.Value(i))
	}
	d.other, d.others = of, d.others[:0]
	for i := range theirs.Len() {
		code, known := d.index[theirs.Value(i)]
		if !known {
			code = int32(len(d.index))
			d.index[theirs.Value(i)] = code
			b.Append(theirs.Value(i))
		}
		d.others = append(d.others, code)
	}
	if b.Len() > texts.Len() {
		d.own = b.NewStringArray().Data().(*array.Data)
	}
}

// data gives the strings; none where there were no rows.
func (d *dictionary) data() *array.Data {
	if d.own != nil {
		return d.own
	}
	b := array.NewStringBuilder(memory.DefaultAllocator)
	defer b.Release()
	return b.NewStringArray().Data().(*array.Data)
}
