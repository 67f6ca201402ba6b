package feed

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/apache/arrow/go/v15/arrow"
	"github.com/apache/arrow/go/v15/arrow/array"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/goleak"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/pipeline"
	"github.com/winnow-data/winnow/pipeline/judge"
	"github.com/winnow-data/winnow/schemas"
	"github.com/winnow-data/winnow/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const contractText = `winnow: 1
name: numbers
topics: [numbers]
team: {pointer: /team}
sensitive: off
schema:
  type: object
  required: [n]
  properties:
    n: {type: integer}
    team: {type: string}
    f: {type: number}
    ok: {type: boolean}
    tags: {type: array, items: {type: string}}
    at: {type: object, properties: {x: {type: integer}, y: {type: string}}}
`

func testPlan(t testing.TB, text string) *judge.Plan {
	t.Helper()
	file := filepath.Join(t.TempDir(), "contract.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, faults := schemas.LoadContract(file, schemas.ContractOptions{})
	if err := faults.Err(); err != nil {
		t.Fatal(err)
	}
	return &judge.Plan{Contract: c, Limits: schemas.DefaultLimits()}
}

// A world is an embedded Kafka with a topic numbers of three partitions, and what runs on it.
type world struct {
	t      testing.TB
	client *wire.Client
	kgo    *kgo.Client
	plan   *judge.Plan
	former []*judge.Plan
	made   [3]int // records a partition
}

func newWorld(t testing.TB) *world {
	t.Helper()
	kafka, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(3, "numbers"), kfake.BrokerConfigs(map[string]string{"group.min.session.timeout.ms": "500"}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(kafka.Close)
	w := &world{t: t, plan: testPlan(t, contractText)}
	if w.client, err = wire.New(wire.Config{Brokers: kafka.ListenAddrs()}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.client.Close)
	if w.kgo, err = kgo.NewClient(kgo.SeedBrokers(kafka.ListenAddrs()...), kgo.RecordPartitioner(kgo.ManualPartitioner())); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.kgo.Close)
	return w
}

// value is a record: i counts the records of a partition, of which every tenth is bad.
func value(p, i int) string {
	switch {
	case i%10 == 3:
		return fmt.Sprintf(`{"n":"bad","team":"t%d"}`, p)
	case i%7 == 0:
		return fmt.Sprintf(`{"n":%d}`, i)
	}
	return fmt.Sprintf(`{"n":%d,"team":"t%d","f":%d.5,"ok":%t,"tags":["a%d","b"],"at":{"x":%d,"y":"y%d"}}`, i, p, i, i%2 == 0, i, -i, i)
}

// produce writes n more records to each partition.
func (w *world) produce(n int) {
	w.t.Helper()
	var rs []*kgo.Record
	for p := range w.made {
		for range n {
			rs = append(rs, &kgo.Record{Topic: "numbers", Partition: int32(p), Value: []byte(value(p, w.made[p]))})
			w.made[p]++
		}
	}
	if err := w.kgo.ProduceSync(context.Background(), rs...).FirstErr(); err != nil {
		w.t.Fatal(err)
	}
}

// good is how many of the records so far pass.
func (w *world) good() (n int) {
	for p := range w.made {
		for i := range w.made[p] {
			if i%10 != 3 {
				n++
			}
		}
	}
	return n
}

type nowhere struct{}

func (nowhere) Write(context.Context, string, int, []winnow.Rejected) error { return nil }

// gate judges until the test calls the function that it gives back.
func (w *world) gate(h *Host) (stop func()) {
	w.t.Helper()
	limits := pipeline.DefaultLimits()
	limits.Commit, limits.Refresh = 20*time.Millisecond, 100*time.Millisecond
	cfg := pipeline.Config{Client: w.client, Group: "winnow", SessionTimeout: 6 * time.Second, Sink: nowhere{},
		EnsureSink:       func(context.Context, string) error { return nil },
		VerdictRetention: time.Hour, Limits: limits, Tally: pipeline.NewTally(1000, nil), Log: slog.New(slog.DiscardHandler), Topics: []string{"numbers"},
		PlanFor: func(topic string) (*judge.Plan, error) {
			if w.plan.Contract.Covers(topic) {
				return w.plan, nil
			}
			return nil, nil
		}}
	if h != nil {
		cfg.NewKeeper = h.NewKeeper
	}
	g, err := pipeline.New(cfg)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.run(g.Run)
}

// run runs f until the test ends, or calls the function that it gives back.
func (w *world) run(f func(context.Context) error) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- f(ctx) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			if err := <-done; err != nil {
				w.t.Error(err)
			}
		})
	}
	w.t.Cleanup(stop)
	return stop
}

// host makes a host of feeds on numbers.
func (w *world) host(memory int64, specs ...Spec) *Host {
	w.t.Helper()
	for i := range specs {
		s := &specs[i]
		if s.Topics == nil {
			s.Topics = []string{"numbers"}
		}
		s.Records, s.Shards = max(1, s.Records), max(1, s.Shards)
	}
	h, err := New(Config{Client: w.client, Specs: specs, Memory: memory, Batch: 64 << 20, Commit: 20 * time.Millisecond, Refresh: 50 * time.Millisecond,
		Plans: func(string) []*judge.Plan { return append([]*judge.Plan{w.plan}, w.former...) }, Log: slog.New(slog.NewTextHandler(testLog{w.t}, nil))})
	if err != nil {
		w.t.Fatal(err)
	}
	return h
}

// testLog shows what is logged with the test.
type testLog struct{ t testing.TB }

func (l testLog) Write(b []byte) (int, error) {
	l.t.Logf("%s", b)
	return len(b), nil
}

// next waits for a shard's next batch.
func next(t testing.TB, f *Feed, shard int) *Batch {
	t.Helper()
	limit := time.After(20 * time.Second)
	for {
		b, why, changed := f.Take(shard)
		if b != nil {
			return b
		}
		select {
		case <-changed:
		case <-limit:
			t.Fatalf("feed %s has no batch: it waits for %q, trouble %q", f.Name, why, f.status().Trouble)
		}
	}
}

// ns are the values of the column n, which every record has.
func ns(rec arrow.Record) (out []int64) {
	i := rec.Schema().FieldIndices("n")[0]
	c := rec.Column(i).(*array.Int64)
	for row := range c.Len() {
		out = append(out, c.Value(row))
	}
	return out
}

// eventually asks until it is so.
func eventually(t testing.TB, what string, so func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(20 * time.Second)
	for !so() {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatal("never: " + what)
		}
	}
}
