package loadgen

import (
	"errors"
	"io"
	"runtime"
	"testing"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/wire"
)

func builtBatch(t *testing.T, f batchFault) wire.Batch {
	t.Helper()
	headers, _ := appendHeaders(nil, f.Kind, stream{1, 0}, 1, nil)
	r := wire.OutRecord{Key: []byte("a-key"), Value: []byte(`{"id":"a-key"}`), Headers: headers, NumHeaders: numHeaders, Time: 1_800_000_000_000}
	raw, err := f.build(r, f.label)
	if err != nil {
		t.Fatal(err)
	}
	if len(raw) > 200_000 {
		t.Errorf("the batch weighs %d bytes: no broker takes it", len(raw))
	}
	b, rest, err := wire.NextBatch(raw)
	if err != nil || len(rest) > 0 {
		t.Fatalf("not one framed batch: %v, %d bytes left", err, len(rest))
	}
	if err := b.CheckCRC(); err != nil {
		t.Fatalf("every broker checks the CRC: %v", err)
	}
	if b.LastOffsetDelta != b.Count-1 || b.FirstTimestamp != r.Time {
		t.Errorf("header: %d records, last delta %d, time %d", b.Count, b.LastOffsetDelta, b.FirstTimestamp)
	}
	return b
}

// read opens a batch under the gate's default limit and reads its records to their end.
func readBatch(b *wire.Batch, each func(*winnow.Record)) error {
	payload, err := wire.NewDecompressor(64 << 20).Open(b)
	if err != nil {
		return err
	}
	records := wire.NewRecords(b, payload)
	var r winnow.Record
	for records.Next(&r) {
		each(&r)
	}
	return records.Err()
}

func TestBatchFaultsAreWhatTheySay(t *testing.T) {
	want := map[string]error{
		"batch_" + winnow.DetailBomb:      wire.ErrBomb,
		"batch_" + winnow.DetailCodec:     wire.ErrCodec,
		"batch_" + winnow.DetailTruncated: wire.ErrTruncated,
		"oversize":                        nil,
	}
	for _, f := range batchFaults() {
		t.Run(f.Kind, func(t *testing.T) {
			b := builtBatch(t, f)
			expected, known := want[f.Kind]
			if !known {
				t.Fatal("the test does not know the kind")
			}
			read := 0
			err := readBatch(&b, func(r *winnow.Record) {
				read++
				l, ok := readLabel(r)
				if !ok || string(l.kind) != f.Kind || string(r.Key) != "a-key" {
					t.Errorf("key %q, label %q", r.Key, l.kind)
				}
				if len(r.Value) <= 16<<20 || badJSON(r.Value) != "" {
					t.Errorf("a value of %d bytes, JSON fault %q", len(r.Value), badJSON(r.Value))
				}
			})
			if !errors.Is(err, expected) {
				t.Errorf("reading gives %v, want %v", err, expected)
			}
			if unreadable := expected != nil; unreadable != (read == 0) {
				t.Errorf("%d records can be read", read)
			}
			label, ok := BatchLabel(&b)
			if ok != (expected != nil) || ok && label != f.Fault {
				t.Errorf("the batch's label is %+v, %t", label, ok)
			}
		})
	}
}

func TestOrdinaryBatchesHaveNoLabel(t *testing.T) {
	raw := wire.EncodeBatch(nil, []wire.OutRecord{{Value: []byte("{}")}}, wire.CodecNone)
	b, _, err := wire.NextBatch(raw)
	if err != nil {
		t.Fatal(err)
	}
	if f, ok := BatchLabel(&b); ok {
		t.Errorf("an ordinary batch is labelled %s", f.Kind)
	}
	b.Sequence, b.ProducerID = firstLabel, 77 // an idempotent producer's
	if f, ok := BatchLabel(&b); ok {
		t.Errorf("an idempotent producer's batch is labelled %s", f.Kind)
	}
}

func TestABombIsNeverHeld(t *testing.T) {
	f := batchFaults()[0]
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := f.build(wire.OutRecord{Key: []byte("k")}, f.label); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	allocs := after.TotalAlloc - before.TotalAlloc
	if allocs > 40<<20 {
		t.Errorf("building a bomb takes %d bytes of memory", allocs)
	}
}

func TestFillerHasNoEnd(t *testing.T) {
	var p [10]byte
	if n, err := io.ReadFull(filler('x'), p[:]); n != 10 || err != nil || string(p[:]) != "xxxxxxxxxx" {
		t.Errorf("%q %d %v", p, n, err)
	}
}
