package schemas

import "slices"

// A cell is one value of a tape: the values of a record, or of a part of it, in the order of the text, a container before what is in it. A
// tape is kept only where a keyword needs the whole of a value.
type cell struct {
	start, end uint32 // of its text in the record; a string's is between its quotes
	next       uint32 // the cell behind it and all that is in it
	count      uint32 // of members or elements
	key        int32  // of a member: the number of its name; ^i for one that the schema does not have, which d.refs has at i
	kind       kinds  // one of them
	saw        uint8  // of a string, what scanString saw
	bloom      uint64 // of an object: the bits (number & 63) of its names; of an array: the kinds of its elements
}

// maxCells is how many cells a tape may have, of records of up to limit bytes: so many that they take 8 bytes for each of them.
func maxCells(limit int) int { return max(limit/4, 1024) }

// emit adds a cell to the tape. It belongs to the container that is open, under the name that was read last.
func (d *Decoder) emit(kind kinds, start, end int, saw uint8) (at int) {
	if at = len(d.cells); at >= d.room {
		most := maxCells(d.lim.Record)
		if at >= most {
			d.long = true
			return 0
		}
		d.cells = slices.Grow(d.cells, min(max(at, 64), most-at))
		d.room = min(cap(d.cells), most)
	}
	if d.parent >= 0 {
		p := &d.cells[d.parent]
		if p.count++; p.kind == kindArray {
			p.bloom |= uint64(kind)
		} else if d.keyID >= 0 {
			p.bloom |= 1 << uint(d.keyID&63)
		}
	}
	// Field by field: a literal would be made elsewhere and copied (5 % of GeoJSON).
	d.cells = d.cells[:at+1]
	c := &d.cells[at]
	c.start, c.end, c.next, c.count = uint32(start), uint32(end), uint32(at+1), 0
	c.key, c.kind, c.saw, c.bloom = d.keyID, kind, saw, 0
	return at
}

// openCell begins a container's cell; closeCell ends it. Outer is what closeCell makes the open container again.
func (d *Decoder) openCell(kind kinds, start int) (at, outer int) {
	at, outer = d.emit(kind, start, start, 0), d.parent
	d.parent, d.keyID = at, -1
	return at, outer
}

func (d *Decoder) closeCell(at, outer, end int) {
	c := &d.cells[at]
	c.end, c.next = uint32(end), uint32(len(d.cells))
	d.parent = outer
}

// named notes the name that the next cell has: the property k of o, or the last of d.names.
func (d *Decoder) named(o *objectNode, k int) {
	if k >= 0 {
		d.keyID = o.props[k].id
		return
	}
	if d.keyID = int32(d.prog.known.find(d.nameAt(len(d.names) - 1))); d.keyID < 0 {
		d.unnamed()
	}
}

// unnamed notes that it is the last of d.names, which the schema does not have.
func (d *Decoder) unnamed() {
	d.keyID = ^int32(len(d.refs))
	d.refs = append(d.refs, d.names[len(d.names)-1])
}

// beginTape has cells kept from here on, in place of an earlier tape's. What was remembered of others' looks is of no use.
func (d *Decoder) beginTape() {
	d.taping, d.parent, d.keyID, d.cells, d.refs = true, -1, -1, d.cells[:0], d.refs[:0]
	d.memo.reset()
	d.telling = 1
}

// retape makes the tape of the value at i, which has been read. Its cell is the first.
func (d *Decoder) retape(doc []byte, i int) {
	d.beginTape()
	d.skip(doc, i)
	d.taping = false
}

// cellText gives the string of a cell, without escapes. It may lie in d.text.
func (d *Decoder) cellText(c *cell) []byte {
	s := d.doc[c.start:c.end]
	if c.saw&sawEscape != 0 {
		d.text = unescape(d.text[:0], s)
		s = d.text
	}
	return s
}

// nameOf gives the name of a member's cell.
func (d *Decoder) nameOf(c *cell) []byte {
	if c.key >= 0 {
		return d.prog.names[c.key].text
	}
	return d.spelled(d.refs[^c.key])
}

// find gives the cell of the object's member whose name has the number key, or -1.
func (d *Decoder) find(at int, key int32) int {
	c := &d.cells[at]
	if c.bloom>>uint(key&63)&1 == 0 {
		return -1
	}
	for child := at + 1; child < int(c.next); child = int(d.cells[child].next) {
		if d.cells[child].key == key {
			return child
		}
	}
	return -1
}
