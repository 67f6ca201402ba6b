package verify

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"strconv"
	"strings"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/pipeline"
	"github.com/winnow-data/winnow/wire"
)

// A reject is what the quarantine says of one of its records.
type reject struct {
	from, to int64 // the offsets of the source that it stands for
	problem  string
}

// rejects walks a partition's quarantine beside the verdicts. Its records follow the verdicts' order, but for those that a crash between
// quarantine and verdict wrote a second time.
type rejects struct {
	p       *partition
	next    func() (reject, error, bool)
	stop    func()
	pending *reject // read and not yet matched
	done    bool
}

func newRejects(ctx context.Context, p *partition) *rejects {
	r := &rejects{p: p}
	r.next, r.stop = iter.Pull2(func(yield func(reject, error) bool) {
		err := p.verifier.Client.Scan(ctx, p.Topic+".quarantine", p.Partition.Partition, p.quarantine.From, p.quarantine.To,
			func(rec *winnow.Record) error {
				if !yield(readReject(rec, p.Topic, p.Partition.Partition), nil) {
					return errEnough
				}
				return nil
			})
		if err != nil {
			yield(reject{}, err)
		}
	})
	return r
}

// errEnough ends a scan that nobody reads any further; who stopped reading does not see it.
var errEnough = fmt.Errorf("enough")

// readReject reads the headers that say which offsets a quarantined record stands for. It looks at winnow's own, the last of each name: what came
// before them is the source's.
func readReject(r *winnow.Record, topic string, partition int) reject {
	var id, batch string
	for k, v := range wire.Headers(r.Headers, r.NumHeaders) {
		switch string(k) {
		case "winnow.id":
			id = string(v)
		case "winnow.batch":
			batch = string(v)
		}
	}
	prefix := topic + "/" + strconv.Itoa(partition) + "/"
	offset, err := strconv.ParseInt(strings.TrimPrefix(id, prefix), 10, 64)
	if err != nil || !strings.HasPrefix(id, prefix) {
		return reject{problem: fmt.Sprintf("the quarantine's record %d has no winnow.id of this partition", r.Offset)}
	}
	covers := struct {
		Offsets int64 `json:"offsets"`
	}{1}
	if batch != "" && (json.Unmarshal([]byte(batch), &covers) != nil || covers.Offsets < 1) {
		return reject{problem: fmt.Sprintf("the quarantine's record %d has no winnow.batch that can be read", r.Offset)}
	}
	return reject{from: offset, to: offset + covers.Offsets}
}

// peek gives the next record, nil at the end.
func (r *rejects) peek() (*reject, error) {
	for r.pending == nil && !r.done {
		rec, err, ok := r.next()
		if err != nil {
			return nil, err
		}
		if !ok {
			r.done = true
			break
		}
		if rec.problem != "" {
			r.p.contradict(max(r.p.next, 0), rec.problem)
			continue
		}
		r.pending = &rec
	}
	return r.pending, nil
}

// match takes the quarantine's records up to the end of e, and notes which failed offsets have none yet.
func (r *rejects) match(e *pipeline.Entry) error {
	for _, f := range e.Failed {
		for o := f.From; o < f.To; o++ {
			r.p.missing[o] = struct{}{}
		}
	}
	for {
		rec, err := r.peek()
		if err != nil {
			return err
		}
		if rec == nil || rec.from >= e.To {
			return nil
		}
		r.take(rec, e)
		r.pending = nil
	}
}

func (r *rejects) take(rec *reject, e *pipeline.Entry) {
	for o := rec.from; o < rec.to; o++ {
		if _, ok := r.p.missing[o]; ok {
			delete(r.p.missing, o)
			continue
		}
		switch {
		case o < r.p.From: // its verdict is gone
			r.p.Unverifiable++
		case o < e.From || pipeline.Contains(e.Failed, o):
			r.p.Doubled++
		default:
			r.p.contradict(o, "in the quarantine, and its verdict is not that it failed")
		}
	}
}

// finish takes the rest: records of the last entries that came late, and those whose verdict is still to come.
func (r *rejects) finish() error {
	for {
		rec, err := r.peek()
		if err != nil || rec == nil {
			return err
		}
		for o := rec.from; o < rec.to; o++ {
			if _, ok := r.p.missing[o]; ok {
				delete(r.p.missing, o)
			}
		}
		r.pending = nil
	}
}
