package wire

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
)

// poll reads n records of a topic with a client that is not ours.
func poll(t *testing.T, brokers []string, topic string, n int, opts ...kgo.Opt) []*kgo.Record {
	t.Helper()
	cl := newKgo(t, brokers, append(opts, kgo.ConsumeTopics(topic), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))...)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var got []*kgo.Record
	for len(got) < n {
		fs := cl.PollFetches(ctx)
		for _, e := range fs.Errors() {
			t.Fatalf("%s/%d: %v after %d records", e.Topic, e.Partition, e.Err, len(got))
		}
		got = append(got, fs.Records()...)
	}
	return got
}

func outRecords(n int) []OutRecord {
	rs := make([]OutRecord, n)
	for i := range rs {
		rs[i] = OutRecord{
			Key:        []byte(fmt.Sprint("key ", i)),
			Value:      []byte(fmt.Sprintf(`{"i":%d,"s":%q}`, i, strings.Repeat("ab", i%200))),
			Headers:    AppendHeader(AppendHeader(nil, "winnow.id", []byte("t/0/1")), "null", nil),
			NumHeaders: 2,
			Time:       1_700_000_000_000 + int64(i)*1000,
		}
	}
	rs[0].Key, rs[1].Value, rs[2].Value = nil, nil, []byte{}
	return rs
}

func sameRecords(t *testing.T, got []*kgo.Record, want []OutRecord) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("read %d records, want %d", len(got), len(want))
	}
	for i, r := range got {
		w := want[i]
		if !bytes.Equal(r.Key, w.Key) || (r.Key == nil) != (w.Key == nil) || !bytes.Equal(r.Value, w.Value) ||
			(r.Value == nil) != (w.Value == nil) || r.Timestamp.UnixMilli() != w.Time || r.Offset != int64(i) {
			t.Fatalf("record %d is %d, %q, %q, %v", i, r.Offset, r.Key, r.Value, r.Timestamp)
		}
		if len(r.Headers) != 2 || r.Headers[0].Key != "winnow.id" || string(r.Headers[0].Value) != "t/0/1" ||
			r.Headers[1].Key != "null" || r.Headers[1].Value != nil {
			t.Fatalf("record %d has the headers %q", i, r.Headers)
		}
	}
}

func TestProduceIsReadByOthers(t *testing.T) {
	cluster := newCluster(t, kfake.NumBrokers(2), kfake.SeedTopics(1, "none", "gzip", "snappy", "lz4", "zstd"))
	c := newClient(t, cluster.ListenAddrs())
	rs := outRecords(2000)
	var e Encoder
	for _, codec := range codecs {
		t.Run(codec.String(), func(t *testing.T) {
			for i, part := range [][]OutRecord{rs[:1500], rs[1500:]} {
				base, err := c.Produce(t.Context(), codec.String(), 0, e.Append(nil, part, codec))
				if err != nil || base != int64(1500*i) {
					t.Fatalf("written at %d: %v", base, err)
				}
			}
			sameRecords(t, poll(t, cluster.ListenAddrs(), codec.String(), len(rs)), rs)
		})
	}
}

func TestProduceErrors(t *testing.T) {
	cluster := newCluster(t, kfake.NumBrokers(1), kfake.SeedTopics(1, "t"))
	if err := cluster.CreateTopic("small", 1, map[string]string{"max.message.bytes": "1000"}); err != nil {
		t.Fatal(err)
	}
	c := newClient(t, cluster.ListenAddrs())
	big := EncodeBatch(nil, []OutRecord{{Value: make([]byte, 2000)}}, CodecNone)
	if _, err := c.Produce(t.Context(), "small", 0, big); !errors.Is(err, ErrTooLarge) || IsRetriable(err) {
		t.Errorf("too large: %v, retriable %v", err, IsRetriable(err))
	}
	if _, err := c.Produce(t.Context(), "small", 0, EncodeBatch(nil, []OutRecord{{}}, CodecNone)); err != nil {
		t.Errorf("small enough: %v", err)
	}
	if _, err := c.Produce(t.Context(), "nowhere", 0, big); !IsRetriable(err) {
		t.Errorf("no such topic: %v", err)
	}
	if _, err := c.Produce(t.Context(), "t", 0, EncodeBatch(nil, nil, CodecNone)); err == nil || IsRetriable(err) {
		t.Errorf("no records: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Produce(ctx, "t", 0, big); !errors.Is(err, context.Canceled) || IsRetriable(err) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestEncoderUsesItsMemoryAgain(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector makes pools forget")
	}
	rs := outRecords(500)
	var e Encoder
	for codec, most := range map[Codec]float64{CodecNone: 0, CodecGzip: 0, CodecSnappy: 0, CodecLZ4: 4, CodecZstd: 0} {
		dst := e.Append(nil, rs, codec)
		if n := testing.AllocsPerRun(10, func() { dst = e.Append(dst[:0], rs, codec) }); n > most {
			t.Errorf("%s: %v allocations a batch", codec, n)
		}
	}
}
