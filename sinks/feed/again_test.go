package feed

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/winnow-data/winnow/pipeline/judge"
	"github.com/winnow-data/winnow/pipeline/verdicts"
)

// never watches for a while that it is not so.
func never(t *testing.T, what string, d time.Duration, so func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(d)
	for {
		select {
		case <-tick.C:
			if so() {
				t.Fatal(what)
			}
		case <-limit:
			return
		}
	}
}

// judgedTo waits until the feeds know of verdicts up to n in each partition.
func judgedTo(t *testing.T, h *Host, n int) {
	t.Helper()
	eventually(t, fmt.Sprintf("%d are judged", n), func() bool {
		for p := range 3 {
			if fo := h.follower(part{"numbers", p}); fo == nil || fo.end() < int64(n) {
				return false
			}
		}
		return true
	})
}

// A feed that begins at the end has a position from then on, though it has trained on nothing: the next process goes on there.
func TestLatestIsAPositionAtOnce(t *testing.T) {
	w := newWorld(t)
	w.produce(10)
	w.gate(nil)
	begin := func() (*Host, func()) {
		h, err := New(Config{Client: w.client, Specs: []Spec{{Name: "a", Topics: []string{"numbers"}, Records: 100, Shards: 1}}, Memory: 8 << 20, Batch: 64 << 20,
			FromLatest: true, Commit: 20 * time.Millisecond, Refresh: 20 * time.Millisecond, Plans: func(string) []*judge.Plan { return []*judge.Plan{w.plan} },
			Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		return h, w.run(h.Run)
	}
	eventually(t, "all is judged", func() bool {
		for p := range 3 {
			if _, end, err := w.client.Offsets(t.Context(), "numbers.verdicts", p); err != nil || end == 0 {
				return false
			}
		}
		return true
	})
	h, stop := begin()
	eventually(t, "it is open", func() bool { return len(h.Feed("a").status().Positions) == 3 })
	if st := h.Feed("a").status(); st.Behind != 0 || st.Positions[0].Offset != 10 {
		t.Errorf("a feed that begins at the end: %+v", st)
	}
	w.produce(20) // 54 good ones: no batch yet
	judgedTo(t, h, 30)
	stop()
	h, _ = begin()
	w.produce(100)
	b := next(t, h.Feed("a"), 0)
	defer b.Release()
	if got := ns(b.Columns()); got[0] != 10 {
		t.Errorf("records 10 to %d, which the first process saw, are in no batch", got[0]-1)
	}
}

// The advice is the same however often it is given, and what contradicts itself is used by no retry.
func TestTroubleDoesNotWearOff(t *testing.T) {
	w := newWorld(t)
	w.produce(100)
	w.verdictLog()
	w.position("gap", 10)
	w.write(verdicts.Entry{From: 50, To: 60, Passed: 9, Failed: tens(50, 60)})
	w.write(verdicts.Entry{From: 60, To: 70, Passed: 9, Failed: tens(60, 70)})
	bad := fmt.Sprintf(`{"from":70,"to":80,"records":10,"passed":3,"failed":[[73,74]],"contract":%q}`, w.plan.Contract.Hash)
	if err := w.kgo.ProduceSync(t.Context(), &kgo.Record{Topic: "numbers.verdicts", Value: []byte(bad)}).FirstErr(); err != nil {
		t.Fatal(err)
	}
	w.write(verdicts.Entry{From: 80, To: 90, Passed: 9, Failed: tens(80, 90)})
	h := w.host(1<<20, Spec{Name: "gap", Records: 5}, Spec{Name: "bad", Records: 18})
	w.run(h.Run)
	standsStill(t, h, "gap", CauseKafka, "to 50 to go on there")
	next(t, h.Feed("bad"), 0).Release()
	standsStill(t, h, "bad", CauseKafka, "numbers.verdicts/0/2 is not an entry")
	never(t, "a retry has gone on behind it", retry+time.Second, func() bool {
		b, _, _ := h.Feed("bad").Take(0)
		return b != nil || !strings.Contains(h.Feed("gap").status().Trouble, "to 50 to go on there")
	})
	fo := h.follower(part{"numbers", 0})
	fo.mu.Lock()
	defer fo.mu.Unlock()
	if len(fo.recent) > 1 {
		t.Errorf("%d entries are remembered of the one in front", len(fo.recent))
	}
}

// Trouble is over when it is over, not when the next step is made.
func TestTroubleThatIsOver(t *testing.T) {
	w := newWorld(t)
	w.produce(10)
	h := w.host(8<<20, Spec{Name: "a", Records: 100})
	w.gate(h)
	w.run(h.Run)
	judgedTo(t, h, 10)
	h.Feed("a").stand(CauseKafka, errors.New("no broker"))
	eventually(t, "the trouble is over", func() bool { return h.Feed("a").status().Trouble == "" })
}

// A step whose shards do not fit together says so, and lets others have what it cannot use.
func TestAStepLargerThanTheBudgetIsTold(t *testing.T) {
	w := newWorld(t)
	w.produce(10_000)
	h := w.host(1<<20, Spec{Name: "large", Records: 5000, Shards: 5}, Spec{Name: "small", Records: 1000})
	w.gate(h)
	stop := w.run(h.Run)
	for range w.good() / 1000 {
		next(t, h.Feed("small"), 0).Release()
	}
	standsStill(t, h, "large", CauseBudget, "host.memory is too small")
	stop()
	if used := h.cache.mem.Used(); used != 0 {
		t.Errorf("%d bytes were not given back", used)
	}
}

// A queue that has become deeper is filled at once, though the log is quiet and the other shard's is full.
func TestADeeperQueueIsFilled(t *testing.T) {
	w := newWorld(t)
	w.produce(1000)
	h := w.host(8<<20, Spec{Name: "a", Records: 10, Shards: 2})
	w.gate(h)
	w.run(h.Run)
	f := h.Feed("a")
	eventually(t, "it is full", func() bool {
		f.mu.Lock()
		defer f.mu.Unlock()
		return f.depth.filled && len(f.queues[0]) == firstDepth
	})
	for range firstDepth + 1 { // one shard runs ahead
		next(t, f, 0).Release()
	}
}

// What is in the cache is not read again because something before it is not.
func TestAMissIsOneMiss(t *testing.T) {
	w := newWorld(t)
	h := w.host(64<<20, Spec{Name: "a", Records: 20})
	w.gate(h)
	w.run(h.Run)
	for i := range 10 {
		w.produce(50)
		judgedTo(t, h, 50*(i+1))
	}
	total, dropped := 0, 0
	for p := range 3 {
		h.cache.mu.Lock()
		chunks := h.cache.shelf(part{"numbers", p}).chunks
		total += len(chunks)
		k := chunks[len(chunks)/2]
		h.cache.mu.Unlock()
		h.cache.drop(k)
		dropped++
	}
	for range w.good() / 20 {
		next(t, h.Feed("a"), 0).Release()
	}
	if st := h.Feed("a").status(); st.Read > int64(dropped) {
		t.Errorf("of %d chunks %d were dropped, and %d were read from Kafka", total, dropped, st.Read)
	}
}

// A few kilobytes in Kafka can be megabytes of columns: they are taken in chunks that fit.
func TestLargeRecordsThatCompressWell(t *testing.T) {
	w := newWorld(t)
	w.verdictLog()
	var rs []*kgo.Record
	for i := range 200 {
		rs = append(rs, &kgo.Record{Topic: "numbers", Value: fmt.Appendf(nil, `{"n":%d,"team":"%s"}`, i, strings.Repeat("x", 50_000))})
	}
	if err := w.kgo.ProduceSync(t.Context(), rs...).FirstErr(); err != nil {
		t.Fatal(err)
	}
	w.write(verdicts.Entry{From: 0, To: 200, Passed: 200})
	h := w.host(4<<20, Spec{Name: "a", Records: 10})
	w.run(h.Run)
	for step := range 20 {
		b := next(t, h.Feed("a"), 0)
		if got := ns(b.Columns()); got[0] != int64(10*step) || got[9] != int64(10*step+9) {
			t.Errorf("step %d: %v", step, got)
		}
		b.Release()
	}
	for _, k := range h.cache.shelf(part{"numbers", 0}).chunks {
		if k.bytes > int64(h.most)+64<<10 {
			t.Errorf("a chunk of %d bytes", k.bytes)
		}
	}
}
