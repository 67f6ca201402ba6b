package pipeline

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/pipeline/judge"
	"github.com/winnow-data/winnow/pipeline/verdicts"
	"github.com/winnow-data/winnow/schemas"
)

// logged is a log that can be read while it is written.
type logged struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *logged) count(what string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.buf.String(), what)
}

// What is judged again after a failed write is not counted again.
func TestARetryCountsOnce(t *testing.T) {
	w := newWorld(t, "numbers")
	w.sink.fail.Store(true)
	w.produce("numbers", 3, 100)
	r := w.start(nil)
	w.until("the gate says why", func() bool { return strings.Contains(strings.Join(r.Unready(), "\n"), "the sink is full") })
	w.sink.fail.Store(false)
	w.at(r, 3, 100)
	if got := rows(t, r.tally, ByTopic); got != "numbers 30/300\n" {
		t.Errorf("30 of 300 records failed, and the tally says %s", got)
	}
}

// The verdict log says that offsets had verdicts even when retention has emptied it.
func TestAMissingOffsetBesideAnEmptiedLogIsRefused(t *testing.T) {
	w := newWorld(t, "numbers")
	w.produce("numbers", 3, 20)
	r := w.start(nil)
	w.at(r, 3, 20)
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	req := kmsg.NewPtrDeleteRecordsRequest()
	topic := kmsg.NewDeleteRecordsRequestTopic()
	topic.Topic = verdicts.Topic("numbers")
	for p := range int32(3) {
		part := kmsg.NewDeleteRecordsRequestTopicPartition()
		part.Partition, part.Offset = p, -1
		topic.Partitions = append(topic.Partitions, part)
	}
	req.Topics = append(req.Topics, topic)
	w.kgo.ForceMetadataRefresh()
	if _, err := req.RequestWith(t.Context(), w.kgo); err != nil {
		t.Fatal(err)
	}
	r = w.start(func(c *Config) { c.Group = "another" }) // as after the group's offsets have expired
	w.until("it stands, or judges again", func() bool {
		n, doubled := w.sink.counts()
		return n > 0 && doubled == 6 || strings.Contains(strings.Join(r.Unready(), "\n"), "has no offset")
	})
	if _, doubled := w.sink.counts(); doubled > 0 {
		t.Errorf("%d records were quarantined twice", doubled)
	}
}

// A topic that is deleted must not disturb the others: no storm of generations, and the other topic goes on. kafka-go's partition watcher ends a
// generation at once when its topic is not there, and joins again without a pause, until the gate looks for topics.
func TestADeletedTopicDisturbsNobody(t *testing.T) {
	w := newWorld(t, "numbers", "more")
	w.plan.Contract.Topics = append(w.plan.Contract.Topics, mustTopic(t, "more"))
	// The first join takes a while, as with group.initial.rebalance.delay.ms: so the watcher's look comes between two of the gate's.
	var once sync.Once
	w.kafka.ControlKey(int16(kmsg.JoinGroup), func(kmsg.Request) (kmsg.Response, error, bool) {
		w.kafka.KeepControl()
		once.Do(func() { <-time.After(700 * time.Millisecond) })
		return nil, nil, false
	})
	log, looked := new(logged), make(chan struct{}, 100)
	w.produce("numbers", 3, 10)
	r := w.start(func(c *Config) {
		c.Log = slog.New(slog.NewTextHandler(log, nil))
		c.Limits.Refresh = 2 * time.Second // 5 s by default
		find := c.PlanFor
		c.PlanFor = func(topic string) (*judge.Plan, error) {
			if topic == "more" {
				looked <- struct{}{}
			}
			return find(topic)
		}
	})
	w.until("all six stand", func() bool { return len(r.Partitions()) == 6 && len(r.Unready()) == 0 })
	before := log.count("joined the group")
	<-looked // the first
	<-looked // the gate's watch
	req := kmsg.NewPtrDeleteTopicsRequest()
	req.TopicNames = []string{"more"}
	topic := kmsg.NewDeleteTopicsRequestTopic()
	topic.Topic = kmsg.StringPtr("more")
	req.Topics = append(req.Topics, topic)
	if _, err := req.RequestWith(t.Context(), w.kgo); err != nil {
		t.Fatal(err)
	}
	w.until("the topic is gone from the gate", func() bool { return log.count("topics changed") > 0 })
	w.produce("numbers", 3, 10)
	w.at(r, 3, 20)
	w.until("offsets are committed", func() bool { return w.committed("numbers", 1) == 20 })
	n := log.count("joined the group") - before
	t.Logf("%d generations, %d without partitions", n, log.count("partitions=0"))
	if n > 5 {
		t.Errorf("the group went through %d generations for one deleted topic", n)
	}
}

