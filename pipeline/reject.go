package pipeline

import (
	"crypto/sha256"
	"errors"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/pipeline/judge"
	"github.com/winnow-data/winnow/wire"
)

// rejects are copies of records on their way into the quarantine: the fetched bytes are needed again before they are written. One is filled
// while another is written.
type rejects struct {
	limit   int
	bytes   []byte
	reasons []winnow.Reason
	spans   []winnow.Span
	list    []winnow.Rejected
	size    int
}

func (q *rejects) full() bool { return q.size >= q.limit || len(q.list) >= maxRejects }

const maxRejects = 16 * judge.MaxRecords

// reset forgets the records. Memory that one huge record asked for is given back.
func (q *rejects) reset() {
	if cap(q.bytes) > 4*q.limit {
		q.bytes = nil
	}
	clear(q.list)
	q.bytes, q.reasons, q.spans, q.list, q.size = q.bytes[:0], q.reasons[:0], q.spans[:0], q.list[:0], 0
}

func (q *rejects) add(r *winnow.Record, v *judge.Verdict, contract, team, user string) {
	c := *r
	c.Key, c.Value, c.Headers = q.keep(r.Key), q.keep(r.Value), q.keep(r.Headers)
	from, spans := len(q.reasons), len(q.spans)
	q.reasons = append(q.reasons, v.Reasons...)
	q.spans = append(q.spans, v.Sensitive...)
	q.list = append(q.list, winnow.Rejected{Record: c, Reasons: q.reasons[from:], Contract: contract, Team: team, User: user,
		Sensitive: q.spans[spans:], Covers: 1})
}

// keep copies b.
func (q *rejects) keep(b []byte) []byte {
	q.size += len(b)
	if len(b) == 0 {
		return b // null stays null, and empty empty
	}
	from := len(q.bytes)
	q.bytes = append(q.bytes, b...) // a move leaves what was kept before on the old array, which lives on
	return q.bytes[from:len(q.bytes):len(q.bytes)]
}

// reject sends a batch that cannot be read to the quarantine, whole. rest is what was fetched behind it.
func (w *worker) reject(b *wire.Batch, rest []byte, highWatermark int64, cause error) {
	w.settle()
	w.gap(b.Base)
	next := b.Next()
	if errors.Is(cause, wire.ErrCRC) || errors.Is(cause, wire.ErrMagic) {
		next = credibleNext(b, rest, highWatermark)
	}
	w.rejectWhole(b.Raw, next, winnow.Reason{Rule: winnow.RuleBatch, Detail: batchDetail(cause)}, b.MaxTimestamp, 0, [sha256.Size]byte{})
}

func (w *worker) rejectTooLarge(f *fetched) {
	b := f.TooLarge.Batch()
	w.gap(b.Base)
	w.rejectWhole(nil, credibleNext(&b, nil, f.HighWatermark), winnow.Reason{Rule: winnow.RuleBatch, Detail: winnow.DetailSize},
		b.MaxTimestamp, f.TooLarge.Size, f.TooLarge.SHA256)
}

// rejectWhole accounts for the offsets from w.next to next as failed, for one reason.
func (w *worker) rejectWhole(raw []byte, next int64, reason winnow.Reason, timestamp, size int64, sum [sha256.Size]byte) {
	next = max(next, w.next+1)
	covers := next - w.next
	from := len(w.rejects.reasons)
	w.rejects.reasons = append(w.rejects.reasons, reason)
	reasons := w.rejects.reasons[from:]
	team := unknownTeam
	for range covers {
		team, _ = w.count.Count(winnow.Failed, true, reasons, []byte(unknownTeam), nil)
	}
	w.rejects.list = append(w.rejects.list, winnow.Rejected{
		Record:  winnow.Record{Offset: w.next, Time: timestamp, Value: w.rejects.keep(raw)},
		Reasons: reasons, Contract: w.plan.Contract.Hash, Team: team, Covers: covers, Size: size, SHA256: sum,
	})
	w.entry.Failed = AddRange(w.entry.Failed, OffsetRange{w.next, next})
	w.next = next
}

// maxCovered bounds how many offsets a batch header that cannot be trusted may claim.
const maxCovered = 1 << 20

// credibleNext is the offset behind a batch whose header cannot be trusted: the next batch says it best, and its own claim
// is taken where it is sane and within the log.
func credibleNext(b *wire.Batch, rest []byte, highWatermark int64) int64 {
	if follower, _, err := wire.NextBatch(rest); err == nil && follower.Base > b.Base && follower.Base-b.Base <= maxCovered {
		return follower.Base
	}
	if d := int64(b.LastOffsetDelta); d >= 0 && d < maxCovered && (highWatermark <= 0 || b.Base+d < highWatermark) {
		return b.Base + d + 1
	}
	return b.Base + 1
}

func batchDetail(err error) string {
	switch {
	case errors.Is(err, wire.ErrCRC):
		return winnow.DetailCRC
	case errors.Is(err, wire.ErrBomb):
		return winnow.DetailBomb
	case errors.Is(err, wire.ErrTruncated):
		return winnow.DetailTruncated
	}
	return winnow.DetailCodec
}
