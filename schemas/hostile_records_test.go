package schemas_test

import (
	"bytes"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/winnow-data/winnow/schemas"
)

// tapedSchemas are schemas of which each needs the whole of a value in another way.
var tapedSchemas = []struct{ name, schema string }{
	{"uniqueItems", `{"uniqueItems":true,"items":{"$ref":"#"},"additionalProperties":{"$ref":"#"}}`},
	{"branches", `{"oneOf":[{"type":"array","items":{"$ref":"#"},"contains":{"type":"integer"}},{"type":"object","additionalProperties":{"$ref":"#"}},
		{"type":"array","items":{"$ref":"#"},"not":{"contains":{"type":"integer"}}},{"type":["integer","string","null"]}]}`},
	{"unevaluated", `{"anyOf":[{"items":{"$ref":"#"},"additionalProperties":{"$ref":"#"},"type":["array","object"]},{"type":["string","number"]}],
		"unevaluatedItems":false,"unevaluatedProperties":false}`},
	{"names", `{"propertyNames":{"anyOf":[{"maxLength":5},{"pattern":"^k"},{"const":"a"}]},"patternProperties":{` +
		times(8, func(i int) string { return fmt.Sprintf(`"%d$":{"$ref":"#"}`, i) }) + `},"items":{"$ref":"#"},"dependentSchemas":{"k1":{"minProperties":2}}}`},
	{"refused", `{"anyOf":[{"type":"boolean"},{"items":false,"additionalProperties":false,"type":["array","object"]},{"items":{"type":"null"}}],"items":{"not":{}}}`},
	{"elements", `{"items":{"if":{"type":"array"},"then":{"items":{"oneOf":[{"type":"array","maxItems":3},{"type":"array","minItems":2},{"type":["integer","string","object"]}]}}}}`},
}

// hostileRecords are of some MiB each.
func hostileRecords() map[string][]byte {
	list := func(n int, each func(i int) string) []byte { return []byte("[" + times(n, each) + "]") }
	members := func(n int, each func(i int) string) []byte { return []byte("{" + times(n, each) + "}") }
	text := func(s string) func(int) string { return func(int) string { return s } }
	return map[string][]byte{
		"numbers that differ":          list(125_000, func(i int) string { return fmt.Sprint(i) }),
		"numbers spelled apart":        list(50_000, func(i int) string { return fmt.Sprintf("%d.0e%d,%d", i, i%300, i) }),
		"strings that differ":          list(75_000, func(i int) string { return fmt.Sprintf(`"\u0061%d"`, i) }),
		"equal at the end":             list(100_000, func(i int) string { return fmt.Sprintf(`"%d"`, i%99_999) }),
		"empty arrays":                 list(250_000, text("[]")),
		"small objects":                list(75_000, func(i int) string { return fmt.Sprintf(`{"k1":%d,"a":[%d]}`, i, i) }),
		"one large, then small ones":   []byte("[" + string(list(75_000, text("[1]"))) + "," + times(75_000, text("[[1,2]]")) + "]"),
		"very many names":              members(100_000, func(i int) string { return fmt.Sprintf(`"k%d":%d`, i, i) }),
		"names that collide elsewhere": members(1<<16, func(i int) string { return collider(i) }),
		"a name that comes twice":      members(25_000, func(i int) string { return fmt.Sprintf(`"k%d":0`, i%24_999) }),
		"deep":                         []byte(nested(128, `[`, ``, `]`)),
		"deep objects":                 []byte(nested(127, `{"a":`, `[1]`, `}`)),
		"deep and wide":                []byte(nested(120, `[`, times(50_000, text("1")), `]`)),
		"combs":                        []byte(nested(100, `[[1],[2],{"a":3},`, ``+`4`, `,5]`)),
		"many deep":                    list(2000, text(nested(100, `[`, `1`, `]`))),
		"too deep":                     []byte(nested(25_000, `[`, ``, `]`)),
		"a long string":                []byte(`["` + strings.Repeat(`\u00e9\"\ud83d\udc32é`, 75_000) + `"]`),
		"a long name":                  []byte(`{"` + strings.Repeat(`\u006b`, 250_000) + `":1}`),
		"invalid UTF-8 at the end":     append(list(75_000, text("[1]")), 0xff),
		"invalid UTF-8 within":         []byte(`[` + strings.Repeat(`"é",`, 75_000) + "\"\xc3\x28\"]"),
		"cut":                          list(75_000, text(`{"a":[1]}`))[:500_000],
		"digits":                       list(10_000, text(strings.Repeat("9", 399))),
		"exponents":                    list(50_000, text("1e999,-7E-999")),
		"too large an exponent":        list(50_000, text("1e1001")),
		"white space":                  []byte("[" + strings.Repeat(" \n\t\r", 250_000) + "1]"),
		"control characters":           []byte("[\"" + strings.Repeat("\\u0000", 125_000) + "\",\"\x00\"]"),
	}
}

