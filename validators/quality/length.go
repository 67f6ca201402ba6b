package quality

import (
	"math"
	"unicode/utf8"

	"github.com/apache/arrow/go/v15/arrow/array"

	"github.com/winnow-data/winnow"
)

type lengthParams struct {
	common `yaml:",inline"`
	Min    *int `yaml:"min" doc:"The smallest length that passes."`
	Max    *int `yaml:"max" doc:"The largest length that passes."`
}

func lengthKind() Kind {
	return Kind{
		Name:    "length",
		Summary: "a string or an array is neither too short nor too long",
		Detail:  "Strings are measured in Unicode code points, arrays in items. In a column of any value, what is neither passes.",
		Example: "{rule: length, pointer: /dest, min: 3, max: 3}",
		Keys:    ownKeys(lengthParams{}),
		compile: compileLength,
	}
}

func compileLength(r *request) func() winnow.Rule {
	var p lengthParams
	r.params(&p)
	c := r.column(kindString, kindList, kindJSON)
	low, high := 0, math.MaxInt
	if p.Min != nil {
		low = *p.Min
	}
	if p.Max != nil {
		high = *p.Max
	}
	switch {
	case len(r.faults) > 0:
	case p.Min == nil && p.Max == nil:
		r.fault(nil, "the rule length has no limit", "give it min or max")
	case low < 0:
		r.fault(r.key("min"), "min is below 0", "lengths begin at 0")
	case low > high:
		r.fault(r.key("max"), "nothing can pass: min is above max", "swap them, or widen them")
	}
	return func() winnow.Rule {
		rule := &lengthRule{column: c, low: low, high: high}
		rule.pass = rule.fitsText
		return rule
	}
}

type lengthRule struct {
	stateless
	*column
	coded
	low, high int
}

// Check reports the rows whose string or array is too short or too long.
func (r *lengthRule) Check(b *winnow.Batch, f winnow.Findings) {
	switch a := r.of(b).(type) {
	case *array.List:
		for row := range a.Len() {
			if start, end := a.ValueOffsets(row); !r.fits(int(end - start)) {
				r.fail(f, a.IsNull(row), row)
			}
		}
	case *array.Dictionary:
		r.check(r.column, a, f)
	case *array.String:
		for row := range a.Len() {
			if a.IsNull(row) {
				continue
			}
			if !r.fitsText(a.Value(row)) {
				r.fail(f, false, row)
			}
		}
	}
}

func (r *lengthRule) fits(n int) bool { return n >= r.low && n <= r.high }

func (r *lengthRule) fitsText(text string) bool {
	switch {
	case r.kind != kindJSON:
		// A code point is one to four bytes: most strings need no counting.
		if len(text) <= r.high && (len(text)+3)/4 >= r.low {
			return true
		}
		return r.fits(utf8.RuneCountInString(text))
	case isStringText(text):
		return r.fits(runes(text))
	case text != "" && text[0] == '[':
		return r.fits(items(text))
	}
	return true
}
