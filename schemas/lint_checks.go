package schemas

import (
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/winnow-data/winnow/strict"
)

// LintChecks lists what Lint warns of.
func LintChecks() []LintCheck {
	return []LintCheck{
		{Name: "unknown-keyword", Run: true, Says: "a keyword that the schema's draft does not have: a misspelt one, or another draft's. Names that begin with `x-` are let by"},
		{Name: "older-keyword", Run: true, Says: "a keyword that the draft only keeps from older ones, such as `dependencies` since 2019-09"},
		{Name: "unknown-format", Run: true, Says: "a `format` that is not checked, where `format` is asserted"},
		{Name: "undeclared", Says: "a name in `required`, `dependentRequired` or `dependencies` that no property of the object is declared by, or that `additionalProperties: false` forbids", whole: true, schema: lintRequired},
		{Name: "closed", Says: "`additionalProperties: false` that forbids what another schema for the same object declares or requires", whole: true, schema: lintClosed},
		{Name: "types", Says: "schemas that apply together, or a branch and what is beside it, whose types have nothing in common", whole: true, schema: lintTypes},
		{Name: "range", Says: "limits that leave nothing between them, or no integer where one is wanted", schema: lintRanges},
		{Name: "value", Says: "a value of `enum` or `const`, a `default` or one of the `examples` that its own schema refuses", whole: true, schema: lintValues},
		{Name: "repeated", Says: "a value that is in `enum`, `required` or `type` twice", schema: lintRepeated},
		{Name: "branch", Says: "branches of `oneOf` or `anyOf` that are equal, or types of `oneOf` that overlap", schema: lintOneOf},
		{Name: "idle", Says: "a keyword beside a `type` that it is not about, such as `minLength` beside `type: integer`", schema: lintIdle},
		{Name: "alone", Says: "a keyword that does nothing without another: `if` without `then` and `else`, these without `if`, `minContains` without `contains`, `additionalItems` without a list in `items`", schema: lintPartners},
		{Name: "ref-siblings", Says: "keywords beside a `$ref` in drafts 4, 6 and 7, which ignore them", schema: lintSiblings},
		{Name: "pattern", Says: "a `pattern`, or a name in `patternProperties`, that matches anywhere and looks as if the whole were meant; `^a|b$`", schema: lintPatterns},
		{Name: "unused", Says: "a definition in the contract's own schema that no `$ref` leads to", whole: true, schema: lintUnused},
		{Name: "pointer", Says: "a pointer of a rule, of `team`, `user`, `event_time` or of `sensitive.fields` to what the schema does not declare", whole: true, contract: lintPointers},
		{Name: "refs", Says: "an entry of `refs` that no `$ref` needs", whole: true, contract: lintRefs},
	}
}

// lintPointers finds pointers to columns that are there only because something points at them.
func lintPointers(l *linter, from *loader) {
	for _, n := range from.columns {
		l.pointsAt(from.file, n, pointerTokens(n.Value))
	}
	fields := strict.Get(from.c.Sensitive.Node, "fields")
	if fields == nil {
		return
	}
	for key := range pairs(fields) {
		l.pointsAt(from.file, key, pointerTokens(key.Value))
	}
}

// pointsAt warns of a pointer that leads to no property that is declared.
func (l *linter) pointsAt(file string, n *yaml.Node, tokens []string) {
	here := []*schemaDef{l.root}
	for _, token := range tokens {
		var next []*schemaDef
		var known []string
		open := false
		for _, s := range l.inPlaceOf(here) {
			known = append(known, s.props...)
			open = open || s.aboutArrays() || s.additional != nil && s.additional.never == "" && !s.additional.blank() ||
				slices.ContainsFunc(s.matched, func(p patternProp) bool { return p.pattern.Match([]byte(token)) })
			if in := s.prop[token]; in != nil {
				next = append(next, in)
			}
		}
		if len(next) == 0 && (open || len(known) == 0) {
			return // what it is, is said in another way, or not at all
		}
		if here = next; len(here) == 0 {
			fix := l.near(token, known)
			if fix == "" {
				fix = "declare it in the schema, with its type"
			}
			l.warn(file, n, "the schema does not declare "+strict.Show(n), fix)
			return
		}
	}
}

// inPlaceOf lists the schemas of list, and those for the same value.
func (l *linter) inPlaceOf(list []*schemaDef) []*schemaDef {
	seen := make(map[*schemaDef]bool)
	list = slices.Clone(list)
	for i := 0; i < len(list) && l.steps > 0; i++ {
		for _, in := range list[i].inPlace() {
			l.steps--
			if !seen[in] {
				seen[in] = true
				list = append(list, in)
			}
		}
	}
	return list
}

// lintRefs finds entries of refs that were not needed.
func lintRefs(l *linter, from *loader) {
	for _, r := range from.opt.Refs {
		if key := from.refAt[r]; key != nil && !from.docs.used[r] {
			l.warn(from.file, key, "no $ref of the schema leads to "+strict.Show(key), "take it out, or mend the address")
		}
	}
}
