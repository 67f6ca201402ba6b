package verify

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/pipeline/verdicts"
	"github.com/winnow-data/winnow/wire"
)

// A reject is what the quarantine says of one of its records: which offsets of the source it stands for, several for a whole batch that could
// not be read. A reject without any says that Kafka deleted records here, or that they cannot be read.
type reject struct {
	verdicts.Range
	place   int64 // its own offset
	problem string
}

// rejects walks a partition's quarantine beside the verdicts. Its records follow the verdicts' order, but for those that a crash between
// quarantine and verdict wrote a second time.
type rejects struct {
	p *partition
	*stream[reject]
	open bool // the last records belong to an open transaction

	missing offsets // failed, and not met yet
	hole    bool    // records are gone before the next one
	gone    int64   // quarantined records of offsets below may be among them
}

// maxMissing bounds the failed offsets that are looked for, in ranges. A gate writes the quarantine before the verdict, so those of one entry
// are met with it.
const maxMissing = 1 << 12

// maxCovered is how many offsets a batch can cover.
const maxCovered = 1 << 31

func newRejects(ctx context.Context, p *partition) *rejects {
	r := &rejects{p: p, hole: p.quarantine.From > 0}
	prefix := fmt.Appendf(nil, "%s/%d/", p.Topic, p.Partition.Partition)
	r.stream = newStream(func(yield func(reject) error) error {
		end, err := p.walk(ctx, &p.quarantine, p.quarantine.To, func(s *wire.Scanned, z *wire.Decompressor) error {
			return yieldRejects(s, z, prefix, yield)
		})
		r.open = end < p.quarantine.To
		return err
	})
	return r
}

// yieldRejects takes a batch of the quarantine, nil where some were deleted.
func yieldRejects(s *wire.Scanned, z *wire.Decompressor, prefix []byte, yield func(reject) error) error {
	if s == nil {
		return yield(reject{})
	}
	records, err := s.Records(z)
	if err == nil {
		var rec winnow.Record
		for records.Next(&rec) {
			if rec.Offset < s.From || rec.Offset >= s.To {
				continue
			}
			if err := yield(readReject(&rec, prefix)); err != nil {
				return err
			}
		}
		err = records.Err()
	}
	if err != nil {
		if err := yield(reject{place: s.From, problem: "it cannot be read"}); err != nil {
			return err
		}
		return yield(reject{})
	}
	return nil
}

// readReject reads the headers that say which offsets a quarantined record stands for: winnow's own, which begin with the last winnow.id. What
// comes before it is the source's, whatever its name.
func readReject(rec *winnow.Record, prefix []byte) reject {
	var id, batch []byte
	for k, v := range wire.Headers(rec.Headers, rec.NumHeaders) {
		switch string(k) {
		case "winnow.id":
			id, batch = v, nil
		case "winnow.batch":
			batch = v
		}
	}
	wrong := reject{place: rec.Offset, problem: "it does not say which record of this partition it is"}
	digits, ok := bytes.CutPrefix(id, prefix)
	offset, err := strconv.ParseInt(string(digits), 10, 64)
	if !ok || err != nil || offset < 0 {
		return wrong
	}
	covers := struct {
		Offsets int64 `json:"offsets"`
	}{1}
	if batch != nil && json.Unmarshal(batch, &covers) != nil || covers.Offsets < 1 || covers.Offsets > maxCovered || offset > math.MaxInt64-maxCovered {
		return wrong
	}
	return reject{Range: verdicts.Range{From: offset, To: offset + covers.Offsets}, place: rec.Offset}
}

// peek gives the next record, nil at the end.
func (r *rejects) peek() (*reject, error) {
	for {
		rec, err := r.stream.peek()
		if err != nil {
			return nil, err
		}
		if rec == nil || rec.Len() > 0 {
			r.excuse(rec)
			return rec, nil
		}
		if rec.problem != "" {
			r.p.note(r.p.quarantine.topic, verdicts.Range{From: rec.place, To: rec.place + 1}, rec.problem)
		} else {
			r.hole = true
		}
		r.drop()
	}
}

