package wire

import (
	"encoding/binary"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

// Snappy as Kafka's own client writes it: xerial's frame, in blocks of this size.
const snappyBlock = 32 << 10

const xerialMagic = "\x82SNAPPY\x00"

// compressors are made when first used, and used again.
type compressors struct {
	gzip *gzip.Writer
	lz4  *lz4.Writer
	zstd *zstd.Encoder
	out  appender
}

// appender is an io.Writer that appends. It never fails, and so neither do the compressors above it.
type appender struct{ b []byte }

// Write is io.Writer's.
func (a *appender) Write(p []byte) (int, error) {
	a.b = append(a.b, p...)
	return len(p), nil
}

// compress appends src, compressed, to dst. An unknown codec is the caller's mistake and panics.
func (c *compressors) compress(dst, src []byte, codec Codec) []byte {
	switch codec {
	case CodecGzip:
		if c.gzip == nil {
			c.gzip = gzip.NewWriter(nil)
		}
		c.gzip.Reset(&c.out)
		return c.through(c.gzip, dst, src)
	case CodecSnappy:
		return appendXerial(dst, src)
	case CodecLZ4:
		if c.lz4 == nil {
			c.lz4 = newLZ4Writer()
		}
		c.lz4.Reset(&c.out)
		return c.through(c.lz4, dst, src)
	case CodecZstd:
		if c.zstd == nil {
			c.zstd = newZstdEncoder()
		}
		return c.zstd.EncodeAll(src, dst)
	}
	panic("wire: cannot compress with " + codec.String())
}

func (c *compressors) through(w io.WriteCloser, dst, src []byte) []byte {
	c.out.b = dst
	if _, err := w.Write(src); err != nil {
		panic(err) // an appender does not fail
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	dst, c.out.b = c.out.b, nil
	return dst
}

// newLZ4Writer writes what Kafka's own client writes: independent blocks of 64 KiB, no checksum of the content (the batch
// has one).
func newLZ4Writer() *lz4.Writer {
	w := lz4.NewWriter(nil)
	if err := w.Apply(lz4.BlockSizeOption(lz4.Block64Kb), lz4.ChecksumOption(false)); err != nil {
		panic(err) // fixed options
	}
	return w
}

func newZstdEncoder() *zstd.Encoder {
	e, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderCRC(false))
	if err != nil {
		panic(err) // fixed options
	}
	return e
}

func appendXerial(dst, src []byte) []byte {
	dst = append(dst, xerialMagic...)
	dst = binary.BigEndian.AppendUint32(dst, 1) // version, and the oldest that can read it
	dst = binary.BigEndian.AppendUint32(dst, 1)
	for len(src) > 0 {
		n := min(len(src), snappyBlock)
		at := len(dst)
		dst = append(dst, 0, 0, 0, 0)
		room := s2.MaxEncodedLen(n)
		dst = append(dst, make([]byte, room)...)
		block := s2.EncodeSnappy(dst[at+4:], src[:n])
		binary.BigEndian.PutUint32(dst[at:], uint32(len(block)))
		dst = dst[:at+4+len(block)]
		src = src[n:]
	}
	return dst
}
