package sensitive

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/winnow-data/winnow"
)

// trainingRecords gives records of about 390 bytes as models train on them: numbers, a few words, no findings.
func trainingRecords(n int) [][]byte {
	r := rand.New(rand.NewPCG(1, 2))
	words := []string{"login", "from", "a", "new", "device", "in", "the", "usual", "region", "after", "two", "attempts", "checkout", "cart"}
	docs := make([][]byte, n)
	for i := range docs {
		text := ""
		for range 16 {
			text += words[r.IntN(len(words))] + " "
		}
		docs[i] = fmt.Appendf(nil, `{"id":%d,"event_time":"2024-0%d-1%dT0%d:30:1%d.%03dZ","carrier":"UA","tailnum":"N%dUA",`+
			`"features":{"age":%d,"amount":%.2f,"score":%.6f,"ratio":%.4f,"clicks":%d,"active":%v,"embedding":[%.5f,%.5f,%.5f,%.5f]},`+
			`"session":"%08x","text":"%s","label":%d}`,
			1_000_000+i, 1+r.IntN(9), r.IntN(9), r.IntN(9), r.IntN(9), r.IntN(1000), 10000+r.IntN(80000),
			18+r.IntN(60), r.Float64()*1000, r.Float64(), r.Float64(), r.IntN(500), r.IntN(2) == 0,
			r.NormFloat64(), r.NormFloat64(), r.NormFloat64(), r.NormFloat64(), r.Uint32(), text, r.IntN(2))
	}
	return docs
}

// floatRecords gives records that are vectors in full precision: a long run of digits every 20 bytes, and no card.
func floatRecords(n int) [][]byte {
	r := rand.New(rand.NewPCG(5, 6))
	docs := make([][]byte, n)
	for i := range docs {
		docs[i] = fmt.Appendf(nil, `{"id":%d,"v":[`, i)
		for range 18 {
			docs[i] = fmt.Appendf(docs[i], "%v,", r.NormFloat64())
		}
		docs[i] = append(docs[i], "0]}"...)
	}
	return docs
}

// denseRecords gives records that are hardly more than their findings.
func denseRecords(n int) [][]byte {
	r := rand.New(rand.NewPCG(3, 4))
	docs := make([][]byte, n)
	for i := range docs {
		docs[i] = fmt.Appendf(nil, `{"u":"user%d@example.com","c":"4111 1111 1111 1111","i":"DE89370400440532013000","s":"460-89-%04d"}`,
			i, 1+r.IntN(9998))
	}
	return docs
}

func escapedRecords(n int) [][]byte {
	docs := trainingRecords(n)
	for i := range docs {
		docs[i] = append([]byte(`{"note":"line\none \"quoted\" \u00e9","r":`), append(docs[i], '}')...)
	}
	return docs
}

func BenchmarkScan(b *testing.B) {
	for name, docs := range map[string][][]byte{
		"training": trainingRecords(1024), "floats": floatRecords(1024), "dense": denseRecords(1024), "escaped": escapedRecords(1024),
	} {
		b.Run(name, func(b *testing.B) {
			s := NewScanner()
			var spans []winnow.Span
			size, found := 0, 0
			for _, d := range docs {
				size += len(d)
			}
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				for _, d := range docs {
					spans = s.Scan(d, spans[:0])
					found += len(spans)
				}
			}
			b.ReportMetric(float64(found)/float64(b.N*len(docs)), "findings/record")
			b.ReportMetric(float64(size)/float64(len(docs)), "B/record")
		})
	}
}
