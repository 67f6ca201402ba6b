package schemas

import (
	"maps"
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
				for _, s := range br.list {
					o.nodes = append(o.nodes, one(s))
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
		b.p.tapes = true
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

// A discriminator tells by the string that a member holds which branches are worth a try: the others are sure to fail.
type discriminator struct {
	name   int32
	values stringSet
	tries  [][]int // by value
	rest   []int   // for any other value
	absent []int   // where the member is not there
}

// A choice is the strings that a member must be one of, if it is there, and whether it must be.
type choice struct {
	values []string
	needed bool
}

// discriminator finds the name that tells most branches apart; nil where none tells two.
func (b *builder) discriminator(branches []*node, told map[*node]map[string]choice) *discriminator {
	count := make(map[string]int)
	for _, n := range branches {
		for name, c := range choices(n, told, 0) {
			count[name] += 2 + btoi(c.needed)
		}
	}
	best := ""
	for _, name := range slices.Sorted(maps.Keys(count)) {
		if count[name] > count[best] {
			best = name
		}
	}
	if count[best] < 4 {
		return nil
	}
	d := &discriminator{name: b.ids[best], rest: []int{}, absent: []int{}}
	at := make(map[string]int)
	var values []string
	for _, n := range branches {
		for _, v := range choices(n, told, 0)[best].values {
			if _, ok := at[v]; !ok {
				at[v] = len(values)
				values = append(values, v)
			}
		}
	}
	d.values, d.tries = newStringSet(values), make([][]int, len(values))
	for i, n := range branches {
		c, ok := choices(n, told, 0)[best]
		if !ok {
			d.rest = append(d.rest, i)
			for v := range d.tries {
				d.tries[v] = append(d.tries[v], i)
			}
		}
		if !c.needed {
			d.absent = append(d.absent, i)
		}
		for _, v := range c.values {
			d.tries[at[v]] = append(d.tries[at[v]], i)
		}
	}
	return d
}

// choices gives the members of objects that n wants to be one of some strings.
func choices(n *node, told map[*node]map[string]choice, depth int) map[string]choice {
	const deepest = 8
	if n == nil || depth > deepest {
		return nil
	}
	if m, ok := told[n]; ok {
		return m
	}
	told[n] = nil // a node that leads back to itself has none
	all := make(map[string]choice)
	if o := n.object; o != nil {
		for k := range o.props {
			if p := &o.props[k]; p.node != nil && p.node.may() == kindString {
				if i := slices.IndexFunc(p.node.enums, func(e enum) bool { return e.of&kindString != 0 }); i >= 0 {
					all[p.name] = choice{p.node.enums[i].strings.all, o.requires(k)}
				}
			}
		}
	}
	for i := range n.ops {
		if o := &n.ops[i]; (o.code == opAny || o.code == opOne) && o.of == kindObject {
			for name, c := range union(o.nodes, told, depth+1) {
				if _, ok := all[name]; !ok {
					all[name] = c
				}
			}
		}
	}
	told[n] = all
	return all
}

// may gives the kinds of which n may let a value by, its type and enums told.
func (n *node) may() kinds {
	may := n.allow &^ n.neverOf
	for _, e := range n.enums {
		for k, of := range classKinds {
			if e.of&of != 0 && !e.has(class(k)) {
				may &^= of
			}
		}
	}
	return may
}

// union gives those that each of branches wants, with the strings of all.
func union(branches []*node, told map[*node]map[string]choice, depth int) map[string]choice {
	all := maps.Clone(choices(branches[0], told, depth))
	for _, n := range branches[1:] {
		next := choices(n, told, depth)
		for name, c := range all {
			if more, ok := next[name]; ok {
				all[name] = choice{slices.Concat(c.values, more.values), c.needed && more.needed}
			} else {
				delete(all, name)
			}
		}
	}
	for name, c := range all {
		values := slices.Clone(c.values)
		slices.Sort(values)
		all[name] = choice{slices.Compact(values), c.needed}
	}
	return all
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
