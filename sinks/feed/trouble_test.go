package feed

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/winnow-data/winnow/pipeline/judge"
	"github.com/winnow-data/winnow/pipeline/verdicts"
)

// write writes an entry of the verdict log of numbers/0.
func (w *world) write(e verdicts.Entry) {
	w.t.Helper()
	if e.Contract == "" {
		e.Contract = w.plan.Contract.Hash
	}
	if err := e.Close(e.To); err != nil {
		w.t.Fatal(err)
	}
	text, err := json.Marshal(e)
	if err != nil {
		w.t.Fatal(err)
	}
	if err := w.kgo.ProduceSync(context.Background(), &kgo.Record{Topic: "numbers.verdicts", Value: text}).FirstErr(); err != nil {
		w.t.Fatal(err)
	}
}

// verdictLog makes the verdict log without a gate.
func (w *world) verdictLog() {
	w.t.Helper()
	if _, err := w.client.EnsureTopic(w.t.Context(), "numbers.verdicts", 3, 1, nil); err != nil {
		w.t.Fatal(err)
	}
}

// position sets the feed's position in numbers/0, as a person would.
func (w *world) position(feed string, offset int64) {
	w.t.Helper()
	_, err := w.client.Kafka().OffsetCommit(w.t.Context(), &kafka.OffsetCommitRequest{GroupID: "winnow.feed." + feed, GenerationID: -1,
		Topics: map[string][]kafka.OffsetCommit{"numbers": {{Partition: 0, Offset: offset}}}})
	if err != nil {
		w.t.Fatal(err)
	}
}

// standsStill waits until the feed says why, with all of these words.
func standsStill(t *testing.T, h *Host, feed string, cause Cause, words ...string) {
	t.Helper()
	eventually(t, "it says "+strings.Join(words, ", "), func() bool {
		st := h.Feed(feed).status()
		for _, word := range words {
			if !strings.Contains(st.Trouble, word) {
				return false
			}
		}
		return st.Cause == cause
	})
}

func TestAPositionBehindTheVerdictsIsRefused(t *testing.T) {
	w := newWorld(t)
	w.produce(100)
	w.verdictLog()
	w.position("a", 10)
	w.write(verdicts.Entry{From: 50, To: 60, Passed: 10})
	h := w.host(1<<20, Spec{Name: "a", Records: 5})
	w.run(h.Run)
	standsStill(t, h, "a", CauseKafka, "offsets 10 to 49 of numbers/0 are missing, 40 of them", "set the offset of the feed's group to 50")
}

func TestRecordsThatRetentionTookAreRefused(t *testing.T) {
	w := newWorld(t)
	w.produce(100)
	w.verdictLog()
	w.position("a", 10)
	w.write(verdicts.Entry{From: 0, To: 3, Passed: 3})
	w.write(verdicts.Entry{From: 3, To: 90, Passed: 87})
	w.deleteBelow(70)
	h := w.host(1<<20, Spec{Name: "a", Records: 5})
	w.run(h.Run)
	standsStill(t, h, "a", CauseKafka, "records 10 to 69 of numbers/0 are gone, 60 of them", "set the offsets of its group to 70")
}

// A feed that was never there before does not miss what is gone.
func TestANewFeedBeginsWithWhatThereIs(t *testing.T) {
	w := newWorld(t)
	w.produce(100)
	w.verdictLog()
	w.write(verdicts.Entry{From: 0, To: 50, Passed: 45, Failed: tens(0, 50)})
	w.write(verdicts.Entry{From: 50, To: 100, Passed: 45, Failed: tens(50, 100)})
	w.deleteBelow(30)
	h := w.host(1<<20, Spec{Name: "a", Records: 63})
	w.run(h.Run)
	b := next(t, h.Feed("a"), 0)
	defer b.Release()
	if got := ns(b.Columns()); got[0] != 30 || got[62] != 99 {
		t.Errorf("%v", got)
	}
}

// tens are the offsets of value's bad records.
func tens(from, to int64) (rs []verdicts.Range) {
	for o := from; o < to; o++ {
		if o%10 == 3 {
			rs = verdicts.AddOffset(rs, o)
		}
	}
	return rs
}

