package format

import (
	"bytes"
	"unicode/utf8"
)

// isURI is RFC 3986's URI.
func isURI(s []byte) bool {
	rest, ok := cutScheme(s)
	return ok && isHierarchy(rest, noRune, noRune)
}

// isURIReference is RFC 3986's URI-reference: a URI, or what is relative to one.
func isURIReference(s []byte) bool { return isReference(s, noRune, noRune) }

// isIRI is RFC 3987's IRI.
func isIRI(s []byte) bool {
	rest, ok := cutScheme(s)
	return ok && isHierarchy(rest, isUCS, isUCSOrPrivate)
}

// isIRIReference is RFC 3987's IRI-reference.
func isIRIReference(s []byte) bool { return isReference(s, isUCS, isUCSOrPrivate) }

func isReference(s []byte, other, inQuery runes) bool {
	rest, ok := cutScheme(s)
	if !ok {
		// The first segment of a relative path must not look like a scheme.
		if i := bytes.IndexAny(s, ":/?#"); i >= 0 && s[i] == ':' {
			return false
		}
	}
	return isHierarchy(rest, other, inQuery)
}

// cutScheme cuts off the scheme with its colon. It gives s itself where there is none.
func cutScheme(s []byte) (rest []byte, ok bool) {
	for i, c := range s {
		switch {
		case is(c, alphaNum) && (i > 0 || !isDigit(c)):
		case i > 0 && (c == '+' || c == '-' || c == '.'):
		case i > 0 && c == ':':
			return s[i+1:], true
		default:
			return s, false
		}
	}
	return s, false
}

// runes says which characters beyond ASCII may stand for themselves.
type runes func(r rune) bool

func noRune(rune) bool { return false }

// isUCS is RFC 3987's ucschar.
func isUCS(r rune) bool {
	switch {
	case r < 0x10000:
		return r >= 0xA0 && r <= 0xD7FF || r >= 0xF900 && r <= 0xFDCF || r >= 0xFDF0 && r <= 0xFFEF
	case r < 0xE0000:
		return r&0xFFFF <= 0xFFFD
	}
	return r >= 0xE1000 && r <= 0xEFFFD
}

// isUCSOrPrivate is RFC 3987's ucschar or iprivate.
func isUCSOrPrivate(r rune) bool {
	return isUCS(r) || r >= 0xE000 && r <= 0xF8FF || r >= 0xF0000 && r&0xFFFF <= 0xFFFD
}

// isHierarchy is what may follow a scheme, or be relative to one: [//authority] path [?query] [#fragment].
func isHierarchy(s []byte, other, inQuery runes) bool {
	if isPlain(s) {
		return true
	}
	s, fragment, _ := bytes.Cut(s, []byte("#"))
	s, query, _ := bytes.Cut(s, []byte("?"))
	if len(s) > 1 && s[0] == '/' && s[1] == '/' {
		authority := s[2:]
		if s = nil; bytes.IndexByte(authority, '/') >= 0 {
			slash := bytes.IndexByte(authority, '/')
			authority, s = authority[:slash], authority[slash:]
		}
		if !isAuthority(authority, other) {
			return false
		}
	}
	return hasOnly(s, pathChar, other) && hasOnly(query, queryChar, inQuery) && hasOnly(fragment, queryChar, other)
}

// isPlain says that s is a host's name and a path without anything unusual, as most are: one look at each byte.
func isPlain(s []byte) bool {
	if len(s) < 2 || s[0] != '/' || s[1] != '/' {
		return false
	}
	s = s[2:]
	host := span(s, nameChar)
	return host == len(s) || s[host] == '/' && host+span(s[host:], pathChar) == len(s)
}

// span is how many characters of the kind s begins with.
func span(s []byte, kind uint16) (n int) {
	for len(s)-n >= 4 && charKinds[s[n]]&charKinds[s[n+1]]&charKinds[s[n+2]]&charKinds[s[n+3]]&kind != 0 {
		n += 4
	}
	for n < len(s) && is(s[n], kind) {
		n++
	}
	return n
}

