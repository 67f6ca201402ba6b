//go:build kafka

package kafka

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// TestCodecs reads batches of every compression that Kafka has, from one topic.
func TestCodecs(t *testing.T) {
	topic := topicName(t)
	p := newPipeline(t, setup{contracts: simple(topic)})
	createTopic(t, p.brokers, topic, 2)
	codecs := []kgo.CompressionCodec{
		kgo.NoCompression(), kgo.GzipCompression(), kgo.SnappyCompression(), kgo.Lz4Compression(), kgo.ZstdCompression(),
	}
	bad := map[string]*kgo.Record{}
	const each = 2000
	for i, codec := range codecs {
		rs := items(topic, i*each, (i+1)*each, 2)
		produce(t, p.brokers, rs, kgo.ProducerBatchCompression(codec))
		for id, r := range badIDs(rs, i*each) {
			bad[id] = r
		}
	}
	w := start(t, p)
	untilGate(t, w, p, topic, time.Minute)
	if sum := judged(t, p.brokers, topic, bad, tolerance{}); sum.passed != int64(len(codecs)*each*9/10) {
		t.Errorf("%d passed, want nine of ten of %d", sum.passed, len(codecs)*each)
	}
	w.terminate(t)
	verified(t, p)
}

// TestTransactions wants the records of aborted transactions, good and bad, and the markers skipped and counted.
func TestTransactions(t *testing.T) {
	topic := topicName(t)
	p := newPipeline(t, setup{contracts: simple(topic)})
	createTopic(t, p.brokers, topic, 1)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	txn := client(t, p.brokers, kgo.TransactionalID(topic), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	bad := map[string]*kgo.Record{}
	plan := []kgo.TransactionEndTry{kgo.TryCommit, kgo.TryAbort, kgo.TryCommit, kgo.TryAbort, kgo.TryAbort}
	for i, end := range plan {
		rs := items(topic, i*100, (i+1)*100, 1)
		err := txn.BeginTransaction()
		err = errors.Join(err, txn.ProduceSync(ctx, rs...).FirstErr(), txn.EndTransaction(ctx, end))
		if err != nil {
			t.Fatal(err)
		}
		if end == kgo.TryCommit {
			for id, r := range badIDs(rs, i*100) {
				bad[id] = r
			}
		}
		// Between the transactions, someone produces without one.
		plain := items(topic, 1000+i*10, 1000+i*10+10, 1)
		produce(t, p.brokers, plain)
		for id, r := range badIDs(plain, 1000+i*10) {
			bad[id] = r
		}
	}
	w := start(t, p)
	untilGate(t, w, p, topic, time.Minute)
	sum := judged(t, p.brokers, topic, bad, tolerance{})
	if sum.skipped["aborted"] != 300 || sum.skipped["control"] != int64(len(plan)) || sum.passed != 180+45 {
		t.Errorf("skipped %v and passed %d, want aborted 300, control %d, passed 225", sum.skipped, sum.passed, len(plan))
	}
	w.terminate(t)
	verified(t, p)
}

// TestOpenTransaction wants the gate to stop at an open transaction, and to go on when it is committed.
func TestOpenTransaction(t *testing.T) {
	topic := topicName(t)
	p := newPipeline(t, setup{contracts: simple(topic)})
	createTopic(t, p.brokers, topic, 1)
	produce(t, p.brokers, items(topic, 0, 10, 1))
	txn := client(t, p.brokers, kgo.TransactionalID(topic), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	rs := items(topic, 10, 20, 1)
	if err := errors.Join(txn.BeginTransaction(), txn.ProduceSync(t.Context(), rs...).FirstErr()); err != nil {
		t.Fatal(err)
	}
	produce(t, p.brokers, items(topic, 20, 30, 1)) // behind the open transaction
	w := start(t, p)
	w.untilConsumed(t, 10, time.Minute)
	w.untilReady(t)
	if l := w.untilConsumed(t, 10, time.Second); l.Consumed != 10 {
		t.Errorf("%d offsets consumed beside an open transaction, want 10", l.Consumed)
	}
	if err := txn.EndTransaction(t.Context(), kgo.TryCommit); err != nil {
		t.Fatal(err)
	}
	untilGate(t, w, p, topic, time.Minute)
	if sum := verdicts(t, p.brokers, topic, tolerance{}); sum.passed != 27 || sum.failed != 3 {
		t.Errorf("passed %d and failed %d, want 27 and 3", sum.passed, sum.failed)
	}
	w.terminate(t)
}

// noise is bytes that no compression makes small.
func noise(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{}).Read(b) // never fails
	return b
}

// TestBombAndGiant sends a small batch that inflates beyond the limit, and a bad record that the quarantine topic refuses: both
// are set aside, and their neighbours pass.
func TestBombAndGiant(t *testing.T) {
	topic := topicName(t)
	p := newPipeline(t, setup{contracts: simple(topic), rest: "limits: {record: 4MiB, batch: 16MiB}"})
	createTopic(t, p.brokers, topic, 1, "max.message.bytes", strconv.Itoa(8<<20))
	createTopic(t, p.brokers, topic+".quarantine", 1, "max.message.bytes", strconv.Itoa(64<<10))
	large := []kgo.Opt{kgo.ProducerBatchMaxBytes(99 << 20), kgo.BrokerMaxWriteBytes(100 << 20)}
	neighbour := func(i int) { produce(t, p.brokers, []*kgo.Record{{Topic: topic, Value: item(i, false)}}) }

	neighbour(0)
	bomb := &kgo.Record{Topic: topic, Value: bytes.Repeat([]byte{' '}, 64<<20)}
	produce(t, p.brokers, []*kgo.Record{bomb}, append(large, kgo.ProducerBatchCompression(kgo.ZstdCompression()))...)
	neighbour(1)
	giant := &kgo.Record{Topic: topic, Key: []byte("giant"), Value: fmt.Appendf(nil, `{"id":1,"n":"%x"}`, noise(1<<20))}
	produce(t, p.brokers, []*kgo.Record{giant}, append(large, kgo.ProducerBatchCompression(kgo.NoCompression()))...)
	neighbour(2)

	w := start(t, p)
	untilGate(t, w, p, topic, time.Minute)
	sum, q := verdicts(t, p.brokers, topic, tolerance{}), quarantined(t, p.brokers, topic)
	if sum.passed != 3 || sum.failed != 2 || len(q) != 2 {
		t.Fatalf("passed %d, failed %d, %d in the quarantine; want 3, 2, 2", sum.passed, sum.failed, len(q))
	}
	gotBomb, gotGiant := q[recordID(bomb)][0], q[recordID(giant)][0]
	if h, _ := header(gotBomb, "winnow.reasons"); h != `[{"rule":"batch","pointer":"","detail":"bomb"}]` {
		t.Errorf("the bomb's reasons: %s", h)
	}
	if len(gotBomb.Value) == 0 || len(gotBomb.Value) > 64<<10 {
		t.Errorf("the bomb's batch is kept with %d bytes; want it whole, as it came", len(gotBomb.Value))
	}
	if h, ok := header(gotGiant, "winnow.truncated"); !ok || gotGiant.Value != nil {
		t.Errorf("the giant is no stub: winnow.truncated %q, %d bytes", h, len(gotGiant.Value))
	}
	if h, _ := header(gotGiant, "winnow.reasons"); h != `[{"rule":"type","pointer":"/n"}]` {
		t.Errorf("the giant's reasons: %s", h)
	}
	w.terminate(t)
	verified(t, p)
}
