package feed

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/pipeline/verdicts"
	"github.com/winnow-data/winnow/wire"
)

// A stream is a feed's place in one partition's verdicts. It turns entries into pieces of batches. It belongs to the feed's goroutine.
type stream struct {
	part
	follower *follower
	client   *wire.Client
	cursor   *wire.Cursor // over the verdict log, for what the follower no longer has; made when needed
	required func(rule string) bool

	page  []placed  // read by cursor, not yet begun; never of more than some maxRanges ranges
	place int64     // of the entry behind entry
	at    int64     // every offset below is in an entry that was begun
	fresh bool      // nothing was begun yet, and the first entry may say where
	seen  time.Time // when the last entry was begun
	sick  time.Time // when it failed last
	entry verdicts.Entry
	left  piece // what of entry is not planned, and what failed before it since the last row
}

// ready makes entry one that has rows to plan, as far as the log goes. Its error says why the feed cannot go on in this partition.
func (s *stream) ready(ctx context.Context) (bool, error) {
	for s.left.count == 0 {
		e, ok, err := s.next(ctx)
		if err != nil || !ok {
			return false, err
		}
		if e.To > s.at {
			if s.fresh && e.From > s.at {
				s.at, s.left.from = e.From, e.From
			}
			if e.From > s.at {
				return false, fmt.Errorf("the verdicts on offsets %d to %d of %s/%d are missing, %d of them: retention has passed the feed's position, or the gate's offset was "+
					"set by hand; stop winnow, set the offset of the feed's group to %d to go on there, and start again", s.at, e.From-1, s.topic, s.id, e.From-s.at, e.From)
			}
			s.fresh = false
			s.begin(e.Entry)
		} // else it was written twice
		s.advance(e)
	}
	return true, nil
}

// next gives the entry at place, from wherever it is.
func (s *stream) next(ctx context.Context) (placed, bool, error) {
	for len(s.page) == 0 {
		e, found, behind := s.follower.after(s.place)
		if !behind {
			return e, found, nil
		}
		if err := s.read(ctx); err != nil {
			return placed{}, false, err
		}
	}
	return s.page[0], true, nil
}

// advance goes on behind an entry that next gave.
func (s *stream) advance(e placed) {
	s.place = e.place + 1
	if len(s.page) > 0 {
		s.page = s.page[1:]
	}
}

// maxPage is how many places of the verdict log are read at once, and maxRanges how many ranges its entries may have for more to be read.
const (
	maxPage   = 1024
	maxRanges = 64 << 10
)

// read reads a page of the verdict log from place on.
func (s *stream) read(ctx context.Context) error {
	topic := verdicts.Topic(s.topic)
	if s.cursor == nil {
		s.cursor = s.client.NewCursor(topic, s.id, s.place, logLimits)
	}
	s.cursor.MoveTo(topic, s.id, s.place)
	s.page = s.page[:0]
	ranges := 0
	err := s.cursor.Read(ctx, min(s.place+maxPage, s.follower.lowest()), followWait, func(r *winnow.Record) error {
		if ranges > maxRanges {
			return errFull
		}
		e, err := parse(s.part, r)
		if err == nil {
			s.page, ranges = append(s.page, e), ranges+e.Ranges()
		}
		return err
	})
	s.cursor.Forget(logLimits.Fetch)
	if errors.Is(err, kafka.OffsetOutOfRange) {
		start, _, startErr := s.client.Offsets(ctx, topic, s.id)
		if startErr == nil && start > s.place {
			s.place = start
			return nil // ready sees the gap, if there is one
		}
	}
	if len(s.page) > 0 {
		return nil // first what is there
	}
	s.place = max(s.place, s.cursor.Next())
	return err
}

// begin takes up an entry.
func (s *stream) begin(e verdicts.Entry) {
	from := max(e.From, s.at)
	p := piece{part: s.part, from: s.left.from, to: e.To, entry: e, lead: s.left.failed(), past: s.left.excluded()}
	in := verdicts.Range{From: from, To: e.To}
	p.bad = verdicts.Clip(e.Failed, in)
	for rule, rs := range e.Tagged {
		if s.required(rule) {
			p.out = append(p.out, verdicts.Clip(rs, in)...)
		}
	}
	p.out = verdicts.Merge(p.out)
	without := append(slices.Clone(p.bad), p.out...)
	for _, rs := range e.Skipped {
		without = append(without, rs...)
	}
	p.rows = verdicts.Minus(in, verdicts.Merge(without))
	p.count = int(verdicts.Count(p.rows))
	s.entry, s.at, s.left, s.seen = e, e.To, p, time.Now()
}

// take plans up to n rows of entry.
func (s *stream) take(n int) piece {
	if s.left.count > n {
		return s.left.cut(n)
	}
	p := s.left
	s.left = piece{part: s.part, from: p.to}
	return p
}

// ahead calls add for the entries behind the one that is being planned, as far as they are at hand, until it says no.
func (s *stream) ahead(add func(*verdicts.Entry) bool) {
	for i := range s.page {
		if !add(&s.page[i].Entry) {
			return
		}
	}
	if len(s.page) == 0 {
		s.follower.each(s.place, func(e *placed) bool { return add(&e.Entry) })
	}
}
