package ecma

import (
	"slices"
	"sort"
	"unicode"
	"unicode/utf8"
)

// A set is a set of characters as pairs of first and last, in order, neither touching nor overlapping. It is never changed
// once made, and may be shared.
type set []rune

// ordered makes a set of pairs in any order; it uses up pairs.
func ordered(pairs []rune) set {
	n := len(pairs) / 2
	order := make([][2]rune, n)
	for i := range order {
		order[i] = [2]rune{pairs[2*i], pairs[2*i+1]}
	}
	slices.SortFunc(order, func(a, b [2]rune) int { return int(a[0] - b[0]) })
	out := pairs[:0]
	for _, p := range order {
		if last := len(out) - 1; last >= 0 && p[0] <= out[last]+1 {
			out[last] = max(out[last], p[1])
			continue
		}
		out = append(out, p[0], p[1])
	}
	return set(out)
}

// not is every character that is not in s.
func (s set) not() set {
	out := make(set, 0, len(s)+2)
	from := rune(0)
	for i := 0; i < len(s); i += 2 {
		if s[i] > from {
			out = append(out, from, s[i]-1)
		}
		from = s[i+1] + 1
	}
	if from <= utf8.MaxRune {
		out = append(out, from, utf8.MaxRune)
	}
	return out
}

func (s set) without(t set) set { return union(s.not(), t).not() }

func union(sets ...set) set { return ordered(slices.Concat(sets...)) }

func (s set) has(r rune) bool {
	i := sort.Search(len(s)/2, func(i int) bool { return s[2*i+1] >= r })
	return 2*i < len(s) && s[2*i] <= r
}

// tables is the union of Unicode's range tables.
func tables(of ...*unicode.RangeTable) set {
	var pairs []rune
	add := func(lo, hi, stride rune) {
		if stride == 1 {
			pairs = append(pairs, lo, hi)
			return
		}
		for r := lo; r <= hi; r += stride {
			pairs = append(pairs, r, r)
		}
	}
	for _, t := range of {
		for _, r := range t.R16 {
			add(rune(r.Lo), rune(r.Hi), rune(r.Stride))
		}
		for _, r := range t.R32 {
			add(rune(r.Lo), rune(r.Hi), rune(r.Stride))
		}
	}
	return ordered(pairs)
}

func digits() set { return set{'0', '9'} }

func wordCharacters() set { return set{'0', '9', 'A', 'Z', '_', '_', 'a', 'z'} }

// spaces are ECMA-262's WhiteSpace and LineTerminator, sections 12.2 and 12.3.
func spaces() set {
	return set{
		'\t', '\r', ' ', ' ', 0xA0, 0xA0, 0x1680, 0x1680, 0x2000, 0x200A, 0x2028, 0x2029, 0x202F, 0x202F,
		0x205F, 0x205F, 0x3000, 0x3000, 0xFEFF, 0xFEFF,
	}
}

// dot is every character but LineTerminator.
func dot() set { return set{'\n', '\n', '\r', '\r', 0x2028, 0x2029}.not() }
