package schemas

import (
	"encoding/binary"
	"regexp/syntax"
	"slices"
)

// The bounds of an automaton.
const (
	maxStates       = 256
	maxInstructions = 500
	maxAutomata     = 256 // of a schema
)

// An automaton is a pattern's deterministic automaton over ASCII: a table look-up for each byte. A text with other
// characters is left to package regexp.
type automaton struct {
	class  [128]uint8
	width  int      // how many classes
	next   []uint16 // by state and class
	accept []bool   // by state: whether a text may end there
	start  uint16
}

// States that need no more bytes.
const (
	stateNo  = 0
	stateYes = 1
)

// match runs the automaton over s; sure is false where s is not ASCII, or empty.
func (a *automaton) match(s []byte) (yes, sure bool) {
	if len(s) == 0 {
		return false, false
	}
	state := a.start
	for _, c := range s {
		if state <= stateYes {
			return state == stateYes, true
		}
		if c >= 0x80 {
			return false, false
		}
		state = a.next[int(state)*a.width+int(a.class[c])]
	}
	return a.accept[state], true
}

// newAutomaton makes the automaton of an RE2 pattern, nil where it would be too large or looks at word boundaries.
func newAutomaton(text string) *automaton {
	re, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return nil
	}
	prog, err := syntax.Compile(re.Simplify())
	if err != nil || len(prog.Inst) > maxInstructions {
		return nil
	}
	for _, in := range prog.Inst {
		if in.Op == syntax.InstEmptyWidth && syntax.EmptyOp(in.Arg)&^(syntax.EmptyBeginText|syntax.EmptyEndText) != 0 {
			return nil
		}
	}
	m := &automatonMaker{prog: prog, a: &automaton{}, ids: make(map[string]uint16), anchored: prog.StartCond()&syntax.EmptyBeginText != 0}
	return m.make()
}

// An automatonMaker turns sets of a program's threads into states.
type automatonMaker struct {
	prog     *syntax.Prog
	a        *automaton
	ids      map[string]uint16
	sets     [][]uint32
	anchored bool
	sample   []rune // a character of each class
	marked   []bool
}

func (m *automatonMaker) make() *automaton {
	m.classes()
	m.marked = make([]bool, len(m.prog.Inst))
	m.a.accept = []bool{stateNo: false, stateYes: true}
	m.sets = make([][]uint32, 2)
	m.a.next = make([]uint16, 2*m.a.width)
	for i := range m.a.width {
		m.a.next[m.a.width+i] = stateYes
	}
	m.a.start = m.state(m.close([]uint32{uint32(m.prog.Start)}, syntax.EmptyBeginText))
	for s := 2; s < len(m.sets); s++ {
		if len(m.sets) > maxStates {
			return nil
		}
		for class, r := range m.sample {
			m.a.next[s*m.a.width+class] = m.state(m.step(m.sets[s], r))
		}
	}
	return m.a
}

// classes puts bytes together that no instruction tells apart.
func (m *automatonMaker) classes() {
	known := make(map[string]uint8)
	for c := range rune(128) {
		var sign []byte
		for i := range m.prog.Inst {
			if in := &m.prog.Inst[i]; isRune(in) {
				sign = append(sign, byte(btoi(in.MatchRune(c))))
			}
		}
		id, ok := known[string(sign)]
		if !ok {
			id = uint8(len(known))
			known[string(sign)] = id
			m.sample = append(m.sample, c)
		}
		m.a.class[c] = id
	}
	m.a.width = len(known)
}

func isRune(in *syntax.Inst) bool {
	switch in.Op {
	case syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
		return true
	}
	return false
}

// close follows what needs no character from the threads pcs, given what holds here. The end of the text is kept as a thread.
func (m *automatonMaker) close(pcs []uint32, holds syntax.EmptyOp) (set []uint32, match bool) {
	clear(m.marked)
	for len(pcs) > 0 {
		pc := pcs[len(pcs)-1]
		pcs = pcs[:len(pcs)-1]
		if m.marked[pc] {
			continue
		}
		m.marked[pc] = true
		switch in := &m.prog.Inst[pc]; in.Op {
		case syntax.InstAlt, syntax.InstAltMatch:
			pcs = append(pcs, in.Out, in.Arg)
		case syntax.InstCapture, syntax.InstNop:
			pcs = append(pcs, in.Out)
		case syntax.InstEmptyWidth:
			if need := syntax.EmptyOp(in.Arg); need&^holds == 0 {
				pcs = append(pcs, in.Out)
			} else if need&^holds == syntax.EmptyEndText {
				set = append(set, pc)
			}
		case syntax.InstMatch:
			return nil, true
		case syntax.InstFail:
		default:
			set = append(set, pc)
		}
	}
	slices.Sort(set)
	return set, false
}

// step gives the threads after the character r.
func (m *automatonMaker) step(set []uint32, r rune) (next []uint32, match bool) {
	var pcs []uint32
	for _, pc := range set {
		if in := &m.prog.Inst[pc]; isRune(in) && in.MatchRune(r) {
			pcs = append(pcs, in.Out)
		}
	}
	if !m.anchored {
		pcs = append(pcs, uint32(m.prog.Start))
	}
	return m.close(pcs, 0)
}

// state numbers a set of threads.
func (m *automatonMaker) state(set []uint32, match bool) uint16 {
	if match {
		return stateYes
	}
	if len(set) == 0 {
		return stateNo
	}
	var key []byte
	for _, pc := range set {
		key = binary.AppendUvarint(key, uint64(pc))
	}
	if id, ok := m.ids[string(key)]; ok {
		return id
	}
	id := uint16(len(m.sets))
	m.ids[string(key)] = id
	m.sets = append(m.sets, set)
	m.a.next = append(m.a.next, make([]uint16, m.a.width)...)
	_, ends := m.close(slices.Clone(set), syntax.EmptyEndText)
	m.a.accept = append(m.a.accept, ends)
	return id
}
