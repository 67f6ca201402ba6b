package sensitive

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/winnow-data/winnow"
)

// unescape appends doc to dst with JSON's escapes undone. In JSON a backslash stands in strings alone, so that nothing
// else needs to be known; what is no escape stays as it is.
func unescape(dst, doc []byte) []byte {
	for {
		i := bytes.IndexByte(doc, '\\')
		if i < 0 {
			return append(dst, doc...)
		}
		dst = append(dst, doc[:i]...)
		r, n := escape(doc[i:])
		dst = utf8.AppendRune(dst, r)
		doc = doc[i+n:]
	}
}

// escape reads the escape that b begins with: what it stands for, and its length. A backslash that begins no
// escape stands for itself.
func escape(b []byte) (r rune, n int) {
	switch at(b, 1) {
	case '"', '\\', '/':
		return rune(b[1]), 2
	case 'b':
		return '\b', 2
	case 'f':
		return '\f', 2
	case 'n':
		return '\n', 2
	case 'r':
		return '\r', 2
	case 't':
		return '\t', 2
	case 'u':
		return escapeUnicode(b)
	}
	return '\\', 1
}

func escapeUnicode(b []byte) (r rune, n int) {
	r = hex4(b, 2)
	if r < 0 {
		return '\\', 1
	}
	if !utf16.IsSurrogate(r) {
		return r, 6
	}
	if at(b, 6) == '\\' && at(b, 7) == 'u' {
		if pair := utf16.DecodeRune(r, hex4(b, 8)); pair != utf8.RuneError {
			return pair, 12
		}
	}
	return utf8.RuneError, 6
}

// hex4 reads four hexadecimal digits, or gives -1.
func hex4(b []byte, i int) rune {
	var r rune
	for _, k := range [...]int{i, i + 1, i + 2, i + 3} {
		c := at(b, k)
		switch {
		case isDigit(c):
			c -= '0'
		case c|0x20-'a' < 6:
			c = c | 0x20 - 'a' + 10
		default:
			return -1
		}
		r = r<<4 | rune(c)
	}
	return r
}

// toRaw turns the places of spans, which are ordered and in doc unescaped, into the places in doc itself.
func toRaw(doc []byte, spans []winnow.Span) {
	w := walker{doc: doc}
	for i := range spans {
		spans[i].Start = w.raw(spans[i].Start)
		spans[i].End = w.raw(spans[i].End)
	}
}

// A walker goes once through a document, in step with its unescaped copy. It needs no memory for that, and
// only documents with findings need the walk.
type walker struct {
	doc          []byte
	pos, decoded int
}

// raw gives the place of target, a place in the copy that is not before the last one.
func (w *walker) raw(target int) int {
	for w.decoded < target {
		plain := bytes.IndexByte(w.doc[w.pos:], '\\')
		if plain < 0 || w.decoded+plain >= target {
			w.pos += target - w.decoded
			w.decoded = target
			break
		}
		r, n := escape(w.doc[w.pos+plain:])
		w.pos += plain + n
		w.decoded += plain + utf8.RuneLen(r)
	}
	return w.pos
}
