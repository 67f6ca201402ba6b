package wire

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/winnow-data/winnow"
)

// seeds are sets of every codec and some that are broken.
func seeds() [][]byte {
	rs := outRecords(5)
	var sets [][]byte
	var all []byte
	for _, codec := range codecs {
		b := EncodeBatch(nil, rs, codec)
		all = append(all, b...)
		sets = append(sets, b, patched(b, atCount, be32(1<<30)...), b[:len(b)-3])
	}
	return append(sets, all, append(be64(7), append(be32(20), make([]byte, 20)...)...))
}

// Whatever the bytes, walking them ends, stays inside of them and always goes on by something.
func FuzzNextBatch(f *testing.F) {
	for _, s := range seeds() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, set []byte) {
		for left := set; ; {
			b, rest, err := NextBatch(left)
			if err != nil && !errors.Is(err, ErrMagic) {
				if rest != nil {
					t.Errorf("%v, and %d bytes to go on with", err, len(rest))
				}
				return
			}
			if len(b.Raw) < frameSize || len(b.Raw)+len(rest) != len(left) || b.Next() <= b.Base || b.After(rest) <= b.Base {
				t.Fatalf("%d bytes became %d and %d, offsets %d to %d", len(left), len(b.Raw), len(rest), b.Base, b.Next())
			}
			if err == nil {
				_ = b.CheckCRC()
				NewAbortFilter([]AbortedTxn{{b.ProducerID, b.Base}}).Skip(&b)
			}
			left = rest
		}
	})
}

// Whatever the bytes, records come in order, within the batch, and what comes can be encoded to the same again.
func FuzzRecords(f *testing.F) {
	for _, s := range seeds()[:3] {
		if b, _, err := NextBatch(s); err == nil {
			f.Add(b.payload, b.Count, b.LastOffsetDelta, int16(0))
		}
	}
	f.Fuzz(func(t *testing.T, payload []byte, count, last int32, attrs int16) {
		b := Batch{Magic: 2, Count: count, LastOffsetDelta: max(last, 0), Attributes: attrs}
		rs := NewRecords(&b, payload)
		n, before := int32(0), int64(-1)
		for rec := (winnow.Record{}); rs.Next(&rec); n++ {
			if rec.Offset <= before || rec.Offset > b.Last() {
				t.Fatalf("offset %d after %d, of %d", rec.Offset, before, b.Last())
			}
			before = rec.Offset
			headers := 0
			for range Headers(rec.Headers, rec.NumHeaders) {
				headers++
			}
			if headers != rec.NumHeaders {
				t.Fatalf("%d of %d headers", headers, rec.NumHeaders)
			}
			out := OutRecord{Key: rec.Key, Value: rec.Value, Headers: rec.Headers, NumHeaders: rec.NumHeaders, Time: rec.Time}
			again := oneBatch(t, []OutRecord{out}, CodecNone)
			if rs, err := walk(&again, again.payload); err != nil || rs[0].value != string(rec.Value) || rs[0].null != (rec.Value == nil) {
				t.Fatalf("encoded again it is %v, %v", rs, err)
			}
		}
		if rs.Err() == nil && n != count {
			t.Errorf("%d of %d records, and %v", n, count, rs.Err())
		}
	})
}

// Whatever the bytes, decompression ends within the limit and with an error of its own, and works afterwards.
func FuzzDecompress(f *testing.F) {
	var c compressors
	plain := text(300)
	for _, codec := range codecs[1:] {
		f.Add(byte(codec), c.compress(nil, plain, codec))
	}
	f.Add(byte(CodecSnappy), []byte(xerialMagic+"\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00\x05hello"))
	const limit = 1 << 20
	z := NewDecompressor(limit)
	f.Fuzz(func(t *testing.T, codec byte, payload []byte) {
		got, err := z.Open(packed(Codec(codec&attrCodec), payload))
		if err != nil && !errors.Is(err, ErrCodec) && !errors.Is(err, ErrBomb) || codec&attrCodec != 0 && len(got) > limit {
			t.Errorf("%d bytes, %v", len(got), err)
		}
		if codec = codec & attrCodec; codec == 0 || codec > byte(CodecZstd) {
			return
		}
		if got, err := z.Open(packed(Codec(codec), c.compress(nil, plain, Codec(codec)))); err != nil || !bytes.Equal(got, plain) {
			t.Errorf("afterwards: %d bytes, %v", len(got), err)
		}
	})
}

// Whatever a broker answers, reading it ends, and holds no more than it was told to.
func FuzzAnswer(f *testing.F) {
	one := EncodeBatch(nil, outRecords(3), CodecNone)
	f.Add(withSet(int32(len(one)), one))
	f.Add(head("topic", 3, 6).i32(1).i64(1).i64(2).i32(-1).i32(0).sized())
	f.Fuzz(func(t *testing.T, p []byte) {
		x, err := readAnswer(p, 2000)
		if cap(x.buf) > 2000 || len(x.out.Set) > 2000 || errors.Is(err, io.EOF) {
			t.Errorf("holds %d bytes, %v", cap(x.buf), err)
		}
	})
}
