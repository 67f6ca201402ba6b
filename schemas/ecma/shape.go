package ecma

import (
	"bytes"
	"math"
	"regexp/syntax"
	"unicode/utf8"
)

// shape recognises the commonest patterns, for which there is something faster than an automaton; nil is for others.
func shape(re *syntax.Regexp) matcher {
	terms := []*syntax.Regexp{re}
	if re.Op == syntax.OpConcat {
		terms = re.Sub
	}
	begins, ends := false, false
	for len(terms) > 0 && (terms[0].Op == syntax.OpBeginText || terms[0].Op == syntax.OpEmptyMatch) {
		begins = begins || terms[0].Op == syntax.OpBeginText
		terms = terms[1:]
	}
	for len(terms) > 0 && terms[len(terms)-1].Op == syntax.OpEndText {
		terms, ends = terms[:len(terms)-1], true
	}
	switch {
	case len(terms) == 0 && begins && ends:
		return equal{}
	case len(terms) == 0:
		return always{}
	case len(terms) > 1:
		return nil
	}
	if t := terms[0]; t.Op == syntax.OpLiteral && t.Flags&syntax.FoldCase == 0 {
		return words([]byte(string(t.Rune)), begins, ends)
	}
	if begins && ends {
		return newRun(terms[0])
	}
	return nil
}

func words(text []byte, begins, ends bool) matcher {
	switch {
	case begins && ends:
		return equal{text}
	case begins:
		return prefix{text}
	case ends:
		return suffix{text}
	}
	return contains{text}
}

// The shapes of a pattern that is nothing, or a word.
type (
	always   struct{}
	equal    struct{ text []byte }
	prefix   struct{ text []byte }
	suffix   struct{ text []byte }
	contains struct{ text []byte }
)

func (always) match([]byte) bool       { return true }
func (e equal) match(s []byte) bool    { return bytes.Equal(s, e.text) }
func (p prefix) match(s []byte) bool   { return bytes.HasPrefix(s, p.text) }
func (p suffix) match(s []byte) bool   { return bytes.HasSuffix(s, p.text) }
func (c contains) match(s []byte) bool { return bytes.Contains(s, c.text) }

// A run is ^[class]{least,most}$, whose numbers have no bound.
type run struct {
	in          [256]bool // of bytes: all that begin or go on a wide character are alike, unless mixed
	mixed       bool      // some wide characters are in, and some are not
	wide        *runeTable
	id          uint8 // of those in
	least, most int
}

// newRun gives nil where re is no class, repeated or not.
func newRun(re *syntax.Regexp) matcher {
	r := &run{least: 1, most: 1}
	switch re.Op {
	case syntax.OpStar:
		r.least, r.most = 0, math.MaxInt
	case syntax.OpPlus:
		r.least, r.most = 1, math.MaxInt
	case syntax.OpQuest:
		r.least, r.most = 0, 1
	case syntax.OpRepeat:
		if r.least, r.most = re.Min, re.Max; r.most < 0 {
			r.most = math.MaxInt
		}
	}
	if len(re.Sub) == 1 && re.Op != syntax.OpCapture {
		re = re.Sub[0]
	}
	members, ok := characters(re)
	if !ok {
		return nil
	}
	parts := partition([]set{members})
	r.id = parts.at(members[0])
	for c := range rune(utf8.RuneSelf) {
		r.in[c] = parts.at(c) == r.id
	}
	if r.mixed = !parts.narrow(); r.mixed {
		r.wide = newRuneTable(parts)
		return r
	}
	for c := utf8.RuneSelf; c < len(r.in); c++ {
		r.in[c] = parts.at(utf8.RuneSelf) == r.id
	}
	return r
}

func (r *run) match(s []byte) bool {
	if len(s) < r.least {
		return false
	}
	if r.mixed {
		return r.matchMixed(s)
	}
	for _, c := range s {
		if !r.in[c] {
			return false
		}
	}
	n := len(s)
	if r.in[utf8.RuneSelf] {
		n = utf8.RuneCount(s)
	}
	return n >= r.least && n <= r.most
}

func (r *run) matchMixed(s []byte) bool {
	n := 0
	for ; len(s) > 0; n++ {
		if s[0] < utf8.RuneSelf {
			if !r.in[s[0]] {
				return false
			}
			s = s[1:]
			continue
		}
		char, size := utf8.DecodeRune(s)
		if r.wide.of(char) != r.id {
			return false
		}
		s = s[size:]
	}
	return n >= r.least && n <= r.most
}

// characters gives the set that re stands for, if it is one.
func characters(re *syntax.Regexp) (set, bool) {
	switch {
	case re.Op == syntax.OpAnyChar:
		return set{0, utf8.MaxRune}, true
	case re.Op == syntax.OpAnyCharNotNL:
		return set{'\n', '\n'}.not(), true
	case re.Op == syntax.OpLiteral && len(re.Rune) == 1 && re.Flags&syntax.FoldCase == 0:
		return set{re.Rune[0], re.Rune[0]}, true
	case re.Op == syntax.OpCharClass && len(re.Rune) > 0:
		return set(re.Rune), true
	}
	return nil, false
}
