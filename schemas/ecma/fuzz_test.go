package ecma

import (
	"regexp"
	"regexp/syntax"
	"testing"
	"unicode/utf8"
)

// byRegexp gives what package regexp says to the pattern that Compile has taken; nil where it is too large for regexp.
func byRegexp(t *testing.T, source string) func(text []byte) bool {
	t.Helper()
	p := newParser(source, false)
	re, err := p.parse()
	if err != nil {
		t.Fatalf("%q: %v", source, err)
	}
	re, looks, err := p.leading(re)
	if err != nil {
		t.Fatalf("%q: %v", source, err)
	}
	res, want := []*syntax.Regexp{re}, []bool{true}
	for _, l := range looks {
		res = append(res, concat(&syntax.Regexp{Op: syntax.OpBeginText}, l.body))
		want = append(want, !l.negative)
	}
	var compiled []*regexp.Regexp
	for _, re := range res {
		if instructions(re) > 3000 {
			return nil // it would take seconds
		}
		c, err := regexp.Compile(split(re).String())
		if err != nil {
			return nil
		}
		compiled = append(compiled, c)
	}
	return func(text []byte) bool {
		for i, c := range compiled {
			if c.Match(text) != want[i] {
				return false
			}
		}
		return true
	}
}

// FuzzPattern wants no pattern to be more than its bounds allow, and automata and shapes to say what package regexp says.
func FuzzPattern(f *testing.F) {
	for _, c := range semantics {
		f.Add(c.pattern, c.yes[:min(len(c.yes), 50)])
		f.Add(c.pattern, c.no[:min(len(c.no), 50)])
	}
	for _, c := range refusals {
		f.Add(c.pattern, "ab-1")
	}
	for _, p := range []string{`$^`, `^^a$$`, `(^a|b)c`, `a$b`, `\b$|^\B`, `(?:\b|a)+\B`, `^(?=\b)a`, `^(?!$)^(?!b)`, `((a{2}){3}){4}|b`, `(?:^|x)(?:$|y)`} {
		f.Add(p, "ab-1")
		f.Add(p, "aé\n")
	}
	f.Fuzz(func(t *testing.T, source, text string) {
		if len(source) > 200 {
			return // slow, and TestBounded has what is large
		}
		small := &Budget{tables: 1 << 20, steps: 1 << 15, regexps: 1000} // for more runs a second
		p, err := small.Compile(source)
		if err != nil {
			if len(err.Error()) > 150 {
				t.Fatalf("%q: an error of %d bytes", source, len(err.Error()))
			}
			if _, syntactic := newParser(source, false).parse(); syntactic != nil && Valid([]byte(source)) {
				t.Fatalf("%q is valid, and refused: %v", source, err)
			}
			return
		}
		p.Match([]byte(text)) // must not panic whatever the text is
		if n := bytesOf(p); n > (len(p.looks)+1)*maxAutomatonBytes {
			t.Fatalf("%q takes %d bytes", source, n)
		}
		if !utf8.ValidString(text) {
			return
		}
		if want := byRegexp(t, source); want != nil && p.Match([]byte(text)) != want([]byte(text)) {
			t.Fatalf("%q on %q: regexp says %v", source, text, want([]byte(text)))
		}
	})
}

// maxAutomatonBytes is a table and, for the classes of characters, a page for each 256 of them at worst.
const maxAutomatonBytes = 2*maxTable + utf8.MaxRune + utf8.MaxRune/128

func bytesOf(p *Pattern) (n int) {
	for _, m := range append([]condition{{matcher: p.main}}, p.looks...) {
		switch m := m.matcher.(type) {
		case *automaton:
			n += (&maker{a: m}).bytes()
		case *run:
			if m.mixed {
				n += m.wide.bytes()
			}
		}
	}
	return n
}