// hasOnly says that s is characters of the kind, percent-encoded bytes, and what other lets stand beyond ASCII.
func hasOnly(s []byte, kind uint16, other runes) bool {
	for i := span(s, kind); i < len(s); i++ {
		switch c := s[i]; {
		case is(c, kind):
		case c == '%':
			if !isEncoded(s[i:]) {
				return false
			}
			i += 2
		case c >= utf8.RuneSelf:
			r, n := utf8.DecodeRune(s[i:])
			if !other(r) {
				return false
			}
			i += n - 1
		default:
			return false
		}
	}
	return true
}

// isEncoded says that s, which has a percent sign first, begins with a percent-encoded byte.
func isEncoded(s []byte) bool { return len(s) > 2 && is(s[1], hexDigit) && is(s[2], hexDigit) }

// isAuthority is [userinfo@]host[:port].
func isAuthority(s []byte, other runes) bool {
	if at := bytes.LastIndexByte(s, '@'); at >= 0 {
		if !hasOnly(s[:at], userChar, other) {
			return false
		}
		s = s[at+1:]
	}
	port := bytes.LastIndexByte(s, ':')
	if len(s) > 0 && s[0] == '[' {
		end := bytes.IndexByte(s, ']')
		if end < 0 || !isLiteral(s[1:end]) {
			return false
		}
		s, port = s[end+1:], 0
		if len(s) == 0 {
			return true
		}
		if s[0] != ':' {
			return false
		}
	}
	if port >= 0 {
		if countDigits(s[port+1:]) < len(s)-port-1 {
			return false
		}
		s = s[:port]
	}
	return hasOnly(s, nameChar, other)
}

// isLiteral is what may stand in brackets for a host: an IPv6 address, or RFC 3986's IPvFuture.
func isLiteral(s []byte) bool {
	if len(s) == 0 || s[0]|0x20 != 'v' {
		return isIPv6(s)
	}
	dot := bytes.IndexByte(s, '.')
	if dot < 2 || dot == len(s)-1 {
		return false
	}
	for _, c := range s[1:dot] {
		if !is(c, hexDigit) {
			return false
		}
	}
	for _, c := range s[dot+1:] {
		if !is(c, userChar) {
			return false
		}
	}
	return true
}

// isURITemplate is RFC 6570's template, of any level: literals, and expressions in braces.
func isURITemplate(s []byte) bool {
	for {
		if s = s[span(s, literalChar):]; len(s) == 0 {
			return true
		}
		open := bytes.IndexByte(s, '{')
		if open < 0 {
			return hasOnly(s, literalChar, isUCSOrPrivate)
		}
		end := bytes.IndexByte(s[open:], '}')
		if end < 0 || !hasOnly(s[:open], literalChar, isUCSOrPrivate) || !isExpression(s[open+1:open+end]) {
			return false
		}
		s = s[open+end+1:]
	}
}

// isExpression is an operator, perhaps one of those kept for later, and variables with commas between them.
func isExpression(s []byte) bool {
	if len(s) > 0 && bytes.IndexByte([]byte("+#./;?&=,!@|"), s[0]) >= 0 {
		s = s[1:]
	}
	for more := true; more; {
		var spec []byte
		if spec, s, more = bytes.Cut(s, []byte(",")); !isVariable(spec) {
			return false
		}
	}
	return true
}

// isVariable is RFC 6570's varspec: a dotted name, perhaps an asterisk or the length of a prefix.
func isVariable(s []byte) bool {
	if n := len(s); n > 0 && s[n-1] == '*' {
		s = s[:n-1]
	} else if colon := bytes.IndexByte(s, ':'); colon >= 0 {
		digits := s[colon+1:]
		if n := len(digits); n < 1 || n > 4 || digits[0] == '0' || countDigits(digits) < n {
			return false
		}
		s = s[:colon]
	}
	dot := true // may no dot come here?
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case is(c, varChar):
		case c == '.' && !dot:
		case c == '%' && isEncoded(s[i:]):
			i += 2
		default:
			return false
		}
		dot = s[i] == '.'
	}
	return !dot
}
