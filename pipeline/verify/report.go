package verify

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/winnow-data/winnow/pipeline/verdicts"
)

// A Report is the account of everything that was verified.
type Report struct {
	Consumed     int64            `json:"consumed"`
	Passed       int64            `json:"passed"`
	Quarantined  int64            `json:"quarantined"`
	Skipped      int64            `json:"skipped"`
	SkippedBy    map[string]int64 `json:"skipped_by"`
	Tagged       int64            `json:"tagged"`
	Doubled      int64            `json:"doubled"`      // offsets whose verdict or quarantined record is there once more, and agrees
	Unverifiable int64            `json:"unverifiable"` // offsets whose verdict, record or quarantined record Kafka has deleted, or lost
	Pending      int64            `json:"pending"`      // offsets that have no verdict yet
	Balanced     bool             `json:"balanced"`     // nothing contradicts
	Partitions   []Partition      `json:"partitions"`
}

// A Partition is the account of one partition. Contradictions are at most 100; Contradicted counts the offsets of all.
type Partition struct {
	Topic          string           `json:"topic"`
	Partition      int              `json:"partition"`
	From           int64            `json:"from"` // the range that verdicts were found for
	To             int64            `json:"to"`
	Passed         int64            `json:"passed"`
	Quarantined    int64            `json:"quarantined"`
	SkippedBy      map[string]int64 `json:"skipped_by"`
	Tagged         int64            `json:"tagged"`
	Doubled        int64            `json:"doubled"`
	Unverifiable   int64            `json:"unverifiable"`
	Pending        int64            `json:"pending"`
	Contradicted   int64            `json:"contradicted"`
	Contradictions []Contradiction  `json:"contradictions,omitempty"`

	lost int64 // offsets of the range whose verdicts Kafka deleted during the walk
}

// A Contradiction names consecutive offsets and what does not agree about them.
type Contradiction struct {
	// ID is the first one's: topic/partition/offset, of the source, or of winnow's own topic where one of its records makes no sense.
	ID      string `json:"id"`
	Offsets int64  `json:"offsets"` // how many
	Problem string `json:"problem"`

	at verdicts.Range
}

const maxContradictions = 100

func (r *Report) add(p *Partition) {
	r.Consumed += p.To - p.From - p.lost
	r.Passed += p.Passed
	r.Quarantined += p.Quarantined
	for cause, n := range p.SkippedBy {
		r.SkippedBy[cause] += n
		r.Skipped += n
	}
	r.Tagged += p.Tagged
	r.Doubled += p.Doubled
	r.Unverifiable += p.Unverifiable
	r.Pending += p.Pending
	r.Balanced = r.Balanced && len(p.Contradictions) == 0
	r.Partitions = append(r.Partitions, *p)
}

// contradict names offsets of the source. Those that follow the ones before, with the same problem, are named together.
func (p *Partition) contradict(r verdicts.Range, problem string) {
	if n := len(p.Contradictions); n > 0 {
		if last := &p.Contradictions[n-1]; last.Problem == problem && last.at.To == r.From {
			last.at.To = r.To
			last.Offsets += r.Len()
			p.Contradicted += r.Len()
			return
		}
	}
	p.note(p.Topic, r, problem)
}

func (p *Partition) contradictAll(rs offsets, problem string) {
	for _, r := range rs {
		p.contradict(r, problem)
	}
}

// note names offsets of a topic.
func (p *Partition) note(topic string, r verdicts.Range, problem string) {
	p.Contradicted += r.Len()
	if len(p.Contradictions) < maxContradictions {
		id := fmt.Sprintf("%s/%d/%d", topic, p.Partition, r.From)
		p.Contradictions = append(p.Contradictions, Contradiction{ID: id, Offsets: r.Len(), Problem: problem, at: r})
	}
}

// close puts the contradictions in order and says in words where they end.
func (p *Partition) close() {
	slices.SortStableFunc(p.Contradictions, func(a, b Contradiction) int { return cmp.Compare(a.at.From, b.at.From) })
	for i := range p.Contradictions {
		if c := &p.Contradictions[i]; c.Offsets > 1 {
			c.Problem = fmt.Sprintf("%s (%d offsets, the last is %d)", c.Problem, c.Offsets, c.at.To-1)
		}
	}
}
