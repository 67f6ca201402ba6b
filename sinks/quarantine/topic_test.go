package quarantine

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kadm"
)

func TestEnsureTopicLikeItsSource(t *testing.T) {
	w := newWorld(t)
	adm := kadm.NewClient(w.kgo(t))
	if _, err := adm.CreateTopic(t.Context(), 3, 1, map[string]*string{"max.message.bytes": new("2000000")}, "src"); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time it is there
		if err := EnsureTopic(t.Context(), w.client, "src", 90*24*time.Hour); err != nil {
			t.Fatal(err)
		}
	}
	details, err := adm.ListTopics(t.Context(), "src.quarantine")
	if err != nil || len(details["src.quarantine"].Partitions) != 3 {
		t.Fatalf("%v, %v", details, err)
	}
	config, err := w.client.TopicConfig(t.Context(), "src.quarantine")
	if err != nil {
		t.Fatal(err)
	}
	for k, want := range map[string]string{"retention.ms": "7776000000", "cleanup.policy": "delete", "max.message.bytes": "2065536"} {
		if config[k] != want {
			t.Errorf("%s=%s, want %s", k, config[k], want)
		}
	}
}

func TestEnsureTopicFollowsAGrowingSource(t *testing.T) {
	w := newWorld(t)
	adm := kadm.NewClient(w.kgo(t))
	if _, err := adm.CreateTopics(t.Context(), 2, 1, nil, "src", "src.quarantine"); err != nil {
		t.Fatal(err)
	}
	if _, err := adm.CreatePartitions(t.Context(), 3, "src"); err != nil {
		t.Fatal(err)
	}
	if err := EnsureTopic(t.Context(), w.client, "src", time.Hour); err != nil {
		t.Fatal(err)
	}
	details, err := adm.ListTopics(t.Context(), "src.quarantine")
	if err != nil || len(details["src.quarantine"].Partitions) != 5 {
		t.Fatalf("%v, %v", details, err)
	}
}

func TestEnsureTopicRefusals(t *testing.T) {
	w := newWorld(t)
	adm := kadm.NewClient(w.kgo(t))
	if err := EnsureTopic(t.Context(), w.client, "missing", time.Hour); !errors.Is(err, kafka.UnknownTopicOrPartition) {
		t.Errorf("no source: %v", err)
	}
	if _, err := adm.CreateTopic(t.Context(), 1, 1, nil, "src"); err != nil {
		t.Fatal(err)
	}
	if _, err := adm.CreateTopic(t.Context(), 1, 1, map[string]*string{"cleanup.policy": new("compact,delete")}, "src.quarantine"); err != nil {
		t.Fatal(err)
	}
	if err := EnsureTopic(t.Context(), w.client, "src", time.Hour); err == nil || !strings.Contains(err.Error(), "compacted") {
		t.Errorf("compacted: %v", err)
	}
}
