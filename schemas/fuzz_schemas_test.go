package schemas_test

import (
	"encoding/binary"
	"encoding/json"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/winnow-data/winnow/schemas"
)

// choices is a source of random numbers that are a fuzzer's bytes, and behind them an ordinary source's.
type choices struct {
	bytes []byte
	rest  rand.Source
}

func (c *choices) Uint64() uint64 {
	if len(c.bytes) == 0 {
		return c.rest.Uint64()
	}
	b := c.bytes[0]
	c.bytes = c.bytes[1:]
	return uint64(b) * 0x0101010101010101
}

// FuzzSchemas has a fuzzer's bytes choose a schema and values for it, which jsonschema/v6 judges, too.
func FuzzSchemas(f *testing.F) {
	for seed := range uint64(8) {
		f.Add(binary.LittleEndian.AppendUint64(nil, seed*0x9E3779B97F4A7C15))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		compare(t, newAuthor(rand.New(&choices{bytes: data, rest: rand.NewPCG(1, 2)})), map[string]int{}, 8)
	})
}

// FuzzPairs compiles any text as a schema, and judges any text by it, as jsonschema/v6 does.
func FuzzPairs(f *testing.F) {
	for _, p := range [][2]string{
		{`{"type":"object","properties":{"a":{"$ref":"#"}},"unevaluatedProperties":false,"anyOf":[{},{"required":["b"]}]}`, `{"a":{"a":{}}}`},
		{`{"oneOf":[{"type":"integer"},{"minimum":2}],"multipleOf":0.1}`, `1.5`},
		{`{"prefixItems":[{"const":1}],"items":{"enum":[1,"a",null]},"contains":{"type":"string"},"maxContains":1,"uniqueItems":true}`, `[1.0,"a",null]`},
		{`{"$defs":{"t":{"$dynamicAnchor":"n","properties":{"c":{"items":{"$dynamicRef":"#n"}}}}},"$ref":"#/$defs/t","$dynamicAnchor":"n"}`, `{"c":[{"c":1}]}`},
		{`{"patternProperties":{"^a":{"type":"string"},"b$":false},"propertyNames":{"maxLength":3},"dependentRequired":{"a":["b"]}}`, `{"ab":""}`},
	} {
		f.Add(p[0], p[1])
	}
	f.Fuzz(func(t *testing.T, schema, doc string) {
		p, err := compileOurs([]byte(schema), "")
		if err != nil || strings.ContainsAny(schema, "eE") && strings.Count(schema, "999") > 2 {
			return
		}
		reasons, row := schemas.NewDecoder(p, schemas.Limits{}).Decode([]byte(doc), nil)
		if !row {
			return
		}
		var s any
		if json.Unmarshal([]byte(schema), &s) != nil {
			return // YAML
		}
		second, err := compileSecond([]byte(schema), "")
		if err != nil {
			return // its metaschemas ask for more
		}
		if has(s, func(o object) bool {
			return o["$schema"] != nil || o["pattern"] != nil || o["patternProperties"] != nil
		}) {
			return // patterns are another matter
		}
		if known(object{"$schema": "2020-12", "": s}, nil) != "" {
			return
		}
		want, err := passesSecond(second, []byte(doc))
		if pass := len(withoutNumbers(reasons)) == 0; err == nil && pass != want {
			t.Fatalf("%s of %s: %v, and jsonschema/v6 says %v", doc, schema, reasons, want)
		}
	})
}

