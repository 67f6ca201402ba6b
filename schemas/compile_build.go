package schemas

import (
	"encoding/binary"
	"slices"
	"strings"

	"github.com/apache/arrow/go/v15/arrow"
)

// The bounds of a program: a small file can describe very many places, and very deep ones, by way of $ref.
const (
	maxPlaces = 100_000
	maxWithin = 10_000
)

// A builder expands schemas into a program. Where values have columns of their own it makes a tree, a node for each
// place; beneath, a graph, a node for each set of schemas that applies to one value.
type builder struct {
	c      *compiler
	graph  map[string]*node
	p      *Program
	places int
	depth  int // of general in itself
	want   *want
	full   bool
}

// A want is the tree of Options.Columns.
type want struct {
	names []string
	in    map[string]*want
}

func newBuilder(c *compiler, columns []string) *builder {
	b := &builder{c: c, graph: make(map[string]*node), p: &Program{}, want: &want{}}
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
	root.fixed, b.p.rest = true, -1
	if m.allow&kindObject != 0 && len(m.props)+len(at.want.names) > 0 {
		root.object, b.p.tops = b.object(m, at, true)
		b.p.rest = root.object.rest
	} else if m.bounded() {
		root.object, _ = b.object(m, at, false)
	}
	b.p.whole = len(b.p.tops) == 0
	if b.p.rest < 0 && m.never == "" && (m.allow&^kindObject != 0 || b.p.whole && !b.closed(m)) {
		b.p.rest = b.restColumn(at.pointer, b.p.tops)
		b.p.tops = append(b.p.tops, b.p.rest)
	}
	b.arrays(root, m)
	b.p.root = root
	fields := make([]arrow.Field, len(b.p.tops))
	for i, c := range b.p.tops {
		fields[i] = b.p.columns[c].field
	}
	b.p.schema = arrow.NewSchema(fields, nil)
	return b.p
}

// merged is what a set of schemas says together of one value.
type merged struct {
	key        string
	defs       []*schemaDef
	allow      kinds
	never      string
	counts     sizes
	lengths    sizes
	props      []string // declared by properties
	required   []string
	additional []*schemaDef
	items      []*schemaDef
}

// merge closes the set under $ref and puts it together.
func (b *builder) merge(defs []*schemaDef) *merged {
	m := &merged{allow: kindAny, counts: anySize, lengths: anySize}
	seen := make(map[*schemaDef]bool)
	for _, s := range defs {
		for ; s != nil && !seen[s]; s = s.ref {
			seen[s] = true
			if !s.blank() {
				m.defs = append(m.defs, s)
			}
		}
	}
	slices.SortStableFunc(m.defs, func(a, b *schemaDef) int { return a.id - b.id })
	var key []byte
	names, needed := make(map[string]bool), make(map[string]bool)
	for _, s := range m.defs {
		key = binary.AppendUvarint(key, uint64(s.id))
		m.allow &= s.allow
		m.counts, m.lengths = m.counts.and(s.counts), m.lengths.and(s.lengths)
		if s.never != "" {
			m.never = s.never
		}
		m.props = appendNew(m.props, s.props, names)
		m.required = appendNew(m.required, s.required, needed)
		if s.additional != nil {
			m.additional = append(m.additional, s.additional)
		}
		if s.items != nil {
			m.items = append(m.items, s.items)
		}
	}
	m.key = string(key)
	return m
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

// member gives the schemas that apply to the member called name.
func (m *merged) member(name string) (defs []*schemaDef) {
	for _, s := range m.defs {
		if prop := s.prop[name]; prop != nil {
			defs = append(defs, prop)
		} else if s.additional != nil {
			defs = append(defs, s.additional)
		}
	}
	return defs
}

// forbids says that no object may have a member of this name: a column for it would stay empty for ever.
func (m *merged) forbids(name string) bool {
	return slices.ContainsFunc(m.member(name), func(s *schemaDef) bool { return s.never != "" })
}

// bounded says that m says something of objects.
func (m *merged) bounded() bool {
	return len(m.props)+len(m.required)+len(m.additional) > 0
}

// node makes the node of m, without what is in objects and arrays.
func (b *builder) node(m *merged) *node {
	if b.places++; (b.places > maxPlaces || b.depth > maxWithin) && !b.full {
		b.full = true
		b.c.fault(b.c.root, "the schema describes too many places", "it may repeat a $ref in many branches: simplify it")
	}
	n := &node{allow: m.allow, never: m.never, counts: m.counts, lengths: m.lengths, col: -1}
	for _, s := range m.defs {
		n.limits = append(n.limits, s.limits...)
		n.multiple = append(n.multiple, s.multiples...)
		n.patterns = append(n.patterns, s.patterns...)
		n.formats = append(n.formats, s.formats...)
		n.enums = append(n.enums, s.enums...)
		n.dateTime = n.dateTime || s.dateTime
	}
	for _, e := range n.enums {
		n.trees = n.trees || len(e.trees) > 0
	}
	n.settle()
	n.quick = newQuick(n)
	return n
}

// free says that n checks nothing, given what m says of what is in it.
func (n *node) free(m *merged) bool {
	return n.allow == kindAny && !n.checks && !m.bounded() && len(m.items) == 0
}

// general gives the node of a set without a column of its own, nil where it checks nothing.
func (b *builder) general(defs []*schemaDef) *node {
	m := b.merge(defs)
	if n, ok := b.graph[m.key]; ok {
		return n
	}
	n := b.node(m)
	if n.free(m) || b.full {
		b.graph[m.key] = nil
		return nil
	}
	b.graph[m.key] = n
	b.depth++
	defer func() { b.depth-- }()
	if m.bounded() {
		n.object, _ = b.object(m, place{want: &want{}}, false)
	}
	b.arrays(n, m)
	return n
}

// arrays gives n what m says of arrays' elements, without columns.
func (b *builder) arrays(n *node, m *merged) {
	if len(m.items) > 0 {
		n.item = b.general(m.items)
		n.items = n.item != nil
	}
}
