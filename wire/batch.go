package wire

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"strconv"
)

// Where a v2 record batch keeps what. Up to the magic byte, message sets of v0 and v1 look the same.
const (
	atLength    = 8
	atMagic     = 16
	atCRC       = 17
	atAttrs     = 21
	atLastDelta = 23
	atFirstTime = 27
	atMaxTime   = 35
	atProducer  = 43
	atEpoch     = 51
	atSequence  = 53
	atCount     = 57

	frameSize  = 12 // base offset and length, which the length does not count
	headerSize = 61
	minMessage = 14 // the least length of a v0 message
)

const (
	attrCodec         = 0x07
	attrLogAppendTime = 0x08
	attrTransactional = 0x10
	attrControl       = 0x20
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// A Codec is a compression of record batches, by its number on the wire.
type Codec int8

// Kafka's codecs.
const (
	CodecNone Codec = iota
	CodecGzip
	CodecSnappy
	CodecLZ4
	CodecZstd
)

// String gives Kafka's name of the codec, or its number.
func (c Codec) String() string {
	switch c {
	case CodecNone:
		return "none"
	case CodecGzip:
		return "gzip"
	case CodecSnappy:
		return "snappy"
	case CodecLZ4:
		return "lz4"
	case CodecZstd:
		return "zstd"
	}
	return "codec " + strconv.Itoa(int(c))
}

// A Batch is a record batch as it lies in fetched bytes, which it borrows. Nothing in it is to be trusted before CheckCRC.
type Batch struct {
	Base            int64 // the first record's offset, before compaction
	LastOffsetDelta int32
	Magic           int8 // 2, or what NextBatch gave with ErrMagic
	Attributes      int16
	FirstTimestamp  int64 // Unix milliseconds
	MaxTimestamp    int64 // Unix milliseconds
	ProducerID      int64
	Epoch           int16
	Sequence        int32
	Count           int32 // of records, as the batch claims
	CRC             uint32
	Raw             []byte // all its bytes, header included

	payload []byte // what follows the header, compressed or not
}

// Codec says how the records are compressed.
func (b *Batch) Codec() Codec { return Codec(b.Attributes & attrCodec) }

// Control says that the batch is a transaction's marker and holds no records of a user.
func (b *Batch) Control() bool { return b.Attributes&attrControl != 0 }

// Transactional says that the batch is part of a transaction.
func (b *Batch) Transactional() bool { return b.Attributes&attrTransactional != 0 }

// LogAppendTime says that the broker's time, MaxTimestamp, stands in place of each record's own.
func (b *Batch) LogAppendTime() bool { return b.Attributes&attrLogAppendTime != 0 }

// Last is the last offset that the batch covers.
func (b *Batch) Last() int64 { return b.Base + int64(b.LastOffsetDelta) }

// Next is the offset after the batch. Compaction may have taken records, even all of them: a reader goes on from here,
// not from the last record.
func (b *Batch) Next() int64 { return b.Last() + 1 }

// CheckCRC returns ErrCRC if the bytes are not those that the producer's client wrote.
func (b *Batch) CheckCRC() error {
	if crc32.Checksum(b.Raw[atAttrs:], castagnoli) != b.CRC {
		return ErrCRC
	}
	return nil
}

// NextBatch takes the first batch from a record set, and returns the rest of the set. At the set's end it returns
// io.EOF, and ErrPartial where the last batch is cut, as brokers cut it. With ErrMagic the batch has Base, Magic and Raw
// (all its bytes), and reading can go on: a compressed message of v0 or v1 ends at the offset Base, with a start that is
// not said. With ErrCorrupt, Raw is all that is left, and there is no going on in this set.
func NextBatch(set []byte) (b Batch, rest []byte, err error) {
	if len(set) == 0 {
		return b, nil, io.EOF
	}
	if len(set) < frameSize {
		return b, nil, ErrPartial
	}
	base := int64(binary.BigEndian.Uint64(set))
	length := int64(int32(binary.BigEndian.Uint32(set[atLength:])))
	if base < 0 || length < minMessage {
		return Batch{Base: base, Raw: set}, nil, ErrCorrupt
	}
	size := frameSize + length
	if size > int64(len(set)) {
		return b, nil, ErrPartial
	}
	raw, rest := set[:size:size], set[size:]
	if magic := int8(raw[atMagic]); magic != 2 {
		return Batch{Base: base, Magic: magic, Raw: raw}, rest, fmt.Errorf("%w but in v%d", ErrMagic, magic)
	}
	if size < headerSize {
		return Batch{Base: base, Raw: set}, nil, ErrCorrupt
	}
	b = parseHeader(raw)
	b.Raw, b.payload = raw, raw[headerSize:]
	if b.LastOffsetDelta < 0 || b.Base > math.MaxInt64-1-int64(b.LastOffsetDelta) {
		return Batch{Base: base, Raw: set}, nil, ErrCorrupt
	}
	return b, rest, nil
}

// parseHeader reads a v2 batch's header, at least headerSize bytes.
func parseHeader(h []byte) Batch {
	return Batch{
		Base:            int64(binary.BigEndian.Uint64(h)),
		Magic:           int8(h[atMagic]),
		CRC:             binary.BigEndian.Uint32(h[atCRC:]),
		Attributes:      int16(binary.BigEndian.Uint16(h[atAttrs:])),
		LastOffsetDelta: int32(binary.BigEndian.Uint32(h[atLastDelta:])),
		FirstTimestamp:  int64(binary.BigEndian.Uint64(h[atFirstTime:])),
		MaxTimestamp:    int64(binary.BigEndian.Uint64(h[atMaxTime:])),
		ProducerID:      int64(binary.BigEndian.Uint64(h[atProducer:])),
		Epoch:           int16(binary.BigEndian.Uint16(h[atEpoch:])),
		Sequence:        int32(binary.BigEndian.Uint32(h[atSequence:])),
		Count:           int32(binary.BigEndian.Uint32(h[atCount:])),
	}
}

// After is where to go on after a batch whose CRC fails, so that its own LastOffsetDelta may be wrong: at the batch that
// follows it in rest, else at Next.
func (b *Batch) After(rest []byte) int64 {
	if len(rest) >= 8 {
		if next := int64(binary.BigEndian.Uint64(rest)); next > b.Base {
			return next
		}
	}
	return b.Next()
}

// Base reads the base offset of the batch that rest begins with, even where the batch is cut. ok says that rest has it.
func Base(rest []byte) (base int64, ok bool) {
	if len(rest) < 8 {
		return 0, false
	}
	base = int64(binary.BigEndian.Uint64(rest))
	return base, base >= 0
}
