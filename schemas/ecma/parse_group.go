package ecma

import (
	"regexp/syntax"
	"strings"
	"unicode"
	"unicode/utf8"
)

const notLinear = "which cannot be matched in linear time"

// group reads what begins with a parenthesis.
func (p *parser) group() (re *syntax.Regexp, assertion bool, err error) {
	at := p.i
	switch {
	case p.take("(?="):
		return p.lookahead(at, false)
	case p.take("(?!"):
		return p.lookahead(at, true)
	case p.take("(?<="), p.take("(?<!"):
		p.refuse(at, "it looks behind", notLinear)
		_, err = p.body(at)
		return &syntax.Regexp{Op: syntax.OpEmptyMatch}, true, err
	case p.take("(?:"):
	case p.take("(?<"):
		name, err := p.name(at)
		if err != nil {
			return nil, false, err
		}
		if p.names[name] {
			return nil, false, p.fail(at, "a group's name that is taken")
		}
		p.names[name] = true
		p.groups++
	case strings.HasPrefix(p.rest(), "(?"):
		return nil, false, p.fail(at, "unknown kind of group")
	default:
		p.i++
		p.groups++
	}
	re, err = p.body(at)
	return re, false, err
}

// body reads up to the parenthesis that closes what begins at the byte at.
func (p *parser) body(at int) (*syntax.Regexp, error) {
	re, err := p.disjunction()
	if err != nil {
		return nil, err
	}
	if !p.take(")") {
		return nil, p.fail(at, "a group that does not end, begun")
	}
	return re, nil
}

func (p *parser) lookahead(at int, negative bool) (*syntax.Regexp, bool, error) {
	body, err := p.body(at)
	if err != nil {
		return nil, false, err
	}
	re := &syntax.Regexp{Op: syntax.OpEmptyMatch}
	p.looks[re] = look{at: at, negative: negative, body: body}
	p.order = append(p.order, re)
	return re, true, nil
}

// name reads a group's name up to its >.
func (p *parser) name(at int) (string, error) {
	var name strings.Builder
	for p.i < len(p.src) && !p.take(">") {
		r, n := utf8.DecodeRuneInString(p.rest())
		p.i += n
		if r == '\\' {
			if !p.take("u") {
				return "", p.fail(at, "a group's name with an escape")
			}
			var err error
			if r, err = p.codePoint(at, 'u'); err != nil {
				return "", err
			}
		}
		first := unicode.IsLetter(r) || r == '$' || r == '_' || unicode.In(r, unicode.Nl, unicode.Other_ID_Start)
		later := unicode.In(r, unicode.Mn, unicode.Mc, unicode.Nd, unicode.Pc, unicode.Other_ID_Continue) || r == 0x200C || r == 0x200D
		if !first && (!later || name.Len() == 0) {
			return "", p.fail(at, "a group's name with a character that names do not have")
		}
		name.WriteRune(r)
	}
	if name.Len() == 0 || p.src[p.i-1] != '>' {
		return "", p.fail(at, "a group's name that is empty or does not end")
	}
	return name.String(), nil
}
