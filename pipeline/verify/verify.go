package verify

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/winnow-data/winnow/pipeline"
	"github.com/winnow-data/winnow/pipeline/verdicts"
	"github.com/winnow-data/winnow/wire"
)

// patience is how long Kafka may take to answer one question.
const patience = time.Minute

// A Verifier verifies topics. Progress, which may be nil, is called now and then with the offsets that were verified and those there are.
type Verifier struct {
	Client   *wire.Client
	Group    string // whose offsets must not be ahead of the verdicts; empty for none
	Progress func(done, total int64)

	done, total int64
}

// Run verifies the topics, as they are at the moment it begins, while gates may be at work. An error says that Kafka cannot be read, or does
// not have one of the topics; what is wrong with the ledger is in the report.
func (v *Verifier) Run(ctx context.Context, topics []string) (*Report, error) {
	work, err := v.prepare(ctx, topics)
	if err != nil {
		return nil, err
	}
	v.done, v.total = 0, 0
	for _, p := range work {
		v.total += p.source.Len()
	}
	r := &Report{SkippedBy: make(map[string]int64), Balanced: true, Partitions: make([]Partition, 0, len(work))}
	var before int64
	for _, p := range work {
		before += p.source.Len()
		if err := p.run(ctx); err != nil {
			return nil, fmt.Errorf("cannot verify %s/%d: %w", p.Topic, p.Partition.Partition, err)
		}
		r.add(&p.Partition)
		v.progress(before - v.done)
	}
	return r, nil
}

func (v *Verifier) progress(n int64) {
	v.done += n
	if v.Progress != nil {
		v.Progress(v.done, v.total)
	}
}

// A kept is what a log holds: the offsets from From up to but not including To.
type kept struct {
	topic string
	verdicts.Range
}

// prepare asks what the logs hold. The order matters while a gate is at work: what is asked for first cannot be ahead of what is asked for later,
// and a gate writes the quarantine before the verdict and the verdict before the offset.
func (v *Verifier) prepare(ctx context.Context, topics []string) ([]*partition, error) {
	all, err := v.Client.Topics(ctx, topics...)
	if err != nil {
		return nil, err
	}
	var work []*partition
	for _, topic := range topics {
		if all[topic].Partitions == 0 {
			return nil, fmt.Errorf("cannot verify %s: there is no such topic", topic)
		}
		ps, err := v.prepareTopic(ctx, topic, all[topic].Partitions)
		if err != nil {
			return nil, fmt.Errorf("cannot verify %s: %w", topic, err)
		}
		work = append(work, ps...)
	}
	return work, nil
}

func (v *Verifier) prepareTopic(ctx context.Context, topic string, n int) ([]*partition, error) {
	config, err := v.Client.TopicConfig(ctx, topic)
	if err != nil {
		return nil, err
	}
	committed, err := v.committed(ctx, topic, n)
	if err != nil {
		return nil, err
	}
	work := make([]*partition, n)
	for i := range work {
		work[i] = &partition{
			Partition: Partition{Topic: topic, Partition: i, SkippedBy: make(map[string]int64)},
			verifier:  v, client: v.Client, compacted: strings.Contains(config["cleanup.policy"], "compact"), committed: committed[i],
			verdicts:   kept{topic: verdicts.Topic(topic)},
			quarantine: kept{topic: topic + ".quarantine"},
			source:     kept{topic: topic},
		}
	}
	for _, log := range []func(*partition) *kept{
		func(p *partition) *kept { return &p.verdicts },
		func(p *partition) *kept { return &p.quarantine },
		func(p *partition) *kept { return &p.source },
	} {
		info, err := v.Client.Topics(ctx, log(work[0]).topic)
		if err != nil {
			return nil, err
		}
		for i := range min(n, info[log(work[0]).topic].Partitions) { // what is not there holds nothing
			if err := v.ends(ctx, log(work[i]), i); err != nil {
				return nil, err
			}
		}
	}
	return work, nil
}

// ends asks what a log holds.
func (v *Verifier) ends(ctx context.Context, k *kept, number int) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return wire.Retry(ctx, "ask for the log's ends", nil, func(ctx context.Context) (err error) {
		k.From, k.To, err = v.Client.Offsets(ctx, k.topic, number)
		return err
	})
}

// A position is where the group stands, -1 for nowhere, and where its account says that it began.
type position struct{ offset, began int64 }

func (v *Verifier) committed(ctx context.Context, topic string, n int) ([]position, error) {
	out := make([]position, n)
	parts := make([]int, n)
	for i := range out {
		out[i], parts[i] = position{-1, -1}, i
	}
	if v.Group == "" {
		return out, nil
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var at map[string]map[int]wire.Position
	err := wire.Retry(ctx, "ask for the group's offsets", nil, func(ctx context.Context) (err error) {
		at, err = v.Client.Committed(ctx, v.Group, map[string][]int{topic: parts})
		return err
	})
	for i, c := range at[topic] {
		// An offset that a person committed has no account: winnow's begins there.
		out[i] = position{c.Offset, c.Offset}
		var totals pipeline.Totals
		if json.Unmarshal([]byte(c.Metadata), &totals) == nil {
			out[i].began = min(totals.First, c.Offset)
		}
	}
	return out, err
}
