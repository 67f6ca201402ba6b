package loadgen

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/winnow-data/winnow/wire"
)

// errTopicNotThere is retriable: a new topic takes a moment to be known to every broker.
var errTopicNotThere error = kafka.UnknownTopicOrPartition

// defaultRound is how long a worker gathers records at most when the rate is low.
const defaultRound = 100 * time.Millisecond

// maxLag is how far a worker that was held up may be behind its rate and still catch up.
const maxLag = time.Second

// A part is one partition's share of a worker's round.
type part struct {
	number  int
	records []wire.OutRecord
}

// A worker writes the partitions that are its own.
type worker struct {
	l      *Loader
	gen    *Generator
	from   stream
	rate   float64 // records a second, 0 is no limit
	left   int64   // records to go, -1 for no end
	parts  []part
	next   int // partition of the next planted batch
	number uint64

	arena   []byte // of the round's records
	scratch []byte
	batch   []byte
	encoder wire.Encoder
	kinds   map[string]int64
}

func newWorker(l *Loader, i, of int) *worker {
	cfg := l.cfg.Generator
	run := cfg.Seed
	cfg.Seed = run*maxWorkers + uint64(i)
	w := &worker{l: l, gen: New(cfg), from: stream{run, uint64(i)}, rate: l.cfg.Rate / float64(of), left: -1, kinds: make(map[string]int64)}
	if l.cfg.Count > 0 {
		w.left = l.cfg.Count / int64(of)
		if int64(i) < l.cfg.Count%int64(of) {
			w.left++
		}
	}
	return w
}

// run writes rounds until ctx ends or there are no records to go. send is for what is on its way.
func (w *worker) run(ctx, send context.Context) error {
	began, made := time.Now(), int64(0)
	for w.left != 0 && ctx.Err() == nil {
		n := w.fill()
		if err := w.flush(send); err != nil {
			return err
		}
		if err := w.plantBatches(send); err != nil {
			return err
		}
		if made += n; w.rate > 0 {
			began = pace(ctx, w.rate, began, made)
		}
	}
	return nil
}

