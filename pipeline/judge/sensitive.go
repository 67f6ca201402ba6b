package judge

import (
	"github.com/apache/arrow/go/v15/arrow"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/schemas"
)

// scan looks for sensitive data in doc and does what the policy says. The spans that are kept are those that may not
// stay readable, as places in the record's value: doc lies behind a frame of that many bytes.
func (j *Judge) scan(it *item, doc []byte, frame int) {
	if j.found = j.scanner.Scan(doc, j.found[:0]); len(j.found) == 0 {
		return
	}
	j.starts = j.starts[:0]
	for _, s := range j.found {
		j.starts = append(j.starts, s.Start)
	}
	j.scanned = scanned{it, frame}
	j.locator.All(doc, j.starts, j.onLocated)
}

// scanned is the record that is being scanned.
type scanned struct {
	*item
	frame int
}

// located takes a finding and where it was found.
func (j *Judge) located(i int, pointer string) {
	s, it := j.found[i], j.scanned.item
	action := j.plan.Policy.Action(s.Type, pointer)
	switch action {
	case winnow.ActionPass:
		return
	case winnow.ActionQuarantine:
		it.outcome = winnow.Failed
	default:
		it.edits = true
	}
	j.addReason(it, winnow.Reason{Rule: s.Type, Pointer: pointer})
	s.Start, s.End = s.Start+j.scanned.frame, s.End+j.scanned.frame
	j.spans, j.actions = append(j.spans, s), append(j.actions, action)
}

// addReason appends to the reasons of the record being added, each rule and place once.
func (j *Judge) addReason(it *item, r winnow.Reason) {
	have := j.reasons[it.reasons.from:]
	if len(have) >= j.plan.Limits.Reasons {
		return
	}
	for _, h := range have {
		if h == r {
			return
		}
	}
	j.reasons = append(j.reasons, r)
}

// nothing takes the row of a record that cannot be shown.
var nothing = []byte("{}")

// A cleaner holds what cleanColumns needs; most contracts never do.
type cleaner struct {
	decoder *schemas.Decoder
	edited  []byte
	edits   []schemas.Edit
	ignored []winnow.Reason
}

// cleanColumns decodes the batch again, with the policy's edits in the text: only a batch with a finding pays for it.
// Cells that no longer fit their column, a redacted number say, are null.
func (j *Judge) cleanColumns() arrow.Record {
	if j.clean == nil {
		j.clean = &cleaner{decoder: schemas.NewDecoder(j.plan.Contract.Program, j.plan.Limits)}
	}
	c := j.clean
	c.decoder.Reset()
	for _, i := range j.rows {
		doc, it := j.docs[i], &j.items[i]
		if it.edits {
			doc = j.edit(doc, it.spans, len(j.records[i].Value)-len(doc))
		}
		var row bool
		if c.ignored, row = c.decoder.Decode(doc, c.ignored[:0]); !row { // the edits have made it too large
			c.ignored, _ = c.decoder.Decode(nothing, c.ignored[:0])
		}
	}
	return c.decoder.Record()
}

func (j *Judge) edit(doc []byte, of span, frame int) []byte {
	c := j.clean
	c.edits = c.edits[:0]
	for i := of.from; i < of.to; i++ {
		s := j.spans[i]
		e := schemas.Edit{Start: s.Start - frame, End: s.End - frame}
		if j.actions[i] == winnow.ActionRedact {
			e.With = []byte("[" + s.Type + "]")
		}
		c.edits = append(c.edits, e)
	}
	c.edited = schemas.ApplyEdits(c.edited[:0], doc, c.edits)
	return c.edited
}
