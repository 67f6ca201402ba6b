package wire

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// realKafka returns the brokers of a real Kafka, and a topic's name that is new on it.
func realKafka(t *testing.T, what string) (brokers []string, topic string) {
	t.Helper()
	addr := os.Getenv("WINNOW_KAFKA")
	if addr == "" {
		t.Skip("SKIPPED: set WINNOW_KAFKA to the host:port of a Kafka broker to run this test")
	}
	return strings.Split(addr, ","), fmt.Sprintf("wire-%s-%d", what, time.Now().UnixNano())
}

// ensure makes a topic of one partition that goes with the test.
func ensure(t *testing.T, c *Client, topic string, config map[string]string) {
	t.Helper()
	if err := Retry(t.Context(), "create the topic", nil, func(ctx context.Context) error {
		_, err := c.EnsureTopic(ctx, topic, 1, 1, config)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 20*time.Second)
		defer cancel()
		cl, err := kgo.NewClient(kgo.SeedBrokers(strings.Split(c.addr.String(), ",")...))
		if err != nil {
			t.Fatal(err)
		}
		defer cl.Close()
		if _, err := kadm.NewClient(cl).DeleteTopics(ctx, topic); err != nil {
			t.Log(err)
		}
	})
}

func TestRealFetch(t *testing.T) {
	for codec, compression := range kgoCodecs {
		t.Run(codec.String(), func(t *testing.T) {
			brokers, topic := realKafka(t, "fetch-"+codec.String())
			c := newClient(t, brokers)
			ensure(t, c, topic, nil)
			producer := newKgo(t, brokers, kgo.ProducerBatchCompression(compression))
			var want []string
			var rs []*kgo.Record
			for i := range 3000 {
				v := fmt.Sprintf("%d %s", i, strings.Repeat("x", i%500))
				want = append(want, v)
				rs = append(rs, &kgo.Record{Topic: topic, Value: []byte(v)})
			}
			if err := producer.ProduceSync(t.Context(), rs...).FirstErr(); err != nil {
				t.Fatal(err)
			}
			for _, slab := range []int{16 << 20, 1 << 20} {
				r := newReading(c, topic)
				r.slab, r.committed = NewSlab(slab), true
				if err := r.until(t.Context(), 0, 3000); err != nil {
					t.Fatal(err)
				}
				equal(t, "values", values(r.records), want)
			}
		})
	}
}

func TestRealProduce(t *testing.T) {
	for _, codec := range codecs {
		t.Run(codec.String(), func(t *testing.T) {
			brokers, topic := realKafka(t, "produce-"+codec.String())
			c := newClient(t, brokers)
			ensure(t, c, topic, nil)
			rs := outRecords(2000)
			for i, part := range [][]OutRecord{rs[:1500], rs[1500:]} {
				base, err := c.Produce(t.Context(), topic, 0, EncodeBatch(nil, part, codec))
				if err != nil || base != int64(1500*i) {
					t.Fatalf("written at %d: %v", base, err)
				}
			}
			sameRecords(t, poll(t, brokers, topic, len(rs), kgo.FetchIsolationLevel(kgo.ReadCommitted())), rs)
		})
	}
}

