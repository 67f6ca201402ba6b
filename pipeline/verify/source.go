package verify

import (
	"context"
	"iter"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/pipeline"
	"github.com/winnow-data/winnow/wire"
)

// A held run of offsets that the source holds, all of one kind.
type held struct {
	pipeline.OffsetRange
	record bool // user's records; else markers, or records of an aborted transaction
}

// source walks a partition's log beside the verdicts.
type source struct {
	p       *partition
	next    func() (held, error, bool)
	stop    func()
	pending *held
	done    bool
}

func newSource(ctx context.Context, p *partition) *source {
	s := &source{p: p}
	s.next, s.stop = iter.Pull2(func(yield func(held, error) bool) {
		z := wire.NewDecompressor(256 << 20)
		err := p.verifier.Client.ScanBatches(ctx, p.Topic, p.Partition.Partition, p.start, p.end, func(b *wire.Batch, aborted bool, err error) error {
			return yieldBatch(b, aborted || err != nil && b.Control(), err, z, yield)
		})
		if err != nil {
			yield(held{}, err)
		}
	})
	return s
}

// yieldBatch gives the offsets of a batch. A batch without gaps need not be opened to know them; one that cannot be read counts whole, as the gate
// counts it.
func yieldBatch(b *wire.Batch, aborted bool, unreadable error, z *wire.Decompressor, yield func(held, error) bool) error {
	whole := held{pipeline.OffsetRange{From: b.Base, To: b.Next()}, !aborted && !b.Control()}
	var payload []byte
	if unreadable == nil && whole.record && int64(b.Count) != int64(b.LastOffsetDelta)+1 {
		payload, unreadable = z.Open(b)
	}
	if payload == nil || unreadable != nil {
		if !yield(whole, nil) {
			return errEnough
		}
		return nil
	}
	var r winnow.Record
	for records := wire.NewRecords(b, payload); records.Next(&r); {
		if !yield(held{pipeline.OffsetRange{From: r.Offset, To: r.Offset + 1}, true}, nil) {
			return errEnough
		}
	}
	return nil
}

func (s *source) peek() (*held, error) {
	if s.pending == nil && !s.done {
		h, err, ok := s.next()
		if err != nil {
			return nil, err
		}
		if s.done = !ok; ok {
			s.pending = &h
		}
	}
	return s.pending, nil
}

// match holds an entry against the records that the source has in its range.
func (s *source) match(e *pipeline.Entry) error {
	if e.From < s.p.start {
		s.p.Unverifiable += min(e.To, s.p.start) - e.From
	}
	var records, judged int64
	for {
		h, err := s.peek()
		if err != nil {
			return err
		}
		if h == nil || h.From >= e.To {
			break
		}
		in := pipeline.OffsetRange{From: max(h.From, e.From), To: min(h.To, e.To)}
		if in.Len() > 0 && h.record {
			records += in.Len()
			judged += in.Len() - s.skipped(e, in)
		}
		if h.To > e.To {
			h.From = e.To // the rest belongs to the next entry
			break
		}
		s.pending = nil
	}
	if want := e.Passed + pipeline.Count(e.Failed); e.From >= s.p.start && judged != want {
		s.disagree(e, judged, want)
	}
	return nil
}

// skipped counts the records in r that the entry skips with a cause that real records can have. It contradicts those that were skipped as if
// there were none.
func (s *source) skipped(e *pipeline.Entry, r pipeline.OffsetRange) (n int64) {
	for cause, rs := range e.Skipped {
		for _, k := range rs {
			from, to := max(k.From, r.From), min(k.To, r.To)
			if from >= to {
				continue
			}
			n += to - from
			if cause != pipeline.CauseTombstone && cause != pipeline.CauseRetention {
				s.p.contradict(from, "skipped as "+cause+", and there is a record")
			}
		}
	}
	return n
}

// disagree sorts out why the numbers differ: a compacted topic loses records after they were judged, and nothing else may.
func (s *source) disagree(e *pipeline.Entry, judged, want int64) {
	switch {
	case judged > want:
		s.p.contradict(e.From, "records of this range have no verdict")
	case s.p.compacted:
		s.p.Unverifiable += want - judged
	default:
		s.p.contradict(e.From, "verdicts of this range have no record")
	}
}
