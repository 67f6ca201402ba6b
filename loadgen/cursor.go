package loadgen

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/wire"
)

// What one fetch of the score may hold.
const (
	fetchBytes = 4 << 20
	fetchSlab  = 64 << 20
	fetchWait  = 250 * time.Millisecond
)

// An event is what a cursor comes to next.
type event int

const (
	eventEnd    event = iota
	eventRecord       // the cursor's record
	eventBatch        // the cursor's batch, whose records nobody can read
)

// A cursor reads one partition from its start to the end that it had when the cursor was made, committed records only. It holds one fetch
// and belongs to one goroutine.
type cursor struct {
	client    *wire.Client
	topic     string
	partition int
	at, end   int64
	fetched   int64 // where the last fetch began

	slab    *wire.Slab
	z       *wire.Decompressor
	set     []byte
	filter  *wire.AbortFilter
	records wire.Records
	inside  bool // a batch, whose records are being read

	record winnow.Record // borrowed until the next call of next
	batch  wire.Batch    // likewise
}

func newCursor(ctx context.Context, client *wire.Client, topic string, partition int) (*cursor, error) {
	c := &cursor{client: client, topic: topic, partition: partition, slab: wire.NewSlab(fetchSlab), z: wire.NewDecompressor(fetchSlab)}
	err := wire.Retry(ctx, "read offsets", nil, func(ctx context.Context) (err error) {
		c.at, c.end, err = client.Offsets(ctx, topic, partition)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("cannot read where %s/%d ends: %w", topic, partition, err)
	}
	return c, nil
}

// next moves to the next record, or to the next batch that cannot be read.
func (c *cursor) next(ctx context.Context) (event, error) {
	for {
		if c.inside {
			if c.records.Next(&c.record) {
				if c.record.Offset >= c.end {
					return eventEnd, nil
				}
				if c.record.Offset < c.at {
					continue
				}
				return eventRecord, nil
			}
			c.inside, c.at = false, c.batch.Next()
		}
		if c.at >= c.end {
			return eventEnd, nil
		}
		if len(c.set) == 0 {
			if more, err := c.fetch(ctx); err != nil || !more {
				return eventEnd, err
			}
		}
		unreadable, err := c.open()
		if err != nil {
			return eventEnd, err
		}
		if unreadable {
			c.at = c.batch.Next()
			return eventBatch, nil
		}
	}
}

// fetch reads on. It says whether there is more.
func (c *cursor) fetch(ctx context.Context) (more bool, err error) {
	for {
		got, err := c.request(ctx)
		if errors.Is(err, kafka.OffsetOutOfRange) {
			start, _, err := c.client.Offsets(ctx, c.topic, c.partition)
			if err != nil || start <= c.at {
				return false, errors.Join(err, fmt.Errorf("cannot read %s/%d: its offset %d is gone", c.topic, c.partition, c.at))
			}
			c.at = start // retention was faster
			continue
		}
		if err != nil {
			return false, fmt.Errorf("cannot read %s/%d: %w", c.topic, c.partition, err)
		}
		if got.TooLarge != nil {
			skipped := got.TooLarge.Batch()
			c.at = max(c.at+1, skipped.Next())
		}
		if c.at >= min(c.end, got.LastStable) {
			return false, nil
		}
		if len(got.Set) > 0 {
			c.fetched = c.at
			c.set, c.filter = got.Set, wire.NewAbortFilter(got.Aborted)
			return true, nil
		}
	}
}

func (c *cursor) request(ctx context.Context) (got wire.Fetched, err error) {
	req := wire.FetchRequest{
		Topic: c.topic, Partition: c.partition, Offset: c.at, MinBytes: 1, MaxBytes: fetchBytes, MaxWait: fetchWait, ReadCommitted: true,
	}
	err = wire.Retry(ctx, "fetch", nil, func(ctx context.Context) (err error) {
		got, err = c.client.Fetch(ctx, req, c.slab)
		return err
	})
	return got, err
}

// open takes the next batch of the fetched set, and starts on its records unless they are not for reading.
func (c *cursor) open() (unreadable bool, err error) {
	batch, rest, err := wire.NextBatch(c.set)
	switch {
	case errors.Is(err, wire.ErrPartial) && c.at > c.fetched:
		c.set = nil // the cut batch comes with the next fetch
		return false, nil
	case errors.Is(err, wire.ErrMagic):
		c.set, c.at = rest, max(c.at, batch.Base+1)
		return false, nil
	case err != nil:
		return false, fmt.Errorf("cannot read %s/%d from offset %d: %w", c.topic, c.partition, c.at, err)
	}
	c.set, c.batch = rest, batch
	skip := c.filter.Skip(&c.batch)
	if batch.Next() <= c.at {
		return false, nil
	}
	if skip || batch.Control() {
		c.at = batch.Next()
		return false, nil
	}
	if _, planted := BatchLabel(&batch); planted {
		return true, nil // not even tried: a bomb costs
	}
	payload, err := c.z.Open(&c.batch)
	if err != nil || c.batch.CheckCRC() != nil {
		return true, nil
	}
	c.records, c.inside = wire.NewRecords(&c.batch, payload), true
	return false, nil
}
