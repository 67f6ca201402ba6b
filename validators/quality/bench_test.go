package quality

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/validators/internal/batchtest"
)

// steadyRules is a rule of each kind, on columns of its own and on columns of any value, with some records failing.
func steadyRules() map[string]string {
	return map[string]string{
		"range_int":      `{rule: range, pointer: /id, min: 10, max: 1000000}`,
		"range_float":    `{rule: range, pointer: /score, min: 0.01}`,
		"range_any":      `{rule: range, pointer: /any, min: 10}`,
		"regex":          `{rule: regex, pointer: /tail, pattern: "^N[1-8]"}`,
		"regex_any":      `{rule: regex, pointer: /word, pattern: "^[a-z]+$"}`,
		"one_of":         `{rule: one_of, pointer: /carrier, values: [AA, UA, DL]}`,
		"one_of_enum":    `{rule: one_of, pointer: /enum, values: [AA, UA, DL]}`,
		"regex_enum":     `{rule: regex, pointer: /enum, pattern: "^[AUD]"}`,
		"length_enum":    `{rule: length, pointer: /enum, min: 3}`,
		"range_decimal":  `{rule: range, pointer: /price, min: 0.5}`,
		"one_of_decimal": `{rule: one_of, pointer: /price, values: [0.5, 0.25]}`,
		"duplicate_new":  `{rule: duplicate, keys: [/enum, /price, /time], within: 2000}`,
		"one_of_any":     `{rule: one_of, pointer: /word, values: [a, b, 'c"', 1]}`,
		"not_null":       `{rule: not_null, pointer: /maybe}`,
		"length":         `{rule: length, pointer: /tail, min: 5, max: 5}`,
		"length_list":    `{rule: length, pointer: /list, min: 3}`,
		"length_any":     `{rule: length, pointer: /word, max: 1}`,
		"duplicate":      `{rule: duplicate, pointer: /id, within: 1000}`,
		"duplicate_keys": `{rule: duplicate, keys: [/tail, /id, /score], within: 2000}`,
		"duplicate_any":  `{rule: duplicate, pointer: /any, within: 2000}`,
		"null_rate":      `{rule: null_rate, pointer: /maybe, max: 0.001, window: {records: 100}}`,
		"null_rate_time": `{rule: null_rate, pointer: /maybe, max: 0.001, window: {event_time: 10ms}}`,
	}
}

// steady makes a rule of steadyRules and a batch for it.
func steady(tb testing.TB, text string, rows int) (winnow.Rule, *winnow.Batch) {
	tb.Helper()
	const schema = `{"properties":{"id":{"type":"integer"},"score":{"type":"number"},"tail":{"type":"string"},"carrier":{"type":"string"},
		"maybe":{"type":["integer","null"]},"list":{"type":"array","items":{"type":"integer"}},"enum":{"enum":["AA","UA","DL","XX"]},
		"price":{"type":"number","multipleOf":0.01},"time":{"type":"string","format":"date-time"}}}`
	r := rand.New(rand.NewPCG(1, 2))
	docs := make([]string, rows)
	for i := range docs {
		maybe := strconv.Itoa(i)
		if i%100 == 7 {
			maybe = "null"
		}
		docs[i] = fmt.Sprintf(`{"id":%d,"score":%.4f,"tail":"N%dU","carrier":"%s","maybe":%s,"list":[1,2],"any":%d.5,"word":%q,"enum":"%s","price":%.2f,"time":"2026-01-01T00:00:%02dZ"}`,
			r.IntN(1000), r.Float64(), 100+r.IntN(1000), []string{"AA", "UA", "DL", "XX"}[r.IntN(100)/33], maybe, i,
			[]string{"a", `b"`, "c", `c"`}[r.IntN(4)], []string{"AA", "UA", "DL", "XX"}[r.IntN(100)/33], r.Float64(), r.IntN(60))
	}
	spec := batchtest.Spec(tb, text)
	p := batchtest.Program(tb, schema, "/any", "/word")
	rule, faults := Compile(spec, p)
	if len(faults) > 0 {
		tb.Fatal(faults)
	}
	return rule.New(), batchtest.Decode(tb, p, docs...)
}

// count counts findings.
type count struct{ rows, windows int }

func (c *count) Row(int, string) { c.rows++ }

func (c *count) Window(string, int64, int64) { c.windows++ }

func TestRulesAllocateNothing(t *testing.T) {
	for name, text := range steadyRules() {
		rule, b := steady(t, text, 1024)
		var c count
		check := func() {
			rule.Check(b, &c)
			for i := range b.Offsets {
				b.Offsets[i] += int64(len(b.Offsets))
				b.Times[i] += int64(len(b.Offsets))
			}
		}
		check()
		if n := testing.AllocsPerRun(10, check); n != 0 && !(raceEnabled && strings.HasPrefix(name, "regex")) {
			t.Errorf("%s: %v allocations in %d rows", name, n, len(b.Offsets))
		}
		if c.rows+c.windows == 0 {
			t.Errorf("%s found nothing: the records do not put it to the test", name)
		}
	}
}

func BenchmarkRules(b *testing.B) {
	for name, text := range steadyRules() {
		b.Run(name, func(b *testing.B) {
			rule, batch := steady(b, text, 1024)
			var c count
			b.ReportAllocs()
			for b.Loop() {
				rule.Check(batch, &c)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(batch.Offsets)), "ns/row")
		})
	}
}
