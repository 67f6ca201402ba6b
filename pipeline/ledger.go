package pipeline

import (
	"encoding/json"
	"fmt"
	"maps"

	"github.com/winnow-data/winnow/pipeline/verdicts"
)

// Totals is a partition's account: what became of every offset since First, where winnow began with it.
type Totals struct {
	First       int64            `json:"first"`
	Next        int64            `json:"-"` // the gate offset: all below it is accounted for
	Passed      int64            `json:"passed"`
	Quarantined int64            `json:"quarantined"`
	Skipped     map[string]int64 `json:"skipped,omitempty"` // by cause
}

// Consumed is the number of offsets that went through the gate. It is counted on its own, from the offsets, so that it can contradict
// the other three.
func (t *Totals) Consumed() int64 { return t.Next - t.First }

// SkippedSum adds up the causes.
func (t *Totals) SkippedSum() (n int64) {
	for _, v := range t.Skipped {
		n += v
	}
	return n
}

// Balanced says that every offset is accounted for once.
func (t *Totals) Balanced() bool { return t.Consumed() == t.Passed+t.Quarantined+t.SkippedSum() }

// Add accounts for an entry of the verdict log.
func (t *Totals) Add(e *verdicts.Entry) {
	t.Passed += e.Passed
	t.Quarantined += verdicts.Count(e.Failed)
	for cause, rs := range e.Skipped {
		if t.Skipped == nil {
			t.Skipped = make(map[string]int64)
		}
		t.Skipped[cause] += verdicts.Count(rs)
	}
	t.Next = e.To
}

// Clone copies t.
func (t *Totals) Clone() Totals {
	c := *t
	c.Skipped = maps.Clone(t.Skipped)
	return c
}

// metadata is what goes with a committed offset, well below Kafka's limit of 4,096 bytes.
func (t *Totals) metadata() (string, error) {
	b, err := json.Marshal(struct {
		Version int `json:"winnow"`
		*Totals
	}{1, t})
	if err != nil {
		return "", fmt.Errorf("cannot write totals: %w", err)
	}
	return string(b), nil
}

// totalsFrom reads what metadata wrote. An offset that somebody else committed, a person with Kafka's own tools say, has none that fits: then
// the account begins there, and kept is false.
func totalsFrom(offset int64, metadata string) (t Totals, kept bool) {
	err := json.Unmarshal([]byte(metadata), &t)
	if t.Next = offset; err == nil && t.Balanced() {
		return t, true
	}
	return Totals{First: offset, Next: offset}, false
}
