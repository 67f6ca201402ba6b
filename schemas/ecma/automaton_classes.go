package ecma

import (
	"regexp/syntax"
	"unicode"
	"unicode/utf8"
)

// classes finds out which characters the program tells apart.
func (m *maker) classes() bool {
	sets, of := m.sets()
	parts := cut(sets)
	for _, s := range sets {
		m.steps -= len(parts.cuts) / 4
		if parts.refine(s); m.steps < 0 || parts.count > maxParts {
			return false
		}
	}
	m.samples = parts.samples()
	takes := make([][]bool, len(sets))
	for i, s := range sets {
		takes[i] = make([]bool, parts.count)
		for class, r := range m.samples {
			takes[i][class] = s.has(r)
		}
	}
	m.in = make([][]bool, len(m.prog.Inst))
	for pc, set := range of {
		if set >= 0 {
			m.in[pc] = takes[set]
		}
	}
	m.columns(parts)
	return true
}

func (m *maker) columns(parts *parts) {
	for c := range rune(utf8.RuneSelf) {
		m.a.class[c] = parts.at(c)
	}
	m.a.end = uint16(parts.count)
	m.width = parts.count + 1
	if parts.narrow() {
		m.width++
		for c := utf8.RuneSelf; c < len(m.a.class); c++ {
			if m.a.class[c] = parts.at(utf8.RuneSelf); !utf8.RuneStart(byte(c)) {
				m.a.class[c] = uint8(m.width - 1)
			}
		}
	} else {
		m.a.wide = newRuneTable(parts)
	}
	m.a.yes = uint16(m.width)
}

// A setKey tells sets apart: copies of one that a repetition makes share their memory.
type setKey struct {
	first *rune
	n     int
	r     rune // where it is one character
	fold  bool
}

// sets gives the sets of characters that matter, and by instruction which of them it takes, -1 for none.
func (m *maker) sets() (sets []set, of []int) {
	known := make(map[setKey]int)
	for i := range m.prog.Inst {
		in := &m.prog.Inst[i]
		key, ok := keyOf(in)
		if !ok {
			m.assertion(in)
			of = append(of, -1)
			continue
		}
		number, seen := known[key]
		if !seen {
			number = len(sets)
			known[key] = number
			sets = append(sets, setOf(in))
		}
		of = append(of, number)
	}
	if m.words {
		sets = append(sets, wordCharacters())
	}
	if m.lines {
		sets = append(sets, set{'\n', '\n'})
	}
	return sets, of
}

func (m *maker) assertion(in *syntax.Inst) {
	if in.Op == syntax.InstEmptyWidth {
		op := syntax.EmptyOp(in.Arg)
		m.words = m.words || op&(syntax.EmptyWordBoundary|syntax.EmptyNoWordBoundary) != 0
		m.lines = m.lines || op&(syntax.EmptyBeginLine|syntax.EmptyEndLine) != 0
	}
}

func keyOf(in *syntax.Inst) (setKey, bool) {
	switch in.Op {
	case syntax.InstRuneAny:
		return setKey{n: -1}, true
	case syntax.InstRuneAnyNotNL:
		return setKey{n: -2}, true
	case syntax.InstRune, syntax.InstRune1:
		switch len(in.Rune) {
		case 0:
			return setKey{}, true
		case 1:
			return setKey{n: 1, r: in.Rune[0], fold: syntax.Flags(in.Arg)&syntax.FoldCase != 0}, true
		}
		return setKey{first: &in.Rune[0], n: len(in.Rune)}, true
	}
	return setKey{}, false
}

func setOf(in *syntax.Inst) set {
	switch {
	case in.Op == syntax.InstRuneAny:
		return set{0, utf8.MaxRune}
	case in.Op == syntax.InstRuneAnyNotNL:
		return set{'\n', '\n'}.not()
	case len(in.Rune) != 1:
		return set(in.Rune)
	}
	r := in.Rune[0]
	pairs := []rune{r, r}
	if syntax.Flags(in.Arg)&syntax.FoldCase != 0 {
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			pairs = append(pairs, f, f)
		}
	}
	return ordered(pairs)
}
