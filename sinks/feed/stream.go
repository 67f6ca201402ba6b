package feed

import (
	"context"
	"errors"
	"fmt"
	"slices"

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

	page  []placed // read by cursor, not yet begun
	place int64    // of the entry behind entry
	at    int64    // every offset below is in an entry that was begun
	fresh bool     // nothing was begun yet, and the first entry may say where
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
		if s.place = e.place + 1; e.To <= s.at {
			continue // written twice
		}
		if s.fresh && e.From > s.at {
			s.at, s.left.from = e.From, e.From
		}
		if s.fresh = false; e.From > s.at {
			return false, fmt.Errorf("the verdicts on offsets %d to %d of %s/%d are gone, %d of them: retention has passed the feed's position; "+
				"set the offsets of its group to %d to go on there", s.at, e.From-1, s.topic, s.id, e.From-s.at, e.From)
		}
		s.begin(e.Entry)
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
	e := s.page[0]
	s.page = s.page[1:]
	return e, true, nil
}

// maxPage is how many places of the verdict log are read at once.
const maxPage = 1024

// read reads a page of the verdict log from place on.
func (s *stream) read(ctx context.Context) error {
	topic := verdicts.Topic(s.topic)
	if s.cursor == nil {
		s.cursor = s.client.NewCursor(topic, s.id, s.place, logLimits)
	}
	s.cursor.MoveTo(topic, s.id, s.place)
	to := min(s.place+maxPage, s.follower.lowest())
	s.page = s.page[:0]
	err := s.cursor.Read(ctx, to, followWait, func(r *winnow.Record) error {
		e, err := parse(s.part, r)
		s.page = append(s.page, e)
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
	if err == nil && len(s.page) == 0 {
		s.place = max(s.place, s.cursor.Next())
	}
	return err
}

// begin takes up an entry.
func (s *stream) begin(e verdicts.Entry) {
	from := max(e.From, s.at)
	p := piece{part: s.part, from: s.left.from, to: e.To, entry: e, lead: s.left.failed(), past: s.left.excluded()}
	p.bad = clip(nil, e.Failed, from)
	for rule, rs := range e.Tagged {
		if s.required(rule) {
			p.out = clip(p.out, rs, from)
		}
	}
	p.out = merge(p.out)
	without := append(slices.Clone(p.bad), p.out...)
	for _, rs := range e.Skipped {
		without = clip(without, rs, from)
	}
	p.rows = gaps(merge(without), from, e.To)
	p.count = int(verdicts.Count(p.rows))
	s.entry, s.at, s.left = e, e.To, p
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