// excuse says that what failed before the record behind a hole may have been in the hole.
func (r *rejects) excuse(rec *reject) {
	if !r.hole {
		return
	}
	r.hole, r.gone = false, math.MaxInt64
	if rec != nil {
		r.gone = rec.From
	}
	below := verdicts.Range{To: r.gone}
	r.p.Unverifiable += verdicts.Count(verdicts.Clip(r.missing, below))
	r.missing = without(r.missing, offsets{below})
}

// match takes the quarantine's records up to the end of v, and notes which failed offsets have none yet.
func (r *rejects) match(ctx context.Context, v *verdict) error {
	rec, err := r.peek()
	if err != nil {
		return err
	}
	if len(r.missing) > maxMissing {
		r.miss()
	}
	for _, f := range v.failed {
		excused := verdicts.Overlap(f, verdicts.Range{To: r.gone})
		r.p.Unverifiable += excused.Len()
		if f.From = max(f.From, excused.To); f.Len() > 0 {
			r.missing = append(r.missing, f)
		}
	}
	for ; rec != nil && rec.From < v.To; rec, err = r.peek() {
		r.take(rec.Range, v)
		if rec.From = v.To; rec.To <= v.To {
			r.drop()
		}
		if err := r.p.relieve(ctx); err != nil {
			return err
		}
	}
	return err
}

// take ticks a record off against v, and what it says of offsets before v against what was missing there. What it says of offsets behind v waits.
func (r *rejects) take(in verdicts.Range, v *verdict) {
	var rest offsets
	r.missing, rest = take(r.missing, in)
	for _, o := range rest {
		if lost := verdicts.Overlap(o, verdicts.Range{To: r.p.From}); lost.Len() > 0 {
			r.early(lost)
		}
		if before := verdicts.Overlap(o, verdicts.Range{From: r.p.From, To: v.From}); before.Len() > 0 {
			r.p.again.reject(before)
		}
		if now := verdicts.Overlap(o, v.Range); now.Len() > 0 {
			r.again(now, v)
		}
	}
}

// early is for quarantined offsets before the first verdict. If Kafka deleted verdicts, theirs was among them; and those that the source
// still holds are accounted for as such.
func (r *rejects) early(o verdicts.Range) {
	if r.p.verdicts.From > 0 {
		r.p.Unverifiable += verdicts.Overlap(o, verdicts.Range{To: r.p.source.From}).Len()
		return
	}
	r.p.contradict(o, "in the quarantine, without a verdict")
}

// again is for quarantined offsets that v speaks of and that nothing misses: they were met before, or should not be there.
func (r *rejects) again(o verdicts.Range, v *verdict) {
	if v.wrong != nil {
		return // and that was said
	}
	r.p.Doubled += verdicts.Count(verdicts.Clip(v.failed, o))
	r.p.contradictAll(verdicts.Minus(o, v.failed), "in the quarantine, and its verdict is not that it failed")
}

// finish takes the rest: what comes late, and what a gate at work wrote since the verdicts were read.
func (r *rejects) finish(ctx context.Context) error {
	end := &verdict{Range: verdicts.Range{From: r.p.To, To: r.p.To}}
	for {
		rec, err := r.peek()
		if err != nil {
			return err
		}
		if rec == nil {
			break
		}
		if known := verdicts.Overlap(rec.Range, verdicts.Range{To: r.p.To}); known.Len() > 0 {
			r.take(known, end)
		}
		if behind := verdicts.Overlap(rec.Range, verdicts.Range{From: r.p.source.To, To: math.MaxInt64}); behind.Len() > 0 {
			r.p.contradict(behind, "in the quarantine, and the source does not go so far")
		}
		r.drop()
		if err := r.p.relieve(ctx); err != nil {
			return err
		}
	}
	if r.open { // they are on their way
		r.p.Pending += verdicts.Count(r.missing)
		return nil
	}
	r.miss()
	return nil
}

func (r *rejects) miss() {
	r.p.contradictAll(r.missing, "failed, and not in the quarantine")
	r.missing = nil
}
