package pipeline

import (
	"errors"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/pipeline/judge"
	"github.com/winnow-data/winnow/pipeline/verdicts"
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

func (q *rejects) full() bool {
	return q.size >= q.limit || len(q.list) >= maxRejects || len(q.reasons)+len(q.spans) >= 4*maxRejects
}

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

// reject accounts for a batch that cannot be read: its offsets have failed, and it goes to the quarantine whole, or, where it was too large to be
// held, as a stub.
func (w *worker) reject(p *piece, large *wire.Oversize) {
	w.settle()
	if p.Base < p.after {
		w.gap(p.Base)
	}
	from := len(w.reasons)
	w.reasons = append(w.reasons, winnow.Reason{Rule: winnow.RuleBatch, Detail: batchDetail(p.err)})
	r := winnow.Rejected{Record: winnow.Record{Offset: w.next, Time: p.MaxTimestamp}, Reasons: w.reasons[from:],
		Contract: w.plan.Contract.Hash, Covers: p.after - w.next}
	if large != nil {
		r.Size, r.SHA256 = large.Size, large.SHA256
	} else {
		r.Record.Value = w.keep(p.Raw)
	}
	team := w.plan.Contract.Team.Value // of all the sources, the one that needs no record
	if team == "" {
		team = unknownTeam
	}
	r.Team, _ = w.count.Count(winnow.Failed, true, r.Covers, r.Reasons, []byte(team), nil)
	w.list = append(w.list, r)
	w.entry.Failed = verdicts.AddRange(w.entry.Failed, verdicts.Range{From: w.next, To: p.after})
	w.next = p.after
}

func batchDetail(err error) string {
	switch {
	case errors.Is(err, wire.ErrCRC):
		return winnow.DetailCRC
	case errors.Is(err, wire.ErrBomb):
		return winnow.DetailBomb
	case errors.Is(err, wire.ErrTooLarge):
		return winnow.DetailSize
	case errors.Is(err, wire.ErrTruncated), errors.Is(err, wire.ErrCorrupt), errors.Is(err, errOutside):
		return winnow.DetailTruncated
	}
	return winnow.DetailCodec
}
