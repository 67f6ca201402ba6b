package schemas_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
)

// dialects are the drafts, oldest first, with their names for Options and their $schema.
var dialects = []struct{ name, uri string }{
	{"4", "http://json-schema.org/draft-04/schema#"},
	{"6", "http://json-schema.org/draft-06/schema#"},
	{"7", "http://json-schema.org/draft-07/schema#"},
	{"2019-09", "https://json-schema.org/draft/2019-09/schema"},
	{"2020-12", "https://json-schema.org/draft/2020-12/schema"},
}

// An author writes random schemas of a draft, with every keyword that it has. Rand's source may be bytes, so that a fuzzer turns what it
// writes.
type author struct {
	*rand.Rand

	draft   int // of dialects
	defs    map[string]any
	names   []string // of defs
	own     []bool   // a def is a resource of its own
	ids     bool     // resources have identifiers
	anchors map[int]bool
	level   int // of defs from here on a reference in place may lead to; -1 for none in place, so that all are fine
	wide    bool
}

type object = map[string]any

func newAuthor(r *rand.Rand) *author { return &author{Rand: r, draft: r.IntN(len(dialects))} }

// chance is true once in n times.
func (a *author) chance(n int) bool { return a.IntN(n) == 0 }

func pick[T any](a *author, list ...T) T { return list[a.IntN(len(list))] }

func (a *author) since(name string) bool {
	return a.draft >= slices.IndexFunc(dialects, func(d struct{ name, uri string }) bool { return d.name == name })
}

// root writes a schema with definitions that refer to one another.
func (a *author) root() object {
	a.defs, a.anchors, a.ids, a.wide = object{}, map[int]bool{}, a.chance(3), a.chance(12)
	for i := range a.IntN(4) {
		a.names = append(a.names, fmt.Sprintf("d%d", i))
		a.own = append(a.own, a.ids && a.chance(2))
	}
	for i := len(a.names) - 1; i >= 0; i-- {
		a.level = i + 1
		def := a.schemaObject(2)
		a.identify(def, i)
		a.defs[a.names[i]] = def
	}
	a.level = 0
	s := a.schemaObject(3)
	s["$schema"] = dialects[a.draft].uri
	a.identify(s, -1)
	if len(a.defs) > 0 {
		s[a.defsKey()] = a.defs
	}
	if _, only := s["$ref"]; only && !a.since("2019-09") {
		// Beside $ref nothing counts in these drafts.
		ref := object{"$ref": s["$ref"]}
		delete(s, "$ref")
		s["allOf"] = []any{ref}
	}
	return s
}

func (a *author) defsKey() string {
	if a.since("2019-09") {
		return "$defs"
	}
	return "definitions"
}

func (a *author) idKey() string {
	if a.draft == 0 {
		return "id"
	}
	return "$id"
}

// identify gives the def i, or the root, its identifiers and anchors.
func (a *author) identify(s object, i int) {
	own := i < 0 && a.ids
	if i < 0 && a.ids {
		s[a.idKey()] = "http://example.com/root.json"
	}
	if i >= 0 && a.own[i] {
		own = true
		s[a.idKey()] = "http://example.com/" + a.names[i] + ".json"
	}
	if own && !a.since("2019-09") {
		delete(s, "$ref") // beside which an identifier would not count
	}
	if i >= 0 && !own {
		a.anchors[i] = true
		if a.since("2019-09") {
			s["$anchor"] = "at-" + a.names[i]
		} else if _, ref := s["$ref"]; !ref {
			s[a.idKey()] = "#at-" + a.names[i]
		} else {
			a.anchors[i] = false
		}
	}
	switch {
	case !own && i >= 0:
	case a.since("2020-12"):
		switch key := pick(a, "$dynamicAnchor", "$dynamicAnchor", "$anchor"); {
		case a.chance(2):
			s[key] = "dyn"
		case i >= 0:
			s["$defs"] = object{"in": object{key: "dyn", "type": pick(a, "object", "string", "integer")}}
		default:
			s[key] = "dyn"
		}
	case a.since("2019-09") && a.chance(2):
		s["$recursiveAnchor"] = a.chance(2)
	}
}

