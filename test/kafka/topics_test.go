//go:build kafka

package kafka

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// client is a franz-go client that lives as long as its test.
func client(t *testing.T, brokers []string, opts ...kgo.Opt) *kgo.Client {
	t.Helper()
	cl, err := kgo.NewClient(append([]kgo.Opt{kgo.SeedBrokers(brokers...), kgo.MetadataMinAge(100 * time.Millisecond)}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cl.Close)
	return cl
}

func admin(t *testing.T, brokers []string) *kadm.Client {
	t.Helper()
	return kadm.NewClient(client(t, brokers))
}

// createTopic makes a topic with the cluster's own replication; config is key, value, key, value.
func createTopic(t *testing.T, brokers []string, topic string, partitions int32, config ...string) {
	t.Helper()
	configs := map[string]*string{}
	for i := 0; i+1 < len(config); i += 2 {
		configs[config[i]] = &config[i+1]
	}
	if _, err := admin(t, brokers).CreateTopic(t.Context(), partitions, -1, configs, topic); err != nil {
		t.Fatal(err)
	}
}

// produce sends records to the partitions that they name, acknowledged by all replicas; afterwards they hold their offsets.
func produce(t *testing.T, brokers []string, rs []*kgo.Record, opts ...kgo.Opt) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	cl := client(t, brokers, append([]kgo.Opt{
		kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.MaxBufferedRecords(len(rs) + 1), kgo.ProducerLinger(5 * time.Millisecond),
	}, opts...)...)
	if err := cl.ProduceSync(ctx, rs...).FirstErr(); err != nil {
		t.Fatal(err)
	}
}

// items are records [from, to) of the simple contract, dealt to the partitions in turn; every tenth is bad.
func items(topic string, from, to int, partitions int32) []*kgo.Record {
	var rs []*kgo.Record
	for i := from; i < to; i++ {
		rs = append(rs, &kgo.Record{Topic: topic, Partition: int32(i) % partitions, Value: item(i, isBad(i))})
	}
	return rs
}

func isBad(i int) bool { return i%10 == 3 }

// badIDs gives the ids, as winnow writes them, of the bad ones among items(topic, from, …) that were produced.
func badIDs(rs []*kgo.Record, from int) map[string]*kgo.Record {
	bad := map[string]*kgo.Record{}
	for i, r := range rs {
		if isBad(from + i) {
			bad[recordID(r)] = r
		}
	}
	return bad
}

func recordID(r *kgo.Record) string { return fmt.Sprintf("%s/%d/%d", r.Topic, r.Partition, r.Offset) }

// ends gives each partition's high watermark.
func ends(t *testing.T, brokers []string, topic string) map[int32]int64 {
	t.Helper()
	listed, err := admin(t, brokers).ListEndOffsets(t.Context(), topic)
	if err == nil {
		err = listed.Error()
	}
	if err != nil {
		t.Fatal(err)
	}
	m := map[int32]int64{}
	listed.Each(func(o kadm.ListedOffset) { m[o.Partition] = o.Offset })
	return m
}

// readAll reads a topic from its start to its present end, read committed, in offset order by partition.
func readAll(t *testing.T, brokers []string, topic string) []*kgo.Record {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	end, at := ends(t, brokers, topic), map[int32]int64{}
	cl := client(t, brokers, kgo.ConsumeTopics(topic), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.KeepControlRecords())
	defer cl.Close()
	var rs []*kgo.Record
	for {
		done := true
		for p, e := range end {
			done = done && at[p] >= e
		}
		if done {
			return rs
		}
		fs := cl.PollFetches(ctx)
		if err := fs.Err(); err != nil {
			t.Fatalf("cannot read %s, which ends at %v, beyond %v: %v", topic, end, at, err)
		}
		fs.EachRecord(func(r *kgo.Record) {
			at[r.Partition] = r.Offset + 1
			if !r.Attrs.IsControl() {
				rs = append(rs, r)
			}
		})
	}
}

// header gives a header's value and whether there is exactly one of that name.
func header(r *kgo.Record, key string) (string, bool) {
	value, n := "", 0
	for _, h := range r.Headers {
		if h.Key == key {
			value, n = string(h.Value), n+1
		}
	}
	return value, n == 1
}

// untilGate waits until the group's committed offsets, which are the gate offsets, have reached the topic's ends.
func untilGate(t *testing.T, w *process, p pipeline, topic string, within time.Duration) {
	t.Helper()
	adm := admin(t, p.brokers)
	w.until(t, within, func() error { return gateAtEnd(t, adm, p.group, topic) })
}

func gateAtEnd(t *testing.T, adm *kadm.Client, group, topic string) error {
	t.Helper()
	listed, err := adm.ListEndOffsets(t.Context(), topic)
	if err = errors.Join(err, listed.Error()); err != nil {
		return err
	}
	committed, err := adm.FetchOffsets(t.Context(), group)
	if err != nil {
		return err
	}
	var errs []error
	listed.Each(func(o kadm.ListedOffset) {
		c, ok := committed.Lookup(topic, o.Partition)
		switch {
		case o.Offset == 0:
		case !ok:
			errs = append(errs, fmt.Errorf("partition %d: no gate offset, end %d", o.Partition, o.Offset))
		case c.At != o.Offset:
			errs = append(errs, fmt.Errorf("partition %d: gate offset %d, end %d", o.Partition, c.At, o.Offset))
		}
	})
	return errors.Join(errs...)
}
