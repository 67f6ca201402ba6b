package schemas

// repeats says whether two elements of the array are equal.
func (d *Decoder) repeats(at int) bool {
	c := &d.cells[at]
	switch {
	case c.count < 2:
		return false
	case c.count <= fewElements && !d.alike(at):
		return false
	}
	names, arena := len(d.names), len(d.arena)
	for child := at + 1; child < int(c.next); child = int(d.cells[child].next) {
		d.names = append(d.names, d.canonical(&d.cells[child]))
	}
	twice := d.twice(names)
	d.names, d.arena = d.names[:names], d.arena[:arena]
	return twice
}

// fewElements is up to how many elements have their signs compared with each other.
const fewElements = 64

// alike says that two elements have the same sign; else no two are equal, and their text need not be looked at. (The texts of all were 11 % of
// the time on OpenAPI descriptions.) What has the same sign is not compared by twos: somebody could make large elements that all have.
func (d *Decoder) alike(at int) bool {
	var signs [fewElements]uint64
	count := 0
	for child := at + 1; child < int(d.cells[at].next); child = int(d.cells[child].next) {
		sign := d.sign(child)
		for i := range count {
			if signs[i] == sign {
				return true
			}
		}
		signs[count] = sign
		count++
	}
	return false
}

// sign gives a hash that equal values share, however they are written.
func (d *Decoder) sign(at int) uint64 {
	const literal, list, object = 0x9FB21C651E98DF25, 0xD6E8FEB86659FD93, 0xA0761D6478BD642F
	c := &d.cells[at]
	switch {
	case c.kind == kindString:
		return keyOf(d.cellText(c)).mix()*firstMult + 1
	case c.kind&kindNumber != 0:
		return d.signNumber(d.doc[c.start:c.end])
	case c.kind == kindArray:
		h := uint64(list)
		for child := at + 1; child < int(c.next); child = int(d.cells[child].next) {
			h = h*firstMult + d.sign(child)
		}
		return h
	case c.kind == kindObject:
		h := uint64(object)
		for child := at + 1; child < int(c.next); child = int(d.cells[child].next) {
			name := keyOf(d.nameOf(&d.cells[child])).mix() * list
			h += (name ^ d.sign(child)) * firstMult // in whatever order
		}
		return h
	}
	return literal + uint64(c.kind) + uint64(d.doc[c.start])
}

// signNumber is sign of a number: of its digits and the place of its point, where they are few.
func (d *Decoder) signNumber(tok []byte) uint64 {
	const number = 0xE7037ED1A0B428DB
	m, frac, end := scanQuick(tok, 0)
	if end != len(tok) {
		d.dec.set(tok)
		k, whole := d.dec.int64()
		switch frac = len(d.dec.digits) - d.dec.point; {
		case whole:
			m, frac = k, 0
		case frac > 18 || len(d.dec.digits) > 18 || frac <= 0:
			return number
		default:
			m = 0
			for _, digit := range d.dec.digits {
				m = m*10 + int64(digit-'0')
			}
			if d.dec.neg {
				m = -m
			}
		}
	}
	for ; frac > 0 && m%10 == 0; frac-- {
		m /= 10
	}
	return (uint64(m)*firstMult + uint64(frac)) * number
}

// canonical gives a text that equal values share: a string's own between its quotes, to tell it from others, and else the canonical form.
func (d *Decoder) canonical(c *cell) nameRef {
	if c.kind == kindString && c.saw&sawEscape == 0 {
		return nameRef{start: c.start - 1, end: c.end + 1}
	}
	start := len(d.arena)
	if c.kind == kindString {
		d.arena = append(d.arena, '"')
		d.arena = append(unescape(d.arena, d.doc[c.start:c.end]), '"')
	} else {
		d.canon.out = d.canon.out[:0]
		d.canon.value(d.doc, int(c.start))
		d.arena = append(d.arena, d.canon.out...)
	}
	return nameRef{start: uint32(start), end: uint32(len(d.arena)), arena: true}
}
