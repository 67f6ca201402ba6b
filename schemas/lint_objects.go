package schemas

import (
	"slices"
	"strconv"

	"go.yaml.in/yaml/v3"

	"github.com/winnow-data/winnow/schemas/ecma"
	"github.com/winnow-data/winnow/strict"
)

// A family is the schemas that are in place of one another, one way or the other: what any of them declares, an object that one is for may
// have.
type family struct {
	above     *family // in whose place it is
	names     map[string]bool
	list      []string
	match     []*ecma.Pattern
	described bool // there is a schema for names that are not declared
	open      bool // they are let by on purpose
}

func (f *family) top() *family {
	for f.above != nil {
		if f.above.above != nil {
			f.above = f.above.above
		}
		f = f.above
	}
	return f
}

// families finds them, once, and what is only a condition: not and if.
func (l *linter) families() {
	var asked []*schemaDef
	for _, s := range l.c.defs {
		l.kin[s] = &family{names: make(map[string]bool)}
	}
	for _, s := range l.c.defs {
		for _, in := range []*schemaDef{s.not, s.cond} {
			if in != nil {
				asked = append(asked, in)
			}
		}
		for _, in := range s.inPlace() {
			if a, b := l.kin[s].top(), l.kin[in].top(); a != b {
				b.above = a
			}
		}
	}
	l.asked = make(map[*schemaDef]bool)
	for _, s := range append(l.inPlaceOf(asked), asked...) {
		l.asked[s] = true
	}
	for _, s := range l.c.defs {
		f := l.kin[s].top()
		for _, name := range s.props {
			if !f.names[name] {
				f.names[name] = true
				f.list = append(f.list, name)
			}
		}
		for _, p := range s.matched {
			f.match = append(f.match, p.pattern)
		}
		for _, other := range []*schemaDef{s.additional, s.otherProps} {
			f.described = f.described || other != nil && other.never == "" && !other.blank()
			f.open = f.open || other != nil && other.never == "" && other.blank()
		}
	}
}

func lintRequired(l *linter, s *schemaDef) {
	_, required := l.get(s, "required")
	l.declared(s, required)
	for _, keyword := range []string{"dependentRequired", "dependencies"} {
		_, depends := l.get(s, keyword)
		if depends == nil || depends.Kind != yaml.MappingNode {
			continue
		}
		for name, needs := range pairs(depends) {
			l.declaredName(s, name)
			l.declared(s, needs)
		}
	}
}

// declared warns of names in the list n that no property is declared for.
func (l *linter) declared(s *schemaDef, n *yaml.Node) {
	if n == nil || n.Kind != yaml.SequenceNode {
		return
	}
	for _, name := range n.Content {
		l.declaredName(s, resolve(name))
	}
}

func (l *linter) declaredName(s *schemaDef, name *yaml.Node) {
	if len(l.kin) == 0 {
		l.families()
	}
	f := l.kin[s].top()
	if !strict.IsString(name) || f.names[name.Value] || l.asked[s] {
		return // not: {required: [x]} is how an object is told not to have x
	}
	if l.steps -= len(f.match); l.steps < 0 || matches(f.match, name.Value) {
		return
	}
	near := l.near(name.Value, f.list)
	switch {
	case s.shuts(name.Value):
		if near == "" {
			near = "declare it in properties"
		}
		l.warn(s.res.file, name, strict.Show(name)+" is wanted, and additionalProperties: false forbids it", near)
	case f.described || near == "" && (f.open || len(f.list) == 0):
	default:
		if near == "" {
			near = "declare it in properties: as it is, any value will do"
		}
		l.warn(s.res.file, name, strict.Show(name)+" is wanted, and no property of that name is declared", near)
	}
}

// shuts says that s itself forbids members of this name, by additionalProperties.
func (s *schemaDef) shuts(name string) bool {
	return s.additional != nil && s.additional.never != "" && !s.declares(name)
}

