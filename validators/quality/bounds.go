package quality

import (
	"math"

	"github.com/apache/arrow/go/v15/arrow/decimal128"
	"go.yaml.in/yaml/v3"
)

// bounds are limits on numbers, in the forms that the columns' numbers can be compared with.
type bounds struct {
	low, high         *decimal // nil: no limit
	lowOpen, highOpen bool     // the limit itself fails

	// The integers and floats that pass are those from the first to the second; none if the first is the larger.
	intLow, intHigh     int64
	floatLow, floatHigh float64
	// So do the decimals of the column's scale.
	decimalLow, decimalHigh decimal128.Num
}

// limits are the keys of a rule that bounds numbers.
type limits struct {
	Min          *yaml.Node `yaml:"min" doc:"The smallest number that passes."`
	Max          *yaml.Node `yaml:"max" doc:"The largest number that passes."`
	ExclusiveMin *yaml.Node `yaml:"exclusive_min" doc:"Numbers that pass are above it."`
	ExclusiveMax *yaml.Node `yaml:"exclusive_max" doc:"Numbers that pass are below it."`
}

// bounds reads the limits, of which there must be one at least, for the column.
func (r *request) bounds(l limits, c *column) *bounds {
	b := &bounds{}
	b.low, b.lowOpen = r.side("min", l.Min, "exclusive_min", l.ExclusiveMin)
	b.high, b.highOpen = r.side("max", l.Max, "exclusive_max", l.ExclusiveMax)
	if len(r.faults) > 0 {
		return nil
	}
	if b.low == nil && b.high == nil {
		r.fault(nil, "the rule "+r.spec.Rule+" has no limit", "give it min, max, exclusive_min or exclusive_max")
		return nil
	}
	b.ints()
	b.floats()
	b.decimals(c.scale)
	if b.empty(c.kind) {
		r.fault(nil, "no number can pass: the lower limit is above the upper one", "swap them, or widen them")
		return nil
	}
	return b
}

func (r *request) side(closed string, at *yaml.Node, open string, openAt *yaml.Node) (d *decimal, isOpen bool) {
	if at != nil && openAt != nil {
		r.fault(openAt, closed+" and "+open+" are both here", "keep one")
		return nil, false
	}
	if openAt != nil {
		return r.number(open, openAt), true
	}
	return r.number(closed, at), false
}

func (b *bounds) ints() {
	b.intLow, b.intHigh = math.MinInt64, math.MaxInt64
	ok := true
	if b.low != nil {
		b.intLow, ok = b.low.least(b.lowOpen)
	}
	if b.high != nil && ok {
		b.intHigh, ok = b.high.most(b.highOpen)
	}
	if !ok {
		b.intLow, b.intHigh = math.MaxInt64, math.MinInt64
	}
}

func (b *bounds) floats() {
	b.floatLow, b.floatHigh = math.Inf(-1), math.Inf(1)
	if b.low != nil {
		b.floatLow = b.low.float()
		if b.lowOpen {
			b.floatLow = math.Nextafter(b.floatLow, math.Inf(1))
		}
	}
	if b.high != nil {
		b.floatHigh = b.high.float()
		if b.highOpen {
			b.floatHigh = math.Nextafter(b.floatHigh, math.Inf(-1))
		}
	}
}

func (b *bounds) decimals(scale int) {
	b.decimalLow, b.decimalHigh = decimal128.GetMaxValue(38).Negate(), decimal128.GetMaxValue(38)
	if b.low != nil {
		b.decimalLow = b.low.least128(scale, b.lowOpen)
	}
	if b.high != nil {
		b.decimalHigh = b.high.most128(scale, b.highOpen)
	}
}

// empty says that no number of a column of that kind can pass.
func (b *bounds) empty(kind columnKind) bool {
	if kind == kindInt && b.intLow > b.intHigh || kind == kindDecimal && b.decimalHigh.Less(b.decimalLow) {
		return true
	}
	if b.low == nil || b.high == nil {
		return false
	}
	c := b.low.compare(b.high)
	return c > 0 || c == 0 && (b.lowOpen || b.highOpen)
}

// failsText judges a JSON number's text, exactly. It reads into scratch what is more than a short integer.
func (b *bounds) failsText(text string, scratch *decimal) bool {
	if n, ok := small(text); ok {
		return n < b.intLow || n > b.intHigh
	}
	scratch.set(text)
	if b.low != nil {
		if c := scratch.compare(b.low); c < 0 || c == 0 && b.lowOpen {
			return true
		}
	}
	if b.high != nil {
		if c := scratch.compare(b.high); c > 0 || c == 0 && b.highOpen {
			return true
		}
	}
	return false
}
