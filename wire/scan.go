package wire

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/winnow-data/winnow"
)

// The limits of a Scan: what it reads was written by winnow or by those who feed it, and is read for a report, not on the hot path.
const (
	scanSlab    = 64 << 20
	scanInflate = 256 << 20
	scanFetch   = 1 << 20
	scanWait    = 100 * time.Millisecond
)

// Scan calls f for each record of a partition in [from, to), in order, read committed: control records and those of aborted
// transactions are passed over, and it ends early where an open transaction begins. A record is borrowed until f returns; an error of
// f ends the scan and is returned.
func (c *Client) Scan(ctx context.Context, topic string, partition int, from, to int64, f func(*winnow.Record) error) error {
	z := NewDecompressor(scanInflate)
	return c.ScanBatches(ctx, topic, partition, from, to, func(b *Batch, aborted bool, err error) error {
		if err != nil {
			return err
		}
		if aborted || b.Control() {
			return nil
		}
		payload, err := z.Open(b)
		if err != nil {
			return err
		}
		var r winnow.Record
		records := NewRecords(b, payload)
		for records.Next(&r) {
			if r.Offset < from || r.Offset >= to {
				continue
			}
			if err := f(&r); err != nil {
				return err
			}
		}
		return records.Err()
	})
}

// A BatchFunc takes a batch, borrowed until it returns. aborted says that it belongs to an aborted transaction; err, that it cannot be read: ErrCRC,
// ErrMagic, or ErrTooLarge where it is larger than a scan holds (then it has no payload).
type BatchFunc func(b *Batch, aborted bool, err error) error

// ScanBatches calls f for each batch of a partition that has offsets in [from, to), in order. Otherwise it is like Scan.
func (c *Client) ScanBatches(ctx context.Context, topic string, partition int, from, to int64, f BatchFunc) error {
	slab := NewSlab(scanSlab)
	for next := from; next < to; {
		var got Fetched
		err := Retry(ctx, "read "+topic, nil, func(ctx context.Context) (err error) {
			got, err = c.Fetch(ctx, FetchRequest{Topic: topic, Partition: partition, Offset: next, MinBytes: 1, MaxBytes: scanFetch,
				MaxWait: scanWait, ReadCommitted: true}, slab)
			return err
		})
		if err != nil {
			return fmt.Errorf("cannot read %s/%d from %d: %w", topic, partition, next, err)
		}
		at, err := scanSet(&got, next, to, f)
		if err != nil {
			return fmt.Errorf("cannot read %s/%d from %d: %w", topic, partition, at, err)
		}
		if at == next && got.LastStable <= next {
			return nil // what is left belongs to an open transaction
		}
		if at == next && len(got.Set) > 0 {
			return fmt.Errorf("cannot read %s/%d from %d: %w", topic, partition, at, ErrCorrupt)
		}
		next = at
	}
	return nil
}

// scanSet walks a fetched set and says where to go on.
func scanSet(got *Fetched, next, to int64, f BatchFunc) (int64, error) {
	if got.TooLarge != nil {
		b := got.TooLarge.Batch()
		return b.Next(), f(&b, false, ErrTooLarge)
	}
	aborted := NewAbortFilter(got.Aborted)
	for rest := got.Set; next < to; {
		b, tail, err := NextBatch(rest)
		if err != nil && b.Raw == nil || errors.Is(err, ErrCorrupt) {
			return next, nil // the set's end, or a batch that the next fetch brings whole; no progress is an error above
		}
		rest = tail
		if err == nil {
			err = b.CheckCRC()
		}
		after, skip := b.After(rest), err == nil && aborted.Skip(&b)
		if after <= next {
			continue
		}
		if err := f(&b, skip, err); err != nil {
			return next, err
		}
		next = after
	}
	return next, nil
}
