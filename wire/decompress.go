package wire

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

const (
	// inflateStart is what the buffer grows from, slack what decoders like to have beyond the last byte.
	inflateStart = 64 << 10
	slack        = 32
)

// A Decompressor opens batches into a buffer that it uses again. However little a batch weighs, the buffer never grows
// beyond the limit. It belongs to one goroutine.
type Decompressor struct {
	limit int
	buf   []byte
	src   bytes.Reader
	gzip  *gzip.Reader
	lz4   *lz4.Reader
	zstd  *zstd.Decoder
}

// NewDecompressor makes a Decompressor of batches that decompress to at most limit bytes.
func NewDecompressor(limit int) *Decompressor { return &Decompressor{limit: limit} }

// Open returns the bytes of b's records: b's own where they are not compressed, else memory that is borrowed until the
// next Open. It returns ErrBomb for more than the limit, and ErrCodec for what cannot be decompressed. A payload that is
// not compressed was held already and is not measured.
func (z *Decompressor) Open(b *Batch) ([]byte, error) {
	switch b.Codec() {
	case CodecNone:
		return b.payload, nil
	case CodecGzip:
		return z.openGzip(b.payload)
	case CodecSnappy:
		return z.openSnappy(b.payload)
	case CodecLZ4:
		return z.openLZ4(b.payload)
	case CodecZstd:
		return z.openZstd(b.payload)
	}
	return nil, fmt.Errorf("%w: %s is unknown", ErrCodec, b.Codec())
}

// Forget gives the buffer back if it is more than keep bytes. What Open returned before is void.
func (z *Decompressor) Forget(keep int) {
	if cap(z.buf) > keep {
		z.buf = nil
	}
}

// room makes the buffer empty, with capacity for n bytes and the slack.
func (z *Decompressor) room(n int) {
	n = max(n, inflateStart)
	if cap(z.buf) < n+slack {
		z.buf = make([]byte, 0, n+slack)
	}
	z.buf = z.buf[:0]
}

// more doubles the buffer's capacity, as far as the limit allows, and says whether that is any more.
func (z *Decompressor) more() bool {
	n := min(2*cap(z.buf), z.limit+slack)
	if n <= cap(z.buf) {
		return false
	}
	bigger := make([]byte, len(z.buf), n)
	copy(bigger, z.buf)
	z.buf = bigger
	return true
}

func (z *Decompressor) openGzip(src []byte) ([]byte, error) {
	z.src.Reset(src)
	var err error
	if z.gzip == nil {
		z.gzip, err = gzip.NewReader(&z.src)
	} else {
		err = z.gzip.Reset(&z.src)
	}
	if err != nil {
		z.gzip = nil
		return nil, codecError(CodecGzip, err)
	}
	return z.inflate(z.gzip, len(src), CodecGzip)
}

func (z *Decompressor) openLZ4(src []byte) ([]byte, error) {
	z.src.Reset(src)
	if z.lz4 == nil {
		z.lz4 = lz4.NewReader(nil)
	}
	z.lz4.Reset(&z.src)
	return z.inflate(z.lz4, len(src), CodecLZ4)
}

// inflate reads r to its end, which must come within the limit.
func (z *Decompressor) inflate(r io.Reader, packed int, codec Codec) ([]byte, error) {
	z.room(min(3*packed, z.limit))
	for {
		n, err := r.Read(z.buf[len(z.buf):cap(z.buf)])
		z.buf = z.buf[:len(z.buf)+n]
		switch {
		case len(z.buf) > z.limit:
			return nil, ErrBomb
		case errors.Is(err, io.EOF):
			return z.buf, nil
		case err != nil:
			return nil, codecError(codec, err)
		case len(z.buf) == cap(z.buf) && !z.more():
			return nil, ErrBomb
		}
	}
}

// openSnappy reads xerial's frame, which Kafka's own client writes, and one bare block, which others write.
func (z *Decompressor) openSnappy(src []byte) ([]byte, error) {
	if !bytes.HasPrefix(src, []byte(xerialMagic)) {
		z.room(0)
		if err := z.appendSnappy(src); err != nil {
			return nil, err
		}
		return z.buf, nil
	}
	if len(src) < len(xerialMagic)+8 {
		return nil, codecError(CodecSnappy, io.ErrUnexpectedEOF)
	}
	src = src[len(xerialMagic)+8:]
	for z.room(min(3*len(src), z.limit)); len(src) > 0; {
		if len(src) < 4 {
			return nil, codecError(CodecSnappy, io.ErrUnexpectedEOF)
		}
		n := binary.BigEndian.Uint32(src)
		if src = src[4:]; uint64(n) > uint64(len(src)) {
			return nil, codecError(CodecSnappy, io.ErrUnexpectedEOF)
		}
		if err := z.appendSnappy(src[:n]); err != nil {
			return nil, err
		}
		src = src[n:]
	}
	return z.buf, nil
}

// appendSnappy appends a block, whose size stands at its start, to the buffer.
func (z *Decompressor) appendSnappy(block []byte) error {
	n, err := s2.DecodedLen(block)
	if err != nil {
		return codecError(CodecSnappy, err)
	}
	at := len(z.buf)
	if n > z.limit-at {
		return ErrBomb
	}
	for cap(z.buf) < at+n {
		if !z.more() {
			return ErrBomb
		}
	}
	if _, err := s2.Decode(z.buf[at:at+n], block); err != nil {
		return codecError(CodecSnappy, err)
	}
	z.buf = z.buf[:at+n]
	return nil
}

func codecError(c Codec, err error) error { return fmt.Errorf("%w: %s: %w", ErrCodec, c, err) }
