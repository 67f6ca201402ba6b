package format

import (
	"bytes"

	"golang.org/x/text/unicode/norm"
)

// isEmail is RFC 5321's Mailbox: a dotted atom or a quoted string, and a domain or an address in brackets.
func isEmail(s []byte) bool { return isMailbox(s, false) }

// isIDNEmail is the Mailbox of RFC 6531: the local part and the domain may have characters beyond ASCII.
func isIDNEmail(s []byte) bool { return isMailbox(s, true) }

// The bounds of an address in bytes: RFC 5321, 4.5.3.1, a path without its angle brackets.
const (
	maxLocal = 64
	maxPath  = 254
)

func isMailbox(s []byte, international bool) bool {
	at := bytes.LastIndexByte(s, '@')
	if at < 1 || at > maxLocal || at == len(s)-1 || len(s) > maxPath {
		return false
	}
	local, domain := s[:at], s[at+1:]
	if local[0] == '"' {
		if !isQuoted(local, international) {
			return false
		}
	} else if !isDotAtom(local, international) {
		return false
	}
	if domain[0] != '[' {
		ldh, _ := isLDH(domain)
		// What is typed into an address book is brought to NFC before it is looked up (RFC 5891, 5.2).
		return ldh || international && !isASCII(domain) && isIDNHostname(norm.NFC.Bytes(domain))
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

func isDotAtom(s []byte, international bool) bool {
	dot := true // may no dot come here?
	for _, c := range s {
		if c == '.' {
			if dot {
				return false
			}
			dot = true
			continue
		}
		if !is(c, atomChar) && !(international && c >= 128) {
			return false
		}
		dot = false
	}
	return !dot
}

func isQuoted(s []byte, international bool) bool {
	if len(s) < 2 || s[len(s)-1] != '"' {
		return false
	}
	s = s[1 : len(s)-1]
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\':
			if i++; i == len(s) || s[i] < ' ' || s[i] > '~' {
				return false
			}
		case c == '"' || c < ' ' || c == 0x7F || c > 0x7F && !international:
			return false
		}
	}
	return true
}

// isIPv4 is four numbers without leading zeros, as RFC 2673 and every resolver has it.
func isIPv4(s []byte) bool {
	parts, i := 0, 0
	for parts < 4 {
		n, start := 0, i
		for i < len(s) && isDigit(s[i]) && i-start < 3 {
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
