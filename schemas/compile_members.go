package schemas

import (
	"slices"

	"github.com/winnow-data/winnow/schemas/ecma"
)

// member gives the schemas that apply to the member called name.
func (b *builder) member(m *merged, name string) (defs []*schemaDef) {
	for _, s := range m.of[classObject].defs {
		found := false
		if prop := s.prop[name]; prop != nil {
			defs, found = append(defs, prop), true
		}
		b.step(len(s.matched) / 8) // to match takes less than to merge
		for _, p := range s.matched {
			if p.pattern.Match([]byte(name)) {
				defs, found = append(defs, p.def), true
			}
		}
		if !found && s.additional != nil {
			defs = append(defs, s.additional)
		}
		if s.otherProps != nil {
			if v := b.cover(s); !v.all && !v.props[name] && !matches(v.match, name) {
				defs = append(defs, s.otherProps)
			}
		}
	}
	return defs
}

// patterns lists the patterns that m has for names.
func (m *merged) patterns() (list []*ecma.Pattern) {
	for _, s := range m.of[classObject].defs {
		for _, p := range s.matched {
			if !slices.Contains(list, p.pattern) {
				list = append(list, p.pattern)
			}
		}
	}
	return list
}

// extra gives the schemas that apply to a member that is not declared, and whose name the patterns of set match.
func (b *builder) extra(m *merged, set []*ecma.Pattern) (defs []*schemaDef) {
	for _, s := range m.of[classObject].defs {
		found := false
		for _, p := range s.matched {
			if slices.Contains(set, p.pattern) {
				defs, found = append(defs, p.def), true
			}
		}
		if !found && s.additional != nil {
			defs = append(defs, s.additional)
		}
		if s.otherProps != nil {
			if v := b.cover(s); !v.all && !slices.ContainsFunc(v.match, func(p *ecma.Pattern) bool { return slices.Contains(set, p) }) {
				defs = append(defs, s.otherProps)
			}
		}
	}
	return defs
}

// forbids says that no object may have a member of this name: a column for it would stay empty for ever.
func (b *builder) forbids(m *merged, name string) bool {
	return slices.ContainsFunc(b.member(m, name), func(s *schemaDef) bool { return s.never != "" })
}

// bounded says that m says something of objects, or, where what is evaluated counts, that it evaluates something of them.
func (b *builder) bounded(m *merged) bool {
	return slices.ContainsFunc(m.of[classObject].defs, func(s *schemaDef) bool {
		if s.members != anySize || len(s.props)+len(s.required)+len(s.matched)+len(s.depends) > 0 || s.names != nil {
			return true
		}
		return s.additional != nil && (b.marks || !s.additional.blank()) || s.otherProps != nil
	})
}

// lists says it of arrays.
func (b *builder) lists(m *merged) bool {
	return slices.ContainsFunc(m.of[classArray].defs, (*schemaDef).aboutArrays)
}

// item gives the schemas that apply to the item at i, or with -1 to those behind all prefixes.
func (m *merged) item(i int) (defs []*schemaDef) {
	for _, s := range m.of[classArray].defs {
		switch {
		case i >= 0 && i < len(s.prefix):
			defs = append(defs, s.prefix[i])
		case s.items != nil:
			defs = append(defs, s.items)
		}
	}
	return defs
}

// prefix is how many items have schemas of their own.
func (m *merged) prefix() (n int) {
	for _, s := range m.of[classArray].defs {
		n = max(n, len(s.prefix))
	}
	return n
}

// otherItems adds to defs the unevaluatedItems that apply to the item at i, or with -1 behind all prefixes.
func (b *builder) otherItems(m *merged, i int, defs []*schemaDef) []*schemaDef {
	for _, s := range m.of[classArray].defs {
		if s.otherItems != nil {
			if v := b.cover(s); !v.items && (i < 0 || i >= v.prefix) {
				defs = append(defs, s.otherItems)
			}
		}
	}
	return defs
}
