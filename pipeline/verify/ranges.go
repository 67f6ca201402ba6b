package verify

import (
	"slices"

	"github.com/winnow-data/winnow/pipeline/verdicts"
)

// An offsets is a set of offsets: ranges, ascending, disjoint and not empty.
type offsets = []verdicts.Range

// without is a without b.
func without(a, b offsets) (out offsets) {
	for _, r := range a {
		out = append(out, verdicts.Minus(r, b)...)
	}
	return out
}

// differ is what is in one of two sets and not in the other.
func differ(a, b offsets) offsets { return append(without(a, b), without(b, a)...) }

// take removes r from s, which it changes, and gives what of r was not in it. To take them one by one from the front is cheap.
func take(s offsets, r verdicts.Range) (left, rest offsets) {
	i := verdicts.First(s, r.From)
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
	return without(s, offsets{r}), verdicts.Minus(r, s)
}
