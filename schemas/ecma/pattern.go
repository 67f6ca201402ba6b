package ecma

import (
	"errors"
	"regexp"
	"regexp/syntax"
	"slices"
)

// A Pattern says which texts have a match in them. It is immutable, and may be used by many goroutines at once.
type Pattern struct {
	main  matcher
	looks []condition // that hold at the start of the text, too
}

// A matcher is one way to run a regular expression.
type matcher interface{ match(s []byte) bool }

// A condition is a lookahead at the start of the text.
type condition struct {
	matcher
	want bool
}

// Match says whether s, which must be UTF-8, has a match in it. It takes time linear in len(s) and allocates nothing, but that
// package regexp, where it has to help, keeps its memory in a sync.Pool.
func (p *Pattern) Match(s []byte) bool {
	if !p.main.match(s) {
		return false
	}
	for i := range p.looks {
		if c := &p.looks[i]; c.match(s) != c.want {
			return false
		}
	}
	return true
}

// A Budget bounds what patterns take together. Its zero value is enough for none; NewBudget makes one.
type Budget struct {
	tables  int // bytes of automata
	steps   int // of making automata
	regexps int // instructions of package regexp
}

// NewBudget bounds the patterns of one schema: at most 8 MiB of automata, and less than a second of work to make them. What comes after
// runs as package regexp does, slower by far, and that to 200,000 instructions, some 10 MB.
func NewBudget() *Budget { return &Budget{tables: 8 << 20, steps: 16 << 20, regexps: 200_000} }

// Compile makes a Pattern of a regular expression of ECMA-262; the package comment says what is refused. An error is short and
// names the byte of source that it is about, counted from 0, unless that is all of it.
func Compile(source string) (*Pattern, error) { return NewBudget().Compile(source) }

// Compile is Compile within what is left of b.
func (b *Budget) Compile(source string) (*Pattern, error) {
	p := newParser(source, false)
	re, err := p.parse()
	if err != nil {
		return nil, err
	}
	if p.refusal != nil {
		return nil, p.refusal
	}
	re, looks, err := p.leading(re)
	if err != nil {
		return nil, err
	}
	out := &Pattern{}
	if out.main, err = b.matcher(re, nil); err != nil {
		return nil, err
	}
	for _, l := range looks {
		m, err := b.matcher(concat(&syntax.Regexp{Op: syntax.OpBeginText}, l.body), nil)
		if err != nil {
			return nil, err
		}
		out.looks = append(out.looks, condition{m, !l.negative})
	}
	return out, nil
}

// Valid says whether source is a regular expression of ECMA-262 under the u flag, 11th edition, which JSON Schema 2020-12 cites. It grants no
// leniency, and lookaround and references to groups are valid. What is beyond the bounds of what is read (64 KiB, 250 groups within one another,
// 1 MiB of classes) is not. It allocates.
func Valid(source []byte) bool {
	_, err := newParser(string(source), true).parse()
	return err == nil
}

// RE2 makes a Pattern of re, for what re.Match says in less time where that is possible. The syntax is Go's; re must come from
// regexp.Compile or MustCompile.
func RE2(re *regexp.Regexp) *Pattern {
	tree, err := syntax.Parse(re.String(), syntax.Perl)
	if err != nil {
		return &Pattern{main: slow{re}}
	}
	m, err := NewBudget().matcher(tree, re)
	if err != nil {
		m = slow{re}
	}
	return &Pattern{main: m}
}

// leading takes the lookaheads out of re that stand at the start of the text: before anything that takes a character, with ^ among them.
// ^(?!A)(?=B)C has a match where ^C and ^B have one and ^A has none. Other lookaheads are refused.
func (p *parser) leading(re *syntax.Regexp) (*syntax.Regexp, []look, error) {
	terms := []*syntax.Regexp{re}
	if re.Op == syntax.OpConcat {
		terms = re.Sub
	}
	var found []look
	anchored := false
scan:
	for _, t := range terms {
		l, isLook := p.looks[t]
		switch {
		case isLook:
			found = append(found, l)
		case t.Op == syntax.OpBeginText:
			anchored = true
		case t.Op != syntax.OpWordBoundary && t.Op != syntax.OpNoWordBoundary:
			break scan
		}
	}
	if !anchored {
		found = nil
	}
	for _, node := range p.order {
		l := p.looks[node]
		if !slices.ContainsFunc(found, func(f look) bool { return f.at == l.at }) {
			return nil, nil, refusal(l.at, "it looks ahead", "which can be matched in linear time only right after the ^ that begins the pattern")
		}
	}
	if len(found) > maxLooks {
		return nil, nil, p.fail(found[maxLooks].at, "more than 16 lookaheads")
	}
	return re, found, nil // where they stood, the tree has empty matches
}

// matcher makes the fastest way to run re. Known is re as package regexp has it, if it is there.
func (b *Budget) matcher(re *syntax.Regexp, known *regexp.Regexp) (matcher, error) {
	if m := shape(re); m != nil {
		return m, nil
	}
	n := instructions(re)
	if n > maxInstructions {
		return nil, errTooLarge
	}
	prog, err := syntax.Compile(re.Simplify())
	if err != nil {
		return nil, errTooLarge
	}
	if a := newAutomaton(prog, b); a != nil {
		return a, nil
	}
	if known != nil {
		return slow{known}, nil
	}
	if b.regexps -= n; b.regexps < 0 {
		return nil, errors.New("the patterns of the schema are too large together")
	}
	text := split(re).String()
	if known, err = regexp.Compile(text); err != nil {
		return nil, errTooLarge
	}
	return slow{known}, nil
}

// slow leaves a pattern to package regexp.
type slow struct{ re *regexp.Regexp }

func (s slow) match(text []byte) bool { return s.re.Match(text) }
