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

// match does its sums in words of the machine, which is what takes the fewest instructions between two looks into next.
func (a *automaton) match(s []byte) bool {
	if a.wide != nil {
		return a.matchWide(s)
	}
	state, yes, next := uint(a.start), uint(a.yes), a.next
	for _, c := range s {
		if state <= yes {
			return state == yes
		}
		state = uint(next[state+uint(a.class[c])])
	}
	return next[state+uint(a.end)] == a.yes
}

func (a *automaton) matchWide(s []byte) bool {
	state, yes, next := uint(a.start), uint(a.yes), a.next
	for i := 0; i < len(s); {
		if state <= yes {
			return state == yes
		}
		column, size := a.class[s[i]], 1
		if s[i] >= utf8.RuneSelf {
			var r rune
			r, size = utf8.DecodeRune(s[i:])
			column = a.wide.of(r)
		}
		state = uint(next[state+uint(column)])
		i += size
	}
	return next[state+uint(a.end)] == a.yes
}
