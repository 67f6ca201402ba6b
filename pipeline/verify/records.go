package verify

import (
	"context"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/pipeline/verdicts"
	"github.com/winnow-data/winnow/wire"
)

// records walks a partition's source beside the verdicts, from the first of them on.
type records struct {
	p *partition
	*stream[*wire.Scanned]
	z *wire.Decompressor
}

func newRecords(ctx context.Context, p *partition) *records {
	return &records{p: p, z: wire.NewDecompressor(inflate), stream: newStream(func(yield func(*wire.Scanned) error) error {
		from := kept{p.source.topic, p.source.Range}
		from.From = max(from.From, min(p.From, from.To))
		_, err := p.walk(ctx, &from, from.To, func(s *wire.Scanned, _ *wire.Decompressor) error {
			if s == nil {
				p.source.From = from.From
				return nil
			}
			return yield(s)
		})
		return err
	})}
}

// match holds a verdict against the records that the source has in its range.
func (s *records) match(v *verdict) error {
	if v.wrong != nil {
		return nil // and that was said
	}
	end := min(v.To, max(v.From, s.p.source.To))
	if end < v.To {
		s.p.contradict(verdicts.Range{From: end, To: v.To}, "a verdict, and the source does not go so far")
	}
	for at := v.From; ; {
		batch, err := s.peek()
		if err != nil {
			return err
		}
		if start := min(s.p.source.From, end); start > at { // Kafka deleted them
			s.p.Unverifiable += start - at
			at = start
		}
		if batch == nil || (*batch).From >= end {
			s.absent(v, verdicts.Range{From: at, To: end})
			return nil
		}
		if in := verdicts.Overlap(verdicts.Range{From: at, To: end}, verdicts.Range{From: (*batch).From, To: (*batch).To}); in.Len() > 0 {
			s.absent(v, verdicts.Range{From: at, To: in.From})
			s.compare(v, *batch, in)
			at = in.To
		}
		if (*batch).To >= end { // the rest belongs to the next verdict
			return nil
		}
		s.drop()
	}
}

// compare holds v against a batch, in r. One that cannot be read counts for nothing: nobody knows any more what was in it, or how much.
func (s *records) compare(v *verdict, batch *wire.Scanned, r verdicts.Range) {
	if batch.Err == nil && (batch.Aborted || batch.Batch.Control()) {
		s.absent(v, r)
		return
	}
	have, tombstones, err := offsets{r}, verdicts.Clip(v.skipped[verdicts.CauseTombstone], r), batch.Err
	dense := int64(batch.Batch.Count) == int64(batch.Batch.LastOffsetDelta)+1
	if err == nil && (!dense || len(tombstones) > 0) {
		have, err = s.open(batch, r, tombstones)
	}
	if err != nil {
		s.p.Unverifiable += verdicts.Count(without(verdicts.Clip(v.records, r), v.failed))
		return
	}
	for _, none := range verdicts.Minus(r, have) {
		s.absent(v, none)
	}
	for _, extra := range without(have, v.records) {
		for _, cause := range causes {
			s.p.contradictAll(verdicts.Clip(v.skipped[cause], extra), "skipped as "+cause+", and there is a record")
		}
	}
}

// open gives the offsets that a batch has records at, in r, and contradicts tombstones that have a value.
func (s *records) open(batch *wire.Scanned, r verdicts.Range, tombstones offsets) (have offsets, err error) {
	walk, err := batch.Records(s.z)
	if err != nil {
		return nil, err
	}
	var full offsets
	for rec := (winnow.Record{}); walk.Next(&rec); {
		if rec.Offset < r.From || rec.Offset >= r.To {
			continue
		}
		have = verdicts.AddOffset(have, rec.Offset)
		if rec.Value != nil && verdicts.Contains(tombstones, rec.Offset) {
			full = verdicts.AddOffset(full, rec.Offset)
		}
	}
	if walk.Err() == nil {
		s.p.contradictAll(full, "skipped as a tombstone, and it has a value")
	}
	return have, walk.Err()
}

// absent holds v against there being no records in r. A compacted topic loses them after they were judged, and no other may.
func (s *records) absent(v *verdict, r verdicts.Range) {
	without := verdicts.Clip(v.records, r)
	if s.p.compacted {
		s.p.Unverifiable += verdicts.Count(without)
		return
	}
	s.p.contradictAll(without, "a verdict, and no record")
}
