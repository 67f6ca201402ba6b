package wire

import (
	"iter"

	"github.com/winnow-data/winnow"
)

// Records walks the records of a batch. The records borrow the payload.
type Records struct {
	payload []byte
	at      int // into payload

	base, first, appended int64
	byAppend              bool
	left                  int32 // records still to come, as the batch claims
	delta, last           int64 // the offset delta of the record before, and the batch's last
	err                   error
}

// NewRecords walks the records in payload, which is b's decompressed by a Decompressor.
func NewRecords(b *Batch, payload []byte) Records {
	r := Records{
		payload:  payload,
		base:     b.Base,
		first:    b.FirstTimestamp,
		appended: b.MaxTimestamp,
		byAppend: b.LogAppendTime(),
		left:     b.Count,
		delta:    -1,
		last:     int64(b.LastOffsetDelta),
	}
	if b.Count < 0 {
		r.err = ErrTruncated
	}
	return r
}

// Err returns ErrTruncated once Next met bytes that are not what the batch says of them: too few or too many, lengths
// that lie, offsets that do not rise or leave the batch. The records before that were whole.
func (r *Records) Err() error { return r.err }

// Next reads the next record into rec and says whether there was one. A null key or value is nil, an empty one is not.
func (r *Records) Next(rec *winnow.Record) bool {
	if r.err != nil {
		return false
	}
	if r.left == 0 {
		if r.at != len(r.payload) {
			r.err = ErrTruncated
		}
		return false
	}
	body, ok := r.frame()
	if !ok || !r.decode(body, rec) {
		r.err = ErrTruncated
		return false
	}
	r.left--
	return true
}

// frame cuts the next record's bytes off, without their length.
func (r *Records) frame() ([]byte, bool) {
	size, at := varint(r.payload, r.at)
	if at < 0 || size < 0 || size > int64(len(r.payload)-at) {
		return nil, false
	}
	r.at = at + int(size)
	return r.payload[at:r.at], true
}

func (r *Records) decode(p []byte, rec *winnow.Record) bool {
	if len(p) == 0 {
		return false
	}
	dt, i := varint(p, 1) // p[0] is the record's attributes, of which there are none
	if i < 0 {
		return false
	}
	delta, i := varint(p, i)
	if i < 0 || delta <= r.delta || delta > r.last {
		return false
	}
	r.delta = delta
	rec.Offset = r.base + delta
	if rec.Time = r.first + dt; r.byAppend {
		rec.Time = r.appended
	}
	var n int64
	if rec.Key, i = field(p, i); i < 0 {
		return false
	}
	if rec.Value, i = field(p, i); i < 0 {
		return false
	}
	if n, i = varint(p, i); i < 0 || n < 0 || n > int64(len(p)-i) {
		return false
	}
	rec.NumHeaders, rec.Headers = int(n), p[i:len(p):len(p)]
	return n == 0 && i == len(p) || n > 0 && wholeHeaders(rec.Headers, rec.NumHeaders)
}

// wholeHeaders says that raw is n headers and nothing else.
func wholeHeaders(raw []byte, n int) bool {
	i := 0
	for ; n > 0; n-- {
		var key []byte
		if key, i = field(raw, i); i < 0 || key == nil {
			return false
		}
		if _, i = field(raw, i); i < 0 {
			return false
		}
	}
	return i == len(raw)
}

// Headers walks n headers in the wire form of a Record's Headers: key and value, nil for a null value. What is not in
// that form ends the walk.
func Headers(raw []byte, n int) iter.Seq2[[]byte, []byte] {
	return func(yield func(key, value []byte) bool) {
		i := 0
		for ; n > 0; n-- {
			var key, value []byte
			if key, i = field(raw, i); i < 0 || key == nil {
				return
			}
			if value, i = field(raw, i); i < 0 || !yield(key, value) {
				return
			}
		}
	}
}

// field reads a length and as many bytes of p from i on, and returns what follows; -1 where p does not hold that. The
// length -1 is null, a nil slice.
func field(p []byte, i int) (b []byte, next int) {
	n, i := varint(p, i)
	switch {
	case i < 0 || n < -1 || n > int64(len(p)-i):
		return nil, -1
	case n < 0:
		return nil, i
	}
	end := i + int(n)
	return p[i:end:end], end
}

// varint reads a zigzag varint of p from i on, and returns what follows; -1 where p holds none.
func varint(p []byte, i int) (v int64, next int) {
	if i < len(p) && p[i] < 0x80 {
		return int64(p[i]>>1) ^ -int64(p[i]&1), i + 1
	}
	return longVarint(p, i)
}

func longVarint(p []byte, i int) (v int64, next int) {
	var u uint64
	for shift := uint(0); i < len(p); shift += 7 {
		b := p[i]
		i++
		if shift == 63 && b > 1 {
			return 0, -1 // more than 64 bits
		}
		u |= uint64(b&0x7f) << shift
		if b < 0x80 {
			return int64(u>>1) ^ -int64(u&1), i
		}
	}
	return 0, -1
}

// appendVarint appends v as a zigzag varint.
func appendVarint(dst []byte, v int64) []byte {
	u := uint64(v)<<1 ^ uint64(v>>63)
	for u >= 0x80 {
		dst = append(dst, byte(u)|0x80)
		u >>= 7
	}
	return append(dst, byte(u))
}

// sizeVarint is how many bytes appendVarint appends.
func sizeVarint(v int64) int {
	u := uint64(v)<<1 ^ uint64(v>>63)
	n := 1
	for ; u >= 0x80; u >>= 7 {
		n++
	}
	return n
}
