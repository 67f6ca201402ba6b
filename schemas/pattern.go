package schemas

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A pattern is a regular expression of ECMA-262, as JSON Schema has them, run in linear time.
type pattern struct {
	re  *regexp.Regexp
	dfa *automaton // nil where it would be too large
}

func newPattern(source string, fast bool) (*pattern, error) {
	t := translator{src: source}
	text, err := t.translate()
	if err != nil {
		return nil, err
	}
	re, err := regexp.Compile(text)
	if err != nil {
		return nil, errors.New(strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	p := &pattern{re: re}
	if fast {
		p.dfa = newAutomaton(text)
	}
	return p, nil
}

// match says whether s, which is UTF-8, matches somewhere.
func (p *pattern) match(s []byte) bool {
	if p.dfa != nil {
		if yes, sure := p.dfa.match(s); sure {
			return yes
		}
	}
	return p.re.Match(s)
}

// A Matcher runs a regular expression of Go's syntax as an automaton where that is possible. It is immutable.
type Matcher struct{ p pattern }

// NewMatcher makes re fast; re itself stays as it is.
func NewMatcher(re *regexp.Regexp) *Matcher {
	return &Matcher{pattern{re: re, dfa: newAutomaton(re.String())}}
}

// Match says whether s, which is UTF-8, matches somewhere, as re.Match does.
func (m *Matcher) Match(s []byte) bool { return m.p.match(s) }

// A translator writes an ECMA-262 pattern in RE2's syntax, with ECMA's meaning under the u flag, or else says what RE2 cannot do.
type translator struct {
	src string
	i   int
	out strings.Builder
}

// What ECMA calls white space and line ends, as the inside of a class.
const (
	ecmaSpace = `\t\n\x{0B}\f\r \x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}\x{FEFF}`
	notSpace  = `\x{0}-\x{8}\x{E}-\x{1F}\x{21}-\x{9F}\x{A1}-\x{167F}\x{1681}-\x{1FFF}\x{200B}-\x{2027}` +
		`\x{202A}-\x{202E}\x{2030}-\x{205E}\x{2060}-\x{2FFF}\x{3001}-\x{FEFE}\x{FF00}-\x{10FFFF}`
	ecmaDot = `[^\n\r\x{2028}\x{2029}]`
)

func (t *translator) translate() (string, error) {
	for t.i < len(t.src) {
		var err error
		switch c := t.src[t.i]; c {
		case '\\':
			err = t.escape(false)
		case '[':
			err = t.class()
		case '(':
			err = t.group()
		case '.':
			t.out.WriteString(ecmaDot)
			t.i++
		default:
			t.out.WriteByte(c)
			t.i++
		}
		if err != nil {
			return "", err
		}
	}
	return t.out.String(), nil
}

func (t *translator) group() error {
	rest := t.src[t.i:]
	switch {
	case strings.HasPrefix(rest, "(?=") || strings.HasPrefix(rest, "(?!"):
		return errors.New("it looks ahead, which cannot be matched in linear time")
	case strings.HasPrefix(rest, "(?<=") || strings.HasPrefix(rest, "(?<!"):
		return errors.New("it looks behind, which cannot be matched in linear time")
	case strings.HasPrefix(rest, "(?:"):
		t.out.WriteString("(?:")
		t.i += 3
	case strings.HasPrefix(rest, "(?<"):
		end := strings.IndexByte(rest, '>')
		if end < 4 {
			return errors.New("a group's name does not end")
		}
		t.out.WriteString("(?:") // no group is ever referred to
		t.i += end + 1
	case strings.HasPrefix(rest, "(?"):
		return errors.New("unknown kind of group " + strconv.Quote(rest[:min(3, len(rest))]))
	default:
		t.out.WriteString("(?:")
		t.i++
	}
	return nil
}

// class translates [...]: in ECMA [ means itself there, and [] and [^] are nothing and anything.
func (t *translator) class() error {
	t.i++
	negated := t.i < len(t.src) && t.src[t.i] == '^'
	if negated {
		t.i++
	}
	if t.i < len(t.src) && t.src[t.i] == ']' {
		t.i++
		if negated {
			t.out.WriteString(`[\x{0}-\x{10FFFF}]`)
		} else {
			t.out.WriteString(`[^\x{0}-\x{10FFFF}]`)
		}
		return nil
	}
	t.out.WriteByte('[')
	if negated {
		t.out.WriteByte('^')
	}
	for t.i < len(t.src) {
		switch c := t.src[t.i]; {
		case c == ']':
			t.i++
			t.out.WriteByte(']')
			return nil
		case c == '\\':
			set := t.i+1 < len(t.src) && strings.IndexByte("dDwWsSpP", t.src[t.i+1]) >= 0
			if err := t.escape(true); err != nil {
				return err
			}
			if set && t.i+1 < len(t.src) && t.src[t.i] == '-' && t.src[t.i+1] != ']' {
				t.out.WriteString(`\-`) // no range begins with a set
				t.i++
			}
		case c == '[' || c == '&' || c == '~':
			t.out.WriteByte('\\')
			t.out.WriteByte(c)
			t.i++
		case c == '-' && t.i+2 < len(t.src) && t.src[t.i+1] == '\\' && strings.IndexByte("dDwWsSpP", t.src[t.i+2]) >= 0:
			t.out.WriteString(`\-`) // nor ends with one
			t.i++
		default:
			t.out.WriteByte(c)
			t.i++
		}
	}
	return errors.New("a class does not end with ]")
}

// escape translates what a backslash begins.
func (t *translator) escape(class bool) error {
	if t.i+1 >= len(t.src) {
		return errors.New("it ends with a backslash")
	}
	c := t.src[t.i+1]
	t.i += 2
	switch {
	case c == 'd' || c == 'D' || c == 'w' || c == 'W' || c == 't' || c == 'n' || c == 'f' || c == 'r' || c == 'v':
		t.out.WriteByte('\\')
		t.out.WriteByte(c)
	case c == 's' || c == 'S':
		t.space(c == 'S', class)
	case c == 'b' && class:
		t.out.WriteString(`\x08`)
	case (c == 'b' || c == 'B') && !class:
		t.out.WriteByte('\\')
		t.out.WriteByte(c)
	case c == 'p' || c == 'P':
		return t.property(c, class)
	case c == 'u' || c == 'x':
		return t.codePoint(c)
	case c == 'c' && t.i < len(t.src) && (t.src[t.i]|0x20) >= 'a' && (t.src[t.i]|0x20) <= 'z':
		fmt.Fprintf(&t.out, `\x{%X}`, t.src[t.i]&0x1F)
		t.i++
	case c == '0' && (t.i >= len(t.src) || t.src[t.i]-'0' > 9):
		t.out.WriteString(`\x{0}`)
	case c-'0' <= 9 || c == 'k':
		return errors.New("it refers back to a group, which cannot be matched in linear time")
	case c >= utf8.RuneSelf:
		t.i--
		r, n := utf8.DecodeRuneInString(t.src[t.i:])
		t.out.WriteRune(r)
		t.i += n
	case c|0x20 >= 'a' && c|0x20 <= 'z':
		return errors.New(`unknown escape \` + string(rune(c)))
	default:
		t.out.WriteByte('\\')
		t.out.WriteByte(c)
	}
	return nil
}

func (t *translator) space(not, class bool) {
	set := ecmaSpace
	if not {
		set = notSpace
	}
	if !class {
		set = "[" + set + "]"
	}
	t.out.WriteString(set)
}

// codePoint translates \xHH, \uHHHH, a pair of surrogates, and \u{H…}.
func (t *translator) codePoint(c byte) error {
	rest := t.src[t.i:]
	if c == 'u' && strings.HasPrefix(rest, "{") {
		end := strings.IndexByte(rest, '}')
		if end < 2 {
			return errors.New(`\u{ does not end with }`)
		}
		r, err := strconv.ParseUint(rest[1:end], 16, 32)
		if err != nil || r > utf8.MaxRune {
			return errors.New(`\u{…} is no code point`)
		}
		t.i += end + 1
		fmt.Fprintf(&t.out, `\x{%X}`, r)
		return nil
	}
	n := map[byte]int{'x': 2, 'u': 4}[c]
	r, err := uint64(0), errors.New("short")
	if len(rest) >= n {
		r, err = strconv.ParseUint(rest[:n], 16, 32)
	}
	if err != nil {
		return fmt.Errorf(`\%c needs %d hexadecimal digits`, c, n)
	}
	t.i += n
	if low := t.src[t.i:]; r >= 0xD800 && r <= 0xDBFF && len(low) >= 6 && low[:2] == `\u` {
		if l, err := strconv.ParseUint(low[2:6], 16, 32); err == nil && l >= 0xDC00 && l <= 0xDFFF {
			r = (r-0xD800)<<10 | (l - 0xDC00) + 0x10000
			t.i += 6
		}
	}
	if r >= 0xD800 && r <= 0xDFFF {
		return errors.New("a lone surrogate is no character")
	}
	fmt.Fprintf(&t.out, `\x{%X}`, r)
	return nil
}
