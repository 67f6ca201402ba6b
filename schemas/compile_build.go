package schemas

import (
	"slices"
	"strings"

	"github.com/apache/arrow/go/v15/arrow"

	"github.com/winnow-data/winnow/strict"
)

// The bounds of a program: a small file can describe very many places, and very deep ones, by way of $ref.
const (
	maxPlaces = 100_000
	maxWithin = 10_000
	maxSteps  = 2_000_000
)

// A builder expands schemas into a program. Where values have columns of their own it makes a tree, a node for each
// place; beneath, a graph, a node for each set of schemas that applies to one value.
type builder struct {
	c      *compiler
	graph  map[string]*node
	p      *Program
	places int
	steps  int // of putting schemas together
	depth  int // of general in itself
	want   *want
	full   bool
	marks  bool // what is evaluated counts somewhere

	guesses map[*schemaDef]*[classes]guess
	bare    map[*schemaDef]*schemaDef
	covers  map[*schemaDef]*cover
	sets    map[string]*merged
	ids     map[string]int32 // of names
	nodes   []*node          // those with branches
}

// A want is the tree of Options.Columns.
type want struct {
	names []string
	in    map[string]*want
}

func newBuilder(c *compiler, columns []string) *builder {
	b := &builder{
		c: c, graph: make(map[string]*node), p: &Program{rest: -1}, want: &want{}, ids: make(map[string]int32), sets: make(map[string]*merged),
		guesses: make(map[*schemaDef]*[classes]guess), bare: make(map[*schemaDef]*schemaDef), covers: make(map[*schemaDef]*cover),
	}
	for _, s := range c.defs {
		b.marks = b.marks || s.otherProps != nil || s.otherItems != nil
	}
	for _, pointer := range columns {
		if !strings.HasPrefix(pointer, "/") {
			continue
		}
		w := b.want
		for token := range strings.SplitSeq(pointer[1:], "/") {
			name := unescapeToken(token)
			if strings.Trim(name, "*") == "" && name != "" { // an object's rest
				break
			}
			if w.in[name] == nil {
				if w.in == nil {
					w.in = make(map[string]*want)
				}
				w.in[name] = &want{}
				w.names = append(w.names, name)
			}
			w = w.in[name]
		}
	}
	return b
}

// A place is where in the record a node applies.
type place struct {
	pointer string
	fixed   bool
	above   []string // the keys of the sets on the way here
	want    *want    // columns wanted beneath
	member  bool     // of an object with columns
	needed  bool     // and required
}

func (b *builder) program(def *schemaDef) *Program {
	m := b.merge([]*schemaDef{def})
	root := b.node(m)
	at := place{fixed: true, above: []string{m.key}, want: b.want}
	root.fixed = true
	if m.allow&kindObject != 0 && len(m.props)+len(at.want.names) > 0 {
		root.object, b.p.tops = b.object(m, at, true)
		b.p.rest = root.object.rest
	} else if b.bounded(m) {
		root.object, _ = b.object(m, at, false)
	}
	b.p.whole = len(b.p.tops) == 0
	if b.p.rest < 0 && root.neverOf != kindAny && (m.allow&^kindObject != 0 || b.p.whole && !b.closed(m)) {
		b.p.rest = b.restColumn(at.pointer, b.p.tops)
		b.p.tops = append(b.p.tops, b.p.rest)
	}
	b.arrays(root, m)
	b.branches(root, m)
	b.p.root = root
	fields := make([]arrow.Field, len(b.p.tops))
	for i, c := range b.p.tops {
		fields[i] = b.p.columns[c].field
	}
	b.p.schema = arrow.NewSchema(fields, nil)
	b.dictionary()
	return b.p
}

// node makes the node of m, without what is in objects and arrays, and without branches.
func (b *builder) node(m *merged) *node {
	if b.places++; b.places > maxPlaces || b.depth > maxWithin {
		b.tooMuch()
	}
	n := &node{allow: m.allow, counts: anySize, lengths: anySize, col: -1}
	for k, p := range m.of {
		for _, s := range p.defs {
			n.add(s, class(k))
		}
	}
	n.settle()
	n.quick = newQuick(n)
	return n
}

