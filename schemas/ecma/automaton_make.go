package ecma

import (
	"encoding/binary"
	"regexp/syntax"
	"slices"
)

// The bounds of one automaton.
const (
	maxTable = 1 << 16 // numbers in next: what uint16 can point to
	maxSteps = 1 << 20 // threads looked at while it is made, which bounds its time and memory
)

// A maker turns sets of a program's threads into states.
type maker struct {
	prog    *syntax.Prog
	a       *automaton
	in      [][]bool // by instruction and class: whether it takes such a character; nil if it takes none
	samples []rune   // a character of each class
	words   bool     // \b or \B matters
	lines   bool     // as do line ends, in Go's syntax

	anchored bool
	width    int
	ids      map[string]uint16
	states   []threads // by row
	limit    int       // of len(next)
	steps    int       // left
	mark     []uint32  // by instruction: the last round of close that met it
	round    uint32

	at, pcs, pending []uint32 // room for what close returns, for what step begins with, and for close
	key              []byte
}

// threads are where in the program a match may have come to. Among them are assertions that need the next character, and for these, prev is
// the one before: -1 at the start, and else one that stands for its kind.
type threads struct {
	at   []uint32
	prev rune
}

// newAutomaton makes prog's automaton, and takes what it needs from b; nil if the bounds do not allow it.
func newAutomaton(prog *syntax.Prog, b *Budget) *automaton {
	if len(prog.Inst) > 1<<16 { // what a key has room for
		return nil
	}
	m := &maker{
		prog: prog, a: &automaton{}, anchored: prog.StartCond()&syntax.EmptyBeginText != 0,
		ids: make(map[string]uint16), mark: make([]uint32, len(prog.Inst)), steps: min(maxSteps, b.steps), limit: maxTable,
	}
	before := m.steps
	ok := m.classes() && m.charge(b) && m.rows()
	b.steps -= before - max(m.steps, 0)
	if !ok {
		return nil
	}
	m.settle()
	b.tables -= m.bytes()
	m.a.next = slices.Clip(m.a.next)
	return m.a
}

func (m *maker) bytes() int {
	n := 2 * len(m.a.next)
	if m.a.wide != nil {
		n += m.a.wide.bytes()
	}
	return n
}

// charge keeps the table within b.
func (m *maker) charge(b *Budget) bool {
	m.limit = min(m.limit, (b.tables-m.bytes())/2)
	return m.limit >= 3*m.width
}

// rows makes the states, one after another.
func (m *maker) rows() bool {
	m.a.next = make([]uint16, 2*m.width)
	for i := range m.width {
		m.a.next[m.width+i] = m.a.yes
	}
	m.states = make([]threads, 2)
	m.a.start = m.state([]uint32{uint32(m.prog.Start)}, -1)
	for row := 2; row < len(m.states); row++ {
		s, at := m.states[row], row*m.width
		for class, r := range m.samples {
			to := m.step(s, class, r) // may move next
			if m.steps < 0 {
				return false
			}
			m.a.next[at+class] = to
		}
		if _, match := m.close(s.at, s.prev, -1, true); match {
			m.a.next[at+int(m.a.end)] = m.a.yes
		}
		if m.a.wide == nil {
			m.a.next[at+m.width-1] = uint16(at)
		}
	}
	return true
}

// state numbers the state in which threads at pcs are, behind prev.
func (m *maker) state(pcs []uint32, prev rune) uint16 {
	at, match := m.close(pcs, prev, 0, false)
	switch {
	case match:
		return m.a.yes
	case len(at) == 0 && (m.anchored || !m.lines): // else a later line may begin a match
		return 0
	}
	if !slices.ContainsFunc(at, func(pc uint32) bool { return m.prog.Inst[pc].Op == syntax.InstEmptyWidth }) {
		prev = ' ' // nobody asks
	}
	slices.Sort(at)
	m.key = append(m.key[:0], byte(prev))
	for _, pc := range at {
		m.key = binary.LittleEndian.AppendUint16(m.key, uint16(pc))
	}
	if id, ok := m.ids[string(m.key)]; ok {
		return id
	}
	if len(m.a.next)+m.width > m.limit {
		m.steps = -1
		return 0
	}
	id := uint16(len(m.a.next))
	m.ids[string(m.key)] = id
	m.states = append(m.states, threads{slices.Clone(at), prev})
	m.a.next = slices.Grow(m.a.next, m.width)[:len(m.a.next)+m.width]
	clear(m.a.next[id:])
	return id
}

// step gives the state behind a character of a class, for which r stands.
func (m *maker) step(s threads, class int, r rune) uint16 {
	at := s.at
	if slices.ContainsFunc(at, func(pc uint32) bool { return m.in[pc] == nil }) {
		var match bool
		if at, match = m.close(at, s.prev, r, true); match {
			return m.a.yes
		}
	}
	m.pcs = m.pcs[:0]
	for _, pc := range at {
		if m.steps--; m.in[pc][class] {
			m.pcs = append(m.pcs, m.prog.Inst[pc].Out)
		}
	}
	if !m.anchored {
		m.pcs = append(m.pcs, uint32(m.prog.Start))
	}
	return m.state(m.pcs, m.kind(r))
}

// kind gives the character that stands for all that assertions cannot tell from r.
func (m *maker) kind(r rune) rune {
	switch {
	case m.lines && r == '\n':
		return '\n'
	case m.words && syntax.IsWordChar(r):
		return 'a'
	}
	return ' '
}

// close follows what takes no character from the threads at pcs. Until the next character is known, assertions that need it stay. What it
// returns is good until it is called again.
func (m *maker) close(pcs []uint32, prev, next rune, known bool) (_ []uint32, match bool) {
	holds, open := syntax.EmptyOpContext(prev, next), syntax.EmptyOp(0)
	if !known {
		open = ^(syntax.EmptyBeginText | syntax.EmptyBeginLine)
	}
	m.round++
	at, pending := m.at[:0], append(m.pending[:0], pcs...)
	defer func() { m.at, m.pending = at[:0], pending[:0] }()
	for len(pending) > 0 {
		pc := pending[len(pending)-1]
		pending = pending[:len(pending)-1]
		if m.mark[pc] == m.round {
			continue
		}
		m.mark[pc] = m.round
		m.steps--
		switch in := &m.prog.Inst[pc]; in.Op {
		case syntax.InstAlt, syntax.InstAltMatch:
			pending = append(pending, in.Out, in.Arg)
		case syntax.InstCapture, syntax.InstNop:
			pending = append(pending, in.Out)
		case syntax.InstEmptyWidth:
			needs := syntax.EmptyOp(in.Arg)
			if needs&^open&^holds != 0 {
				continue
			}
			if needs&open != 0 {
				at = append(at, pc)
			} else {
				pending = append(pending, in.Out)
			}
		case syntax.InstMatch:
			return nil, true
		case syntax.InstFail:
		default:
			at = append(at, pc)
		}
	}
	return at, false
}

// settle turns states that nothing changes any more into those of match or no match.
func (m *maker) settle() {
	sinks := make(map[uint16]uint16)
	for at := 2 * m.width; at < len(m.a.next); at += m.width {
		row := m.a.next[at : at+m.width]
		if !slices.ContainsFunc(row[:len(m.samples)], func(to uint16) bool { return to != uint16(at) }) {
			sinks[uint16(at)] = row[m.a.end]
		}
	}
	for i, to := range m.a.next {
		if end, ok := sinks[to]; ok {
			m.a.next[i] = end
		}
	}
	if end, ok := sinks[m.a.start]; ok {
		m.a.start = end
	}
}
