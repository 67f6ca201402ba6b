package schemas

import (
	"math/bits"
	"strconv"

	"github.com/winnow-data/winnow"
)

// bad notes why the record is not acceptable JSON.
func (d *Decoder) bad(detail string) int {
	d.detail = detail
	return -1
}

// wrong is bad for the byte at i, which the grammar does not have there.
func (d *Decoder) wrong(doc []byte, i int) int { return d.bad(detailAt(doc, i)) }

// wrongString is bad for what scanString gave back.
func (d *Decoder) wrongString(doc []byte, end int, saw uint8) int {
	if saw != 0 {
		return d.bad(winnow.DetailUTF8)
	}
	return d.wrong(doc, -1-end)
}

// fail notes that the value being read, which node n is about, fails rule.
func (d *Decoder) fail(n *node, rule string) {
	if !d.fault() {
		return
	}
	pointer := n.pointer
	if !n.fixed {
		pointer = d.pointer(nil)
	}
	d.note(rule, pointer)
}

// fault counts one, and says whether its reason is wanted: if no more are kept, none need be spelled.
func (d *Decoder) fault() bool {
	d.faults++
	return d.mode == modeReport && len(d.out)-d.base < d.lim.Reasons
}

func (d *Decoder) note(rule, pointer string) {
	mine := d.out[d.base:]
	for i := range mine {
		if mine[i].Rule == rule && mine[i].Pointer == pointer {
			return
		}
	}
	detail := ""
	if d.near > 0 {
		detail = winnow.DetailNearest
	}
	d.out = append(d.out, winnow.Reason{Rule: rule, Pointer: pointer, Detail: detail})
}

// missing notes the required properties whose bits are set.
func (d *Decoder) missing(o *objectNode, set uint64) {
	for ; set != 0; set &= set - 1 {
		d.lacks(o, bits.TrailingZeros64(set), "required")
	}
}

// lacks notes that an object does not have the property k, which rule wants.
func (d *Decoder) lacks(o *objectNode, k int, rule string) {
	if !d.fault() {
		return
	}
	p := &o.props[k]
	if o.fixed {
		d.note(rule, p.pointer)
		return
	}
	d.note(rule, d.pointer(p))
}

// maxInterns bounds the pointers with array indices that a decoder remembers, so as not to make them anew.
const maxInterns = 4096

// pointer gives the pointer of the value being read, from the containers that are open, or of a
// member that the value lacks.
func (d *Decoder) pointer(lacks *prop) string {
	b := d.spell[:0]
	for _, f := range d.path[:d.depth] {
		b = append(b, '/')
		switch {
		case f.object == nil:
			b = strconv.AppendInt(b, int64(f.child), 10)
		case f.child < 0:
			b = append(b, '*')
		default:
			b = append(b, f.object.props[f.child].token...)
		}
	}
	if lacks != nil {
		b = append(append(b, '/'), lacks.token...)
	}
	d.spell = b
	if s, ok := d.interns[string(b)]; ok {
		return s
	}
	s := string(b)
	if len(d.interns) < maxInterns {
		d.interns[s] = s
	}
	return s
}
