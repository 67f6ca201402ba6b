package schemas_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// value writes any value.
func (a *author) value(depth int) any {
	switch k := a.IntN(10); {
	case k < 3:
		return a.number()
	case k < 5:
		return a.text()
	case k == 5 || depth <= 0:
		return pick[any](a, nil, true, false)
	case k < 8:
		list := make([]any, a.IntN(4))
		for i := range list {
			list[i] = a.value(depth - 1)
		}
		return list
	default:
		m := object{}
		for range a.IntN(4) {
			m[a.name()] = a.value(depth - 1)
		}
		return m
	}
}

// fitting writes a value that nearly fits schema: it follows some of its keywords, and at times none.
func (a *author) fitting(schema any, depth int) any {
	s, _ := schema.(object)
	if depth <= 0 || a.chance(9) {
		return a.value(max(depth, 1))
	}
	for _, key := range []string{"$ref", "$dynamicRef", "$recursiveRef"} {
		if ref, ok := s[key].(string); ok && a.chance(2) {
			return a.fitting(a.target(ref), depth)
		}
	}
	for _, key := range []string{"allOf", "anyOf", "oneOf"} {
		if list, ok := s[key].([]any); ok && a.chance(3) {
			return a.merge(a.fitting(pick(a, list...), depth-1), s, depth)
		}
	}
	for _, key := range []string{"if", "then", "else", "not"} {
		if in, ok := s[key]; ok && a.chance(4) {
			return a.merge(a.fitting(in, depth-1), s, depth)
		}
	}
	if list, ok := s["enum"].([]any); ok && a.chance(2) {
		return pick(a, list...)
	}
	if v, ok := s["const"]; ok && a.chance(2) {
		return v
	}
	return a.ofType(s, depth)
}

// merge completes a member's object by what s says beside it.
func (a *author) merge(v any, s object, depth int) any {
	m, ok := v.(object)
	if !ok {
		return v
	}
	m = maps.Clone(m)
	if more, ok := a.ofObject(s, depth-1).(object); ok {
		for name, v := range more {
			if _, have := m[name]; !have || a.chance(2) {
				m[name] = v
			}
		}
	}
	return m
}

func (a *author) ofType(s object, depth int) any {
	types, _ := s["type"].([]any)
	if t, ok := s["type"].(string); ok {
		types = []any{t}
	}
	if len(types) == 0 {
		types = []any{"object", "object", "array", "array", "string", "number", "null"}
	}
	switch pick(a, types...) {
	case "null":
		return nil
	case "boolean":
		return a.chance(2)
	case "integer":
		return json.Number(strconv.Itoa(a.IntN(12) - 3))
	case "number":
		return a.number()
	case "string":
		return a.text()
	case "array":
		return a.ofArray(s, depth)
	}
	return a.ofObject(s, depth)
}

func (a *author) ofArray(s object, depth int) any {
	list := make([]any, a.IntN(5))
	prefix, _ := s["prefixItems"].([]any)
	if many, ok := s["items"].([]any); ok {
		prefix = many
	}
	for i := range list {
		in := s["items"]
		if i < len(prefix) {
			in = prefix[i]
		}
		if _, many := in.([]any); many {
			in = s["additionalItems"]
		}
		if more := s["contains"]; more != nil && a.chance(3) {
			in = more
		}
		if list[i] = a.fitting(in, depth-1); i > 0 && a.chance(8) {
			list[i] = list[i-1]
		}
	}
	return list
}

func (a *author) ofObject(s object, depth int) any {
	m := object{}
	props, _ := s["properties"].(object)
	for _, name := range slices.Sorted(maps.Keys(props)) {
		if !a.chance(3) {
			m[name] = a.fitting(props[name], depth-1)
		}
	}
	required, _ := s["required"].([]any)
	for _, name := range required {
		if _, have := m[name.(string)]; !have && !a.chance(4) {
			m[name.(string)] = a.fitting(props[name.(string)], depth-1)
		}
	}
	for range a.IntN(3) {
		if name := a.name(); m[name] == nil {
			m[name] = a.fitting(pick(a, s["additionalProperties"], s["unevaluatedProperties"], nil), depth-2)
		}
	}
	return m
}

// target gives the def that ref leads to, or nil.
func (a *author) target(ref string) any {
	for _, name := range a.names {
		if strings.Contains(ref, name) {
			return a.defs[name]
		}
	}
	return nil
}

// spell writes v as JSON in one of many ways: white space, escapes, the order of members and the spelling of numbers.
func (a *author) spell(b []byte, v any) []byte {
	gap := func() {
		if a.chance(6) {
			b = append(b, pick(a, " ", "\n", "\t ", "\r\n")...)
		}
	}
	gap()
	switch v := v.(type) {
	case object:
		b = append(b, '{')
		names := slices.Sorted(maps.Keys(v))
		a.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
		for i, name := range names {
			if i > 0 {
				b = append(b, ',')
			}
			gap()
			b = a.spellString(b, name)
			gap()
			b = a.spell(append(b, ':'), v[name])
		}
		b = append(b, '}')
	case []any:
		b = append(b, '[')
		for i, item := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = a.spell(b, item)
		}
		b = append(b, ']')
	case string:
		b = a.spellString(b, v)
	case json.Number:
		b = append(b, v...)
		if whole := !strings.ContainsAny(string(v), ".eE"); whole && a.chance(6) {
			b = append(b, pick(a, ".0", "e0", ".00E+0")...)
		}
	default:
		b = fmt.Append(b, map[any]string{nil: "null", true: "true", false: "false"}[v])
	}
	gap()
	return b
}

func (a *author) spellString(b []byte, s string) []byte {
	b = append(b, '"')
	for _, r := range s {
		switch {
		case r < ' ' || r == '"' || r == '\\' || r < 0x10000 && a.chance(10):
			b = fmt.Appendf(b, `\u%04x`, r)
		case r >= 0x10000 && a.chance(3):
			b = fmt.Appendf(b, `\u%04X\u%04x`, 0xD800+(r-0x10000)>>10, 0xDC00+(r-0x10000)&0x3FF)
		case r == '/' && a.chance(2):
			b = append(b, `\/`...)
		default:
			b = append(b, string(r)...)
		}
	}
	return append(b, '"')
}
