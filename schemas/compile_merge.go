package schemas

import (
	"encoding/binary"
	"slices"

	"github.com/winnow-data/winnow/schemas/ecma"
)

// merged is what a set of schemas says together of one value.
type merged struct {
	key   string
	seeds []*schemaDef
	whole bool // every branch is kept
	of    [classes]*part
	allow kinds
	loose kinds // where a branch was chosen by the value's class alone

	props    []string // declared by properties
	required []string
	items    []*schemaDef
}

// A part is what it says of the values of one class.
type part struct {
	defs  []*schemaDef // that all apply
	ops   []branching
	loose bool
	none  bool  // no value of the class passes
	said  []int // the schemas that say something
}

// A branching is a keyword whose schemas need not all apply.
type branching struct {
	code            opCode
	rule            string
	list            []*schemaDef
	cond, then, els *schemaDef
	name            string // of dependentSchemas
	def             *schemaDef
}

// merge closes the set under what applies in place and puts it together, class by class: of an anyOf whose schemas are for different
// classes, just one is left for each, so that it need not be tried.
func (b *builder) merge(defs []*schemaDef) *merged { return b.put(defs, true) }

// put is merge; without choose every branch is kept.
func (b *builder) put(defs []*schemaDef, choose bool) *merged {
	ids := make([]int, len(defs))
	for i, s := range defs {
		ids[i] = s.id
	}
	key := setKey(ids, choose)
	m := b.sets[key]
	if m == nil {
		m = b.together(defs, choose)
		b.sets[key] = m
	}
	return m
}

func (b *builder) together(defs []*schemaDef, choose bool) *merged {
	m := &merged{seeds: defs, allow: kindAny}
	simple, branched := b.part(defs, classNull, false)
	for k := range classes {
		m.of[k] = simple
		if branched {
			m.of[k], _ = b.part(defs, k, choose)
		}
		p := m.of[k]
		if p.loose {
			m.loose |= classKinds[k]
		}
		if p.none {
			m.allow &^= classKinds[k]
		}
		for _, s := range p.defs {
			m.allow &^= classKinds[k] &^ s.allow
		}
	}
	m.whole = branched && !choose
	m.key = setKey(simple.said, m.whole)
	names, needed := make(map[string]bool), make(map[string]bool)
	for _, s := range m.of[classObject].defs {
		m.props = appendNew(m.props, s.props, names)
		m.required = appendNew(m.required, s.required, needed)
	}
	m.items = b.otherItems(m, -1, m.item(-1))
	return m
}

// setKey is equal for sets of schemas that say the same.
func setKey(ids []int, whole bool) string {
	slices.Sort(ids)
	key := []byte{byte(btoi(whole))}
	for _, id := range slices.Compact(ids) {
		key = binary.AppendUvarint(key, uint64(id))
	}
	return string(key)
}

// part puts together what defs say of class k. Branched says that there are branches, so that classes may differ.
func (b *builder) part(defs []*schemaDef, k class, choose bool) (p *part, branched bool) {
	p = &part{}
	seen := make(map[*schemaDef]bool)
	work := slices.Clone(defs)
	for len(work) > 0 && b.step(1) {
		s := work[0]
		work = work[1:]
		if seen[s] {
			continue
		}
		seen[s] = true
		if !s.silent() {
			p.said = append(p.said, s.id)
		}
		if s.otherProps != nil && b.conditional(s, classObject) || s.otherItems != nil && b.conditional(s, classArray) {
			branched = true
			s = b.unevaluated(p, s, k)
		}
		if !s.silent() {
			p.defs = append(p.defs, s)
		}
		work = append(work, s.all...)
		if s.branches() {
			branched = true
			work = append(work, b.choose(p, s, k, choose)...)
		}
	}
	slices.SortStableFunc(p.defs, func(a, b *schemaDef) int { return a.id - b.id })
	p.defs = slices.CompactFunc(p.defs, func(a, b *schemaDef) bool { return a == b })
	return p, branched
}

