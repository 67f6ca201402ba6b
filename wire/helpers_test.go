package wire

import (
	"context"
	"errors"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/goleak"

	"github.com/winnow-data/winnow"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// newCluster starts an embedded Kafka that ends with the test.
func newCluster(t testing.TB, opts ...kfake.Opt) *kfake.Cluster {
	t.Helper()
	cluster, err := kfake.NewCluster(opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	return cluster
}

// newClient makes a Client of cluster, which ends with the test.
func newClient(t testing.TB, brokers []string, change ...func(*Config)) *Client {
	t.Helper()
	cfg := Config{Brokers: brokers}
	for _, f := range change {
		f(&cfg)
	}
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// newKgo makes a client that is not ours.
func newKgo(t testing.TB, brokers []string, opts ...kgo.Opt) *kgo.Client {
	t.Helper()
	cl, err := kgo.NewClient(append([]kgo.Opt{
		kgo.SeedBrokers(brokers...), kgo.RecordPartitioner(kgo.ManualPartitioner()),
	}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cl.Close)
	return cl
}

// record is a copy of what was read, for comparison.
type record struct {
	offset, time int64
	key, value   string
	null         bool // the value
	headers      []string
}

func keep(rec *winnow.Record) record {
	r := record{offset: rec.Offset, time: rec.Time, key: string(rec.Key), value: string(rec.Value), null: rec.Value == nil}
	for k, v := range Headers(rec.Headers, rec.NumHeaders) {
		if v == nil {
			v = []byte("<null>")
		}
		r.headers = append(r.headers, string(k)+"="+string(v))
	}
	return r
}

// reading is how a partition is read in tests: as the gate does it.
type reading struct {
	client    *Client
	topic     string
	committed bool
	slab      *Slab
	z         *Decompressor

	records  []record
	controls int
	aborted  int
}

func newReading(c *Client, topic string) *reading {
	return &reading{client: c, topic: topic, slab: NewSlab(16 << 20), z: NewDecompressor(64 << 20)}
}

// until reads partition 0 from an offset on, until next is at least end.
func (r *reading) until(ctx context.Context, from, end int64) error {
	for next := from; next < end; {
		req := FetchRequest{Topic: r.topic, Offset: next, MinBytes: 1, MaxWait: 100 * time.Millisecond, ReadCommitted: r.committed}
		got, err := r.client.Fetch(ctx, req, r.slab)
		if err != nil {
			return err
		}
		if next, err = r.take(&got, next); err != nil {
			return err
		}
	}
	return nil
}

func (r *reading) take(got *Fetched, next int64) (int64, error) {
	filter := NewAbortFilter(got.Aborted)
	for set := got.Set; ; {
		b, rest, err := NextBatch(set)
		if errors.Is(err, io.EOF) || errors.Is(err, ErrPartial) {
			return next, nil
		}
		if err != nil {
			return next, err
		}
		set, next = rest, b.Next()
		if err := b.CheckCRC(); err != nil {
			return next, err
		}
		skip := filter.Skip(&b)
		switch {
		case skip:
			r.aborted += int(b.Count)
			continue
		case b.Control():
			r.controls++
			continue
		}
		payload, err := r.z.Open(&b)
		if err != nil {
			return next, err
		}
		rs := NewRecords(&b, payload)
		for rec := (winnow.Record{}); rs.Next(&rec); {
			r.records = append(r.records, keep(&rec))
		}
		if err := rs.Err(); err != nil {
			return next, err
		}
	}
}

func values(rs []record) []string {
	vs := make([]string, len(rs))
	for i := range rs {
		vs[i] = rs[i].value
	}
	return vs
}

func equal(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n got %q\nwant %q", what, got, want)
	}
}
