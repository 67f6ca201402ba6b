package quarantine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/wire"
)

// shownBytes bounds what is shown of a value, of a key and of a header, and shownHeaders how many headers are.
const (
	shownBytes   = 64 << 10
	shownKey     = 4 << 10
	shownHeaders = 100
)

// Content is a quarantined record with its content, masked: its shape is seen, its values are not.
type Content struct {
	Record                    // its Reasons are exact, with array indices
	Quarantine string         // id of the copy
	Timestamp  time.Time      // of the source record
	Format     string         // of the value: FormatJSON and its neighbours
	Key, Value *string        // masked; nil is null
	Cut        bool           // only the beginning of the value is here
	Masked     bool           // sensitive spans had been masked before the copy was written
	Headers    []MaskedHeader // of the source record
	Stub       *Stub          // what is known of a value that is not there
}

// A MaskedHeader is a header of the source record, masked.
type MaskedHeader struct {
	Name  string
	Value *string // nil is null
}

// Record reads a record back from Kafka and masks it. It returns ErrNotFound when the index does not hold the record's
// details or Kafka no longer has it; other errors say why Kafka cannot be read.
func (x *Index) Record(ctx context.Context, id string) (Content, error) {
	p, source, ok := parseID(id)
	if !ok {
		return Content{}, fmt.Errorf("cannot show a record: %w", ErrNotFound)
	}
	x.mu.RLock()
	f := x.parts[p]
	var e entry
	if ok = f != nil; ok {
		e, ok = f.get(source)
	}
	x.mu.RUnlock()
	if !ok {
		return Content{}, fmt.Errorf("cannot show %s: %w", id, ErrNotFound)
	}
	select {
	case x.shows <- struct{}{}:
		defer func() { <-x.shows }()
	case <-ctx.Done():
		return Content{}, fmt.Errorf("cannot show %s: too many are asked for: %w", id, ctx.Err())
	}
	c, err := x.readBack(ctx, p, e)
	if err != nil {
		return Content{}, fmt.Errorf("cannot show %s: %w", id, err)
	}
	return c, nil
}

// readBack finds the copy at its offset.
func (x *Index) readBack(ctx context.Context, p part, e entry) (Content, error) {
	slab := wire.NewSlab(x.cfg.Batch)
	got, err := x.kafka.Fetch(ctx, wire.FetchRequest{
		Topic: p.source + Suffix, Partition: p.partition, Offset: e.at, MaxBytes: fetchBytes, ReadCommitted: true,
	}, slab)
	if errors.Is(err, kafka.OffsetOutOfRange) {
		return Content{}, ErrNotFound
	}
	if err != nil {
		return Content{}, err
	}
	open := wire.NewDecompressor(x.cfg.Batch)
	for set := got.Set; ; {
		b, rest, err := wire.NextBatch(set)
		if err != nil || b.Base > e.at {
			return Content{}, ErrNotFound
		}
		set = rest
		if b.Last() < e.at {
			continue
		}
		if err := b.CheckCRC(); err != nil {
			return Content{}, err
		}
		payload, err := open.Open(&b)
		if err != nil {
			return Content{}, err
		}
		return x.pick(wire.NewRecords(&b, payload), p, e)
	}
}

// pick finds the record in its batch.
func (x *Index) pick(rs wire.Records, p part, e entry) (Content, error) {
	var rec winnow.Record
	var rd reader
	var m meta
	for rs.Next(&rec) {
		if rec.Offset != e.at {
			continue
		}
		if !rd.read(&rec, &m) || string(m.topic) != p.source || m.partition != p.partition || m.source != e.source {
			break // another topic of the same name by now
		}
		return x.content(&rec, &m, p), nil
	}
	if err := rs.Err(); err != nil {
		return Content{}, err
	}
	return Content{}, ErrNotFound
}

// content masks a record.
func (x *Index) content(rec *winnow.Record, m *meta, p part) Content {
	contract := string(m.contract)
	mask := masker{limit: shownBytes}
	if x.cfg.Known != nil {
		mask.known = func(name string) bool { return x.cfg.Known(contract, name) }
	}
	c := Content{
		Record: Record{
			ID: formatID(p, m.source), Reasons: parseReasons(m.reasons), Contract: contract, Team: string(m.team), User: string(m.user),
			Time: utc(m.time), Size: m.size, Covers: m.covers,
		},
		Quarantine: formatID(part{p.source + Suffix, p.partition}, m.at), Timestamp: utc(m.timestamp),
		Format: FormatNull, Masked: m.masked, Stub: m.stub,
	}
	switch {
	case m.covers > 1 && rec.Value != nil:
		c.Format = FormatBatch
	case rec.Value != nil:
		var text []byte
		text, c.Format, c.Cut = mask.value(nil, rec.Value)
		c.Value = new(string(text))
	}
	small := masker{limit: shownKey}
	if rec.Key != nil {
		text, _, _ := small.value(nil, rec.Key)
		c.Key = new(string(text))
	}
	i := 0
	for name, value := range wire.Headers(rec.Headers, rec.NumHeaders) {
		if i == m.own || i == shownHeaders {
			break
		}
		i++
		h := MaskedHeader{Name: mask.plain(name)}
		if value != nil {
			text, _, _ := small.value(nil, value)
			h.Value = new(string(text))
		}
		c.Headers = append(c.Headers, h)
	}
	return c
}
