package format

import (
	"bytes"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/secure/bidirule"
	"golang.org/x/text/unicode/bidi"
)

// The bounds of a host name in bytes: RFC 1035, 2.3.4, as it is written, with no root.
const (
	maxLabel = 63
	maxHost  = 253
)

// isHostname is RFC 1123's host name. A label that begins with xn-- must be an A-label of RFC 5890.
func isHostname(s []byte) bool {
	ldh, ace := isLDH(s)
	return ldh && (!ace || isIDN(s))
}

// isIDNHostname is a host name, or one with U-labels of RFC 5890.
func isIDNHostname(s []byte) bool {
	if isASCII(s) {
		return isHostname(s)
	}
	return isIDN(s)
}

// isLDH says whether s is labels of letters, digits and hyphens with dots between them, and whether one of the labels begins with xn--.
func isLDH(s []byte) (ldh, ace bool) {
	if len(s) > maxHost {
		return false, false
	}
	start := 0
	for i := 0; i <= len(s); i++ {
		if i < len(s) && s[i] != '.' {
			if !is(s[i], ldhChar) {
				return false, false
			}
			continue
		}
		label := s[start:i]
		if len(label) == 0 || len(label) > maxLabel || label[0] == '-' || label[len(label)-1] == '-' {
			return false, false
		}
		ace = ace || len(label) >= 4 && label[2] == '-' && label[3] == '-' && label[0]|0x20 == 'x' && label[1]|0x20 == 'n'
		start = i + 1
	}
	return true, ace
}

// isIDN says whether s is labels of ASCII, A-labels and U-labels, and together keep RFC 5893's rule for names that run from right
// to left. An A-label has at least a byte for each character, so that a longer name need not be looked at.
func isIDN(s []byte) bool {
	if len(s) > maxHost*utf8.UTFMax {
		return false
	}
	var labels []string
	size, rtl := -1, false
	for rest, more := s, true; more; {
		var label []byte
		label, rest, more = cutLabel(rest)
		u, n := readLabel(label)
		if n == 0 {
			return false
		}
		size += n + 1
		rtl = rtl || bidirule.DirectionString(u) == bidi.RightToLeft
		labels = append(labels, u)
	}
	if size > maxHost {
		return false
	}
	for _, u := range labels {
		if rtl && !bidirule.ValidString(u) {
			return false
		}
	}
	return true
}

// cutLabel cuts the first label off. The dots are those of RFC 3490, 3.1.
func cutLabel(s []byte) (label, rest []byte, more bool) {
	at := bytes.IndexAny(s, ".\u3002\uFF0E\uFF61")
	if at < 0 {
		return s, nil, false
	}
	_, n := utf8.DecodeRune(s[at:])
	return s[:at], s[at+n:], true
}

// registration is RFC 5891, section 4, but for the hyphens, whose places the library counts in bytes: labels in NFC of characters
// that normalization and case folding leave alone, the rules for joiners, and no mark at the beginning.
var registration = idna.New(idna.ValidateForRegistration(), idna.CheckHyphens(false))

// readLabel gives a label as people read it, and its length as an A-label or in ASCII: 0 if it is none.
func readLabel(label []byte) (u string, size int) {
	if !isASCII(label) {
		u = string(label)
		a, err := registration.ToASCII(u)
		if err != nil || !isULabel([]rune(u)) {
			return "", 0
		}
		return u, len(a)
	}
	ldh, ace := isLDH(label)
	if !ldh {
		return "", 0
	}
	a := strings.ToLower(string(label))
	if !ace {
		return a, len(a)
	}
	u, err := registration.ToUnicode(a)
	if err != nil || !isULabel([]rune(u)) {
		return "", 0
	}
	return u, len(a)
}

// isULabel has what RFC 5891, 4.2.3 and RFC 5892 ask of a label beyond what the library does.
func isULabel(label []rune) bool {
	n := len(label)
	if n == 0 || label[0] == '-' || label[n-1] == '-' || n >= 4 && label[2] == '-' && label[3] == '-' {
		return false
	}
	for i, r := range label {
		if !isPermitted(r) || !inContext(label, i) {
			return false
		}
	}
	return true
}

// isPermitted is RFC 5892's derived property PVALID, CONTEXTJ or CONTEXTO, of a character that the library takes.
func isPermitted(r rune) bool {
	switch r {
	case '-', 0x00B7, 0x0375, 0x05F3, 0x05F4, 0x06FD, 0x06FE, 0x0F0B, 0x200C, 0x200D, 0x3007, 0x30FB:
		return true
	}
	return unicode.In(r, unicode.L, unicode.Nd, unicode.Mn, unicode.Mc) && !unicode.Is(disallowed, r)
}

// disallowed are letters and marks that RFC 5892 excludes nonetheless: by 2.6 Exceptions, by 2.9 OldHangulJamo, by 2.4 IgnorableBlocks.
var disallowed = &unicode.RangeTable{
	R16: []unicode.Range16{
		{0x0640, 0x0640, 1},
		{0x07FA, 0x07FA, 1},
		{0x1100, 0x11FF, 1}, // Hangul Jamo
		{0x20D0, 0x20FF, 1}, // Combining Diacritical Marks for Symbols
		{0x302E, 0x302F, 1},
		{0x3031, 0x3035, 1},
		{0x303B, 0x303B, 1},
		{0xA960, 0xA97F, 1}, // Hangul Jamo Extended-A
		{0xD7B0, 0xD7FF, 1}, // Hangul Jamo Extended-B
	},
	R32: []unicode.Range32{
		{0x1D100, 0x1D1FF, 1}, // Musical Symbols
		{0x1D200, 0x1D24F, 1}, // Ancient Greek Musical Notation
	},
}

// inContext is RFC 5892, appendix A.3 to A.7: characters that are permitted beside certain others only. A.1 and A.2, the joiners, are
// the library's; A.8 and A.9, that the two kinds of Arabic digits are not mixed, follow from the rule for names that run from right
// to left, which excludes it too (RFC 5893, 2.4).
func inContext(label []rune, i int) bool {
	before, after := rune(-1), rune(-1)
	if i > 0 {
		before = label[i-1]
	}
	if i+1 < len(label) {
		after = label[i+1]
	}
	switch r := label[i]; {
	case r == 0x00B7: // middle dot, as in Catalan
		return before == 'l' && after == 'l'
	case r == 0x0375: // Greek numeral sign
		return unicode.Is(unicode.Greek, after)
	case r == 0x05F3 || r == 0x05F4: // Hebrew geresh and gershayim
		return unicode.Is(unicode.Hebrew, before)
	case r == 0x30FB: // Katakana middle dot
		return slices.ContainsFunc(label, func(r rune) bool { return unicode.In(r, unicode.Hiragana, unicode.Katakana, unicode.Han) })
	}
	return true
}
