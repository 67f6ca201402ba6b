package schemas

import (
	"encoding/json"
	"unicode/utf8"
)

// An Edit replaces the bytes [Start, End) of a record. With is what stands there then; nil masks them: an asterisk for each
// character. In JSON, With is text, and is escaped as need be.
type Edit struct {
	Start, End int
	With       []byte
}

// ApplyEdits appends doc with edits to dst. Edits are in order of Start; of two that overlap, the later one is cut to what
// the earlier left. Where doc is JSON so is the result: strings and keys are edited within their quotes and by whole characters,
// a number or a literal that is touched becomes a string as a whole, and what lies between is left alone. Where doc is not JSON, bytes are
// replaced. Masking two keys of one object may make them equal.
func ApplyEdits(dst, doc []byte, edits []Edit) []byte {
	e := editor{doc: doc, edits: edits}
	if !json.Valid(doc) {
		return e.bytes(dst)
	}
	return e.tokens(dst)
}

type editor struct {
	doc   []byte
	edits []Edit // those that are not done
	used  bool   // the first one's With stands already
}

// bytes edits doc as mere bytes.
func (e *editor) bytes(dst []byte) []byte {
	at := 0
	for _, edit := range e.edits {
		start, end := max(edit.Start, at), min(edit.End, len(e.doc))
		if start >= end {
			continue
		}
		dst = append(dst, e.doc[at:start]...)
		if edit.With != nil && start == edit.Start {
			dst = append(dst, edit.With...)
		} else if edit.With == nil {
			dst = mask(dst, e.doc[start:end])
		}
		at = end
	}
	return append(dst, e.doc[at:]...)
}

// mask appends an asterisk for each character of s.
func mask(dst, s []byte) []byte {
	for range utf8.RuneCount(s) {
		dst = append(dst, '*')
	}
	return dst
}

// tokens edits the strings, numbers and literals of a doc that is JSON.
func (e *editor) tokens(dst []byte) []byte {
	for i := 0; i < len(e.doc); {
		end := i + 1
		switch c := e.doc[i]; {
		case c == '"':
			for ; e.doc[end] != '"'; end++ {
				if e.doc[end] == '\\' {
					end++
				}
			}
			end++
		case c == '-' || c-'0' <= 9 || c >= 'a' && c <= 'z':
			for end < len(e.doc) && isTokenByte(e.doc[end]) {
				end++
			}
		default:
			dst = append(dst, c)
			i = end
			continue
		}
		e.drop(i)
		switch {
		case len(e.edits) == 0 || e.edits[0].Start >= end:
			dst = append(dst, e.doc[i:end]...)
		case e.doc[i] == '"':
			dst = append(e.text(append(dst, '"'), i+1, end-1), '"')
		default:
			dst = append(e.scalar(append(dst, '"'), i, end), '"')
		}
		i = end
	}
	return dst
}

func isTokenByte(c byte) bool {
	return c-'0' <= 9 || c|0x20 >= 'a' && c|0x20 <= 'z' || c == '+' || c == '-' || c == '.'
}

// drop forgets the edits that end at or before i.
func (e *editor) drop(i int) {
	for len(e.edits) > 0 && (e.edits[0].End <= i || e.edits[0].End <= e.edits[0].Start) {
		e.edits, e.used = e.edits[1:], false
	}
}

// scalar edits the number or literal doc[i:end], which an edit touches.
func (e *editor) scalar(dst []byte, i, end int) []byte {
	if e.edits[0].With == nil {
		return mask(dst, e.doc[i:end])
	}
	return e.with(dst)
}

// with puts the first edit's With into the first token that it touches.
func (e *editor) with(dst []byte) []byte {
	if !e.used {
		e.used = true
		dst = appendEscaped(dst, e.edits[0].With)
	}
	return dst
}

// text edits the inside doc[i:end] of a string, character by character where an edit is.
func (e *editor) text(dst []byte, i, end int) []byte {
	for i < end {
		e.drop(i)
		if len(e.edits) == 0 || e.edits[0].Start >= end {
			return append(dst, e.doc[i:end]...)
		}
		edit := e.edits[0]
		for i < end && i < edit.End {
			next := i + charLen(e.doc[i:end])
			switch {
			case next <= edit.Start:
				dst = append(dst, e.doc[i:next]...)
			case edit.With == nil:
				dst = append(dst, '*')
			default:
				dst = e.with(dst)
			}
			i = next
		}
	}
	return dst
}

// charLen is the length of the character, perhaps escaped, that s begins with.
func charLen(s []byte) int {
	if s[0] != '\\' {
		_, n := utf8.DecodeRune(s)
		return n
	}
	if s[1] != 'u' {
		return 2
	}
	if r := hex4(s, 2); r >= 0xD800 && r <= 0xDBFF && len(s) >= 12 && s[6] == '\\' && s[7] == 'u' {
		if low := hex4(s, 8); low >= 0xDC00 && low <= 0xDFFF {
			return 12
		}
	}
	return 6
}

// appendEscaped appends text as the inside of a JSON string.
func appendEscaped(dst, text []byte) []byte {
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		switch {
		case r == '"' || r == '\\':
			dst = append(dst, '\\', byte(r))
		case r < 0x20:
			dst = append(dst, '\\', 'u', '0', '0', "01"[r>>4], "0123456789abcdef"[r&15])
		default:
			dst = utf8.AppendRune(dst, r) // U+FFFD for what is not UTF-8
		}
		text = text[n:]
	}
	return dst
}
