package schemas

import "math/rand/v2"

// A memo remembers what looks at containers found: a schema that refers to itself in two branches would else lead to each of them in twice as
// many ways with every level of a record. To forget is one step, however much a record before has had remembered.
type memo struct {
	slots []memoSlot // a power of two
	used  int
	epoch uint32 // slots of others are free
	odd   uint64 // nobody outside knows it, so that no record can make keys meet
}

type memoSlot struct {
	key   uint64
	epoch uint32
	value int32
}

func newMemo() memo { return memo{epoch: 1, odd: rand.Uint64() | 1} }

// memoKey tells looks apart: at a cell, by a node, in a mode.
func memoKey(n *node, at int, m mode) uint64 { return uint64(m)<<62 | uint64(n.id)<<32 | uint64(at) }

func (m *memo) reset() {
	m.used = 0
	if m.epoch++; m.epoch == 0 {
		clear(m.slots)
		m.epoch = 1
	}
}

// slot finds the one with key, or the free one where it belongs.
func (m *memo) slot(key uint64) *memoSlot {
	mask := uint64(len(m.slots) - 1)
	at := (key * m.odd) >> 32 & mask
	for m.slots[at].epoch == m.epoch && m.slots[at].key != key {
		at = (at + 1) & mask
	}
	return &m.slots[at]
}

func (m *memo) get(key uint64) (value int32, known bool) {
	if m.used == 0 {
		return 0, false
	}
	if s := m.slot(key); s.epoch == m.epoch {
		return s.value, true
	}
	return 0, false
}

// maxMemo bounds what is remembered: beyond it all is forgotten, which costs time and nothing else.
const maxMemo = 1 << 20

func (m *memo) put(key uint64, value int32) {
	if m.used == maxMemo {
		m.reset()
	}
	if 2*m.used >= len(m.slots) {
		m.grow()
	}
	s := m.slot(key)
	if s.epoch != m.epoch {
		m.used++
	}
	*s = memoSlot{key, m.epoch, value}
}

func (m *memo) grow() {
	old := m.slots
	m.slots = make([]memoSlot, max(64, 2*len(old)))
	for i := range old {
		if old[i].epoch == m.epoch {
			*m.slot(old[i].key) = old[i]
		}
	}
}