func (w *world) deleteBelow(offset int64) {
	w.t.Helper()
	var offsets kadm.Offsets
	offsets.AddOffset("numbers", 0, offset, -1)
	if _, err := kadm.NewClient(w.kgo).DeleteRecords(w.t.Context(), offsets); err != nil {
		w.t.Fatal(err)
	}
}

func TestAContractThatIsNotThereIsTold(t *testing.T) {
	w := newWorld(t)
	w.produce(10)
	w.verdictLog()
	w.write(verdicts.Entry{From: 0, To: 10, Passed: 9, Failed: tens(0, 10), Contract: "sha256:another"})
	h := w.host(1<<20, Spec{Name: "a", Records: 5})
	w.run(h.Run)
	standsStill(t, h, "a", CauseKafka, "judged under the contract sha256:another, which this winnow does not have")
}

// An old version of the contract decodes what was judged under it, if it is there.
func TestAnOldContractServes(t *testing.T) {
	w := newWorld(t)
	w.produce(10)
	w.verdictLog()
	old := testPlan(t, strings.Replace(contractText, "    n: {type: integer}", "    first: {type: string}\n    n: {type: integer}", 1)) // its columns lie elsewhere
	w.write(verdicts.Entry{From: 0, To: 10, Passed: 9, Failed: tens(0, 10), Contract: old.Contract.Hash})
	w.former = append(w.former, old)
	h := w.host(1<<20, Spec{Name: "a", Records: 9, Columns: []string{"/n", "/team"}})
	w.run(h.Run)
	b := next(t, h.Feed("a"), 0)
	defer b.Release()
	if got := ns(b.Columns()); len(got) != 9 || got[8] != 9 {
		t.Error(got)
	}
	w.former = []*judge.Plan{testPlan(t, strings.Replace(contractText, "n: {type: integer}", "n: {type: number}", 1))}
	_, err := New(Config{Client: w.client, Specs: []Spec{{Name: "a", Topics: []string{"numbers"}, Records: 1, Shards: 1}}, Memory: 1 << 20, Batch: 1 << 20, Commit: time.Second,
		Refresh: time.Second, Plans: func(string) []*judge.Plan { return append([]*judge.Plan{w.plan}, w.former...) }, Log: slog.New(slog.DiscardHandler)})
	if err == nil || !strings.Contains(err.Error(), "has other types in the former contract sha256:") {
		t.Error(err)
	}
}

func TestAVerdictThatIsNotOneIsTold(t *testing.T) {
	w := newWorld(t)
	w.produce(10)
	w.verdictLog()
	if err := w.kgo.ProduceSync(t.Context(), &kgo.Record{Topic: "numbers.verdicts", Value: []byte(`{"from":"private"}`)}).FirstErr(); err != nil {
		t.Fatal(err)
	}
	h := w.host(1<<20, Spec{Name: "a", Records: 5})
	w.run(h.Run)
	standsStill(t, h, "a", CauseKafka, "numbers.verdicts/0/0 is not an entry of a verdict log")
	if strings.Contains(h.Feed("a").status().Trouble, "private") {
		t.Error("the trouble holds content")
	}
}

// A verdict that lets a record through that does not decode is told, and no other row takes its place.
func TestAVerdictThatContradictsTheRecordsIsTold(t *testing.T) {
	w := newWorld(t)
	w.verdictLog()
	if err := w.kgo.ProduceSync(t.Context(), &kgo.Record{Topic: "numbers", Value: []byte("no json")}, &kgo.Record{Topic: "numbers", Value: []byte(`{"n":1}`)}).FirstErr(); err != nil {
		t.Fatal(err)
	}
	w.write(verdicts.Entry{From: 0, To: 2, Passed: 2})
	h := w.host(1<<20, Spec{Name: "a", Records: 2})
	w.run(h.Run)
	standsStill(t, h, "a", CauseKafka, "offsets from 0 on of numbers/0 passed")
}

