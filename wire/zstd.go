package wire

import (
	"encoding/binary"
	"errors"

	"github.com/klauspost/compress/zstd"
)

const (
	// zstdWindow is the largest window that a frame may ask for. Frames are decoded into one piece of memory, so nothing
	// is allocated for it.
	zstdWindow = 1 << 30
	// zstdBlock is the most that a block decompresses to.
	zstdBlock = 128 << 10
)

// openZstd decodes into the buffer's capacity and no further. Many clients stream, so that a frame does not say how large
// it is: but its blocks say at most how large. With room for a block beyond the limit, an error before the limit is an
// error of the data.
func (z *Decompressor) openZstd(src []byte) ([]byte, error) {
	if z.zstd == nil {
		d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecodeAllCapLimit(true),
			zstd.WithDecoderMaxWindow(zstdWindow))
		if err != nil {
			return nil, codecError(CodecZstd, err)
		}
		z.zstd = d
	}
	least, most := zstdSize(src, z.limit+zstdBlock)
	if least > z.limit {
		return nil, ErrBomb
	}
	z.room(most)
	out, err := z.zstd.DecodeAll(src, z.buf)
	switch {
	case len(out) > z.limit, errors.Is(err, zstd.ErrDecoderSizeExceeded) && most > z.limit:
		return nil, ErrBomb
	case err != nil:
		return nil, codecError(CodecZstd, err)
	}
	return out, nil
}

// zstdSize is how many bytes src decompresses to at least and at most, as far as limit. What it does not understand, the
// decoder will not either.
func zstdSize(src []byte, limit int) (least, most int) {
	for len(src) > 0 && most < limit {
		var h zstd.Header
		if h.Decode(src) != nil {
			break
		}
		size := h.HeaderSize
		if h.Skippable {
			size += int(h.SkippableSize)
		}
		if size <= 0 || size > len(src) {
			break
		}
		src = src[size:]
		if h.Skippable {
			continue
		}
		var lo, hi int
		if lo, hi, src = zstdBlocks(src, limit); h.HasFCS && h.FrameContentSize < uint64(hi) {
			hi = int(h.FrameContentSize)
		}
		least += lo
		if most += hi; h.HasCheckSum {
			src = src[min(4, len(src)):]
		}
	}
	return least, min(most, limit)
}

// zstdBlocks is how many bytes a frame's blocks decompress to at least and at most, and what follows the blocks. Blocks
// that are stored or repeat one byte say their size; the others are compressed.
func zstdBlocks(src []byte, limit int) (least, most int, rest []byte) {
	for len(src) >= 3 && most < limit {
		head := binary.LittleEndian.Uint16(src)
		size := int(head)>>3 | int(src[2])<<13
		last, kind := head&1 != 0, head>>1&3
		if src = src[3:]; kind == 2 {
			most += zstdBlock
		} else {
			least += min(size, zstdBlock)
			most += min(size, zstdBlock)
		}
		if kind == 1 {
			size = 1 // the byte
		}
		if src = src[min(size, len(src)):]; last {
			break
		}
	}
	return least, most, src
}
