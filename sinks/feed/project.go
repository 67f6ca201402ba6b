package feed

import (
	"fmt"
	"slices"
	"strings"

	"github.com/apache/arrow/go/v15/arrow"
	"github.com/apache/arrow/go/v15/arrow/array"
)

// A pick chooses columns of a schema: whole ones, and fields of struct columns.
type pick struct {
	schema *arrow.Schema // of what is chosen
	cols   []*picked
}

// A picked column: its place among its siblings, and, where it is a struct of which not all is chosen, its chosen fields.
type picked struct {
	index int
	whole bool
	kids  []*picked
	field arrow.Field // as it comes out
}

// newPick chooses the columns of JSON Pointers, in their order, out of a schema; all of it for none. A name in a struct column brings the struct with
// that field alone.
func newPick(from *arrow.Schema, pointers []string) (*pick, error) {
	if len(pointers) == 0 {
		for _, f := range from.Fields() {
			pointers = append(pointers, "/"+escaper.Replace(f.Name))
		}
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
		k.field = fields[k.index]
		if k.whole {
			k.kids = nil
		} else {
			k.field.Type = arrow.StructOf(k.settle(nestedFields(k.field))...)
		}
		out = append(out, k.field)
	}
	return out
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
	if c.whole {
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
