package wire

import (
	"encoding/binary"
	"slices"

	"github.com/winnow-data/winnow"
)

// An AbortedTxn is a transaction of a producer that was aborted, somewhere in or before the batches that it comes with.
type AbortedTxn struct {
	ProducerID  int64
	FirstOffset int64
}

// An AbortFilter finds the batches of aborted transactions in one fetch, as KIP-98 has readers do it. A nil AbortFilter
// finds none.
type AbortFilter struct {
	pending []AbortedTxn // not begun yet, by first offset
	open    []int64      // producers in an aborted transaction
}

// NewAbortFilter makes the filter of one fetch from its list of aborted transactions, which it leaves alone.
func NewAbortFilter(aborted []AbortedTxn) *AbortFilter {
	if len(aborted) == 0 {
		return nil
	}
	f := &AbortFilter{pending: slices.Clone(aborted)}
	slices.SortFunc(f.pending, func(a, b AbortedTxn) int {
		switch {
		case a.FirstOffset < b.FirstOffset:
			return -1
		case a.FirstOffset > b.FirstOffset:
			return 1
		}
		return 0
	})
	return f
}

// Skip says that b belongs to an aborted transaction. It is fed every batch of the fetch in order, control batches too:
// of those it takes the abort markers in, and says false.
func (f *AbortFilter) Skip(b *Batch) bool {
	if f == nil {
		return false
	}
	n := 0
	for n < len(f.pending) && f.pending[n].FirstOffset <= b.Last() {
		if id := f.pending[n].ProducerID; !slices.Contains(f.open, id) {
			f.open = append(f.open, id)
		}
		n++
	}
	f.pending = f.pending[n:]
	if !b.Control() {
		return b.Transactional() && slices.Contains(f.open, b.ProducerID)
	}
	if isAbort(b) {
		f.open = slices.DeleteFunc(f.open, func(id int64) bool { return id == b.ProducerID })
	}
	return false
}

// isAbort says that a control batch is an abort marker: its record's key is a version and a type, 0 for abort.
func isAbort(b *Batch) bool {
	var rec winnow.Record
	rs := NewRecords(b, b.payload)
	return rs.Next(&rec) && len(rec.Key) >= 4 && binary.BigEndian.Uint16(rec.Key[2:]) == 0
}
