package verify

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/winnow-data/winnow/pipeline/verdicts"
	"github.com/winnow-data/winnow/wire"
)

// Records of 300 bytes, a thousand in a batch and ten thousand in an entry, from the embedded Kafka in the same process.
func BenchmarkVerify(b *testing.B) {
	for _, c := range []struct {
		name           string
		records, every int // of which one failed
		codec          wire.Codec
	}{
		{"1% failed", 1_000_000, 100, wire.CodecNone},
		{"1% failed, lz4", 1_000_000, 100, wire.CodecLZ4},
		{"all failed", 200_000, 1, wire.CodecLZ4},
	} {
		b.Run(c.name, func(b *testing.B) {
			s := failing(b, c.records, c.every, c.codec)
			b.ReportAllocs()
			for b.Loop() {
				r := s.verify()
				if !r.Balanced || r.Consumed != int64(c.records) || r.Quarantined != int64(c.records/c.every) || r.Doubled+r.Pending+r.Unverifiable != 0 {
					b.Fatalf("%+v", r)
				}
			}
			b.ReportMetric(float64(c.records)*float64(b.N)/b.Elapsed().Seconds(), "records/s")
		})
	}
}

// failing plays a scene in which each every-th record failed.
func failing(b *testing.B, records, every int, codec wire.Codec) *scene {
	s := newScene(newWorld(b))
	s.sources, s.entries, s.rejects, s.committed = nil, nil, nil, int64(records)
	rs := make([]wire.OutRecord, 1000)
	for i := range rs {
		rs[i].Value = bytes.Repeat(fmt.Appendf(nil, "%3d", i), 100)
	}
	batch := wire.EncodeBatch(nil, rs, codec)
	for from := 0; from < records; from += 10_000 {
		e := verdicts.Entry{From: int64(from), Passed: 10_000 - int64(10_000/every)}
		for o := from; o < from+10_000; o += every {
			e.Failed = verdicts.AddOffset(e.Failed, int64(o))
		}
		if err := e.Close(int64(from + 10_000)); err != nil {
			b.Fatal(err)
		}
		text, err := json.Marshal(e)
		if err != nil {
			b.Fatal(err)
		}
		s.entries = append(s.entries, string(text))
	}
	s.play()
	for range records / len(rs) {
		s.produce(s.topic, batch)
	}
	for o := 0; o < records; o += every {
		s.write(s.id(o))
	}
	s.flush()
	return s
}
