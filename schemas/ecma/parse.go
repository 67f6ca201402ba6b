package ecma

import (
	"errors"
	"fmt"
	"math"
	"regexp/syntax"
	"strings"
	"unicode/utf8"
)

// The bounds of what is read.
const (
	maxSource = 1 << 16
	maxDepth  = 250
	maxSets   = 1 << 18 // numbers in all sets of one pattern
	maxLooks  = 16
)

// A parser reads a pattern of ECMA-262 section 22.2.1 under the u flag into the tree of regexp/syntax. What that has no node for
// stands in the tree as an empty match, with its meaning in looks.
type parser struct {
	src    string
	i      int
	strict bool // no leniency
	depth  int
	groups int             // that capture, so far
	names  map[string]bool // of groups
	looks  map[*syntax.Regexp]look
	order  []*syntax.Regexp // the keys of looks as they come

	references []reference
	refusal    error          // the first thing that is valid and cannot be matched
	known      map[string]set // by the text of a property or class
	size       int            // of all sets
}

// A look is a lookahead.
type look struct {
	at       int
	negative bool
	body     *syntax.Regexp
}

// A reference is \1 or \k<name>.
type reference struct {
	at    int
	group int
	name  string
}

func newParser(source string, strict bool) *parser {
	return &parser{
		src: source, strict: strict, names: make(map[string]bool), looks: make(map[*syntax.Regexp]look), known: make(map[string]set),
	}
}

// parse reads the whole pattern. Its error is one of syntax; see refusal, too.
func (p *parser) parse() (*syntax.Regexp, error) {
	if len(p.src) > maxSource {
		return nil, errors.New("it is longer than 64 KiB")
	}
	if !utf8.ValidString(p.src) {
		return nil, errors.New("it is not UTF-8")
	}
	re, err := p.disjunction()
	if err != nil {
		return nil, err
	}
	if p.i < len(p.src) {
		return nil, p.fail(p.i, "a ) that closes no group")
	}
	for _, r := range p.references {
		if r.name != "" && !p.names[r.name] || r.group > p.groups {
			return nil, p.fail(r.at, "a reference to a group that is not there")
		}
	}
	return re, nil
}

func (p *parser) fail(at int, problem string) error { return fmt.Errorf("%s at byte %d", problem, at) }

// refuse notes what is valid and cannot be matched; the first such thing counts.
func (p *parser) refuse(at int, what, why string) {
	if p.refusal == nil {
		p.refusal = refusal(at, what, why)
	}
}

func refusal(at int, what, why string) error { return fmt.Errorf("%s at byte %d, %s", what, at, why) }

// charge bounds the memory of all sets.
func (p *parser) charge(at int, s set) error {
	if p.size += len(s); p.size > maxSets {
		return p.fail(at, "its classes take too much memory, up to here")
	}
	return nil
}

// short quotes text from a pattern, for an error.
func short(text string) string {
	const most = 40
	quoted := fmt.Sprintf("%q", text[:min(len(text), most)]) // what cannot be printed takes four bytes
	if len(text) <= most && len(quoted) <= 2*most {
		return quoted
	}
	return strings.ToValidUTF8(quoted[:min(len(quoted)-1, most)], "") + `…"`
}

func (p *parser) rest() string { return p.src[p.i:] }

// take steps over text if it stands here.
func (p *parser) take(text string) bool {
	if !strings.HasPrefix(p.rest(), text) {
		return false
	}
	p.i += len(text)
	return true
}

func (p *parser) disjunction() (*syntax.Regexp, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, p.fail(p.i, "groups are nested too deep")
	}
	defer func() { p.depth-- }()
	var alternatives []*syntax.Regexp
	for {
		re, err := p.alternative()
		if err != nil {
			return nil, err
		}
		alternatives = append(alternatives, re)
		if !p.take("|") {
			break
		}
	}
	if len(alternatives) == 1 {
		return alternatives[0], nil
	}
	return &syntax.Regexp{Op: syntax.OpAlternate, Sub: alternatives}, nil
}

func (p *parser) alternative() (*syntax.Regexp, error) {
	var terms []*syntax.Regexp
	for p.i < len(p.src) && p.src[p.i] != '|' && p.src[p.i] != ')' {
		re, err := p.term()
		if err != nil {
			return nil, err
		}
		terms = append(terms, re)
	}
	return concat(terms...), nil
}

