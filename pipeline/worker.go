package pipeline

import (
	"errors"
	"fmt"
	"io"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/pipeline/judge"
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

	// What has gathered since the last job, and where jobs go: hand gives back empty rejects.
	rejects *rejects
	entry   *Entry
	hand    func(job) (*rejects, error)
}

// set judges the record batches of a fetched set, from w.next on, and hands over one job or more.
func (w *worker) set(f *fetched) error {
	aborted := wire.NewAbortFilter(f.Aborted)
	end := w.next
	for rest := f.Set; ; {
		b, tail, err := wire.NextBatch(rest)
		if errors.Is(err, io.EOF) || errors.Is(err, wire.ErrPartial) {
			break
		}
		if err != nil && b.Raw == nil {
			return fmt.Errorf("cannot find the batches in what %s/%d gave for offset %d: %w", w.topic, w.partition, w.next, err)
		}
		rest = tail
		if err == nil && b.Next() <= w.next {
			aborted.Skip(&b)
			continue // a fetch begins with the batch that holds its offset
		}
		if err == nil {
			err = b.CheckCRC()
		}
		switch {
		case err != nil:
			w.reject(&b, rest, f.HighWatermark, err)
		case aborted.Skip(&b), b.Control():
			w.skipBatch(&b)
		default:
			end = b.Next()
			if err := w.batch(&b); err != nil {
				return err
			}
		}
		if err := w.relieve(); err != nil {
			return err
		}
	}
	w.settle()
	if f.TooLarge != nil {
		w.rejectTooLarge(f)
	}
	w.gap(end)
	return w.flush()
}

// batch judges the records of a batch that was read well.
func (w *worker) batch(b *wire.Batch) error {
	if b.Codec() != wire.CodecNone {
		w.settle() // what was judged before may still borrow the decompressor's memory
	}
	payload, err := w.decompressor.Open(b)
	if err == nil {
		err = readable(b, payload)
	}
	if err != nil {
		w.reject(b, nil, 0, err)
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
	if !w.rejects.full() && w.entry.ranges() < maxRanges {
		return nil
	}
	return w.flush()
}

// maxRanges bounds an entry of the verdict log, so that it stays far below the size of a message.
const maxRanges = 4096

// flush closes the entry at what was settled, and hands it over with its rejected records.
func (w *worker) flush() error {
	if w.next == w.entry.From {
		return nil
	}
	if err := w.entry.Close(w.next); err != nil {
		return err
	}
	spare, err := w.hand(job{w.rejects, w.entry})
	if err != nil {
		return err
	}
	w.begin(spare)
	return nil
}

// begin opens an entry.
func (w *worker) begin(r *rejects) {
	w.rejects = r
	w.entry = &Entry{From: w.next, Contract: w.plan.Contract.Hash}
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
		failed := v.Outcome == winnow.Failed || v.Outcome == winnow.Tagged && w.plan.Contract.Shadow
		team, user := w.count.Count(v.Outcome, failed, v.Reasons, v.Team, v.User)
		switch v.Outcome {
		case winnow.Failed:
			w.entry.Failed = AddOffset(w.entry.Failed, r.Offset)
			w.rejects.add(r, &v, w.plan.Contract.Hash, team, user)
		case winnow.Skipped:
			w.entry.Skip(v.Cause, OffsetRange{r.Offset, r.Offset + 1})
		case winnow.Tagged:
			w.tag(r.Offset, v.Reasons)
			w.entry.Passed++
		default:
			w.entry.Passed++
		}
		w.next = r.Offset + 1
	}
	w.judge.Reset()
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
		w.entry.Skip(CauseCompacted, OffsetRange{w.next, to})
		w.next = to
	}
}

func (w *worker) skipBatch(b *wire.Batch) {
	w.settle()
	w.gap(b.Base)
	cause := CauseAborted
	if b.Control() {
		cause = CauseControl
	}
	w.entry.Skip(cause, OffsetRange{w.next, b.Next()})
	w.next = b.Next()
}
