//go:build kafka && unix

package quarantine

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/internal/kafkaproc"
	"github.com/winnow-data/winnow/wire"
)

// What only a real broker says: how it takes partitions, sizes and timestamps.
func TestOnKafka(t *testing.T) {
	cluster, err := kafkaproc.Start(t.Context(), kafkaproc.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := cluster.Stop(); err != nil {
			t.Error(err)
		}
	}()
	client, err := wire.New(wire.Config{Brokers: cluster.Addrs()})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	cl, err := kgo.NewClient(kgo.SeedBrokers(cluster.Addrs()...))
	if err != nil {
		t.Fatal(err)
	}
	defer cl.Close()
	adm := kadm.NewClient(cl)
	if _, err := adm.CreateTopic(t.Context(), 2, 1, map[string]*string{"max.message.bytes": new("200000")}, "src"); err != nil {
		t.Fatal(err)
	}
	count := func(topic string, n int) func() bool { // a broker learns of partitions a little later
		return func() bool {
			details, err := adm.ListTopics(t.Context(), topic)
			return err == nil && len(details[topic].Partitions) == n
		}
	}
	ensure := func(partitions int) {
		t.Helper()
		await(t, "the source's partitions", count("src", partitions))
		if err := EnsureTopic(t.Context(), client, "src", time.Hour); err != nil {
			t.Fatal(err)
		}
		await(t, "the quarantine's partitions", count("src.quarantine", partitions))
	}
	ensure(2)
	if _, err := adm.UpdatePartitions(t.Context(), 4, "src"); err != nil {
		t.Fatal(err)
	}
	ensure(4)
	config, err := client.TopicConfig(t.Context(), "src.quarantine")
	if err != nil || config["max.message.bytes"] != "265536" || config["retention.ms"] != "3600000" {
		t.Errorf("%v, %v", config, err)
	}

	rs := many(500)
	rs[0].Record.Time = time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli() // older than the retention
	rs[1].Record.Time = time.Now().Add(1000 * time.Hour).UnixMilli()            // later than a broker takes
	rs[2].Record.Value = random(300_000)
	rs[3].Record.Value = bytes.Repeat([]byte("large, and small once compressed "), 100_000)
	rs[4].Record.Headers = wire.AppendHeader(nil, "h", random(300_000))
	if err := NewWriter(client, quiet(), time.Now).Write(t.Context(), "src", 3, rs); err != nil {
		t.Fatal(err)
	}
	x := running(t, world{client: client})
	await(t, "the rebuild", has(x, 500))
	checkOnKafka(t, x, rs)
}

func checkOnKafka(t *testing.T, x *Index, rs []winnow.Rejected) {
	t.Helper()
	for i, stubbed := range []bool{false, false, true, false, true} {
		c, err := x.Record(t.Context(), fmt.Sprintf("src/3/%d", i))
		if err != nil {
			t.Fatal(err)
		}
		if (c.Stub != nil) != stubbed || c.Size != int64(len(rs[i].Record.Value)) || c.Timestamp.UnixMilli() != rs[i].Record.Time {
			t.Errorf("record %d: stub %+v, size %d, timestamp %v", i, c.Stub, c.Size, c.Timestamp)
		}
		if i == 4 && (c.Key != nil || len(c.Headers) != 0) {
			t.Error("a stub with headers that the topic cannot take")
		}
	}
}
