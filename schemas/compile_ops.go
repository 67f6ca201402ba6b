package schemas

import (
	"slices"

	"github.com/winnow-data/winnow/schemas/ecma"
)

// An opCode says what an op does.
type opCode uint8

const (
	opAny opCode = iota
	opOne
	opNot
	opIf
	opDepends
	opContains
	opUnique
	opNames
	opPatterns
	opUnevaluatedProps
	opUnevaluatedItems
)

// An op is a keyword that needs the whole value: it runs over its tape. A nil node lets everything by.
type op struct {
	code  opCode
	rule  string
	of    kinds
	nodes []*node
	all   []int // the branches
	cond  *node // of if; what not, contains, dependentSchemas and propertyNames are about; whose evaluation unevaluated… completes
	then  *node // of if; of what is not evaluated
	els   *node
	name  int32 // of dependentSchemas
	count sizes // of contains
	marks bool  // contains evaluates the items that match
	pick  *discriminator
	sets  []patternSet
}

// A patternSet is the patternProperties of one schema, and what it says of names that none of them matches.
type patternSet struct {
	patterns []*ecma.Pattern
	nodes    []*node
	extra    *node
}

// maxSubsets is for how many patterns the node of each subset is made ready.
const maxSubsets = 4

// others gives o what m says of members that are not declared, and of how many there are.
func (b *builder) others(o *objectNode, m *merged) {
	at := func(n *node) *node {
		if n == nil || !o.fixed {
			return n
		}
		return n.at(o.star)
	}
	o.extra = at(b.general(b.extra(m, nil)))
	if list := m.patterns(); len(list) > 0 && len(list) <= maxSubsets {
		o.matched = list
		for set := range 1 << len(list) {
			o.extras = append(o.extras, at(b.general(b.extra(m, subset(list, set)))))
		}
	} else if len(list) > maxSubsets {
		o.extra = nil
	}
	for _, s := range m.of[classObject].defs {
		o.members = o.members.and(s.members)
		o.open = o.open || s.additional != nil || s.otherProps != nil
		for _, d := range s.depends {
			if d.def != nil {
				continue
			}
			dep := dependence{k: o.names.find([]byte(d.name)), rule: d.rule}
			for _, name := range d.needs {
				dep.needs = append(dep.needs, o.names.find([]byte(name)))
			}
			if !slices.Contains(append(dep.needs, dep.k), -1) { // which only a program that is given up has
				o.depends = append(o.depends, dep)
			}
		}
	}
	for i := range o.props {
		p := &o.props[i]
		for _, s := range m.of[classObject].defs {
			_, own := s.prop[p.name]
			p.declared = p.declared || own || slices.ContainsFunc(s.matched, func(mp patternProp) bool { return mp.pattern.Match([]byte(p.name)) })
		}
	}
	o.slots = newSlots(o.props)
	o.rare = o.members != anySize || len(o.depends)+len(o.more) > 0
}

// subset gives the patterns whose bits are set.
func subset(list []*ecma.Pattern, set int) (in []*ecma.Pattern) {
	for i, p := range list {
		if set>>i&1 != 0 {
			in = append(in, p)
		}
	}
	return in
}

// branches gives n its ops, and what explains its failures.
func (b *builder) branches(n *node, m *merged) {
	in := b.general
	if m.whole {
		in = b.whole
	}
	one := func(s *schemaDef) *node {
		if s == nil {
			return nil
		}
		return in([]*schemaDef{s})
	}
	for k, p := range m.of {
		of := classKinds[k]
		for _, br := range p.ops {
			o := op{code: br.code, rule: br.rule, of: of}
			switch br.code {
			case opAny, opOne:
				for i, s := range br.list {
					o.nodes, o.all = append(o.nodes, one(s)), append(o.all, i)
				}
			case opNot:
				o.cond = one(br.def)
			case opIf:
				o.cond, o.then, o.els = one(br.cond), one(br.then), one(br.els)
			case opDepends:
				o.cond, o.name = one(br.def), b.nameID(br.name)
			case opUnevaluatedProps, opUnevaluatedItems:
				o.cond, o.then = b.whole([]*schemaDef{br.cond}), b.general([]*schemaDef{br.def})
			}
			n.ops = append(n.ops, o)
		}
	}
	b.arrayOps(n, m)
	b.objectOps(n, m)
	for i := range n.ops {
		n.special |= n.ops[i].of
	}
	n.taped = n.special & (kindObject | kindArray)
	if n.loose = m.loose; n.loose != 0 {
		n.special |= n.loose
		n.whole = b.whole(m.seeds)
	}
	if n.special&kindNumber != 0 {
		n.quick = noQuick()
	}
	if n.special != 0 {
		b.nodes = append(b.nodes, n)
		n.id = len(b.nodes)
	}
}

