package wire

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"testing"
)

// patched returns a copy of b with p at i.
func patched(b []byte, i int, p ...byte) []byte {
	out := bytes.Clone(b)
	copy(out[i:], p)
	return out
}

func be32(v int32) []byte { return binary.BigEndian.AppendUint32(nil, uint32(v)) }
func be64(v int64) []byte { return binary.BigEndian.AppendUint64(nil, uint64(v)) }

func TestNextBatch(t *testing.T) {
	one := EncodeBatch(nil, []OutRecord{{Value: []byte("a")}}, CodecNone)
	message := func(magic byte) []byte {
		m := append(be64(7), be32(minMessage)...)
		return append(m, 0, 0, 0, 0, magic, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)
	}
	for name, test := range map[string]struct {
		set       []byte
		want      error
		raw, rest int
	}{
		"nothing":              {nil, io.EOF, 0, 0},
		"less than a frame":    {one[:11], ErrPartial, 0, 0},
		"less than a batch":    {one[:len(one)-1], ErrPartial, 0, 0},
		"one":                  {one, nil, len(one), 0},
		"two":                  {append(bytes.Clone(one), one...), nil, len(one), len(one)},
		"one and a bit":        {append(bytes.Clone(one), one[:5]...), nil, len(one), 5},
		"negative length":      {patched(one, atLength, be32(-1)...), ErrCorrupt, len(one), 0},
		"zero length":          {patched(one, atLength, be32(0)...), ErrCorrupt, len(one), 0},
		"length of a stub":     {patched(one, atLength, be32(48)...), ErrCorrupt, len(one), 0},
		"largest length":       {patched(one, atLength, be32(math.MaxInt32)...), ErrPartial, 0, 0},
		"negative base":        {patched(one, 0, be64(-1)...), ErrCorrupt, len(one), 0},
		"offsets overflow":     {patched(patched(one, 0, be64(math.MaxInt64)...), atLastDelta, be32(1)...), ErrCorrupt, len(one), 0},
		"negative last offset": {patched(one, atLastDelta, be32(-1)...), ErrCorrupt, len(one), 0},
		"v0":                   {append(message(0), one...), ErrMagic, 26, len(one)},
		"v1":                   {append(message(1), one...), ErrMagic, 26, len(one)},
		"v3":                   {patched(one, atMagic, 3), ErrMagic, len(one), 0},
		"v-1":                  {patched(one, atMagic, 0xff), ErrMagic, len(one), 0},
	} {
		t.Run(name, func(t *testing.T) {
			b, rest, err := NextBatch(test.set)
			if !errors.Is(err, test.want) || len(b.Raw) != test.raw || len(rest) != test.rest {
				t.Errorf("got %v, a batch of %d bytes, and %d left", err, len(b.Raw), len(rest))
			}
			if errors.Is(test.want, ErrMagic) && len(test.set) != len(one) && (b.Base != 7 || b.Next() != 8) {
				t.Errorf("offsets %d to %d", b.Base, b.Next())
			}
		})
	}
}

func TestBatchHeader(t *testing.T) {
	raw := EncodeBatch(nil, []OutRecord{{Time: 5}, {Time: 9}, {Time: 7}}, CodecZstd)
	StampBatch(raw, Stamp{ProducerID: 1 << 50, Epoch: 3, Sequence: 1 << 20, Transactional: true})
	b, _, err := NextBatch(raw)
	if err != nil || b.CheckCRC() != nil {
		t.Fatal(err, b.CheckCRC())
	}
	if b.ProducerID != 1<<50 || b.Epoch != 3 || b.Sequence != 1<<20 || !b.Transactional() || b.Control() || b.LogAppendTime() ||
		b.Codec() != CodecZstd || b.Last() != 2 || b.FirstTimestamp != 5 || b.MaxTimestamp != 9 || b.Count != 3 {
		t.Errorf("got %+v", b)
	}
	for i := atCRC; i < len(raw); i++ {
		raw[i] ^= 0x40
		if b, _, err := NextBatch(raw); err == nil && !errors.Is(b.CheckCRC(), ErrCRC) {
			t.Errorf("a flipped bit in byte %d goes unnoticed", i)
		}
		raw[i] ^= 0x40
	}
}

func TestAfterABadChecksum(t *testing.T) {
	one := EncodeBatch(nil, []OutRecord{{}}, CodecNone)
	lying, _, err := NextBatch(patched(one, atLastDelta, be32(1000)...))
	if err != nil || !errors.Is(lying.CheckCRC(), ErrCRC) {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		rest []byte
		want int64
	}{
		"the next batch is there": {patched(one, 0, be64(4)...), 4},
		"its start is":            {be64(4), 4},
		"too little of it":        {be64(4)[:7], 1001},
		"it makes no sense":       {be64(0), 1001},
	} {
		if got := lying.After(test.rest); got != test.want {
			t.Errorf("%s: got %d, want %d", name, got, test.want)
		}
	}
}

func TestCodecNames(t *testing.T) {
	for c, want := range map[Codec]string{CodecNone: "none", CodecGzip: "gzip", CodecSnappy: "snappy", CodecLZ4: "lz4", CodecZstd: "zstd", 7: "codec 7"} {
		if c.String() != want {
			t.Errorf("%d is %q", int8(c), c)
		}
	}
}
