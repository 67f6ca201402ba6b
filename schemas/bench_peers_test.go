package schemas_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/xeipuuv/gojsonschema"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/schemas"
	"github.com/winnow-data/winnow/strict"
)

// A judge takes a record's bytes and says whether the record passes.
type judge func(record []byte) bool

// BenchmarkPeers gives the same records to winnow and to two other validators in Go, parsing included: bytes in, verdict out.
// winnow makes columns beside. Blaze and simdjson, which are no Go, are in scripts/yardstick. Formats are asserted in the training
// records alone: most of GitHub's payloads do not keep those that its schema names (the other two assert them in drafts up to 7, whatever is asked for).
func BenchmarkPeers(b *testing.B) {
	for _, corpus := range []struct {
		name    string
		formats bool
		read    func(b *testing.B) (schema string, records [][]byte)
	}{
		{"training", true, func(*testing.B) (string, [][]byte) { return trainingSchema, trainingRecords(4096) }},
		{"webhooks", false, webhookRecords},
	} {
		for _, peer := range []struct {
			name string
			make func(b *testing.B, schema string, formats bool) judge
		}{{"winnow", winnowBench}, {"santhosh-tekuri", santhosh}, {"gojsonschema", xeipuuv}} {
			b.Run(corpus.name+"/"+peer.name, func(b *testing.B) {
				schema, records := corpus.read(b)
				judgeAll(b, peer.make(b, schema, corpus.formats), records)
			})
		}
	}
}

// judgeAll judges the records over and over, one an operation, and tells the share that passes: peers that differ in it
// did not do the same work.
func judgeAll(b *testing.B, judge judge, records [][]byte) {
	size, passed := 0, 0
	for _, record := range records {
		size += len(record)
		if judge(record) {
			passed++
		}
	}
	b.SetBytes(int64(size / len(records)))
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		judge(records[i])
		i = (i + 1) % len(records)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
	b.ReportMetric(float64(passed)/float64(len(records)), "passed")
}

// winnowBench skips the benchmark, with every fault, where the schema is refused.
func winnowBench(b *testing.B, schema string, formats bool) judge {
	n, faults := strict.Parse("schema.json", []byte(schema))
	if err := faults.Err(); err != nil {
		b.Fatal(err)
	}
	p, faults := schemas.Compile("schema.json", n, schemas.Options{FormatAssertion: formats})
	if err := faults.Err(); err != nil {
		fmt.Fprintf(os.Stderr, "%s: NOT measured, the schema is refused: %v\n", b.Name(), err) // go test shows no skip of a benchmark
		b.SkipNow()
	}
	d, reasons, rows := schemas.NewDecoder(p, schemas.Limits{}), make([]winnow.Reason, 0, 64), 0
	size := 0
	return func(record []byte) bool {
		if rows, size = rows+1, size+len(record); rows == 2048 || size > 2<<20 { // a batch, as a judge has them
			d.Reset()
			rows, size = 0, 0
		}
		reasons, _ = d.Decode(record, reasons[:0])
		return len(reasons) == 0
	}
}

func santhosh(b *testing.B, schema string, formats bool) judge {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader([]byte(schema)))
	if err != nil {
		b.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if formats {
		c.AssertFormat()
	}
	if err := c.AddResource("schema.json", doc); err != nil {
		b.Fatal(err)
	}
	compiled, err := c.Compile("schema.json")
	if err != nil {
		b.Fatal(err)
	}
	return func(record []byte) bool {
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(record))
		return err == nil && compiled.Validate(doc) == nil
	}
}

func xeipuuv(b *testing.B, schema string, _ bool) judge {
	compiled, err := gojsonschema.NewSchema(gojsonschema.NewStringLoader(schema))
	if err != nil {
		b.Fatal(err)
	}
	return func(record []byte) bool {
		result, err := compiled.Validate(gojsonschema.NewBytesLoader(record))
		return err == nil && result.Valid()
	}
}

// webhookRecords reads GitHub's schema and the payloads of the outside suites. The schema's formats are taken out: the peers assert them in draft 7 whatever they are
// told, refuse most payloads for them, and would be compared by other work.
func webhookRecords(b *testing.B) (schema string, payloads [][]byte) {
	dir := filepath.Join(suites(b), "github-webhooks")
	file, err := os.ReadFile(filepath.Join(dir, "schema.json"))
	if err != nil {
		b.Fatal(err)
	}
	events, err := os.ReadFile(filepath.Join(dir, "events.ndjson"))
	if err != nil {
		b.Fatal(err)
	}
	for line := range bytes.Lines(events) {
		var event struct{ Payload json.RawMessage }
		if err := json.Unmarshal(line, &event); err != nil {
			b.Fatal(err)
		}
		payloads = append(payloads, event.Payload)
	}
	var doc any
	if err := json.Unmarshal(file, &doc); err != nil {
		b.Fatal(err)
	}
	if file, err = json.Marshal(unformatted(doc)); err != nil {
		b.Fatal(err)
	}
	return string(file), payloads
}

// unformatted takes the keyword format out of a schema.
func unformatted(v any) any {
	switch v := v.(type) {
	case map[string]any:
		if _, ok := v["format"].(string); ok {
			delete(v, "format")
		}
		for _, in := range v {
			unformatted(in)
		}
	case []any:
		for _, in := range v {
			unformatted(in)
		}
	}
	return v
}
