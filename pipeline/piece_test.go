package pipeline

import (
	"encoding/binary"
	"testing"

	"github.com/winnow-data/winnow/pipeline/verdicts"
	"github.com/winnow-data/winnow/wire"
)

// A batch whose lastOffsetDelta lies (its CRC does not fit) is followed by another one in the set. The worker believes the follower, the
// fetch believes the lie: what lies between is never fetched, and is then counted as compacted away.
func TestALieInTheMiddleLosesNothing(t *testing.T) {
	liar := batch(10, wire.CodecNone, good, good, good, good, good)
	binary.BigEndian.PutUint32(liar[23:], 100)
	f := &fetched{Fetched: wire.Fetched{Set: append(liar, batch(15, wire.CodecNone, good, good)...), HighWatermark: 1000}}
	asked := f.nextFrom(10)
	w, g := newTestWorker(testPlan(t, ""), 10)
	if err := w.judgeSet(f); err != nil {
		t.Fatal(err)
	}
	if asked != w.next {
		t.Errorf("the gate stands at %d, and fetches from %d on", w.next, asked)
	}
	later := &fetched{Fetched: wire.Fetched{Set: batch(asked, wire.CodecNone, good), HighWatermark: 1000}}
	if err := w.judgeSet(later); err != nil {
		t.Fatal(err)
	}
	if n := g.account(t, 10, w.next).Skipped[verdicts.CauseCompacted]; n != 0 {
		t.Errorf("%d records that are in the log were counted as compacted away", n)
	}
}

// The same, where the set ends in a cut batch, and the claim goes beyond the log's end.
func TestALieBeforeACutBatchLosesNothing(t *testing.T) {
	liar := batch(10, wire.CodecNone, good, good, good, good, good)
	binary.BigEndian.PutUint32(liar[23:], 5000)
	f := &fetched{Fetched: wire.Fetched{Set: append(liar, batch(15, wire.CodecNone, good, good)[:40]...), HighWatermark: 200}}
	asked := f.nextFrom(10)
	w, _ := newTestWorker(testPlan(t, ""), 10)
	if err := w.judgeSet(f); err != nil {
		t.Fatal(err)
	}
	if asked != w.next {
		t.Errorf("the gate stands at %d, and fetches from %d on", w.next, asked)
	}
}

// A broker answers an offset inside of a batch with that batch. What cannot be believed must not keep the fetch at one place for ever.
func TestFetchGetsOn(t *testing.T) {
	wrong := batch(10, wire.CodecNone, good, good)
	binary.BigEndian.PutUint32(wrong[23:], 1<<30)
	large := wire.Oversize{Size: 100 << 20}
	copy(large.Header[:], batch(10, wire.CodecNone, good))
	binary.BigEndian.PutUint32(large.Header[23:], 1<<21) // two million records: a batch may have them
	for name, f := range map[string]*fetched{
		"wrong header": {Fetched: wire.Fetched{Set: wrong, HighWatermark: 12}},
		"large batch":  {Fetched: wire.Fetched{TooLarge: &large, HighWatermark: 5 << 20}},
	} {
		at := int64(10)
		for range 3 { // each time the same answer, as long as the offset lies in the batch
			next := f.nextFrom(at)
			if next <= at {
				t.Errorf("%s: the fetch stays at %d for ever (chain.fetch asks again at once, without a pause)", name, at)
				break
			}
			at = next
		}
	}
}

// The base offset is not covered by the CRC. One beyond the log's end is a lie, and must not move the gate there.
func TestABaseBeyondTheLog(t *testing.T) {
	far := batch(1<<40, wire.CodecNone, good)
	f := &fetched{Fetched: wire.Fetched{Set: append(far, batch(11, wire.CodecNone, good)...), HighWatermark: 12}}
	w, _ := newTestWorker(testPlan(t, ""), 10)
	if err := w.judgeSet(f); err != nil {
		t.Fatal(err)
	}
	if w.next > 12 || f.nextFrom(10) > 12 {
		t.Errorf("the log ends at 12; the gate offset is %d, the next fetch from %d", w.next, f.nextFrom(10))
	}
}

// A broken batch that comes a second time (the broker believes its header) was accounted for.
func TestABrokenBatchTwice(t *testing.T) {
	liar := batch(10, wire.CodecNone, good, good, good, good, good)
	binary.BigEndian.PutUint32(liar[23:], 100) // the broker finds this batch for every offset up to 110
	first := &fetched{Fetched: wire.Fetched{Set: append(append([]byte(nil), liar...), batch(15, wire.CodecNone, good, good)...), HighWatermark: 18}}
	w, g := newTestWorker(testPlan(t, ""), 10)
	if err := w.judgeSet(first); err != nil {
		t.Fatal(err)
	}
	set := append(append([]byte(nil), liar...), batch(15, wire.CodecNone, good, good)...)
	again := &fetched{Fetched: wire.Fetched{Set: append(set, batch(17, wire.CodecNone, good)...), HighWatermark: 18}}
	if err := w.judgeSet(again); err != nil {
		t.Fatal(err)
	}
	if sum := g.account(t, 10, 18); sum.Passed != 3 || len(g.rejected) != 1 {
		t.Errorf("the good record 17 was not passed: %+v, %v", sum, g.rejected)
	}
}

// A broker takes the high watermark down before it reads (Partition.readRecords: initialHighWatermark), and reads up to the one of a moment
// later: so under load an answer holds good batches that lie beyond the high watermark that it names. They are not unreadable.
func TestAnOldHighWatermarkIsNoFault(t *testing.T) {
	set := append(batch(10, wire.CodecNone, good, good), batch(12, wire.CodecNone, good, good, good)...)
	f := &fetched{Fetched: wire.Fetched{Set: set, HighWatermark: 12, LastStable: 12}}
	w, g := newTestWorker(testPlan(t, ""), 10)
	if err := f.cut(10); err != nil {
		t.Fatal(err)
	}
	if err := w.set(f); err != nil {
		t.Fatal(err)
	}
	if len(g.rejected) != 0 {
		t.Errorf("good batches were rejected: %v", g.rejected)
	}
}

// The broker answers every offset that a broken header claims with the broken batch first. When that fills the answer, the rest of the log is
// never seen: the fetch asks for the same again, at once and for ever.
func TestABrokenBatchThatFillsTheAnswer(t *testing.T) {
	liar := batch(10, wire.CodecNone, good, good, good, good, good)
	binary.BigEndian.PutUint32(liar[23:], 100)
	f := &fetched{Fetched: wire.Fetched{Set: append(liar, batch(15, wire.CodecNone, good, good)[:40]...), HighWatermark: 200}}
	if err := f.cut(17); err == nil && f.next <= 17 {
		t.Error("no piece, no progress, and no error: chain.fetch turns in a circle without a pause")
	}
}
