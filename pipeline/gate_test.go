package pipeline

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/pipeline/judge"
	"github.com/winnow-data/winnow/pipeline/verdicts"
	"github.com/winnow-data/winnow/wire"
)

// memorySink keeps what was rejected. While fail is set, it refuses.
type memorySink struct {
	fail atomic.Bool
	mu   sync.Mutex
	ids  map[string]int
}

func (s *memorySink) Write(_ context.Context, topic string, partition int, rs []winnow.Rejected) error {
	if s.fail.Load() {
		return errors.New("the sink is full")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range rs {
		if s.ids == nil {
			s.ids = make(map[string]int)
		}
		s.ids[fmt.Sprintf("%s/%d/%d", topic, partition, r.Record.Offset)]++
	}
	return nil
}

// counts gives how many records there are, and how many of them more than once.
func (s *memorySink) counts() (n, doubled int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range s.ids {
		if n++; k > 1 {
			doubled++
		}
	}
	return n, doubled
}

// A bench is an embedded Kafka and what runs on it.
type world struct {
	t      *testing.T
	kafka  *kfake.Cluster
	client *wire.Client
	kgo    *kgo.Client
	sink   *memorySink
	plan   *judge.Plan
}

func newWorld(t *testing.T, topics ...string) *world {
	t.Helper()
	options := []kfake.Opt{kfake.NumBrokers(2), kfake.BrokerConfigs(map[string]string{"group.min.session.timeout.ms": "500"})}
	for _, topic := range topics {
		options = append(options, kfake.SeedTopics(3, topic))
	}
	kafka, err := kfake.NewCluster(options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(kafka.Close)
	w := &world{t: t, kafka: kafka, sink: new(memorySink), plan: testPlan(t, "")}
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

// produce writes n records a partition, every tenth of them bad.
func (w *world) produce(topic string, partitions, n int) {
	w.t.Helper()
	var rs []*kgo.Record
	for p := range partitions {
		for i := range n {
			v := fmt.Sprintf(`{"n":%d,"team":"t%d"}`, i, p)
			if i%10 == 3 {
				v = fmt.Sprintf(`{"n":"bad","team":"t%d"}`, p)
			}
			rs = append(rs, &kgo.Record{Topic: topic, Partition: int32(p), Value: []byte(v)})
		}
	}
	if err := w.kgo.ProduceSync(w.t.Context(), rs...).FirstErr(); err != nil {
		w.t.Fatal(err)
	}
}

// A running gate; stop ends it and waits.
type running struct {
	*Gate
	tally *Tally
	stop  func() error
}

func (w *world) start(change func(*Config)) *running {
	w.t.Helper()
	limits := DefaultLimits()
	limits.Commit, limits.Refresh, limits.Drain = 20*time.Millisecond, 100*time.Millisecond, 2*time.Second
	cfg := Config{Client: w.client, Group: "winnow", SessionTimeout: 6 * time.Second, Sink: w.sink,
		EnsureSink:       func(context.Context, string) error { return nil },
		VerdictRetention: time.Hour, Limits: limits, Tally: NewTally(1000, nil), Log: slog.New(slog.DiscardHandler), Topics: []string{"numbers"},
		PlanFor: func(topic string) (*judge.Plan, error) {
			if w.plan.Contract.Covers(topic) {
				return w.plan, nil
			}
			return nil, nil
		}}
	if change != nil {
		change(&cfg)
	}
	g, err := New(cfg)
	if err != nil {
		w.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(w.t.Context())
	done := make(chan error, 1)
	go func() { done <- g.Run(ctx) }()
	r := &running{Gate: g, tally: cfg.Tally}
	var once sync.Once
	r.stop = func() (err error) {
		once.Do(func() { cancel(); err = <-done })
		return err
	}
	w.t.Cleanup(func() { _ = r.stop() })
	return r
}

// until waits for ok, which is asked again and again.
func (w *world) until(what string, ok func() bool) {
	w.t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(30 * time.Second)
	for !ok() {
		select {
		case <-tick.C:
		case <-limit:
			w.t.Fatal("it took too long until " + what)
		}
	}
}

// at waits until every partition of the gate stands at offset n.
func (w *world) at(r *running, partitions int, n int64) {
	w.t.Helper()
	w.until(fmt.Sprintf("every gate offset is %d", n), func() bool {
		all := r.Partitions()
		for _, p := range all {
			if !p.Known || p.Totals.Next != n {
				return false
			}
		}
		return len(all) == partitions
	})
}

// verdicts checks that the verdict log covers each offset once, up to n.
func (w *world) verdicts(topic string, partitions int, n int64) (sum Totals) {
	w.t.Helper()
	for p := range partitions {
		_, end, err := w.client.Offsets(w.t.Context(), verdicts.Topic(topic), p)
		if err != nil {
			w.t.Fatal(err)
		}
		entries, err := readEntries(w.t.Context(), w.client, topic, p, 0, end)
		if err != nil {
			w.t.Fatal(err)
		}
		g := gathered{}
		for i := range entries {
			g.entries = append(g.entries, &entries[i])
		}
		t := g.account(w.t, 0, n)
		sum.Passed += t.Passed
		sum.Quarantined += t.Quarantined
	}
	return sum
}

func (w *world) committed(topic string, p int) int64 {
	w.t.Helper()
	at, err := w.client.Committed(w.t.Context(), "winnow", map[string][]int{topic: {p}})
	if err != nil {
		return -2
	}
	if c, ok := at[topic][p]; ok {
		return c.Offset
	}
	return -1
}

func TestGateJudgesAndWritesDown(t *testing.T) {
	w := newWorld(t, "numbers", "others")
	w.produce("numbers", 3, 1000)
	w.produce("others", 3, 10)
	r := w.start(nil)
	w.at(r, 3, 1000)
	w.until("it is ready", func() bool { return len(r.Unready()) == 0 })
	w.until("offsets are committed", func() bool { return w.committed("numbers", 1) == 1000 })
	if err := r.stop(); err != nil {
		t.Error(err)
	}
	sum := w.verdicts("numbers", 3, 1000)
	if n, doubled := w.sink.counts(); n != 300 || doubled != 0 || sum.Passed != 2700 || sum.Quarantined != 300 {
		t.Errorf("%d rejected, %d twice, %+v", n, doubled, sum)
	}
	if got := rows(t, r.tally, ByTeam); got != "t0 100/1000\nt1 100/1000\nt2 100/1000\n" {
		t.Error(got)
	}
}

func TestGateGoesOnWhereItWas(t *testing.T) {
	w := newWorld(t, "numbers")
	for round := range int64(3) {
		w.produce("numbers", 3, 100)
		r := w.start(nil)
		w.at(r, 3, 100*(round+1))
		for _, p := range r.Partitions() {
			if p.Totals.Consumed() != 100*(round+1) || !p.Totals.Balanced() {
				t.Errorf("the account did not survive: %+v", p.Totals)
			}
		}
		if err := r.stop(); err != nil {
			t.Error(err)
		}
	}
	if n, doubled := w.sink.counts(); n != 90 || doubled != 0 {
		t.Errorf("%d rejected, %d twice", n, doubled)
	}
}

// TestLostCommits: the gate dies after the verdicts and before their offsets, again and again.
func TestLostCommits(t *testing.T) {
	w := newWorld(t, "numbers")
	w.produce("numbers", 3, 10)
	first := w.start(nil)
	w.at(first, 3, 10)
	w.until("offsets are committed", func() bool { return w.committed("numbers", 2) == 10 })
	if err := first.stop(); err != nil {
		t.Fatal(err)
	}
	var refuse atomic.Bool
	refuse.Store(true)
	w.kafka.ControlKey(int16(kmsg.OffsetCommit), func(kreq kmsg.Request) (kmsg.Response, error, bool) {
		w.kafka.KeepControl()
		if !refuse.Load() {
			return nil, nil, false
		}
		req, resp := kreq.(*kmsg.OffsetCommitRequest), kreq.ResponseKind().(*kmsg.OffsetCommitResponse)
		for _, rt := range req.Topics {
			st := kmsg.NewOffsetCommitResponseTopic()
			st.Topic, st.TopicID = rt.Topic, rt.TopicID
			for _, rp := range rt.Partitions {
				sp := kmsg.NewOffsetCommitResponseTopicPartition()
				sp.Partition, sp.ErrorCode = rp.Partition, kerr.CoordinatorNotAvailable.Code
				st.Partitions = append(st.Partitions, sp)
			}
			resp.Topics = append(resp.Topics, st)
		}
		return resp, nil, true
	})
	for round := range int64(2) {
		w.produce("numbers", 3, 500)
		r := w.start(nil)
		w.at(r, 3, 10+500*(round+1))
		if err := r.stop(); err != nil {
			t.Error(err)
		}
		if got := w.committed("numbers", 0); got != 10 {
			t.Fatalf("a commit went through: %d", got)
		}
	}
	refuse.Store(false)
	r := w.start(nil)
	w.at(r, 3, 1010)
	w.until("offsets are committed", func() bool { return w.committed("numbers", 0) == 1010 })
	sum := w.verdicts("numbers", 3, 1010)
	if n, doubled := w.sink.counts(); n != 303 || doubled != 0 || sum.Quarantined != 303 {
		t.Errorf("%d rejected, %d twice, %+v", n, doubled, sum)
	}
	for _, p := range r.Partitions() {
		if !p.Totals.Balanced() || p.Totals.Consumed() != 1010 {
			t.Errorf("the account is wrong: %+v", p.Totals)
		}
	}
}

func TestASinkThatRefusesHoldsTheOffset(t *testing.T) {
	w := newWorld(t, "numbers")
	w.sink.fail.Store(true)
	w.produce("numbers", 3, 100)
	r := w.start(nil)
	w.until("the gate says why", func() bool { return strings.Contains(strings.Join(r.Unready(), "\n"), "the sink is full") })
	if got := w.committed("numbers", 0); got > 0 {
		t.Errorf("the offset moved to %d", got)
	}
	w.sink.fail.Store(false)
	w.at(r, 3, 100)
	if n, doubled := w.sink.counts(); n != 30 || doubled != 0 {
		t.Errorf("%d rejected, %d twice", n, doubled)
	}
	w.verdicts("numbers", 3, 100)
}

func TestTopicsThatComeLater(t *testing.T) {
	w := newWorld(t, "others")
	r := w.start(nil)
	w.until("the gate says what it waits for", func() bool { return strings.Contains(strings.Join(r.Unready(), "\n"), "numbers does not exist yet") })
	req := kmsg.NewPtrCreateTopicsRequest()
	topic := kmsg.NewCreateTopicsRequestTopic()
	topic.Topic, topic.NumPartitions, topic.ReplicationFactor = "numbers", 3, 1
	req.Topics = append(req.Topics, topic)
	if _, err := req.RequestWith(t.Context(), w.kgo); err != nil {
		t.Fatal(err)
	}
	w.kgo.ForceMetadataRefresh()
	w.produce("numbers", 3, 20)
	w.at(r, 3, 20)
	w.until("it is ready", func() bool { return len(r.Unready()) == 0 })
}

func TestAMissingOffsetIsRefused(t *testing.T) {
	w := newWorld(t, "numbers")
	w.produce("numbers", 3, 20)
	r := w.start(nil)
	w.at(r, 3, 20)
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	r = w.start(func(c *Config) { c.Group = "another" })
	w.until("it is refused", func() bool { return strings.Contains(strings.Join(r.Unready(), "\n"), "has no offset for numbers/0") })
	if n, doubled := w.sink.counts(); n != 6 || doubled != 0 {
		t.Errorf("%d rejected, %d twice", n, doubled)
	}
}

func TestRetentionThatOvertakesIsCounted(t *testing.T) {
	w := newWorld(t, "numbers")
	w.produce("numbers", 3, 20)
	r := w.start(nil)
	w.at(r, 3, 20)
	w.until("offsets are committed", func() bool { return w.committed("numbers", 0) == 20 })
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	w.produce("numbers", 3, 30)
	req := kmsg.NewPtrDeleteRecordsRequest()
	topic := kmsg.NewDeleteRecordsRequestTopic()
	topic.Topic = "numbers"
	for p := range int32(3) {
		part := kmsg.NewDeleteRecordsRequestTopicPartition()
		part.Partition, part.Offset = p, 40
		topic.Partitions = append(topic.Partitions, part)
	}
	req.Topics = append(req.Topics, topic)
	if _, err := req.RequestWith(t.Context(), w.kgo); err != nil {
		t.Fatal(err)
	}
	r = w.start(nil)
	w.at(r, 3, 50)
	for _, p := range r.Partitions() {
		if p.Totals.Skipped[verdicts.CauseRetention] != 20 || !p.Totals.Balanced() {
			t.Errorf("%+v", p.Totals)
		}
	}
}

func TestDryRunWritesNothing(t *testing.T) {
	w := newWorld(t, "numbers")
	w.produce("numbers", 3, 100)
	r := w.start(func(c *Config) { c.DryRun = true })
	w.at(r, 3, 100)
	if got := rows(t, r.tally, ByTopic); got != "numbers 30/300\n" {
		t.Error(got)
	}
	if err := r.stop(); err != nil {
		t.Error(err)
	}
	topics, err := w.client.Topics(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := topics[verdicts.Topic("numbers")]; ok || w.committed("numbers", 0) != -1 {
		t.Error("something was written")
	}
	if n, _ := w.sink.counts(); n != 0 {
		t.Errorf("%d rejected", n)
	}
}

func TestTwoGatesShare(t *testing.T) {
	w := newWorld(t, "numbers")
	w.produce("numbers", 3, 200)
	a := w.start(nil)
	w.at(a, 3, 200)
	b := w.start(nil)
	w.until("they share", func() bool {
		return len(a.Partitions())+len(b.Partitions()) == 3 && len(b.Partitions()) > 0 && len(a.Partitions()) > 0
	})
	w.produce("numbers", 3, 200)
	w.until("all is judged", func() bool {
		n := 0
		for _, p := range append(a.Partitions(), b.Partitions()...) {
			if p.Totals.Next == 400 {
				n++
			}
		}
		return n == 3
	})
	if err := a.stop(); err != nil {
		t.Error(err)
	}
	w.produce("numbers", 3, 200)
	w.at(b, 3, 600)
	w.verdicts("numbers", 3, 600)
	if n, doubled := w.sink.counts(); n != 180 || doubled != 0 {
		t.Errorf("%d rejected, %d twice", n, doubled)
	}
}