func TestABatchLargerThanTheBudgetIsTold(t *testing.T) {
	w := newWorld(t)
	w.produce(10_000)
	h := w.host(1<<20, Spec{Name: "large", Records: 25_000}, Spec{Name: "small", Records: 10})
	w.gate(h)
	stop := w.run(h.Run)
	standsStill(t, h, "large", CauseBudget, "host.memory is too small", "raise it, or lower batch.records")
	for range 100 { // the other one goes on
		b := next(t, h.Feed("small"), 0)
		if used := h.cache.mem.Used(); used > 1<<20 {
			t.Fatalf("%d bytes are used", used)
		}
		b.Release()
	}
	stop()
	if used := h.cache.mem.Used(); used != 0 {
		t.Errorf("%d bytes were not given back", used)
	}
}

// So is a single record that is.
func TestARecordLargerThanTheBudgetIsTold(t *testing.T) {
	w := newWorld(t)
	w.verdictLog()
	large := `{"n":0,"team":"` + strings.Repeat("x", 100_000) + `"}`
	if err := w.kgo.ProduceSync(t.Context(), &kgo.Record{Topic: "numbers", Value: []byte(large)}).FirstErr(); err != nil {
		t.Fatal(err)
	}
	w.write(verdicts.Entry{From: 0, To: 1, Passed: 1})
	h := w.host(64<<10, Spec{Name: "a", Records: 1})
	w.run(h.Run)
	standsStill(t, h, "a", CauseBudget, "host.memory is too small", "records from 0 on of numbers/0", "raise it")
}

// A topic that does not exist is waited for, and told.
func TestATopicThatComesLate(t *testing.T) {
	w := newWorld(t)
	h := w.host(1<<20, Spec{Name: "a", Records: 5, Topics: []string{"late"}})
	w.run(h.Run)
	standsStill(t, h, "a", CauseKafka, "topic late does not exist yet")
	if _, err := w.client.EnsureTopic(t.Context(), "late", 1, 1, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := w.client.EnsureTopic(t.Context(), "late.verdicts", 1, 1, nil); err != nil {
		t.Fatal(err)
	}
	text := fmt.Appendf(nil, `{"from":0,"to":5,"records":5,"passed":5,"contract":%q}`, w.plan.Contract.Hash)
	rs := []*kgo.Record{{Topic: "late.verdicts", Value: text}}
	for i := range 5 {
		rs = append(rs, &kgo.Record{Topic: "late", Value: []byte(value(0, i+4))})
	}
	if err := w.kgo.ProduceSync(t.Context(), rs...).FirstErr(); err != nil {
		t.Fatal(err)
	}
	b := next(t, h.Feed("a"), 0)
	defer b.Release()
	if got := ns(b.Columns()); !slices.Equal(got, []int64{4, 5, 6, 7, 8}) {
		t.Error(got)
	}
	eventually(t, "the trouble is over", func() bool { return h.Feed("a").status().Trouble == "" })
}

func TestFeedsThatCannotBe(t *testing.T) {
	w := newWorld(t)
	other := testPlan(t, strings.Replace(contractText, "n: {type: integer}", "n: {type: string}", 1))
	plans := func(topic string) []*judge.Plan {
		switch topic {
		case "numbers":
			return []*judge.Plan{w.plan}
		case "texts":
			return []*judge.Plan{other}
		}
		return nil
	}
	for want, spec := range map[string]Spec{
		"topic nowhere has no contract": {Name: "a", Records: 1, Shards: 1, Topics: []string{"nowhere"}},
		"there is no column /m":         {Name: "a", Records: 1, Shards: 1, Topics: []string{"numbers"}, Columns: []string{"/m"}},
		"do not have the same columns":  {Name: "a", Records: 1, Shards: 1, Topics: []string{"numbers", "texts"}, Columns: []string{"/n"}},
		"records and shards above 0":    {Name: "a", Topics: []string{"numbers"}},
	} {
		_, err := New(Config{Client: w.client, Specs: []Spec{spec}, Memory: 1 << 20, Batch: 1 << 20, Commit: time.Second, Refresh: time.Second, Plans: plans, Log: slog.New(slog.DiscardHandler)})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", want, err)
		}
	}
	if _, err := New(Config{}); err == nil || strings.Count(err.Error(), "\n") < 3 {
		t.Errorf("not every fault is told: %v", err)
	}
}
