package feed

import (
	"runtime"
	"testing"

	"github.com/winnow-data/winnow/pipeline/verdicts"
)

// plainPieces is one piece, of offsets all of which passed.
func plainPieces(p part, from, to int64) []piece {
	e := verdicts.Entry{From: from, To: to, Records: to - from, Passed: to - from, Contract: "hash"}
	return []piece{{part: p, from: from, to: to, entry: e, rows: []verdicts.Range{{From: from, To: to}}, count: int(to - from)}}
}

// A rig makes batches of so many rows of chunks of so many, over and over.
type rig struct {
	feed *Feed
	plan [][]piece
	next int
}

func newRig(t testing.TB, chunks int, chunk, batch int64) *rig {
	t.Helper()
	m := NewMemory(256 << 20)
	g := &rig{feed: bareFeed(t, m)}
	p, end := part{"t", 0}, int64(chunks)*chunk
	for from := int64(0); from < end; from += chunk {
		g.feed.host.cache.put(newChunk(t, m, p, from, from+chunk))
	}
	for from := int64(0); from+batch <= end; from += batch {
		g.plan = append(g.plan, plainPieces(p, from, from+batch))
	}
	return g
}

func (g *rig) make(t testing.TB) {
	b, err := g.feed.makeBatch(t.Context(), g.plan[g.next%len(g.plan)])
	if err != nil {
		t.Fatal(err)
	}
	g.next++
	b.Release()
}

// However many records a batch has, making it allocates as much: nothing for a record.
func TestABatchAllocatesNothingPerRecord(t *testing.T) {
	for name, c := range map[string]struct {
		chunk func(batch int64) int64
		most  float64
	}{
		"shared": {func(batch int64) int64 { return 8 * batch }, 25},
		"copied": {func(batch int64) int64 { return batch*3/4 + 1 }, 60}, // so that every batch crosses from one to another
	} {
		var allocs []float64
		for _, batch := range []int64{16, 4096} {
			g := newRig(t, 8, c.chunk(batch), batch)
			for range 2 * len(g.plan) {
				g.make(t)
			}
			allocs = append(allocs, testing.AllocsPerRun(4*len(g.plan), func() { g.make(t) }))
		}
		if allocs[1] > allocs[0]+2 || allocs[1] > c.most {
			t.Errorf("%s: %v allocations for a batch of 16 records, %v for one of 4096", name, allocs[0], allocs[1])
		}
	}
}

func benchmarkBatch(b *testing.B, chunks int, chunk int64) {
	b.Helper()
	const batch = 1024
	g := newRig(b, chunks, chunk, batch)
	for range 2 * len(g.plan) {
		g.make(b)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for b.Loop() {
		g.make(b)
	}
	runtime.ReadMemStats(&after)
	records := float64(b.N) * batch
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/records, "ns/record")
	b.ReportMetric(float64(after.Mallocs-before.Mallocs)/records, "allocs/record")
}

// BenchmarkBatchShared makes batches of 1024 records that are slices of one chunk.
func BenchmarkBatchShared(b *testing.B) { benchmarkBatch(b, 4, 32<<10) }

// BenchmarkBatchCopied makes batches of 1024 records each of which crosses from one chunk to another.
func BenchmarkBatchCopied(b *testing.B) { benchmarkBatch(b, 64, 1000) }
