package wire

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"time"
)

// fetchGrace is how long an answer may take beyond the wait that was asked for, the search for the leader included.
const fetchGrace = 30 * time.Second

// A FetchRequest says what to read of one partition.
type FetchRequest struct {
	Topic     string
	Partition int
	Offset    int64
	// MinBytes is how much the broker waits for, MaxBytes how much it sends, at most MaxWait how long it waits. A first batch
	// larger than MaxBytes comes whole nevertheless. MaxBytes is the slab's size when zero or larger than that.
	MinBytes, MaxBytes int
	MaxWait            time.Duration
	// ReadCommitted ends the answer at the last stable offset and adds the list of aborted transactions.
	ReadCommitted bool
}

// Fetched is what a partition's leader answered. Set and what comes of it are in the slab, until its next Fetch.
type Fetched struct {
	// Set holds whole record batches, from the one that holds the offset asked for, and perhaps a cut one at the end.
	// NextBatch walks it. It is empty when there was nothing to read.
	Set []byte
	// HighWatermark is the offset after the last record that all replicas in sync have, LastStable the offset that no open
	// transaction precedes, LogStart the first offset that still is there.
	HighWatermark, LastStable, LogStart int64
	Aborted                             []AbortedTxn
	// TooLarge describes the first batch when it is larger than the slab; Set is empty then.
	TooLarge *Oversize
}

// An Oversize is a batch that was read through but not held.
type Oversize struct {
	Header [headerSize]byte
	Size   int64             // bytes, header included
	SHA256 [sha256.Size]byte // of all its bytes
}

// Batch gives what the header says: everything but the records. Its Raw is the header alone. Its CRC cannot be checked
// any more. For a message set of v0 or v1 it has Base and Magic.
func (o *Oversize) Batch() Batch {
	b := parseHeader(o.Header[:])
	if b.Magic != 2 || b.LastOffsetDelta < 0 {
		b = Batch{Base: b.Base, Magic: b.Magic}
	}
	b.Raw = o.Header[:]
	return b
}

// Fetch reads from one partition into slab, waiting for the broker up to req.MaxWait and a grace. A kafka.Error in the
// answer can be had with errors.As. When ctx ends early, the connection is given up and so, perhaps, is the slab's
// memory; the slab itself can be used again. One slab serves one Fetch at a time.
func (c *Client) Fetch(ctx context.Context, req FetchRequest, slab *Slab) (Fetched, error) {
	if err := req.check(slab); err != nil {
		return Fetched{}, fmt.Errorf("cannot fetch %s/%d: %w", req.Topic, req.Partition, err)
	}
	ctx, cancel := context.WithTimeout(ctx, req.MaxWait+fetchGrace)
	defer cancel()
	x := newExchange(&req, c.clientID, slab.take(), slab.limit)
	_, err := c.transport.RoundTrip(ctx, c.addr, x)
	if buf, ok := x.reclaim(); ok {
		slab.buf = buf
	}
	if err == nil && x.code != 0 {
		err = x.code
		c.transport.note(ctx, c.addr, err)
	}
	if err != nil {
		return Fetched{}, fmt.Errorf("cannot fetch %s/%d from offset %d: %w", req.Topic, req.Partition, req.Offset, err)
	}
	return x.out, nil
}

func (r *FetchRequest) check(slab *Slab) error {
	switch {
	case slab.limit < headerSize:
		return fmt.Errorf("a slab of %d bytes holds no batch", slab.limit)
	case r.Partition < 0 || r.Partition > math.MaxInt32:
		return errors.New("there is no such partition number")
	case r.MinBytes < 0 || r.MaxBytes < 0 || r.MaxWait < 0:
		return errors.New("a limit is negative")
	}
	if r.MaxBytes == 0 || r.MaxBytes > slab.limit {
		r.MaxBytes = slab.limit
	}
	r.MaxBytes = min(r.MaxBytes, math.MaxInt32)
	r.MinBytes = min(r.MinBytes, r.MaxBytes)
	return nil
}

// take hands the slab's memory to a fetch.
func (s *Slab) take() []byte {
	buf := s.buf
	s.buf = nil
	return buf[:0]
}
