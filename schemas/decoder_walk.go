package schemas

import (
	"math/bits"

	"github.com/winnow-data/winnow"
)

// The walk: each function reads one value of doc at i under node n, whose column gets it as row, and returns the place behind it,
// or a negative number after bad.

func (d *Decoder) value(n *node, doc []byte, i, row int) int {
	if i >= len(doc) {
		return d.bad(winnow.DetailSyntax)
	}
	switch c := doc[i]; {
	case c == '"':
		return d.string(n, doc, i, row)
	case c-'0' <= 9 || c == '-':
		return d.number(n, doc, i, row)
	case c == '{' || c == '[':
		return d.container(n, doc, i, row)
	default:
		return d.literal(n, doc, i, row)
	}
}

// object walks the members of an object. Each turn guesses that the key which followed the last one in the record before
// follows it again.
func (d *Decoder) object(n *node, doc []byte, i, row int) int {
	if d.depth == len(d.path) {
		return d.bad(winnow.DetailDepth)
	}
	o := n.object
	open := &d.path[d.depth]
	open.object, open.child = o, -1
	d.depth++
	names, more := len(d.names), d.open(o)
	next, seen, cur := d.next[o.first:], uint64(0), 0
	if i = space(doc, i+1); i < len(doc) && doc[i] == '}' {
		return d.closed(n, seen, names, more, i+1)
	}
	for {
		k := int(next[cur])
		if k < len(o.props) && len(doc)-i >= 16 && o.props[k].short(doc[i:i+16:i+16]) {
			i += o.props[k].size
		} else if k, i = d.key(o, doc, i, cur); i < 0 {
			return i
		}
		child := o.extra
		if k >= 0 {
			if seen>>uint(k)&1 != 0 || k >= 64 && d.again(k, more) {
				return d.bad(winnow.DetailDuplicateKey)
			}
			seen |= 1 << uint(k) // beyond 64 nothing
			child, cur = o.props[k].node, k+1
		} else if len(o.matched) > 0 {
			child = o.extras[o.matching(d.nameAt(len(d.names)-1))]
		}
		if open.child = k; d.taping {
			d.named(o, k)
		}
		if i < len(doc) && doc[i] <= ' ' {
			i = space(doc, i)
		}
		if child != nil {
			i = d.value(child, doc, i, row)
		} else {
			i = d.skip(doc, i)
		}
		if i < 0 {
			return i
		}
		if i < len(doc) && doc[i] <= ' ' {
			i = space(doc, i)
		}
		switch {
		case i < len(doc) && doc[i] == ',':
			if i++; i < len(doc) && doc[i] <= ' ' {
				i = space(doc, i)
			}
		case i < len(doc) && doc[i] == '}':
			return d.closed(n, seen, names, more, i+1)
		default:
			return d.wrong(doc, i)
		}
	}
}

// array walks the elements of an array, whose own rows are those of the list column's kid.
func (d *Decoder) array(n *node, doc []byte, i, row int) int {
	if d.depth == len(d.path) {
		return d.bad(winnow.DetailDepth)
	}
	open := &d.path[d.depth]
	open.object, open.child = nil, 0
	d.depth++
	first, count := 0, 0
	if n.store == storeList {
		first = d.cols[n.col].elems
	}
	if i = space(doc, i+1); i < len(doc) && doc[i] != ']' {
		count, i = d.elements(n, doc, i, first, open)
		if i < 0 {
			return i
		}
	}
	if i >= len(doc) || doc[i] != ']' {
		return d.wrong(doc, i)
	}
	d.depth--
	if n.store == storeList {
		d.cols[n.col].addList(row, first+count)
	}
	d.checkCount(n, count)
	return i + 1
}

func (d *Decoder) checkCount(n *node, count int) {
	if count < n.counts.least {
		d.fail(n, "minItems")
	}
	if count > n.counts.most {
		d.fail(n, "maxItems")
	}
}

// elements reads the elements of an array, at least one, the first for row first of the column.
func (d *Decoder) elements(n *node, doc []byte, i, first int, open *frame) (count, next int) {
	for {
		if n.run && !d.taping {
			was, ended := count, false
			if count, i, ended = d.run(n.item, doc, i, first, count); ended {
				return count, i
			}
			d.cost += (count - was) * n.width
		}
		open.child = count
		item := n.item
		if count < len(n.prefix) {
			item = n.prefix[count]
		}
		if item != nil {
			i = d.value(item, doc, i, first+count)
		} else {
			i = d.skip(doc, i)
		}
		if i < 0 {
			return count, i
		}
		count++
		if d.cost += n.width; d.cost > d.budget {
			return count, d.bad(winnow.DetailSize)
		}
		if i = space(doc, i); i >= len(doc) || doc[i] != ',' {
			return count, i
		}
		i = space(doc, i+1)
	}
}

