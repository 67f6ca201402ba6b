package schemas_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	other "github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/xeipuuv/gojsonschema"
	"go.yaml.in/yaml/v3"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/schemas"
	"github.com/winnow-data/winnow/strict"
)

// A maker makes random draft-07 schemas of the supported keywords, and random values that often nearly fit them.
type maker struct{ r *rand.Rand }

func (m maker) pick(s ...string) string { return s[m.r.IntN(len(s))] }

func (m maker) number() string {
	return m.pick("0", "1", "2", "-1", "3", "1.5", "-2.5", "10", "0.1", "1e1", "100", "1.0", "9007199254740993", "0.30", "7")
}

func (m maker) text() string {
	return m.pick(`""`, `"a"`, `"ab"`, `"abc"`, `"\u00e9"`, `"é\ud83d\udc32"`, `"12"`, `"a1"`, `"x y"`, `"\n"`, `"2026-01-31"`)
}

func (m maker) schema(depth int) string {
	if m.r.IntN(12) == 0 {
		return m.pick("true", "{}", "false")
	}
	var keys []string
	add := func(chance int, text func() string) {
		if m.r.IntN(chance) == 0 {
			keys = append(keys, text())
		}
	}
	add(2, func() string {
		one := func() string {
			return m.pick(`"null"`, `"boolean"`, `"integer"`, `"number"`, `"string"`, `"object"`, `"object"`, `"array"`)
		}
		if a, b := one(), one(); m.r.IntN(3) == 0 && a != b {
			return `"type":[` + a + `,` + b + `]`
		}
		return `"type":` + one()
	})
	for _, k := range []string{"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"} {
		add(8, func() string { return `"` + k + `":` + m.number() })
	}
	add(10, func() string { return `"multipleOf":` + m.pick("2", "0.1", "3", "0.5", "1e-3", "10") })
	add(10, func() string { return fmt.Sprintf(`"minLength":%d`, m.r.IntN(4)) })
	add(10, func() string { return fmt.Sprintf(`"maxLength":%d`, m.r.IntN(4)) })
	add(10, func() string {
		return `"pattern":"` + m.pick("^a", "b$", "[0-9]+", "^.$", "a|x", "^[a-c]{2,3}$", `\\d`) + `"`
	})
	add(10, func() string { return fmt.Sprintf(`"minItems":%d`, m.r.IntN(3)) })
	add(10, func() string { return fmt.Sprintf(`"maxItems":%d`, m.r.IntN(3)) })
	add(12, func() string {
		return `"enum":[` + m.number() + `,` + m.text() + `,{"a":` + m.number() + `},[` + m.value(1) + `],null]`
	})
	add(14, func() string { return `"const":` + m.value(1) })
	add(14, func() string { return `"format":"date"` })
	add(5, func() string { return `"required":["` + m.pick("a", "b") + `"]` })
	if depth > 0 {
		add(2, func() string {
			return `"properties":{"a":` + m.schema(depth-1) + `,"b":` + m.schema(depth-1) + `,"c/d":` + m.pick(`{"$ref":"#"}`, m.schema(depth-1)) + `}`
		})
		add(4, func() string { return `"additionalProperties":` + m.schema(depth-1) })
		add(3, func() string { return `"items":` + m.schema(depth-1) })
	}
	return "{" + strings.Join(keys, ",") + "}"
}

func (m maker) value(depth int) string {
	switch k := m.r.IntN(10); {
	case k < 3:
		return m.number()
	case k < 5:
		return m.text()
	case k == 5 || depth == 0:
		return m.pick("null", "true", "false")
	case k < 7:
		items := make([]string, m.r.IntN(4))
		for i := range items {
			items[i] = m.value(depth - 1)
		}
		return "[" + strings.Join(items, ",") + "]"
	default:
		var members []string
		for _, name := range []string{"a", "b", "c/d", "e"} {
			if m.r.IntN(2) == 0 {
				members = append(members, `"`+name+`":`+m.value(depth-1))
			}
		}
		return "{" + strings.Join(members, ",") + "}"
	}
}

// TestAgainstOthers compares verdicts with santhosh-tekuri's and gojsonschema's. The latter does not know 1.0 for an
// integer where it is a limit, compares enums and consts by their spelling (1.0 is not 1 there), and takes "2.0" limits wrongly: so
// where it differs from both others, it is counted and not followed.
func TestAgainstOthers(t *testing.T) {
	m := maker{rand.New(rand.NewPCG(7, 7))}
	verdicts, alone, refused := 0, 0, 0
	for range 1500 {
		text := `{"$schema":"http://json-schema.org/draft-07/schema#","properties":{"v":` + m.schema(3) + `}}`
		n, faults := strict.Parse("s.json", []byte(text))
		if faults.Err() != nil {
			t.Fatal(faults)
		}
		d := mine(t, text, n)
		second := theirs(t, text)
		first, err := gojsonschema.NewSchema(gojsonschema.NewStringLoader(text))
		if err != nil {
			first = nil // it does not like a minLength above maxLength
			refused++
		}
		for range 20 {
			doc := []byte(`{"v":` + m.value(3) + `}`)
			reasons, row := d.Decode(doc, nil)
			if !row {
				t.Fatalf("%s: %v", doc, reasons)
			}
			v, err := other.UnmarshalJSON(bytes.NewReader(doc))
			if err != nil {
				t.Fatal(err)
			}
			if slices.ContainsFunc(reasons, func(r winnow.Reason) bool { return r.Rule == winnow.RuleNumber }) {
				continue // the schema has no say in what a column can hold
			}
			pass := len(reasons) == 0
			if want := second.Validate(v) == nil; pass != want {
				t.Fatalf("%s\n of %s: got %v, jsonschema/v6 says %v", doc, text, reasons, want)
			}
			verdicts++
			if first == nil {
				continue
			}
			if result, err := first.Validate(gojsonschema.NewBytesLoader(doc)); err != nil || result.Valid() != pass {
				alone++
			}
		}
	}
	t.Logf("%d verdicts agree with jsonschema/v6; gojsonschema refuses %d of 1500 schemas and is alone in %d verdicts", verdicts, refused, alone)
	if alone*20 > verdicts || refused > 500 {
		t.Error("gojsonschema differs too often to be a second opinion")
	}
}

func mine(t *testing.T, text string, n *yaml.Node) *schemas.Decoder {
	t.Helper()
	p, faults := schemas.Compile("s.json", n, schemas.Options{FormatAssertion: true})
	if faults.Err() != nil {
		t.Fatalf("%s: %v", text, faults)
	}
	return schemas.NewDecoder(p, schemas.Limits{})
}

func theirs(t *testing.T, text string) *other.Schema {
	t.Helper()
	c := other.NewCompiler()
	c.AssertFormat()
	var v any
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	if err := dec.Decode(&v); err != nil {
		t.Fatal(err)
	}
	if err := c.AddResource("s.json", v); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("s.json")
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return s
}