// slowSink holds every write until it is let go, however its context fares: a broker that has taken the request and answers late.
type slowSink struct {
	*memorySink
	armed   atomic.Bool
	entered chan struct{}
	release chan struct{}
}

func (s *slowSink) Write(ctx context.Context, topic string, partition int, rs []winnow.Rejected) error {
	if s.armed.Load() {
		select {
		case s.entered <- struct{}{}:
		default:
		}
		select {
		case <-s.release:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return s.memorySink.Write(ctx, topic, partition, rs)
}

// While a chain drains, nobody else may have its partition: else both write verdicts on the same offsets.
func TestADrainIsShorterThanTheSession(t *testing.T) {
	w := newWorld(t, "numbers")
	w.produce("numbers", 3, 100)
	slow := &slowSink{memorySink: w.sink, entered: make(chan struct{}, 1), release: make(chan struct{})}
	slow.armed.Store(true)
	// What the service does for `session_timeout: 2s`: Limits.Drain stays 10 s, and a last commit may take as long again.
	same := func(c *Config) { c.SessionTimeout, c.Limits.Drain = 2*time.Second, DefaultLimits().Drain }
	a := w.start(func(c *Config) { same(c); c.Sink = slow })
	<-slow.entered
	b := w.start(same)
	w.until("b has judged its share", func() bool {
		n, _ := w.sink.counts()
		return n >= 10
	})
	close(slow.release)
	w.until("all is judged", func() bool {
		n, _ := w.sink.counts()
		return n == 30
	})
	_ = a.stop()
	_ = b.stop()
	if _, doubled := w.sink.counts(); doubled > 0 {
		t.Errorf("%d records are in the quarantine twice", doubled)
	}
	w.verdicts("numbers", 3, 100)
}

func mustTopic(t *testing.T, name string) schemas.Topic {
	t.Helper()
	topic, err := schemas.ParseTopic(name)
	if err != nil {
		t.Fatal(err)
	}
	return topic
}

// What one topic waits for does not hold up another one.
func TestOneTopicsTroubleIsItsOwn(t *testing.T) {
	w := newWorld(t, "numbers", "more")
	for _, name := range []string{"more"} {
		topic, err := schemas.ParseTopic(name)
		if err != nil {
			t.Fatal(err)
		}
		w.plan.Contract.Topics = append(w.plan.Contract.Topics, topic)
	}
	w.produce("numbers", 3, 10)
	entered := make(chan struct{}, 10)
	r := w.start(func(c *Config) {
		c.EnsureSink = func(ctx context.Context, topic string) error {
			if topic == "more" { // its quarantine cannot be made now
				entered <- struct{}{}
				<-ctx.Done()
				return ctx.Err()
			}
			<-entered // the other one came first
			entered <- struct{}{}
			return nil
		}
	})
	w.until("numbers is judged", func() bool {
		n := 0
		for _, p := range r.Partitions() {
			if p.Topic == "numbers" && p.Totals.Next == 10 {
				n++
			}
		}
		return n == 3
	})
}
