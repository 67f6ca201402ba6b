package loadgen

import (
	"context"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/wire"
)

// A Score compares what was planted with what the gate found. Records = Good + Planted + Unjudged + Repeated + Unlabelled.
type Score struct {
	Records int64 `json:"records"` // of the topic; a batch that cannot be read counts as one
	Good    int64 `json:"good"`    // labelled good, and judged

	Planted     int64 `json:"planted"` // judged, as all that follow
	Caught      int64 `json:"caught"`  // planted and failed
	Missed      int64 `json:"missed"`  // planted and not failed
	FalseAlarms int64 `json:"false_alarms"`
	// WrongReason counts the caught whose expected reason is not among the reasons of their copy in the quarantine, NoCopy those that have
	// no copy there.
	WrongReason int64 `json:"wrong_reason"`
	NoCopy      int64 `json:"no_copy"`

	Unjudged   int64 `json:"unjudged"`   // no verdict yet
	Repeated   int64 `json:"repeated"`   // written twice because an answer was lost: not scored
	Unlabelled int64 `json:"unlabelled"` // not written by a Loader

	ByKind []KindScore `json:"by_kind"` // in the order of Faults
	// Alarms are the reasons of the false alarms, by rule and pointer.
	Alarms []AlarmCount `json:"alarms,omitempty"`
}

// Perfect says that everything planted was caught, for the right reason, that nothing good was failed, and that everything was judged.
func (s Score) Perfect() bool {
	return s.Missed == 0 && s.FalseAlarms == 0 && s.WrongReason == 0 && s.NoCopy == 0 && s.Unjudged == 0
}

// A KindScore is the score of one kind of fault.
type KindScore struct {
	Kind        string `json:"kind"`
	Planted     int64  `json:"planted"`
	Caught      int64  `json:"caught"`
	Missed      int64  `json:"missed"`
	WrongReason int64  `json:"wrong_reason"`
	NoCopy      int64  `json:"no_copy"`
}

// An AlarmCount is how many good records failed for a reason.
type AlarmCount struct {
	Rule    string `json:"rule"`
	Pointer string `json:"pointer"`
	Count   int64  `json:"count"`
}

// ScoreTopic reads a topic's labels, its verdict log and its quarantine up to where they end when it starts, and scores the verdicts. It holds
// a few fetches in memory, however long the topic is. A topic without a verdict log is all Unjudged.
func ScoreTopic(ctx context.Context, client *wire.Client, topic string) (Score, error) {
	topics, err := client.Topics(ctx, topic, topic+verdictSuffix, topic+quarantineSuffix)
	if err != nil {
		return Score{}, fmt.Errorf("cannot score %s: %w", topic, err)
	}
	info, ok := topics[topic]
	if !ok {
		return Score{}, fmt.Errorf("cannot score %s: there is no such topic", topic)
	}
	scorers := make([]*scorer, info.Partitions)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(2)
	for p := range scorers {
		s := newScorer()
		scorers[p] = s
		g.Go(func() error { return s.partition(ctx, client, topic, p, topics) })
	}
	if err := g.Wait(); err != nil {
		return Score{}, fmt.Errorf("cannot score %s: %w", topic, err)
	}
	return sum(scorers), nil
}

// A scorer scores one partition.
type scorer struct {
	score      Score
	faults     map[string]Fault
	kinds      map[string]*KindScore
	alarms     map[winnow.Reason]int64
	numbers    map[stream]uint64 // the highest seen
	verdicts   verdictLog
	quarantine quarantine
}

func newScorer() *scorer {
	s := &scorer{
		faults: make(map[string]Fault), kinds: make(map[string]*KindScore),
		alarms: make(map[winnow.Reason]int64), numbers: make(map[stream]uint64),
	}
	for _, f := range Faults() {
		s.faults[f.Kind] = f
	}
	return s
}

// partition opens the three logs and scores. The gate writes the quarantine before the verdict, so their ends are read in the opposite order:
// a verdict that is seen has its copies.
func (s *scorer) partition(ctx context.Context, client *wire.Client, topic string, p int, topics map[string]wire.TopicInfo) error {
	source, err := newCursor(ctx, client, topic, p)
	if err != nil {
		return err
	}
	open := func(name string) (*cursor, error) {
		if topics[name].Partitions <= p {
			return nil, nil
		}
		return newCursor(ctx, client, name, p)
	}
	if s.verdicts.from, err = open(topic + verdictSuffix); err != nil {
		return err
	}
	if s.quarantine.from, err = open(topic + quarantineSuffix); err != nil {
		return err
	}
	s.quarantine.prefix = fmt.Sprintf("%s/%d/", topic, p)
	for {
		what, err := source.next(ctx)
		if err != nil || what == eventEnd {
			return err
		}
		s.score.Records++
		if what == eventBatch {
			err = s.batch(ctx, &source.batch)
		} else {
			err = s.record(ctx, &source.record)
		}
		if err != nil {
			return err
		}
	}
}

func (s *scorer) batch(ctx context.Context, b *wire.Batch) error {
	f, ok := BatchLabel(b)
	if !ok {
		s.score.Unlabelled++
		return nil
	}
	return s.judge(ctx, f.Kind, b.Base, b.Next())
}

func (s *scorer) record(ctx context.Context, r *winnow.Record) error {
	l, ok := readLabel(r)
	if !ok {
		s.score.Unlabelled++
		return nil
	}
	if highest, seen := s.numbers[l.from]; seen && l.number <= highest {
		s.score.Repeated++
		return nil
	}
	s.numbers[l.from] = l.number
	kind := ""
	if string(l.kind) != LabelNone {
		kind = string(l.kind)
	}
	return s.judge(ctx, kind, r.Offset, r.Offset+1)
}

// judge scores the verdict on [from, to), which is one record or a batch.
func (s *scorer) judge(ctx context.Context, kind string, from, to int64) error {
	v, err := s.verdicts.at(ctx, from)
	if err != nil {
		return err
	}
	if v == nil {
		s.score.Unjudged++
		return nil
	}
	failed := v.failed(from, min(to, v.To))
	switch {
	case kind != "":
		return s.planted(ctx, kind, from, failed)
	case failed:
		s.score.Good++
		s.score.FalseAlarms++
		return s.alarm(ctx, from)
	}
	s.score.Good++
	return nil
}

func (s *scorer) planted(ctx context.Context, kind string, offset int64, failed bool) error {
	k := s.kinds[kind]
	if k == nil {
		k = &KindScore{Kind: kind}
		s.kinds[kind] = k
	}
	k.Planted++
	if !failed {
		k.Missed++
		return nil
	}
	k.Caught++
	reasons, ok, err := s.quarantine.at(ctx, offset)
	switch f, known := s.faults[kind]; {
	case err != nil:
		return err
	case !ok:
		k.NoCopy++
	case known && !slices.ContainsFunc(reasons, f.Explains):
		k.WrongReason++
	}
	return nil
}

func (s *scorer) alarm(ctx context.Context, offset int64) error {
	reasons, ok, err := s.quarantine.at(ctx, offset)
	if !ok {
		s.score.NoCopy++
	}
	for _, r := range reasons {
		s.alarms[winnow.Reason{Rule: r.Rule, Pointer: r.Pointer}]++
	}
	return err
}
