package verify

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/pipeline"
	"github.com/winnow-data/winnow/wire"
)

// A Report is the account of everything that was verified.
type Report struct {
	Consumed     int64            `json:"consumed"`
	Passed       int64            `json:"passed"`
	Quarantined  int64            `json:"quarantined"`
	Skipped      int64            `json:"skipped"`
	SkippedBy    map[string]int64 `json:"skipped_by"`
	Tagged       int64            `json:"tagged"`
	Doubled      int64            `json:"doubled"`      // verdicts and quarantined records that are there more than once
	Unverifiable int64            `json:"unverifiable"` // offsets whose verdict or record Kafka has deleted
	Pending      int64            `json:"pending"`      // offsets that have no verdict yet
	Balanced     bool             `json:"balanced"`
	Partitions   []Partition      `json:"partitions"`
}

// A Partition is the account of one partition. Contradictions are at most maxContradictions; Contradicted counts all.
type Partition struct {
	Topic          string           `json:"topic"`
	Partition      int              `json:"partition"`
	From           int64            `json:"from"` // the verified range
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
}

// A Contradiction names an offset of the source and what does not agree about it.
type Contradiction struct {
	ID      string `json:"id"` // topic/partition/offset
	Problem string `json:"problem"`
}

const maxContradictions = 100

// A Verifier verifies topics. Progress, which may be nil, is called now and then with the offsets that were verified and those there are.
type Verifier struct {
	Client   *wire.Client
	Group    string // whose offsets must not be ahead of the verdicts; empty for none
	Progress func(done, total int64)

	done, total int64
}

// Run verifies the topics, as they are at the moment it begins.
func (v *Verifier) Run(ctx context.Context, topics []string) (*Report, error) {
	all, err := v.Client.Topics(ctx, topics...)
	if err != nil {
		return nil, err
	}
	var work []*partition
	for _, topic := range topics {
		for p := range all[topic].Partitions {
			w, err := v.prepare(ctx, topic, p)
			if err != nil {
				return nil, err
			}
			v.total += w.end - w.start
			work = append(work, w)
		}
	}
	r := &Report{SkippedBy: make(map[string]int64), Balanced: true, Partitions: make([]Partition, 0, len(work))}
	for _, w := range work {
		if err := w.run(ctx); err != nil {
			return nil, fmt.Errorf("cannot verify %s/%d: %w", w.Topic, w.Partition.Partition, err)
		}
		r.add(&w.Partition)
	}
	return r, nil
}

func (r *Report) add(p *Partition) {
	r.Consumed += p.To - p.From
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
	r.Balanced = r.Balanced && p.Contradicted == 0
	r.Partitions = append(r.Partitions, *p)
}

// prepare reads the ends of the three logs. The order matters while a gate is at work: verdicts are read up to an end that was asked for
// before that of the quarantine, so all that they speak of is in the quarantine by then.
func (v *Verifier) prepare(ctx context.Context, topic string, number int) (*partition, error) {
	p := &partition{verifier: v, Partition: Partition{Topic: topic, Partition: number, SkippedBy: make(map[string]int64)}, committed: -1}
	if v.Group != "" {
		at, err := v.Client.Committed(ctx, v.Group, map[string][]int{topic: {number}})
		if err != nil {
			return nil, err
		}
		if c, ok := at[topic][number]; ok {
			p.committed = c.Offset
		}
	}
	config, err := v.Client.TopicConfig(ctx, topic)
	if err != nil {
		return nil, err
	}
	p.compacted = strings.Contains(config["cleanup.policy"], "compact")
	if p.verdicts, err = v.ends(ctx, pipeline.VerdictTopic(topic), number); err != nil {
		return nil, err
	}
	if p.quarantine, err = v.ends(ctx, topic+".quarantine", number); err != nil {
		return nil, err
	}
	source, err := v.ends(ctx, topic, number)
	p.start, p.end = source.From, source.To
	return p, err
}

// ends gives the offsets that a log holds; a topic or partition that is not there holds none.
func (v *Verifier) ends(ctx context.Context, topic string, number int) (pipeline.OffsetRange, error) {
	info, err := v.Client.Topics(ctx, topic)
	if err != nil || info[topic].Partitions <= number {
		return pipeline.OffsetRange{}, err
	}
	var r pipeline.OffsetRange
	err = wire.Retry(ctx, "ask for the log's ends", nil, func(ctx context.Context) (err error) {
		r.From, r.To, err = v.Client.Offsets(ctx, topic, number)
		return err
	})
	return r, err
}

