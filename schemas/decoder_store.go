package schemas

import (
	"math"
	"math/bits"
	"strconv"

	"github.com/apache/arrow/go/v15/arrow/decimal128"

	"github.com/winnow-data/winnow"
)

// storeText stores a string that n allows and whose column does not hold it as it is. Raw is its JSON text.
func (d *Decoder) storeText(n *node, s, raw []byte, row int) {
	switch n.store {
	case storeDict:
		k := n.dict.strings.find(s)
		if k < 0 {
			d.fail(n, n.dict.rule)
			return
		}
		d.cols[n.col].addCode(row, k)
	case storeTime:
		us, printed, ok := instant(s)
		if !ok {
			d.fail(n, "format")
			return
		}
		d.cols[n.col].addInt(row, us)
		if !printed && n.member {
			d.keep(row, raw)
		} else if !printed {
			d.odd = true
		}
	case storeStruct, storeRest:
		d.keep(row, raw)
	}
}

// storeNumber stores a number that n allows.
func (d *Decoder) storeNumber(n *node, v number, tok []byte, row int) {
	switch n.store {
	case storeFloat:
		f, ok := d.float(v, tok)
		if !ok {
			d.fail(n, winnow.RuleNumber)
			return
		}
		d.cols[n.col].addFloat(row, f)
	case storeInt:
		k, ok := v.int64(tok, &d.dec)
		if !ok {
			d.fail(n, winnow.RuleNumber)
			return
		}
		d.cols[n.col].addInt(row, k)
	case storeDecimal:
		k, ok := v.decimal128(tok, n.scale, &d.dec)
		if !ok {
			d.fail(n, winnow.RuleNumber)
			return
		}
		d.cols[n.col].addDecimal(row, k)
	case storeJSON:
		d.cols[n.col].addString(row, tok)
	case storeStruct, storeRest:
		d.keep(row, tok)
	}
}

// float gives the float64 nearest to v. Ok is false where it is out of range, and where v is an integer with digits that
// matter, as an identifier has, and the float64 is another.
func (d *Decoder) float(v number, tok []byte) (f float64, ok bool) {
	f = v.float(tok)
	switch {
	case math.IsInf(f, 0):
		return f, false
	case math.Abs(f) < 1<<53 || !v.whole(tok, &d.dec):
		return f, true
	}
	if d.dec.set(tok); d.dec.point > 20 && len(d.dec.digits) <= 17 { // 1e23 is a measure, not an identifier
		return f, true
	}
	d.spell = strconv.AppendFloat(d.spell[:0], f, 'f', 0, 64)
	d.near53.set(d.spell)
	return f, d.near53.compare(&d.dec) == 0
}

// decimal128 gives v × 10^scale, which is whole. Ok is false where it has more than 38 digits.
func (v number) decimal128(tok []byte, scale int, dec *decimal) (n decimal128.Num, ok bool) {
	var hi, lo uint64
	if k := v.exp + scale; v.exact && k >= 0 && k < 20 {
		hi, lo = bits.Mul64(v.mant, tens[k]) // at most 19 digits each
	} else {
		dec.set(tok)
		size := dec.point + scale
		if len(dec.digits) > 0 && size > 38 {
			return n, false
		}
		for i := range size {
			digit := uint64(0)
			if i < len(dec.digits) {
				digit = uint64(dec.digits[i] - '0')
			}
			over, low := bits.Mul64(lo, 10)
			carry := uint64(0)
			lo, carry = bits.Add64(low, digit, 0)
			hi = hi*10 + over + carry
		}
	}
	n = decimal128.New(int64(hi), lo)
	if v.neg {
		n = n.Negate()
	}
	return n, true
}

// keep puts the member that is being read into the rest of its object, which is in row.
func (d *Decoder) keep(row int, value []byte) {
	f := &d.path[d.depth-1]
	c := &d.cols[f.object.rest]
	c.openMember(row)
	if f.child >= 0 {
		c.data = append(c.data, f.object.props[f.child].quoted...)
	} else {
		c.data = append(appendEscaped(append(c.data, '"'), d.nameAt(len(d.names)-1)), `":`...)
	}
	c.closeMember(value)
}

// entries reads an object that is a map: each member is a row of the columns of its keys and values.
func (d *Decoder) entries(n *node, doc []byte, i, row int) int {
	if d.depth == len(d.path) {
		return d.bad(winnow.DetailDepth)
	}
	o, c := n.object, &d.cols[n.col]
	open := &d.path[d.depth]
	open.object = o
	d.depth++
	names, more := len(d.names), d.open(o)
	seen, at := uint64(0), c.elems
	i = space(doc, i+1)
	for first := true; ; first = false {
		if i < len(doc) && doc[i] == '}' && first {
			break
		}
		var name []byte
		if name, i = d.name(doc, i); i < 0 {
			return i
		}
		if open.child = o.names.find(name); open.child >= 0 {
			seen |= 1 << uint(open.child) // beyond 64 nothing
			if open.child >= 64 {
				d.again(open.child, more)
			}
		}
		if d.taping {
			d.named(o, open.child)
		}
		if i = d.entry(n, name, doc, space(doc, i), at); i < 0 {
			return i
		}
		at++
		if i = space(doc, i); i >= len(doc) || doc[i] != ',' {
			break
		}
		i = space(doc, i+1)
	}
	if i >= len(doc) || doc[i] != '}' {
		return d.wrong(doc, i)
	}
	c.addList(row, at)
	return d.closed(n, seen, names, more, i+1)
}

// entry reads the value of a map's member, which is row at of its entries.
func (d *Decoder) entry(n *node, name, doc []byte, i, at int) int {
	entries := &d.cols[d.cols[n.col].kids[0]]
	entries.fill(at)
	d.cols[entries.kids[0]].addString(at, name)
	if d.cost += n.width; d.cost > d.budget {
		return d.bad(winnow.DetailSize)
	}
	return d.value(n.object.extra, doc, i, at)
}