// concat joins terms, flat, and letters to words. No group is ever referred to, so that one that is not repeated is just its inside.
func concat(terms ...*syntax.Regexp) *syntax.Regexp {
	var flat []*syntax.Regexp
	for _, t := range terms {
		if t.Op == syntax.OpConcat {
			flat = append(flat, t.Sub...)
		} else {
			flat = append(flat, t)
		}
	}
	out := flat[:0]
	for _, t := range flat {
		if last := len(out) - 1; last >= 0 && t.Op == syntax.OpLiteral && out[last].Op == syntax.OpLiteral {
			runes := out[last].Rune
			out[last] = &syntax.Regexp{Op: syntax.OpLiteral, Rune: append(runes[:len(runes):len(runes)], t.Rune...)}
			continue
		}
		out = append(out, t)
	}
	switch len(out) {
	case 0:
		return &syntax.Regexp{Op: syntax.OpEmptyMatch}
	case 1:
		return out[0]
	}
	return &syntax.Regexp{Op: syntax.OpConcat, Sub: out}
}

// term reads an assertion, or an atom with its quantifier.
func (p *parser) term() (*syntax.Regexp, error) {
	at := p.i
	re, assertion, err := p.single()
	if err != nil {
		return nil, err
	}
	least, most, found, err := p.quantifier()
	switch {
	case err != nil:
		return nil, err
	case !found:
		return re, nil
	case assertion:
		return nil, p.fail(at, "an assertion that is repeated")
	}
	p.take("?") // a lazy match is a match
	if most == 0 {
		return concat(), nil
	}
	return &syntax.Regexp{Op: syntax.OpRepeat, Min: least, Max: most, Sub: []*syntax.Regexp{re}}, nil
}

func (p *parser) single() (re *syntax.Regexp, assertion bool, err error) {
	switch c := p.src[p.i]; c {
	case '^', '$':
		p.i++
		op := map[byte]syntax.Op{'^': syntax.OpBeginText, '$': syntax.OpEndText}[c]
		return &syntax.Regexp{Op: op}, true, nil
	case '(':
		return p.group()
	case '[':
		re, err = p.class()
		return re, false, err
	case '\\':
		return p.escaped()
	case '.':
		p.i++
		return class(dot()), false, nil
	}
	at := p.i
	if _, _, found, _ := p.quantifier(); found {
		return nil, false, p.fail(at, "a quantifier that repeats nothing")
	}
	r, n := utf8.DecodeRuneInString(p.rest())
	if p.strict && strings.ContainsRune("{}]", r) {
		return nil, false, p.fail(at, "a bracket without its partner")
	}
	p.i += n
	return literal(r), false, nil
}

// literal is a character. UTF-8 has no half of a surrogate pair.
func literal(r rune) *syntax.Regexp {
	if r >= 0xD800 && r <= 0xDFFF {
		return class(nil)
	}
	return &syntax.Regexp{Op: syntax.OpLiteral, Rune: []rune{r}}
}

func class(s set) *syntax.Regexp {
	if len(s) == 0 {
		return &syntax.Regexp{Op: syntax.OpNoMatch}
	}
	return &syntax.Regexp{Op: syntax.OpCharClass, Rune: s}
}

// quantifier reads * + ? {n} {n,} {n,m} if one stands here; most is -1 where there is no end.
func (p *parser) quantifier() (least, most int, found bool, err error) {
	switch {
	case p.take("*"):
		return 0, -1, true, nil
	case p.take("+"):
		return 1, -1, true, nil
	case p.take("?"):
		return 0, 1, true, nil
	}
	at := p.i
	if !p.take("{") {
		return 0, 0, false, nil
	}
	if least, found = p.decimal(); !found {
		p.i = at
		return 0, 0, false, nil
	}
	most = least
	if p.take(",") {
		if most, found = p.decimal(); !found {
			most = -1
		}
	}
	if !p.take("}") {
		p.i = at
		return 0, 0, false, nil
	}
	if most >= 0 && most < least {
		return 0, 0, true, p.fail(at, "a repetition whose numbers are out of order")
	}
	return least, most, true, nil
}

// decimal reads digits; what is too large for any use counts as the largest number that is safe to add to.
func (p *parser) decimal() (n int, ok bool) {
	for ; p.i < len(p.src) && p.src[p.i]-'0' <= 9; p.i++ {
		n, ok = min(n*10+int(p.src[p.i]-'0'), math.MaxInt32), true
	}
	return n, ok
}
