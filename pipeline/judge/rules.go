package judge

import (
	"slices"

	"github.com/winnow-data/winnow"
)

// A Window is a window that ended in violation of a window rule.
type Window struct {
	Check   Check
	Pointer string
	Records int64 // in the window
	First   int64 // its first offset
}

// A lateReason is found by a rule, after the schema's reasons were.
type lateReason struct {
	item  int32
	check int32
	winnow.Reason
}

func (j *Judge) check() {
	if len(j.rules) == 0 {
		return
	}
	b := winnow.Batch{Columns: j.columns, SchemaFailed: j.schemaFailed, Invalid: j.invalid}
	j.offsets, j.times = j.offsets[:0], j.times[:0]
	for _, i := range j.rows {
		j.offsets = append(j.offsets, j.records[i].Offset)
		j.times = append(j.times, j.records[i].Time)
	}
	if j.hasWindows {
		j.eventTime.bind(j.columns)
		for row, i := range j.rows {
			j.times[row] = j.eventTime.millis(row, j.records[i].Time)
		}
	}
	b.Offsets, b.Times = j.offsets, j.times
	for c, rule := range j.rules {
		j.current = c
		rule.Check(&b, j)
	}
}

// Close ends the rules' windows: the input has ended.
func (j *Judge) Close() {
	for c, rule := range j.rules {
		j.current = c
		rule.Close(j)
	}
}

// Row is how a rule reports a row: see winnow.Findings.
func (j *Judge) Row(row int, pointer string) {
	c := j.plan.Checks[j.current]
	j.late = append(j.late, lateReason{item: j.rows[row], check: int32(j.current),
		Reason: winnow.Reason{Rule: c.Name, Pointer: pointer}})
}

// Window is how a rule reports a window: see winnow.Findings.
func (j *Judge) Window(pointer string, records, first int64) {
	if j.windowFound != nil {
		j.windowFound(Window{Check: j.plan.Checks[j.current], Pointer: pointer, Records: records, First: first})
	}
}

// mergeLate puts the rules' reasons behind the schema's, so that each record's reasons are one slice.
func (j *Judge) mergeLate() {
	if len(j.late) > 0 {
		slices.SortStableFunc(j.late, func(a, b lateReason) int { return int(a.item - b.item) })
		for from := 0; from < len(j.late); {
			to := from + 1
			for to < len(j.late) && j.late[to].item == j.late[from].item {
				to++
			}
			j.mergeItem(j.late[from:to])
			from = to
		}
	}
	if !j.plan.Contract.Shadow {
		return
	}
	for i := range j.items {
		if j.items[i].outcome == winnow.Failed {
			j.items[i].outcome, j.items[i].spared = winnow.Tagged, true
		}
	}
}

func (j *Judge) mergeItem(late []lateReason) {
	it := &j.items[late[0].item]
	start := int32(len(j.reasons))
	j.reasons = append(j.reasons, j.reasons[it.reasons.from:it.reasons.to]...)
	for _, l := range late {
		if int32(len(j.reasons))-start < int32(j.plan.Limits.Reasons) {
			j.reasons = append(j.reasons, l.Reason)
		}
		switch j.plan.Checks[l.check].OnFail {
		case winnow.OnFailCount:
		case winnow.OnFailTag:
			it.outcome = max(it.outcome, winnow.Tagged)
		default:
			it.outcome = winnow.Failed
		}
	}
	it.reasons = span{start, int32(len(j.reasons))}
}

func (j *Judge) schemaFailed(row int) bool {
	it := &j.items[j.rows[row]]
	return it.schema > it.reasons.from
}

// invalid says that a reason of the schema stands at pointer or above it and speaks of the value as a whole, or at pointer and may be why its
// column has no value: a string that is not in its enum, say.
func (j *Judge) invalid(row int, pointer string) bool {
	it := &j.items[j.rows[row]]
	for _, reason := range j.reasons[it.reasons.from:it.schema] {
		switch reason.Rule {
		case "type", winnow.RuleNumber:
		case "enum", "const", "format", "multipleOf":
			if reason.Pointer == pointer {
				return true
			}
			continue
		default:
			continue
		}
		if p := reason.Pointer; len(p) <= len(pointer) && pointer[:len(p)] == p &&
			(len(p) == len(pointer) || pointer[len(p)] == '/') {
			return true
		}
	}
	return false
}
