package schemas

import (
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
