package feed

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/pipeline/judge"
	"github.com/winnow-data/winnow/pipeline/verdicts"
	"github.com/winnow-data/winnow/wire"
)

const (
	loadFetch   = 1 << 20
	loadWait    = 500 * time.Millisecond
	loadEntries = 256 // of the verdict log, in one chunk
)

// A loader makes chunks of what is no longer, or never was, in the cache: it reads records from Kafka again and decodes them as the gate did, under
// the contract that the verdict log names and with its policy for sensitive data. What passed is what the log says; no rule is asked again.
// A loader serves one feed at a time.
type loader struct {
	cursor    *wire.Cursor
	judges    map[string]*judge.Judge // by the contract's hash
	gathering *gathering
	kept      []byte // the values of the records that are being judged
	rows      []int32
	offsets   []int64
}

func newLoader(client *wire.Client, batch int) *loader {
	return &loader{cursor: client.NewCursor("", 0, 0, wire.CursorLimits{Fetch: loadFetch, Batch: batch}), judges: make(map[string]*judge.Judge)}
}

// load reads from offset on what passed in entries, which follow each other, until some most bytes are together or the entries end. room gives the
// chunk's memory. There is no chunk where it gives none, or nothing passed.
func (l *loader) load(ctx context.Context, src *source, p part, offset int64, entries []verdicts.Entry, most int, room func(int) block) (*chunk, error) {
	j, err := l.ready(src, p, offset, entries[0].Contract)
	if err != nil {
		return nil, err
	}
	to := entries[len(entries)-1].To
	for _, r := range passing(entries, offset) {
		if to, err = l.read(ctx, j, p, r, most); err != nil {
			break
		}
		if to < r.To {
			break
		}
		to = entries[len(entries)-1].To
	}
	l.settle(j)
	switch {
	case errors.Is(err, kafka.OffsetOutOfRange):
		return nil, gone(ctx, src.client, p, l.cursor.Next(), err)
	case err != nil:
		return nil, err
	}
	c := l.gathering.chunk(to, room)
	l.cursor.Forget(2 * loadFetch)
	return c, nil
}

// read takes in the records of r, all of which passed, and says how far it came: until most bytes were together.
func (l *loader) read(ctx context.Context, j *judge.Judge, p part, r verdicts.Range, most int) (int64, error) {
	for l.cursor.MoveTo(p.topic, p.id, r.From); l.cursor.Next() < r.To && l.gathering.size() < most; {
		err := l.cursor.Read(ctx, min(r.To, l.cursor.Next()+judge.MaxRecords), loadWait, func(r *winnow.Record) error {
			l.add(j, r)
			return nil
		})
		if err != nil {
			return l.cursor.Next(), err
		}
	}
	return l.cursor.Next(), nil
}

// passing is what entries let through, from offset on.
func passing(entries []verdicts.Entry, offset int64) (runs []verdicts.Range) {
	for i := range entries {
		e := &entries[i]
		from := max(e.From, offset)
		without := clip(nil, e.Failed, from)
		for _, rs := range e.Skipped {
			without = clip(without, rs, from)
		}
		if from < e.To {
			runs = append(runs, gaps(merge(without), from, e.To)...)
		}
	}
	return runs
}

// ready makes l ready for a chunk of contract's records.
func (l *loader) ready(src *source, p part, offset int64, contract string) (*judge.Judge, error) {
	plan, err := src.plan(p.topic, contract)
	if err != nil {
		return nil, err
	}
	if l.judges[contract] == nil {
		l.judges[contract] = judge.New(plan, nil)
	}
	if g := l.gathering; g == nil || g.contract != contract || g.pick != src.pick {
		if l.gathering, err = newGathering(p, contract, src.pick, offset); err != nil {
			return nil, err
		}
	}
	l.gathering.part = p
	l.gathering.reset(offset)
	return l.judges[contract], nil
}

// gone says how much retention has taken.
func gone(ctx context.Context, client *wire.Client, p part, offset int64, err error) error {
	start, _, startErr := client.Offsets(ctx, p.topic, p.id)
	if startErr != nil || start <= offset {
		return fmt.Errorf("cannot read %s/%d again from %d: %w", p.topic, p.id, offset, err)
	}
	return fmt.Errorf("records %d to %d of %s/%d are gone, %d of them: retention has passed the feed's position; set the offsets of its group to %d to go on there",
		offset, start-1, p.topic, p.id, start-offset, start)
}

// add takes a record in. Its bytes are kept until settle.
func (l *loader) add(j *judge.Judge, r *winnow.Record) {
	kept := *r
	if r.Value != nil {
		from := len(l.kept)
		l.kept = append(l.kept, r.Value...) // a move leaves what was kept before on the old array, which lives on
		kept.Value = l.kept[from:len(l.kept):len(l.kept)]
	}
	kept.Key, kept.Headers, kept.NumHeaders = nil, nil, 0
	j.Add(&kept)
	if j.Full() {
		l.settle(j)
	}
}

// settle takes what was judged over into the gathering.
func (l *loader) settle(j *judge.Judge) {
	if j.Len() == 0 {
		return
	}
	j.Finish()
	var oldest int64
	if l.rows, l.offsets, oldest = j.Passing(l.rows[:0], l.offsets[:0]); len(l.rows) > 0 {
		columns := j.Columns()
		l.gathering.add(columns, l.rows, l.offsets, oldest)
		columns.Release()
	}
	j.Reset()
	if l.kept = l.kept[:0]; cap(l.kept) > 2*loadFetch {
		l.kept = nil
	}
}

// A source says how a topic's records are read.
type source struct {
	client *wire.Client
	pick   *pick
	plans  map[string]*judge.Plan // by the contract's hash, without rules
}

// plan finds the plan of a contract's hash.
func (s *source) plan(topic, contract string) (*judge.Plan, error) {
	if p := s.plans[contract]; p != nil {
		return p, nil
	}
	return nil, fmt.Errorf("records of %s were judged under the contract %s, which this winnow does not have: list that version of the contract's file, too, "+
		"or set the offsets of the feed's group behind them", topic, contract)
}
