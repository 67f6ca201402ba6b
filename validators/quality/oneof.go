package quality

import (
	"strconv"

	"github.com/apache/arrow/go/v15/arrow/array"
	"github.com/apache/arrow/go/v15/arrow/decimal128"
	"go.yaml.in/yaml/v3"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/strict"
)

type oneOfParams struct {
	common `yaml:",inline"`
	Values []*yaml.Node `yaml:"values" strict:"required" doc:"The values that pass: strings, numbers and booleans."`
}

func oneOfKind() Kind {
	return Kind{
		Name:    "one_of",
		Summary: "a value is one of a list",
		Detail: "Numbers are equal when they mean the same, however they are written: 1, 1.0 and 1e0 are one value. In a column of any value, " +
			"arrays and objects fail.",
		Example: "{rule: one_of, pointer: /origin, values: [EWR, JFK, LGA]}",
		Keys:    ownKeys(oneOfParams{}),
		compile: compileOneOf,
	}
}

// allowed are the values that pass, in the forms that the columns' values can be looked up in. numbers are by
// decimal.key.
type allowed struct {
	strings     map[string]struct{}
	numbers     map[string]struct{}
	ints        map[int64]struct{}
	floats      map[float64]struct{}
	decimals    map[decimal128.Num]struct{}
	isTrue, not bool // whether true, and false, pass
}

func compileOneOf(r *request) func() winnow.Rule {
	var p oneOfParams
	r.params(&p)
	c := r.column(kindString, kindInt, kindFloat, kindDecimal, kindBool, kindJSON)
	a := &allowed{
		strings: map[string]struct{}{}, numbers: map[string]struct{}{},
		ints: map[int64]struct{}{}, floats: map[float64]struct{}{}, decimals: map[decimal128.Num]struct{}{},
	}
	if c != nil {
		for _, n := range p.Values {
			r.allow(a, c, n)
		}
	}
	if n := r.key("values"); n != nil && n.Kind == yaml.SequenceNode && len(n.Content) == 0 {
		r.fault(n, "nothing can pass: values is empty", "name at least one value")
	}
	return func() winnow.Rule {
		rule := &oneOfRule{column: c, allowed: a}
		rule.pass = rule.passesString
		return rule
	}
}

// allow adds the value n to a, if a column of that kind can hold it.
func (r *request) allow(a *allowed, c *column, n *yaml.Node) {
	kind := c.kind
	var added bool
	switch {
	case n.Kind != yaml.ScalarNode || n.Tag == strict.TagNull:
		r.fault(n, "values must be strings, numbers or booleans", "take it out; nulls pass anyway, unless there is a not_null")
		return
	case n.Tag == strict.TagStr && (kind == kindString || kind == kindJSON):
		added = add(a.strings, n.Value)
	case n.Tag == strict.TagBool && (kind == kindBool || kind == kindJSON):
		side := &a.not
		if n.Value == "true" {
			side = &a.isTrue
		}
		added, *side = !*side, true
	case (n.Tag == strict.TagInt || n.Tag == strict.TagFloat) && (kind == kindInt || kind == kindFloat || kind == kindDecimal || kind == kindJSON):
		d := r.number("a value", n)
		if kind == kindInt && d.point < len(d.digits) {
			r.fault(n, "an integer is never "+n.Value, "take it out")
			return
		}
		if kind == kindDecimal && len(d.digits) > d.point+c.scale {
			r.fault(n, "the number is never "+n.Value+": the schema lets it have "+strconv.Itoa(c.scale)+" decimals", "take it out")
			return
		}
		added = a.addNumber(d, c.scale)
	default:
		r.fault(n, strict.Show(n)+" can never be there: the schema makes the column "+kind.String(), "quote strings, and only strings; or take it out")
		return
	}
	if !added {
		r.fault(n, "the value "+strict.Show(n)+" is here twice", "keep one")
	}
}

func (a *allowed) addNumber(d *decimal, scale int) bool {
	if n, whole := d.floor128(scale); whole {
		add(a.decimals, n)
	}
	if n, ok := d.least(false); ok {
		var at decimal
		if at.setInt(n); at.compare(d) == 0 {
			add(a.ints, n)
		}
	}
	add(a.floats, d.float())
	return add(a.numbers, string(d.key(nil)))
}

// add reports whether k is new.
func add[K comparable](m map[K]struct{}, k K) bool {
	before := len(m)
	m[k] = struct{}{}
	return len(m) > before
}

type oneOfRule struct {
	stateless
	*column
	*allowed
	coded
	number  decimal
	scratch []byte
}

// Check reports the rows whose value is not among the allowed ones.
func (r *oneOfRule) Check(b *winnow.Batch, f winnow.Findings) {
	a := r.of(b)
	if a, ok := a.(*array.Dictionary); ok {
		r.check(r.column, a, f)
		return
	}
	for row := range a.Len() {
		if !a.IsNull(row) && !r.passes(a, row) {
			r.fail(f, r.isNull(a, row), row)
		}
	}
}

func (r *oneOfRule) passes(a any, row int) (ok bool) {
	switch a := a.(type) {
	case *array.Int64:
		_, ok = r.ints[a.Value(row)]
	case *array.Float64:
		_, ok = r.floats[a.Value(row)]
	case *array.Boolean:
		ok = r.passesBool(a.Value(row))
	case *array.String:
		if r.kind == kindJSON {
			return r.passesText(a.Value(row))
		}
		return r.passesString(a.Value(row))
	case *array.Decimal128:
		_, ok = r.decimals[a.Value(row)]
	}
	return ok
}

func (r *oneOfRule) passesString(text string) bool {
	_, ok := r.strings[text]
	return ok
}

func (r *oneOfRule) passesBool(v bool) bool { return v && r.isTrue || !v && r.not }

func (r *oneOfRule) passesText(text string) (ok bool) {
	switch {
	case isStringText(text):
		var s []byte
		s, r.scratch = unquote(text, r.scratch)
		_, ok = r.strings[string(s)]
	case isNumberText(text):
		r.number.set(text)
		r.scratch = r.number.key(r.scratch[:0])
		_, ok = r.numbers[string(r.scratch)]
	case text == "true":
		return r.isTrue
	case text == "false":
		return r.not
	}
	return ok
}
