package verify

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"go.uber.org/goleak"

	"github.com/winnow-data/winnow/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A world is an embedded Kafka, and a client of it.
type world struct {
	testing.TB
	kafka  *kfake.Cluster
	client *wire.Client
	made   int
}

func newWorld(t testing.TB) *world {
	t.Helper()
	kafka, err := kfake.NewCluster(kfake.NumBrokers(1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(kafka.Close)
	client, err := wire.New(wire.Config{Brokers: kafka.ListenAddrs()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return &world{TB: t, kafka: kafka, client: client}
}

// A scene is what the three logs of partition 0 of a topic hold.
type scene struct {
	*world
	topic     string
	config    map[string]string // of the source
	sources   []func(*scene)    // what writes the source, in order
	entries   []string          // the verdict log, by record
	rejects   []quarantined
	committed int64 // -1: none
	metadata  string
	lacking   map[string]bool // topics that are not made
	waiting   []wire.OutRecord
}

// A quarantined is a record of the quarantine: its headers, one after the other.
type quarantined []string

func failed(id string) quarantined { return quarantined{"winnow.id", id, "winnow.reasons", "[]"} }

func (w *world) topicName() string {
	w.made++
	return fmt.Sprintf("t%d", w.made)
}

// newScene is one in which nothing is wrong: offsets 0 to 29 are records, 12 a tombstone; 3, 4, 15 and 27 failed; 30 and 31 are of an aborted
// transaction and 32 is its marker.
func newScene(w *world) *scene {
	s := &scene{world: w, topic: w.topicName(), committed: 33, metadata: `{"winnow":1,"first":0,"passed":25,"quarantined":4,"skipped":{"x":4}}`}
	s.sources = []func(*scene){
		func(s *scene) { s.records(10) },
		func(s *scene) { s.records(10, 2) },
		func(s *scene) { s.records(10) },
		func(s *scene) { s.aborted(2) },
	}
	s.entries = []string{
		`{"from":0,"to":10,"records":10,"passed":8,"failed":[[3,5]],"contract":"c"}`,
		`{"from":10,"to":20,"records":10,"passed":8,"failed":[[15,16]],"skipped":{"tombstone":[[12,13]]},"contract":"c"}`,
		`{"from":20,"to":30,"records":10,"passed":9,"failed":[[27,28]],"tagged":{"a":[[21,23]],"b":[[22,24]]},"contract":"c"}`,
		`{"from":30,"to":33,"records":3,"passed":0,"skipped":{"aborted":[[30,32]],"control":[[32,33]]},"contract":"c"}`,
	}
	for _, o := range []int{3, 4, 15, 27} {
		s.rejects = append(s.rejects, failed(s.id(o)))
	}
	return s
}

func (s *scene) id(offset int) string { return fmt.Sprintf("%s/0/%d", s.topic, offset) }

// produce writes a batch.
func (s *scene) produce(topic string, batch []byte) {
	s.Helper()
	if _, err := s.client.Produce(s.Context(), topic, 0, batch); err != nil {
		s.Fatal(err)
	}
}

// records writes a batch of n records to the source, of which some are tombstones.
func (s *scene) records(n int, tombstones ...int) {
	s.Helper()
	s.produce(s.topic, batch(n, tombstones...))
}

func batch(n int, tombstones ...int) []byte {
	rs := make([]wire.OutRecord, n)
	for i := range rs {
		if !slices.Contains(tombstones, i) {
			rs[i].Value = []byte("{}")
		}
	}
	return wire.EncodeBatch(nil, rs, wire.CodecZstd)
}

// aborted writes n records and a marker.
func (s *scene) aborted(n int) {
	s.Helper()
	cl := s.transact(n)
	defer cl.Close()
	if err := cl.EndTransaction(s.Context(), kgo.TryAbort); err != nil {
		s.Fatal(err)
	}
}

// transact writes n records of a transaction that goes on.
func (s *scene) transact(n int) *kgo.Client {
	s.Helper()
	cl, err := kgo.NewClient(kgo.SeedBrokers(s.kafka.ListenAddrs()...), kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.TransactionalID(s.topic))
	if err != nil {
		s.Fatal(err)
	}
	if err := cl.BeginTransaction(); err != nil {
		s.Fatal(err)
	}
	for range n {
		if err := cl.ProduceSync(s.Context(), &kgo.Record{Topic: s.topic, Value: []byte("{}")}).FirstErr(); err != nil {
			s.Fatal(err)
		}
	}
	return cl
}

// play writes everything.
func (s *scene) play() {
	s.Helper()
	for _, topic := range []string{s.topic, s.topic + ".verdicts", s.topic + ".quarantine"} {
		config := make(map[string]*string)
		for k, v := range s.config {
			config[k] = &v
		}
		if topic != s.topic {
			config = nil
		}
		if s.lacking[topic] {
			continue
		}
		if _, err := s.client.EnsureTopic(s.Context(), topic, 1, 1, nil); err != nil {
			s.Fatal(err)
		}
		s.configure(topic, config)
	}
	for _, write := range s.sources {
		write(s)
	}
	for _, e := range s.entries {
		s.produce(s.topic+".verdicts", one(e))
	}
	for _, q := range s.rejects {
		s.produce(s.topic+".quarantine", q.batch())
	}
	if s.committed >= 0 {
		err := s.client.Commit(s.Context(), "g"+s.topic, -1, "", map[string]map[int]wire.Position{s.topic: {0: {Offset: s.committed, Metadata: s.metadata}}})
		if err != nil {
			s.Fatal(err)
		}
	}
}

func (s *scene) configure(topic string, config map[string]*string) {
	s.Helper()
	if len(config) == 0 {
		return
	}
	cl, err := kgo.NewClient(kgo.SeedBrokers(s.kafka.ListenAddrs()...))
	if err != nil {
		s.Fatal(err)
	}
	defer cl.Close()
	req := kmsg.NewPtrIncrementalAlterConfigsRequest()
	r := kmsg.NewIncrementalAlterConfigsRequestResource()
	r.ResourceType, r.ResourceName = kmsg.ConfigResourceTypeTopic, topic
	for k, v := range config {
		c := kmsg.NewIncrementalAlterConfigsRequestResourceConfig()
		c.Name, c.Value = k, v
		r.Configs = append(r.Configs, c)
	}
	req.Resources = append(req.Resources, r)
	if _, err := req.RequestWith(s.Context(), cl); err != nil {
		s.Fatal(err)
	}
}

// one is a batch of one record.
func one(value string) []byte {
	return wire.EncodeBatch(nil, []wire.OutRecord{{Value: []byte(value)}}, wire.CodecNone)
}

// write puts a record into the quarantine, with the next flush.
func (s *scene) write(id string) {
	s.waiting = append(s.waiting, wire.OutRecord{Headers: wire.AppendHeader(nil, "winnow.id", []byte(id)), NumHeaders: 1})
	if len(s.waiting) == 5000 {
		s.flush()
	}
}

func (s *scene) flush() {
	s.Helper()
	if len(s.waiting) == 0 {
		return
	}
	s.produce(s.topic+".quarantine", wire.EncodeBatch(nil, s.waiting, wire.CodecZstd))
	s.waiting = s.waiting[:0]
}

func (q quarantined) batch() []byte {
	r := wire.OutRecord{Value: []byte("x")}
	for i := 0; i < len(q); i += 2 {
		r.Headers = wire.AppendHeader(r.Headers, q[i], []byte(q[i+1]))
		r.NumHeaders++
	}
	return wire.EncodeBatch(nil, []wire.OutRecord{r}, wire.CodecZstd)
}

// verify runs the Verifier.
func (s *scene) verify() *Report {
	s.Helper()
	v := &Verifier{Client: s.client, Group: "g" + s.topic}
	r, err := v.Run(s.Context(), []string{s.topic})
	if err != nil {
		s.Fatal(err)
	}
	return r
}

// sum is a report in the words of a test: the contradictions as "offset+count problem", then what was counted, where it is not zero.
func sum(r *Report) []string {
	var out []string
	for _, p := range r.Partitions {
		for _, c := range p.Contradictions {
			out = append(out, fmt.Sprintf("%s+%d", c.ID, c.Offsets))
		}
	}
	for _, c := range []struct {
		name string
		n    int64
	}{{"doubled", r.Doubled}, {"unverifiable", r.Unverifiable}, {"pending", r.Pending}} {
		if c.n != 0 {
			out = append(out, fmt.Sprintf("%s %d", c.name, c.n))
		}
	}
	return out
}

// expect plays the scene and compares.
func (s *scene) expect(want ...string) *Report {
	s.Helper()
	s.play()
	return s.found(want...)
}

func (s *scene) found(want ...string) *Report {
	s.Helper()
	r := s.verify()
	for i := range want {
		if want[i][0] >= '0' && want[i][0] <= '9' { // an offset of the source
			want[i] = s.topic + "/0/" + want[i]
		} else if want[i][0] == '.' { // one of winnow's own topics
			want[i] = s.topic + want[i]
		}
	}
	if got := sum(r); !slices.Equal(got, want) {
		all, _ := json.MarshalIndent(r, "", " ")
		s.Errorf("got  %q\nwant %q\n%s", got, want, all)
	}
	bad := slices.ContainsFunc(want, func(w string) bool { return w[0] == 't' || w[0] == '.' })
	if r.Balanced == bad {
		s.Errorf("balanced: %t", r.Balanced)
	}
	return r
}

// serve makes the broker answer fetches of a topic with a set made by hand; where set gives nil, with its own.
func (s *scene) serve(name string, set func(offset int64) []byte) {
	info := s.kafka.PartitionInfo(name, 0)
	s.kafka.ControlKey(int16(kmsg.Fetch), func(r kmsg.Request) (kmsg.Response, error, bool) {
		s.kafka.KeepControl()
		req := r.(*kmsg.FetchRequest)
		if req.Topics[0].Topic != name {
			return nil, nil, false
		}
		part := kmsg.NewFetchResponseTopicPartition()
		part.HighWatermark, part.LastStableOffset = info.HighWatermark, info.LastStableOffset
		if part.RecordBatches = set(req.Topics[0].Partitions[0].FetchOffset); part.RecordBatches == nil {
			return nil, nil, false
		}
		res := req.ResponseKind().(*kmsg.FetchResponse)
		topic := kmsg.NewFetchResponseTopic()
		topic.Topic = name
		topic.Partitions = append(topic.Partitions, part)
		res.Topics = append(res.Topics, topic)
		return res, nil, true
	})
}

// moved puts a batch at an offset, and makes it cover that many offsets, as compaction leaves it.
func moved(b []byte, base int64, covers int32) []byte {
	binary.BigEndian.PutUint64(b, uint64(base))
	binary.BigEndian.PutUint32(b[23:], uint32(covers-1))
	wire.StampBatch(b, wire.Stamp{ProducerID: -1, Epoch: -1, Sequence: -1})
	return b
}

// rotten breaks a batch's checksum.
func rotten(b []byte) []byte {
	b[17] ^= 0xff
	return b
}