// FuzzNumbers compares any number with any other by limits, multipleOf and enum, as math/big does.
func FuzzNumbers(f *testing.F) {
	for _, p := range [][2]string{{"1", "1.0"}, {"9007199254740993", "9007199254740992"}, {"0.1", "0.1000000000000000055511151231257827"}, {"-0", "0.0"}, {"1e300", "3"}, {"4.35", "0.01"}, {"9223372036854775808", "9223372036854775807"}, {"-9223372036854775809", "1e-20"}} {
		f.Add(p[0], p[1])
	}
	f.Fuzz(func(t *testing.T, number, limit string) {
		x, okX := rational(number)
		y, okY := rational(limit)
		if !okX || !okY {
			return
		}
		whole := func(r *big.Rat) bool { return r.IsInt() }
		quotient := new(big.Rat)
		for _, c := range []struct {
			schema string
			want   bool
		}{
			{`{"minimum":` + limit + `}`, x.Cmp(y) >= 0}, {`{"maximum":` + limit + `}`, x.Cmp(y) <= 0},
			{`{"exclusiveMinimum":` + limit + `}`, x.Cmp(y) > 0}, {`{"exclusiveMaximum":` + limit + `}`, x.Cmp(y) < 0},
			{`{"const":` + limit + `}`, x.Cmp(y) == 0}, {`{"enum":["a",` + limit + `,{}]}`, x.Cmp(y) == 0}, {`{"type":"integer"}`, whole(x)},
			{`{"enum":[[` + limit + `]],"type":"array"}`, false}, {`{"not":{"const":` + limit + `}}`, x.Cmp(y) != 0},
			{`{"multipleOf":` + limit + `}`, y.Sign() > 0 && whole(quotient.Quo(x, positive(y)))},
		} {
			p, err := compileOurs([]byte(c.schema), "")
			if err != nil {
				if y.Sign() <= 0 {
					continue // no multipleOf
				}
				t.Fatalf("%s: %v", c.schema, err)
			}
			if pass, reasons := ours(t, p, []byte(number)); pass != c.want {
				t.Fatalf("%s of %s: %v", number, c.schema, reasons)
			}
		}
		twice := mustOurs(t, []byte(`{"uniqueItems":true}`))
		if pass, _ := ours(t, twice, []byte("["+number+","+limit+"]")); pass != (x.Cmp(y) != 0) {
			t.Fatalf("%s and %s: unique %v", number, limit, pass)
		}
	})
}

func positive(r *big.Rat) *big.Rat {
	if r.Sign() <= 0 {
		return big.NewRat(1, 1)
	}
	return r
}

// rational reads a JSON number that is within limits.
func rational(text string) (*big.Rat, bool) {
	if len(text) > 60 || text == "" || text[0] != '-' && (text[0] < '0' || text[0] > '9') || !json.Valid([]byte(text)) {
		return nil, false
	}
	if i := strings.IndexAny(text, "eE"); i >= 0 && len(text)-i > 4 {
		return nil, false
	}
	return new(big.Rat).SetString(text)
}

// FuzzStrings compares what a string of JSON holds with encoding/json: its characters, whether it is one of an enum, and a name.
func FuzzStrings(f *testing.F) {
	for _, s := range []string{`a`, `\u0061\n\/`, `é\ud83d\udc32`, `\ud800`, "\xff", `\"`, "\u2028", `\u0000`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		doc := []byte(`"` + raw + `"`)
		d := schemas.NewDecoder(compile(t, `true`, schemas.Options{}), schemas.Limits{})
		_, row := d.Decode(doc, nil)
		var s string
		if err := json.Unmarshal(doc, &s); err != nil || !utf8.ValidString(raw) {
			if row {
				t.Fatalf("%q is taken: %v", doc, err)
			}
			return
		}
		if !row {
			if !strings.Contains(s, "\ufffd") { // which encoding/json puts where a surrogate is alone
				t.Fatalf("%q is refused", doc)
			}
			return
		}
		n := utf8.RuneCountInString(s)
		name, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		schema := marshal(t, object{
			"items": object{"const": s, "minLength": n, "maxLength": n, "not": object{"minLength": n + 1}}, "uniqueItems": false,
			"required": []any{s}, "properties": object{s: true}, "additionalProperties": false, "propertyNames": object{"const": s},
		})
		p := mustOurs(t, schema)
		for _, text := range []string{"[" + string(doc) + "," + string(name) + "]", "{" + string(doc) + ":1}"} {
			if pass, reasons := ours(t, p, []byte(text)); !pass {
				t.Fatalf("%s of %s: %v", text, schema, reasons)
			}
		}
	})
}
