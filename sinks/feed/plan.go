package feed

import (
	"context"
	"slices"
	"time"
)

const (
	// quantum is how many rows are planned from one partition before the next one's turn: enough that batches seldom cross from one to another, which
	// costs a copy.
	quantum = 32 << 10
	// causePoll is how often a feed that has nothing to do looks what it waits for.
	causePoll = 50 * time.Millisecond
)

// A draft is a step that is being planned.
type draft struct {
	pieces []piece
	rows   int
	since  time.Time // when its first rows were there
}

// plan gathers the rows of the next step, and gives each shard its part: a full batch, or less if rows have waited for the linger time. Rows keep their
// partition's order, and partitions take turns. After an error the next call goes on with what was gathered.
func (f *Feed) plan(ctx context.Context) ([][]piece, error) {
	d, want := &f.draft, f.Records*f.Shards
	if err := f.open(ctx); err != nil {
		return nil, err
	}
	for d.rows < want {
		s, err := f.next(ctx)
		if err != nil {
			return nil, err
		}
		if s != nil {
			p := s.take(want - d.rows)
			if d.rows == 0 {
				d.since = time.Now()
			}
			d.pieces, d.rows, f.taken = append(d.pieces, p), d.rows+p.count, f.taken+p.count
			continue
		}
		patience := causePoll
		if f.Linger > 0 && d.rows >= f.Shards {
			left := f.Linger - time.Since(d.since)
			if left <= 0 {
				break
			}
			patience = min(patience, left)
		}
		f.idle(f.starved())
		if wait(ctx, f.wake, patience); ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err := f.open(ctx); err != nil {
			return nil, err
		}
	}
	counts := make([]int, f.Shards)
	for i := range counts {
		counts[i] = d.rows*(i+1)/f.Shards - d.rows*i/f.Shards
	}
	if d.rows < want {
		f.mu.Lock()
		f.account.Short++
		f.mu.Unlock()
	}
	step := cutRows(d.pieces, counts)
	f.draft = draft{}
	return step, nil
}

// next gives a stream that has rows to plan, nil where none has. A partition that cannot be read holds up the others no longer than it takes to see that; it
// is an error where none of them has rows.
func (f *Feed) next(ctx context.Context) (*stream, error) {
	if f.taken >= quantum {
		f.turn, f.taken = f.turn+1, 0
	}
	var ill error
	for i := range f.streams {
		s := f.streams[(f.turn+i)%len(f.streams)]
		if time.Since(s.sick) < retry {
			continue
		}
		ok, err := s.ready(ctx)
		if err != nil {
			ill, s.sick = err, time.Now()
			continue
		}
		if f.begun(s); ok {
			if i > 0 {
				f.turn, f.taken = f.turn+i, 0
			}
			f.sick(ctx, ill)
			return s, nil
		}
	}
	f.sick(ctx, ill)
	return nil, ctx.Err()
}

// sick keeps why a partition cannot be read, and logs it when it is new. It is over when every partition was read again.
func (f *Feed) sick(ctx context.Context, err error) {
	if ctx.Err() != nil {
		return
	}
	f.mu.Lock()
	told := err == nil || f.ill == err.Error()
	if err != nil {
		f.ill = err.Error()
	} else if !slices.ContainsFunc(f.streams, func(s *stream) bool { return time.Since(s.sick) < retry }) {
		f.ill = ""
	}
	f.mu.Unlock()
	if !told {
		f.host.cfg.Log.Error("a partition of a feed stands still, trying again", "feed", f.Name, "error", err)
	}
}

// begun notes how far a stream has come: its position, when the first entry has said what that is, and what it has begun without a row to plan.
func (f *Feed) begun(s *stream) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if now := f.places.now[s.part]; now.offset < 0 && !s.fresh {
		f.places.settle(s.part, s.left.from)
	}
	if s.left.count == 0 && !s.fresh {
		f.places.begun[s.part] = s.at
	}
}

// starved says what a feed waits for that has planned all verdicts there are.
func (f *Feed) starved() Cause {
	if f.host.cfg.Unjudged != nil {
		for _, t := range f.Topics {
			if f.host.cfg.Unjudged(t) > 0 {
				return CauseGate
			}
		}
	}
	for _, s := range f.streams {
		if s.left.lead > 0 && time.Since(s.seen) < failing {
			return CauseGate // what was judged since the last row has failed
		}
	}
	return CauseKafka
}

// failing is for how long records that failed are what a feed waits behind.
const failing = 5 * time.Second
