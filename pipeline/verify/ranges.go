package verify

import (
	"cmp"
	"slices"

	"github.com/winnow-data/winnow/pipeline/verdicts"
)

// An offsets is a set of offsets: ranges, ascending, disjoint and not empty.
type offsets = []verdicts.Range

func byFrom(a, b verdicts.Range) int { return cmp.Compare(a.From, b.From) }

// merge makes a set of ranges that may overlap, in their own memory.
func merge(rs []verdicts.Range) offsets {
	slices.SortFunc(rs, byFrom)
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

// first is the index of the first range of s that ends behind offset.
func first(s offsets, offset int64) int {
	i, _ := slices.BinarySearchFunc(s, offset, func(r verdicts.Range, o int64) int {
		if r.To <= o {
			return -1
		}
		return 1
	})
	return i
}

// overlap is what two ranges share; it has no length where they share nothing.
func overlap(a, b verdicts.Range) verdicts.Range {
	from := max(a.From, b.From)
	return verdicts.Range{From: from, To: max(from, min(a.To, b.To))}
}

// clip is the part of s in r.
func clip(s offsets, r verdicts.Range) (out offsets) {
	for i := first(s, r.From); i < len(s) && s[i].From < r.To; i++ {
		if in := overlap(s[i], r); in.Len() > 0 {
			out = append(out, in)
		}
	}
	return out
}

// minus is r without s.
func minus(r verdicts.Range, s offsets) (out offsets) {
	for i := first(s, r.From); i < len(s) && s[i].From < r.To; i++ {
		if s[i].From > r.From {
			out = append(out, verdicts.Range{From: r.From, To: s[i].From})
		}
		r.From = s[i].To
	}
	if r.Len() > 0 {
		out = append(out, r)
	}
	return out
}

// without is a without b.
func without(a, b offsets) (out offsets) {
	for _, r := range a {
		out = append(out, minus(r, b)...)
	}
	return out
}

// differ is what is in one of two sets and not in the other.
func differ(a, b offsets) offsets { return append(without(a, b), without(b, a)...) }

// take removes r from s, which it changes, and gives what of r was not in it. To take them one by one from the front is cheap.
func take(s offsets, r verdicts.Range) (left, rest offsets) {
	i := first(s, r.From)
	if i == len(s) || s[i].From >= r.To {
		return s, offsets{r}
	}
	if s[i].From == r.From && s[i].To >= r.To {
		if s[i].From = r.To; s[i].Len() == 0 {
			if i == 0 {
				return s[1:], nil
			}
			s = slices.Delete(s, i, i+1)
		}
		return s, nil
	}
	return without(s, offsets{r}), minus(r, s)
}
