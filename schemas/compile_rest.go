package schemas

import (
	"slices"

	"github.com/apache/arrow/go/v15/arrow"
)

// The keys of a field's metadata.
const (
	metaPointer = "winnow.pointer"
	metaJSON    = "winnow.json"
	metaRest    = "winnow.rest"
	// MetaRequired is "true" of a member that must be there and may be null: its null is JSON's.
	MetaRequired = "winnow.required"
)

// IsRest says that f is the rest column of an object: what the other columns of the object do not give back of it, as the JSON text of an
// object with those members. The root's holds the whole of a record that is no object.
func IsRest(f arrow.Field) bool {
	rest, _ := f.Metadata.GetValue(metaRest)
	return rest == "true"
}

// giveRest gives o, whose columns are cols, a column more if it can hold what they do not give back: members that are not
// declared, null where a member may be absent, times that are not written as they are printed, and what is no
// object where a wanted column makes a struct of it.
func (b *builder) giveRest(o *objectNode, m *merged, at place, cols []int) []int {
	open := !b.closed(m)
	inexact := open
	for i := range o.props {
		n := o.props[i].node
		if i >= len(cols) {
			break
		}
		n.inexact = (n.store == storeList || n.store == storeMap) && n.times()
		inexact = inexact || n.optional || n.inexact || n.store == storeTime ||
			n.store == storeStruct && n.allow&^(kindObject|kindNull) != 0 // even if an enum has none: it is kept before it is checked
	}
	if !inexact {
		return cols
	}
	o.rest = b.restColumn(at.pointer, cols)
	for i := len(cols); i < len(o.props) && open; i++ { // required, and not declared
		p := &o.props[i]
		p.node = b.toRest(b.member(m, p.name), p.pointer, at.fixed)
	}
	if open {
		if len(o.extras) == 0 && len(m.patterns()) > 0 { // the patterns have an op
			o.extra = b.toRest(nil, o.star, at.fixed)
		} else {
			o.extra = b.toRest(b.extra(m, nil), o.star, at.fixed)
		}
		for set := range o.extras {
			o.extras[set] = b.toRest(b.extra(m, subset(o.matched, set)), o.star, at.fixed)
		}
	}
	return append(cols, o.rest)
}

// toRest makes the node of a member without a column.
func (b *builder) toRest(defs []*schemaDef, pointer string, fixed bool) *node {
	n := b.plain(defs, pointer)
	n.store, n.fixed, n.member, n.optional = storeRest, fixed, true, true
	n.quick = noQuick() // every number comes to storeNumber
	return n
}

// restColumn makes the rest column of an object that has the columns cols. Its name is an asterisk, or as many as no member's name is.
func (b *builder) restColumn(pointer string, cols []int) int {
	name := "*"
	for slices.ContainsFunc(cols, func(c int) bool { return b.p.columns[c].field.Name == name }) {
		name += "*"
	}
	col := b.reserve()
	meta := arrow.NewMetadata([]string{metaPointer, metaJSON, metaRest}, []string{pointer + "/" + name, "true", "true"})
	b.p.columns[col] = columnDef{store: storeRest, width: 9,
		field: arrow.Field{Name: name, Type: arrow.BinaryTypes.String, Nullable: true, Metadata: meta}}
	return col
}

// closed says that no object has members beside the declared ones.
func (b *builder) closed(m *merged) bool {
	if m.allow&kindObject == 0 {
		return true
	}
	if len(m.patterns()) > 0 {
		return false
	}
	return b.merge(b.extra(m, nil)).may() == 0
}

// times says that there are times among n's elements, those in objects with columns of their own not counted.
func (n *node) times() bool {
	for {
		switch n.store {
		case storeTime:
			return true
		case storeList:
			n = n.item
		case storeMap:
			n = n.object.extra
		default:
			return false
		}
	}
}
