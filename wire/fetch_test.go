package wire

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
)

var kgoCodecs = map[Codec]kgo.CompressionCodec{
	CodecNone: kgo.NoCompression(), CodecGzip: kgo.GzipCompression(), CodecSnappy: kgo.SnappyCompression(),
	CodecLZ4: kgo.Lz4Compression(), CodecZstd: kgo.ZstdCompression(),
}

func TestFetchAllCodecs(t *testing.T) {
	cluster := newCluster(t, kfake.NumBrokers(1), kfake.SeedTopics(1, "none", "gzip", "snappy", "lz4", "zstd"))
	c := newClient(t, cluster.ListenAddrs())
	for codec, compression := range kgoCodecs {
		t.Run(codec.String(), func(t *testing.T) {
			producer := newKgo(t, cluster.ListenAddrs(), kgo.ProducerBatchCompression(compression))
			var want []string
			for i := range 300 {
				v := fmt.Sprintf("%s %d %s", codec, i, strings.Repeat("x", i))
				want = append(want, v)
				rec := &kgo.Record{Topic: codec.String(), Key: []byte{byte(i)}, Value: []byte(v),
					Headers: []kgo.RecordHeader{{Key: "h", Value: []byte("1")}, {Key: "n", Value: nil}}}
				if i%100 == 0 {
					if err := producer.Flush(t.Context()); err != nil {
						t.Fatal(err)
					}
				}
				producer.Produce(t.Context(), rec, func(_ *kgo.Record, err error) {
					if err != nil {
						t.Error(err)
					}
				})
			}
			if err := producer.Flush(t.Context()); err != nil {
				t.Fatal(err)
			}
			r := newReading(c, codec.String())
			if err := r.until(t.Context(), 0, 300); err != nil {
				t.Fatal(err)
			}
			equal(t, "values", values(r.records), want)
			for i, rec := range r.records {
				if rec.offset != int64(i) || rec.key != string([]byte{byte(i)}) {
					t.Fatalf("record %d: offset %d, key %q", i, rec.offset, rec.key)
				}
				equal(t, "headers", rec.headers, []string{"h=1", "n=<null>"})
			}
		})
	}
}

func TestFetchLargerThanTheSlab(t *testing.T) {
	cluster := newCluster(t, kfake.NumBrokers(1), kfake.SeedTopics(1, "t"))
	c := newClient(t, cluster.ListenAddrs())
	big := EncodeBatch(nil, []OutRecord{{Value: make([]byte, 300_000)}, {Value: []byte("b")}}, CodecNone)
	small := EncodeBatch(nil, []OutRecord{{Value: []byte("small")}}, CodecNone)
	for _, b := range [][]byte{big, small, small} {
		if _, err := c.Produce(t.Context(), "t", 0, b); err != nil {
			t.Fatal(err)
		}
	}
	slab := NewSlab(100_000)
	got, err := c.Fetch(t.Context(), FetchRequest{Topic: "t", MaxWait: time.Second}, slab)
	if err != nil {
		t.Fatal(err)
	}
	if got.TooLarge == nil || len(got.Set) != 0 {
		t.Fatalf("got %d bytes, TooLarge %v", len(got.Set), got.TooLarge)
	}
	b := got.TooLarge.Batch()
	if got.TooLarge.Size != int64(len(big)) || b.Base != 0 || b.Next() != 2 || b.Count != 2 {
		t.Errorf("got size %d (sent %d), base %d, next %d", got.TooLarge.Size, len(big), b.Base, b.Next())
	}
	copy(big[frameSize:], got.TooLarge.Header[frameSize:16]) // the broker wrote its leader epoch
	if got.TooLarge.SHA256 != sha256.Sum256(big) {
		t.Error("the digest is not that of the batch's bytes")
	}
	if cap(slab.buf) > slab.Cap() {
		t.Errorf("the slab holds %d bytes", cap(slab.buf))
	}
	got, err = c.Fetch(t.Context(), FetchRequest{Topic: "t", Offset: b.Next(), MaxWait: time.Second}, slab)
	if err != nil || len(got.Set) != 2*len(small) {
		t.Errorf("after it: %d bytes, %v", len(got.Set), err)
	}
}

func TestFetchHoldsNoMoreThanTheSlab(t *testing.T) {
	cluster := newCluster(t, kfake.NumBrokers(1), kfake.SeedTopics(1, "t"))
	c := newClient(t, cluster.ListenAddrs())
	batch := EncodeBatch(nil, []OutRecord{{Value: make([]byte, 700)}}, CodecNone)
	for range 5 {
		if _, err := c.Produce(t.Context(), "t", 0, batch); err != nil {
			t.Fatal(err)
		}
	}
	r := newReading(c, "t")
	r.slab = NewSlab(len(batch) + 10)
	if err := r.until(t.Context(), 0, 5); err != nil {
		t.Fatal(err)
	}
	if len(r.records) != 5 {
		t.Errorf("read %d of 5 records", len(r.records))
	}
}

