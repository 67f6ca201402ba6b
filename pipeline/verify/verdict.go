package verify

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/winnow-data/winnow/pipeline/verdicts"
)

// A verdict is what an entry of the verdict log says of a range, or of that part of it that no entry before it spoke of.
type verdict struct {
	verdicts.Range
	passed  int64
	failed  offsets
	tagged  offsets
	skipped map[string]offsets // by cause
	records offsets            // passed, failed or skipped as a tombstone: there was a record
	wrong   error              // it does not add up: only the range counts
}

// causes are those that a gate skips for.
var causes = []string{verdicts.CauseAborted, verdicts.CauseCompacted, verdicts.CauseControl, verdicts.CauseRetention, verdicts.CauseTombstone}

// readVerdict reads an entry. An error says that it does not even have a range.
func readVerdict(value []byte) (*verdict, error) {
	e := new(verdicts.Entry)
	if err := json.Unmarshal(value, e); err != nil {
		return nil, errors.New("it is not an entry of a verdict log")
	}
	r := verdicts.Range{From: e.From, To: e.To}
	if r.From < 0 || r.Len() <= 0 {
		return nil, errors.New("it is an entry of a verdict log without a range")
	}
	if err := e.Validate(); err != nil {
		return &verdict{Range: r, wrong: err}, nil
	}
	v := &verdict{Range: r, passed: e.Passed, failed: verdicts.Merge(e.Failed), skipped: make(map[string]offsets, len(e.Skipped))}
	var none []verdicts.Range
	for cause, rs := range e.Skipped {
		if !slices.Contains(causes, cause) {
			return &verdict{Range: r, wrong: errors.New("it skips for a cause that is not known")}, nil
		}
		v.skipped[cause] = verdicts.Merge(rs)
		if cause != verdicts.CauseTombstone {
			none = append(none, v.skipped[cause]...)
		}
	}
	v.records = verdicts.Minus(r, verdicts.Merge(none))
	for _, rs := range e.Tagged {
		v.tagged = append(v.tagged, rs...)
	}
	v.tagged = verdicts.Merge(v.tagged)
	passed := without(without(v.records, v.failed), v.skipped[verdicts.CauseTombstone])
	if stray := without(v.tagged, passed); len(stray) > 0 {
		return &verdict{Range: r, wrong: fmt.Errorf("offset %d is tagged and not passed", stray[0].From)}, nil
	}
	return v, nil
}

// cut is v's part in r.
func (v *verdict) cut(r verdicts.Range) *verdict {
	c := &verdict{Range: verdicts.Overlap(v.Range, r), wrong: v.wrong}
	if c.Range == v.Range {
		return v
	}
	c.failed, c.tagged, c.records = verdicts.Clip(v.failed, c.Range), verdicts.Clip(v.tagged, c.Range), verdicts.Clip(v.records, c.Range)
	c.passed = c.Len() - verdicts.Count(c.failed)
	c.skipped = make(map[string]offsets, len(v.skipped))
	for cause, rs := range v.skipped {
		c.skipped[cause] = verdicts.Clip(rs, c.Range)
		c.passed -= verdicts.Count(c.skipped[cause])
	}
	return c
}

// disagree gives the offsets of r on which two verdicts are not the same.
func (v *verdict) disagree(w *verdict, r verdicts.Range) offsets {
	out := differ(verdicts.Clip(v.failed, r), verdicts.Clip(w.failed, r))
	for _, cause := range causes {
		out = append(out, differ(verdicts.Clip(v.skipped[cause], r), verdicts.Clip(w.skipped[cause], r))...)
	}
	return verdicts.Merge(out)
}

// weight is how much memory it holds, in ranges.
func (v *verdict) weight() int {
	n := 1 + len(v.failed) + len(v.tagged) + len(v.records)
	for _, rs := range v.skipped {
		n += len(rs)
	}
	return n
}
