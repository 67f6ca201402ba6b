package quarantine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/wire"
)

const (
	fetchBytes = 1 << 20
	// bigSlab is what a fetch may leave grown; beyond, memory is given back.
	bigSlab = 8 << 20
)

// A tail reads quarantine partitions, one after the other, with one memory for all.
type tail struct {
	slab   *wire.Slab
	open   *wire.Decompressor
	reader reader
	rec    winnow.Record
	meta   meta
	failed string // the last error that was logged
}

// Run builds the index and follows the quarantine topics until ctx ends; then it returns nil. What Kafka refuses or
// breaks is logged, once while it stays the same, and tried again.
func (x *Index) Run(ctx context.Context) error {
	t := &tail{slab: wire.NewSlab(x.cfg.Batch), open: wire.NewDecompressor(x.cfg.Batch)}
	ticker := time.NewTicker(x.cfg.Poll)
	defer ticker.Stop()
	var refreshed time.Time
	for {
		var err error
		if time.Since(refreshed) >= x.cfg.Refresh {
			if err = x.refresh(ctx); err == nil {
				refreshed = time.Now()
			}
		}
		if err == nil {
			err = x.sweep(ctx, t)
		}
		x.tell(ctx, t, err)
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// tell logs an error that is not the one before, and that it is over.
func (x *Index) tell(ctx context.Context, t *tail, err error) {
	switch {
	case ctx.Err() != nil:
	case err != nil && err.Error() != t.failed:
		x.cfg.Log.Warn("the review index is behind", "error", err)
		t.failed = err.Error()
	case err == nil && t.failed != "":
		x.cfg.Log.Info("the review index reads again")
		t.failed = ""
	}
}

// refresh looks for quarantine topics and partitions that have come or gone.
func (x *Index) refresh(ctx context.Context) error {
	infos, err := x.kafka.Topics(ctx)
	if err != nil {
		return fmt.Errorf("cannot list the quarantine topics: %w", err)
	}
	there := map[part]bool{}
	for topic, info := range infos {
		source, ok := x.sourceOf(topic)
		if !ok {
			continue
		}
		for i := range info.Partitions {
			there[part{source, i}] = true
		}
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	for p := range there {
		if x.parts[p] == nil {
			x.parts[p] = &follow{shelf: *newShelf(), next: -1}
		}
	}
	for p := range x.parts {
		if !there[p] {
			x.remove(p)
		}
	}
	return nil
}

// sweep reads what is new in every partition. One that cannot be read does not keep it from the others.
func (x *Index) sweep(ctx context.Context, t *tail) error {
	x.mu.RLock()
	parts := x.sorted()
	x.mu.RUnlock()
	var faults []error
	for _, p := range parts {
		if err := x.turn(ctx, t, p); err != nil {
			faults = append(faults, err)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	if len(faults) > 0 {
		return errors.Join(faults...)
	}
	x.mu.Lock()
	x.caughtUp = true
	x.mu.Unlock()
	return nil
}

// turn reads a partition to where its end was when the turn began. Only Run's goroutine changes parts, so that it may
// read there without the lock.
func (x *Index) turn(ctx context.Context, t *tail, p part) error {
	f := x.parts[p]
	topic := p.source + Suffix
	if f.next < 0 {
		start, _, err := x.kafka.Offsets(ctx, topic, p.partition)
		if err != nil {
			return fmt.Errorf("cannot read %s/%d: %w", topic, p.partition, err)
		}
		f.next = start
	}
	for goal := int64(-1); goal < 0 || f.next < goal; {
		got, err := x.kafka.Fetch(ctx, wire.FetchRequest{
			Topic: topic, Partition: p.partition, Offset: f.next, MaxBytes: fetchBytes, ReadCommitted: true,
		}, t.slab)
		if errors.Is(err, kafka.OffsetOutOfRange) {
			return x.reset(ctx, p)
		}
		if err != nil {
			return err
		}
		if goal < 0 {
			if goal = got.HighWatermark; got.LastStable >= 0 {
				goal = min(goal, got.LastStable)
			}
		}
		before := f.next
		x.absorb(t, p, f, &got)
		if f.next == before {
			return nil // an open transaction, or nothing
		}
	}
	return nil
}

// reset goes back to what there is when the place to read is gone: records expired that were not read, or the topic was
// made anew.
func (x *Index) reset(ctx context.Context, p part) error {
	topic := p.source + Suffix
	start, end, err := x.kafka.Offsets(ctx, topic, p.partition)
	if err != nil {
		return fmt.Errorf("cannot read %s/%d: %w", topic, p.partition, err)
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	f := x.parts[p]
	if f.next <= end {
		f.next = max(f.next, start)
		x.expire(f, start)
		return nil
	}
	x.cfg.Log.Warn("a quarantine topic was truncated or made anew: it is read again", "topic", topic, "partition", p.partition)
	x.remove(p)
	x.parts[p] = &follow{shelf: *newShelf(), next: start, logStart: start}
	return nil
}

// absorb takes in what was fetched.
func (x *Index) absorb(t *tail, p part, f *follow, got *wire.Fetched) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.expire(f, got.LogStart)
	if got.TooLarge != nil {
		b := got.TooLarge.Batch()
		x.unreadable++
		f.next = max(f.next+1, b.Next())
		return
	}
	big := len(got.Set) > bigSlab
	aborted := wire.NewAbortFilter(got.Aborted)
	for set := got.Set; ; {
		b, rest, err := wire.NextBatch(set)
		if errors.Is(err, wire.ErrCorrupt) {
			x.unreadable++
			f.next++ // what frames the batch is broken: its end is found by asking for the next offset
			return
		}
		if err != nil && !errors.Is(err, wire.ErrMagic) {
			break // the end, or a batch cut short
		}
		x.batch(t, p, f, &b, err != nil || b.CheckCRC() != nil, aborted)
		f.next = max(f.next, b.After(rest))
		set = rest
	}
	if big {
		t.slab, t.open = wire.NewSlab(x.cfg.Batch), wire.NewDecompressor(x.cfg.Batch)
	}
}

// batch takes in one batch's records.
func (x *Index) batch(t *tail, p part, f *follow, b *wire.Batch, broken bool, aborted *wire.AbortFilter) {
	if broken {
		x.unreadable++
		return
	}
	if aborted.Skip(b) || b.Control() {
		return
	}
	payload, err := t.open.Open(b)
	if err != nil {
		x.unreadable++
		return
	}
	rs := wire.NewRecords(b, payload)
	for rs.Next(&t.rec) {
		if t.rec.Offset < f.next || !t.reader.read(&t.rec, &t.meta) {
			continue
		}
		if string(t.meta.topic) == p.source && t.meta.partition == p.partition {
			x.add(p, f, &t.meta)
		}
	}
	if rs.Err() != nil {
		x.unreadable++
	}
}
