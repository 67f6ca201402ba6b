package schemas

import (
	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/schemas/format"
)

func (d *Decoder) string(n *node, doc []byte, i, row int) int {
	end, saw := scanString(doc, i+1)
	if end < 0 {
		return d.wrongString(doc, end, saw)
	}
	was, at := d.before(), 0
	if d.taping {
		at = d.emit(kindString, i+1, end, saw)
	}
	s := doc[i+1 : end]
	if saw&sawEscape != 0 && n.reads {
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
	if n.special&kindString != 0 {
		d.lookScalar(n, kindString, i+1, end, saw, at, was)
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
		if !p.Match(s) {
			d.fail(n, "pattern")
		}
	}
	for _, check := range n.formats {
		if !check(s) {
			d.fail(n, "format")
		}
	}
	if n.dateTime && n.store != storeTime && !format.DateTime(s) {
		d.fail(n, "format")
	}
	for i := range n.enums {
		if e := &n.enums[i]; e.of&kindString != 0 && e.valueSet != n.dict && e.strings.find(s) < 0 {
			d.fail(n, e.rule)
		}
	}
	if n.neverOf&kindString != 0 {
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
		if m < n.quick.least || m > n.quick.most || n.store == storeFloat && (m >= 1<<53 || m <= -1<<53) {
			return d.anyNumber(n, doc, i, row)
		}
		if d.taping {
			d.emit(kindInteger, i, end, 0)
		}
		switch n.store {
		case storeInt:
			d.cols[n.col].addInt(row, m)
		case storeFloat:
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
	if d.taping {
		d.emit(quickKind(m, frac), i, end, 0)
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
	was, at, kind := d.before(), 0, kindNumber
	if d.taping || n.special&kindNumber != 0 {
		if kind = d.kindOf(v, tok); d.taping {
			at = d.emit(kind, i, end, 0)
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
	if n.special&kindNumber != 0 {
		d.lookScalar(n, kind, i, end, 0, at, was)
	}
	return end
}

// quickKind says of scanQuick's number whether it is an integer.
func quickKind(m int64, frac int) kinds {
	if frac == 0 || m%int64(tens[frac]) == 0 {
		return kindInteger
	}
	return kindFraction
}

// kindOf says whether a number is an integer.
func (d *Decoder) kindOf(v number, tok []byte) kinds {
	if v.whole(tok, &d.dec) {
		return kindInteger
	}
	return kindFraction
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
	for i := range n.enums {
		if e := &n.enums[i]; e.of&kindNumber != 0 && !e.hasNumber(v, tok, &d.dec, &d.spell) {
			d.fail(n, e.rule)
		}
	}
	if n.neverOf&kindNumber != 0 {
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
	was, at := d.before(), 0
	if d.taping {
		at = d.emit(kind, i, end, 0)
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
	if n.checks {
		d.checkLiteral(n, kind, doc[i] == 't')
	}
	if n.special&kind != 0 {
		d.lookScalar(n, kind, i, end, 0, at, was)
	}
	return end
}

func (d *Decoder) checkLiteral(n *node, kind kinds, yes bool) {
	for i := range n.enums {
		e := &n.enums[i]
		if e.of&kind != 0 && (kind == kindNull && e.literals&kindNull == 0 || kind == kindBool && !e.booleans[btoi(yes)]) {
			d.fail(n, e.rule)
		}
	}
	if n.neverOf&kind != 0 {
		d.fail(n, n.never)
	}
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
