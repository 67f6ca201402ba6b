package wire

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/winnow-data/winnow"
)

// A Cursor reads a partition on from an offset, read committed, as far as it is told to each time. It holds what a fetch brought until all of that is
// read, so that small steps do not cost a fetch each. It belongs to one goroutine.
type Cursor struct {
	client *Client
	req    FetchRequest
	slab   *Slab
	z      *Decompressor
	next   int64
	wait   time.Duration // Patience
	hole   int64         // where an empty answer was seen, though the log goes on; -1 for nowhere

	got     Fetched
	rest    []byte // of got.Set, behind current
	aborted *AbortFilter
	current Scanned // what is being read: next lies in it, or it is empty
	header  Batch   // current's
	opened  bool    // current's records are being walked
	walk    Records
	rec     winnow.Record
	held    bool // rec is the next one, and lay behind where the last Read was to end
}

// CursorLimits bound a Cursor.
type CursorLimits struct {
	Fetch, Batch int           // bytes: how much it fetches at a time, and the largest batch that it reads, compressed or not
	Patience     time.Duration // how long Read waits for a broker that does not answer, or not for these offsets; 0 is a minute
}

// NewCursor makes a Cursor that begins at from. It asks nothing yet.
func (c *Client) NewCursor(topic string, partition int, from int64, l CursorLimits) *Cursor {
	return &Cursor{client: c, slab: NewSlab(l.Batch), z: NewDecompressor(l.Batch), next: from, wait: cmp.Or(l.Patience, scanPatience), hole: -1,
		req: FetchRequest{Topic: topic, Partition: partition, MinBytes: 1, MaxBytes: l.Fetch, ReadCommitted: true}}
}

// Next is the offset that the Cursor stands at.
func (r *Cursor) Next() int64 { return r.next }

// MoveTo moves the Cursor, to another partition perhaps. What it holds is still good where it covers the offset.
func (r *Cursor) MoveTo(topic string, partition int, offset int64) {
	if topic != r.req.Topic || partition != r.req.Partition || offset < r.next {
		r.drop()
	}
	r.req.Topic, r.req.Partition, r.next = topic, partition, offset
}

// Forget gives memory back of which there is more than keep bytes in a piece.
func (r *Cursor) Forget(keep int) {
	if r.current.Batch == nil && len(r.rest) == 0 {
		r.slab.Forget(keep)
		r.z.Forget(keep)
	}
}

func (r *Cursor) drop() { r.got, r.rest, r.current, r.opened = Fetched{}, nil, Scanned{}, false }

// Read calls f for the records from Next up to but not including to, and moves Next behind them. Where the log ends before to it waits once, up to wait,
// and returns what has come by then, which may be nothing. A record is borrowed until f returns; an error of f ends Read and is returned as it
// is, and Next stands at the record that f did not take. A batch that cannot be read is an error, for which Next stands at its start; kafka.OffsetOutOfRange says that the log begins later by now.
func (r *Cursor) Read(ctx context.Context, to int64, wait time.Duration, f func(*winnow.Record) error) error {
	for fetched := false; r.next < to; {
		for s := r.batch(to); s != nil; s = r.batch(to) {
			if err := r.records(s, f); err != nil {
				return err
			}
			r.next = s.To
		}
		if fetched || r.next >= to {
			return nil
		}
		got, err := r.fetch(ctx, wait)
		if err != nil {
			return fmt.Errorf("cannot read %s/%d from %d: %w", r.req.Topic, r.req.Partition, r.next, err)
		}
		fetched = true
		if r.take(got); (len(got.Set) > 0 || got.TooLarge != nil) && r.stuck(to) {
			return fmt.Errorf("cannot read %s/%d from %d: %w", r.req.Topic, r.req.Partition, r.next, ErrCorrupt)
		}
		if len(got.Set) == 0 && got.LastStable > r.next {
			if r.hole == r.next {
				r.next = min(to, got.LastStable) // compaction took what was there: a broker that is merely short of it says so once
			} else {
				r.hole = r.next
			}
		}
	}
	return nil
}

