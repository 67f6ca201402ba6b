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
	names := len(d.names)
	if i = space(doc, i+1); i < len(doc) && doc[i] == '}' {
		return i + 1
	}
	for {
		if _, i = d.name(doc, i); i < 0 {
			return i
		}
		if d.taping {
			d.named(nil, -1)
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
	if d.twice(names) {
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

// A nameRef is a name that the schema does not know, in an object that is open: a place in the record, or with
// arena in the decoder's.
type nameRef struct {
	start, end uint32
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
	ref := nameRef{uint32(i + 1), uint32(end), false}
	name = doc[i+1 : end]
	if saw&sawEscape != 0 {
		start := len(d.arena)
		d.arena = unescape(d.arena, name)
		name = d.arena[start:]
		ref = nameRef{uint32(start), uint32(len(d.arena)), true}
	}
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
			name := d.nameAt(a)
			for b := first; b < a; b++ {
				if string(d.nameAt(b)) == string(name) {
					return true
				}
			}
		}
		return false
	}
	size := 1 << bits.Len(uint(2*count-1))
	if cap(d.table) < size {
		d.table = make([]uint32, size)
	}
	table := d.table[:size]
	clear(table)
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
