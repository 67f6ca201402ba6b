package verify

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/winnow-data/winnow/pipeline/verdicts"
)

// Sets of offsets against sets of single offsets.
func TestRanges(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	const n = 40
	random := func() (rs []verdicts.Range) {
		for range rnd.IntN(8) {
			from := rnd.Int64N(n - 1)
			rs = append(rs, verdicts.Range{From: from, To: from + 1 + rnd.Int64N(min(n-from, 6))})
		}
		return rs
	}
	list := func(rs []verdicts.Range) (has [n + 8]bool) {
		for _, r := range rs {
			for o := r.From; o < r.To; o++ {
				has[o] = true
			}
		}
		return has
	}
	proper := func(s offsets) {
		for i, r := range s {
			if r.Len() <= 0 || i > 0 && s[i-1].To > r.From {
				t.Fatalf("not a set: %v", s)
			}
		}
	}
	for range 20_000 {
		a, b := random(), random()
		as, bs := list(a), list(b)
		sa, sb := verdicts.Merge(slices.Clone(a)), verdicts.Merge(slices.Clone(b))
		r := verdicts.Range{From: rnd.Int64N(n), To: n}
		r.To = r.From + rnd.Int64N(n-r.From+1)
		clipped, less, taken, diff := verdicts.Clip(sa, r), without(sa, sb), without(offsets{r}, sa), differ(sa, sb)
		left, rest := take(slices.Clone(sa), r)
		for _, s := range []offsets{sa, clipped, less, taken, left, rest} {
			if r.Len() > 0 {
				proper(s)
			}
		}
		for o := range int64(n) {
			in := o >= r.From && o < r.To
			got := []bool{list(sa)[o], list(clipped)[o], list(less)[o], list(taken)[o], list(diff)[o], list(left)[o], list(rest)[o]}
			want := []bool{as[o], as[o] && in, as[o] && !bs[o], in && !as[o], as[o] != bs[o], as[o] && !in, in && !as[o]}
			if !slices.Equal(got, want) {
				t.Fatalf("a %v b %v r %v, offset %d: got %v, want %v", sa, sb, r, o, got, want)
			}
		}
	}
}
