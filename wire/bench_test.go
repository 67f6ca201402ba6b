package wire

import (
	"fmt"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"

	"github.com/winnow-data/winnow"
)

// benchRecords are n records of about 390 bytes.
func benchRecords(n int) []OutRecord {
	rs := make([]OutRecord, n)
	notes := text(400 * n)
	for i := range rs {
		v := fmt.Appendf(nil, `{"id":%d,"user":"user-%d","carrier":"UA","dest":"SFO","delay":%d,"distance":%d,"notes":"`, i, i*7919, i%300, i%2500)
		v = append(v, notes[400*i:][:388-len(v)]...)
		rs[i] = OutRecord{Key: v[6:14], Value: append(v, `"}`...), Time: int64(i)}
	}
	return rs
}

// walkSet reads a set as the gate does, and returns its records.
func walkSet(b *testing.B, set []byte, z *Decompressor) (records int64, next int64) {
	var rec winnow.Record
	for len(set) > 0 {
		batch, rest, err := NextBatch(set)
		if err != nil {
			break
		}
		if err := batch.CheckCRC(); err != nil {
			b.Fatal(err)
		}
		payload, err := z.Open(&batch)
		if err != nil {
			b.Fatal(err)
		}
		rs := NewRecords(&batch, payload)
		for rs.Next(&rec) {
			records++
		}
		if rs.Err() != nil {
			b.Fatal(rs.Err())
		}
		set, next = rest, batch.Next()
	}
	return records, next
}

// BenchmarkWalk is NextBatch, CheckCRC, Open and Records over batches in memory. Bytes are uncompressed.
func BenchmarkWalk(b *testing.B) {
	rs := benchRecords(2000)
	size := int64(len(EncodeBatch(nil, rs, CodecNone)))
	for _, codec := range codecs {
		b.Run(codec.String(), func(b *testing.B) {
			set := EncodeBatch(nil, rs, codec)
			z := NewDecompressor(16 << 20)
			b.SetBytes(size)
			b.ReportAllocs()
			var n int64
			for b.Loop() {
				got, _ := walkSet(b, set, z)
				n += got
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "records/s")
		})
	}
}

func BenchmarkEncode(b *testing.B) {
	rs := benchRecords(2000)
	for _, codec := range codecs {
		b.Run(codec.String(), func(b *testing.B) {
			var e Encoder
			dst := e.Append(nil, rs, CodecNone)
			b.SetBytes(int64(len(dst)))
			b.ReportAllocs()
			for b.Loop() {
				dst = e.Append(dst[:0], rs, codec)
			}
		})
	}
}

// BenchmarkFetch reads a topic of an embedded broker in the same process from start to end.
func BenchmarkFetch(b *testing.B) {
	cluster := newCluster(b, kfake.NumBrokers(1), kfake.SeedTopics(1, "t"))
	c := newClient(b, cluster.ListenAddrs())
	batch := EncodeBatch(nil, benchRecords(2000), CodecNone)
	const batches = 64
	for range batches {
		if _, err := c.Produce(b.Context(), "t", 0, batch); err != nil {
			b.Fatal(err)
		}
	}
	slab, z := NewSlab(8<<20), NewDecompressor(16<<20)
	b.SetBytes(int64(len(batch)) * batches)
	b.ReportAllocs()
	var n int64
	for b.Loop() {
		for next := int64(0); next < 2000*batches; {
			got, err := c.Fetch(b.Context(), FetchRequest{Topic: "t", Offset: next, MaxWait: time.Second}, slab)
			if err != nil {
				b.Fatal(err)
			}
			records, after := walkSet(b, got.Set, z)
			n, next = n+records, after
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "records/s")
}