func TestFetchErrors(t *testing.T) {
	cluster := newCluster(t, kfake.NumBrokers(1), kfake.SeedTopics(1, "t"))
	c := newClient(t, cluster.ListenAddrs())
	for name, test := range map[string]struct {
		req       FetchRequest
		want      error
		retriable bool
	}{
		"out of range": {FetchRequest{Topic: "t", Offset: 99}, kafka.OffsetOutOfRange, false},
		"no topic":     {FetchRequest{Topic: "nowhere"}, nil, true},
		"no partition": {FetchRequest{Topic: "t", Partition: 7}, nil, true},
		"bad request":  {FetchRequest{Topic: "t", Partition: -1}, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			test.req.MaxWait = 50 * time.Millisecond
			_, err := c.Fetch(t.Context(), test.req, NewSlab(1<<20))
			if err == nil || test.want != nil && !errors.Is(err, test.want) || IsRetriable(err) != test.retriable {
				t.Errorf("got %v, retriable %v", err, IsRetriable(err))
			}
		})
	}
	c.Close()
	if _, err := c.Fetch(t.Context(), FetchRequest{Topic: "t"}, NewSlab(1<<20)); !errors.Is(err, ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

// A long poll must last as long as was asked for, end at once when it is cancelled, and leave the slab usable.
func TestFetchWaits(t *testing.T) {
	cluster := newCluster(t, kfake.NumBrokers(1), kfake.SeedTopics(1, "t"))
	c := newClient(t, cluster.ListenAddrs())
	slab := NewSlab(1 << 20)
	start := time.Now()
	got, err := c.Fetch(t.Context(), FetchRequest{Topic: "t", MinBytes: 1, MaxWait: 700 * time.Millisecond}, slab)
	if err != nil || len(got.Set) != 0 || time.Since(start) < 600*time.Millisecond {
		t.Errorf("got %d bytes, %v, after %v", len(got.Set), err, time.Since(start))
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	start = time.Now()
	_, err = c.Fetch(ctx, FetchRequest{Topic: "t", MinBytes: 1, MaxWait: time.Minute}, slab)
	if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > 5*time.Second {
		t.Errorf("cancelled: %v after %v", err, time.Since(start))
	}
	if _, err := c.Produce(t.Context(), "t", 0, EncodeBatch(nil, []OutRecord{{Value: []byte("v")}}, CodecNone)); err != nil {
		t.Fatal(err)
	}
	got, err = c.Fetch(t.Context(), FetchRequest{Topic: "t", MinBytes: 1, MaxWait: time.Second}, slab)
	if err != nil || len(got.Set) == 0 || got.HighWatermark != 1 || got.LastStable != 1 || got.LogStart != 0 {
		t.Errorf("after that: %d bytes, %+v, %v", len(got.Set), got, err)
	}
}

// noted is a connection that tells of its end.
type noted struct {
	net.Conn
	closed chan struct{}
	once   *sync.Once
}

func (n noted) Close() error {
	n.once.Do(func() { n.closed <- struct{}{} })
	return n.Conn.Close()
}

// A fetch that is cancelled does not sit on its connection until the broker has something to say.
func TestFetchHangsUpWhenCancelled(t *testing.T) {
	cluster := newCluster(t, kfake.NumBrokers(1), kfake.SeedTopics(1, "t"))
	closed := make(chan struct{}, 10)
	c := newClient(t, cluster.ListenAddrs(), func(cfg *Config) {
		cfg.Dial = func(ctx context.Context, network, addr string) (net.Conn, error) {
			conn, err := new(net.Dialer).DialContext(ctx, network, addr)
			return noted{conn, closed, new(sync.Once)}, err
		}
	})
	ctx, cancel := context.WithCancel(t.Context())
	defer time.AfterFunc(200*time.Millisecond, cancel).Stop()
	_, err := c.Fetch(ctx, FetchRequest{Topic: "t", MinBytes: 1, MaxWait: time.Minute}, NewSlab(1<<20))
	if !errors.Is(err, context.Canceled) || IsRetriable(err) {
		t.Errorf("got %v, retriable %v", err, IsRetriable(err))
	}
	select {
	case <-closed:
	case <-time.After(10 * time.Second):
		t.Error("the connection is still open")
	}
}

func TestFetchFollowsTheLeader(t *testing.T) {
	cluster := newCluster(t, kfake.NumBrokers(3), kfake.SeedTopics(1, "t"))
	c := newClient(t, cluster.ListenAddrs())
	batch := EncodeBatch(nil, []OutRecord{{Value: []byte("v")}}, CodecNone)
	if _, err := c.Produce(t.Context(), "t", 0, batch); err != nil {
		t.Fatal(err)
	}
	leader := cluster.LeaderFor("t", 0)
	for range 6 {
		leader = (leader + 1) % 3
		if err := cluster.MoveTopicPartition("t", 0, leader); err != nil {
			t.Fatal(err)
		}
		start, tries := time.Now(), 0
		err := Retry(t.Context(), "fetch", nil, func(ctx context.Context) error {
			tries++
			_, err := c.Fetch(ctx, FetchRequest{Topic: "t", MaxWait: time.Second}, NewSlab(1<<20))
			return err
		})
		if took := time.Since(start); err != nil || took > time.Second || tries > 4 {
			t.Errorf("leader %d: %v, after %v and %d tries", leader, err, took, tries)
		}
		if err := Retry(t.Context(), "produce", nil, func(ctx context.Context) error {
			_, err := c.Produce(ctx, "t", 0, batch)
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
}
