package schemas_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// BenchmarkAbsent: what a record costs must not grow with the properties that the schema declares and the record has not.
func BenchmarkAbsent(b *testing.B) {
	for _, declared := range []int{10, 1_000, 10_000} {
		b.Run(fmt.Sprintf("declared=%d", declared), func(b *testing.B) {
			var properties []string
			for i := range declared {
				properties = append(properties, fmt.Sprintf(`"property_%d":{"type":"integer","minimum":0}`, i))
			}
			var docs [][]byte
			for range 2048 {
				at := func(k int) int { return k * declared / 5 }
				docs = append(docs, fmt.Appendf(nil, `{"property_%d":1,"property_%d":2,"property_%d":3,"property_%d":4,"property_%d":5}`,
					at(0), at(1), at(2), at(3), at(4)))
			}
			benchmark(b, `{"type":"object","properties":{`+strings.Join(properties, ",")+`}}`, docs, true)
		})
	}
}

// BenchmarkEnumGrowth: a string costs the same whether it is one of 10 or of 1,000.
func BenchmarkEnumGrowth(b *testing.B) {
	for _, n := range []int{10, 1_000} {
		b.Run(fmt.Sprintf("values=%d", n), func(b *testing.B) { benchmarkEnum(b, n) })
	}
}

// BenchmarkSize: MB/s must not fall as records grow from 100 bytes to 10 MB.
func BenchmarkSize(b *testing.B) {
	const schema = `{"type":"object","required":["id","rows"],"properties":{"id":{"type":"string","minLength":8},"rows":{"type":"array","items":
		{"type":"object","required":["n"],"properties":{"n":{"type":"integer","minimum":0},"name":{"type":"string","maxLength":40},"score":{"type":"number"}}}}}}`
	for _, size := range []int{100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000} {
		b.Run(fmt.Sprintf("bytes=%d", size), func(b *testing.B) {
			doc := []byte(`{"id":"0123456789abcdef","rows":[`)
			for i := 0; len(doc) < size-60 || i == 0; i++ {
				doc = fmt.Appendf(doc, `{"n":%d,"name":"row number %d","score":%d.%03d},`, i, i%1000, i%7, i%1000)
			}
			benchmark(b, schema, [][]byte{append(doc[:len(doc)-1], `]}`...)}, true)
		})
	}
}

// BenchmarkFailing: a record that fails, early, late or in many places, beside one that passes.
func BenchmarkFailing(b *testing.B) {
	for _, bm := range []struct{ name, find, replace string }{
		{"none", `"id":"`, `"id":"`},
		{"first_field", `"id":"`, `"id":"0`},
		{"last_field", `"text":"`, `"txet":"`},
		{"twelve_numbers", `.`, `00.`},
	} {
		b.Run(bm.name, func(b *testing.B) {
			docs := trainingRecords(4096)
			for i, doc := range docs {
				head, features, found := bytes.Cut(doc, []byte(`"features":`))
				if !found {
					b.Fatal("no features")
				}
				if bm.name == "twelve_numbers" {
					docs[i] = slices.Concat(head, []byte(`"features":`), bytes.Replace(features, []byte(bm.find), []byte(bm.replace), 12))
				} else {
					docs[i] = bytes.Replace(doc, []byte(bm.find), []byte(bm.replace), 1)
				}
			}
			benchmark(b, trainingSchema, docs, bm.name == "none")
		})
	}
}
