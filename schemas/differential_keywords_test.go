package schemas_test

import (
	"encoding/json"
	"fmt"
)

// assertion writes one keyword without schemas in it.
func (a *author) assertion(s object) {
	type writer struct {
		since string
		write func()
	}
	set := func(key string, value any) func() { return func() { s[key] = value } }
	list := []writer{
		{"4", func() { a.limits(s) }},
		{"4", set("multipleOf", pick[json.Number](a, "2", "0.1", "3", "0.5", "1e-3", "10", "7", "1.5", "1e-300", "3e18", "0.01"))},
		{"4", set(pick(a, "minLength", "maxLength"), a.size())},
		{"4", set("pattern", a.pattern())},
		{"4", set(pick(a, "minItems", "maxItems"), a.size())},
		{"4", set(pick(a, "minProperties", "maxProperties"), a.size())},
		{"4", set("uniqueItems", !a.chance(6))},
		{"4", set("enum", a.values(1+a.IntN(5)))},
		{"4", set("enum", a.values(1+a.IntN(3)))},
		{"6", set("const", a.value(1))},
		{"4", set("required", a.distinctNames(1+a.IntN(2)))},
		{"4", set("required", a.distinctNames(1+a.IntN(3)))},
		{"2019-09", set("dependentRequired", object{a.name(): a.distinctNames(a.IntN(3)), a.name(): a.distinctNames(1)})},
		{"4", set(pick(a, "title", "description"), "words")},
		{"4", set("default", a.value(1))},
		{"7", set("$comment", "words")},
		{"4", set("format", "some-format")},
	}
	if w := pick(a, list...); a.since(w.since) {
		w.write()
	}
}

func (a *author) limits(s object) {
	key := pick(a, "minimum", "maximum")
	switch {
	case a.chance(2):
		s[key] = a.number()
	case !a.since("6"):
		s[key] = a.number()
		s[pick(a, map[string]string{"minimum": "exclusiveMinimum", "maximum": "exclusiveMaximum"}[key])] = !a.chance(4)
	default:
		s[pick(a, "exclusiveMinimum", "exclusiveMaximum")] = a.number()
	}
}

// values writes a list of different values.
func (a *author) values(n int) (list []any) {
	seen := map[string]bool{}
	for range n {
		v := a.value(1)
		if key := loosely(v); !seen[key] {
			seen[key] = true
			list = append(list, v)
		}
	}
	return list
}

// loosely gives a text that values share which may be equal.
func loosely(v any) string {
	switch v := v.(type) {
	case json.Number:
		f, _ := v.Float64()
		return fmt.Sprint(f + 0) // which has no -0
	case object, []any:
		return "container"
	}
	return fmt.Sprintf("%T %v", v, v)
}

func (a *author) distinctNames(n int) []any {
	list, seen := []any{}, map[string]bool{}
	for range n {
		if name := a.name(); !seen[name] {
			seen[name] = true
			list = append(list, name)
		}
	}
	if len(list) == 0 && a.draft == 0 {
		list = append(list, "a")
	}
	return list
}

// structure writes a keyword whose schemas are for values within.
func (a *author) structure(s object, depth int) {
	switch a.IntN(12) {
	case 0, 1, 2:
		s["properties"] = a.members(depth, 1+a.IntN(4), a.name)
	case 3:
		s["patternProperties"] = a.members(depth, 1+a.IntN(2), a.pattern)
		if a.chance(3) {
			s["patternProperties"] = a.members(depth, 5+a.IntN(3), a.pattern)
		}
	case 4:
		s["additionalProperties"] = a.schemaOrBool(depth)
	case 5, 6:
		a.items(s, depth)
	case 7:
		if a.since("6") {
			s["propertyNames"] = a.inside(depth)
		}
	case 8, 9:
		a.contains(s, depth)
	default:
		if a.since("2019-09") {
			s[pick(a, "unevaluatedProperties", "unevaluatedProperties", "unevaluatedItems")] = a.schemaOrBool(depth)
		}
	}
}

func (a *author) members(depth, n int, name func() string) object {
	if a.wide {
		n += 70
		depth = min(depth, 0)
	}
	m := object{}
	for range n {
		m[name()] = a.inside(depth)
	}
	return m
}

func (a *author) schemaOrBool(depth int) any {
	if a.chance(2) {
		return a.chance(4)
	}
	return a.inside(depth)
}

func (a *author) items(s object, depth int) {
	list := func() []any {
		list := make([]any, 1+a.IntN(3))
		for i := range list {
			list[i] = a.inside(depth)
		}
		return list
	}
	switch {
	case a.chance(2):
		s["items"] = a.inside(depth)
	case a.since("2020-12"):
		s["prefixItems"] = list()
	default:
		s["items"] = list()
		if a.chance(2) {
			s["additionalItems"] = a.schemaOrBool(depth)
		}
	}
}

func (a *author) contains(s object, depth int) {
	if !a.since("6") {
		return
	}
	s["contains"] = a.inside(depth)
	if a.since("2019-09") && a.chance(2) {
		s[pick(a, "minContains", "maxContains")] = a.size()
	}
}

// branches writes a keyword whose schemas are for the value itself.
func (a *author) branches(s object, depth int) {
	list := func() []any {
		list := make([]any, 1+a.IntN(3))
		for i := range list {
			list[i] = a.schema(depth)
		}
		return list
	}
	switch k := a.IntN(11); {
	case k < 2:
		s["allOf"] = list()
	case k < 4:
		s["anyOf"] = list()
	case k < 6:
		s["oneOf"] = list()
	case k == 6:
		s["not"] = a.schema(depth)
	case k < 9 && a.since("7"):
		s["if"] = a.schema(depth)
		if !a.chance(3) {
			s["then"] = a.schema(depth)
		}
		if !a.chance(3) {
			s["else"] = a.schema(depth)
		}
	case a.since("2019-09"):
		s["dependentSchemas"] = object{a.name(): a.schema(depth), a.name(): a.schema(depth)}
	default:
		s["dependencies"] = object{a.name(): a.schema(depth), a.name(): a.distinctNames(1 + a.IntN(2))}
	}
}
