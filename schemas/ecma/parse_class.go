package ecma

import (
	"regexp/syntax"
	"strings"
	"unicode/utf8"
)

// class reads [...]. In ECMA [ means itself there, and [] and [^] are nothing and anything.
func (p *parser) class() (*syntax.Regexp, error) {
	at := p.i
	p.i++
	negated := p.take("^")
	var all set
	settled := 0 // how long all was when it was last put in order
	for !p.take("]") {
		if p.i >= len(p.src) {
			return nil, p.fail(at, "a class that does not end, begun")
		}
		pairs, err := p.classRange()
		if err != nil {
			return nil, err
		}
		if all = append(all, pairs...); len(all) > 2*settled+1024 {
			all = ordered(all)
			settled = len(all)
		}
	}
	text := p.src[at:p.i]
	if s, ok := p.known[text]; ok {
		all = s // for its memory: automata tell sets apart by it
	} else {
		all = ordered(all)
		if negated {
			all = all.not()
		}
		if err := p.charge(at, all); err != nil {
			return nil, err
		}
		p.known[text] = all
	}
	if len(all) == 2 && all[0] == all[1] {
		return literal(all[0]), nil
	}
	return class(all), nil
}

// classRange reads a character, a set, or a range.
func (p *parser) classRange() (set, error) {
	at := p.i
	low, pairs, err := p.classAtom()
	if err != nil {
		return nil, err
	}
	if rest := p.rest(); len(rest) < 2 || rest[0] != '-' || rest[1] == ']' {
		return pairs, nil
	}
	p.i++
	high, more, err := p.classAtom()
	switch {
	case err != nil:
		return nil, err
	case low < 0 || high < 0: // no range begins or ends with a set
		if p.strict {
			return nil, p.fail(at, "a range that begins or ends with a set")
		}
		return union(pairs, set{'-', '-'}, more), nil
	case low > high:
		return nil, p.fail(at, "a range whose ends are out of order")
	}
	return set{low, high}, nil
}

// classAtom reads one character, or a set, for which r is -1.
func (p *parser) classAtom() (r rune, s set, err error) {
	if p.src[p.i] == '\\' {
		return p.escape(true)
	}
	r, n := utf8.DecodeRuneInString(p.rest())
	p.i += n
	return r, set{r, r}, nil
}

// escaped reads what a backslash begins outside of a class.
func (p *parser) escaped() (re *syntax.Regexp, assertion bool, err error) {
	at := p.i
	switch {
	case p.take(`\b`):
		return &syntax.Regexp{Op: syntax.OpWordBoundary}, true, nil
	case p.take(`\B`):
		return &syntax.Regexp{Op: syntax.OpNoWordBoundary}, true, nil
	case p.take(`\k<`):
		name, err := p.name(at)
		if err != nil {
			return nil, false, err
		}
		return p.reference(reference{at: at, name: name}), false, nil
	}
	if rest := p.rest(); len(rest) > 1 && rest[1] >= '1' && rest[1] <= '9' {
		p.i++
		n, _ := p.decimal()
		return p.reference(reference{at: at, group: n}), false, nil
	}
	r, s, err := p.escape(false)
	switch {
	case err != nil:
		return nil, false, err
	case r >= 0:
		return literal(r), false, nil
	}
	return class(s), false, nil
}

func (p *parser) reference(r reference) *syntax.Regexp {
	p.refuse(r.at, "it refers back to a group", notLinear)
	p.references = append(p.references, r)
	return &syntax.Regexp{Op: syntax.OpEmptyMatch}
}

// escape reads an escape that stands for a character, or for a set, for which r is -1.
func (p *parser) escape(inClass bool) (r rune, s set, err error) {
	at := p.i
	if at+1 >= len(p.src) {
		return 0, nil, p.fail(at, "a backslash that escapes nothing")
	}
	c := p.src[at+1]
	p.i += 2
	switch s := plainSet(c); {
	case s != nil:
		return -1, s, nil
	case c == 'p' || c == 'P':
		s, err := p.property(at, c == 'P')
		return -1, s, err
	}
	if r, err = p.character(at, c, inClass); err != nil {
		return 0, nil, err
	}
	return r, set{r, r}, nil
}

// plainSet is CharacterClassEscape without properties.
func plainSet(c byte) set {
	switch c {
	case 'd':
		return digits()
	case 'D':
		return digits().not()
	case 'w':
		return wordCharacters()
	case 'W':
		return wordCharacters().not()
	case 's':
		return spaces()
	case 'S':
		return spaces().not()
	}
	return nil
}

// character gives what the escape of c stands for; p stands behind c.
func (p *parser) character(at int, c byte, inClass bool) (rune, error) {
	if i := strings.IndexByte("tnvfr", c); i >= 0 {
		return rune("\t\n\v\f\r"[i]), nil
	}
	next := byte(0)
	if p.i < len(p.src) {
		next = p.src[p.i]
	}
	letter := func(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
	switch {
	case c == 'b' && inClass:
		return '\b', nil
	case c == 'u' || c == 'x':
		return p.codePoint(at, c)
	case c == 'c' && letter(next):
		p.i++
		return rune(next & 0x1F), nil
	case c == '0' && next-'0' > 9:
		return 0, nil
	case c-'0' <= 9:
		return 0, p.fail(at, "an octal escape")
	case letter(c):
		return 0, p.fail(at, `unknown escape \`+string(rune(c)))
	case p.strict && strings.IndexByte(`^$\.*+?()[]{}|/`, c) < 0 && (c != '-' || !inClass):
		return 0, p.fail(at, "an escape that is not needed, which the u flag forbids,")
	}
	p.i--
	r, n := utf8.DecodeRuneInString(p.rest())
	p.i += n
	return r, nil
}

// codePoint reads what follows \x and \u: HH, HHHH, a pair of surrogates, or {H…}.
func (p *parser) codePoint(at int, c byte) (rune, error) {
	if c == 'x' {
		return p.hex(at, 2)
	}
	if p.take("{") {
		n := strings.IndexByte(p.rest(), '}')
		if n < 1 {
			return 0, p.fail(at, `\u{ that does not end`)
		}
		r, err := p.hex(at, n)
		p.i++
		return r, err
	}
	r, err := p.hex(at, 4)
	if err != nil || r < 0xD800 || r > 0xDBFF || !strings.HasPrefix(p.rest(), `\u`) {
		return r, err
	}
	behind := p.i
	p.i += 2
	if low, err := p.hex(at, 4); err == nil && low >= 0xDC00 && low <= 0xDFFF {
		return (r-0xD800)<<10 | (low - 0xDC00) + 0x10000, nil
	}
	p.i = behind
	return r, nil
}

// hex reads n hexadecimal digits.
func (p *parser) hex(at, n int) (r rune, err error) {
	for ; n > 0; n-- {
		digit := -1
		if p.i < len(p.src) {
			digit = strings.IndexByte("0123456789abcdef0123456789ABCDEF", p.src[p.i])
		}
		if digit < 0 {
			return 0, p.fail(at, "an escape with too few hexadecimal digits")
		}
		if r = r<<4 | rune(digit&0xF); r > utf8.MaxRune {
			return 0, p.fail(at, "an escape of no code point")
		}
		p.i++
	}
	return r, nil
}
