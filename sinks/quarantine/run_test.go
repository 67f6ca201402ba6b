package quarantine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/winnow-data/winnow"
)

// running is an index over w that follows until the test ends.
func running(t *testing.T, w world, change ...func(*Config)) *Index {
	t.Helper()
	cfg := Config{
		Match: func(source string) bool { return source != "foreign" }, Poll: 5 * time.Millisecond, Refresh: 10 * time.Millisecond, Log: quiet(),
	}
	for _, f := range change {
		f(&cfg)
	}
	x := NewIndex(w.client, cfg)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- x.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return x
}

// await waits until ok, for at most ten seconds.
func await(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick, late := time.NewTicker(2*time.Millisecond), time.After(10*time.Second)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("waited for %s", what)
		}
	}
}

func has(x *Index, records int64) func() bool {
	return func() bool {
		c, _ := x.Groups(Filter{})
		return c.CaughtUp && c.Records == records
	}
}

func write(t *testing.T, w world, topic string, partition int, rs []winnow.Rejected) {
	t.Helper()
	if err := NewWriter(w.client, quiet(), clock0).Write(t.Context(), topic, partition, rs); err != nil {
		t.Fatal(err)
	}
}

// The index is rebuilt from what is there, follows what comes, in new topics and partitions too, and leaves others alone.
func TestIndexRebuildsAndFollows(t *testing.T) {
	w := newWorld(t, kfake.SeedTopics(2, "a.quarantine", "foreign.quarantine", "a", ".quarantine"))
	write(t, w, "a", 0, many(1000))
	write(t, w, "foreign", 0, many(10))
	x := running(t, w)
	await(t, "the rebuild", has(x, 1000))
	write(t, w, "a", 1, many(50))
	await(t, "what came", has(x, 1050))
	adm := kadm.NewClient(w.kgo(t))
	if _, err := adm.CreateTopic(t.Context(), 1, 1, nil, "b.quarantine"); err != nil {
		t.Fatal(err)
	}
	if _, err := adm.CreatePartitions(t.Context(), 1, "a.quarantine"); err != nil {
		t.Fatal(err)
	}
	write(t, w, "b", 0, many(3))
	write(t, w, "a", 2, many(4))
	await(t, "new partitions", has(x, 1057))
	write(t, w, "a", 0, many(1000)) // the gate crashed before it committed
	write(t, w, "b", 0, many(4)[3:])
	await(t, "the last one", has(x, 1058))
	_, gs := x.Groups(Filter{Team: "team-0", Topic: "a"})
	if len(gs) != 1 || gs[0].Pointer != "/items/*/x" || gs[0].Count != 334+17+2 || !gs[0].Last.Equal(judged) {
		t.Errorf("%s", groupText(gs))
	}
	if _, err := adm.DeleteTopics(t.Context(), "a.quarantine"); err != nil {
		t.Fatal(err)
	}
	await(t, "a deleted topic to be forgotten", has(x, 4))
}

func TestIndexForgetsWhatExpired(t *testing.T) {
	w := newWorld(t, kfake.SeedTopics(1, "a.quarantine"))
	write(t, w, "a", 0, many(300))
	x := running(t, w)
	await(t, "the rebuild", has(x, 300))
	adm := kadm.NewClient(w.kgo(t))
	expire := func(to int64) {
		var offsets kadm.Offsets
		offsets.Add(kadm.Offset{Topic: "a.quarantine", Partition: 0, At: to})
		if rs, err := adm.DeleteRecords(t.Context(), offsets); err != nil || rs.Error() != nil {
			t.Fatal(err, rs.Error())
		}
	}
	expire(100)
	await(t, "the expiry", has(x, 200))
	if _, err := x.Record(t.Context(), "a/0/99"); !errors.Is(err, ErrNotFound) {
		t.Errorf("an expired record: %v", err)
	}
	if c, err := x.Record(t.Context(), "a/0/100"); err != nil || c.ID != "a/0/100" {
		t.Errorf("the first that is left: %v", err)
	}
	// One that starts now is given the whole batch, expired records and all.
	await(t, "a rebuild of what is left", has(running(t, w), 200))
}

