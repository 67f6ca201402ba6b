package schemas

import (
	"slices"

	"github.com/apache/arrow/go/v15/arrow/decimal128"
)

// A column is the buffers of one Arrow array, being filled. It has a value for each of its first n rows; rows that were
// passed over are filled with nulls once a later one is written, or at the end, so that an absent member costs nothing.
// While masked is false no row is null.
type column struct {
	n      int
	masked bool
	valid  []byte // a bit a row, once masked
	ints   []int64
	floats []float64
	decs   []decimal128.Num
	codes  []int32 // of dictionaries
	bools  []byte
	offs   []int32 // of strings, lists and maps; begins with 0
	data   []byte
	elems  int // of a list or a map: its elements so far

	store store
	kids  []int
}

// keepColumn is how large a buffer may be, in bytes or values, that an empty column keeps for the next batch.
const keepColumn = 4 << 20

// clear empties the column, and gives back memory that only a monstrous batch needed.
func (c *column) clear() {
	c.n, c.masked, c.elems = 0, false, 0
	c.ints, c.floats, c.decs, c.codes, c.bools = c.ints[:0], c.floats[:0], c.decs[:0], c.codes[:0], c.bools[:0]
	c.data, c.offs = c.data[:0], c.offs[:min(1, len(c.offs))] // which begin with 0
	if cap(c.data) > keepColumn {
		c.data = nil
	}
	if cap(c.ints) > keepColumn/8 {
		c.ints = nil
	}
	if cap(c.floats) > keepColumn/8 {
		c.floats = nil
	}
	if cap(c.decs) > keepColumn/16 {
		c.decs = nil
	}
	if cap(c.codes) > keepColumn/4 {
		c.codes = nil
	}
	if cap(c.offs) > keepColumn/4 {
		c.offs = append(make([]int32, 0, 64), c.offs...) // it begins with 0
	}
}

// fill brings the column to row, which is not null, with nulls before it where there is a gap. What remains is to append the value.
func (c *column) fill(row int) {
	if c.n < row {
		c.pad(row)
	}
	if c.masked {
		c.grow(row + 1)
		c.valid[row>>3] |= 1 << uint(row&7)
	}
	c.n = row + 1
}

// grow makes room for the bits of n rows.
func (c *column) grow(n int) {
	if need := (n + 7) >> 3; need > len(c.valid) {
		c.valid = append(c.valid, make([]byte, need-len(c.valid))...)
	}
}

// pad brings the column to rows rows with nulls.
func (c *column) pad(rows int) {
	gap := rows - c.n
	if gap <= 0 {
		return
	}
	c.grow(rows)
	if !c.masked {
		c.masked = true
		setBits(c.valid, 0, c.n, true)
	}
	setBits(c.valid, c.n, rows, false)
	switch c.store {
	case storeInt, storeTime:
		c.ints = appendZeros(c.ints, gap)
	case storeDict:
		c.codes = appendZeros(c.codes, gap)
	case storeDecimal:
		c.decs = appendZeros(c.decs, gap)
	case storeFloat:
		c.floats = appendZeros(c.floats, gap)
	case storeBool:
		c.bools = appendZeros(c.bools, (rows+7)>>3-len(c.bools))
		setBits(c.bools, c.n, rows, false)
	case storeString, storeJSON, storeRest, storeList, storeMap:
		last := c.offs[len(c.offs)-1]
		have := len(c.offs)
		c.offs = slices.Grow(c.offs, gap)[:have+gap]
		for i, tail := 0, c.offs[have:]; i < len(tail); i++ {
			tail[i] = last
		}
	}
	c.n = rows
}

func appendZeros[T any](s []T, n int) []T {
	if n <= 0 {
		return s
	}
	s = slices.Grow(s, n)
	tail := s[len(s) : len(s)+n]
	clear(tail)
	return s[:len(s)+n]
}

