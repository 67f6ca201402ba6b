package feed

import (
	"fmt"
	"unsafe"

	"github.com/apache/arrow/go/v15/arrow"
	"github.com/apache/arrow/go/v15/arrow/array"
	"github.com/apache/arrow/go/v15/arrow/bitutil"
	"github.com/apache/arrow/go/v15/arrow/memory"
)

// A table gathers rows of records of one schema, and puts them into one block of host memory. It keeps its own memory, outside the budget, from one
// block to the next; that is bounded by what goes into a block.
type table struct {
	schema *arrow.Schema
	cols   []column
	rows   int
}

// A column is one of a table's, in the layout that its Arrow type has.
type column struct {
	typ    arrow.DataType
	width  int // bytes a value; 0 where it is not fixed, or bits
	n      int
	nulls  int
	masked bool
	valid  []byte  // a bit a row, once masked
	data   []byte  // fixed values, bits, or the text of strings
	offs   []int32 // of strings, lists and maps; begins with 0
	kids   []column
	dict   *dictionary
}

// newTable makes an empty table. Its error names a type that feeds cannot carry: no contract makes one.
func newTable(schema *arrow.Schema) (*table, error) {
	t := &table{schema: schema}
	for _, f := range schema.Fields() {
		c, err := newColumn(f.Type)
		if err != nil {
			return nil, fmt.Errorf("column %s: %w", f.Name, err)
		}
		t.cols = append(t.cols, c)
	}
	return t, nil
}

func newColumn(typ arrow.DataType) (column, error) {
	c := column{typ: typ}
	switch typ := typ.(type) {
	case *arrow.StringType, *arrow.BinaryType:
		c.offs = []int32{0}
	case *arrow.ListType:
		c.offs = []int32{0}
		kid, err := newColumn(typ.Elem())
		if err != nil {
			return c, err
		}
		c.kids = []column{kid}
	case *arrow.MapType:
		c.offs = []int32{0}
		kid, err := newColumn(typ.Elem())
		if err != nil {
			return c, err
		}
		c.kids = []column{kid}
	case *arrow.DictionaryType:
		if typ.IndexType.ID() != arrow.INT32 || typ.ValueType.ID() != arrow.STRING {
			return c, fmt.Errorf("type %s cannot be fed", typ)
		}
		c.width, c.dict = 4, &dictionary{}
	case *arrow.StructType:
		for _, f := range typ.Fields() {
			kid, err := newColumn(f.Type)
			if err != nil {
				return c, err
			}
			c.kids = append(c.kids, kid)
		}
	case *arrow.BooleanType:
	case arrow.FixedWidthDataType:
		if typ.BitWidth()%8 != 0 {
			return c, fmt.Errorf("type %s cannot be fed", typ)
		}
		c.width = typ.BitWidth() / 8
	default:
		return c, fmt.Errorf("type %s cannot be fed", typ)
	}
	return c, nil
}

// add appends the rows [from, to) of columns, one for each of the table's.
func (t *table) add(columns []arrow.Array, from, to int) {
	for i := range t.cols {
		t.cols[i].add(columns[i].Data(), from, to-from)
	}
	t.rows += to - from
}

// add appends n values of a from its row from on. An array without values may be without buffers.
func (c *column) add(a arrow.ArrayData, from, n int) {
	if n == 0 {
		return
	}
	at := a.Offset() + from
	c.addValid(a, at, n)
	buffers := a.Buffers()
	switch {
	case c.dict != nil:
		c.data = c.dict.add(c.data, arrow.Int32Traits.CastFromBytes(buffers[1].Bytes())[at:at+n], a.Dictionary())
	case c.width > 0:
		c.data = append(c.data, buffers[1].Bytes()[at*c.width:(at+n)*c.width]...)
	case c.typ.ID() == arrow.BOOL:
		c.data = addBits(c.data, c.n, buffers[1].Bytes(), at, n)
	case c.typ.ID() == arrow.STRUCT:
		for i, kid := range a.Children() {
			c.kids[i].add(kid, at, n)
		}
	default:
		offs := arrow.Int32Traits.CastFromBytes(buffers[1].Bytes())[at : at+n+1]
		shift := c.offs[len(c.offs)-1] - offs[0]
		for _, o := range offs[1:] {
			c.offs = append(c.offs, o+shift)
		}
		if from, to := int(offs[0]), int(offs[n]); len(c.kids) > 0 {
			c.kids[0].add(a.Children()[0], from, to-from)
		} else if to > from {
			c.data = append(c.data, buffers[2].Bytes()[from:to]...)
		}
	}
	c.n += n
}

func (c *column) addValid(a arrow.ArrayData, at, n int) {
	if mask := a.Buffers()[0]; mask != nil && mask.Len() > 0 && a.NullN() != 0 {
		bits := mask.Bytes()
		if set := bitutil.CountSetBits(bits, at, n); set < n {
			c.mask()
			c.nulls += n - set
		}
		if c.masked {
			c.valid = addBits(c.valid, c.n, bits, at, n)
		}
		return
	}
	if c.masked {
		c.valid = growBits(c.valid, c.n+n)
		bitutil.SetBitsTo(c.valid, int64(c.n), int64(n), true)
	}
}