// A quarantine topic that was deleted and made again is another topic.
func TestIndexNoticesATopicMadeAnew(t *testing.T) {
	w := newWorld(t, kfake.SeedTopics(1, "a.quarantine"))
	write(t, w, "a", 0, many(300))
	x := running(t, w, func(c *Config) { c.Refresh = time.Hour })
	await(t, "the rebuild", has(x, 300))
	adm := kadm.NewClient(w.kgo(t))
	if _, err := adm.DeleteTopics(t.Context(), "a.quarantine"); err != nil {
		t.Fatal(err)
	}
	if _, err := adm.CreateTopic(t.Context(), 1, 1, nil, "a.quarantine"); err != nil {
		t.Fatal(err)
	}
	write(t, w, "a", 0, many(7))
	await(t, "the new topic", has(x, 7))
}

// Records that others put into the topic, broken batches and aborted transactions are not records of the quarantine.
func TestIndexStepsOverWhatIsNotOurs(t *testing.T) {
	w := newWorld(t, kfake.SeedTopics(1, "a.quarantine"))
	cl := w.kgo(t, kgo.TransactionalID("tx"), kgo.DefaultProduceTopic("a.quarantine"))
	id := func(id string) *kgo.Record {
		return &kgo.Record{Value: []byte("v"), Headers: []kgo.RecordHeader{{Key: HeaderID, Value: []byte(id)}, {Key: HeaderReasons, Value: []byte("broken")}}}
	}
	for _, commit := range []kgo.TransactionEndTry{kgo.TryAbort, kgo.TryCommit} {
		if err := cl.BeginTransaction(); err != nil {
			t.Fatal(err)
		}
		rs := []*kgo.Record{id("a/0/1"), id("a/0/2"), id("b/0/3"), id("a/1/4"), id("nonsense"), {Value: []byte("plain")}}
		if commit == kgo.TryAbort {
			rs = []*kgo.Record{id("a/0/10"), id("a/0/11")}
		}
		if err := cl.ProduceSync(t.Context(), rs...).FirstErr(); err != nil {
			t.Fatal(err)
		}
		if err := cl.EndTransaction(t.Context(), commit); err != nil {
			t.Fatal(err)
		}
	}
	write(t, w, "a", 0, many(1))
	x := running(t, w)
	await(t, "three records", has(x, 3))
	_, gs := x.Groups(Filter{Rule: other})
	if len(gs) != 1 || gs[0].Count != 2 {
		t.Errorf("records whose reasons cannot be read: %s", groupText(gs))
	}
}

func TestIndexStepsOverALargeBatch(t *testing.T) {
	w := newWorld(t, kfake.SeedTopics(1, "a.quarantine"))
	write(t, w, "a", 0, many(2))
	big := many(3)[2:]
	big[0].Record.Value = random(300_000)
	write(t, w, "a", 0, big)
	bomb := many(4)[3:]
	bomb[0].Record.Value = []byte(strings.Repeat("x", 300_000))
	write(t, w, "a", 0, bomb)
	write(t, w, "a", 0, many(6)[4:])
	x := running(t, w, func(c *Config) { c.Batch = 100_000 })
	await(t, "the others", has(x, 4))
	if c, _ := x.Groups(Filter{}); c.Unreadable != 2 {
		t.Errorf("%d unreadable", c.Unreadable)
	}
}

