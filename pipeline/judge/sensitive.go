package judge

import (
	"github.com/apache/arrow/go/v15/arrow"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/schemas"
)

// scan looks for sensitive data in doc and does what the policy says. The spans that are kept are those that may not
// stay readable, as places in the record's value: doc lies behind a frame of that many bytes.
func (j *Judge) scan(it *item, doc []byte, frame int) {
	from := len(j.spans)
	j.spans = j.scanner.Scan(doc, j.spans)
	found := j.spans[from:]
	j.spans = j.spans[:from]
	for _, s := range found {
		pointer := j.plan.Contract.Program.Locate(doc, s.Start)
		action := j.plan.Policy.Action(s.Type, pointer)
		switch action {
		case winnow.ActionPass:
			continue
		case winnow.ActionQuarantine:
			it.outcome = winnow.Failed
		default:
			it.edits = true
		}
		j.addReason(it, winnow.Reason{Rule: s.Type, Pointer: pointer})
		s.Start, s.End = s.Start+frame, s.End+frame
		j.spans = append(j.spans, s) // never overtakes the reading of found: each step writes at most one
	}
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
			doc = j.edit(doc, j.spans[it.spans.from:it.spans.to], len(j.records[i].Value)-len(doc))
		}
		c.ignored, _ = c.decoder.Decode(doc, c.ignored[:0])
	}
	return c.decoder.Record()
}

func (j *Judge) edit(doc []byte, spans []winnow.Span, frame int) []byte {
	c := j.clean
	c.edits = c.edits[:0]
	for _, s := range spans {
		e := schemas.Edit{Start: s.Start - frame, End: s.End - frame}
		if j.plan.Policy.Action(s.Type, j.plan.Contract.Program.Locate(doc, e.Start)) == winnow.ActionRedact {
			e.With = []byte("[" + s.Type + "]")
		}
		c.edits = append(c.edits, e)
	}
	c.edited = schemas.ApplyEdits(c.edited[:0], doc, c.edits)
	return c.edited
}