// pace waits until the rate, in records a second, allows more than what was made since the start. Who is too far behind gives up what was
// lost: the start moves.
func pace(ctx context.Context, rate float64, began time.Time, made int64) time.Time {
	wait := time.Until(began.Add(time.Duration(float64(made) / rate * float64(time.Second))))
	if wait <= 0 {
		if wait < -maxLag {
			began = began.Add(-wait - maxLag)
		}
		return began
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
	return began
}

// fill makes the records of a round.
func (w *worker) fill() int64 {
	n := int64(w.l.cfg.BatchRecords * len(w.parts))
	if w.rate > 0 {
		n = min(n, max(1, int64(w.rate*w.l.cfg.Round.Seconds())))
	}
	if w.left >= 0 {
		n = min(n, w.left)
		w.left -= n
	}
	w.arena = w.arena[:0]
	for range n {
		w.add()
	}
	return n
}

// add makes a record. The slices of a round stay good when the arena grows: they keep the old one.
func (w *worker) add() {
	g := w.gen
	start := len(w.arena)
	arena, fault := g.append(w.arena)
	value := arena[start:len(arena):len(arena)]
	if g.null {
		value = nil
	}
	kind := ""
	if fault != nil {
		kind = fault.Kind
		w.kinds[kind]++
	}
	p := &w.parts[partition(g.key, len(w.parts))]
	out := wire.OutRecord{Value: value, Time: g.millis}
	w.arena, out.Key = w.withKey(arena, g.key)
	w.arena, out.Headers = w.withHeaders(w.arena, kind)
	out.NumHeaders = numHeaders
	p.records = append(p.records, out)
}

func (w *worker) withKey(arena, key []byte) (grown, kept []byte) {
	start := len(arena)
	arena = append(arena, key...)
	return arena, arena[start:len(arena):len(arena)]
}

func (w *worker) withHeaders(arena []byte, kind string) (grown, kept []byte) {
	start := len(arena)
	arena, w.scratch = appendHeaders(arena, kind, w.from, w.number, w.scratch)
	w.number++
	return arena, arena[start:len(arena):len(arena)]
}

// partition is chosen by the key, so that a duplicate meets its original.
func partition(key []byte, of int) int {
	const offset, prime = 14695981039346656037, 1099511628211 // FNV-1a
	h := uint64(offset)
	for _, c := range key {
		h = (h ^ uint64(c)) * prime
	}
	return int(h >> 33 % uint64(of))
}

// flush sends the round's records and counts them.
func (w *worker) flush(ctx context.Context) error {
	var done Stats
	for i := range w.parts {
		p := &w.parts[i]
		if err := w.send(ctx, p.number, p.records, &done); err != nil {
			return err
		}
		p.records = p.records[:0]
	}
	w.l.tally.add(done, w.kinds)
	clear(w.kinds)
	return nil
}

// send writes records as one batch, or as several where the topic wants them smaller.
func (w *worker) send(ctx context.Context, partition int, records []wire.OutRecord, done *Stats) error {
	if len(records) == 0 {
		return nil
	}
	w.batch = w.encoder.Append(w.batch[:0], records, w.l.cfg.Codec)
	err := w.produce(ctx, partition)
	if errors.Is(err, wire.ErrTooLarge) && len(records) > 1 {
		half := len(records) / 2
		if err := w.send(ctx, partition, records[:half], done); err != nil {
			return err
		}
		return w.send(ctx, partition, records[half:], done)
	}
	if err != nil {
		return err
	}
	done.Batches++
	done.Records += int64(len(records))
	for i := range records {
		done.Bytes += int64(len(records[i].Value))
	}
	return nil
}

// produce sends w.batch. A lost answer makes it send twice; the score knows such records by their numbers.
func (w *worker) produce(ctx context.Context, partition int) error {
	return wire.Retry(ctx, "produce", w.l.cfg.Log, func(ctx context.Context) error {
		_, err := w.l.client.Produce(ctx, w.l.cfg.Topic, partition, w.batch)
		return err
	})
}

// plantBatches writes the planted batches that are due.
func (w *worker) plantBatches(ctx context.Context) error {
	for {
		fault, ok := w.l.tally.nextBatch(w.l.cfg.BatchEvery, w.l.faults)
		if !ok {
			return nil
		}
		if err := w.plantBatch(ctx, fault); err != nil {
			return err
		}
	}
}

// plantBatch writes one. A broker may look into batches and refuse it: then the kind is not tried again.
func (w *worker) plantBatch(ctx context.Context, fault batchFault) error {
	g := w.gen
	g.write(nil)
	g.seq++
	r := wire.OutRecord{Key: bytes.Clone(g.key), Value: g.draft.append(nil), Time: g.millis, NumHeaders: numHeaders}
	_, r.Headers = w.withHeaders(nil, fault.Kind)
	batch, err := fault.build(r, fault.label)
	if err != nil {
		return err
	}
	w.batch = append(w.batch[:0], batch...)
	partition := w.parts[w.next%len(w.parts)].number
	w.next++
	var refused bool
	err = wire.Retry(ctx, "produce a planted batch", w.l.cfg.Log, func(ctx context.Context) error {
		_, err := w.l.client.Produce(ctx, w.l.cfg.Topic, partition, w.batch)
		if refused = refuses(err); refused {
			return nil
		}
		return err
	})
	if err != nil {
		return err
	}
	if refused {
		w.l.tally.refuse(fault.Kind)
		return nil
	}
	records := int64(binary.BigEndian.Uint32(batch[batchAtCount:]))
	w.l.tally.add(Stats{Records: records, Batches: 1}, map[string]int64{fault.Kind: 1})
	return nil
}

// refuses says that a broker has looked at a batch and does not want it.
func refuses(err error) bool {
	var code kafka.Error
	return errors.Is(err, wire.ErrTooLarge) || errors.As(err, &code) && (code == kafka.InvalidMessage || !wire.IsRetriable(err))
}
