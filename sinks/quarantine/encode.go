package quarantine

import (
	"crypto/sha256"
	"time"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/schemas"
	"github.com/winnow-data/winnow/wire"
)

// An encoder is the memory of one Write.
type encoder struct {
	place  place
	head   headerWriter // its dst is the arena of all records' headers
	values []byte       // the arena of masked values
	edits  []schemas.Edit
	out    []wire.OutRecord
	wire   wire.Encoder
	batch  []byte
}

func (e *encoder) begin(topic string, partition int, now time.Time) {
	now = now.UTC().Truncate(time.Millisecond)
	e.place = place{topic: topic, partition: partition, now: now, judged: now.AppendFormat(e.place.judged[:0], timeForm)}
}

// forget drops the borrowed memory and says whether e is small enough to be kept.
func (e *encoder) forget() bool {
	clear(e.out[:cap(e.out)])
	e.out = e.out[:0]
	return cap(e.head.dst)+cap(e.values)+cap(e.batch) <= keptBytes
}

// fill makes the records of one batch from the first of rs, and says of how many: as many as budget bytes hold, at
// least one.
func (e *encoder) fill(rs []winnow.Rejected, budget int) int {
	e.out, e.head.dst, e.values = e.out[:0], e.head.dst[:0], e.values[:0]
	used := 0
	for i := range rs {
		// The value is known before its copy is made: a large one is not made twice.
		if i > 0 && used+len(rs[i].Record.Value)+len(rs[i].Record.Headers) > budget {
			return i
		}
		s := whole
		if rs[i].Size > 0 && rs[i].Record.Value == nil {
			s = stub
		}
		rec := e.record(&rs[i], s)
		used += recordBytes + len(rec.Key) + len(rec.Value) + len(rec.Headers)
		if i > 0 && used > budget {
			return i
		}
		e.out = append(e.out, rec)
	}
	return len(rs)
}

// record makes r's copy, which borrows from r and e.
func (e *encoder) record(r *winnow.Rejected, s size) wire.OutRecord {
	value := r.Record.Value
	if len(r.Sensitive) > 0 && value != nil {
		value = e.masked(r)
	}
	var hash [32]byte
	var length int64
	if s != whole {
		hash, length = describe(r, value)
		value = nil
	}
	out := wire.OutRecord{Key: r.Record.Key, Value: value, Time: e.place.now.UnixMilli()}
	start := len(e.head.dst)
	e.head.n = 0
	if s >= bare {
		out.Key = nil
	} else {
		e.head.dst = append(e.head.dst, r.Record.Headers...)
		e.head.n = r.Record.NumHeaders
	}
	e.head.ours(&e.place, r, s, hash, length)
	out.Headers, out.NumHeaders = e.head.dst[start:len(e.head.dst):len(e.head.dst)], e.head.n
	return out
}

// describe gives the size and hash of a value that is left out.
func describe(r *winnow.Rejected, value []byte) (hash [32]byte, length int64) {
	if r.Record.Value == nil {
		return r.SHA256, r.Size
	}
	return sha256.Sum256(value), int64(len(r.Record.Value))
}

func (e *encoder) masked(r *winnow.Rejected) []byte {
	e.edits = e.edits[:0]
	for _, s := range r.Sensitive {
		e.edits = append(e.edits, schemas.Edit{Start: s.Start, End: s.End})
	}
	start := len(e.values)
	e.values = schemas.ApplyEdits(e.values, r.Record.Value, e.edits)
	return e.values[start:len(e.values):len(e.values)]
}
