package schemas_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/winnow-data/winnow/schemas"
)

// A shape is a random schema, and makes values that pass it.
type shape struct {
	schema string
	value  func() string
}

// shaper makes shapes of everything that has a column of its own, and of what has none.
type shaper struct{ r *rand.Rand }

func (s shaper) pick(of ...string) string { return of[s.r.IntN(len(of))] }

func (s shaper) shape(depth int) shape {
	if depth > 0 && s.r.IntN(2) == 0 {
		switch s.r.IntN(5) {
		case 0:
			item := s.shape(depth - 1)
			return shape{`"type":"array","items":{` + item.schema + `}`, func() string { return "[" + s.values(item, "") + "]" }}
		case 1:
			item := s.shape(depth - 1)
			return shape{`"type":"object","additionalProperties":{` + item.schema + `}`, func() string { return "{" + s.values(item, s.pick("k", "é")) + "}" }}
		case 2:
			item := s.shape(depth - 1)
			return shape{`"type":"object","required":["k 1"],"additionalProperties":{` + item.schema + `}`,
				func() string { return `{"k 1":` + item.value() + `,"\u006b2":` + item.value() + `}` }}
		}
		return s.object(depth)
	}
	if s.r.IntN(4) == 0 {
		return s.nullable()
	}
	return s.scalar()
}

// values makes some values, with keys if they are members.
func (s shaper) values(item shape, key string) string {
	var b strings.Builder
	for i := range s.r.IntN(4) {
		if i > 0 {
			b.WriteString(s.pick(",", " ,\n"))
		}
		if key != "" {
			fmt.Fprintf(&b, `"%s%d" :`, key, i)
		}
		b.WriteString(item.value())
	}
	return b.String()
}

func (s shaper) scalar() shape {
	of := func(schema string, values ...string) shape {
		return shape{schema, func() string { return s.pick(values...) }}
	}
	return []shape{
		of(`"type":"integer"`, "0", "-0", "-1.0", "12e2", "9223372036854775807", "-9223372036854775808", "9007199254740993"),
		of(`"type":"number"`, "0.1", "-0", "-0.0", "1e-7", "5e-324", "1e300", "9007199254740992", "0.30000000000000004", "123456789012345678901234567890e-10", "0"),
		of(`"type":"number","multipleOf":0.01`, "0.01", "-12.34", "5", "1e3", "-0.00", "99999999999999999999.99", "123456789012345678901234567890.12", "0.1200"),
		of(`"type":["number"],"multipleOf":1e-18`, "0.000000000000000001", "-1.5", "12345678901234567890.123456789012345678"),
		of(`"type":"boolean"`, "true", "false"),
		of(`"type":"string"`, `""`, `"a"`, `"\u00e9\ud83d\udc32\"\\\/\b\n\u0000"`, `"é🐲 long enough to be more than two words"`, `"null"`),
		of(`"enum":["b","a","b","\u00e9\n"]`, `"a"`, `"\u0062"`, `"é\u000a"`),
		of(`"type":"string","const":"only"`, `"only"`),
		of(`"type":"string","format":"date-time"`, `"2026-01-31T10:00:00Z"`, `"2026-01-31T10:00:00.25Z"`, `"2026-01-31t10:00:00.250z"`, `"0000-01-01T00:00:00Z"`,
			`"1969-12-31T23:59:59.999999Z"`, `"2024-02-29T23:30:00.123456789-05:30"`, `"2016-12-31T23:59:60Z"`, `"9999-12-31T23:59:59-23:59"`, `"2026-01-31T10:00:00\u005A"`),
		of(``, "1", "1e400", `"x"`, `[1, {"a": null}]`, `{"b":[],"c":"\u00e9"}`, "true"),
		of(`"type":["string","integer"]`, `"s"`, "7", "12345678901234567890"),
		of(`"type":"object"`, `{}`, `{"q":[1,2]}`),
	}[s.r.IntN(12)]
}

func (s shaper) nullable() shape {
	in := s.scalar()
	for !strings.HasPrefix(in.schema, `"type":"`) {
		in = s.scalar()
	}
	end := strings.Index(in.schema[8:], `"`) + 9
	if strings.Contains(in.schema, "const") {
		return in
	}
	return shape{`"type":["null",` + in.schema[7:end] + `]` + in.schema[end:], func() string { return s.pick("null", in.value()) }}
}

// object makes objects with members that are declared, required, absent, and, where that is allowed, of other names.
func (s shaper) object(depth int) shape {
	names := []string{"a", "b c", "*", "é\\n", "long name of a member, more than two words"}
	var props, required []string
	var in []shape
	for _, name := range names[:1+s.r.IntN(len(names))] {
		in = append(in, s.shape(depth-1))
		props = append(props, fmt.Sprintf(`"%s":{%s}`, name, in[len(in)-1].schema))
		if s.r.IntN(2) == 0 {
			required = append(required, `"`+name+`"`)
		}
	}
	closed := s.r.IntN(2) == 0
	extra := s.pick(`"additionalProperties":false`, `"additionalProperties":false,"minProperties":0`)
	if !closed {
		extra = s.pick(`"title":"open"`, `"additionalProperties":{"type":["integer","null","object"]}`)
	}
	return shape{`"type":"object","properties":{` + strings.Join(props, ",") + `},"required":[` + strings.Join(required, ",") + `],` + extra, func() string {
		var members []string
		for i, v := range in {
			if need := strings.Contains(strings.Join(required, ","), `"`+names[i]+`"`); need || s.r.IntN(2) == 0 {
				members = append(members, `"`+names[i]+`":`+v.value())
			}
		}
		if !closed && s.r.IntN(2) == 0 {
			members = append(members, s.pick(`"x":1`, `"\u0078":null`, `"x y" : {"n":[1.5, "\n"]}`), `"other\n":-7`)
		}
		s.r.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
		return "{" + strings.Join(members, s.pick(",", " , ")) + "}"
	}}
}

// TestColumnsGiveBack makes random schemas and records that pass them, and records that end within: the columns give each record back.
func TestColumnsGiveBack(t *testing.T) {
	s := shaper{rand.New(rand.NewPCG(11, 12))}
	for range 600 {
		root := s.object(4)
		if s.r.IntN(5) == 0 {
			root = s.shape(4)
		}
		p := compile(t, "{"+root.schema+"}", schemas.Options{FormatAssertion: true})
		d := schemas.NewDecoder(p, schemas.Limits{})
		var docs []string
		for range 12 {
			doc := root.value()
			if s.r.IntN(3) == 0 {
				if _, row := d.Decode([]byte(doc[:s.r.IntN(len(doc))]+"!"), nil); row {
					t.Fatal(doc)
				}
			}
			if reasons, row := d.Decode([]byte(doc), nil); !row || len(reasons) > 0 {
				t.Fatalf("%s\nof %s: %v", doc, root.schema, reasons)
			}
			if docs = append(docs, doc); s.r.IntN(4) == 0 {
				docs = docs[:s.r.IntN(len(docs))]
				d.Truncate(len(docs))
			}
		}
		rec := d.Record()
		for i, doc := range docs {
			same(t, rec, i, []byte(doc))
		}
		rec.Release()
	}
}
