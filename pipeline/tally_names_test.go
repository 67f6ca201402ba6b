package pipeline

import (
	"encoding/binary"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v15/arrow/array"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/pipeline/judge"
	"github.com/winnow-data/winnow/wire"
)

// Names come from records: however long they are, what a Counter keeps of 4,096 of them is small.
func TestLongNamesAreNotKept(t *testing.T) {
	c := NewTally(100, nil).NewCounter("numbers", "contract", nil)
	name := make([]byte, 64<<10)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for i := range uint64(2000) {
		binary.BigEndian.PutUint64(name, i)
		c.Count(winnow.Passed, false, 1, nil, []byte("a"), name)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if kept := int64(after.HeapAlloc) - int64(before.HeapAlloc); kept > 16<<20 {
		t.Errorf("%d MiB are kept for 2,000 users' names of 64 KiB", kept>>20)
	}
	runtime.KeepAlive(c)
}

// oddRows fails every row with an odd n, under a rule that tags.
type oddRows struct{}

func (oddRows) Check(b *winnow.Batch, f winnow.Findings) {
	n := b.Columns.Column(b.Columns.Schema().FieldIndices("n")[0]).(*array.Int64)
	for row := range n.Len() {
		if n.Value(row)%2 == 1 {
			f.Row(row, "/n")
		}
	}
}

func (oddRows) Close(winnow.Findings) {}

// Shadow mode shows what enforcing would do: a record that is tagged when enforced is no error there, either.
func TestShadowCountsTheSameErrors(t *testing.T) {
	for _, mode := range []string{"enforce", "shadow"} {
		plan := testPlan(t, "mode: "+mode+"\n")
		plan.Checks = []judge.Check{{Name: "odd", OnFail: winnow.OnFailTag}}
		plan.NewRules = func() []winnow.Rule { return []winnow.Rule{oddRows{}} }
		w, _ := newTestWorker(plan, 0)
		if err := w.judgeSet(&fetched{Fetched: wire.Fetched{Set: batch(0, wire.CodecNone, `{"n":1,"team":"a"}`, `{"n":2,"team":"a"}`)}}); err != nil {
			t.Fatal(err)
		}
		if got := rows(t, w.count.tally, ByTeam); got != "a 0/2\n" {
			t.Errorf("%s: %s", mode, got)
		}
	}
}

// An unreadable batch of a topic whose team is fixed belongs to that team.
func TestAnUnreadableBatchHasATeam(t *testing.T) {
	plan := testPlan(t, "")
	plan.Contract.Team.Pointer, plan.Contract.Team.Value = "", "delay"
	broken := batch(0, wire.CodecNone, good)
	broken[len(broken)-1] ^= 1
	w, _ := newTestWorker(plan, 0)
	if err := w.judgeSet(&fetched{Fetched: wire.Fetched{Set: broken, HighWatermark: 1}}); err != nil {
		t.Fatal(err)
	}
	if got := rows(t, w.count.tally, ByTeam); got != "delay 1/1\n" {
		t.Error(got)
	}
}

// BenchmarkCount shows what a Counter costs when there are more users than it remembers.
func BenchmarkCount(b *testing.B) {
	for _, users := range []int{1000, 100_000, 1_000_000} {
		b.Run(fmt.Sprint(users), func(b *testing.B) {
			names := make([][]byte, users)
			for i := range names {
				names[i] = fmt.Appendf(nil, "user-%d", i*7919%users)
			}
			c := NewTally(100_000, nil).NewCounter("numbers", "contract", atScanner{})
			i := 0
			b.ReportAllocs()
			for b.Loop() {
				c.Count(winnow.Passed, false, 1, nil, []byte("a"), names[i%users])
				if i++; i%1024 == 0 {
					c.to.apply()
				}
			}
		})
	}
}

// A few kilobytes a partition must not hold the memory of the largest batch for ever: 64 partitions with one such batch each would keep
// 64 times Limits.Batch several times over.
func TestALargeBatchIsForgotten(t *testing.T) {
	const limit, partitions = 16 << 20, 8
	large := batch(0, wire.CodecZstd, `{"n":1,"more":"`+strings.Repeat("x", limit-1024)+`"}`, bad+strings.Repeat(" ", 10))
	small := batch(2, wire.CodecZstd, good, bad)
	t.Logf("%d bytes a partition", len(large))
	plan := testPlan(t, "")
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	workers := make([]*worker, partitions)
	for i := range workers {
		w, _ := newTestWorker(plan, 0)
		w.decompressor = wire.NewDecompressor(limit)
		w.hand = func(j *job) (*job, error) { j.apply(); j.reset(); return j, nil }
		for _, set := range [][]byte{large, small} {
			if err := w.judgeSet(&fetched{Fetched: wire.Fetched{Set: set}}); err != nil {
				t.Fatal(err)
			}
		}
		workers[i] = w
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if kept := int64(after.HeapAlloc) - int64(before.HeapAlloc); kept > partitions*limit/8 {
		t.Errorf("%d MiB are kept: %d MiB a partition", kept>>20, kept>>20/partitions)
	}
	runtime.KeepAlive(workers)
}