// unevaluated gives s without those of its keywords that hang on what else is evaluated, and notes these in p.
func (b *builder) unevaluated(p *part, s *schemaDef, k class) *schemaDef {
	bare := b.bare[s]
	if bare == nil {
		clone := *s
		bare = &clone
		bare.otherProps, bare.otherItems, bare.id = nil, nil, len(b.c.defs)
		b.c.defs = append(b.c.defs, bare)
		b.bare[s] = bare
	}
	if k == classObject && s.otherProps != nil {
		p.ops = append(p.ops, branching{code: opUnevaluatedProps, rule: "unevaluatedProperties", cond: bare, def: s.otherProps})
	}
	if k == classArray && s.otherItems != nil {
		p.ops = append(p.ops, branching{code: opUnevaluatedItems, rule: "unevaluatedItems", cond: bare, def: s.otherItems})
	}
	return bare
}

// choose notes the branches of s in p, and gives the schemas that are sure to apply to all values of class k.
func (b *builder) choose(p *part, s *schemaDef, k class, choose bool) (sure []*schemaDef) {
	for _, d := range s.depends {
		if d.def != nil && k == classObject {
			p.ops = append(p.ops, branching{code: opDepends, rule: d.rule, name: d.name, def: d.def})
		}
	}
	if len(s.any) > 0 {
		sure = append(sure, b.chooseOf(p, branching{code: opAny, rule: "anyOf", list: s.any}, k, choose)...)
	}
	if len(s.one) > 0 {
		sure = append(sure, b.chooseOf(p, branching{code: opOne, rule: "oneOf", list: s.one}, k, choose)...)
	}
	if s.not != nil {
		switch g := b.guess(s.not, k); {
		case choose && g == rejects:
		case choose && g == accepts:
			p.none, p.loose = true, true
		default:
			p.ops = append(p.ops, branching{code: opNot, rule: "not", def: s.not})
		}
	}
	if s.cond != nil && (s.then != nil || s.els != nil || !choose) {
		switch g := b.guess(s.cond, k); {
		case choose && g == accepts && s.then != nil:
			sure = append(sure, s.then)
		case choose && g == rejects && s.els != nil:
			sure = append(sure, s.els)
		case choose && g != unknown:
		default:
			p.ops = append(p.ops, branching{code: opIf, rule: "if", cond: s.cond, then: s.then, els: s.els})
		}
	}
	return sure
}

// chooseOf does it for anyOf and oneOf.
func (b *builder) chooseOf(p *part, op branching, k class, choose bool) (sure []*schemaDef) {
	if !choose {
		p.ops = append(p.ops, op)
		return nil
	}
	yes, no := b.count(op.list, k)
	open := slices.DeleteFunc(slices.Clone(op.list), func(s *schemaDef) bool { return b.guess(s, k) == rejects })
	switch {
	case op.code == opAny && yes > 0, op.code == opOne && yes == 1 && no == len(op.list)-1:
		return nil
	case len(open) == 0 || op.code == opOne && yes > 1:
		p.none, p.loose = true, true
		return nil
	case len(open) == 1:
		p.loose = true
		return open
	}
	op.list = open
	p.ops = append(p.ops, op)
	return nil
}

func appendNew(dst, src []string, seen map[string]bool) []string {
	for _, s := range src {
		if !seen[s] {
			seen[s] = true
			dst = append(dst, s)
		}
	}
	return dst
}

// cover is what the schemas that apply in place beside s, s among them, evaluate.
type cover struct {
	props  map[string]bool
	match  []*ecma.Pattern
	all    bool
	prefix int
	items  bool
}

func (b *builder) cover(s *schemaDef) *cover {
	if v := b.covers[s]; v != nil {
		return v
	}
	v := &cover{props: make(map[string]bool)}
	b.covers[s] = v
	seen := make(map[*schemaDef]bool)
	var walk func(in *schemaDef)
	walk = func(in *schemaDef) {
		if seen[in] {
			return
		}
		seen[in] = true
		for _, name := range in.props {
			v.props[name] = true
		}
		for _, m := range in.matched {
			v.match = append(v.match, m.pattern)
		}
		v.all = v.all || in.additional != nil
		v.prefix, v.items = max(v.prefix, len(in.prefix)), v.items || in.items != nil
		for _, more := range in.all {
			walk(more)
		}
	}
	walk(s)
	return v
}

// matches says that one of the patterns matches name.
func matches(patterns []*ecma.Pattern, name string) bool {
	return slices.ContainsFunc(patterns, func(p *ecma.Pattern) bool { return p.Match([]byte(name)) })
}
