package verify

import (
	"cmp"
	"context"
	"slices"

	"github.com/winnow-data/winnow/pipeline/verdicts"
)

// again is what came out of its order, behind the entry that it belongs to: quarantined offsets and second verdicts. A crash and two gates
// that believe to own a partition leave such, a little; whoever tampers leaves as much as he likes, and then it is settled piece by piece.
type again struct {
	rejects  offsets // may overlap until settled
	verdicts []*verdict
	weight   int
}

// maxAgain bounds what is put aside, in ranges.
const maxAgain = 1 << 16

func (a *again) verdict(v *verdict) {
	if v.Len() > 0 {
		a.verdicts = append(a.verdicts, v)
		a.weight += v.weight()
	}
}

func (a *again) reject(r verdicts.Range) { a.rejects = verdicts.AddRange(a.rejects, r) }

// relieve settles when enough was put aside.
func (p *partition) relieve(ctx context.Context) error {
	if p.again.weight+len(p.again.rejects) < maxAgain {
		return nil
	}
	return p.settle(ctx)
}

// settle holds what was put aside against the verdicts, reading those before the one at hand a second time.
func (p *partition) settle(ctx context.Context) error {
	if len(p.again.rejects)+len(p.again.verdicts) == 0 {
		return nil
	}
	slices.SortFunc(p.again.rejects, func(a, b verdicts.Range) int { return cmp.Compare(a.From, b.From) })
	slices.SortFunc(p.again.verdicts, func(a, b *verdict) int { return cmp.Compare(a.From, b.From) })
	next := p.From
	_, err := p.walk(ctx, &p.verdicts, p.place, entries{
		gone: func() {},
		none: func(int64) {},
		entry: func(v *verdict, _ int64) error {
			if fresh := (verdicts.Range{From: max(v.From, next), To: v.To}); fresh.Len() > 0 {
				next = v.To
				p.recall(v.cut(fresh))
			}
			return nil
		},
	}.read)
	p.again = again{}
	return err
}

// recall holds what was put aside against a verdict.
func (p *partition) recall(v *verdict) {
	if v.wrong != nil {
		return // and that was said
	}
	for len(p.again.rejects) > 0 && p.again.rejects[0].To <= v.From {
		p.again.rejects = p.again.rejects[1:]
	}
	for _, r := range p.again.rejects {
		if r.From >= v.To {
			break
		}
		if in := verdicts.Overlap(r, v.Range); in.Len() > 0 {
			p.rejects.again(in, v)
		}
	}
	for len(p.again.verdicts) > 0 && p.again.verdicts[0].To <= v.From {
		p.again.verdicts = p.again.verdicts[1:]
	}
	for _, w := range p.again.verdicts {
		if w.From >= v.To {
			break
		}
		if in := verdicts.Overlap(w.Range, v.Range); in.Len() > 0 {
			differ := v.disagree(w, in)
			p.Doubled += in.Len() - verdicts.Count(differ)
			p.contradictAll(differ, "two verdicts that are not the same")
		}
	}
}
