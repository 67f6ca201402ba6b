package quarantine

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/goleak"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// canary is content that must never be seen outside of Kafka; it is found whatever its letters' case.
const canary = "Canary7Bird42"

var judged = time.Date(2026, 3, 4, 5, 6, 7, 890_000_000, time.UTC)

func clock0() time.Time { return judged }

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// world is an embedded Kafka with a client of ours.
type world struct {
	cluster *kfake.Cluster
	client  *wire.Client
}

func newWorld(t testing.TB, opts ...kfake.Opt) world {
	t.Helper()
	cluster, err := kfake.NewCluster(append([]kfake.Opt{kfake.NumBrokers(1)}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	client, err := wire.New(wire.Config{Brokers: cluster.ListenAddrs()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return world{cluster, client}
}

func (w world) kgo(t testing.TB, opts ...kgo.Opt) *kgo.Client {
	t.Helper()
	cl, err := kgo.NewClient(append([]kgo.Opt{kgo.SeedBrokers(w.cluster.ListenAddrs()...)}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cl.Close)
	return cl
}

// read gives n records of a topic from its start, as a client that is not ours sees them.
func (w world) read(t testing.TB, topic string, n int) []*kgo.Record {
	t.Helper()
	cl := w.kgo(t, kgo.ConsumeTopics(topic), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var rs []*kgo.Record
	for len(rs) < n {
		fetches := cl.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			t.Fatalf("read %d of %d records of %s: %v", len(rs), n, topic, err)
		}
		rs = append(rs, fetches.Records()...)
	}
	return rs
}

func headers(r *kgo.Record) map[string]string {
	m := map[string]string{}
	for _, h := range r.Headers {
		m[h.Key] = string(h.Value)
	}
	return m
}

// rejected is the i-th of many that differ.
func rejected(i int) winnow.Rejected {
	return winnow.Rejected{
		Record: winnow.Record{
			Offset: int64(i), Time: judged.Add(-time.Hour).UnixMilli(), Key: fmt.Appendf(nil, "k%d", i), Value: fmt.Appendf(nil, `{"n":%d,"s":%q}`, i, canary),
			Headers: wire.AppendHeader(nil, "trace", []byte("t1")), NumHeaders: 1,
		},
		Reasons:  []winnow.Reason{{Rule: "type", Pointer: fmt.Sprintf("/items/%d/x", i)}},
		Contract: "sha256:aa", Team: fmt.Sprintf("team-%d", i%3), User: fmt.Sprintf("user-%d", i%5), Covers: 1,
	}
}

func many(n int) []winnow.Rejected {
	rs := make([]winnow.Rejected, n)
	for i := range rs {
		rs[i] = rejected(i)
	}
	return rs
}

// fakeKafka takes batches and refuses what is larger than limit, like a broker; it says to have another limit.
type fakeKafka struct {
	limit    int
	says     map[string]string
	saysErr  error
	faults   []error // returned first, one for each Produce
	batches  [][]byte
	asked    int
	produces int
}

func (f *fakeKafka) Produce(_ context.Context, _ string, _ int, batch []byte) (int64, error) {
	f.produces++
	if len(f.faults) > 0 {
		err := f.faults[0]
		f.faults = f.faults[1:]
		return 0, err
	}
	if f.limit > 0 && len(batch) > f.limit {
		return 0, fmt.Errorf("refused: %w", wire.ErrTooLarge)
	}
	f.batches = append(f.batches, append([]byte(nil), batch...))
	return 0, nil
}

func (f *fakeKafka) TopicConfig(context.Context, string) (map[string]string, error) {
	f.asked++
	return f.says, f.saysErr
}

// records gives what the batches hold: copies.
func (f *fakeKafka) records(t testing.TB) []winnow.Record {
	t.Helper()
	var all []winnow.Record
	open := wire.NewDecompressor(1 << 30)
	for _, raw := range f.batches {
		b, rest, err := wire.NextBatch(raw)
		if err != nil || len(rest) > 0 || b.CheckCRC() != nil {
			t.Fatalf("a bad batch: %v", err)
		}
		payload, err := open.Open(&b)
		if err != nil {
			t.Fatal(err)
		}
		rs := wire.NewRecords(&b, append([]byte(nil), payload...))
		var rec winnow.Record
		for rs.Next(&rec) {
			all = append(all, rec)
		}
		if rs.Err() != nil {
			t.Fatal(rs.Err())
		}
	}
	return all
}

func header(rec *winnow.Record, name string) (value string, n int) {
	for k, v := range wire.Headers(rec.Headers, rec.NumHeaders) {
		if string(k) == name {
			value, n = string(v), n+1
		}
	}
	return value, n
}
