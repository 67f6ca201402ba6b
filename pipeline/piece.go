package pipeline

import (
	"errors"
	"fmt"

	"github.com/winnow-data/winnow/wire"
)

// fetched is what one fetch brought, cut into batches; its slab is free again once they were judged.
type fetched struct {
	wire.Fetched
	slab   *wire.Slab
	pieces []piece
	next   int64 // the offset behind the last piece: where to fetch on
}

// A piece is a batch of a fetched set that has offsets which are not yet accounted for.
type piece struct {
	wire.Batch
	after int64 // the offset behind it, as far as that can be believed
	err   error // why it cannot be read; its offsets are then those from where the piece before it ends
}

// errOutside says that a batch claims offsets that the log does not have. The base offset is not covered by the CRC.
var errOutside = errors.New("the batch lies outside the log")

// errStuck says that all that was fetched is a batch that cannot be read and was accounted for before: the broker believes its header, and gives it
// for every offset that it claims. What lies behind it comes with a larger fetch.
var errStuck = errors.New("a batch that cannot be read hides what lies behind it")

// cut finds the pieces that begin at or behind from. Fetching on and accounting both go by what it finds, so they cannot disagree. It checks the CRCs:
// while one set is judged, the next is checked.
func (f *fetched) cut(from int64) error {
	f.pieces, f.next = f.pieces[:0], from
	hidden := false
	if f.TooLarge != nil {
		b := f.TooLarge.Batch()
		after := b.Next() // nobody can check it, but it is much more likely large than wrong
		if after <= from || after-f.HighWatermark > maxClaim {
			after = from + 1
		}
		f.add(piece{b, after, wire.ErrTooLarge})
		return nil
	}
	for rest := f.Set; ; {
		b, tail, err := wire.NextBatch(rest)
		if err != nil && b.Raw == nil { // the end, or a batch that the next fetch brings whole
			if hidden && f.next == from {
				return fmt.Errorf("offset %d: %w", from, errStuck)
			}
			return nil
		}
		if errors.Is(err, wire.ErrCorrupt) && b.Base < 0 && len(f.pieces) == 0 {
			return fmt.Errorf("cannot find the batches in what was fetched from offset %d: %w", from, err)
		}
		rest = tail
		if err == nil {
			err = b.CheckCRC()
		}
		// An answer may hold batches from behind the high watermark that it names: that is taken down before the log is read.
		if err == nil && (b.Base-f.HighWatermark > maxClaim || len(f.pieces) > 0 && b.Base < f.next) {
			err = errOutside
		}
		if err != nil {
			hidden = true
			f.unreadable(b, rest, err)
		} else if b.Next() > f.next {
			f.add(piece{b, b.Next(), nil})
		}
	}
}

func (f *fetched) add(p piece) { f.pieces, f.next = append(f.pieces, p), p.after }

// maxClaim bounds how many offsets a batch that cannot be believed may claim for itself.
const maxClaim = 1 << 20

// unreadable finds where a batch ends whose header cannot be believed: where the one behind it begins, even if that is cut; else where it says, if that is
// sane and within the log; else one offset on. What ends where the set stands already was accounted for before.
func (f *fetched) unreadable(b wire.Batch, rest []byte, err error) {
	after := f.next + 1
	if follower, ok := wire.Base(rest); ok && follower-f.next <= maxClaim {
		if follower <= f.next {
			return
		}
		after = follower
	} else if next := b.Next(); next > f.next && next <= f.HighWatermark && next-f.next <= maxClaim {
		after = next
	}
	f.add(piece{b, after, err})
}
