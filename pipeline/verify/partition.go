package verify

import (
	"context"
	"errors"
	"fmt"

	"github.com/segmentio/kafka-go"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/pipeline/verdicts"
	"github.com/winnow-data/winnow/wire"
)

// A partition is one on its way through: the verdict log sets the pace, and the two other logs are read along.
type partition struct {
	Partition
	verifier                     *Verifier
	client                       *wire.Client
	committed                    position
	compacted                    bool // the source loses records after they were judged
	verdicts, quarantine, source kept

	begun   bool
	next    int64 // where the next entry must begin, once begun
	hole    bool  // Kafka deleted verdicts before the next entry
	place   int64 // of the entry at hand in the verdict log
	garbled int64 // the offset of a record before the next entry that is none, -1 for none
	records *records
	rejects *rejects
	again   again
}

// inflate bounds what a batch of ours may decompress to.
const inflate = 256 << 20

func (p *partition) run(ctx context.Context) error {
	p.hole, p.garbled = p.verdicts.From > 0, -1
	p.records = newRecords(ctx, p)
	defer p.records.stop()
	p.rejects = newRejects(ctx, p)
	defer p.rejects.stop()
	_, err := p.walk(ctx, &p.verdicts, p.verdicts.To, entries{
		gone: func() { p.hole = true },
		none: p.garble,
		entry: func(v *verdict, place int64) error {
			p.place = place
			return p.entry(ctx, v)
		},
	}.read)
	if err != nil {
		return err
	}
	p.place = p.verdicts.To
	if err := p.finish(ctx); err != nil {
		return err
	}
	err = p.settle(ctx)
	p.close()
	return err
}

// entries take what the verdict log holds: verdicts, records that are none, and that some are gone.
type entries struct {
	gone  func()
	none  func(place int64)
	entry func(v *verdict, place int64) error
}

// read takes a batch of the verdict log, nil where some were deleted.
func (e entries) read(s *wire.Scanned, z *wire.Decompressor) error {
	if s == nil {
		e.gone()
		return nil
	}
	records, err := s.Records(z)
	if err == nil {
		var r winnow.Record
		for records.Next(&r) {
			if r.Offset < s.From || r.Offset >= s.To {
				continue
			}
			v, err := readVerdict(r.Value)
			if err != nil {
				e.none(r.Offset)
			} else if err := e.entry(v, r.Offset); err != nil {
				return err
			}
		}
		err = records.Err()
	}
	if err != nil {
		e.none(s.From)
	}
	return nil
}

// walk calls f for each batch of a log below to, and with nil where Kafka deleted some while it read, and says how far it came.
func (p *partition) walk(ctx context.Context, k *kept, to int64, f func(*wire.Scanned, *wire.Decompressor) error) (int64, error) {
	z := wire.NewDecompressor(inflate)
	for at := k.From; ; {
		end, err := p.client.ScanBatches(ctx, k.topic, p.Partition.Partition, at, to, func(s *wire.Scanned) error { return f(s, z) })
		if !errors.Is(err, kafka.OffsetOutOfRange) {
			return end, err
		}
		var now kept
		now.topic = k.topic
		if lookup := p.verifier.ends(ctx, &now, p.Partition.Partition); lookup != nil {
			return end, lookup
		}
		if now.From <= end {
			return end, err
		}
		at = min(now.From, to)
		k.From = at
		if err := f(nil, z); err != nil {
			return at, err
		}
	}
}

func (p *partition) garble(place int64) {
	if p.garbled < 0 {
		p.garbled = place
		return
	}
	p.note(p.verdicts.topic, verdicts.Range{From: place, To: place + 1}, notAnEntry)
}

const notAnEntry = "it cannot be read as an entry of the verdict log"

// entry takes the next entry of the verdict log.
func (p *partition) entry(ctx context.Context, v *verdict) error {
	if v.wrong != nil {
		p.contradict(v.Range, "the entry of the verdict log does not add up: "+v.wrong.Error())
	}
	fresh := v.Range
	if p.begun {
		fresh.From = max(fresh.From, p.next)
		if v.From < p.next {
			p.repeated(v)
		}
	}
	if fresh.Len() <= 0 {
		return p.relieve(ctx)
	}
	if !p.begun {
		p.begin(v.From)
	}
	if p.hole {
		p.lost += fresh.From - p.next
	}
	p.gap(fresh.From, "no verdict")
	p.next = fresh.To
	if v = v.cut(fresh); v.wrong == nil {
		p.count(v)
	}
	if err := p.rejects.match(ctx, v); err != nil {
		return err
	}
	if err := p.records.match(v); err != nil {
		return err
	}
	p.verifier.progress(max(0, v.To-max(v.From, p.source.From)))
	return nil
}

// repeated puts aside what an entry says of offsets that an earlier one spoke of.
func (p *partition) repeated(v *verdict) {
	if v.From < p.From {
		p.contradict(verdicts.Overlap(v.Range, verdicts.Range{To: p.From}), "its verdict stands behind those of later offsets")
	}
	if v.wrong == nil {
		p.again.verdict(v.cut(verdicts.Range{From: p.From, To: p.next}))
	}
}

// begin starts the account at the first verdict that Kafka still holds. Where it holds all there were, the gate began there.
func (p *partition) begin(from int64) {
	p.begun, p.From, p.next = true, from, from
	if p.hole {
		p.Unverifiable += max(0, from-p.source.From)
	}
}

// gap accounts for the offsets before the next entry, which begins at to; without is the problem if nothing else explains it.
func (p *partition) gap(to int64, without string) {
	r := verdicts.Range{From: p.next, To: to}
	switch {
	case r.Len() > 0 && p.hole:
		p.Unverifiable += r.Len()
	case r.Len() > 0 && p.garbled >= 0:
		p.contradict(r, fmt.Sprintf("no verdict: %s/%d/%d cannot be read", p.verdicts.topic, p.Partition.Partition, p.garbled))
		p.garbled = -1
	case r.Len() > 0:
		p.contradict(r, without)
	}
	if p.garbled >= 0 {
		p.note(p.verdicts.topic, verdicts.Range{From: p.garbled, To: p.garbled + 1}, notAnEntry)
	}
	p.hole, p.garbled = false, -1
}

func (p *partition) count(v *verdict) {
	p.Passed += v.passed
	p.Quarantined += verdicts.Count(v.failed)
	p.Tagged += verdicts.Count(v.tagged)
	for cause, rs := range v.skipped {
		if n := verdicts.Count(rs); n > 0 {
			p.SkippedBy[cause] += n
		}
	}
}

// finish accounts for what lies behind the last verdict.
func (p *partition) finish(ctx context.Context) error {
	if !p.begun {
		p.next = max(p.source.From, p.committed.began)
		if p.hole { // where the gate stands, nobody says but the group
			p.next = p.source.From
		}
		p.From = p.next
	}
	p.To = p.next
	at := max(p.next, p.committed.offset)
	p.gap(at, fmt.Sprintf("no verdict, though the group's offset is %d", p.committed.offset))
	p.Unverifiable += max(0, p.source.From-at) // deleted before it was judged
	p.Pending += max(0, p.source.To-max(at, p.source.From))
	return p.rejects.finish(ctx)
}