// reference writes one to a def or to the root.
func (a *author) reference() (key, to string) {
	from := max(a.level, 0)
	if n := len(a.names) - from; n > 0 && (a.level >= 0 || a.chance(2)) {
		i := from + a.IntN(n)
		switch {
		case a.own[i]:
			return "$ref", a.names[i] + ".json"
		case a.anchors[i] && a.chance(2):
			return "$ref", a.rootURI() + "#at-" + a.names[i]
		}
		return "$ref", a.rootURI() + "#/" + a.defsKey() + "/" + a.names[i]
	}
	if a.level >= 0 {
		return "", ""
	}
	switch {
	case a.since("2020-12") && a.chance(2):
		return "$dynamicRef", "#dyn"
	case a.draft == 3 && a.chance(2):
		return "$recursiveRef", "#"
	}
	return "$ref", a.rootURI() + "#"
}

func (a *author) rootURI() string {
	if a.ids {
		return "root.json"
	}
	return ""
}

// inside writes a schema for a value within this one, where references may lead back.
func (a *author) inside(depth int) any {
	level := a.level
	a.level = -1
	defer func() { a.level = level }()
	return a.schema(depth)
}

func (a *author) schema(depth int) any {
	if a.since("6") && a.chance(8) {
		return pick[any](a, true, true, false, object{})
	}
	if depth <= 0 && a.chance(2) {
		return object{}
	}
	return a.schemaObject(depth)
}

// schemaObject writes a few keywords.
func (a *author) schemaObject(depth int) object {
	s := object{}
	for range 1 + a.IntN(4) {
		switch k := a.IntN(10); {
		case k < 2:
			a.types(s)
		case k < 5:
			a.assertion(s)
		case k == 5:
			if key, to := a.reference(); key != "" && a.chance(2) {
				s[key] = to
			}
		case depth <= 0:
			a.assertion(s)
		case k < 8:
			a.structure(s, depth-1)
		default:
			a.branches(s, depth-1)
		}
	}
	return s
}

func (a *author) types(s object) {
	one := func() string {
		return pick(a, "null", "boolean", "integer", "number", "string", "object", "object", "object", "array", "array")
	}
	if x, y := one(), one(); x != y && a.chance(3) {
		s["type"] = []any{x, y}
		return
	}
	s["type"] = one()
}

func (a *author) number() json.Number {
	return json.Number(pick(a, "0", "1", "2", "-1", "3", "1.5", "-2.5", "10", "0.1", "1e1", "100", "1.0", "9007199254740993", "0.30", "7",
		"-0", "-0.0", "1E-2", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "1e19", "12345678901234567890.5",
		"0.1000000000000000055511151231257827", "3.0e0", "1e300", "1e-300", "20", "4", "5", "6"))
}

func (a *author) text() string {
	return pick(a, "", "a", "ab", "abc", "é", "é\U0001f432", "12", "a1", "x y", "\n", "a/b", "\"", "\\", "aé", "b", "c", "\x00", "\U0001f432\U0001f432")
}

func (a *author) name() string {
	if a.wide {
		return fmt.Sprintf("p%d", a.IntN(90))
	}
	return pick(a, "a", "a", "b", "b", "c", "d", "aa", "ab", "c/d", "e~f", "é", "", "q\"", "a name that is longer than sixteen bytes", "\U0001f432")
}

func (a *author) size() json.Number {
	return pick[json.Number](a, "0", "1", "1", "2", "2", "3", "4", "1.0", "2e0")
}

// pattern writes one that every engine reads alike.
func (a *author) pattern() string {
	return pick(a, "^a", "b$", "[0-9]+", "^.$", "a|x", "^[a-c]{2,3}$", `\d`, "é", "^$", "^p[0-9]$", "", "^[^a]", "p.?1", "(a|b)(c|/)")
}
