package quarantine

import (
	"context"
	"fmt"
	"runtime"
	"testing"

	"github.com/twmb/franz-go/pkg/kfake"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/wire"
)

// sinkhole takes everything at no cost.
type sinkhole struct{}

func (sinkhole) Produce(context.Context, string, int, []byte) (int64, error) { return 0, nil }

func (sinkhole) TopicConfig(context.Context, string) (map[string]string, error) {
	return map[string]string{"max.message.bytes": "1048588"}, nil
}

// flights is n failed records of about 390 bytes, as the worst of inputs has them.
func flights(n int) []winnow.Rejected {
	rs := make([]winnow.Rejected, n)
	for i := range rs {
		value := fmt.Appendf(nil, `{"year":2013,"month":%d,"day":%d,"dep_time":%d,"sched_dep_time":515,"dep_delay":%d,"arr_time":%d,"sched_arr_time":819,`+
			`"arr_delay":"NA","carrier":"UA","flight":%d,"tailnum":"N%05d","origin":"EWR","dest":"IAH","air_time":%d,"distance":1400,"hour":5,"minute":15,`+
			`"time_hour":"2013-01-01T05:00:00Z","notes":"%0100d"}`, i%12+1, i%28+1, i%2400, i%90, i%2360, i%9999, i%4000, i%400, i*7919)
		rs[i] = winnow.Rejected{
			Record:  winnow.Record{Offset: int64(i), Time: 1_700_000_000_000 + int64(i), Key: fmt.Appendf(nil, "%d", i), Value: value},
			Reasons: []winnow.Reason{{Rule: "type", Pointer: "/arr_delay"}}, Contract: "sha256:0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0",
			Team: "UA", User: fmt.Sprintf("N%05d", i%4000), Covers: 1,
		}
	}
	return rs
}

// BenchmarkWriter encodes batches, with compression, and leaves out Kafka: go test -bench Writer ./sinks/quarantine
func BenchmarkWriter(b *testing.B) {
	rs := flights(10_000)
	bytes := 0
	for i := range rs {
		bytes += len(rs[i].Record.Value)
	}
	w := newWriter(sinkhole{}, quiet(), clock0)
	b.ReportAllocs()
	b.SetBytes(int64(bytes))
	for b.Loop() {
		if err := w.Write(b.Context(), "flights", 0, rs); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(rs))*float64(b.N)/b.Elapsed().Seconds(), "records/s")
}

// BenchmarkIndex rebuilds the index from an embedded Kafka.
func BenchmarkIndex(b *testing.B) {
	const n = 200_000
	w := newWorld(b, kfake.SeedTopics(1, "flights.quarantine"))
	writer := NewWriter(w.client, quiet(), clock0)
	rs := flights(10_000)
	for start := 0; start < n; start += len(rs) {
		for i := range rs {
			rs[i].Record.Offset = int64(start + i)
		}
		if err := writer.Write(b.Context(), "flights", 0, rs); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		x := NewIndex(w.client, Config{Log: quiet(), Match: func(string) bool { return true }})
		if err := x.refresh(b.Context()); err != nil {
			b.Fatal(err)
		}
		if err := x.sweep(b.Context(), &tail{slab: wire.NewSlab(1 << 20), open: wire.NewDecompressor(8 << 20)}); err != nil {
			b.Fatal(err)
		}
		if c, _ := x.Groups(Filter{}); c.Records != n {
			b.Fatalf("%+v", c)
		}
	}
	b.ReportMetric(n*float64(b.N)/b.Elapsed().Seconds(), "records/s")
}

// A million records of a hundred thousand users stay far below what a host can spare.
func TestIndexMemory(t *testing.T) {
	const n = 1_000_000
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	x := fed(t, Config{Records: n})
	f := &follow{shelf: *newShelf()}
	x.parts[part{"s", 0}] = f
	reasons := []byte(`[{"rule":"type","pointer":"/arr_delay"}]`)
	var user []byte
	for i := range int64(n) {
		user = fmt.Appendf(user[:0], "user-%d", i%maxUsers)
		x.add(part{"s", 0}, f, &meta{source: i, at: i, time: i, covers: 1, reasons: reasons, team: []byte("UA"), user: user})
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if per := float64(after.HeapAlloc-before.HeapAlloc) / n; per > 64 {
		t.Errorf("%.0f bytes a record, want at most 64", per)
	}
	if x.entries != n {
		t.Errorf("%d entries", x.entries)
	}
	runtime.KeepAlive(x)
}
