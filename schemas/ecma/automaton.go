package ecma

import "unicode/utf8"

// An automaton is the deterministic automaton of a pattern, its states made in advance. A state is where its row
// begins in next; a row has a column for each class of characters, one for the end of the text, and, where wide is nil, one for
// the bytes within a character, at which nothing changes.
//
// The first row is the state of no match, the second that of a match: neither is ever left.
type automaton struct {
	class [256]uint8 // the column of a byte; with wide, of ASCII alone
	wide  *runeTable // the columns of characters beyond ASCII; nil if they are all alike
	next  []uint16
	start uint16
	yes   uint16 // the second row
	end   uint16 // the column of the end
}

func (a *automaton) match(s []byte) bool {
	if a.wide != nil {
		return a.matchWide(s)
	}
	state, next := a.start, a.next
	for _, c := range s {
		if state <= a.yes {
			return state == a.yes
		}
		state = next[state+uint16(a.class[c])]
	}
	return next[state+a.end] == a.yes
}

func (a *automaton) matchWide(s []byte) bool {
	state, next := a.start, a.next
	for i := 0; i < len(s); {
		if state <= a.yes {
			return state == a.yes
		}
		column, size := a.class[s[i]], 1
		if s[i] >= utf8.RuneSelf {
			var r rune
			r, size = utf8.DecodeRune(s[i:])
			column = a.wide.of(r)
		}
		state = next[state+uint16(column)]
		i += size
	}
	return next[state+a.end] == a.yes
}
