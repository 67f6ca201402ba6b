package wire

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

func TestTopics(t *testing.T) {
	cluster := newCluster(t, kfake.NumBrokers(3), kfake.SeedTopics(5, "a", "b"))
	c := newClient(t, cluster.ListenAddrs())
	got, err := c.Topics(t.Context())
	if err != nil || len(got) != 2 || got["a"].Partitions != 5 || got["a"].Replication != 3 {
		t.Errorf("all: %+v, %v", got, err)
	}
	got, err = c.Topics(t.Context(), "b", "nowhere")
	if err != nil || len(got) != 1 || got["b"].Partitions != 5 {
		t.Errorf("some: %+v, %v", got, err)
	}
	if err := cluster.CreateTopic("late", 2, nil); err != nil {
		t.Fatal(err)
	}
	if got, err = c.Topics(t.Context(), "late"); err != nil || got["late"].Partitions != 2 {
		t.Errorf("a topic that is new: %+v, %v", got, err)
	}
}

func TestEnsureTopic(t *testing.T) {
	cluster := newCluster(t, kfake.NumBrokers(3), kfake.SeedTopics(1, "old"))
	c := newClient(t, cluster.ListenAddrs())
	config := map[string]string{"retention.ms": "12345", "max.message.bytes": "2000000"}
	created, err := c.EnsureTopic(t.Context(), "new", 4, 2, config)
	if err != nil || !created {
		t.Fatalf("%v, %v", created, err)
	}
	for _, name := range []string{"new", "old"} {
		if created, err := c.EnsureTopic(t.Context(), name, 9, 1, nil); err != nil || created {
			t.Errorf("%s again: %v, %v", name, created, err)
		}
	}
	if info, err := c.Topics(t.Context(), "new"); err != nil || info["new"].Partitions != 4 || info["new"].Replication != 2 {
		t.Errorf("%+v, %v", info, err)
	}
	got, err := c.TopicConfig(t.Context(), "new")
	if err != nil || got["retention.ms"] != "12345" || got["max.message.bytes"] != "2000000" || got["cleanup.policy"] != "delete" {
		t.Errorf("its configuration: %v, %v", got, err)
	}
	// It can be used at once, on every partition.
	for p := range 4 {
		if _, err := c.Produce(t.Context(), "new", p, EncodeBatch(nil, []OutRecord{{}}, CodecNone)); err != nil {
			t.Error(err)
		}
	}
	if _, err := c.EnsureTopic(t.Context(), "wide", 1, 9, nil); !errors.Is(err, kafka.InvalidReplicationFactor) || IsRetriable(err) {
		t.Errorf("more replicas than brokers: %v", err)
	}
	if _, err := c.TopicConfig(t.Context(), "nowhere"); !errors.Is(err, kafka.UnknownTopicOrPartition) {
		t.Errorf("the configuration of no topic: %v", err)
	}
}

// Someone else creates the topic between our look and our request.
func TestEnsureTopicLosesTheRace(t *testing.T) {
	cluster := newCluster(t, kfake.NumBrokers(1))
	c := newClient(t, cluster.ListenAddrs())
	cluster.ControlKey(int16(kmsg.CreateTopics), func(kmsg.Request) (kmsg.Response, error, bool) {
		go func() { _ = cluster.CreateTopic("t", 3, nil) }()
		return nil, nil, false
	})
	if _, err := c.EnsureTopic(t.Context(), "t", 3, 1, nil); err != nil {
		t.Error(err)
	}
}

func TestEnsureTopicWaitsForLeaders(t *testing.T) {
	cluster := newCluster(t, kfake.NumBrokers(1))
	c := newClient(t, cluster.ListenAddrs())
	var asked atomic.Int32
	cluster.ControlKey(int16(kmsg.Metadata), func(r kmsg.Request) (kmsg.Response, error, bool) {
		cluster.KeepControl()
		req := r.(*kmsg.MetadataRequest)
		if len(req.Topics) != 1 || asked.Add(1) < 2 || asked.Load() > 4 {
			return nil, nil, false
		}
		name := "t"
		res := req.ResponseKind().(*kmsg.MetadataResponse)
		topic := kmsg.NewMetadataResponseTopic()
		topic.Topic = &name
		part := kmsg.NewMetadataResponseTopicPartition()
		part.ErrorCode, part.Leader = int16(kafka.LeaderNotAvailable), -1
		topic.Partitions = append(topic.Partitions, part)
		res.Topics = append(res.Topics, topic)
		return res, nil, true
	})
	created, err := c.EnsureTopic(t.Context(), "t", 1, 1, nil)
	if err != nil || !created || asked.Load() < 5 {
		t.Errorf("%v, %v, after %d looks", created, err, asked.Load())
	}
}

func TestTopicsOfNobody(t *testing.T) {
	c := newClient(t, []string{"127.0.0.1:1"})
	_, err := c.Topics(t.Context())
	if err == nil || !IsRetriable(err) {
		t.Errorf("got %v, retriable %v", err, IsRetriable(err))
	}
	_, err = c.Fetch(t.Context(), FetchRequest{Topic: "t"}, NewSlab(1000))
	if err == nil || !IsRetriable(err) || errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, retriable %v", err, IsRetriable(err))
	}
	wantText(t, err, "connection refused")
}
