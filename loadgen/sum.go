package loadgen

import (
	"maps"
	"slices"
	"strings"

	"github.com/winnow-data/winnow"
)

// sum adds the partitions up.
func sum(scorers []*scorer) Score {
	var total Score
	kinds, alarms := make(map[string]*KindScore), make(map[winnow.Reason]int64)
	for _, s := range scorers {
		total.Records += s.score.Records
		total.Good += s.score.Good
		total.FalseAlarms += s.score.FalseAlarms
		total.NoCopy += s.score.NoCopy
		total.Unjudged += s.score.Unjudged
		total.Repeated += s.score.Repeated
		total.Unlabelled += s.score.Unlabelled
		for kind, k := range s.kinds {
			if kinds[kind] == nil {
				kinds[kind] = &KindScore{Kind: kind}
			}
			kinds[kind].add(k)
		}
		for r, n := range s.alarms {
			alarms[r] += n
		}
	}
	total.ByKind = ordered(kinds)
	for _, k := range total.ByKind {
		total.Planted += k.Planted
		total.Caught += k.Caught
		total.Missed += k.Missed
		total.WrongReason += k.WrongReason
		total.NoCopy += k.NoCopy
	}
	for r, n := range alarms {
		total.Alarms = append(total.Alarms, AlarmCount{r.Rule, r.Pointer, n})
	}
	slices.SortFunc(total.Alarms, func(a, b AlarmCount) int {
		if a.Count != b.Count {
			return int(b.Count - a.Count)
		}
		return strings.Compare(a.Rule+a.Pointer, b.Rule+b.Pointer)
	})
	return total
}

func (k *KindScore) add(d *KindScore) {
	k.Planted += d.Planted
	k.Caught += d.Caught
	k.Missed += d.Missed
	k.WrongReason += d.WrongReason
	k.NoCopy += d.NoCopy
}

// ordered lists the kinds as Faults does, and those that it does not know behind them.
func ordered(kinds map[string]*KindScore) []KindScore {
	out := make([]KindScore, 0, len(kinds))
	for _, f := range Faults() {
		if k := kinds[f.Kind]; k != nil {
			out = append(out, *k)
			delete(kinds, f.Kind)
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		out = append(out, *kinds[kind])
	}
	return out
}
