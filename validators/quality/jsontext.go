package quality

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Columns of any value hold the JSON text of each. The decoder has found these texts to be valid JSON; what follows relies on it.

func isNumberText(text string) bool {
	return text != "" && (text[0] == '-' || text[0]-'0' < 10)
}

func isStringText(text string) bool { return text != "" && text[0] == '"' }

// unquote gives the string that a JSON string's text stands for. It is text itself without its quotes, or, where there are
// escapes, lies in scratch, which is returned to be used again.
func unquote(text string, scratch []byte) (s, used []byte) {
	text = text[1 : len(text)-1]
	scratch = scratch[:0]
	for {
		i := strings.IndexByte(text, '\\')
		if i < 0 {
			scratch = append(scratch, text...)
			return scratch, scratch
		}
		scratch = append(scratch, text[:i]...)
		var r rune
		r, text = unescape(text[i+1:])
		scratch = utf8.AppendRune(scratch, r)
	}
}

// unescape reads the escape whose backslash stands before text, and gives what follows it.
func unescape(text string) (r rune, rest string) {
	switch c := text[0]; c {
	case 'b':
		return '\b', text[1:]
	case 'f':
		return '\f', text[1:]
	case 'n':
		return '\n', text[1:]
	case 'r':
		return '\r', text[1:]
	case 't':
		return '\t', text[1:]
	case 'u':
		r, text = hex4(text[1:]), text[5:]
		if utf16.IsSurrogate(r) && len(text) >= 6 {
			return utf16.DecodeRune(r, hex4(text[2:])), text[6:]
		}
		return r, text
	default:
		return rune(c), text[1:]
	}
}

func hex4(text string) rune {
	var r rune
	for _, c := range []byte(text[:4]) {
		if c > '9' {
			c = c | 0x20 - 'a' + '0' + 10
		}
		r = r<<4 | rune(c-'0')
	}
	return r
}

// runes counts the code points of a JSON string's text, escapes undone.
func runes(text string) int {
	text = text[1 : len(text)-1]
	n := 0
	for {
		i := strings.IndexByte(text, '\\')
		if i < 0 {
			return n + utf8.RuneCountInString(text)
		}
		n += utf8.RuneCountInString(text[:i]) + 1
		_, text = unescape(text[i+1:])
	}
}

// items counts the items of a JSON array's text.
func items(text string) int {
	depth, commas, empty := 0, 0, true
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case ' ', '\t', '\n', '\r':
			continue
		case '[', '{':
			depth++
			if depth == 1 {
				continue
			}
		case ']', '}':
			depth--
		case ',':
			if depth == 1 {
				commas++
			}
		case '"':
			i = stringEnd(text, i)
		}
		if depth > 0 {
			empty = false
		}
	}
	if empty {
		return 0
	}
	return commas + 1
}

// stringEnd gives the place of the quote that ends the string whose first quote is at i.
func stringEnd(text string, i int) int {
	for i++; text[i] != '"'; i++ {
		if text[i] == '\\' {
			i++
		}
	}
	return i
}
