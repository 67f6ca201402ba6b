//go:build kafka

package kafka

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/winnow-data/winnow/internal/kafkaproc"
)

// TestTopicComesLater starts winnow before its topic: it says so, waits, and runs when the topic is there.
func TestTopicComesLater(t *testing.T) {
	topic := topicName(t)
	p := newPipeline(t, setup{contracts: simple(topic)})
	w := start(t, p)
	w.until(t, 30*time.Second, func() error {
		status, body, err := w.get(t, "/readyz")
		if err != nil {
			return err
		}
		if status != http.StatusServiceUnavailable || !strings.Contains(string(body), topic) {
			return fmt.Errorf("/readyz answers %d: %s; want 503 and the topic's name", status, body)
		}
		if !w.log.has(topic) {
			return fmt.Errorf("the log does not name the topic")
		}
		return nil
	})
	if status, _, err := w.get(t, "/healthz"); err != nil || status != http.StatusOK {
		t.Errorf("/healthz answers %d, %v: waiting is not being dead", status, err)
	}
	createTopic(t, p.brokers, topic, 2)
	rs := items(topic, 0, 100, 2)
	produce(t, p.brokers, rs)
	untilGate(t, w, p, topic, time.Minute)
	w.untilReady(t)
	judged(t, p.brokers, topic, badIDs(rs, 0), tolerance{})
	w.terminate(t)
	verified(t, p)
}

// TestPartitionsAdded wants new partitions judged without a restart, and the quarantine and the verdicts to grow with the topic.
func TestPartitionsAdded(t *testing.T) {
	topic := topicName(t)
	p := newPipeline(t, setup{contracts: simple(topic)})
	createTopic(t, p.brokers, topic, 1)
	rs := items(topic, 0, 200, 1)
	produce(t, p.brokers, rs)
	w := start(t, p)
	untilGate(t, w, p, topic, time.Minute)
	if _, err := admin(t, p.brokers).UpdatePartitions(t.Context(), 4, topic); err != nil {
		t.Fatal(err)
	}
	eventually(t, 30*time.Second, func() error {
		if n := len(ends(t, p.brokers, topic)); n != 4 {
			return fmt.Errorf("%d partitions", n)
		}
		return nil
	})
	more := items(topic, 200, 1000, 4)
	produce(t, p.brokers, more)
	untilGate(t, w, p, topic, time.Minute)
	bad := badIDs(rs, 0)
	for id, r := range badIDs(more, 200) {
		bad[id] = r
	}
	judged(t, p.brokers, topic, bad, tolerance{})
	for _, name := range []string{topic + ".quarantine", topic + ".verdicts"} {
		if n := len(ends(t, p.brokers, name)); n != 4 {
			t.Errorf("%s has %d partitions, want 4", name, n)
		}
	}
	w.terminate(t)
	verified(t, p)
}

// TestBrokersDie kills brokers under load, one leader after the other, and wants every record judged and none lost.
func TestBrokersDie(t *testing.T) {
	kafka := startKafka(t, kafkaproc.Config{Brokers: 3, Heap: "384m"})
	topic := topicName(t)
	p := newPipeline(t, setup{brokers: kafka.Addrs(), contracts: simple(topic)})
	createTopic(t, p.brokers, topic, 3)
	w := start(t, p)
	w.untilReady(t)
	bad, n := badIDs(nil, 0), 0
	load := func(records int) {
		rs := items(topic, n, n+records, 3)
		produce(t, p.brokers, rs)
		for id, r := range badIDs(rs, n) {
			bad[id] = r
		}
		n += records
	}
	load(3000)
	for node := range 3 {
		if err := kafka.Kill(node); err != nil {
			t.Fatal(err)
		}
		load(3000)
		untilGate(t, w, p, topic, time.Minute)
		if err := kafka.Restart(t.Context(), node); err != nil {
			t.Fatal(err)
		}
		load(3000)
	}
	untilGate(t, w, p, topic, time.Minute)
	// At least once: an ambiguous answer may put a record into the quarantine again.
	if sum := judged(t, p.brokers, topic, bad, tolerance{copies: 9, repeats: true}); sum.passed != int64(n-len(bad)) {
		t.Errorf("%d passed, want %d", sum.passed, n-len(bad))
	}
	w.terminate(t)
	verified(t, p)
}

// TestBrokerRestarts takes the only broker away for a while: winnow lives, says that it is not ready, and goes on.
func TestBrokerRestarts(t *testing.T) {
	kafka := startKafka(t, kafkaproc.Config{})
	topic := topicName(t)
	p := newPipeline(t, setup{brokers: kafka.Addrs(), contracts: simple(topic)})
	createTopic(t, p.brokers, topic, 2)
	rs := items(topic, 0, 1000, 2)
	produce(t, p.brokers, rs)
	w := start(t, p)
	untilGate(t, w, p, topic, time.Minute)
	if err := kafka.Kill(0); err != nil {
		t.Fatal(err)
	}
	w.until(t, time.Minute, func() error {
		status, body, err := w.get(t, "/readyz")
		if err == nil && status != http.StatusServiceUnavailable {
			err = fmt.Errorf("/readyz answers %d without a broker: %s", status, body)
		}
		return err
	})
	if err := kafka.Restart(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	more := items(topic, 1000, 2000, 2)
	produce(t, p.brokers, more)
	untilGate(t, w, p, topic, time.Minute)
	w.untilReady(t)
	bad := badIDs(rs, 0)
	for id, r := range badIDs(more, 1000) {
		bad[id] = r
	}
	judged(t, p.brokers, topic, bad, tolerance{copies: 9, repeats: true})
	w.terminate(t)
	verified(t, p)
}
