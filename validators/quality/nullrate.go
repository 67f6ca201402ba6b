package quality

import (
	"math/bits"

	"go.yaml.in/yaml/v3"

	"github.com/winnow-data/winnow"
)

type nullRateParams struct {
	common `yaml:",inline"`
	Max    *yaml.Node  `yaml:"max" strict:"required" doc:"The largest share of nulls that passes, from 0 to 1, with at most 18 decimals."`
	Window *windowSpec `yaml:"window" strict:"required" doc:"How records are cut into windows: {records: N} or {event_time: DURATION}."`
}

func nullRateKind() Kind {
	return Kind{
		Name:    "null_rate",
		Window:  true,
		Summary: "of the records of a window, no larger share than max has a null",
		Detail: "Missing counts as null; a value that the schema failed does not. Every record counts that is acceptable JSON, whether it " +
			"passes or not: a window is a census, and max is compared exactly. " + windowDetail,
		Example: "{rule: null_rate, pointer: /dep_time, max: 0.15, window: {event_time: 24h}}",
		Keys:    ownKeys(nullRateParams{}),
		compile: compileNullRate,
	}
}

func compileNullRate(r *request) func() winnow.Rule {
	var p nullRateParams
	r.params(&p)
	c := r.column()
	limit := r.share("max", p.Max)
	w := r.window(p.Window)
	if f := r.spec.OnFail; f != "" && f != winnow.OnFailCount {
		r.fault(r.key("on_fail"), "on_fail of a rule with a window can only be count in this version", "write count, or take the key out")
	}
	return func() winnow.Rule { return &nullRateRule{column: c, limit: limit, windows: newWindows(w)} }
}

// A share is an exact fraction: part of 10^18.
type share uint64

const wholeShare = 1_000_000_000_000_000_000

// share reads a number from 0 to 1.
func (r *request) share(key string, n *yaml.Node) share {
	d := r.number(key, n)
	if d == nil {
		return 0
	}
	var one decimal
	one.set("1")
	switch {
	case d.sign() < 0 || d.compare(&one) > 0:
		r.fault(n, key+" must be from 0 to 1", "15 % is 0.15")
		return 0
	case len(d.digits)-d.point > 18:
		r.fault(n, key+" has more than 18 decimals", "round it")
		return 0
	}
	var s share
	for i := range d.point + 18 {
		s *= 10
		if i < len(d.digits) {
			s += share(d.digits[i] - '0')
		}
	}
	return s
}

// exceeded says that part of all is a larger share than s.
func (s share) exceeded(part, all int64) bool {
	partHi, partLo := bits.Mul64(uint64(part), wholeShare)
	allHi, allLo := bits.Mul64(uint64(all), uint64(s))
	return partHi > allHi || partHi == allHi && partLo > allLo
}

type nullRateRule struct {
	*column
	limit   share
	windows *windows
}

// Check counts the rows, and reports the windows that have ended with too many nulls.
func (r *nullRateRule) Check(b *winnow.Batch, f winnow.Findings) {
	a := r.of(b)
	for row := range a.Len() {
		w, ended := r.windows.at(b.Offsets[row], b.Times[row])
		r.judge(ended, f)
		w.records++
		if r.isNull(a, row) && !r.excused(b, row) {
			w.nulls++
		}
		r.judge(r.windows.filled(w, b.Offsets[row]), f)
	}
}

// Close ends the open windows, the oldest first.
func (r *nullRateRule) Close(f winnow.Findings) {
	for {
		w := r.windows.endOldest()
		if w.records == 0 {
			return
		}
		r.judge(w, f)
	}
}

func (r *nullRateRule) judge(w window, f winnow.Findings) {
	if w.records > 0 && r.limit.exceeded(w.nulls, w.records) {
		f.Window(r.pointer, w.records, w.first)
	}
}
