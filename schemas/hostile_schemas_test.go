package schemas_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/schemas"
	"github.com/winnow-data/winnow/strict"
)

func times(n int, each func(i int) string) string {
	parts := make([]string, n)
	for i := range parts {
		parts[i] = each(i)
	}
	return strings.Join(parts, ",")
}

// chain has $defs d0 to dn-1, each made from the one before it; the last is an integer.
func chain(n int, each func(next string) string) string {
	return `"$defs":{` + times(n, func(i int) string {
		return fmt.Sprintf(`"d%d":%s`, i, each(fmt.Sprintf(`{"$ref":"#/$defs/d%d"}`, i+1)))
	}) +
		fmt.Sprintf(`,"d%d":{"type":"integer"}`, n) + `}`
}

// nested puts the text within itself, n times over.
func nested(n int, before, leaf, after string) string {
	return strings.Repeat(before, n) + leaf + strings.Repeat(after, n)
}

// hostileSchemas are files that a careless compiler never finishes, or dies of. They are each either refused, with words, or compiled; and then they judge the record.
var hostileSchemas = []struct{ name, schema, fault, doc, want string }{
	{"a reference to itself", `{"$ref":"#"}`, "leads back", "", ""},
	{"a cycle by allOf", `{"$defs":{"a":{"allOf":[{"$ref":"#/$defs/b"}]},"b":{"$ref":"#/$defs/a"}},"$ref":"#/$defs/a"}`, "leads back", "", ""},
	{"a cycle by anyOf", `{"anyOf":[{"type":"null"},{"$ref":"#"}]}`, "leads back", "", ""},
	{"a cycle by oneOf", `{"oneOf":[{"type":"null"},{"$ref":"#"}]}`, "leads back", "", ""},
	{"a cycle by not", `{"not":{"$ref":"#"}}`, "leads back", "", ""},
	{"a cycle by if", `{"if":{"$ref":"#"}}`, "leads back", "", ""},
	{"a cycle by then", `{"if":true,"then":{"$ref":"#"}}`, "leads back", "", ""},
	{"a cycle by dependentSchemas", `{"dependentSchemas":{"a":{"$ref":"#"}}}`, "leads back", "", ""},
	{"a cycle by dependencies", `{"$schema":"http://json-schema.org/draft-07/schema#","dependencies":{"a":{"$ref":"#"}}}`, "leads back", "", ""},
	{"a cycle by $dynamicRef", `{"$dynamicAnchor":"x","$dynamicRef":"#x"}`, "leads back", "", ""},
	{"a cycle by $dynamicRef in another resource", `{"$dynamicAnchor":"x","$ref":"b","$defs":{"b":{"$id":"b","$dynamicRef":"#x","$defs":{"x":{"$dynamicAnchor":"x"}}}}}`, "leads back", "", ""},
	{"a cycle by $recursiveRef", `{"$schema":"https://json-schema.org/draft/2019-09/schema","$recursiveAnchor":true,"anyOf":[{"$recursiveRef":"#"}]}`, "leads back", "", ""},
	{"a cycle by files", `{"$ref":"other.json"}`, "leads back", "", ""},
	{"a file that refers to itself", `{"properties":{"a":{"$ref":"own.json"}}}`, "leads back", "", ""},
	{"a cycle into the record by files", `{"properties":{"a":{"$ref":"into.json"}}}`, "", `{"a":{"b":{"a":1}}}`, "type /a/b/a"},
	{"a file that is not there", `{"$ref":"none.json"}`, "is not here", "", ""},
	{"an address in the network", `{"$ref":"http://169.254.169.254/latest/meta-data"}`, "is not here", "", ""},
	{"a file elsewhere", `{"$ref":"file:///etc/passwd"}`, "is not here", "", ""},
	{"anyOf doubled", `{"$ref":"#/$defs/d0",` + chain(64, func(next string) string { return `{"anyOf":[` + next + `,` + next + `]}` }) + `}`, "too many ways", "", ""},
	{"allOf doubled", `{"$ref":"#/$defs/d0",` + chain(64, func(next string) string { return `{"allOf":[` + next + `,` + next + `]}` }) + `}`, "too many ways", "", ""},
	{"oneOf doubled", `{"$ref":"#/$defs/d0",` + chain(64, func(next string) string { return `{"oneOf":[` + next + `,{"not":` + next + `}]}` }) + `}`, "too many ways", "", ""},
	{"if doubled", `{"$ref":"#/$defs/d0",` + chain(64, func(next string) string { return `{"if":` + next + `,"else":` + next + `}` }) + `}`, "too many ways", "", ""},
	{"properties doubled in items", `{"items":{"$ref":"#/$defs/d0"},` + chain(64, func(next string) string { return `{"properties":{"a":` + next + `,"b":` + next + `}}` }) + `}`, "", `[` + nested(64, `{"a":`, `1.5`, `}`) + `]`, "type /0" + strings.Repeat("/a", 64)},
	{"sets of schemas doubled", `{"items":{"$ref":"#/$defs/s"},"$defs":{"s":{"properties":{"a":{"allOf":[{"$ref":"#/$defs/s"},{"$ref":"#/$defs/s0"}]},"b":{"$ref":"#/$defs/s"}}},` +
		times(30, func(i int) string {
			return fmt.Sprintf(`"s%d":{"properties":{"a":{"$ref":"#/$defs/s%d"},"b":{"$ref":"#/$defs/s%d"}}}`, i, i+1, i+1)
		}) + `,"s30":{"type":"object"}}}`, "too many places", "", ""},
	{"unevaluatedProperties nested in place", `{"$ref":"#/$defs/d0",` + chain(100, func(next string) string {
		return `{"allOf":[` + next + `],"anyOf":[true,false],"unevaluatedProperties":false}`
	}) + `}`, "too many ways", "", ""},
	{"unevaluatedProperties nested", nested(120, `{"type":"object","anyOf":[true,{"properties":{"b":{}}}],"unevaluatedProperties":false,"properties":{"a":`, `true`, `}}`), "", nested(100, `{"a":`, `{"b":1,"c":2}`, `}`), "unevaluatedProperties " + strings.Repeat("/a", 100) + "/*"},
	{"unevaluatedItems nested", nested(120, `{"type":"array","contains":{"const":1},"unevaluatedItems":{"type":"array"},"prefixItems":[`, `true`, `]}`), "", nested(100, `[`, `[1,2]`, `,1]`), "type " + strings.Repeat("/0", 101)},
	{"nested", nested(250, `{"items":`, `{}`, `}`), "", nested(128, `[`, ``, `]`), ""},
	{"nested in place", nested(125, `{"anyOf":[`, `{"type":"string"}`, `]}`), "", `1`, "anyOf , type(nearest)"},
	{"10,000 properties", `{"properties":{` + times(10_000, func(i int) string { return fmt.Sprintf(`"p%d":{"type":"integer"}`, i) }) + `},"additionalProperties":false}`, "", `{"p9999":"x","q":1}`, "additionalProperties /*, type /p9999"},
	{"10,000 properties in branches", `{"anyOf":[{"properties":{` + times(10_000, func(i int) string { return fmt.Sprintf(`"p%d":{"type":"integer"}`, i) }) + `}},{"required":["x"]}],"unevaluatedProperties":false}`, "", `{"p9999":1,"q":1}`, "unevaluatedProperties /*"},
	{"10,000 branches", `{"oneOf":[` + times(10_000, func(i int) string {
		return fmt.Sprintf(`{"properties":{"k":{"const":"v%d"},"n":{"maximum":%d}},"required":["k"]}`, i, i)
	}) + `]}`, "", `{"k":"v77","n":78}`, "maximum(nearest)/n, oneOf "},
	{"100,000 values", `{"enum":[` + times(100_000, func(i int) string { return fmt.Sprintf(`"v%d",%d,{"a":%d}`, i, i, i) }) + `]}`, "", `{"a":100000}`, "enum "},
	{"1,000 patternProperties", `{"patternProperties":{` + times(1000, func(i int) string { return fmt.Sprintf(`"^p%d$":{"type":"integer"}`, i) }) + `},"additionalProperties":false}`, "", `{"p77":"x","q":1}`, "additionalProperties /*, type /*"},
	{"1,000 patternProperties beside 10,000 properties", `{"patternProperties":{` + times(1000, func(i int) string { return fmt.Sprintf(`"^p%d$":{"type":"integer"}`, i) }) + `},"properties":{` + times(10_000, func(i int) string { return fmt.Sprintf(`"p%d":{}`, i) }) + `}}`, "", `{"p77":"x"}`, "type /p77"},
	{"catastrophic patterns", `{"items":{"anyOf":[` + times(50, func(i int) string {
		return fmt.Sprintf(`{"pattern":"^(a+)+b{%d}$"},{"pattern":"^(a|a?)+%d$"},{"pattern":"(.*)*,%d"}`, i, i, i)
	}) + `]}}`, "", `["` + strings.Repeat("a", 100_000) + `!"]`, "anyOf /0, pattern(nearest)/0"},
	{"a pattern that is too large", `{"pattern":"((a{1,1000}){1,1000}){1,1000}"}`, "pattern", "", ""},
	{"huge numbers", `{"minimum":` + strings.Repeat("9", 2000) + `}`, "too many digits", "", ""},
	{"huge exponents", `{"multipleOf":1e-99999999}`, "too many digits", "", ""},
	{"huge sizes", `{"minItems":1e400,"maxItems":1e401}`, "", `[]`, "minItems "},
	{"a huge constant", `{"const":1e999999999}`, "", `1`, "const "},
	{"10,000 $dynamicAnchors", `{"$defs":{` + times(10_000, func(i int) string { return fmt.Sprintf(`"d%d":{"$dynamicAnchor":"a%d","type":"integer"}`, i, i) }) + `},"items":{"$dynamicRef":"#a9999"}}`, "", `["x"]`, "type /0"},
	{"10,000 resources", `{"$id":"http://example.com/","$defs":{` + times(10_000, func(i int) string { return fmt.Sprintf(`"d%d":{"$id":"r%d","items":{"$ref":"r%d"}}`, i, i, i+1) }) + `,"x":{"$id":"r10000","type":"integer"}},"$ref":"r0"}`, "", nested(100, `[`, ``, `]`), ""},
	{"10,000 resources with anchors of their own", `{"$id":"http://example.com/","$defs":{` + times(10_000, func(i int) string {
		return fmt.Sprintf(`"d%d":{"$id":"r%d","$dynamicAnchor":"a%d","items":{"$ref":"r%d"}}`, i, i, i, i+1)
	}) + `,"x":{"$id":"r10000","type":"integer"}},"$ref":"r0"}`, "too many", "", ""},
	{"resources in any order", `{"$id":"http://example.com/","$defs":{` + times(40, func(i int) string {
		return fmt.Sprintf(`"d%d":{"$id":"r%d","$dynamicAnchor":"a%d","properties":{%s}}`, i, i, i, times(40, func(k int) string { return fmt.Sprintf(`"p%d":{"$ref":"r%d"}`, k, k) }))
	}) + `},"items":{"$ref":"r0"}}`, "too many", "", ""},
	{"a chain of 50,000 references", `{"$ref":"#/$defs/d0",` + chain(50_000, func(next string) string { return next }) + `}`, "", `1.5`, "type "},
	{"1,000 ways into a chain of 10,000 references", `{"properties":{` + times(1000, func(i int) string { return fmt.Sprintf(`"p%d":{"$ref":"#/$defs/d0"}`, i) }) + `},` + chain(10_000, func(next string) string { return next }) + `}`, "", `{"p1":1.5}`, "type /p1"},
	{"1,000 ways into a chain of 10,000 limits", `{"items":{"properties":{` + times(1000, func(i int) string {
		return fmt.Sprintf(`"p%d":{"$ref":"#/$defs/d0","title":"%d","minimum":%d}`, i, i, i)
	}) + `}},` + chain(10_000, func(next string) string {
		return `{"minimum":1,"$ref":` + strings.TrimSuffix(strings.TrimPrefix(next, `{"$ref":`), `}`) + `}`
	}) + `}`, "too many places", "", ""},
	{"10,000 patternProperties beside 10,000 properties", `{"patternProperties":{` + times(10_000, func(i int) string { return fmt.Sprintf(`"^p%d$":{"type":"integer"}`, i) }) + `},"properties":{` + times(10_000, func(i int) string { return fmt.Sprintf(`"p%d":{}`, i) }) + `}}`, "too many places", "", ""},
	{"a chain of 10,000 limits", `{"items":{"$ref":"#/$defs/d0"},` + chain(10_000, func(next string) string {
		return `{"minimum":1,"$ref":` + strings.TrimSuffix(strings.TrimPrefix(next, `{"$ref":`), `}`) + `}`
	}) + `}`, "", `[1.5]`, "type /0"},
}

