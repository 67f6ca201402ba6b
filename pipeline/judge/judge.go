package judge

import (
	"slices"

	"github.com/apache/arrow/go/v15/arrow"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/schemas"
)

// MaxRecords is how many records a Judge takes before Finish: enough to make the cost per batch vanish, few enough that a
// batch's columns stay in the processor's cache.
const MaxRecords = 1024

// A Verdict is what a Judge says of one record. Its slices are borrowed until Reset.
type Verdict struct {
	Outcome winnow.Outcome
	// Cause says why a record was skipped.
	Cause   string
	Reasons []winnow.Reason
	// Team and User are the contract's, "unknown" where the record has none; User is empty where the contract does not speak of users.
	Team, User []byte
	// Sensitive are the places that must not be kept readable.
	Sensitive []winnow.Span
}

// CauseTombstone is the cause of a skipped null value.
const CauseTombstone = "tombstone"

type item struct {
	outcome winnow.Outcome
	skipped bool  // a tombstone
	row     int32 // of the columns, -1 for none
	reasons span  // in Judge.reasons
	schema  int32 // where those of the schema end, and those of the scan begin
	spans   span  // in Judge.spans
	edits   bool  // the policy changes what a feed may see
}

type span struct{ from, to int32 }

// A Judge judges the records of one partition, in order. It belongs to one goroutine.
type Judge struct {
	plan    *Plan
	decoder *schemas.Decoder
	rules   []winnow.Rule
	scanner winnow.Scanner

	records []winnow.Record
	docs    [][]byte // the records' values without their frames
	items   []item
	rows    []int32 // row -> item
	reasons []winnow.Reason
	spans   []winnow.Span
	late    []lateReason
	times   []int64
	offsets []int64

	columns     arrow.Record // of the batch, from Finish to Reset; nil where nothing reads them
	team, user  source
	eventTime   source
	hasWindows  bool
	clean       *cleaner
	windowFound func(Window)
	current     int // the check that is running
}

// A lateReason is found by a rule, after the schema's reasons were.
type lateReason struct {
	item  int32
	check int32
	winnow.Reason
}

// A Window is a window that ended in violation of a window rule.
type Window struct {
	Check   Check
	Pointer string
	Records int64 // in the window
	First   int64 // its first offset
}

// New makes a Judge; windows, which may be nil, is called for each window that ends in violation.
func New(p *Plan, windows func(Window)) *Judge {
	j := &Judge{
		plan:        p,
		decoder:     schemas.NewDecoder(p.Contract.Program, p.Limits),
		team:        newSource(p.Contract.Program, p.Contract.Team),
		user:        newSource(p.Contract.Program, p.Contract.User),
		eventTime:   newSource(p.Contract.Program, p.Contract.EventTime),
		windowFound: windows,
	}
	if p.NewRules != nil {
		j.rules = p.NewRules()
	}
	for _, c := range p.Checks {
		j.hasWindows = j.hasWindows || c.Window
	}
	if p.NewScanner != nil {
		j.scanner = p.NewScanner()
	}
	return j
}

// Full says that Finish must come before the next Add.
func (j *Judge) Full() bool { return len(j.items) == MaxRecords || j.decoder.Full() }

// Len is how many records were added since Reset.
func (j *Judge) Len() int { return len(j.items) }

// Record gives back the i-th record as it was added.
func (j *Judge) Record(i int) *winnow.Record { return &j.records[i] }

// Add decodes and scans a record. Its bytes must stay as they are until Reset.
func (j *Judge) Add(r *winnow.Record) {
	it := item{row: -1, reasons: span{int32(len(j.reasons)), 0}, spans: span{int32(len(j.spans)), 0}}
	doc := r.Value
	if doc == nil {
		j.tombstone(&it)
	} else {
		var encoding string
		if doc, encoding = unframe(doc); encoding != "" {
			j.reasons = append(j.reasons, winnow.Reason{Rule: winnow.RuleJSON, Detail: winnow.DetailSyntax},
				winnow.Reason{Rule: winnow.RuleEncoding, Detail: encoding})
		} else {
			j.decode(&it, doc)
		}
		if it.schema = int32(len(j.reasons)); it.schema > it.reasons.from {
			it.outcome = winnow.Failed
		}
		if j.scanner != nil {
			j.scan(&it, doc, len(r.Value)-len(doc))
		}
	}
	it.reasons.to, it.spans.to = int32(len(j.reasons)), int32(len(j.spans))
	j.records = append(j.records, *r)
	j.docs = append(j.docs, doc)
	j.items = append(j.items, it)
}