// collider gives names that are equal to hashes which multiply by 31.
func collider(i int) string {
	b := []byte{'"'}
	for bit := range 16 {
		b = append(b, [2]string{"Aa", "BB"}[i>>bit&1]...)
	}
	return string(append(b, `":1`...))
}

// TestHostileRecords bounds what records cost that need a tape: in memory by what is allocated for each byte, in time so that a hang is
// found. Each comes twice, and then a small one that allocates nothing.
func TestHostileRecords(t *testing.T) {
	slowUnderRace(t)
	const perByte, hang = 400, time.Minute
	records := hostileRecords()
	small := []byte(`{"a":[1,{"k1":2,"b":[3]}]}`)
	for _, s := range tapedSchemas {
		p := compile(t, s.schema, schemas.Options{})
		for name, doc := range records {
			d := schemas.NewDecoder(p, schemas.Limits{})
			var before, between, after runtime.MemStats
			runtime.ReadMemStats(&before)
			begun := time.Now()
			reasons, row := d.Decode(doc, nil)
			runtime.ReadMemStats(&between)
			first := told(reasons)
			again, _ := d.Decode(doc, nil)
			took := time.Since(begun)
			runtime.ReadMemStats(&after)
			if told(again) != first {
				t.Errorf("%s, %s: %.200s and then %.200s", s.name, name, first, told(again))
			}
			if !row && (len(reasons) != 1 || d.Rows() != 0) {
				t.Errorf("%s, %s: %.200s, %d rows", s.name, name, first, d.Rows())
			}
			grown, later := between.TotalAlloc-before.TotalAlloc, after.TotalAlloc-between.TotalAlloc
			if grown > uint64(perByte*len(doc))+1<<20 || later > uint64(4*len(doc))+1<<20 || took > hang {
				t.Errorf("%s, %s: %d bytes took %v, %d bytes a byte and then %d", s.name, name, len(doc), took, grown/uint64(len(doc)), later/uint64(len(doc)))
			}
			d.Reset()
			d.Decode(small, reasons[:0])
			if n := testing.AllocsPerRun(10, func() { reasons, _ = d.Decode(small, reasons[:0]) }); n != 0 {
				t.Errorf("%s, %s: a small record allocates %v times", s.name, name, n)
			}
		}
	}
}

// TestLinear doubles records: what a schema with branches does with them at most doubles.
func TestLinear(t *testing.T) {
	slowUnderRace(t)
	for _, s := range tapedSchemas {
		p := compile(t, s.schema, schemas.Options{})
		for _, each := range []string{"1", "[1]", `{"a":[1]}`, `"a"`, nested(50, `[`, `1`, `]`)} {
			var sizes [2]uint64
			for i := range sizes {
				doc := append(bytes.Repeat([]byte(each+","), 4000<<i), each...)
				doc = append(append([]byte("["), doc...), ']')
				d := schemas.NewDecoder(p, schemas.Limits{})
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				d.Decode(doc, nil)
				runtime.ReadMemStats(&after)
				sizes[i] = after.TotalAlloc - before.TotalAlloc
			}
			if sizes[1] > 4*sizes[0]+1<<20 {
				t.Errorf("%s, %s: %d bytes allocated, and for twice as many %d", s.name, each, sizes[0], sizes[1])
			}
		}
	}
}