// run reads elements as long as they are numbers that are like most and pass everything. It stops before the first that is
// not, or at the array's end: ended says that it is there, behind a number and not behind a comma.
func (d *Decoder) run(item *node, doc []byte, i, first, count int) (read, next int, ended bool) {
	c := &d.cols[item.col]
	if c.pad(first + count); c.masked {
		return count, i, false
	}
	for i < len(doc) {
		m, frac, end := scanQuick(doc, i)
		if end < 0 || end >= len(doc) || end-i > d.lim.Digits || doc[end] != ',' && doc[end] != ']' {
			break
		}
		if item.store == storeInt {
			if frac != 0 || m < item.quick.least || m > item.quick.most {
				break
			}
			c.ints = append(c.ints, m)
		} else {
			f := float64(m) / floatTens[frac]
			if !(f > item.quick.above && f < item.quick.below) || m >= 1<<53 || m <= -1<<53 {
				break
			}
			c.floats = append(c.floats, f)
		}
		c.n++
		count++
		if i = end; doc[i] == ']' {
			return count, i, true
		}
		if i++; i < len(doc) && doc[i] <= ' ' {
			i = space(doc, i)
		}
	}
	return count, i, false
}

// container reads an object or an array: its inside first, then what is said of the whole.
func (d *Decoder) container(n *node, doc []byte, i, row int) int {
	kind := kindArray
	if doc[i] == '{' {
		kind = kindObject
	}
	if n.special&kind != 0 || d.taping {
		return d.lookContainer(n, kind, doc, i, row)
	}
	return d.inside(n, kind, doc, i, row)
}

func (d *Decoder) inside(n *node, kind kinds, doc []byte, i, row int) int {
	start, end := i, 0
	switch {
	case kind == kindArray:
		end = d.array(n, doc, i, row)
	case n.store == storeMap:
		end = d.entries(n, doc, i, row)
	case n.object != nil:
		if n.store == storeStruct {
			d.cols[n.col].fill(row)
		}
		end = d.object(n, doc, i, row)
	default:
		end = d.skipInside(doc, i)
	}
	if end < 0 {
		return end
	}
	if n.allow&kind == 0 {
		d.fail(n, "type")
	} else if n.store == storeJSON {
		d.cols[n.col].addString(row, doc[start:end])
	} else if n.store == storeRest || n.store == storeStruct && kind == kindArray || n.inexact && d.odd {
		d.keep(row, doc[start:end])
		d.odd = false
	}
	if n.checks {
		d.checkContainer(n, kind, start)
	}
	return end
}

// checkContainer checks what is said of the whole of the object or array at start.
func (d *Decoder) checkContainer(n *node, kind kinds, start int) {
	if n.neverOf&kind != 0 {
		d.fail(n, n.never)
	}
	if len(n.enums) > 0 {
		d.enumTree(n, kind, start)
	}
}

// enumTree looks an array or an object up in enums, if there is one in any of them.
func (d *Decoder) enumTree(n *node, kind kinds, start int) {
	if n.trees {
		d.canon.out = d.canon.out[:0]
		d.canon.value(d.doc, start)
	}
	for i := range n.enums {
		if e := &n.enums[i]; e.of&kind != 0 && !e.trees[string(d.canon.out)] {
			d.fail(n, e.rule)
		}
	}
}

// closed ends an object: names that came twice, and required ones that did not come.
func (d *Decoder) closed(n *node, seen uint64, names, more, end int) int {
	o := n.object
	d.depth--
	others := len(d.names) - names
	if others > 0 {
		if d.twice(names) {
			return d.bad(winnow.DetailDuplicateKey)
		}
		d.names = d.names[:names]
	}
	if o.required&^seen != 0 || o.rare {
		count := others + bits.OnesCount64(seen)
		for _, word := range d.seen[more:] {
			count += bits.OnesCount64(word)
		}
		if n.store == storeMap { // all of its names are among the others
			count = others
		}
		d.checkMembers(n, seen, more, count)
	}
	d.seen = d.seen[:more]
	return end
}

// checkMembers checks which of an object's properties are there, and how many members.
func (d *Decoder) checkMembers(n *node, seen uint64, more, count int) {
	o := n.object
	if missing := o.required &^ seen; missing != 0 {
		d.missing(o, missing)
	}
	has := func(k int) bool {
		if k < 64 {
			return seen>>uint(k)&1 != 0
		}
		return d.seen[more+k>>6-1]>>uint(k&63)&1 != 0
	}
	for _, k := range o.more {
		if !has(k) {
			d.lacks(o, k, "required")
		}
	}
	for _, dep := range o.depends {
		for _, k := range dep.needs {
			if has(dep.k) && !has(k) {
				d.lacks(o, k, dep.rule)
			}
		}
	}
	if count < o.members.least {
		d.fail(n, "minProperties")
	}
	if count > o.members.most {
		d.fail(n, "maxProperties")
	}
}

// open makes room for the seen bits of an object with more than 64 properties.
func (d *Decoder) open(o *objectNode) (more int) {
	if more = len(d.seen); o.words > 0 {
		d.seen = appendZeros(d.seen, o.words)
	}
	return more
}

// again notes the property k, one behind the first 64, and says whether it has been there before.
func (d *Decoder) again(k, more int) bool {
	word, bit := &d.seen[more+k>>6-1], uint64(1)<<uint(k&63)
	twice := *word&bit != 0
	*word |= bit
	return twice
}
