package quality

import (
	"github.com/apache/arrow/go/v15/arrow/array"

	"github.com/winnow-data/winnow"
)

type rangeParams struct {
	common `yaml:",inline"`
	limits `yaml:",inline"`
}

func rangeKind() Kind {
	return Kind{
		Name:    "range",
		Summary: "a number lies within limits",
		Detail: "Integers, numbers of a multipleOf with a fraction, and numbers in columns of any value, are compared exactly, however many digits they " +
			"have. Any other number column holds float64: there the limit is rounded as the values were, so that a value that is written like the limit is the limit. " +
			"In a column of any value, what is no number passes.",
		Example: "{rule: range, pointer: /arr_delay, min: -120, max: 1500}",
		Keys:    ownKeys(rangeParams{}),
		compile: compileRange,
	}
}

func compileRange(r *request) func() winnow.Rule {
	var p rangeParams
	r.params(&p)
	c := r.column(kindInt, kindFloat, kindDecimal, kindJSON)
	if c == nil {
		return nil
	}
	b := r.bounds(p.limits, c)
	return func() winnow.Rule { return &rangeRule{column: c, bounds: b} }
}

type rangeRule struct {
	stateless
	*column
	*bounds
	scratch decimal
}

// Check reports the rows whose number is outside the limits.
func (r *rangeRule) Check(b *winnow.Batch, f winnow.Findings) {
	switch a := r.of(b).(type) {
	case *array.Int64:
		for row, v := range a.Int64Values() {
			if v < r.intLow || v > r.intHigh {
				r.fail(f, a.IsNull(row), row)
			}
		}
	case *array.Float64:
		for row, v := range a.Float64Values() {
			if v < r.floatLow || v > r.floatHigh {
				r.fail(f, a.IsNull(row), row)
			}
		}
	case *array.Decimal128:
		for row, v := range a.Values() {
			if v.Less(r.decimalLow) || r.decimalHigh.Less(v) {
				r.fail(f, a.IsNull(row), row)
			}
		}
	case *array.String:
		for row := range a.Len() {
			if a.IsNull(row) {
				continue
			}
			if text := a.Value(row); isNumberText(text) && r.failsText(text, &r.scratch) {
				r.fail(f, false, row)
			}
		}
	}
}
