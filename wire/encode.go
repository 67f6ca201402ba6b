package wire

import (
	"encoding/binary"
	"hash/crc32"
)

// An OutRecord is a record to be produced. It borrows its slices.
type OutRecord struct {
	Key, Value []byte // nil is null
	Headers    []byte // NumHeaders headers as AppendHeader makes them, or as a fetched Record has them
	NumHeaders int
	Time       int64 // Unix milliseconds
}

// AppendHeader appends a header in the wire form of OutRecord.Headers. A nil value is null.
func AppendHeader(dst []byte, key string, value []byte) []byte {
	dst = appendVarint(dst, int64(len(key)))
	dst = append(dst, key...)
	return appendField(dst, value)
}

// A Stamp is what an idempotent or transactional producer writes on a batch. The same batch sent again carries the same
// stamp.
type Stamp struct {
	ProducerID    int64
	Epoch         int16
	Sequence      int32 // of the batch's first record
	Transactional bool
}

// EncodeBatch appends a v2 record batch of rs to dst, with its checksum, of no producer in particular. No records make no
// bytes. Together the records must be below 2 GiB. An Encoder does the same again and again with the same memory.
func EncodeBatch(dst []byte, rs []OutRecord, codec Codec) []byte {
	var e Encoder
	return e.Append(dst, rs, codec)
}

// An Encoder writes record batches. The zero value is ready. It keeps memory between batches, and belongs to one
// goroutine.
type Encoder struct {
	plain []byte
	compressors
}

// Append is EncodeBatch.
func (e *Encoder) Append(dst []byte, rs []OutRecord, codec Codec) []byte {
	if len(rs) == 0 {
		return dst
	}
	start := len(dst)
	first := rs[0].Time
	latest := first
	for i := range rs {
		latest = max(latest, rs[i].Time)
	}
	dst = append(dst, make([]byte, headerSize)...)
	if codec == CodecNone {
		dst = appendRecords(dst, rs, first)
	} else {
		e.plain = appendRecords(e.plain[:0], rs, first)
		dst = e.compress(dst, e.plain, codec)
	}
	b := dst[start:]
	binary.BigEndian.PutUint32(b[atLength:], uint32(len(b)-frameSize))
	binary.BigEndian.PutUint32(b[frameSize:], 1<<32-1) // the partition leader's epoch: not known here
	b[atMagic] = 2
	binary.BigEndian.PutUint16(b[atAttrs:], uint16(codec))
	binary.BigEndian.PutUint32(b[atLastDelta:], uint32(len(rs)-1))
	binary.BigEndian.PutUint64(b[atFirstTime:], uint64(first))
	binary.BigEndian.PutUint64(b[atMaxTime:], uint64(latest))
	binary.BigEndian.PutUint32(b[atCount:], uint32(len(rs)))
	StampBatch(b, Stamp{ProducerID: -1, Epoch: -1, Sequence: -1})
	return dst
}

// StampBatch writes s on a batch that EncodeBatch made, in place, and renews its checksum.
func StampBatch(batch []byte, s Stamp) {
	attrs := binary.BigEndian.Uint16(batch[atAttrs:]) &^ attrTransactional
	if s.Transactional {
		attrs |= attrTransactional
	}
	binary.BigEndian.PutUint16(batch[atAttrs:], attrs)
	binary.BigEndian.PutUint64(batch[atProducer:], uint64(s.ProducerID))
	binary.BigEndian.PutUint16(batch[atEpoch:], uint16(s.Epoch))
	binary.BigEndian.PutUint32(batch[atSequence:], uint32(s.Sequence))
	binary.BigEndian.PutUint32(batch[atCRC:], crc32.Checksum(batch[atAttrs:], castagnoli))
}

func appendRecords(dst []byte, rs []OutRecord, first int64) []byte {
	for i := range rs {
		dst = appendRecord(dst, &rs[i], int64(i), rs[i].Time-first)
	}
	return dst
}

func appendRecord(dst []byte, r *OutRecord, delta, dt int64) []byte {
	size := 1 + sizeVarint(dt) + sizeVarint(delta) + sizeField(r.Key) + sizeField(r.Value) +
		sizeVarint(int64(r.NumHeaders)) + len(r.Headers)
	dst = appendVarint(dst, int64(size))
	dst = append(dst, 0) // attributes: none are defined
	dst = appendVarint(dst, dt)
	dst = appendVarint(dst, delta)
	dst = appendField(dst, r.Key)
	dst = appendField(dst, r.Value)
	dst = appendVarint(dst, int64(r.NumHeaders))
	return append(dst, r.Headers...)
}

func appendField(dst, b []byte) []byte {
	if b == nil {
		return appendVarint(dst, -1)
	}
	return append(appendVarint(dst, int64(len(b))), b...)
}

func sizeField(b []byte) int {
	if b == nil {
		return 1
	}
	return sizeVarint(int64(len(b))) + len(b)
}
