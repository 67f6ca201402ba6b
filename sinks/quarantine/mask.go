package quarantine

import (
	"bytes"
	"encoding/json"
	"unicode"
	"unicode/utf8"
)

// The formats of a value that is shown.
const (
	FormatJSON  = "json"
	FormatText  = "text"  // anything else, binary too
	FormatNull  = "null"  // Kafka's null, or a stub
	FormatBatch = "batch" // a Kafka batch that cannot be read: its bytes say nothing to a person and are not shown
)

// A masker shows the shape of content: every letter as x or X, every digit as 9, punctuation of ASCII as it is, a boolean as
// "boolean". known says which names (of properties and headers) the contract has written down itself: they are shown.
type masker struct {
	known func(name string) bool
	limit int // bytes of output
}

// value appends the shape of doc to dst. cut says that limit ended it early.
func (m *masker) value(dst, doc []byte) (out []byte, format string, cut bool) {
	start := len(dst)
	if json.Valid(doc) {
		dst, format = m.json(dst, doc), FormatJSON
	} else {
		dst, format = m.text(dst, doc), FormatText
	}
	if len(dst)-start <= m.limit {
		return dst, format, false
	}
	end := start + m.limit
	for end > start && !utf8.RuneStart(dst[end]) {
		end--
	}
	return dst[:end], format, true
}

// json masks a valid document token by token. It stops once it has written more than the limit.
func (m *masker) json(dst, doc []byte) []byte {
	start := len(dst)
	for i := 0; i < len(doc) && len(dst)-start <= m.limit; {
		switch c := doc[i]; {
		case c == '"':
			end := stringEnd(doc, i)
			if isName(doc, end) {
				dst = m.name(dst, doc[i:end])
			} else {
				dst = m.quoted(dst, doc[i:end])
			}
			i = end
		case c == 't', c == 'f':
			dst = append(dst, `"boolean"`...)
			i += len("true")
			if c == 'f' {
				i++
			}
		case c == 'n': // null is the absence of a value, and often the reason
			dst = append(dst, "null"...)
			i += len("null")
		case c >= '0' && c <= '9':
			dst = append(dst, '9')
			i++
		default: // structure, white space, and a number's - + . e E
			dst = append(dst, c)
			i++
		}
	}
	return dst
}

// stringEnd is where the string that begins at doc[at] has ended.
func stringEnd(doc []byte, at int) int {
	for i := at + 1; i < len(doc); i++ {
		switch doc[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(doc)
}

// isName says whether the string that ended at doc[:end] is a property's name.
func isName(doc []byte, end int) bool {
	rest := bytes.TrimLeft(doc[end:], " \t\r\n")
	return len(rest) > 0 && rest[0] == ':'
}

// name appends a quoted property name, as it is where the contract knows it.
func (m *masker) name(dst, quoted []byte) []byte {
	var name string
	if m.known != nil && json.Unmarshal(quoted, &name) == nil && m.known(name) {
		return append(dst, quoted...)
	}
	return m.quoted(dst, quoted)
}

// quoted appends a JSON string, masked, escapes that stand for letters and digits too.
func (m *masker) quoted(dst, s []byte) []byte {
	dst = append(dst, '"')
	for i := 1; i < len(s)-1; {
		if s[i] != '\\' {
			r, n := utf8.DecodeRune(s[i:])
			dst = append(dst, shape(r))
			i += n
			continue
		}
		if s[i+1] == 'u' {
			dst = append(dst, 'x')
			i += len(`\u0000`)
			continue
		}
		dst = append(dst, s[i], s[i+1])
		i += 2
	}
	return append(dst, '"')
}

// text appends what is no JSON, masked.
func (m *masker) text(dst, s []byte) []byte {
	start := len(dst)
	for i := 0; i < len(s) && len(dst)-start <= m.limit; {
		r, n := utf8.DecodeRune(s[i:])
		i += n
		if r == '\n' || r == '\t' {
			dst = append(dst, byte(r))
		} else {
			dst = append(dst, shape(r))
		}
	}
	return dst
}

// plain masks a short text that stands by itself, such as a header's name.
func (m *masker) plain(s []byte) string {
	if m.known != nil && m.known(string(s)) {
		return string(s)
	}
	out := m.text(nil, s)
	return string(out[:min(len(out), m.limit)])
}

// shape is what is shown of a character: one byte of printable ASCII that tells a letter's case and no more.
func shape(r rune) byte {
	switch {
	case r >= '0' && r <= '9':
		return '9'
	case r >= 'a' && r <= 'z':
		return 'x'
	case r >= 'A' && r <= 'Z':
		return 'X'
	case r >= ' ' && r < 0x7f:
		return byte(r)
	case r < ' ' || r == 0x7f || r == utf8.RuneError:
		return '.'
	case unicode.IsUpper(r):
		return 'X'
	case unicode.IsDigit(r):
		return '9'
	}
	return 'x'
}