func (b *builder) arrayOps(n *node, m *merged) {
	for _, s := range m.of[classArray].defs {
		if s.contains != nil {
			n.ops = append(n.ops, op{
				code: opContains, rule: "contains", of: kindArray, cond: b.general([]*schemaDef{s.contains}), count: s.matches,
				marks: s.res.draft == draft2020,
			})
		}
		if s.unique {
			n.ops = append(n.ops, op{code: opUnique, rule: "uniqueItems", of: kindArray})
		}
	}
}

func (b *builder) objectOps(n *node, m *merged) {
	many := len(m.patterns()) > maxSubsets
	o := op{code: opPatterns, rule: "patternProperties", of: kindObject}
	for _, s := range m.of[classObject].defs {
		if s.names != nil {
			if names := b.general([]*schemaDef{s.names}); names != nil {
				n.ops = append(n.ops, op{code: opNames, rule: "propertyNames", of: kindObject, cond: names})
			}
		}
		if !many {
			continue
		}
		set := patternSet{extra: b.extraOf(s)}
		for _, p := range s.matched {
			set.patterns = append(set.patterns, p.pattern)
			set.nodes = append(set.nodes, b.general([]*schemaDef{p.def}))
		}
		o.sets = append(o.sets, set)
		if s.otherProps != nil {
			if v := b.cover(s); !v.all {
				o.sets = append(o.sets, patternSet{patterns: v.match, nodes: make([]*node, len(v.match)), extra: b.general([]*schemaDef{s.otherProps})})
			}
		}
	}
	if many {
		n.ops = append(n.ops, o)
	}
}

func (b *builder) extraOf(s *schemaDef) *node {
	if s.additional == nil {
		return nil
	}
	return b.general([]*schemaDef{s.additional})
}

// nameID numbers the names that the schema has.
func (b *builder) nameID(name string) int32 {
	id, ok := b.ids[name]
	if !ok {
		id = int32(len(b.ids))
		b.ids[name] = id
	}
	return id
}

// dictionary completes the program: its names, and how branches are told apart by the value of one property.
func (b *builder) dictionary() {
	if b.full {
		return
	}
	names := make([]string, len(b.ids))
	for name, id := range b.ids {
		names[id] = name
	}
	b.p.names = make([]name, len(names))
	for id, text := range names {
		b.p.names[id] = name{key: newKey(text), text: []byte(text)}
	}
	b.p.known = newStringSet(names)
	told := make(map[*node]map[string]choice)
	for _, n := range b.nodes {
		for i := range n.ops {
			if o := &n.ops[i]; (o.code == opAny || o.code == opOne) && o.of == kindObject {
				o.pick = b.discriminator(o.nodes, told)
			}
		}
	}
}

// requires says that the property k must be there.
func (o *objectNode) requires(k int) bool {
	if k < 64 {
		return o.required>>uint(k)&1 != 0
	}
	_, found := slices.BinarySearch(o.more, k)
	return found
}

// A slot of a table from the numbers of names to properties.
type slot struct {
	id int32 // from 1
	k  int32
}

func newSlots(props []prop) []slot {
	size := 4
	for size < 2*len(props) {
		size *= 2
	}
	slots := make([]slot, size)
	for k := range props {
		at := int(props[k].id) & (size - 1)
		for slots[at].id != 0 {
			at = (at + 1) & (size - 1)
		}
		slots[at] = slot{props[k].id + 1, int32(k)}
	}
	return slots
}

// index gives the property whose name has the number id, or -1.
func (o *objectNode) index(id int32) int {
	mask := len(o.slots) - 1
	for at := int(id) & mask; id >= 0; at = (at + 1) & mask {
		switch s := &o.slots[at]; s.id {
		case id + 1:
			return int(s.k)
		case 0:
			return -1
		}
	}
	return -1
}
