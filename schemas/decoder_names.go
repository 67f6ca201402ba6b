package schemas

import (
	"hash/maphash"
	"math/bits"

	"github.com/winnow-data/winnow"
)

// key finds the property of o whose key is at i, and remembers that it followed the one before: -1 for a name that the
// schema does not know. Next is the place behind the colon.
func (d *Decoder) key(o *objectNode, doc []byte, i, cur int) (k, next int) {
	if k = int(d.next[o.first+cur]); k < len(o.props) && o.props[k].at(doc, i) {
		return k, i + o.props[k].size
	}
	if cur < len(o.props) && o.props[cur].at(doc, i) {
		return cur, i + o.props[cur].size
	}
	name, next := d.name(doc, i)
	if next < 0 {
		return -1, next
	}
	if k = o.names.find(name); k >= 0 {
		d.names = d.names[:len(d.names)-1]
		d.next[o.first+cur] = int32(k)
	}
	return k, next
}

// tapeName is name for the tape. It guesses that the key which followed the last one before follows it again; a name that the schema has
// somewhere is known by its number.
func (d *Decoder) tapeName(doc []byte, i int, last int32) (id int32, next int) {
	id = d.after[last+1]
	if int(id) < len(d.prog.names) && d.prog.names[id].begins(doc, i) {
		i += d.prog.names[id].size
	} else {
		name, end := d.name(doc, i)
		if end < 0 {
			return id, end
		}
		i = end
		if id = int32(d.prog.known.find(name)); id < 0 {
			d.unnamed()
			return last, i
		}
		d.names = d.names[:len(d.names)-1]
		d.after[last+1] = id
	}
	if p := &d.cells[d.parent]; p.bloom>>uint(id&63)&1 != 0 && p.count <= fewMembers && !d.long && d.tapeHas(id) {
		return id, d.bad(winnow.DetailDuplicateKey)
	}
	d.keyID = id
	return id, i
}

// tapeHas says that the open container has a member of this name on the tape.
func (d *Decoder) tapeHas(id int32) bool {
	for child := d.parent + 1; child < len(d.cells); child = int(d.cells[child].next) {
		if d.cells[child].key == id {
			return true
		}
	}
	return false
}

// fewMembers is up to how many members are looked through for each name; those of larger objects are looked at when all are there.
const fewMembers = 64

// tapeTwice says that two members of the open container, which is large, have the same name, one that the schema has somewhere.
func (d *Decoder) tapeTwice() bool {
	p := &d.cells[d.parent]
	if p.count <= fewMembers || d.long { // whose cells are not all there
		return false
	}
	table := d.emptyTable(int(p.count))
	mask := uint32(len(table) - 1)
	for child := d.parent + 1; child < len(d.cells); child = int(d.cells[child].next) {
		id := d.cells[child].key
		if id < 0 {
			continue
		}
		at := uint32(uint64(id)*d.memo.odd>>32) & mask
		for table[at] != 0 {
			if table[at] == uint32(id)+1 {
				return true
			}
			at = (at + 1) & mask
		}
		table[at] = uint32(id) + 1
	}
	return false
}

// emptyTable gives a table of zeros, a power of two and at least twice as many as count.
func (d *Decoder) emptyTable(count int) []uint32 {
	size := 1 << bits.Len(uint(2*count-1))
	if cap(d.table) < size {
		d.table = make([]uint32, size)
	}
	table := d.table[:size]
	clear(table)
	return table
}

// A nameRef is a name that the schema does not know, in an object that is open: a place in the record, or with
// arena in the decoder's.
type nameRef struct {
	start, end uint32
	sign       uint32 // of equal names equal
	arena      bool
}

// name reads the key at i and its colon, and notes it.
func (d *Decoder) name(doc []byte, i int) (name []byte, next int) {
	if i >= len(doc) || doc[i] != '"' {
		return nil, d.wrong(doc, i)
	}
	end, saw := scanString(doc, i+1)
	if end < 0 {
		return nil, d.wrongString(doc, end, saw)
	}
	ref := nameRef{start: uint32(i + 1), end: uint32(end)}
	name = doc[i+1 : end]
	if saw&sawEscape != 0 {
		start := len(d.arena)
		d.arena = unescape(d.arena, name)
		name = d.arena[start:]
		ref = nameRef{start: uint32(start), end: uint32(len(d.arena)), arena: true}
	}
	ref.sign = keyOf(name).sign()
	d.names = append(d.names, ref)
	if i = space(doc, end+1); i >= len(doc) || doc[i] != ':' {
		return nil, d.wrong(doc, i)
	}
	return name, i + 1
}

func (d *Decoder) nameAt(k int) []byte { return d.spelled(d.names[k]) }

// spelled gives the text of a ref.
func (d *Decoder) spelled(ref nameRef) []byte {
	if ref.arena {
		return d.arena[ref.start:ref.end]
	}
	return d.doc[ref.start:ref.end]
}

const fewNames = 8

// twice says whether two of the names from first on are equal. Few are compared with each other; many go into a
// table of hashes with a seed, so that no choice of names makes it slow.
func (d *Decoder) twice(first int) bool {
	count := len(d.names) - first
	if count <= fewNames {
		for a := first + 1; a < len(d.names); a++ {
			sign := d.names[a].sign
			for b := first; b < a; b++ {
				if d.names[b].sign == sign && string(d.nameAt(b)) == string(d.nameAt(a)) {
					return true
				}
			}
		}
		return false
	}
	table := d.emptyTable(count)
	for k := first; k < len(d.names); k++ {
		name := d.nameAt(k)
		h := maphash.Bytes(d.seed, name)
		at := uint32(h) & uint32(len(table)-1)
		for table[at] != 0 {
			if string(d.nameAt(int(table[at])-1)) == string(name) {
				return true
			}
			at = (at + 1) & uint32(len(table)-1)
		}
		table[at] = uint32(k + 1)
	}
	return false
}
