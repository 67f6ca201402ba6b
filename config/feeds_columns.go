package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/apache/arrow/go/v15/arrow"

	"github.com/winnow-data/winnow/schemas"
)

// FeedColumns lists the JSON Pointers of the columns that f takes, in their order in its batches: those that it names, or all of the contract of its
// first topic, which every other contract of a valid feed has, too.
func (p *Pipeline) FeedColumns(f *Feed) []string {
	if len(f.Columns) > 0 {
		return f.Columns
	}
	for _, topic := range f.Topics {
		if c, err := p.Contract(topic); err == nil {
			return topPointers(c)
		}
	}
	return nil
}

// topPointers lists the pointers of a contract's columns, structs as a whole.
func topPointers(c *schemas.Contract) (all []string) {
	for _, f := range declaredOf(c) {
		all = append(all, pointerOf(f))
	}
	return all
}

// allPointers lists those of the structs' fields, too.
func allPointers(fields []arrow.Field) (all []string) {
	for _, f := range declared(fields) {
		all = append(all, pointerOf(f))
		if s, ok := f.Type.(*arrow.StructType); ok {
			all = append(all, allPointers(s.Fields())...)
		}
	}
	return all
}

func fieldsOf(c *schemas.Contract) []arrow.Field {
	if c.Program == nil {
		return nil
	}
	return c.Program.Schema().Fields()
}

// declaredOf gives a contract's columns without the record's rest, which a feed gets only by its name.
func declaredOf(c *schemas.Contract) []arrow.Field { return declared(fieldsOf(c)) }

func declared(fields []arrow.Field) []arrow.Field {
	if n := len(fields) - 1; n >= 0 && schemas.IsRest(fields[n]) {
		return fields[:n]
	}
	return fields
}

func pointerOf(f arrow.Field) string {
	pointer, _ := f.Metadata.GetValue("winnow.pointer")
	return pointer
}

// column finds a column by its pointer, which must be spelled as the contract's program spells it.
func column(c *schemas.Contract, pointer string) (arrow.Field, bool) {
	if c.Program == nil {
		return arrow.Field{}, false
	}
	_, f, ok := c.Program.Column(pointer)
	return f, ok && pointerOf(f) == pointer
}

// typeOf is a column's type in words. Columns are alike where these are.
func typeOf(f arrow.Field) string {
	if text, _ := f.Metadata.GetValue("winnow.json"); text == "true" {
		return "JSON text"
	}
	switch t := f.Type.(type) {
	case *arrow.Int64Type:
		return "integer"
	case *arrow.Float64Type:
		return "number"
	case *arrow.BooleanType:
		return "boolean"
	case *arrow.StringType:
		return "string"
	case *arrow.DictionaryType:
		return "string of an enum"
	case *arrow.TimestampType:
		return "time"
	case *arrow.Decimal128Type:
		return fmt.Sprintf("decimal of %d places", t.Scale)
	case *arrow.ListType:
		return "list of " + typeOf(t.ElemField())
	case *arrow.MapType:
		return "map of " + typeOf(t.ItemField())
	case *arrow.StructType:
		fields := declared(t.Fields())
		kids := make([]string, len(fields))
		for i, kid := range fields {
			kids[i] = kid.Name + ": " + typeOf(kid)
		}
		return "struct {" + strings.Join(kids, ", ") + "}"
	}
	return f.Type.String()
}

// shown cuts a type to a bearable length.
func shown(typ string) string {
	const most = 80
	if r := []rune(typ); len(r) > most {
		return string(r[:most]) + "…"
	}
	return typ
}

// columns checks the columns against each contract, and the contracts against each other.
func (c *feedCheck) columns() {
	if len(c.f.Columns) == 0 {
		if at := c.v.p.at(c.path("columns")...); c.v.p.root != nil && c.written("columns") && len(at.Content) == 0 {
			c.fault(c.key("columns")+" is empty", "name some, or take the key out for all", "columns")
		}
		c.allColumns()
		return
	}
	for i, pointer := range c.f.Columns {
		at := []string{"columns", strconv.Itoa(i)}
		text := c.text(pointer, at...)
		outer := slices.IndexFunc(c.f.Columns, func(o string) bool { return o != "" && strings.HasPrefix(pointer, o+"/") })
		switch {
		case slices.Contains(c.f.Columns[:i], pointer):
			c.fault("the column "+text+" is here twice", "keep one", at...)
			continue
		case outer >= 0 && strings.Trim(pointer[strings.LastIndexByte(pointer, '/')+1:], "*") != "": // a rest comes by its name alone
			c.fault("the column "+text+" lies inside "+c.text(c.f.Columns[outer], "columns", strconv.Itoa(outer))+", which is here too", "keep one of the two", at...)
		}
		c.column(pointer, text, at)
	}
}

// column checks a column that the feed names.
func (c *feedCheck) column(pointer, text string, at []string) {
	var first arrow.Field
	var in *bound
	for i := range c.bound {
		b := &c.bound[i]
		f, ok := column(b.Contract, pointer)
		switch {
		case !ok:
			fix := meant(pointer, allPointers(fieldsOf(b.Contract)))
			if fix == "" {
				fix = "write the JSON Pointer of a property that its schema declares, and that is reached through objects alone"
			}
			c.fault(fmt.Sprintf("the contract %s gives %s no column", b.Name, text), fix, at...)
		case in == nil:
			first, in = f, b
		case typeOf(f) != typeOf(first):
			c.fault(fmt.Sprintf("the column %s is of two types: %s in the contract %s, %s in %s", text, shown(typeOf(first)), in.Name, shown(typeOf(f)), b.Name),
				"take it out, or make a feed for each topic", at...)
		}
	}
}

// allColumns checks that the contracts of a feed that names no columns have the same.
func (c *feedCheck) allColumns() {
	for i := range c.bound {
		b := &c.bound[i]
		at := []string{"topics", strconv.Itoa(b.place)}
		if len(declaredOf(b.Contract)) == 0 {
			c.fault(fmt.Sprintf("the contract %s has no columns to feed", b.Name), "declare properties in its schema", at...)
			continue
		}
		if first := &c.bound[0]; i > 0 && len(declaredOf(first.Contract)) > 0 {
			if differs := differences(first, b); differs != "" {
				c.fault(fmt.Sprintf("the contracts %s and %s have different columns: %s", first.Name, b.Name, differs),
					"name the columns that both have, or make a feed for each topic", at...)
			}
		}
	}
}

// differences says in which columns b is not like a: the first few of them.
func differences(a, b *bound) string {
	const most = 5
	var all []string
	pointers := topPointers(a.Contract)
	for _, p := range topPointers(b.Contract) {
		if !slices.Contains(pointers, p) {
			pointers = append(pointers, p)
		}
	}
	for _, p := range pointers {
		f, inA := column(a.Contract, p)
		g, inB := column(b.Contract, p)
		switch {
		case !inA:
			all = append(all, p+" is only in "+b.Name)
		case !inB:
			all = append(all, p+" is only in "+a.Name)
		case typeOf(f) != typeOf(g):
			all = append(all, fmt.Sprintf("%s is %s in the one, %s in the other", p, shown(typeOf(f)), shown(typeOf(g))))
		}
	}
	if len(all) > most {
		all = append(all[:most], fmt.Sprintf("and %d more", len(all)-most))
	}
	return strings.Join(all, "; ")
}
