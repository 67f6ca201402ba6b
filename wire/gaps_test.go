package wire

import (
	"testing"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// handmade makes a broker answer fetches of partition 0 of "t" with a set.
func handmade(cluster *kfake.Cluster, set func(offset int64) []byte) {
	cluster.ControlKey(int16(kmsg.Fetch), func(r kmsg.Request) (kmsg.Response, error, bool) {
		cluster.KeepControl()
		req := r.(*kmsg.FetchRequest)
		res := req.ResponseKind().(*kmsg.FetchResponse)
		topic := kmsg.NewFetchResponseTopic()
		topic.Topic = req.Topics[0].Topic
		part := kmsg.NewFetchResponseTopicPartition()
		part.HighWatermark, part.LastStableOffset = 1000, 1000
		part.RecordBatches = set(req.Topics[0].Partitions[0].FetchOffset)
		topic.Partitions = append(topic.Partitions, part)
		res.Topics = append(res.Topics, topic)
		return res, nil, true
	})
}

// at moves a batch to an offset and makes it cover more offsets than it has records, as compaction leaves it.
func at(batch []byte, base int64, last int32) []byte {
	b := patched(patched(batch, 0, be64(base)...), atLastDelta, be32(last)...)
	StampBatch(b, Stamp{ProducerID: -1, Epoch: -1, Sequence: -1})
	return b
}

// What compaction leaves: a batch without its last records, one without any, and nothing at all between two batches.
func TestFetchOverGaps(t *testing.T) {
	cluster := newCluster(t, kfake.NumBrokers(1), kfake.SeedTopics(1, "t"))
	c := newClient(t, cluster.ListenAddrs())
	two := EncodeBatch(nil, []OutRecord{{Value: []byte("a")}, {Value: []byte("b")}}, CodecNone)
	var empty Encoder
	none := at(patched(empty.Append(nil, []OutRecord{{}}, CodecNone)[:headerSize], atLength, be32(headerSize-frameSize)...), 10, 89)
	none = patched(none, atCount, be32(0)...)
	StampBatch(none, Stamp{ProducerID: -1, Epoch: -1, Sequence: -1})
	handmade(cluster, func(offset int64) []byte {
		switch {
		case offset < 10:
			return at(two, 0, 9)
		case offset < 100:
			return none
		default:
			return at(two, 500, 3)
		}
	})
	r := newReading(c, "t")
	if err := r.until(t.Context(), 0, 504); err != nil {
		t.Fatal(err)
	}
	equal(t, "values", values(r.records), []string{"a", "b", "a", "b"})
	if got := r.records[2].offset; got != 500 {
		t.Errorf("the third record is at %d", got)
	}
}

// Bytes that rot in the broker: the batches around them are read.
func TestFetchPastABadChecksum(t *testing.T) {
	cluster := newCluster(t, kfake.NumBrokers(1), kfake.SeedTopics(1, "t"))
	c := newClient(t, cluster.ListenAddrs())
	one := EncodeBatch(nil, []OutRecord{{Value: []byte("good")}}, CodecNone)
	bad := patched(at(one, 1, 0), atLastDelta, be32(1<<30)...)
	handmade(cluster, func(int64) []byte { return append(append(at(one, 0, 0), bad...), at(one, 2, 0)...) })
	got, err := c.Fetch(t.Context(), FetchRequest{Topic: "t"}, NewSlab(1<<20))
	if err != nil {
		t.Fatal(err)
	}
	var next []int64
	for set := got.Set; len(set) > 0; {
		b, rest, err := NextBatch(set)
		if err != nil {
			t.Fatal(err)
		}
		if b.CheckCRC() == nil {
			next = append(next, b.Next())
		} else {
			next = append(next, -b.After(rest))
		}
		set = rest
	}
	if len(next) != 3 || next[0] != 1 || next[1] != -2 || next[2] != 3 {
		t.Errorf("read on at %d", next)
	}
}
