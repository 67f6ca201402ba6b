package verdicts

import (
	"cmp"
	"slices"
)

// Merge makes a set of ranges that may overlap and are not empty, in their own memory: ascending and disjoint.
func Merge(rs []Range) []Range {
	slices.SortFunc(rs, func(a, b Range) int { return cmp.Compare(a.From, b.From) })
	out := rs[:0]
	for _, r := range rs {
		if n := len(out); n > 0 && r.From <= out[n-1].To {
			out[n-1].To = max(out[n-1].To, r.To)
			continue
		}
		out = append(out, r)
	}
	return out
}

// First is the index of the first range of the set s that ends behind offset.
func First(s []Range, offset int64) int {
	i, _ := slices.BinarySearchFunc(s, offset, func(r Range, o int64) int {
		if r.To <= o {
			return -1
		}
		return 1
	})
	return i
}

// Overlap is what two ranges share; it has no length where they share nothing.
func Overlap(a, b Range) Range {
	from := max(a.From, b.From)
	return Range{From: from, To: max(from, min(a.To, b.To))}
}

// Clip is the part of the set s in r, in memory of its own.
func Clip(s []Range, r Range) (out []Range) {
	for i := First(s, r.From); i < len(s) && s[i].From < r.To; i++ {
		if in := Overlap(s[i], r); in.Len() > 0 {
			out = append(out, in)
		}
	}
	return out
}

// Minus is r without the set s, in memory of its own.
func Minus(r Range, s []Range) (out []Range) {
	for i := First(s, r.From); i < len(s) && s[i].From < r.To; i++ {
		if s[i].From > r.From {
			out = append(out, Range{From: r.From, To: s[i].From})
		}
		r.From = s[i].To
	}
	if r.Len() > 0 {
		out = append(out, r)
	}
	return out
}
