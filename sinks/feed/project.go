package feed

import (
	"fmt"
	"slices"
	"strings"

	"github.com/apache/arrow/go/v15/arrow"
	"github.com/apache/arrow/go/v15/arrow/array"

	"github.com/winnow-data/winnow/schemas"
)

// A pick chooses columns of a schema: whole ones, and fields of struct columns. An object's rest is chosen only by its own name.
type pick struct {
	schema *arrow.Schema // of what is chosen
	cols   []*picked
}

// A picked column: its place among its siblings, and, where there are columns in it of which not all are chosen, those that are.
type picked struct {
	index int
	whole bool // with all that is in it, but for rests
	kids  []*picked
	field arrow.Field // as it comes out
}

// newPick chooses the columns of JSON Pointers, in their order, out of a schema; all of it for none. A name in a struct column brings the struct with
// that field alone.
func newPick(from *arrow.Schema, pointers []string) (*pick, error) {
	if len(pointers) == 0 {
		pointers = everything(from)
	}
	root := &picked{}
	for _, p := range pointers {
		if err := root.choose(from.Fields(), p); err != nil {
			return nil, err
		}
	}
	meta := from.Metadata()
	return &pick{schema: arrow.NewSchema(root.settle(from.Fields()), &meta), cols: root.kids}, nil
}

// everything names the columns of a schema.
func everything(s *arrow.Schema) (pointers []string) {
	for _, f := range s.Fields() {
		if !schemas.IsRest(f) {
			pointers = append(pointers, "/"+escaper.Replace(f.Name))
		}
	}
	return pointers
}

var (
	escaper   = strings.NewReplacer("~", "~0", "/", "~1")
	unescaper = strings.NewReplacer("~1", "/", "~0", "~")
)

// choose adds the column of pointer to those of c, whose fields are given.
func (c *picked) choose(fields []arrow.Field, pointer string) error {
	for token := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		name := unescaper.Replace(token)
		i := slices.IndexFunc(fields, func(f arrow.Field) bool { return f.Name == name })
		if i < 0 {
			return fmt.Errorf("there is no column %s", pointer)
		}
		k := slices.IndexFunc(c.kids, func(k *picked) bool { return k.index == i })
		if k < 0 {
			k, c.kids = len(c.kids), append(c.kids, &picked{index: i})
		}
		c, fields = c.kids[k], nestedFields(fields[i])
	}
	c.whole = true
	return nil
}

func nestedFields(f arrow.Field) []arrow.Field {
	if s, ok := f.Type.(*arrow.StructType); ok {
		return s.Fields()
	}
	return nil
}

// settle gives the fields that c's choices come out as.
func (c *picked) settle(fields []arrow.Field) (out []arrow.Field) {
	for _, k := range c.kids {
		k.field = unrequired(fields[k.index])
		if k.whole {
			k.all(fields[k.index].Type)
		}
		if k.kids != nil {
			k.field.Type = k.retype(k.field.Type)
		}
		out = append(out, k.field)
	}
	return out
}

// unrequired takes from a field whether its members must be there: contracts that differ in that have the same columns.
func unrequired(f arrow.Field) arrow.Field {
	at := f.Metadata.FindKey(schemas.MetaRequired)
	if at >= 0 {
		keys, values := slices.Clone(f.Metadata.Keys()), slices.Clone(f.Metadata.Values())
		f.Metadata = arrow.NewMetadata(slices.Delete(keys, at, at+1), slices.Delete(values, at, at+1))
	}
	return f
}

// all chooses what is in a column of type typ: nothing of its own where it is just all of it.
func (c *picked) all(typ arrow.DataType) {
	nested, ok := typ.(arrow.NestedType)
	if !ok {
		return
	}
	less := false
	kids := make([]*picked, 0, len(nested.Fields()))
	for i, f := range nested.Fields() {
		k := &picked{index: i, whole: true}
		at := slices.IndexFunc(c.kids, func(k *picked) bool { return k.index == i })
		switch {
		case at >= 0:
			less, k = true, c.kids[at]
		case schemas.IsRest(f):
			less = true
			continue
		}
		k.whole = true
		k.all(f.Type)
		less = less || k.kids != nil || f.Metadata.FindKey(schemas.MetaRequired) >= 0
		kids = append(kids, k)
	}
	if c.kids = kids; !less {
		c.kids = nil
	}
}

// retype gives the type of a column of which not all is chosen.
func (c *picked) retype(typ arrow.DataType) arrow.DataType {
	fields := c.settle(typ.(arrow.NestedType).Fields())
	switch typ.(type) {
	case *arrow.ListType:
		return arrow.ListOfField(fields[0])
	case *arrow.MapType:
		entry := fields[0].Type.(*arrow.StructType)
		return arrow.MapOfWithMetadata(entry.Field(0).Type, entry.Field(0).Metadata, entry.Field(1).Type, entry.Field(1).Metadata)
	default:
		return arrow.StructOf(fields...)
	}
}

// columns gives the chosen columns of rec, which share its memory. The caller releases each.
func (p *pick) columns(rec arrow.Record) []arrow.Array {
	out := make([]arrow.Array, len(p.cols))
	for i, c := range p.cols {
		data := c.data(rec.Column(c.index).Data())
		out[i] = array.MakeFromData(data)
		data.Release()
	}
	return out
}

// data gives a's part that is chosen.
func (c *picked) data(a arrow.ArrayData) arrow.ArrayData {
	if c.kids == nil {
		a.Retain()
		return a
	}
	kids := make([]arrow.ArrayData, len(c.kids))
	for i, k := range c.kids {
		kids[i] = k.data(a.Children()[k.index])
	}
	data := array.NewData(c.field.Type, a.Len(), a.Buffers(), kids, a.NullN(), a.Offset())
	for _, k := range kids {
		k.Release()
	}
	return data
}
