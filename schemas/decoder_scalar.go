package schemas

import "github.com/winnow-data/winnow"

func (d *Decoder) string(n *node, doc []byte, i, row int) int {
	end, saw := scanString(doc, i+1)
	if end < 0 {
		return d.wrongString(doc, end, saw)
	}
	s := doc[i+1 : end]
	if saw&sawEscape != 0 {
		d.text = unescape(d.text[:0], s)
		s = d.text
	}
	if n.allow&kindString == 0 {
		d.fail(n, "type")
	} else if n.store == storeString {
		d.cols[n.col].addString(row, s)
	} else if n.store == storeJSON {
		d.cols[n.col].addString(row, doc[i:end+1])
	} else if n.store != storeNone {
		d.storeText(n, s, doc[i:end+1], row)
	}
	if n.texts {
		d.checkString(n, s, saw)
	}
	return end + 1
}

func (d *Decoder) checkString(n *node, s []byte, saw uint8) {
	if n.lengths != anySize {
		// An escape can stand for a wide character, too.
		length := len(s)
		if saw != 0 {
			length = runeCount(s)
		}
		if length < n.lengths.least {
			d.fail(n, "minLength")
		}
		if length > n.lengths.most {
			d.fail(n, "maxLength")
		}
	}
	for _, p := range n.patterns {
		if !p.match(s) {
			d.fail(n, "pattern")
		}
	}
	for _, check := range n.formats {
		if !check(s) {
			d.fail(n, "format")
		}
	}
	if n.dateTime && n.store != storeTime && !isDateTime(s) {
		d.fail(n, "format")
	}
	for _, e := range n.enums {
		if e != n.dict && e.strings.find(s) < 0 {
			d.fail(n, e.rule)
		}
	}
	if n.never != "" {
		d.fail(n, n.never)
	}
}

// number reads most numbers quickly, and sends those that are unusual, or that seem to break a limit, the long way.
func (d *Decoder) number(n *node, doc []byte, i, row int) int {
	m, frac, end := scanQuick(doc, i)
	if end < 0 || end-i > d.lim.Digits {
		return d.anyNumber(n, doc, i, row)
	}
	if frac == 0 {
		if m < n.quick.least || m > n.quick.most {
			return d.anyNumber(n, doc, i, row)
		}
		switch n.store {
		case storeInt:
			d.cols[n.col].addInt(row, m)
		case storeFloat:
			if m >= 1<<53 || m <= -1<<53 {
				return d.anyNumber(n, doc, i, row)
			}
			d.cols[n.col].addFloat(row, float64(m))
		case storeJSON:
			d.cols[n.col].addString(row, doc[i:end])
		}
		return end
	}
	f := float64(m) / floatTens[frac]
	if !(f > n.quick.above && f < n.quick.below) || m >= 1<<53 || m <= -1<<53 {
		return d.anyNumber(n, doc, i, row)
	}
	switch n.store {
	case storeFloat:
		d.cols[n.col].addFloat(row, f)
	case storeJSON:
		d.cols[n.col].addString(row, doc[i:end])
	}
	return end
}

func (d *Decoder) anyNumber(n *node, doc []byte, i, row int) int {
	v, end := scanNumber(doc, i)
	if end < 0 {
		return d.wrong(doc, -1-end)
	}
	tok := doc[i:end]
	if v.written != 0 || len(tok) > d.lim.Digits {
		if !d.within(v, tok) {
			return d.bad(winnow.DetailNumber)
		}
	}
	fits := true
	switch n.allow & kindNumber {
	case kindNumber:
	case kindInteger:
		fits = v.plain || v.whole(tok, &d.dec)
	case kindFraction:
		fits = !v.whole(tok, &d.dec)
	default:
		fits = false
	}
	if !fits {
		d.fail(n, "type")
	}
	divides := true
	if n.checks {
		divides = d.checkNumber(n, v, tok)
	}
	if fits && (divides || n.store != storeDecimal) {
		d.storeNumber(n, v, tok, row)
	}
	return end
}

// checkNumber says whether the number is a multiple of what it should be.
func (d *Decoder) checkNumber(n *node, v number, tok []byte) (divides bool) {
	divides = true
	if len(n.limits) > 0 {
		f := v.float(tok)
		for i := range n.limits {
			if l := &n.limits[i]; l.fails(v, f, tok, &d.dec) {
				d.fail(n, l.rule)
			}
		}
	}
	for i := range n.multiple {
		if n.multiple[i].fails(v, tok, &d.dec) {
			d.fail(n, "multipleOf")
			divides = false
		}
	}
	for _, e := range n.enums {
		if !e.hasNumber(v, tok, &d.dec, &d.spell) {
			d.fail(n, e.rule)
		}
	}
	if n.never != "" {
		d.fail(n, n.never)
	}
	return divides
}

// within says that a number keeps to the limits of digits and exponent.
func (d *Decoder) within(v number, tok []byte) bool {
	if v.written > d.lim.Exponent || v.written < -d.lim.Exponent {
		return false
	}
	digits := 0
	for _, c := range tok {
		if c|0x20 == 'e' {
			break
		}
		digits += btoi(c-'0' <= 9)
	}
	return digits <= d.lim.Digits
}

func (d *Decoder) literal(n *node, doc []byte, i, row int) int {
	end, kind := scanLiteral(doc, i)
	if end < 0 {
		return d.wrong(doc, i)
	}
	if n.allow&kind == 0 {
		d.fail(n, "type")
	} else if kind == kindBool && n.store == storeBool {
		d.cols[n.col].addBool(row, doc[i] == 't')
	} else if kind == kindBool && n.store == storeJSON {
		d.cols[n.col].addString(row, doc[i:end])
	} else if n.optional && kind == kindNull || kind == kindBool && (n.store == storeRest || n.store == storeStruct) {
		d.keep(row, doc[i:end])
	}
	if !n.checks {
		return end
	}
	for _, e := range n.enums {
		if kind == kindNull && e.literals&kindNull == 0 || kind == kindBool && !e.booleans[btoi(doc[i] == 't')] {
			d.fail(n, e.rule)
		}
	}
	if n.never != "" {
		d.fail(n, n.never)
	}
	return end
}

// scanLiteral reads true, false or null at i, or returns -1.
func scanLiteral(doc []byte, i int) (end int, kind kinds) {
	switch rest := doc[i:]; {
	case len(rest) >= 4 && string(rest[:4]) == "true":
		return i + 4, kindBool
	case len(rest) >= 4 && string(rest[:4]) == "null":
		return i + 4, kindNull
	case len(rest) >= 5 && string(rest[:5]) == "false":
		return i + 5, kindBool
	}
	return -1, 0
}
