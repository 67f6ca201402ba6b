package loadgen

import (
	"bytes"
	"container/heap"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/wire"
)

// The topics that the gate writes for a topic, and the headers of its quarantine that the score reads.
const (
	verdictSuffix    = ".verdicts"
	quarantineSuffix = ".quarantine"
	headerID         = "winnow.id"
	headerReasons    = "winnow.reasons"
)

// A verdict is an entry of the verdict log, as far as the score needs it.
type verdict struct {
	From   int64      `json:"from"`
	To     int64      `json:"to"`
	Failed [][2]int64 `json:"failed"` // from, to; ascending
}

// covers says whether the verdict speaks of an offset.
func (v *verdict) covers(offset int64) bool { return v.From <= offset && offset < v.To }

// failed says whether all offsets of [from, to), within the verdict, failed.
func (v *verdict) failed(from, to int64) bool {
	i, _ := slices.BinarySearchFunc(v.Failed, from, func(r [2]int64, o int64) int {
		if r[1] <= o {
			return -1
		}
		return 1
	})
	return i < len(v.Failed) && v.Failed[i][0] <= from && to <= v.Failed[i][1]
}

// A verdictLog follows the verdicts on one partition, in the order of its offsets. A gate that started anew may have written some twice: the
// first counts.
type verdictLog struct {
	from    *cursor // nil where there is no log
	current verdict
	ended   bool
}

// at finds the verdict on an offset, which never falls from call to call. It returns nil where there is none.
func (l *verdictLog) at(ctx context.Context, offset int64) (*verdict, error) {
	for l.from != nil && !l.ended && l.current.To <= offset {
		what, err := l.from.next(ctx)
		if err != nil {
			return nil, err
		}
		if what == eventEnd {
			l.ended = true
			break
		}
		if what != eventRecord || l.from.record.Value == nil {
			continue
		}
		var v verdict
		if err := json.Unmarshal(l.from.record.Value, &v); err != nil {
			return nil, fmt.Errorf("cannot read the verdict at %s/%d/%d: it is no range", l.from.topic, l.from.partition, l.from.record.Offset)
		}
		l.current = v
	}
	if !l.current.covers(offset) {
		return nil, nil
	}
	return &l.current, nil
}

// lookahead is how many entries of the quarantine are put in order before the first is used: they are nearly ordered, but a gate that was
// replaced may have written late.
const lookahead = 4096

// A copyOf is an entry of the quarantine: of which offset, and its reasons in JSON.
type copyOf struct {
	offset  int64
	reasons []byte
}

// A copyQueue is a heap of copies by offset.
type copyQueue []copyOf

func (q copyQueue) Len() int           { return len(q) }
func (q copyQueue) Less(i, j int) bool { return q[i].offset < q[j].offset }
func (q copyQueue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }

// Push is heap.Interface's.
func (q *copyQueue) Push(x any) { *q = append(*q, x.(copyOf)) }

// Pop is heap.Interface's.
func (q *copyQueue) Pop() any {
	old := *q
	last := old[len(old)-1]
	old[len(old)-1] = copyOf{}
	*q = old[:len(old)-1]
	return last
}

// A quarantine follows the quarantined copies of one partition, in the order of their offsets.
type quarantine struct {
	from   *cursor // nil where there is none
	prefix string  // of the ids: topic/partition/
	queue  copyQueue
	ended  bool
}

// at finds the reasons of an offset, which never falls from call to call. ok is false where there is no copy.
func (q *quarantine) at(ctx context.Context, offset int64) (reasons []winnow.Reason, ok bool, err error) {
	for {
		if err := q.fill(ctx); err != nil {
			return nil, false, err
		}
		if len(q.queue) == 0 || q.queue[0].offset > offset {
			return nil, false, nil
		}
		if q.queue[0].offset == offset {
			break
		}
		heap.Pop(&q.queue)
	}
	if err := json.Unmarshal(q.queue[0].reasons, &reasons); err != nil {
		return nil, false, fmt.Errorf("cannot read the reasons of %s%d: they are no list", q.prefix, offset)
	}
	return reasons, true, nil
}

func (q *quarantine) fill(ctx context.Context) error {
	for q.from != nil && !q.ended && len(q.queue) < lookahead {
		what, err := q.from.next(ctx)
		if err != nil {
			return err
		}
		if what == eventEnd {
			q.ended = true
		}
		if what != eventRecord {
			continue
		}
		if c, ok := q.entry(&q.from.record); ok {
			heap.Push(&q.queue, c)
		}
	}
	return nil
}

func (q *quarantine) entry(r *winnow.Record) (c copyOf, ok bool) {
	var id []byte
	for k, v := range wire.Headers(r.Headers, r.NumHeaders) {
		switch string(k) {
		case headerID:
			id = v
		case headerReasons:
			c.reasons = bytes.Clone(v)
		}
	}
	number, ok := bytes.CutPrefix(id, []byte(q.prefix))
	if !ok {
		return copyOf{}, false
	}
	var err error
	c.offset, err = strconv.ParseInt(string(number), 10, 64)
	return c, err == nil
}
