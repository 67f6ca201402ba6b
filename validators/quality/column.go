package quality

import (
	"github.com/apache/arrow/go/v15/arrow"
	"github.com/apache/arrow/go/v15/arrow/array"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/schemas"
)

// A columnKind is how a column holds its values.
type columnKind uint8

const (
	kindOther columnKind = iota
	kindInt
	kindFloat
	kindBool
	kindString
	kindJSON // any value, as its JSON text
	kindStruct
	kindList
	kindDecimal
	kindTime
	kindMap
)

func (k columnKind) String() string {
	switch k {
	case kindInt:
		return "an integer"
	case kindFloat, kindDecimal:
		return "a number"
	case kindBool:
		return "a boolean"
	case kindString:
		return "a string"
	case kindJSON:
		return "any value"
	case kindStruct, kindMap:
		return "an object"
	case kindList:
		return "an array"
	case kindTime:
		return "a time"
	}
	return "something else"
}

func kindOf(f arrow.Field) columnKind {
	if v, ok := f.Metadata.GetValue("winnow.json"); ok && v == "true" {
		return kindJSON
	}
	switch f.Type.ID() {
	case arrow.INT64:
		return kindInt
	case arrow.FLOAT64:
		return kindFloat
	case arrow.BOOL:
		return kindBool
	case arrow.DECIMAL128:
		return kindDecimal
	case arrow.TIMESTAMP:
		return kindTime
	case arrow.MAP:
		return kindMap
	case arrow.STRING, arrow.DICTIONARY:
		return kindString
	case arrow.STRUCT:
		return kindStruct
	case arrow.LIST:
		return kindList
	}
	return kindOther
}

// A column is the place of the values that a rule judges.
type column struct {
	pointer string
	above   []string // the pointers of the objects that it lies in, the nearest first
	path    []int
	kind    columnKind
	scale   int // of a decimal: digits of its fraction
}

func (c *column) of(b *winnow.Batch) arrow.Array { return schemas.At(b.Columns, c.path) }

// excused says of a null that the schema failed the row's very value, or what it should lie in: what the column holds in its place means
// nothing.
func (c *column) excused(b *winnow.Batch, row int) bool {
	if !b.SchemaFailed(row) {
		return false
	}
	if b.Invalid(row, c.pointer) {
		return true
	}
	for _, p := range c.above {
		if b.Invalid(row, p) {
			return true
		}
	}
	return false
}

// isNull says that there is no value in the row: it is missing or null, in JSON text too.
func (c *column) isNull(a arrow.Array, row int) bool {
	return a.IsNull(row) || c.kind == kindJSON && a.(*array.String).Value(row) == "null"
}

// A stateless rule has nothing to close.
type stateless struct{}

// Close does nothing: the rule judges each record for itself.
func (stateless) Close(winnow.Findings) {}

// fail reports a row, unless there is no value in it.
func (c *column) fail(f winnow.Findings, null bool, row int) {
	if !null {
		f.Row(row, c.pointer)
	}
}

// A coded judges the strings of a column of an enum: each once, for all the rows of a contract.
type coded struct {
	pass   func(text string) bool
	texts  arrow.ArrayData // of the dictionary
	passes []bool          // by code
}

// judge gives the codes of a's rows, and which codes pass.
func (c *coded) judge(a *array.Dictionary) (codes []int32, passes []bool) {
	if texts := a.Data().Dictionary(); texts != c.texts {
		c.texts, c.passes = texts, c.passes[:0]
		for i, all := 0, a.Dictionary().(*array.String); i < all.Len(); i++ {
			c.passes = append(c.passes, c.pass(all.Value(i)))
		}
	}
	return a.Indices().(*array.Int32).Int32Values(), c.passes
}

// check reports the rows of a whose string fails.
func (c *coded) check(at *column, a *array.Dictionary, f winnow.Findings) {
	codes, passes := c.judge(a)
	for row, code := range codes {
		if !passes[code] {
			at.fail(f, a.IsNull(row), row)
		}
	}
}