// While Kafka is away the index answers what it knows; when it is back it goes on.
func TestIndexSurvivesKafkaErrors(t *testing.T) {
	w := newWorld(t, kfake.SeedTopics(1, "a.quarantine"))
	write(t, w, "a", 0, many(5))
	x := running(t, w)
	await(t, "the rebuild", has(x, 5))
	failed := make(chan struct{}, 100)
	w.cluster.ControlKey(int16(kmsg.Fetch), func(req kmsg.Request) (kmsg.Response, error, bool) {
		w.cluster.KeepControl()
		select {
		case failed <- struct{}{}:
		default:
			return nil, nil, false // from here on it works
		}
		resp := req.ResponseKind().(*kmsg.FetchResponse)
		for _, rt := range req.(*kmsg.FetchRequest).Topics {
			st := kmsg.NewFetchResponseTopic()
			st.Topic, st.TopicID = rt.Topic, rt.TopicID
			sp := kmsg.NewFetchResponseTopicPartition()
			sp.ErrorCode = kerr.NotLeaderForPartition.Code
			st.Partitions = append(st.Partitions, sp)
			resp.Topics = append(resp.Topics, st)
		}
		return resp, nil, true
	})
	write(t, w, "a", 0, many(9)[5:])
	if c, _ := x.Groups(Filter{}); c.Records != 5 && c.Records != 9 {
		t.Errorf("%+v", c)
	}
	await(t, "the errors to be over", has(x, 9))
}

func TestContentIsMasked(t *testing.T) {
	w := newWorld(t, kfake.SeedTopics(1, "a.quarantine"))
	r := rejected(0)
	r.Record.Key = []byte(canary)
	r.Record.Value = []byte(`{"carrier":"` + canary + `","` + canary + `":[42,true,null]}`)
	r.Record.Headers = headerBytes("carrier", []byte(canary), canary, nil)
	r.Record.NumHeaders = 2
	r.Reasons = []winnow.Reason{{Rule: "type", Pointer: "/items/3"}, {Rule: "json", Detail: "utf8"}}
	null := rejected(1)
	null.Record.Key, null.Record.Value = nil, nil
	batch := rejected(2)
	batch.Covers = 5
	write(t, w, "a", 0, []winnow.Rejected{r, null, batch})
	x := running(t, w, func(c *Config) {
		c.Known = func(contract, name string) bool { return contract == "sha256:aa" && name == "carrier" }
	})
	await(t, "the rebuild", has(x, 7))

	c, err := x.Record(t.Context(), "a/0/0")
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"carrier":"Xxxxxx9Xxxx99","Xxxxxx9Xxxx99":[99,"boolean",null]}`; *c.Value != want || *c.Key != "Xxxxxx9Xxxx99" {
		t.Errorf("%s\n%s", *c.Value, *c.Key)
	}
	if len(c.Headers) != 2 || c.Headers[0].Name != "carrier" || *c.Headers[0].Value != "Xxxxxx9Xxxx99" || c.Headers[1].Value != nil {
		t.Errorf("%+v", c.Headers)
	}
	if fmt.Sprint(c.Reasons) != "[{type /items/3 } {json  utf8}]" || c.Quarantine != "a.quarantine/0/0" || c.Format != FormatJSON ||
		!c.Timestamp.Equal(judged.Add(-time.Hour)) || !c.Time.Equal(judged) || c.Size != int64(len(r.Record.Value)) {
		t.Errorf("%+v", c)
	}
	if all := fmt.Sprintf("%+v %s %s %s", c, *c.Key, *c.Value, *c.Headers[0].Value); strings.Contains(strings.ToLower(all), strings.ToLower(canary)) {
		t.Errorf("the canary is seen: %s", all)
	}
	if c, err := x.Record(t.Context(), "a/0/1"); err != nil || c.Value != nil || c.Key != nil || c.Format != FormatNull {
		t.Errorf("a null: %+v, %v", c, err)
	}
	if c, err := x.Record(t.Context(), "a/0/2"); err != nil || c.Value != nil || c.Format != FormatBatch || c.Covers != 5 {
		t.Errorf("a batch: %+v, %v", c, err)
	}
	for _, id := range []string{"a/0/3", "a/1/0", "b/0/0", "a/0", "a/0/00", ""} {
		if _, err := x.Record(t.Context(), id); !errors.Is(err, ErrNotFound) {
			t.Errorf("%q: %v", id, err)
		}
	}
}

func headerBytes(k1 string, v1 []byte, k2 string, v2 []byte) []byte {
	h := headerWriter{}
	h.add(k1, v1)
	h.add(k2, v2)
	return h.dst
}
