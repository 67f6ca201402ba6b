package judge

import (
	"github.com/apache/arrow/go/v15/arrow"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/schemas"
)

// MaxRecords is how many records a Judge takes before Finish: enough to make the cost per batch vanish, few enough that a
// batch's columns stay in the processor's cache.
const MaxRecords = 2048

// A Verdict is what a Judge says of one record. Its slices are borrowed until Reset.
type Verdict struct {
	Outcome winnow.Outcome
	// Failed says that the record failed, though shadow mode may have spared it the quarantine.
	Failed bool
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
	spared  bool  // failed, and only tagged: shadow mode
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
	bytes   int     // of docs
	reasons []winnow.Reason
	spans   []winnow.Span
	actions []winnow.Action // on spans
	found   []winnow.Span   // in the record that is being added
	starts  []int           // of found
	scanned scanned

	locator   *schemas.Locator
	onLocated func(i int, pointer string) // j.located, made once
	late      []lateReason
	times     []int64
	offsets   []int64

	columns     arrow.Record // of the batch, from Finish to Reset; nil where nothing reads them
	team, user  source
	eventTime   source
	hasWindows  bool
	clean       *cleaner
	windowFound func(Window)
	current     int // the check that is running
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
		j.scanner, j.locator, j.onLocated = p.NewScanner(), schemas.NewLocator(p.Contract.Program), j.located
	}
	return j
}

// Full says that Finish must come before the next Add.
func (j *Judge) Full() bool {
	return len(j.items) == MaxRecords || j.bytes >= maxBytes || j.decoder.Full()
}

// maxKept is how many reasons and spans there may be room for from one batch to the next.
const maxKept = 256 << 10

// maxBytes bounds the values of a batch, and so its columns, where records are large.
const maxBytes = 2 << 20

// Len is how many records were added since Reset.
func (j *Judge) Len() int { return len(j.items) }

// Record gives back the i-th record as it was added.
func (j *Judge) Record(i int) *winnow.Record { return &j.records[i] }

// Add decodes and scans a record. Its bytes must stay as they are until Reset.
func (j *Judge) Add(r *winnow.Record) {
	j.items = append(j.items, item{row: -1, reasons: span{from: int32(len(j.reasons))}, spans: span{from: int32(len(j.spans))}})
	it, doc := &j.items[len(j.items)-1], r.Value
	if doc == nil {
		j.tombstone(it)
	} else {
		doc = j.decode(it, doc)
		if j.scanner != nil {
			j.scan(it, doc, len(r.Value)-len(doc))
		}
	}
	it.reasons.to, it.spans.to = int32(len(j.reasons)), int32(len(j.spans))
	j.records = append(j.records, *r)
	j.docs = append(j.docs, doc)
	j.bytes += len(doc)
}

func (j *Judge) tombstone(it *item) {
	if j.plan.Contract.QuarantineTombstones {
		it.outcome = winnow.Failed
		j.reasons = append(j.reasons, winnow.Reason{Rule: winnow.RuleTombstone})
		return
	}
	it.outcome, it.skipped = winnow.Skipped, true
}

// decode takes the frame from a value, decodes what is in it, and returns that.
func (j *Judge) decode(it *item, value []byte) (doc []byte) {
	doc, encoding := unframe(value)
	if encoding != "" {
		j.reasons = append(j.reasons, winnow.Reason{Rule: winnow.RuleJSON, Detail: winnow.DetailSyntax},
			winnow.Reason{Rule: winnow.RuleEncoding, Detail: encoding})
	} else {
		var row bool
		if j.reasons, row = j.decoder.Decode(doc, j.reasons); row {
			it.row = int32(len(j.rows))
			j.rows = append(j.rows, int32(len(j.items)-1))
		}
	}
	if it.schema = int32(len(j.reasons)); it.schema > it.reasons.from {
		it.outcome = winnow.Failed
	}
	return doc
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

// Verdict reads the verdict on the i-th record, after Finish. Its Team and User are good until the next call.
func (j *Judge) Verdict(i int) Verdict {
	it := &j.items[i]
	v := Verdict{
		Outcome:   it.outcome,
		Failed:    it.spared || it.outcome == winnow.Failed,
		Reasons:   j.reasons[it.reasons.from:it.reasons.to],
		Sensitive: j.spans[it.spans.from:it.spans.to],
	}
	v.Team = j.team.text(&j.records[i], j.docs[i], int(it.row), v.Failed)
	v.User = j.user.text(&j.records[i], j.docs[i], int(it.row), v.Failed)
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

// Passing appends the rows of the records that pass, tagged ones among them, and their offsets, in order; and it gives the oldest of their Kafka
// timestamps, in Unix milliseconds. A record that passes without being acceptable JSON, in shadow mode, has no row.
func (j *Judge) Passing(rows []int32, offsets []int64) (_ []int32, _ []int64, oldest int64) {
	for row, i := range j.rows {
		if j.items[i].outcome > winnow.Tagged {
			continue
		}
		r := &j.records[i]
		if len(rows) == 0 || r.Time < oldest {
			oldest = r.Time
		}
		rows, offsets = append(rows, int32(row)), append(offsets, r.Offset)
	}
	return rows, offsets, oldest
}

// Columns gives the decodable records as columns, a row each, with the policy applied to those that pass: the feed's view. The
// caller releases it before Reset.
func (j *Judge) Columns() arrow.Record {
	for _, i := range j.rows {
		if it := &j.items[i]; it.edits && it.outcome != winnow.Failed {
			return j.cleanColumns()
		}
	}
	if j.columns != nil {
		j.columns.Retain()
		return j.columns
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
	j.bytes = 0
	clear(j.records) // so that no fetched bytes are kept alive
	clear(j.docs)
	j.records, j.docs, j.items, j.rows = j.records[:0], j.docs[:0], j.items[:0], j.rows[:0]
	if cap(j.found)+cap(j.spans)+cap(j.reasons) > maxKept { // one record full of findings should not be paid for for ever
		j.found, j.starts, j.spans, j.actions, j.reasons, j.late = nil, nil, nil, nil, nil, nil
	}
	j.reasons, j.spans, j.actions, j.late = j.reasons[:0], j.spans[:0], j.actions[:0], j.late[:0]
}
