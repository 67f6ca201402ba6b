package wire

import (
	"context"
	"fmt"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/winnow-data/winnow"
)

// The limits of a scan: what it reads was written by winnow or by those who feed it, and is read for a report, not on the hot path.
const (
	scanSlab     = 64 << 20
	scanInflate  = 256 << 20
	scanFetch    = 4 << 20
	scanWait     = 100 * time.Millisecond
	scanPatience = time.Minute // how long a scan waits for a broker that does not answer, or not for these offsets
)

// A Scanned is a batch as ScanBatches comes by it. It is borrowed, with all that is in it.
type Scanned struct {
	Batch    *Batch
	From, To int64 // the offsets of the scan that the batch accounts for, To excluded
	Aborted  bool  // it belongs to an aborted transaction
	// Err says why the batch cannot be read: ErrCRC, ErrMagic, or ErrTooLarge where it is larger than a scan holds (then it has no
	// payload). Its header cannot be trusted, and To is the best guess.
	Err error
}

// Records opens the batch and walks its records, which borrow z's memory until the next Open; those below From and from To on
// are not the scan's. A marker and a batch of an aborted transaction have none. Errors are Err and those of Decompressor.Open.
func (s *Scanned) Records(z *Decompressor) (Records, error) {
	if s.Err != nil {
		return Records{}, s.Err
	}
	if s.Aborted || s.Batch.Control() {
		return Records{}, nil
	}
	payload, err := z.Open(s.Batch)
	if err != nil {
		return Records{}, err
	}
	return NewRecords(s.Batch, payload), nil
}

// Scan calls f for each record of a partition in [from, to), in order, read committed: control records and those of aborted
// transactions are passed over, and it ends early where an open transaction begins. to must not lie behind the log's end. A
// record is borrowed until f returns; an error of f ends the scan and is returned as it is. Like ScanBatches, Scan waits a minute at
// most for a broker to answer.
func (c *Client) Scan(ctx context.Context, topic string, partition int, from, to int64, f func(*winnow.Record) error) error {
	z := NewDecompressor(scanInflate)
	_, err := c.ScanBatches(ctx, topic, partition, from, to, func(s *Scanned) error {
		records, err := s.Records(z)
		if err == nil {
			var r winnow.Record
			for records.Next(&r) {
				if r.Offset < s.From || r.Offset >= s.To {
					continue
				}
				if err := f(&r); err != nil {
					return err
				}
			}
			err = records.Err()
		}
		if err != nil {
			return fmt.Errorf("cannot read the record batch at %s/%d/%d: %w", topic, partition, s.Batch.Base, err)
		}
		return nil
	})
	return err
}

// ScanBatches calls f for each batch of a partition that has offsets in [from, to), in order, read committed, batches of aborted
// transactions and markers included, and says how far it came: to to, or to where an open transaction begins. With an error it came as far as
// f has seen. kafka.OffsetOutOfRange says that the log begins later by now. An error of f ends the scan and is returned as it is.
func (c *Client) ScanBatches(ctx context.Context, topic string, partition int, from, to int64, f func(*Scanned) error) (int64, error) {
	r := c.NewCursor(topic, partition, from, CursorLimits{Fetch: scanFetch, Batch: scanSlab})
	for r.next < to {
		for s := r.batch(to); s != nil; s = r.batch(to) {
			if err := f(s); err != nil {
				return s.From, err
			}
			r.next = s.To
		}
		if r.next >= to {
			break
		}
		at := r.next
		got, err := r.client.scanFetch(ctx, r.request(scanWait), to, r.slab)
		if err != nil {
			return at, fmt.Errorf("cannot read %s/%d from %d: %w", topic, partition, at, err)
		}
		if len(got.Set) == 0 && got.TooLarge == nil {
			if got.LastStable <= at {
				return at, nil // what is left belongs to an open transaction
			}
			return to, nil // compaction took the rest
		}
		if r.take(got); r.stuck(to) {
			return at, fmt.Errorf("cannot read %s/%d from %d: %w", topic, partition, at, ErrCorrupt)
		}
	}
	return max(from, to), nil
}

// scanFetch fetches until the answer is about the log as it is: a broker that holds a client back for its quota answers with nothing and
// no high watermark, and one that has just become the leader may not know how far the log goes.
func (c *Client) scanFetch(ctx context.Context, req FetchRequest, to int64, slab *Slab) (got Fetched, err error) {
	ctx, cancel := context.WithTimeout(ctx, scanPatience)
	defer cancel()
	err = Retry(ctx, "fetch", nil, func(ctx context.Context) error {
		got, err = c.Fetch(ctx, req, slab)
		if err == nil && len(got.Set) == 0 && got.TooLarge == nil && got.HighWatermark < to {
			return kafka.OffsetNotAvailable
		}
		return err
	})
	return got, err
}

// scanEnd is the offset behind a batch. One that cannot be read is not believed when it says that it goes beyond the log.
func scanEnd(b *Batch, rest []byte, err error, highWatermark int64) int64 {
	if err == nil {
		return b.Next()
	}
	if next := b.After(rest); next > b.Base && next <= highWatermark {
		return next
	}
	return b.Base + 1
}
