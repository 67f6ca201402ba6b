package wire

import (
	"errors"
	"maps"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

func wantText(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got the error %v, want one with %q", err, want)
	}
}

func TestOffsets(t *testing.T) {
	cluster := newCluster(t, kfake.NumBrokers(3), kfake.SeedTopics(3, "t"))
	c := newClient(t, cluster.ListenAddrs())
	for range 4 {
		if _, err := c.Produce(t.Context(), "t", 2, EncodeBatch(nil, []OutRecord{{}, {}}, CodecNone)); err != nil {
			t.Fatal(err)
		}
	}
	if err := cluster.DeleteRecords("t", 2, 3); err != nil {
		t.Fatal(err)
	}
	for p, want := range [][2]int64{{0, 0}, {0, 0}, {3, 8}} {
		start, end, err := c.Offsets(t.Context(), "t", p)
		if err != nil || start != want[0] || end != want[1] {
			t.Errorf("partition %d: %d to %d, %v", p, start, end, err)
		}
	}
	if _, _, err := c.Offsets(t.Context(), "nowhere", 0); !IsRetriable(err) {
		t.Errorf("no topic: %v", err)
	}
	cluster.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.ListOffsets}, Err: kerr.NotLeaderForPartition, Count: 1})
	if _, _, err := c.Offsets(t.Context(), "t", 0); !errors.Is(err, kafka.NotLeaderForPartition) {
		t.Errorf("another leader: %v", err)
	}
}

func TestCommit(t *testing.T) {
	cluster := newCluster(t, kfake.NumBrokers(3), kfake.SeedTopics(2, "a", "b"))
	c := newClient(t, cluster.ListenAddrs())
	parts := map[string][]int{"a": {0, 1}, "b": {1}}
	got, err := c.Committed(t.Context(), "g", parts)
	want := map[string]map[int]Position{"a": {0: {Offset: -1}, 1: {Offset: -1}}, "b": {1: {Offset: -1}}}
	if err != nil || !samePositions(got, want) {
		t.Errorf("at first: %v, %v", got, err)
	}
	want = map[string]map[int]Position{"a": {0: {5, `{"passed":4}`}, 1: {0, ""}}, "b": {1: {1 << 40, strings.Repeat("m", 4000)}}}
	if err := c.Commit(t.Context(), "g", -1, "", want); err != nil {
		t.Fatal(err)
	}
	if got, err = c.Committed(t.Context(), "g", parts); err != nil || !samePositions(got, want) {
		t.Errorf("after it: %v, %v", got, err)
	}
	// As others see it: no leader epoch that would make them believe the log was cut.
	adm := kadm.NewClient(newKgo(t, cluster.ListenAddrs()))
	os, err := adm.FetchOffsets(t.Context(), "g")
	if err != nil {
		t.Fatal(err)
	}
	if o, ok := os.Lookup("a", 0); !ok || o.At != 5 || o.LeaderEpoch != -1 || o.Metadata != `{"passed":4}` {
		t.Errorf("others see %+v", o)
	}
	if got, err := c.Committed(t.Context(), "g", nil); err != nil || len(got) != 0 {
		t.Errorf("nothing asked for: %v, %v", got, err)
	}
	if err := c.Commit(t.Context(), "g", -1, "", nil); err != nil {
		t.Error(err)
	}
}

func samePositions(a, b map[string]map[int]Position) bool {
	return maps.EqualFunc(a, b, func(x, y map[int]Position) bool { return maps.Equal(x, y) })
}

func TestCommitErrors(t *testing.T) {
	cluster := newCluster(t, kfake.NumBrokers(1), kfake.SeedTopics(3, "t"))
	c := newClient(t, cluster.ListenAddrs())
	positions := map[string]map[int]Position{"t": {0: {1, ""}, 1: {1, ""}, 2: {1, ""}}}
	err := c.Commit(t.Context(), "g", 7, "member", positions)
	var code kafka.Error
	if !errors.As(err, &code) || IsRetriable(err) || code != kafka.IllegalGeneration && code != kafka.UnknownMemberId {
		t.Errorf("a generation that is not: %v", err)
	}
	// One partition of three is refused, another is not answered for.
	var step atomic.Int32
	cluster.ControlKey(int16(kmsg.OffsetCommit), func(r kmsg.Request) (kmsg.Response, error, bool) {
		cluster.KeepControl()
		res := r.ResponseKind().(*kmsg.OffsetCommitResponse)
		topic := kmsg.NewOffsetCommitResponseTopic()
		topic.Topic = "t"
		for _, p := range []int32{2, 1, 0}[step.Load():] {
			part := kmsg.NewOffsetCommitResponseTopicPartition()
			part.Partition = p
			if p == 1 && step.Load() == 0 {
				part.ErrorCode = int16(kafka.OffsetMetadataTooLarge)
			}
			topic.Partitions = append(topic.Partitions, part)
		}
		res.Topics = append(res.Topics, topic)
		return res, nil, true
	})
	err = c.Commit(t.Context(), "g", -1, "", positions)
	if !errors.Is(err, kafka.OffsetMetadataTooLarge) || IsRetriable(err) {
		t.Errorf("one refused: %v", err)
	}
	wantText(t, err, "t/1")
	step.Store(1)
	wantText(t, c.Commit(t.Context(), "g", -1, "", positions), "t/2")
}

func TestCoordinatorErrors(t *testing.T) {
	cluster := newCluster(t, kfake.NumBrokers(1), kfake.SeedTopics(1, "t"))
	c := newClient(t, cluster.ListenAddrs())
	for _, fault := range []*kerr.Error{kerr.CoordinatorLoadInProgress, kerr.CoordinatorNotAvailable, kerr.NotCoordinator} {
		cluster.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.OffsetFetch, kmsg.OffsetCommit}, Err: fault, Count: 2})
		_, err := c.Committed(t.Context(), "g", map[string][]int{"t": {0}})
		if !errors.Is(err, kafka.Error(fault.Code)) || !IsRetriable(err) {
			t.Errorf("%s: %v", fault.Message, err)
		}
		err = c.Commit(t.Context(), "g", -1, "", map[string]map[int]Position{"t": {0: {1, ""}}})
		if !errors.Is(err, kafka.Error(fault.Code)) || !IsRetriable(err) {
			t.Errorf("%s: %v", fault.Message, err)
		}
	}
}
