package schemas

import "bytes"

// isEmail is RFC 5321's mailbox: a dotted atom or a quoted string, and a domain or an address in brackets.
func isEmail(s []byte) bool {
	at := bytes.LastIndexByte(s, '@')
	if at < 1 || at > 64 || at == len(s)-1 || len(s) > 254 {
		return false
	}
	local, domain := s[:at], s[at+1:]
	if local[0] == '"' {
		if !isQuoted(local) {
			return false
		}
	} else if !isDotAtom(local) {
		return false
	}
	if domain[0] != '[' {
		return isHost(domain)
	}
	if domain[len(domain)-1] != ']' {
		return false
	}
	domain = domain[1 : len(domain)-1]
	if len(domain) > 5 && bytes.EqualFold(domain[:5], []byte("IPv6:")) {
		return isIPv6(domain[5:])
	}
	return isIPv4(domain)
}

func isDotAtom(s []byte) bool {
	dot := true // may no dot come here?
	for _, c := range s {
		if c == '.' {
			if dot {
				return false
			}
			dot = true
			continue
		}
		if !is(c, atomChar) {
			return false
		}
		dot = false
	}
	return !dot
}

func isQuoted(s []byte) bool {
	if len(s) < 2 || s[len(s)-1] != '"' {
		return false
	}
	s = s[1 : len(s)-1]
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' {
			i++
		} else if s[i] == '"' {
			return false
		}
		if i >= len(s) || s[i] < 0x20 || s[i] > 0x7E {
			return false
		}
	}
	return true
}

// isHost is RFC 1123's host name.
func isHost(s []byte) bool {
	if len(s) > 253 {
		return false
	}
	for label := range bytes.SplitSeq(s, []byte(".")) {
		if len(label) == 0 || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for _, c := range label {
			if !is(c, alphaNum) && c != '-' {
				return false
			}
		}
	}
	return true
}

// isIPv4 is four numbers without leading zeros, as RFC 2673 and every resolver has it.
func isIPv4(s []byte) bool {
	parts, i := 0, 0
	for parts < 4 {
		n, start := 0, i
		for i < len(s) && s[i]-'0' <= 9 && i-start < 3 {
			n = n*10 + int(s[i]-'0')
			i++
		}
		if i == start || n > 255 || i-start > 1 && s[start] == '0' {
			return false
		}
		if parts++; parts < 4 {
			if i >= len(s) || s[i] != '.' {
				return false
			}
			i++
		}
	}
	return i == len(s)
}

// isIPv6 is RFC 4291's text form: eight groups, a run of zeros as ::, the last two groups perhaps as IPv4.
func isIPv6(s []byte) bool {
	groups, gap, i := 0, false, 0
	if bytes.HasPrefix(s, []byte("::")) {
		gap, i = true, 2
		if len(s) == 2 {
			return true
		}
	}
	for {
		start := i
		for i < len(s) && is(s[i], hexDigit) && i-start < 5 {
			i++
		}
		if i < len(s) && s[i] == '.' {
			groups += 2
			return isIPv4(s[start:]) && (groups == 8 && !gap || groups < 8 && gap)
		}
		if i == start || i-start > 4 {
			return false
		}
		if groups++; groups > 8 {
			return false
		}
		if i == len(s) {
			return groups == 8 && !gap || groups < 8 && gap
		}
		if s[i] != ':' {
			return false
		}
		if i++; i < len(s) && s[i] == ':' {
			if gap {
				return false
			}
			if gap, i = true, i+1; i == len(s) {
				return groups < 8
			}
		}
	}
}

// isURI is RFC 3986's URI: a scheme, and then characters in their places.
func isURI(s []byte) bool {
	colon := bytes.IndexByte(s, ':')
	if colon < 1 || !is(s[0], alphaNum) || s[0]-'0' <= 9 {
		return false
	}
	for _, c := range s[:colon] {
		if !is(c, alphaNum) && c != '+' && c != '-' && c != '.' {
			return false
		}
	}
	rest := s[colon+1:]
	if hash := bytes.IndexByte(rest, '#'); hash >= 0 {
		if !uriChars(rest[hash+1:], ":@/?") {
			return false
		}
		rest = rest[:hash]
	}
	if mark := bytes.IndexByte(rest, '?'); mark >= 0 {
		if !uriChars(rest[mark+1:], ":@/?") {
			return false
		}
		rest = rest[:mark]
	}
	if bytes.HasPrefix(rest, []byte("//")) {
		authority := rest[2:]
		rest = nil
		if slash := bytes.IndexByte(authority, '/'); slash >= 0 {
			authority, rest = authority[:slash], authority[slash:]
		}
		if !isAuthority(authority) {
			return false
		}
	}
	return uriChars(rest, ":@/")
}

// uriChars says that s has only unreserved characters, sub-delims, percent-encoded bytes and those of more.
func uriChars(s []byte, more string) bool {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case is(c, unreserved):
		case c == '%':
			if i+2 >= len(s) || !is(s[i+1], hexDigit) || !is(s[i+2], hexDigit) {
				return false
			}
			i += 2
		default:
			if c >= 0x80 || bytes.IndexByte([]byte(more), c) < 0 {
				return false
			}
		}
	}
	return true
}

// isAuthority is [userinfo@]host[:port].
func isAuthority(s []byte) bool {
	if at := bytes.LastIndexByte(s, '@'); at >= 0 {
		if !uriChars(s[:at], ":") {
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
		for _, c := range s[port+1:] {
			if c-'0' > 9 {
				return false
			}
		}
		s = s[:port]
	}
	return uriChars(s, "")
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
	return bytes.IndexByte(s, '%') < 0 && uriChars(s[dot+1:], ":")
}
