package api

import (
	"cmp"
	"math"
	"slices"
)

// The worst names are these many: in a sample, and of each kind in the live rows.
const worstKeys = 8

// trails are what became of each key's counts.
type trails struct {
	keys   map[string]*trail
	looked bool
}

type trail struct {
	key             string
	records, errors int64 // as last seen
	dRecords        int64 // since the look before
	dErrors         int64
	lateRecords     float64 // of late: they fade
	lateErrors      float64
	seen            bool
}

// decay is what is left after seconds of a count that fades.
func decay(seconds float64) float64 { return math.Exp2(-seconds / halfLife.Seconds()) }

// update takes the counts as they are now, and gives the sums of what was added. A key that was not there before began at 0, but when there was no
// look before at all; what went down began anew.
func (t *trails) update(rows []ErrorRow, keep float64) (records, errors int64) {
	first := !t.looked
	if t.looked = true; t.keys == nil {
		t.keys = make(map[string]*trail, len(rows))
	}
	for i := range rows {
		r := &rows[i]
		k := t.keys[r.Key]
		if k == nil {
			k = &trail{key: r.Key}
			if first {
				k.records, k.errors = r.Records, r.Errors
			}
			t.keys[r.Key] = k
		}
		k.dRecords, k.dErrors = max(0, r.Records-k.records), max(0, r.Errors-k.errors)
		k.records, k.errors, k.seen = r.Records, r.Errors, true
		k.lateRecords, k.lateErrors = k.lateRecords*keep+float64(k.dRecords), k.lateErrors*keep+float64(k.dErrors)
		records, errors = records+k.dRecords, errors+k.dErrors
	}
	for key, k := range t.keys {
		if !k.seen {
			delete(t.keys, key)
		}
		k.seen = false
	}
	return records, errors
}

func (t *trails) sum() (s trail) {
	for _, k := range t.keys {
		s.lateRecords += k.lateRecords
		s.lateErrors += k.lateErrors
	}
	return s
}

func (k *trail) recent(span float64) Recent {
	return Recent{RecordsPerSecond: ratio(k.lateRecords, span), ErrorsPerSecond: ratio(k.lateErrors, span), Rate: ratio(k.lateErrors, k.lateRecords)}
}

func byLate(a, b *trail) int {
	return cmp.Or(cmp.Compare(b.lateErrors, a.lateErrors), cmp.Compare(b.errors, a.errors), cmp.Compare(b.records, a.records), cmp.Compare(a.key, b.key))
}

func byTotal(a, b *trail) int {
	return cmp.Or(cmp.Compare(b.errors, a.errors), cmp.Compare(b.records, a.records), cmp.Compare(a.key, b.key))
}

// top picks the first worstKeys of those that want takes, without sorting the rest: there can be very many.
func (t *trails) top(order func(a, b *trail) int, want func(*trail) bool) []*trail {
	best := make([]*trail, 0, worstKeys+1)
	for _, k := range t.keys {
		if !want(k) || len(best) == worstKeys && order(k, best[worstKeys-1]) >= 0 {
			continue
		}
		i, _ := slices.BinarySearchFunc(best, k, order)
		best = slices.Insert(best, i, k)
		best = best[:min(len(best), worstKeys)]
	}
	return best
}

// faint is below what is told of late: a single error fades to it in five minutes.
const faint = 0.001

// latest is what the worst of late did since the look before.
func (t *trails) latest() []SampleKey {
	out := make([]SampleKey, 0, worstKeys)
	for _, k := range t.top(byLate, func(k *trail) bool { return k.lateErrors > faint }) {
		out = append(out, SampleKey{Key: k.key, Records: k.dRecords, Errors: k.dErrors})
	}
	return out
}

// worst are the worst of late, and then the worst of all.
func (t *trails) worst(span float64) []LiveRow {
	late := t.top(byLate, func(k *trail) bool { return k.lateErrors > faint })
	for _, k := range t.top(byTotal, func(*trail) bool { return true }) {
		if !slices.Contains(late, k) {
			late = append(late, k)
		}
	}
	rows := make([]LiveRow, 0, len(late))
	for _, k := range late {
		rate := ratio(float64(k.errors), float64(k.records))
		rows = append(rows, LiveRow{ErrorRow{Key: k.key, Records: k.records, Errors: k.errors, Rate: rate}, k.recent(span)})
	}
	return rows
}
