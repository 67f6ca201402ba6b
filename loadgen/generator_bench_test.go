package loadgen

import "testing"

func BenchmarkGenerate(b *testing.B) {
	g := New(Config{Seed: 1, Faults: 0.01, Framed: 0.02})
	var buf []byte
	var bytes int64
	b.ReportAllocs()
	for b.Loop() {
		value, _, _, _, _ := g.Next(buf[:0])
		if cap(value) > cap(buf) {
			buf = value[:0]
		}
		bytes += int64(len(value))
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
	b.ReportMetric(float64(bytes)/float64(b.N), "B/record")
}