// A partition is one on its way through.
type partition struct {
	verifier *Verifier
	Partition
	start, end           int64 // of the source
	committed            int64 // the group's offset, -1 for none
	compacted            bool  // the source loses records after they were judged
	verdicts, quarantine pipeline.OffsetRange

	next    int64 // where the next entry must begin; -1 before the first
	last    *pipeline.Entry
	missing map[int64]struct{} // failed, and not yet met in the quarantine
	source  *source
	rejects *rejects
}

func (p *partition) contradict(offset int64, problem string) {
	p.Contradicted++
	if len(p.Contradictions) < maxContradictions {
		id := fmt.Sprintf("%s/%d/%d", p.Topic, p.Partition.Partition, offset)
		p.Contradictions = append(p.Contradictions, Contradiction{id, problem})
	}
}

func (p *partition) run(ctx context.Context) error {
	p.next, p.missing = -1, make(map[int64]struct{})
	p.source = newSource(ctx, p)
	defer p.source.stop()
	p.rejects = newRejects(ctx, p)
	defer p.rejects.stop()
	client := p.verifier.Client
	err := client.Scan(ctx, pipeline.VerdictTopic(p.Topic), p.Partition.Partition, p.verdicts.From, p.verdicts.To, func(r *winnow.Record) error {
		e := new(pipeline.Entry)
		if json.Unmarshal(r.Value, e) != nil {
			p.contradict(max(p.next, 0), "an entry of the verdict log cannot be read")
			return nil
		}
		return p.entry(e)
	})
	if err != nil {
		return err
	}
	return p.finish()
}

// entry takes the next entry of the verdict log.
func (p *partition) entry(e *pipeline.Entry) error {
	if err := e.Validate(); err != nil {
		p.contradict(e.From, "the entry does not add up: "+err.Error())
		return nil
	}
	if p.next < 0 {
		p.From, p.next = e.From, e.From
		p.Unverifiable += max(0, e.From-p.start) * min(1, p.verdicts.From) // verdicts that retention took
	}
	switch {
	case e.To <= p.next && p.last != nil:
		if p.last.From == e.From && p.last.To == e.To && slices.Equal(p.last.Failed, e.Failed) {
			p.Doubled++
		} else {
			p.contradict(e.From, "offsets have two verdicts")
		}
		return nil
	case e.From < p.next:
		p.contradict(e.From, "offsets have two verdicts")
		return nil
	case e.From > p.next:
		p.contradict(p.next, fmt.Sprintf("%d offsets have no verdict", e.From-p.next))
	}
	p.next, p.last = e.To, e
	p.count(e)
	if err := p.rejects.match(e); err != nil {
		return err
	}
	if err := p.source.match(e); err != nil {
		return err
	}
	p.verifier.progress(e.To - e.From)
	return nil
}

func (p *partition) count(e *pipeline.Entry) {
	p.Passed += e.Passed
	p.Quarantined += pipeline.Count(e.Failed)
	for cause, rs := range e.Skipped {
		p.SkippedBy[cause] += pipeline.Count(rs)
	}
	var tagged []pipeline.OffsetRange
	for _, rule := range slices.Sorted(maps.Keys(e.Tagged)) {
		tagged = append(tagged, e.Tagged[rule]...)
	}
	p.Tagged += pipeline.Count(union(tagged))
}

// union merges ranges that may overlap.
func union(rs []pipeline.OffsetRange) []pipeline.OffsetRange {
	slices.SortFunc(rs, func(a, b pipeline.OffsetRange) int { return int(a.From - b.From) })
	var out []pipeline.OffsetRange
	for _, r := range rs {
		if n := len(out); n > 0 && r.From <= out[n-1].To {
			out[n-1].To = max(out[n-1].To, r.To)
			continue
		}
		out = append(out, r)
	}
	return out
}

func (p *partition) finish() error {
	if err := p.rejects.finish(); err != nil {
		return err
	}
	for _, offset := range slices.Sorted(maps.Keys(p.missing)) {
		p.contradict(offset, "failed, and not in the quarantine")
	}
	if p.next < 0 {
		p.next = p.start
		p.From = p.start
		if p.committed > p.start {
			p.contradict(p.start, fmt.Sprintf("the group's offset is %d, and there is no verdict", p.committed))
		}
	} else if p.committed > p.next {
		p.contradict(p.next, fmt.Sprintf("the group's offset is %d, and the verdicts end here", p.committed))
	}
	p.To = p.next
	p.Pending = max(0, p.end-p.next)
	return nil
}

func (v *Verifier) progress(n int64) {
	v.done += n
	if v.Progress != nil {
		v.Progress(v.done, v.total)
	}
}
