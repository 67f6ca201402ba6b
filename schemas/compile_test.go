package schemas_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/schemas"
	"github.com/winnow-data/winnow/strict"
)

func faultsOf(t *testing.T, schema string, opt schemas.Options) winnow.Faults {
	t.Helper()
	n, faults := strict.Parse("s.yaml", []byte(schema))
	if faults.Err() != nil {
		t.Fatalf("%s: %v", schema, faults)
	}
	p, faults := schemas.Compile("s.yaml", n, opt)
	if (p == nil) != (faults.Err() != nil) {
		t.Errorf("%s: program %v with faults %v", schema, p, faults)
	}
	return faults
}

func TestCompileFaults(t *testing.T) {
	const draft4 = "$schema: http://json-schema.org/draft-04/schema#\n"
	const draft7 = "$schema: http://json-schema.org/draft-07/schema#\n"
	for _, c := range []struct{ schema, want string }{
		{"properties:\n  a: {anyOf: []}", "2:14: anyOf must have at least one schema"},
		{"allOf: {}", "1:8: allOf must be a list of schemas"},
		{"not: 1", "1:6: a schema must be an object, true or false"},
		{"uniqueItems: 1", "uniqueItems must be true or false"},
		{"patternProperties: {'(a': {}}", "1:21: cannot use this pattern"},
		{"dependentRequired: {a: b}", "1:24: a list of property names is wanted here"},
		{"dependentSchemas: []", "dependentSchemas must be an object of schemas"},
		{draft7 + "dependencies: {a: [1]}", "2:19: a list of property names is wanted here"},
		{"$dynamicRef: '#a'", "this $dynamicRef leads nowhere"},
		{"items: [{}]", "1:1: items must be a schema in draft 2020-12"},
		{"$ref: other.json", "1:1: this $ref leads to other.json, which is not here: give its address local files, by refs:"},
		{"$ref: https://example.org/a.json#/b", "this $ref leads to https://example.org/a.json, which is not here"},
		{"$ref: '#anchor'", "this $ref leads nowhere"},
		{"anyOf: [{$ref: '#'}]", "$ref leads back to itself"},
		{"$ref: '#/nowhere'", "this $ref leads nowhere"},
		{"$ref: '#'", "1:1: $ref leads back to itself"},
		{"properties: {a: {$ref: '#/$defs/b'}}\n$defs:\n  b: {$ref: '#/$defs/c'}\n  c: {$ref: '#/$defs/b'}", "$ref leads back to itself"},
		{"$schema: https://example.org/mine", "1:10: unknown $schema"},
		{"type: strin", "1:7: type must be one of"},
		{"type: []", "type has no types"},
		{"properties: [a]", "1:13: properties must be an object"},
		{"required: true", "required must be a list of property names"},
		{"minLength: -1", "1:12: minLength must be a whole number"},
		{"maxItems: 1.5", "maxItems must be a whole number"},
		{"minimum: '1'", "minimum must be a number"},
		{"multipleOf: 0", "multipleOf must be greater than 0"},
		{"enum: a", "enum must be a list"},
		{"pattern: '(?=a)'", "1:10: cannot use this pattern: it looks ahead at byte 0, which can be matched in linear time only right after the ^"},
		{"pattern: '^a\\Z'", `1:10: cannot use this pattern: unknown escape \Z at byte 2`},
		{"format: 1", "format must be a string"},
		{"properties: {a: 1}", "1:17: a schema must be an object, true or false"},
		{draft4 + "properties: {a: true}", "2:17: a schema must be an object"},
		{draft4 + "exclusiveMinimum: 3", "exclusiveMinimum must be true or false"},
		{draft4 + "exclusiveMinimum: true", "exclusiveMinimum needs minimum"},
		{"minimum: 1e100000", "minimum has too many digits"},
	} {
		err := faultsOf(t, c.schema, schemas.Options{FormatAssertion: true}).Err()
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "s.yaml:") {
			t.Errorf("%s:\n got %v\nwant %s", c.schema, err, c.want)
		}
	}
	err := faultsOf(t, "type: x\nminLength: y\nproperties: {a: {allOf: []}, b: {maximum: z}}", schemas.Options{}).Err()
	if lines := strings.Count(err.Error(), "\n") + 1; lines != 4 {
		t.Errorf("%d faults at once:\n%v", lines, err)
	}
	if err := faultsOf(t, "{}", schemas.Options{Draft: "5"}).Err(); err == nil {
		t.Error("draft 5 is taken")
	}
}

