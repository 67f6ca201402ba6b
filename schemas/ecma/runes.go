package ecma

import (
	"slices"
	"sort"
	"unicode/utf8"
)

// maxParts is how many classes of characters an automaton may have.
const maxParts = 250

// parts are intervals of characters, each of a class: the i-th is from cuts[i] up to cuts[i+1], which is not in it.
type parts struct {
	cuts  []rune
	ids   []int
	count int // of classes
}

// partition puts characters into classes so that no set tells two of a class apart.
func partition(sets []set) *parts {
	p := cut(sets)
	for _, s := range sets {
		p.refine(s)
	}
	return p
}

// cut makes parts at the ends of sets, all of one class as yet.
func cut(sets []set) *parts {
	cuts := []rune{0, utf8.RuneSelf}
	for _, s := range sets {
		for i := 0; i < len(s); i += 2 {
			cuts = append(cuts, s[i], s[i+1]+1)
		}
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	if last := len(cuts) - 1; cuts[last] > utf8.MaxRune {
		cuts = cuts[:last]
	}
	return &parts{cuts: cuts, ids: make([]int, len(cuts)), count: 1}
}

// refine tells those in s from those that are not.
func (p *parts) refine(s set) {
	renamed := make([]int, 2*p.count) // by the old class and whether it is in s; 0 is for not yet
	n, k := 0, 0
	for i, cut := range p.cuts {
		for k < len(s) && s[k+1] < cut {
			k += 2
		}
		key := 2 * p.ids[i]
		if k < len(s) && s[k] <= cut {
			key++
		}
		if renamed[key] == 0 {
			n++
			renamed[key] = n
		}
		p.ids[i] = renamed[key] - 1
	}
	p.count = n
}

// at gives the class of r, where there are not more than maxParts.
func (p *parts) at(r rune) uint8 {
	i := sort.Search(len(p.cuts), func(i int) bool { return p.cuts[i] > r })
	return uint8(p.ids[i-1])
}

// samples gives a character of each class.
func (p *parts) samples() []rune {
	out := make([]rune, p.count)
	for i, id := range slices.Backward(p.ids) {
		out[id] = p.cuts[i]
	}
	return out
}

// narrow says that all characters beyond ASCII are of one class. No text has surrogates.
func (p *parts) narrow() bool {
	id := -1
	for i, cut := range p.cuts {
		surrogates := cut >= 0xD800 && i+1 < len(p.cuts) && p.cuts[i+1] <= 0xE000
		if cut < utf8.RuneSelf || surrogates {
			continue
		}
		if id >= 0 && p.ids[i] != id {
			return false
		}
		id = p.ids[i]
	}
	return true
}

// A runeTable finds the class of any character in two steps: by its page of 256, then in the page.
type runeTable struct {
	index []uint16
	pages []uint8
	rest  uint8 // the class of all that is beyond index
}

func newRuneTable(p *parts) *runeTable {
	last := len(p.cuts) - 1
	t := &runeTable{rest: uint8(p.ids[last])}
	known := make(map[[256]uint8]uint16)
	alike := make(map[int]uint16) // pages of one class, by the class
	at := 0
	for from := rune(0); from <= p.cuts[last]; from += 256 {
		for at < last && from >= p.cuts[at+1] {
			at++
		}
		uniform := at == last || p.cuts[at+1] >= from+256
		if number, ok := alike[p.ids[at]]; uniform && ok {
			t.index = append(t.index, number)
			continue
		}
		page, class := [256]uint8{}, at
		for k := range page {
			for class < last && from+rune(k) >= p.cuts[class+1] {
				class++
			}
			page[k] = uint8(p.ids[class])
		}
		number, ok := known[page]
		if !ok {
			number = uint16(len(known))
			known[page] = number
			t.pages = append(t.pages, page[:]...)
		}
		if uniform {
			alike[p.ids[at]] = number
		}
		t.index = append(t.index, number)
	}
	return t
}

func (t *runeTable) of(r rune) uint8 {
	page := int(r >> 8)
	if page >= len(t.index) {
		return t.rest
	}
	return t.pages[int(t.index[page])<<8|int(r&0xFF)]
}

// bytes is the memory that t takes.
func (t *runeTable) bytes() int { return 2*len(t.index) + len(t.pages) }
