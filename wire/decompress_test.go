package wire

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

var codecs = []Codec{CodecNone, CodecGzip, CodecSnappy, CodecLZ4, CodecZstd}

// packed is a batch of which only the payload and its codec matter.
func packed(codec Codec, payload []byte) *Batch {
	return &Batch{Magic: 2, Attributes: int16(codec), payload: payload}
}

// text is n bytes that compress about as JSON does.
func text(n int) []byte {
	rng := rand.New(rand.NewPCG(1, 2))
	var b bytes.Buffer
	for b.Len() < n {
		b.WriteString(`{"carrier":"UA","flight":`)
		b.WriteString(strings.Repeat(string('0'+rune(rng.IntN(10))), 1+rng.IntN(3)))
		b.WriteString(`,"delay":`)
		b.WriteByte('0' + byte(rng.IntN(10)))
		b.WriteString("}\n")
	}
	return b.Bytes()[:n]
}

func TestDecompressWhatWeCompress(t *testing.T) {
	z := NewDecompressor(1 << 20)
	var c compressors
	for _, codec := range codecs[1:] {
		for _, size := range []int{0, 1, 100, snappyBlock, snappyBlock + 1, 700_000, 1 << 20, 10} {
			want := text(size)
			b := packed(codec, c.compress([]byte("before"), want, codec)[len("before"):])
			got, err := z.Open(b)
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("%s of %d bytes: got %d bytes, %v", codec, size, len(got), err)
			}
		}
		if _, err := z.Open(packed(codec, c.compress(nil, text(1<<20+1), codec))); !errors.Is(err, ErrBomb) {
			t.Errorf("%s, a byte above the limit: %v", codec, err)
		}
	}
}

