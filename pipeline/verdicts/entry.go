package verdicts

import (
	"encoding/json"
	"fmt"
	"slices"
)

// Topic names the topic that holds the verdicts on a topic's records; it has as many partitions.
func Topic(topic string) string { return topic + ".verdicts" }

// The causes of an offset that was skipped: no record of it reached a verdict, and this is why.
const (
	CauseControl   = "control"   // a transaction's marker
	CauseAborted   = "aborted"   // a record of an aborted transaction
	CauseCompacted = "compacted" // no record has the offset: compaction, or a marker that was cleaned away
	CauseRetention = "retention" // deleted before the gate came to it
	CauseTombstone = "tombstone" // a null value
)

// An Range is the offsets From up to but not including To. In JSON it is the array [from, to].
type Range struct{ From, To int64 }

// Len is the number of offsets in the range.
func (r Range) Len() int64 { return r.To - r.From }

// MarshalJSON writes [from,to].
func (r Range) MarshalJSON() ([]byte, error) {
	return fmt.Appendf(nil, "[%d,%d]", r.From, r.To), nil
}

// UnmarshalJSON reads [from,to], where from < to.
func (r *Range) UnmarshalJSON(b []byte) error {
	var v [2]int64
	if err := json.Unmarshal(b, &v); err != nil {
		return fmt.Errorf("an offset range is [from, to]: %w", err)
	}
	if v[0] >= v[1] || v[0] < 0 {
		return fmt.Errorf("an offset range is [from, to) with 0 <= from < to")
	}
	*r = Range{v[0], v[1]}
	return nil
}

// AddOffset adds an offset that is not below those in rs, which stay disjoint, ascending and as few as can be.
func AddOffset(rs []Range, offset int64) []Range {
	return AddRange(rs, Range{offset, offset + 1})
}

// AddRange adds a range that does not start below the end of rs.
func AddRange(rs []Range, r Range) []Range {
	if n := len(rs); n > 0 && rs[n-1].To == r.From {
		rs[n-1].To = r.To
		return rs
	}
	return append(rs, r)
}

// Count is the number of offsets in rs.
func Count(rs []Range) (n int64) {
	for _, r := range rs {
		n += r.Len()
	}
	return n
}

// Contains says whether offset lies in rs, which are disjoint and ascending.
func Contains(rs []Range, offset int64) bool {
	i, found := slices.BinarySearchFunc(rs, offset, func(r Range, o int64) int {
		switch {
		case r.To <= o:
			return -1
		case r.From > o:
			return 1
		}
		return 0
	})
	return found && i < len(rs)
}

// An Entry is one record of the verdict log: what became of each offset of a range. Every offset of [From, To) is passed,
// failed or skipped, so that Records = Passed + Failed + Skipped = To - From; tagged ones are among the passed.
type Entry struct {
	From     int64              `json:"from"`
	To       int64              `json:"to"`
	Records  int64              `json:"records"`
	Passed   int64              `json:"passed"`
	Failed   []Range            `json:"failed,omitempty"`
	Tagged   map[string][]Range `json:"tagged,omitempty"`  // by rule
	Skipped  map[string][]Range `json:"skipped,omitempty"` // by cause
	Contract string             `json:"contract"`          // the hash of the contract that it was judged under
}

// Skip adds a range of skipped offsets.
func (e *Entry) Skip(cause string, r Range) {
	if r.Len() <= 0 {
		return
	}
	if e.Skipped == nil {
		e.Skipped = make(map[string][]Range)
	}
	e.Skipped[cause] = AddRange(e.Skipped[cause], r)
}

// Tag adds an offset to those that rule tagged.
func (e *Entry) Tag(rule string, offset int64) {
	if e.Tagged == nil {
		e.Tagged = make(map[string][]Range)
	}
	rs := e.Tagged[rule]
	if n := len(rs); n > 0 && rs[n-1].To > offset {
		return // the rule found the record twice
	}
	e.Tagged[rule] = AddOffset(rs, offset)
}

// Ranges is how many offset ranges the entry lists.
func (e *Entry) Ranges() int {
	n := len(e.Failed)
	for _, rs := range e.Tagged {
		n += len(rs)
	}
	for _, rs := range e.Skipped {
		n += len(rs)
	}
	return n
}

// Close ends the entry at to, counts, and says whether it adds up: it does not only where winnow itself is wrong.
func (e *Entry) Close(to int64) error {
	e.To = to
	e.Records = to - e.From
	return e.Validate()
}

// Validate checks that the entry accounts for each of its offsets once.
func (e *Entry) Validate() error {
	if e.From < 0 || e.To <= e.From {
		return fmt.Errorf("the range [%d, %d) is empty or negative", e.From, e.To)
	}
	all := slices.Clone(e.Failed)
	for _, rs := range e.Skipped {
		all = append(all, rs...)
	}
	slices.SortFunc(all, func(a, b Range) int { return int(a.From - b.From) })
	at := e.From
	for _, r := range all {
		if r.From < at || r.To > e.To {
			return fmt.Errorf("offset %d is counted twice or lies outside [%d, %d)", r.From, e.From, e.To)
		}
		at = r.To
	}
	if got := e.Passed + Count(all); got != e.Records || e.Records != e.To-e.From {
		return fmt.Errorf("[%d, %d): passed, failed and skipped make %d, not %d", e.From, e.To, got, e.To-e.From)
	}
	return nil
}