func TestCompileWarnings(t *testing.T) {
	for _, c := range []struct{ schema, draft, want string }{
		{"requird: [a]", "", "s.yaml:1:1: warning: \"requird\" is not a keyword of draft 2020-12 and is ignored: did you mean required?"},
		{"dependencies: {a: [b]}", "", "is of older drafts than draft 2020-12, and is applied as they have it: since 2019-09 it is dependentRequired"},
		{"const: 1", "4", "draft 4 has enum"},
		{"$defs:\n  a: {$id: 'https://example.org/x'}\n  b: {$id: 'https://example.org/x'}", "", `s.yaml:3:6: warning: another schema has the identifier "https://example.org/x", too`},
		{"$defs:\n  a: {$anchor: x}\n  b: {$anchor: x}", "", `s.yaml:3:6: warning: another schema has the anchor "x", too`},
		{"id: a", "7", "did you mean $id?"},
		{"format: color", "", "\"color\" is not checked"},
		{"format: regex", "4", "\"regex\" is not checked: draft 4 does not know it, a later one does"},
		{"minLength: 3\nmaxLength: 2", "7", "gojsonschema would refuse this schema"},
	} {
		faults := faultsOf(t, c.schema, schemas.Options{Draft: c.draft, FormatAssertion: true})
		if faults.Err() != nil || len(faults) != 1 || !strings.Contains(faults[0].String(), c.want) {
			t.Errorf("%s: %v", c.schema, faults)
		}
	}
	for _, quiet := range []string{
		"{$comment: c, title: t, description: d, default: 1, examples: [2], deprecated: true, readOnly: true, $defs: {a: {oneOf: [{}]}}, x-mine: 1}",
		"{uniqueItems: false, minProperties: 0, patternProperties: {}, propertyNames: true, unevaluatedItems: true, then: {}, minContains: 2}",
		"{contentMediaType: a/b, contentEncoding: base64, contentSchema: {type: string}, $id: 'https://example.org/a', $anchor: a}",
		"{$id: 'https://example.org/a', $ref: 'https://example.org/a#/$defs/b', $defs: {b: {}}}",
		"true",
	} {
		if faults := faultsOf(t, "# YAML\n"+quiet, schemas.Options{}); len(faults) > 0 {
			t.Errorf("%s: %v", quiet, faults)
		}
	}
	if faults := faultsOf(t, "format: color", schemas.Options{}); len(faults) > 0 {
		t.Errorf("format as an annotation: %v", faults)
	}
}

// TestHostileSchemas are files that a careless compiler never finishes, or dies of.
func TestHostileSchemas(t *testing.T) {
	slowUnderRace(t)
	repeat := func(n int, f func(i int) string) string {
		parts := make([]string, n)
		for i := range parts {
			parts[i] = f(i)
		}
		return strings.Join(parts, ",")
	}
	doubling := func(n int) string {
		return `{"$ref":"#/$defs/d0","$defs":{` + repeat(n, func(i int) string {
			next := fmt.Sprintf(`{"$ref":"#/$defs/d%d"}`, i+1)
			return fmt.Sprintf(`"d%d":{"type":"object","properties":{"a":%s,"b":%s}}`, i, next, next)
		}) + fmt.Sprintf(`,"d%d":{"type":"string"}}}`, n)
	}
	const d7 = `"$schema":"http://json-schema.org/draft-07/schema#",`
	for _, c := range []struct {
		name, schema, fault string
		doc                 string
	}{
		{"10,000 properties", `{` + d7 + `"type":"object","required":["p9999"],"properties":{` + repeat(10_000, func(i int) string { return fmt.Sprintf(`"p%d":{"type":"integer"}`, i) }) + `}}`, "", `{"p9999":1,"p0":2}`},
		{"100,000 values of an enum", `{` + d7 + `"enum":[` + repeat(100_000, func(i int) string { return fmt.Sprintf(`"v%d",%d`, i, i) }) + `]}`, "", `"v99999"`},
		{"5,000 definitions in a ring", `{` + d7 + `"properties":{"a":{"$ref":"#/definitions/d0"}},"definitions":{` + repeat(5000, func(i int) string { return fmt.Sprintf(`"d%d":{"items":{"$ref":"#/definitions/d%d"}}`, i, (i+1)%5000) }) + `}}`, "", `{"a":[[[]]]}`},
		{"doubling, 10 deep", doubling(10), "", `{"a":{"b":{}}}`},
		{"doubling, 64 deep", doubling(64), "too many places", ""},
		{"nested", strings.Repeat(`{"items":`, 200) + `{}` + strings.Repeat(`}`, 200), "", `[[[]]]`},
		{"cycle", `{` + d7 + `"$ref":"#/definitions/a","definitions":{"a":{"$ref":"#/definitions/b"},"b":{"$ref":"#/definitions/a"}}}`, "leads back", ""},
		{"cycle that is not used", `{` + d7 + `"definitions":{"a":{"$ref":"#/definitions/a"}}}`, "", `1`},
		{"cycle into the record", `{` + d7 + `"properties":{"a":{"$ref":"#"}},"items":{"$ref":"#"}}`, "", `{"a":[{"a":[]}]}`},
		{"huge numbers that are not used", `{` + d7 + `"definitions":{"a":{"minimum":1e999999999,"multipleOf":1e-99999999}}}`, "", `1`},
		{"patterns", `{"properties":{` + repeat(500, func(i int) string { return fmt.Sprintf(`"p%d":{"pattern":"(a|b)*a(a|b){%d}"}`, i, i%30) }) + `}}`, "", `{"p3":"aaaa"}`},
		{"huge patterns", `{"properties":{` + repeat(500, func(i int) string { return fmt.Sprintf(`"p%d":{"pattern":"(a|b)*a(a|b){%d}"}`, i, 1000+i) }) + `}}`, "the patterns of the schema are too large together", ""},
	} {
		begun := time.Now()
		n, faults := strict.Parse("s.json", []byte(c.schema))
		if faults.Err() != nil {
			t.Fatalf("%s: %v", c.name, faults)
		}
		p, faults := schemas.Compile("s.json", n, schemas.Options{})
		if err := faults.Err(); c.fault != "" {
			if err == nil || !strings.Contains(err.Error(), c.fault) {
				t.Errorf("%s: %v", c.name, err)
			}
		} else if err != nil {
			t.Errorf("%s: %v", c.name, err)
		} else if reasons, row := schemas.NewDecoder(p, schemas.Limits{}).Decode([]byte(c.doc), nil); !row || len(reasons) > 0 {
			t.Errorf("%s: %s: %v", c.name, c.doc, reasons)
		}
		if took := time.Since(begun); took > 2*time.Minute {
			t.Errorf("%s took %v", c.name, took)
		} else {
			t.Logf("%s: %v", c.name, took)
		}
	}
}
