package loadgen

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/wire"
)

// The sizes are beyond the gate's default limits: 64 MiB for a batch, 16 MiB for a record.
const (
	bombBytes     = 128 << 20
	oversizeBytes = 16<<20 + 1024
)

// Where a v2 record batch keeps what a fault changes.
const (
	batchAtLength = 8
	batchAtAttrs  = 21
	batchAtLast   = 23
	batchAtCount  = 57
	batchHeader   = 61
)

// A batchFault is planted as a Kafka batch of its own.
type batchFault struct {
	Fault
	label int32 // as the batch's sequence number: see BatchLabel
	// build makes the batch out of one good record with its label and number as headers.
	build func(r wire.OutRecord, label int32) ([]byte, error)
}

func batchFaults() []batchFault {
	batch := func(detail string, build func(wire.OutRecord, int32) ([]byte, error)) batchFault {
		return batchFault{Fault: Fault{Kind: "batch_" + detail, Group: GroupBatch, Rule: winnow.RuleBatch, Detail: detail}, build: build}
	}
	all := []batchFault{
		batch(winnow.DetailBomb, bomb),
		batch(winnow.DetailCodec, brokenGzip),
		batch(winnow.DetailTruncated, lyingLengths),
		{Fault: Fault{Kind: "oversize", Group: GroupBatch, Rule: winnow.RuleJSON, Detail: winnow.DetailSize}, build: oversize},
	}
	for i := range all {
		all[i].label = firstLabel + int32(i)
	}
	return all
}

// noLabel is the sequence number of every batch whose records carry their labels themselves.
const noLabel = -1

// firstLabel is the sequence number that says that a batch is the first of batchFaults. It is far from what a producer without an id
// writes there, -1.
const firstLabel = 0x77_00_00

// BatchLabel reads the label of a batch that was planted to be unreadable. ok is false for every other batch.
func BatchLabel(b *wire.Batch) (f Fault, ok bool) {
	if b.ProducerID != -1 || b.Sequence < firstLabel {
		return Fault{}, false
	}
	for _, planted := range batchFaults() {
		if planted.label == b.Sequence {
			return planted.Fault, true
		}
	}
	return Fault{}, false
}

// rebuild puts payload in the place of a batch's records, and signs it.
func rebuild(batch, payload []byte, codec wire.Codec, records int, label int32) []byte {
	batch = append(batch[:batchHeader], payload...)
	binary.BigEndian.PutUint32(batch[batchAtLength:], uint32(len(batch)-12))
	binary.BigEndian.PutUint16(batch[batchAtAttrs:], uint16(codec))
	binary.BigEndian.PutUint32(batch[batchAtLast:], uint32(records-1))
	binary.BigEndian.PutUint32(batch[batchAtCount:], uint32(records))
	wire.StampBatch(batch, wire.Stamp{ProducerID: -1, Epoch: -1, Sequence: label})
	return batch
}

func encodeOne(r wire.OutRecord) []byte {
	return wire.EncodeBatch(nil, []wire.OutRecord{r}, wire.CodecNone)
}

// bomb is a few kilobytes that decompress to one record of zeros.
func bomb(r wire.OutRecord, label int32) ([]byte, error) {
	r.Headers, r.NumHeaders = nil, 0
	payload, err := compressRecord(r, nil, 0, bombBytes, nil)
	if err != nil {
		return nil, err
	}
	return rebuild(encodeOne(r), payload, wire.CodecZstd, 1, label), nil
}

// brokenGzip says gzip and is not.
func brokenGzip(r wire.OutRecord, label int32) ([]byte, error) {
	batch := encodeOne(r)
	payload := append([]byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"), batch[batchHeader:]...)
	return rebuild(batch, payload, wire.CodecGzip, 1, label), nil
}

// lyingLengths promises three records, of which the first is longer than the batch.
func lyingLengths(r wire.OutRecord, label int32) ([]byte, error) {
	batch := encodeOne(r)
	payload := binary.AppendVarint(nil, 1<<20)
	payload = append(payload, batch[batchHeader+2:]...)
	return rebuild(batch, payload, wire.CodecNone, 3, label), nil
}

// oversize is a record above the gate's limit that a broker takes, as it is small while it is compressed. It can be read, so
// that its label is a header.
func oversize(r wire.OutRecord, _ int32) ([]byte, error) {
	payload, err := compressRecord(r, fmt.Appendf(nil, `{"id":%q,"text":"`, r.Key), 'a', oversizeBytes, []byte(`"}`))
	if err != nil {
		return nil, err
	}
	return rebuild(encodeOne(r), payload, wire.CodecZstd, 1, noLabel), nil
}

// compressRecord makes the payload of a batch of one record with r's key and headers, whose value is open, fill n times, shut. It never
// holds the value in full.
func compressRecord(r wire.OutRecord, open []byte, fill byte, n int, shut []byte) ([]byte, error) {
	head := []byte{0, 0, 0} // attributes, time and offset deltas
	head = append(binary.AppendVarint(head, int64(len(r.Key))), r.Key...)
	head = binary.AppendVarint(head, int64(len(open)+n+len(shut)))
	head = append(head, open...)
	tail := append(bytes.Clone(shut), binary.AppendVarint(nil, int64(r.NumHeaders))...)
	tail = append(tail, r.Headers...)

	var out bytes.Buffer
	z, err := zstd.NewWriter(&out, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, fmt.Errorf("cannot compress: %w", err)
	}
	z.Write(binary.AppendVarint(nil, int64(len(head)+n+len(tail)))) //nolint:errcheck // a buffer takes everything; Close tells
	z.Write(head)                                                   //nolint:errcheck // likewise
	if _, err := io.CopyN(z, filler(fill), int64(n)); err != nil {
		return nil, fmt.Errorf("cannot compress: %w", err)
	}
	z.Write(tail) //nolint:errcheck // likewise
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("cannot compress: %w", err)
	}
	return out.Bytes(), nil
}

// filler is a reader without an end.
type filler byte

func (f filler) Read(p []byte) (int, error) {
	for n := copy(p, []byte{byte(f)}); n > 0 && n < len(p); n *= 2 {
		copy(p[n:], p[:n])
	}
	return len(p), nil
}
