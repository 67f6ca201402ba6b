package strict

import (
	"unicode/utf16"
	"unicode/utf8"
)

// str reads the string that begins at the next byte, which is a double quote.
func (j *jsonReader) str() string {
	j.pos++
	from := j.pos
	var out []byte // set once there is an escape
	for j.pos < len(j.data) {
		switch c := j.data[j.pos]; {
		case c == '"':
			s := j.data[from:j.pos]
			j.pos++
			if out == nil {
				return string(s)
			}
			return string(append(out, s...))
		case c < ' ':
			j.fail("a control character in a string", "write it as an escape, such as \\n")
			return ""
		case c == '\\':
			out = append(out, j.data[from:j.pos]...)
			var ok bool
			if out, ok = j.escape(out); !ok {
				return ""
			}
			from = j.pos
		default:
			j.pos++
		}
	}
	j.fail("the string has no end", "close it with a double quote")
	return ""
}

// escape appends to out what the escape at the next byte stands for.
func (j *jsonReader) escape(out []byte) ([]byte, bool) {
	if j.pos+1 >= len(j.data) {
		j.fail("the string has no end", "close it with a double quote")
		return nil, false
	}
	switch c := j.data[j.pos+1]; c {
	case '"', '\\', '/':
		out = append(out, c)
	case 'b':
		out = append(out, '\b')
	case 'f':
		out = append(out, '\f')
	case 'n':
		out = append(out, '\n')
	case 'r':
		out = append(out, '\r')
	case 't':
		out = append(out, '\t')
	case 'u':
		return j.unicode(out)
	default:
		j.fail("no such escape in JSON", "a backslash itself is written \\\\")
		return nil, false
	}
	j.pos += 2
	return out, true
}

func (j *jsonReader) unicode(out []byte) ([]byte, bool) {
	r, ok := j.hex(j.pos)
	if !ok {
		j.fail("\\u without four hexadecimal digits", "")
		return nil, false
	}
	n := 6
	if utf16.IsSurrogate(r) {
		low, ok := j.hex(j.pos + 6)
		if r = utf16.DecodeRune(r, low); !ok || r == utf8.RuneError {
			j.fail("half of a surrogate pair", "write both halves")
			return nil, false
		}
		n = 12
	}
	j.pos += n
	return utf8.AppendRune(out, r), true
}

// hex reads the escape \uXXXX at the byte i.
func (j *jsonReader) hex(i int) (rune, bool) {
	if i+6 > len(j.data) || j.data[i] != '\\' || j.data[i+1] != 'u' {
		return 0, false
	}
	var r rune
	for _, c := range j.data[i+2 : i+6] {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}
