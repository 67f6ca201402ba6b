package feed

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/apache/arrow/go/v15/arrow"
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
	// patience is how long a feed waits for a broker before it tries something else.
	patience = 3 * time.Second
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
	return &loader{cursor: client.NewCursor("", 0, 0, wire.CursorLimits{Fetch: loadFetch, Batch: batch, Patience: patience}), judges: make(map[string]*judge.Judge)}
}

// errFull ends a read: enough is together.
var errFull = errors.New("enough is together")

// load reads from offset on what passed in entries, which follow each other, until some most bytes are together or to is reached, which is behind offset
// and within the entries. room gives the chunk's memory. There is no chunk where it gives none, or nothing passed.
func (l *loader) load(ctx context.Context, src *source, p part, offset, to int64, entries []verdicts.Entry, most int, room func(int) block) (*chunk, error) {
	j, err := l.ready(src, p, offset, entries[0].Contract)
	if err != nil {
		return nil, err
	}
	for _, r := range passing(entries, verdicts.Range{From: offset, To: to}) {
		l.cursor.MoveTo(p.topic, p.id, r.From)
		for err == nil && l.cursor.Next() < r.To {
			err = l.cursor.Read(ctx, r.To, loadWait, func(rec *winnow.Record) error { return l.add(j, rec, most) })
		}
		if err != nil {
			break
		}
	}
	l.settle(j)
	switch {
	case errors.Is(err, errFull):
		to = l.cursor.Next()
	case errors.Is(err, kafka.OffsetOutOfRange):
		return nil, gone(ctx, src.client, p, l.cursor.Next(), err)
	case err != nil:
		return nil, err
	}
	c := l.gathering.chunk(to, room)
	l.cursor.Forget(2 * loadFetch)
	return c, nil
}

// passing is what entries let through in r.
func passing(entries []verdicts.Entry, r verdicts.Range) (runs []verdicts.Range) {
	for i := range entries {
		e := &entries[i]
		in := verdicts.Overlap(r, verdicts.Range{From: e.From, To: e.To})
		if in.Len() == 0 {
			continue
		}
		without := append([]verdicts.Range(nil), e.Failed...)
		for _, rs := range e.Skipped {
			without = append(without, rs...)
		}
		runs = append(runs, verdicts.Minus(in, verdicts.Merge(without))...)
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
	if g := l.gathering; g == nil || g.contract != contract || g.pick != src.picks[contract] {
		if l.gathering, err = newGathering(p, contract, src.picks[contract], offset); err != nil {
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

// add takes a record in, unless enough is together. Its bytes are kept until settle.
func (l *loader) add(j *judge.Judge, r *winnow.Record, most int) error {
	if l.gathering.table.rows+j.Len() > 0 && l.gathering.size()+len(l.kept)+len(r.Value) > most {
		return errFull
	}
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
	return nil
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
	schema *arrow.Schema          // of what is kept
	plans  map[string]*judge.Plan // by the contract's hash, without rules
	picks  map[string]*pick       // what is kept of each one's columns
}

// plan finds the plan of a contract's hash.
func (s *source) plan(topic, contract string) (*judge.Plan, error) {
	if p := s.plans[contract]; p != nil {
		return p, nil
	}
	return nil, fmt.Errorf("records of %s were judged under the contract %s, which this winnow does not have: put that version of the contract's file under former_contracts, "+
		"or set the offsets of the feed's group behind them, and start again", topic, contract)
}
