package schemas

import (
	"hash/maphash"
	"math/bits"

	"github.com/winnow-data/winnow"
)

// skip reads a value of which the schema says nothing: the grammar alone, and names that come twice.
func (d *Decoder) skip(doc []byte, i int) int {
	if i >= len(doc) {
		return d.bad(winnow.DetailSyntax)
	}
	switch c := doc[i]; {
	case c == '"':
		end, saw := scanString(doc, i+1)
		if end < 0 {
			return d.wrongString(doc, end, saw)
		}
		if d.taping {
			d.emit(kindString, i+1, end, saw)
		}
		return end + 1
	case c-'0' <= 9 || c == '-':
		if m, frac, end := scanQuick(doc, i); end >= 0 && end-i <= d.lim.Digits {
			if d.taping {
				d.emit(quickKind(m, frac), i, end, 0)
			}
			return end
		}
		v, end := scanNumber(doc, i)
		if end < 0 {
			return d.wrong(doc, -1-end)
		}
		if (v.written != 0 || end-i > d.lim.Digits) && !d.within(v, doc[i:end]) {
			return d.bad(winnow.DetailNumber)
		}
		if d.taping {
			d.emit(d.kindOf(v, doc[i:end]), i, end, 0)
		}
		return end
	case c == '{' || c == '[':
		if !d.taping {
			return d.skipInside(doc, i)
		}
		kind := kindArray
		if c == '{' {
			kind = kindObject
		}
		at, outer := d.openCell(kind, i)
		if i = d.skipInside(doc, i); i >= 0 {
			d.closeCell(at, outer, i)
		}
		return i
	default:
		end, kind := scanLiteral(doc, i)
		if end < 0 {
			return d.wrong(doc, i)
		}
		if d.taping {
			d.emit(kind, i, end, 0)
		}
		return end
	}
}

// skipInside reads the object or array at i.
func (d *Decoder) skipInside(doc []byte, i int) int {
	if d.depth == len(d.path) {
		return d.bad(winnow.DetailDepth)
	}
	d.depth++
	if doc[i] == '{' {
		i = d.skipObject(doc, i)
	} else {
		i = d.skipArray(doc, i)
	}
	d.depth--
	return i
}

func (d *Decoder) skipArray(doc []byte, i int) int {
	for i = space(doc, i+1); i < len(doc) && doc[i] == ']'; {
		return i + 1
	}
	for {
		if i = d.skip(doc, i); i < 0 {
			return i
		}
		if i = space(doc, i); i >= len(doc) || doc[i] != ',' {
			break
		}
		i = space(doc, i+1)
	}
	if i >= len(doc) || doc[i] != ']' {
		return d.wrong(doc, i)
	}
	return i + 1
}

func (d *Decoder) skipObject(doc []byte, i int) int {
	names, last := len(d.names), int32(-1)
	if i = space(doc, i+1); i < len(doc) && doc[i] == '}' {
		return i + 1
	}
	for {
		if d.taping {
			last, i = d.tapeName(doc, i, last)
		} else {
			_, i = d.name(doc, i)
		}
		if i < 0 {
			return i
		}
		if i = d.skip(doc, space(doc, i)); i < 0 {
			return i
		}
		if i = space(doc, i); i >= len(doc) || doc[i] != ',' {
			break
		}
		i = space(doc, i+1)
	}
	if i >= len(doc) || doc[i] != '}' {
		return d.wrong(doc, i)
	}
	if d.twice(names) || d.taping && d.tapeTwice() {
		return d.bad(winnow.DetailDuplicateKey)
	}
	d.names = d.names[:names]
	return i + 1
}

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
	if p := &d.cells[d.parent]; p.bloom>>uint(id&63)&1 != 0 && p.count <= fewMembers && d.tapeHas(id) {
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
	if p.count <= fewMembers {
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

func (d *Decoder) nameAt(k int) []byte {
	ref := d.names[k]
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
	size := len(table)
	for k := first; k < len(d.names); k++ {
		name := d.nameAt(k)
		h := maphash.Bytes(d.seed, name)
		at := uint32(h) & uint32(size-1)
		for table[at] != 0 {
			if string(d.nameAt(int(table[at])-1)) == string(name) {
				return true
			}
			at = (at + 1) & uint32(size-1)
		}
		table[at] = uint32(k + 1)
	}
	return false
}