// mask begins to remember which values are null: none so far.
func (c *column) mask() {
	if !c.masked {
		c.masked, c.valid = true, growBits(c.valid[:0], c.n)
		bitutil.SetBitsTo(c.valid, 0, int64(c.n), true)
	}
}

// addBits appends n bits of src, from at on, to the n0 bits of dst.
func addBits(dst []byte, n0 int, src []byte, at, n int) []byte {
	dst = growBits(dst, n0+n)
	for ; n > 0 && n0&7 != 0; n0, at, n = n0+1, at+1, n-1 {
		setBit(dst, n0, src, at)
	}
	shift := uint(at & 7)
	for ; n >= 8; n0, at, n = n0+8, at+8, n-8 {
		b := src[at>>3] >> shift
		if shift > 0 {
			b |= src[at>>3+1] << (8 - shift)
		}
		dst[n0>>3] = b
	}
	for ; n > 0; n0, at, n = n0+1, at+1, n-1 {
		setBit(dst, n0, src, at)
	}
	return dst
}

// setBit sets a bit of dst to one of src. Arrow's own way of copying bits allocates.
func setBit(dst []byte, i int, src []byte, at int) {
	bitutil.SetBitTo(dst, i, bitutil.BitIsSet(src, at))
}

func growBits(b []byte, n int) []byte {
	for need := (n + 7) / 8; len(b) < need; {
		b = append(b, 0)
	}
	return b
}

// bytes is how much memory a block for the table's rows takes.
func (t *table) bytes() (n int) {
	for i := range t.cols {
		t.cols[i].each(func(b []byte) { n += pad(len(b)) })
	}
	return n
}

// each calls f for the buffers of c and its kids, in the order in which they lie in a block.
func (c *column) each(f func([]byte)) {
	if c.masked {
		f(c.valid)
	}
	f(arrow.Int32Traits.CastToBytes(c.offs))
	f(c.data)
	for i := range c.kids {
		c.kids[i].each(f)
	}
}

func pad(n int) int { return (n + align - 1) &^ (align - 1) }

// reset forgets the rows. A memory that only a monstrous block needed is given back.
func (t *table) reset(keep int) {
	t.rows = 0
	for i := range t.cols {
		t.cols[i].reset(keep)
	}
}

func (c *column) reset(keep int) {
	if cap(c.data) > keep {
		c.data = nil
	}
	if cap(c.offs) > keep/4 {
		c.offs = []int32{0}
	}
	c.n, c.nulls, c.masked, c.valid, c.data = 0, 0, false, c.valid[:0], c.data[:0]
	if len(c.offs) > 0 {
		c.offs = c.offs[:1]
	}
	for i := range c.kids {
		c.kids[i].reset(keep)
	}
}

// record copies the rows into block, which it takes over, as an Arrow record that the caller releases.
func (t *table) record(block *memory.Buffer) arrow.Record {
	defer block.Release()
	p := packer{block: block}
	start := uintptr(unsafe.Pointer(unsafe.SliceData(block.Bytes())))
	p.at = int(-start & (align - 1))
	cols := make([]arrow.Array, len(t.cols))
	for i := range t.cols {
		data := p.column(&t.cols[i])
		cols[i] = array.MakeFromData(data)
		data.Release()
	}
	rec := array.NewRecord(t.schema, cols, int64(t.rows))
	for _, c := range cols {
		c.Release()
	}
	return rec
}

// A packer lays buffers into a block, one behind the other.
type packer struct {
	block *memory.Buffer
	at    int
}

func (p *packer) put(b []byte) *memory.Buffer {
	copy(p.block.Bytes()[p.at:], b)
	s := memory.SliceBuffer(p.block, p.at, len(b))
	p.at += pad(len(b))
	return s
}

func (p *packer) column(c *column) arrow.ArrayData {
	buffers, kids := make([]*memory.Buffer, 1, 3), make([]arrow.ArrayData, 0, len(c.kids))
	if c.masked {
		buffers[0] = p.put(c.valid)
	}
	if c.offs != nil {
		buffers = append(buffers, p.put(arrow.Int32Traits.CastToBytes(c.offs)))
	}
	switch c.typ.ID() {
	case arrow.STRUCT, arrow.LIST, arrow.MAP:
	default:
		buffers = append(buffers, p.put(c.data))
	}
	for i := range c.kids {
		kids = append(kids, p.column(&c.kids[i]))
	}
	var data arrow.ArrayData
	if c.dict != nil {
		data = array.NewDataWithDictionary(c.typ, c.n, buffers, c.nulls, 0, c.dict.data())
	} else {
		data = array.NewData(c.typ, c.n, buffers, kids, c.nulls, 0)
	}
	for _, b := range buffers {
		if b != nil {
			b.Release()
		}
	}
	for _, k := range kids {
		k.Release()
	}
	return data
}