func (j *Judge) tombstone(it *item) {
	if j.plan.Contract.QuarantineTombstones {
		it.outcome = winnow.Failed
		j.reasons = append(j.reasons, winnow.Reason{Rule: winnow.RuleTombstone})
		return
	}
	it.outcome, it.skipped = winnow.Skipped, true
}

func (j *Judge) decode(it *item, doc []byte) {
	var row bool
	if j.reasons, row = j.decoder.Decode(doc, j.reasons); row {
		it.row = int32(len(j.rows))
		j.rows = append(j.rows, int32(len(j.items)))
	}
}

// Finish runs the rules and settles the outcomes.
func (j *Judge) Finish() {
	if len(j.rows) > 0 && (len(j.rules) > 0 || j.team.path != nil || j.user.path != nil) {
		j.columns = j.decoder.Record()
		j.team.bind(j.columns)
		j.user.bind(j.columns)
		j.check()
	}
	j.mergeLate()
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
			j.items[i].outcome = winnow.Tagged
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

// OnFail says what the plan does with a reason of this rule's name.
func (p *Plan) OnFail(rule string) winnow.OnFail {
	for _, c := range p.Checks {
		if c.Name == rule {
			return c.OnFail
		}
	}
	return winnow.OnFailQuarantine
}

// Verdict reads the verdict on the i-th record, after Finish. Its Team and User are good until the next call.
func (j *Judge) Verdict(i int) Verdict {
	it := &j.items[i]
	v := Verdict{
		Outcome:   it.outcome,
		Reasons:   j.reasons[it.reasons.from:it.reasons.to],
		Sensitive: j.spans[it.spans.from:it.spans.to],
		Team:      j.team.text(&j.records[i], int(it.row)),
		User:      j.user.text(&j.records[i], int(it.row)),
	}
	if it.skipped {
		v.Cause = CauseTombstone
	}
	if len(v.Team) == 0 {
		v.Team = unknown
	}
	if len(v.User) == 0 && j.user.given() {
		v.User = unknown
	}
	return v
}

// unknown is the team of a record that has none, and its user where the contract says that there should be one.
var unknown = []byte("unknown")

func (j *Judge) schemaFailed(row int) bool {
	it := &j.items[j.rows[row]]
	return it.schema > it.reasons.from
}

// invalid says that a reason of the schema stands at pointer or above it and speaks of the value as a whole.
func (j *Judge) invalid(row int, pointer string) bool {
	it := &j.items[j.rows[row]]
	for _, reason := range j.reasons[it.reasons.from:it.schema] {
		if reason.Rule != "type" && reason.Rule != winnow.RuleNumber {
			continue
		}
		if p := reason.Pointer; len(p) <= len(pointer) && pointer[:len(p)] == p &&
			(len(p) == len(pointer) || pointer[len(p)] == '/') {
			return true
		}
	}
	return false
}

// Columns gives the decodable records as columns, a row each, with the policy applied to those that pass: the feed's view. The
// caller releases it before Reset.
func (j *Judge) Columns() arrow.Record {
	for _, i := range j.rows {
		if it := &j.items[i]; it.edits && it.outcome != winnow.Failed {
			return j.cleanColumns()
		}
	}
	return j.decoder.Record()
}

// Reset forgets the records; rules keep their windows.
func (j *Judge) Reset() {
	if j.columns != nil {
		j.columns.Release()
		j.columns = nil
	}
	j.decoder.Reset()
	clear(j.records) // so that no fetched bytes are kept alive
	clear(j.docs)
	j.records, j.docs, j.items, j.rows = j.records[:0], j.docs[:0], j.items[:0], j.rows[:0]
	j.reasons, j.spans, j.late = j.reasons[:0], j.spans[:0], j.late[:0]
}