// tooMuch gives the program up.
func (b *builder) tooMuch() {
	if !b.full {
		b.full = true
		b.c.faults = append(b.c.faults, strict.At(b.c.res.file, b.c.res.root, "the schema describes too many places", "it may repeat a $ref in many branches: simplify it"))
	}
}

// step counts what a program takes to make, and says whether to go on.
func (b *builder) step(n int) bool {
	if b.steps += n; b.steps > maxSteps {
		b.tooMuch()
	}
	return !b.full
}

// add adds what s says of values of class k.
func (n *node) add(s *schemaDef, k class) {
	if s.never != "" {
		n.never, n.neverOf = s.never, n.neverOf|classKinds[k]
	}
	for _, e := range s.enums {
		i := slices.IndexFunc(n.enums, func(have enum) bool { return have.valueSet == e })
		if i < 0 {
			i = len(n.enums)
			n.enums = append(n.enums, enum{valueSet: e})
		}
		n.enums[i].of |= classKinds[k]
		n.trees = n.trees || len(e.trees) > 0
	}
	switch k {
	case classNumber:
		n.limits = append(n.limits, s.limits...)
		n.multiple = append(n.multiple, s.multiples...)
	case classString:
		n.lengths = n.lengths.and(s.lengths)
		n.patterns = append(n.patterns, s.patterns...)
		n.formats = append(n.formats, s.formats...)
		n.dateTime = n.dateTime || s.dateTime
	case classArray:
		n.counts = n.counts.and(s.counts)
	}
}

// free says that n checks nothing, given what m says of what is in it.
func (b *builder) free(n *node, m *merged) bool {
	return n.allow == kindAny && !n.checks && len(n.ops) == 0 && m.loose == 0 && !b.bounded(m) && !b.lists(m)
}

// general gives the node of a set without a column of its own, nil where it checks nothing.
func (b *builder) general(defs []*schemaDef) *node { return b.shared(b.merge(defs)) }

// whole is general, but keeps every branch to be tried.
func (b *builder) whole(defs []*schemaDef) *node { return b.shared(b.put(defs, false)) }

func (b *builder) shared(m *merged) *node {
	if n, ok := b.graph[m.key]; ok {
		return n
	}
	n := b.node(m)
	branched := slices.ContainsFunc(m.of[:], func(p *part) bool { return len(p.ops) > 0 })
	if !branched && b.free(n, m) || b.full {
		b.graph[m.key] = nil
		return nil
	}
	b.graph[m.key] = n
	b.depth++
	defer func() { b.depth-- }()
	if b.bounded(m) {
		n.object, _ = b.object(m, place{want: &want{}}, false)
	}
	b.arrays(n, m)
	b.branches(n, m)
	n.pass = n.passes()
	return n
}

// passes gives the kinds of scalars that pass n without a look.
func (n *node) passes() kinds {
	pass := n.allow &^ (n.neverOf | n.special | kindObject | kindArray)
	for _, e := range n.enums {
		pass &^= e.of
	}
	if len(n.limits)+len(n.multiple) > 0 {
		pass &^= kindNumber
	}
	if n.lengths != anySize || len(n.patterns)+len(n.formats) > 0 || n.dateTime {
		pass &^= kindString
	}
	return pass
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

// arrays gives n what m says of arrays' elements, without columns.
func (b *builder) arrays(n *node, m *merged) {
	for i := range m.prefix() {
		n.prefix = append(n.prefix, b.general(b.otherItems(m, i, m.item(i))))
	}
	if len(m.items) > 0 {
		n.item = b.general(m.items)
	}
	n.items = n.item != nil || len(n.prefix) > 0
	n.rest = slices.ContainsFunc(m.of[classArray].defs, func(s *schemaDef) bool { return s.items != nil || s.otherItems != nil })
}