func TestRealProduceTooLarge(t *testing.T) {
	brokers, topic := realKafka(t, "large")
	c := newClient(t, brokers)
	ensure(t, c, topic, map[string]string{"max.message.bytes": "100000"})
	for name, size := range map[string]int{"topic's limit": 200_000, "more than a request": 20 << 20} {
		_, err := c.Produce(t.Context(), topic, 0, EncodeBatch(nil, []OutRecord{{Value: make([]byte, size)}}, CodecNone))
		if !errors.Is(err, ErrTooLarge) || IsRetriable(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if config, err := c.TopicConfig(t.Context(), topic); err != nil || config["max.message.bytes"] != "100000" {
		t.Errorf("%v, %v", config["max.message.bytes"], err)
	}
}

func TestRealTransactions(t *testing.T) {
	brokers, topic := realKafka(t, "txn")
	c := newClient(t, brokers)
	ensure(t, c, topic, nil)
	cl := newKgo(t, brokers, kgo.TransactionalID(topic))
	var want []string
	for i := range 6 {
		if err := cl.BeginTransaction(); err != nil {
			t.Fatal(err)
		}
		for j := range 3 {
			v := fmt.Sprintf("%d %d", i, j)
			if err := cl.ProduceSync(t.Context(), &kgo.Record{Topic: topic, Value: []byte(v)}).FirstErr(); err != nil {
				t.Fatal(err)
			}
			if i%2 == 1 {
				want = append(want, v)
			}
		}
		if err := cl.EndTransaction(t.Context(), kgo.TransactionEndTry(i%2 == 1)); err != nil {
			t.Fatal(err)
		}
	}
	for _, slab := range []int{1 << 20, 100} {
		r := newReading(c, topic)
		r.committed, r.slab = true, NewSlab(slab)
		if err := r.until(t.Context(), 0, 24); err != nil {
			t.Fatal(err)
		}
		equal(t, "values", values(r.records), want)
		if r.aborted != 9 || r.controls != 6 {
			t.Errorf("%d aborted, %d markers", r.aborted, r.controls)
		}
	}
}

func TestRealCommit(t *testing.T) {
	brokers, topic := realKafka(t, "commit")
	c := newClient(t, brokers)
	ensure(t, c, topic, nil)
	want := map[string]map[int]Position{topic: {0: {7, `{"passed":6}`}}}
	if err := Retry(t.Context(), "commit", nil, func(ctx context.Context) error {
		return c.Commit(ctx, topic, -1, "", want)
	}); err != nil {
		t.Fatal(err)
	}
	got, err := c.Committed(t.Context(), topic, map[string][]int{topic: {0, 1}})
	if err != nil || got[topic][0] != want[topic][0] || got[topic][1].Offset != -1 {
		t.Errorf("%v, %v", got, err)
	}
	os, err := kadm.NewClient(newKgo(t, brokers)).FetchOffsets(t.Context(), topic)
	if o, ok := os.Lookup(topic, 0); err != nil || !ok || o.At != 7 || o.LeaderEpoch != -1 {
		t.Errorf("others see %+v, %v", o, err)
	}
	want[topic][0] = Position{8, strings.Repeat("m", 5000)}
	if err := c.Commit(t.Context(), topic, -1, "", want); !errors.Is(err, kafka.OffsetMetadataTooLarge) {
		t.Errorf("too much metadata: %v", err)
	}
	if err := c.Commit(t.Context(), topic, 3, "nobody", map[string]map[int]Position{topic: {0: {9, ""}}}); err == nil || IsRetriable(err) {
		t.Errorf("a member that is not: %v", err)
	}
	if got, err := c.Committed(t.Context(), topic+"-never", map[string][]int{topic: {0}}); err != nil || got[topic][0].Offset != -1 {
		t.Errorf("no such group: %v, %v", got, err)
	}
}

func TestRealTopics(t *testing.T) {
	brokers, topic := realKafka(t, "topics")
	c := newClient(t, brokers)
	if got, err := c.Topics(t.Context(), topic); err != nil || len(got) != 0 {
		t.Errorf("before: %v, %v", got, err)
	}
	ensure(t, c, topic, map[string]string{"retention.ms": "123456789"})
	if created, err := c.EnsureTopic(t.Context(), topic, 1, 1, nil); err != nil || created {
		t.Errorf("again: %v, %v", created, err)
	}
	all, err := c.Topics(t.Context())
	if err != nil || all[topic] != (TopicInfo{Partitions: 1, Replication: 1}) {
		t.Errorf("after: %v, %v", all, err)
	}
	if config, err := c.TopicConfig(t.Context(), topic); err != nil || config["retention.ms"] != "123456789" {
		t.Errorf("its configuration: %v, %v", maps.Clone(config), err)
	}
	batch := EncodeBatch(nil, []OutRecord{{Value: bytes.Repeat([]byte("v"), 1000)}}, CodecZstd)
	if _, err := c.Produce(t.Context(), topic, 0, batch); err != nil {
		t.Error(err)
	}
	if start, end, err := c.Offsets(t.Context(), topic, 0); err != nil || start != 0 || end != 1 {
		t.Errorf("offsets %d to %d, %v", start, end, err)
	}
	_, err = c.Fetch(t.Context(), FetchRequest{Topic: topic, Offset: 50}, NewSlab(1<<20))
	if !errors.Is(err, kafka.OffsetOutOfRange) {
		t.Errorf("beyond the end: %v", err)
	}
}