// What other clients write: bare snappy, lz4 with large or dependent blocks and checksums, streamed zstd, several members.
func TestDecompressWhatOthersCompress(t *testing.T) {
	want := text(1 << 20)
	streamed := func(w io.WriteCloser, out *bytes.Buffer) []byte {
		for part := range bytes.Lines(want) {
			if _, err := w.Write(part); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
	var zbuf, lbuf bytes.Buffer
	zw, err := zstd.NewWriter(&zbuf, zstd.WithWindowSize(8<<20))
	if err != nil {
		t.Fatal(err)
	}
	lw := lz4.NewWriter(&lbuf)
	if err := lw.Apply(lz4.BlockSizeOption(lz4.Block4Mb), lz4.ChecksumOption(true), lz4.BlockChecksumOption(true)); err != nil {
		t.Fatal(err)
	}
	var c compressors
	half := len(want) / 2
	for name, b := range map[string]*Batch{
		"bare snappy":     packed(CodecSnappy, s2.EncodeSnappy(nil, want)),
		"streamed zstd":   packed(CodecZstd, streamed(zw, &zbuf)),
		"lz4, large":      packed(CodecLZ4, streamed(lw, &lbuf)),
		"two zstd frames": packed(CodecZstd, c.compress(c.compress(nil, want[:half], CodecZstd), want[half:], CodecZstd)),
		"two gzip files":  packed(CodecGzip, c.compress(c.compress(nil, want[:half], CodecGzip), want[half:], CodecGzip)),
	} {
		for range 2 {
			if got, err := NewDecompressor(2 << 20).Open(b); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%s: %d bytes, %v", name, len(got), err)
			}
		}
	}
}

func TestDecompressBroken(t *testing.T) {
	z := NewDecompressor(1 << 20)
	var c compressors
	for _, codec := range codecs[1:] {
		whole := c.compress(nil, text(50_000), codec)
		cases := map[string][]byte{
			"nothing": nil, "garbage": []byte("this is not compressed"), "cut": whole[:len(whole)*2/3], "header": whole[:5],
			"flipped": patched(whole, len(whole)/2, whole[len(whole)/2]^0xff, whole[len(whole)/2+1]^0xff),
		}
		for name, payload := range cases {
			got, err := z.Open(packed(codec, payload))
			switch {
			case err == nil && name == "nothing": // an empty zstd or lz4 payload is one of no bytes
			case err == nil && name == "flipped": // no checksum of its own; the batch has one
			case !errors.Is(err, ErrCodec) && !errors.Is(err, ErrBomb):
				t.Errorf("%s, %s: %d bytes, %v", codec, name, len(got), err)
			}
			if got, err := z.Open(packed(codec, whole)); err != nil || len(got) != 50_000 {
				t.Errorf("%s after %s: %d bytes, %v", codec, name, len(got), err)
			}
		}
	}
	for _, unknown := range []Codec{5, 6, 7} {
		if _, err := z.Open(packed(unknown, []byte("x"))); !errors.Is(err, ErrCodec) {
			t.Errorf("%s: %v", unknown, err)
		}
	}
}

// bombs are batches that unpack to 1 GiB, and headers that promise what does not come.
func bombs() map[string]*Batch {
	var c compressors
	zero := make([]byte, 1<<20)
	repeat := func(codec Codec) *Batch { return packed(codec, bytes.Repeat(c.compress(nil, zero, codec), 1<<10)) }
	// A frame that does not say how large it is, of blocks that repeat one byte.
	stream := []byte{0x28, 0xb5, 0x2f, 0xfd, 0, 0x58}
	for range 8<<10 - 1 {
		stream = append(stream, 2|byte(zstdBlock<<3&0xff), byte(zstdBlock>>5&0xff), byte(zstdBlock>>13), 0)
	}
	stream = append(stream, 3|byte(zstdBlock<<3&0xff), byte(zstdBlock>>5&0xff), byte(zstdBlock>>13), 0)
	lying := binary.LittleEndian.AppendUint64([]byte("\x28\xb5\x2f\xfd\xe0"), 1<<60)
	little := binary.LittleEndian.AppendUint32([]byte("\x28\xb5\x2f\xfd\xa0"), 7<<20)
	window := []byte{0x28, 0xb5, 0x2f, 0xfd, 0, 0x90, 1, 0, 0} // asks for a window of 256 MiB, and is empty
	xerial := []byte(xerialMagic + "\x00\x00\x00\x01\x00\x00\x00\x01")
	block := s2.EncodeSnappy(nil, zero)
	for range 1 << 10 {
		xerial = binary.BigEndian.AppendUint32(xerial, uint32(len(block)))
		xerial = append(xerial, block...)
	}
	return map[string]*Batch{
		"zstd, a stream":     packed(CodecZstd, stream),
		"zstd, many frames":  repeat(CodecZstd),
		"zstd, lying":        packed(CodecZstd, lying),
		"zstd, lying little": packed(CodecZstd, little),
		"zstd, wide window":  packed(CodecZstd, window),
		"gzip":               repeat(CodecGzip),
		"lz4":                repeat(CodecLZ4),
		"snappy":             packed(CodecSnappy, xerial),
		"snappy, lying":      packed(CodecSnappy, binary.AppendUvarint(nil, 1<<32-1)),
	}
}

// A batch of some 100 KB that unpacks to 1 GiB costs hardly more memory than the limit, and no time to speak of.
func TestDecompressBombs(t *testing.T) {
	const limit = 8 << 20
	for name, b := range bombs() {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := NewDecompressor(limit).Open(b)
			runtime.ReadMemStats(&after)
			want := ErrBomb
			switch name {
			case "zstd, lying", "zstd, lying little":
				want = ErrCodec
			case "zstd, wide window":
				want = nil
			}
			if !errors.Is(err, want) {
				t.Errorf("%d bytes gave %v", len(b.payload), err)
			}
			got := after.TotalAlloc - before.TotalAlloc
			t.Logf("%d bytes made it allocate %d KiB", len(b.payload), got>>10)
			// Growing by doubling costs twice the limit in all, and codecs have windows of their own.
			if got > 2*limit+12<<20 {
				t.Errorf("%d bytes made it allocate %d MiB", len(b.payload), got>>20)
			}
		})
	}
}

func TestDecompressAllocates(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector makes pools forget")
	}
	z := NewDecompressor(16 << 20)
	var c compressors
	for codec, most := range map[Codec]float64{CodecNone: 0, CodecSnappy: 0, CodecZstd: 0, CodecGzip: 0, CodecLZ4: 3} {
		payload := text(200_000)
		if codec != CodecNone {
			payload = c.compress(nil, payload, codec)
		}
		b := packed(codec, payload)
		if n := testing.AllocsPerRun(20, func() {
			if _, err := z.Open(b); err != nil {
				t.Fatal(err)
			}
		}); n > most {
			t.Errorf("%s: %v allocations a batch", codec, n)
		}
	}
}
