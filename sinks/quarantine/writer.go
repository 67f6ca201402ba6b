package quarantine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/wire"
)

// What a Writer holds at most in one batch before compression, and of memory that it keeps between two Writes.
const (
	batchBytes    = 900_000
	batchOverhead = 1024 // a batch's header, and what compression of incompressible bytes adds
	recordBytes   = 64   // a record's lengths and deltas, rounded up
	keptBytes     = 8 << 20
)

// How large a batch a topic takes: Kafka's default, what is tried where the configuration cannot be read (the broker then
// says), and how long a reading is believed.
const (
	defaultMaxMessage = 1048588
	unknownMaxMessage = 64 << 20
	limitAge          = time.Minute
)

// producer is what a Writer needs of wire.Client.
type producer interface {
	Produce(ctx context.Context, topic string, partition int, batch []byte) (base int64, err error)
	TopicConfig(ctx context.Context, name string) (map[string]string, error)
}

// A Writer is the winnow.Sink over Kafka: one record in T.quarantine for each rejected one. Write may be called
// concurrently for different partitions.
type Writer struct {
	kafka producer
	log   *slog.Logger
	now   func() time.Time
	pool  sync.Pool // of *encoder
	mu    sync.Mutex
	max   map[string]limit // by quarantine topic
}

// A limit is a topic's max.message.bytes, and when it was read.
type limit struct {
	bytes int
	read  time.Time
}

var _ winnow.Sink = (*Writer)(nil)

// NewWriter makes a Writer. now is the clock that judging times are taken from.
func NewWriter(client *wire.Client, log *slog.Logger, now func() time.Time) *Writer {
	return newWriter(client, log, now)
}

func newWriter(kafka producer, log *slog.Logger, now func() time.Time) *Writer {
	return &Writer{
		kafka: kafka, log: log, now: now, max: map[string]limit{},
		pool: sync.Pool{New: func() any { return new(encoder) }},
	}
}

// Write puts rs into topic's quarantine and returns once all in-sync replicas have them. What Kafka says is passing is
// tried again until ctx ends. A record that the topic cannot take becomes a stub: its value is replaced by its size and
// SHA-256 (of the masked value, where spans were masked). After an error the first of rs may have been written.
func (w *Writer) Write(ctx context.Context, topic string, partition int, rs []winnow.Rejected) error {
	if len(rs) == 0 {
		return nil
	}
	e, _ := w.pool.Get().(*encoder)
	defer func() {
		if e.forget() {
			w.pool.Put(e)
		}
	}()
	target := topic + Suffix
	now := w.now()
	e.begin(topic, partition, now)
	for len(rs) > 0 {
		limit := w.limit(ctx, target)
		n := e.fill(rs, min(batchBytes, limit-batchOverhead))
		if err := w.send(ctx, e, target, rs[:n], e.out[:n]); err != nil {
			return fmt.Errorf("cannot write to %s partition %d: %w", target, partition, err)
		}
		rs = rs[n:]
	}
	return nil
}

// send writes out, made of rs, as one batch, or as halves where that is too large, down to single records.
func (w *Writer) send(ctx context.Context, e *encoder, target string, rs []winnow.Rejected, out []wire.OutRecord) error {
	err := w.produce(ctx, e, target, out)
	if !errors.Is(err, wire.ErrTooLarge) {
		return err
	}
	if len(out) == 1 {
		return w.shrink(ctx, e, target, &rs[0])
	}
	half := len(out) / 2
	if err := w.send(ctx, e, target, rs[:half], out[:half]); err != nil {
		return err
	}
	return w.send(ctx, e, target, rs[half:], out[half:])
}

// shrink writes as much of r as the topic takes.
func (w *Writer) shrink(ctx context.Context, e *encoder, target string, r *winnow.Rejected) error {
	for s := stub; s <= minimal; s++ {
		out := [1]wire.OutRecord{e.record(r, s)}
		err := w.produce(ctx, e, target, out[:])
		if !errors.Is(err, wire.ErrTooLarge) {
			return err
		}
	}
	return fmt.Errorf("the topic takes not even a stub of a record: raise its max.message.bytes: %w", wire.ErrTooLarge)
}

// produce encodes and sends one batch. A batch that is larger than the topic said it takes is not sent: a broker hangs
// up on much too large ones. Should the broker know better, what it says is remembered.
func (w *Writer) produce(ctx context.Context, e *encoder, target string, out []wire.OutRecord) error {
	e.batch = e.wire.Append(e.batch[:0], out, wire.CodecLZ4)
	if len(e.batch) > w.limit(ctx, target) {
		return wire.ErrTooLarge
	}
	err := wire.Retry(ctx, "write to "+target, w.log, func(ctx context.Context) error {
		_, err := w.kafka.Produce(ctx, target, e.place.partition, e.batch)
		return err
	})
	if errors.Is(err, wire.ErrTooLarge) {
		w.forgetLimit(target)
	}
	return err
}

// limit is the topic's max.message.bytes. It is read again from time to time, since a person who raises it wants to see
// records and not stubs, and after the broker refused a batch.
func (w *Writer) limit(ctx context.Context, target string) int {
	now := w.now()
	w.mu.Lock()
	known, ok := w.max[target]
	w.mu.Unlock()
	if ok && now.Sub(known.read) < limitAge {
		return known.bytes
	}
	n := maxMessage(ctx, w.kafka, target, unknownMaxMessage)
	w.mu.Lock()
	w.max[target] = limit{n, now}
	w.mu.Unlock()
	return n
}

func (w *Writer) forgetLimit(target string) {
	w.mu.Lock()
	delete(w.max, target)
	w.mu.Unlock()
}

// maxMessage reads a topic's max.message.bytes; otherwise is for where it cannot be read, for instance for want of a
// permission.
func maxMessage(ctx context.Context, kafka producer, topic string, otherwise int) int {
	config, err := kafka.TopicConfig(ctx, topic)
	if err != nil {
		return otherwise
	}
	n, err := strconv.Atoi(config["max.message.bytes"])
	if err != nil || n <= 0 {
		return otherwise
	}
	return n
}