func (r *Cursor) request(wait time.Duration) FetchRequest {
	r.req.Offset, r.req.MaxWait = r.next, wait
	return r.req
}

// fetch waits out what heals.
func (r *Cursor) fetch(ctx context.Context, wait time.Duration) (got Fetched, err error) {
	ctx, cancel := context.WithTimeout(ctx, r.wait)
	defer cancel()
	err = Retry(ctx, "fetch", nil, func(ctx context.Context) error {
		got, err = r.client.Fetch(ctx, r.request(wait), r.slab)
		if err == nil && got.HighWatermark < r.next && got.HighWatermark >= 0 {
			return kafka.OffsetNotAvailable
		}
		return err
	})
	return got, err
}

// records calls f for the records of s, which is part of the current batch: opening that once serves all of its parts.
func (r *Cursor) records(s *Scanned, f func(*winnow.Record) error) (err error) {
	if !r.opened {
		r.walk, err = s.Records(r.z)
		r.opened, r.held = err == nil, false
	}
	for err == nil && (r.held || r.walk.Next(&r.rec)) {
		if r.held = r.rec.Offset >= s.To; r.held {
			return nil
		}
		if r.rec.Offset < s.From {
			continue
		}
		if err := f(&r.rec); err != nil {
			r.opened, r.next = false, r.rec.Offset // Read begins with this record again
			return err
		}
	}
	if err == nil {
		err = r.walk.Err()
	}
	if err != nil {
		r.opened = false
		return fmt.Errorf("cannot read the record batch at %s/%d/%d: %w", r.req.Topic, r.req.Partition, s.Batch.Base, err)
	}
	return nil
}

// take holds what a fetch brought.
func (r *Cursor) take(got Fetched) {
	r.drop()
	r.got, r.rest, r.aborted = got, got.Set, NewAbortFilter(got.Aborted)
}

// stuck says that what is held leads nowhere.
func (r *Cursor) stuck(to int64) bool {
	at := r.next
	return r.batch(to) == nil && r.next == at
}

// batch gives the batch that the Cursor stands at, as far as it lies below to; nil at the end of what is held. It gives the same one until next has moved
// behind it.
func (r *Cursor) batch(to int64) *Scanned {
	for {
		if s := r.window(to); s != nil {
			return s
		}
		switch {
		case r.current.Batch != nil && r.current.From >= to:
			r.next = max(r.next, to) // a hole up to to
			return nil
		case r.current.Batch != nil && r.next < r.current.To:
			return nil
		case !r.advance():
			return nil
		}
	}
}

// window is the part of the current batch between next and to.
func (r *Cursor) window(to int64) *Scanned {
	s := r.current
	if s.Batch == nil || s.To <= r.next || s.From >= to || r.next >= to {
		return nil
	}
	s.From, s.To = max(s.From, r.next), min(s.To, to)
	return &s
}

// advance goes on to the next batch of what is held.
func (r *Cursor) advance() bool {
	r.opened = false
	if large := r.got.TooLarge; large != nil {
		r.got.TooLarge = nil
		r.header = large.Batch()
		r.current = Scanned{&r.header, r.header.Base, scanEnd(&r.header, nil, ErrTooLarge, r.got.HighWatermark), false, ErrTooLarge}
		return true
	}
	b, tail, err := NextBatch(r.rest)
	if err != nil && (b.Raw == nil || errors.Is(err, ErrCorrupt)) {
		r.drop() // the set's end, or a batch that the next fetch brings whole
		return false
	}
	if err == nil {
		err = b.CheckCRC()
	}
	if err != nil && len(tail) < 8 && r.current.Batch != nil {
		r.drop() // where it ends, what follows says best: another fetch begins with it
		return false
	}
	r.rest, r.header = tail, b
	skip := err == nil && r.aborted.Skip(&b)
	r.current = Scanned{&r.header, b.Base, scanEnd(&b, tail, err, r.got.HighWatermark), skip, err}
	return true
}