// setBits sets the bits [from, to) of b.
func setBits(b []byte, from, to int, on bool) {
	all := byte(0)
	if on {
		all = 0xFF
	}
	for from < to && from&7 != 0 {
		b[from>>3] = b[from>>3]&^(1<<uint(from&7)) | all&(1<<uint(from&7))
		from++
	}
	for ; to-from >= 8; from += 8 {
		b[from>>3] = all
	}
	for ; from < to; from++ {
		b[from>>3] = b[from>>3]&^(1<<uint(from&7)) | all&(1<<uint(from&7))
	}
}

func (c *column) addInt(row int, v int64) {
	if c.n != row || c.masked {
		c.fill(row)
	} else {
		c.n++
	}
	c.ints = append(c.ints, v)
}

func (c *column) addFloat(row int, v float64) {
	if c.n != row || c.masked {
		c.fill(row)
	} else {
		c.n++
	}
	c.floats = append(c.floats, v)
}

func (c *column) addCode(row, code int) {
	if c.n != row || c.masked {
		c.fill(row)
	} else {
		c.n++
	}
	c.codes = append(c.codes, int32(code))
}

func (c *column) addDecimal(row int, v decimal128.Num) {
	c.fill(row)
	c.decs = append(c.decs, v)
}

func (c *column) addBool(row int, v bool) {
	c.fill(row)
	if row>>3 >= len(c.bools) {
		c.bools = append(c.bools, 0)
	}
	setBits(c.bools, row, row+1, v)
}

func (c *column) addString(row int, s []byte) {
	if c.n != row || c.masked {
		c.fill(row)
	} else {
		c.n++
	}
	if n := len(c.data); len(s) <= 16 && cap(s) >= 16 && cap(c.data)-n >= 16 {
		// A fixed size is copied without a call. What lies behind s goes with it, and is overwritten.
		*(*[16]byte)(c.data[n : n+16]) = *(*[16]byte)(s[:16])
		c.data = c.data[:n+len(s)]
	} else {
		c.data = append(c.data, s...)
	}
	c.offs = append(c.offs, int32(len(c.data)))
}

// openMember makes room for a member in the object of row. What is to follow is its key, with the colon, and closeMember.
func (c *column) openMember(row int) {
	if c.n > row { // there is one already
		c.data[len(c.data)-1] = ','
		return
	}
	c.fill(row)
	c.data = append(c.data, '{')
	c.offs = append(c.offs, 0)
}

func (c *column) closeMember(value []byte) {
	c.data = append(append(c.data, value...), '}')
	c.offs[len(c.offs)-1] = int32(len(c.data))
}

// addList ends the list or the map of row after its elements have been added.
func (c *column) addList(row, elems int) {
	c.fill(row)
	c.elems = elems
	c.offs = append(c.offs, int32(elems))
}

// truncate drops the rows from rows on, and what was added for a list that has not ended.
func (d *Decoder) truncate(col, rows int) {
	c := &d.cols[col]
	if c.n <= rows && c.store != storeList && c.store != storeMap { // of these an element may be there before its list
		return
	}
	rows = min(rows, c.n)
	c.n = rows
	switch c.store {
	case storeInt, storeTime:
		c.ints = c.ints[:rows]
	case storeDict:
		c.codes = c.codes[:rows]
	case storeDecimal:
		c.decs = c.decs[:rows]
	case storeFloat:
		c.floats = c.floats[:rows]
	case storeBool:
		c.bools = c.bools[:(rows+7)>>3]
	case storeString, storeJSON, storeRest:
		c.offs = c.offs[:rows+1]
		c.data = c.data[:c.offs[rows]]
	case storeList, storeMap:
		c.offs = c.offs[:rows+1]
		c.elems = int(c.offs[rows])
		d.truncate(c.kids[0], c.elems)
	case storeStruct:
		for _, kid := range c.kids {
			d.truncate(kid, rows)
		}
	}
}
