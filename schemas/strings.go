package schemas

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"

	"github.com/winnow-data/winnow"
)

// What scanString saw in a string.
const (
	sawEscape = 1 << iota
	sawWide   // a character beyond ASCII
)

// Bytes eight at a time: the same byte in each place.
const (
	eachOne   = 0x0101010101010101
	eachHigh  = 0x8080808080808080
	eachTwo   = 0x0202020202020202
	eachSlash = 0x5C5C5C5C5C5C5C5C
)

// scanStringPlain reads the string whose first character is at i, its opening quote being before it. End is the place of the
// closing quote, or negative: -1-p where the byte at p is wrong, and then saw is 0 for a wrong syntax and sawWide for wrong UTF-8.
// Callers use scanString, which gives the same, by vectors in a build that has them.
func scanStringPlain(doc []byte, i int) (end int, saw uint8) {
	for {
		// Plain ASCII, eight bytes at a time: the mask's lowest bit is exact. XOR 2 puts the quote right below what is plain, so that
		// one subtraction finds it and what is below a space (20 % of BenchmarkText/ascii).
		m := uint64(0)
		for m == 0 && len(doc)-i >= 8 {
			x := binary.LittleEndian.Uint64(doc[i : i+8 : i+8])
			m = (((x ^ eachTwo) - eachOne*0x21) | ((x ^ eachSlash) - eachOne) | x) & eachHigh
			i += 8
		}
		if m != 0 {
			i += bits.TrailingZeros64(m)>>3 - 8
		} else {
			for i < len(doc) && plainChar[doc[i]] {
				i++
			}
		}
		if i >= len(doc) {
			return -1 - len(doc), 0
		}
		switch c := doc[i]; {
		case c == '"':
			return i, saw
		case c == '\\':
			n, wide := scanEscape(doc, i)
			if n < 0 {
				return n, btou(wide)
			}
			saw |= sawEscape
			i = n
		case c < 0x20:
			return -1 - i, 0
		default:
			if i = scanWide(doc, i, len(doc)); i < 0 {
				return i, sawWide
			}
			saw |= sawWide
		}
	}
}

// plainChar are the characters of a string that need no further look.
var plainChar = func() (plain [256]bool) {
	for c := range plain {
		plain[c] = c >= 0x20 && c < 0x80 && c != '"' && c != '\\'
	}
	return plain
}()

// scanWide reads the characters beyond ASCII at i, up to the first within ASCII, or that does not begin before stop. It returns
// -1-p where p is not UTF-8.
func scanWide(doc []byte, i, stop int) int {
	for i < stop && doc[i] >= 0x80 {
		c := doc[i]
		switch {
		case c >= 0xC2 && c < 0xE0 && len(doc)-i >= 2 && doc[i+1]&0xC0 == 0x80:
			i += 2
		case c >= 0xE1 && c < 0xED && len(doc)-i >= 3 && doc[i+1]&0xC0 == 0x80 && doc[i+2]&0xC0 == 0x80:
			i += 3
		default:
			_, n := utf8.DecodeRune(doc[i:])
			if n == 1 {
				return -1 - i
			}
			i += n
		}
	}
	return i
}

// scanEscape reads the escape at i and returns the place behind it, or -1-p; wide says that it is a lone surrogate.
func scanEscape(doc []byte, i int) (next int, wide bool) {
	if i+1 >= len(doc) {
		return -1 - len(doc), false
	}
	switch doc[i+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i + 2, false
	case 'u':
	default:
		return -1 - i, false
	}
	r := hex4(doc, i+2)
	switch {
	case r < 0:
		return -1 - i, false
	case r < 0xD800 || r > 0xDFFF:
		return i + 6, false
	case r <= 0xDBFF && i+7 < len(doc) && doc[i+6] == '\\' && doc[i+7] == 'u':
		low := hex4(doc, i+8)
		if low >= 0xDC00 && low <= 0xDFFF {
			return i + 12, false
		}
		return -1 - i, low >= 0
	}
	return -1 - i, true
}

// hex4 reads four hexadecimal digits, or returns -1.
func hex4(doc []byte, i int) (r rune) {
	if len(doc)-i < 4 {
		return -1
	}
	for _, c := range doc[i : i+4] {
		switch {
		case c-'0' <= 9:
			c -= '0'
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return -1
		}
		r = r<<4 | rune(c)
	}
	return r
}

// unescape appends the characters of a string that scanString has passed.
func unescape(dst, s []byte) []byte {
	for i := 0; i < len(s); {
		if s[i] != '\\' {
			j := i + 1
			for j < len(s) && s[j] != '\\' {
				j++
			}
			dst = append(dst, s[i:j]...)
			i = j
			continue
		}
		r, n := escaped(s, i)
		dst = utf8.AppendRune(dst, r)
		i += n
	}
	return dst
}

// escaped gives the character of the valid escape at i, and the escape's length.
func escaped(s []byte, i int) (r rune, n int) {
	switch c := s[i+1]; c {
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
		if r = hex4(s, i+2); r >= 0xD800 && r <= 0xDBFF {
			return (r-0xD800)<<10 | (hex4(s, i+8) - 0xDC00) + 0x10000, 12
		}
		return r, 6
	default:
		return rune(c), 2
	}
}

func btou(b bool) uint8 {
	if b {
		return sawWide
	}
	return 0
}

// detailAt names what is wrong with the syntax of doc at p.
func detailAt(doc []byte, p int) string {
	if p < len(doc) && doc[p] >= 0x80 {
		if r, n := utf8.DecodeRune(doc[p:]); r == '\uFEFF' && p == 0 || r == utf8.RuneError && n == 1 {
			return winnow.DetailUTF8
		}
	}
	return winnow.DetailSyntax
}

// runeCountPlain counts the code points of s, which is UTF-8: the bytes that do not continue one, eight at a time (30 % of
// BenchmarkText/chinese). The standard library's function allocates for what is not ASCII.
func runeCountPlain(s []byte) (n int) {
	n = len(s)
	for ; len(s) >= 8; s = s[8:] {
		x := binary.LittleEndian.Uint64(s)
		n -= bits.OnesCount64(x >> 7 &^ (x >> 6) & eachOne)
	}
	for _, c := range s {
		n -= btoi(c&0xC0 == 0x80)
	}
	return n
}
