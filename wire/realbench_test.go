package wire

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// BenchmarkRealFetch reads a topic of a real Kafka (WINNOW_KAFKA), one fetch at a time, from start to end.
func BenchmarkRealFetch(b *testing.B) {
	addr := os.Getenv("WINNOW_KAFKA")
	if addr == "" {
		b.Skip("SKIPPED: set WINNOW_KAFKA to the host:port of a Kafka broker to run this benchmark")
	}
	c := newClient(b, strings.Split(addr, ","))
	rs := benchRecords(2000)
	size := len(EncodeBatch(nil, rs, CodecNone))
	for _, codec := range []Codec{CodecNone, CodecLZ4} {
		b.Run(codec.String(), func(b *testing.B) {
			topic := fmt.Sprintf("wire-bench-%s-%d", codec, time.Now().UnixNano())
			fill(b, c, topic, EncodeBatch(nil, rs, codec), 200)
			slab, z := NewSlab(8<<20), NewDecompressor(16<<20)
			b.SetBytes(int64(size) * 200)
			b.ReportAllocs()
			var n int64
			for b.Loop() {
				for next := int64(0); next < 400_000; {
					got, err := c.Fetch(b.Context(), FetchRequest{Topic: topic, Offset: next, MaxWait: time.Second}, slab)
					if err != nil {
						b.Fatal(err)
					}
					records, after := walkSet(b, got.Set, z)
					n, next = n+records, after
				}
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "records/s")
		})
	}
}

func fill(b *testing.B, c *Client, topic string, batch []byte, times int) {
	b.Helper()
	if err := Retry(b.Context(), "create the topic", nil, func(ctx context.Context) error {
		_, err := c.EnsureTopic(ctx, topic, 1, 1, nil)
		return err
	}); err != nil {
		b.Fatal(err)
	}
	for range times {
		if _, err := c.Produce(b.Context(), topic, 0, batch); err != nil {
			b.Fatal(err)
		}
	}
}