func (s *schemaDef) declares(name string) bool {
	return s.prop[name] != nil || slices.ContainsFunc(s.matched, func(p patternProp) bool { return p.pattern.Match([]byte(name)) })
}

// together lists s and what applies wherever s does: allOf, and what references lead to.
func (l *linter) together(s *schemaDef) []*schemaDef {
	list, seen := []*schemaDef{s}, map[*schemaDef]bool{s: true}
	for i := 0; i < len(list) && l.steps > 0; i++ {
		l.steps -= 1 + len(list[i].all)
		for _, in := range list[i].all {
			if !seen[in] {
				seen[in] = true
				list = append(list, in)
			}
		}
	}
	return list
}

// branches lists the schemas of which some apply where s does.
func (s *schemaDef) branchList() (list []*schemaDef) {
	list = append(append(list, s.any...), s.one...)
	for _, in := range []*schemaDef{s.then, s.els} {
		if in != nil {
			list = append(list, in)
		}
	}
	for _, d := range s.depends {
		if d.def != nil {
			list = append(list, d.def)
		}
	}
	return list
}

// lintClosed finds additionalProperties: false that forbids what is declared beside it. It sees no properties but those next to it (JSON
// Schema 2020-12, section 10.3.2.3).
func lintClosed(l *linter, s *schemaDef) {
	all := l.together(s)
	var branches []*schemaDef
	for _, m := range all {
		branches = append(branches, m.branchList()...)
	}
	if len(all) == 1 && len(branches) == 0 {
		return
	}
	closed := slices.DeleteFunc(slices.Clone(all), func(m *schemaDef) bool { return m.additional == nil || m.additional.never == "" })
	for _, in := range all {
		l.forbidden(closed, in.props, in)
	}
	for _, b := range branches {
		for _, in := range l.together(b) {
			l.forbidden(closed, in.props, in)
			if in.additional != nil && in.additional.never != "" {
				for _, m := range all {
					l.forbidden([]*schemaDef{in}, m.required, nil)
				}
			}
		}
	}
}

// forbidden warns of the first of names, which in declares, for each schema of closed that forbids it.
func (l *linter) forbidden(closed []*schemaDef, names []string, in *schemaDef) {
	for _, m := range closed {
		if l.steps -= len(names); l.steps < 0 || m == in {
			continue
		}
		for _, name := range names {
			if m.declares(name) || in != nil && in.prop[name].never != "" {
				continue
			}
			fix := "before 2019-09: declare it in these properties, too"
			if m.res.draft&since2019 != 0 {
				fix = "put unevaluatedProperties: false beside the allOf or $ref in its place, or declare it in these properties, too"
			}
			key, _ := l.get(m, "additionalProperties")
			if key != nil && !l.said[key] {
				l.said[key] = true
				l.warn(m.res.file, key, "this forbids "+strconv.Quote(name)+", which applies to the same object and is not declared here", fix)
			}
			break
		}
	}
}

// lintTypes finds schemas that apply together, and whose types have nothing in common.
func lintTypes(l *linter, s *schemaDef) {
	allow := kindAny
	for _, m := range l.together(s) {
		if m.allow == 0 {
			return // which readType has a fault for
		}
		allow &= m.allow
	}
	if allow == 0 {
		key, _ := l.get(s, "allOf")
		if key == nil {
			key, _ = strict.Pair(s.at, "$ref")
		}
		l.warn(s.res.file, key, "the types of the schemas that apply here have nothing in common: no value passes", "make their types agree, or write anyOf for allOf")
		return
	}
	for _, b := range append(slices.Clone(s.any), s.one...) {
		in := allow
		for _, m := range l.together(b) {
			in &= m.allow
		}
		if in == 0 && b.never == "" {
			l.warn(b.res.file, b.at, "no value that passes here has the type that is wanted beside this branch", "make their types agree, or take the branch out")
		}
	}
}