// neighbours are the files beside the hostile schemas.
func neighbours(uri string) (string, *yaml.Node, winnow.Faults) {
	name := strings.TrimPrefix(uri, "file:///")
	text := map[string]string{
		"other.json": `{"$ref":"s.json"}`, "own.json": `{"allOf":[{"$ref":"own.json"}]}`, "into.json": `{"properties":{"b":{"$ref":"s.json"}},"type":"object"}`,
	}[name]
	if text == "" {
		return "", nil, nil
	}
	n, faults := strict.Parse(name, []byte(text))
	return name, n, faults
}

func TestHostileSchemasAreBounded(t *testing.T) {
	slowUnderRace(t)
	for _, c := range hostileSchemas {
		t.Run(c.name, func(t *testing.T) {
			n, faults := strict.Parse("s.json", []byte(c.schema))
			if faults.Err() != nil {
				t.Fatal(faults)
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			begun := time.Now()
			p, faults := schemas.Compile("s.json", n, schemas.Options{Load: neighbours})
			runtime.ReadMemStats(&after)
			t.Logf("%d bytes, %v, %d MiB allocated", len(c.schema), time.Since(begun), (after.TotalAlloc-before.TotalAlloc)>>20)
			switch err := faults.Err(); {
			case c.fault != "":
				if err == nil || !strings.Contains(err.Error(), c.fault) {
					t.Errorf("%v", err)
				}
				return
			case err != nil:
				t.Fatal(err)
			}
			reasons, row := schemas.NewDecoder(p, schemas.Limits{}).Decode([]byte(c.doc), nil)
			if got := told(reasons); got != c.want || !row {
				t.Errorf("row %v\n got %s\nwant %s", row, got, c.want)
			}
		})
	}
}

// TestWideTree: an object of many members, each of which is one, has columns without end.
func TestWideTree(t *testing.T) {
	slowUnderRace(t)
	var props, defs []string
	for i := range 300 {
		props = append(props, fmt.Sprintf(`"p%d":{"$ref":"#/$defs/d"},"q%d":{"type":"integer"}`, i, i))
	}
	for i := range 8 {
		next := strings.ReplaceAll(strings.Join(props, ","), `#/$defs/d"`, fmt.Sprintf(`#/$defs/d%d"`, i+1))
		defs = append(defs, fmt.Sprintf(`"d%d":{"type":"object","properties":{%s}}`, i, next))
	}
	schema := `{"$ref":"#/$defs/d0","$defs":{` + strings.Join(defs, ",") + `,"d8":{"type":"string"}}}`
	n, faults := strict.Parse("s.json", []byte(schema))
	if faults.Err() != nil {
		t.Fatal(faults)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, faults = schemas.Compile("s.json", n, schemas.Options{})
	runtime.ReadMemStats(&after)
	if err := faults.Err(); err == nil || !strings.Contains(err.Error(), "too many places") {
		t.Error(err)
	}
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 1<<30 {
		t.Errorf("%d MB to refuse it", grown>>20)
	}
}
