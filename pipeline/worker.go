package pipeline

import (
	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/pipeline/judge"
	"github.com/winnow-data/winnow/pipeline/verdicts"
	"github.com/winnow-data/winnow/wire"
)

// THE HOT PATH. A worker takes a fetched record set to an entry of the verdict log and the records to reject. It belongs to one chain and
// keeps all of its memory from one set to the next.
type worker struct {
	topic     string
	partition int
	plan      *judge.Plan
	judge     *judge.Judge
	count     *Counter
	next      int64 // the next offset to account for

	decompressor *wire.Decompressor
	keepBytes    int // how large a buffer may be that stays from one set to the next: a batch that needs more pays for it alone

	keeper  winnow.Keeper // may be nil
	rows    []int32       // of lend
	offsets []int64

	*job                          // what has gathered since the last one
	hand func(*job) (*job, error) // where jobs go; it gives back an empty one
}

// set judges the pieces of a fetched set, from w.next on, and hands over one job or more.
func (w *worker) set(f *fetched) error {
	aborted := wire.NewAbortFilter(f.Aborted)
	for i := range f.pieces {
		p := &f.pieces[i]
		switch {
		case p.err != nil && f.TooLarge == nil:
			w.reject(p, nil)
		case aborted.Skip(&p.Batch), p.Control():
			w.skipBatch(p)
		case p.err != nil:
			w.reject(p, f.TooLarge)
		default:
			if err := w.batch(p); err != nil {
				return err
			}
		}
		if err := w.relieve(); err != nil {
			return err
		}
	}
	w.settle()
	w.gap(f.next)
	w.decompressor.Forget(w.keepBytes)
	return w.flush()
}

// batch judges the records of a batch that was read well.
func (w *worker) batch(p *piece) error {
	b := &p.Batch
	if b.Codec() != wire.CodecNone {
		w.settle() // what was judged before may still borrow the decompressor's memory
	}
	payload, err := w.decompressor.Open(b)
	if err == nil {
		err = readable(b, payload)
	}
	if p.err = err; err != nil {
		w.reject(p, nil)
		return nil
	}
	var r winnow.Record
	for records := wire.NewRecords(b, payload); records.Next(&r); {
		if r.Offset < w.next {
			continue
		}
		w.judge.Add(&r)
		if w.judge.Full() {
			w.settle()
			if err := w.relieve(); err != nil {
				return err
			}
		}
	}
	return nil
}

// relieve hands over what has gathered, when it is enough.
func (w *worker) relieve() error {
	if !w.full() && w.entry.Ranges() < maxRanges && len(w.records)+len(w.rules) < maxCounts {
		return nil
	}
	return w.flush()
}

// maxRanges bounds an entry of the verdict log, so that it stays far below the size of a message; maxCounts bounds what is noted for counting.
const (
	maxRanges = 4096
	maxCounts = 32 * judge.MaxRecords
)

// flush closes the entry at what was settled, and hands it over with its rejected records.
func (w *worker) flush() error {
	if w.next == w.entry.From {
		return nil
	}
	if err := w.entry.Close(w.next); err != nil {
		return err
	}
	if w.keeper != nil {
		w.keeper.Cut(w.next)
	}
	spare, err := w.hand(w.job)
	if err != nil {
		return err
	}
	w.begin(spare)
	return nil
}

// begin takes up an empty job.
func (w *worker) begin(j *job) {
	w.job, w.count.to = j, &j.counts
	w.entry = &verdicts.Entry{From: w.next, Contract: w.plan.Contract.Hash}
}

// readable walks the records once before any is judged: a batch is read whole, or it goes to the quarantine whole.
func readable(b *wire.Batch, payload []byte) error {
	var r winnow.Record
	records := wire.NewRecords(b, payload)
	for records.Next(&r) {
	}
	return records.Err()
}

// settle takes the verdicts on the records that were added.
func (w *worker) settle() {
	w.judge.Finish()
	for i := range w.judge.Len() {
		r, v := w.judge.Record(i), w.judge.Verdict(i)
		w.gap(r.Offset)
		team, user := w.count.Count(v.Outcome, v.Failed, 1, v.Reasons, v.Team, v.User)
		switch v.Outcome {
		case winnow.Failed:
			w.entry.Failed = verdicts.AddOffset(w.entry.Failed, r.Offset)
			w.add(r, &v, w.plan.Contract.Hash, team, user)
		case winnow.Skipped:
			w.entry.Skip(v.Cause, verdicts.Range{From: r.Offset, To: r.Offset + 1})
		case winnow.Tagged:
			w.tag(r.Offset, v.Reasons)
			w.entry.Passed++
		default:
			w.entry.Passed++
		}
		w.next = r.Offset + 1
	}
	w.lend()
	w.judge.Reset()
}

// lend shows the keeper what passes.
func (w *worker) lend() {
	if w.keeper == nil {
		return
	}
	var oldest int64
	w.rows, w.offsets, oldest = w.judge.Passing(w.rows[:0], w.offsets[:0])
	if len(w.rows) == 0 {
		return
	}
	columns := w.judge.Columns()
	w.keeper.Keep(columns, w.rows, w.offsets, oldest)
	columns.Release()
}

func (w *worker) tag(offset int64, reasons []winnow.Reason) {
	for _, r := range reasons {
		if w.plan.Contract.Shadow || w.plan.OnFail(r.Rule) == winnow.OnFailTag {
			w.entry.Tag(r.Rule, offset)
		}
	}
}

// gap accounts for the offsets below to that no record has.
func (w *worker) gap(to int64) {
	if to > w.next {
		w.entry.Skip(verdicts.CauseCompacted, verdicts.Range{From: w.next, To: to})
		w.next = to
	}
}

func (w *worker) skipBatch(p *piece) {
	w.settle()
	w.gap(p.Base)
	cause := verdicts.CauseAborted
	if p.Control() {
		cause = verdicts.CauseControl
	}
	w.entry.Skip(cause, verdicts.Range{From: w.next, To: p.after})
	w.next = p.after
}
