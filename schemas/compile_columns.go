package schemas

import (
	"slices"

	"github.com/apache/arrow/go/v15/arrow"
)

// object makes the part of a node that is about objects. With columns, each declared and each wanted member gets one;
// they are returned.
func (b *builder) object(m *merged, at place, columns bool) (o *objectNode, cols []int) {
	seen := make(map[string]bool)
	names := appendNew(nil, m.props, seen)
	names = appendNew(names, slices.DeleteFunc(slices.Clone(at.want.names), func(name string) bool { return b.forbids(m, name) }), seen)
	own, needed := len(names), make(map[string]bool, len(m.required))
	for _, name := range m.required {
		needed[name] = true
	}
	names = appendNew(names, m.required, seen)
	for _, s := range m.of[classObject].defs {
		for _, dep := range s.depends {
			names = appendNew(names, append([]string{dep.name}, dep.needs...), seen)
		}
	}
	o = &objectNode{
		fixed: at.fixed, first: b.p.members, props: make([]prop, 0, len(names)), star: at.pointer + "/*", rest: -1, members: anySize,
	}
	b.p.members += len(names) + 1
	for i, name := range names {
		if b.full {
			break
		}
		p := newProp(name)
		in := place{pointer: at.pointer + "/" + p.token, fixed: at.fixed, above: at.above, want: at.want.in[name], member: columns,
			needed: needed[name]}
		if in.want == nil {
			in.want = &want{}
		}
		p.pointer, p.id = in.pointer, b.nameID(name)
		if columns && i < own {
			col := b.reserve()
			cols = append(cols, col)
			p.node = b.column(b.merge(b.member(m, name)), in, name, col)
		} else if p.node = b.general(b.member(m, name)); p.node != nil && at.fixed {
			p.node = p.node.at(in.pointer)
		}
		o.props = append(o.props, p)
	}
	b.p.objects = append(b.p.objects, o)
	o.names = newStringSet(names[:len(o.props)])
	o.words = max(0, (len(o.props)-1)/64)
	o.require(m.required)
	b.others(o, m)
	if columns && !b.full {
		cols = b.giveRest(o, m, at, cols)
	}
	return o, cols
}

func (o *objectNode) require(names []string) {
	for _, name := range names {
		k := o.names.find([]byte(name))
		if k >= 64 {
			o.more = append(o.more, k)
		} else if k >= 0 {
			o.required |= 1 << uint(k)
		}
		if k >= 0 {
			o.bloom |= 1 << uint(o.props[k].id&63)
		}
	}
	slices.Sort(o.more)
}

// at gives n a place of its own.
func (n *node) at(pointer string) *node {
	c := *n
	c.fixed, c.pointer = true, pointer
	return &c
}

func (b *builder) reserve() int {
	if len(b.p.columns) >= maxPlaces {
		b.tooMuch()
	}
	b.p.columns = append(b.p.columns, columnDef{})
	return len(b.p.columns) - 1
}

// column makes the node that fills the column col.
func (b *builder) column(m *merged, at place, name string, col int) *node {
	def := columnDef{store: b.storeOf(m, at), width: 9}
	field := arrow.Field{Name: name, Nullable: true}
	keys, values := []string{metaPointer}, []string{at.pointer}
	var n *node
	inner := at
	inner.above = append(slices.Clip(at.above), m.key)
	switch def.store {
	case storeStruct:
		n = b.node(m)
		n.object, def.kids = b.object(m, inner, true)
		n.quick = noQuick() // a number goes to the rest
		b.arrays(n, m)
		b.branches(n, m)
		field.Type = arrow.StructOf(b.fields(def.kids)...)
	case storeList:
		n = b.node(m)
		kid := b.reserve()
		def.kids = []int{kid}
		inner = inner.within(at.pointer+"/*", false)
		n.item, n.items = b.column(b.merge(m.items), inner, "item", kid), true
		n.width = b.p.columns[kid].width
		n.run = n.item.store == storeInt || n.item.store == storeFloat
		field.Type = arrow.ListOfField(b.p.columns[kid].field)
		if b.bounded(m) {
			n.object, _ = b.object(m, place{want: &want{}}, false)
		}
		b.branches(n, m)
	case storeMap:
		n = b.node(m)
		field.Type, def.kids = b.entries(n, m, inner)
		b.branches(n, m)
	default:
		n = b.plain(m.seeds, at.pointer)
		field.Type = scalarTypes[def.store]
		b.scalar(n, m, &def, &field)
	}
	if def.store == storeJSON {
		keys, values = append(keys, metaJSON), append(values, "true")
	}
	n.store, n.col, n.fixed, n.pointer, n.member = def.store, col, at.fixed, at.pointer, at.member
	n.settle()
	if at.member && n.may()&kindNull != 0 {
		if n.optional = !at.needed; at.needed {
			keys, values = append(keys, MetaRequired), append(values, "true")
		}
	}
	for _, kid := range def.kids {
		if def.store == storeStruct {
			def.width += b.p.columns[kid].width
		}
	}
	field.Metadata = arrow.NewMetadata(keys, values)
	def.field = field
	b.p.columns[col] = def
	return n
}

// within is the place of the elements of an array, or of a map's values.
func (at place) within(pointer string, fixed bool) place {
	return place{pointer: pointer, fixed: fixed, above: at.above, want: &want{}}
}

// plain is general for a place of its own.
func (b *builder) plain(defs []*schemaDef, pointer string) *node {
	if n := b.general(defs); n != nil {
		return n.at(pointer)
	}
	n := &node{allow: kindAny, pointer: pointer, counts: anySize, lengths: anySize}
	n.quick = newQuick(n)
	return n
}

func (b *builder) fields(cols []int) []arrow.Field {
	fields := make([]arrow.Field, len(cols))
	for i, c := range cols {
		fields[i] = b.p.columns[c].field
	}
	return fields
}

var scalarTypes = map[store]arrow.DataType{
	storeInt: arrow.PrimitiveTypes.Int64, storeFloat: arrow.PrimitiveTypes.Float64, storeBool: arrow.FixedWidthTypes.Boolean,
	storeString: arrow.BinaryTypes.String, storeJSON: arrow.BinaryTypes.String,
	storeTime: &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"},
}

// storeOf chooses the column for m: of the one kind that it allows beside null, else JSON text. A column that is wanted
// beneath makes a struct of anything that can be an object.
func (b *builder) storeOf(m *merged, at place) store {
	kind := m.allow &^ kindNull
	if b.full {
		return storeJSON
	}
	if len(at.want.names) > 0 && kind&kindObject != 0 {
		return storeStruct
	}
	if slices.Contains(at.above, m.key) || len(at.above) > maxNesting {
		return storeJSON
	}
	switch {
	case m.may()&^kindNull == kindString && m.dictionary() != nil:
		return storeDict
	case kind == kindInteger:
		return storeInt
	case (kind == kindNumber || kind == kindFraction) && m.scale() > 0:
		return storeDecimal
	case kind == kindNumber || kind == kindFraction:
		return storeFloat
	case kind == kindBool:
		return storeBool
	case kind == kindString && m.dateTime():
		return storeTime
	case kind == kindString:
		return storeString
	case kind == kindObject && len(m.props) > 0:
		return storeStruct
	case kind == kindArray && len(m.items) > 0 && m.prefix() == 0:
		return storeList
	case kind == kindObject && b.uniform(m, at):
		return storeMap
	}
	return storeJSON
}
