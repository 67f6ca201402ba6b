package schemas_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/xeipuuv/gojsonschema"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/schemas"
)

// benchmark decodes docs over and over, a batch being all of them.
func benchmark(b *testing.B, schema string, docs [][]byte, pass bool) {
	d := decoder(b, schema)
	size, reasons := 0, make([]winnow.Reason, 0, 64)
	for _, doc := range docs {
		size += len(doc)
		if reasons, _ = d.Decode(doc, reasons[:0]); (len(reasons) == 0) != pass {
			b.Fatalf("%s: %v", doc, reasons)
		}
	}
	d.Reset()
	b.SetBytes(int64(size / len(docs)))
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		if i == len(docs) {
			d.Reset()
			i = 0
		}
		reasons, _ = d.Decode(docs[i], reasons[:0])
		i++
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
}

func BenchmarkDecode(b *testing.B) { benchmark(b, trainingSchema, trainingRecords(4096), true) }

// BenchmarkGojsonschema does the checking half of BenchmarkDecode's work on the same records.
func BenchmarkGojsonschema(b *testing.B) {
	schema, err := gojsonschema.NewSchema(gojsonschema.NewStringLoader(trainingSchema))
	if err != nil {
		b.Fatal(err)
	}
	docs := trainingRecords(4096)
	size := 0
	for _, doc := range docs {
		size += len(doc)
	}
	b.SetBytes(int64(size / len(docs)))
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		result, err := schema.Validate(gojsonschema.NewBytesLoader(docs[i]))
		if err != nil || !result.Valid() {
			b.Fatal(err, result)
		}
		i = (i + 1) % len(docs)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
}

// BenchmarkDecodeFailing is BenchmarkDecode where each record fails three keywords.
func BenchmarkDecodeFailing(b *testing.B) {
	docs := trainingRecords(4096)
	for i := range docs {
		docs[i] = bytes.Replace(docs[i], []byte(`"lang":"`), []byte(`"lang":"x`), 1)
		docs[i] = bytes.Replace(docs[i], []byte(`"tokens":`), []byte(`"tokens":-`), 1)
		docs[i] = bytes.Replace(docs[i], []byte(`,"user":{"id":`), []byte(`,"user":{"di":`), 1)
	}
	benchmark(b, trainingSchema, docs, false)
}

func benchmarkEnum(b *testing.B, n int) {
	var values []string
	var docs [][]byte
	for i := range n {
		values = append(values, fmt.Sprintf(`"value-%d"`, i*7919))
		docs = append(docs, fmt.Appendf(nil, `{"v":"value-%d"}`, i*7919))
	}
	benchmark(b, `{"type":"object","properties":{"v":{"type":"string","enum":[`+strings.Join(values, ",")+`]}}}`, docs, true)
}

func BenchmarkEnum10(b *testing.B)   { benchmarkEnum(b, 10) }
func BenchmarkEnum1000(b *testing.B) { benchmarkEnum(b, 1000) }

// BenchmarkFlights decodes real flights of the outside suites.
func BenchmarkFlights(b *testing.B) { benchmark(b, flightsSchema, flights(b, 50_000), true) }

// BenchmarkRecord makes an Arrow record of 4,096 rows.
func BenchmarkRecord(b *testing.B) {
	d := schemas.NewDecoder(compile(b, trainingSchema, schemas.Options{}), schemas.Limits{})
	for _, doc := range trainingRecords(4096) {
		d.Decode(doc, nil)
	}
	b.ReportAllocs()
	for b.Loop() {
		d.Record().Release()
	}
}
