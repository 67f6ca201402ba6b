package feed

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/pipeline/verdicts"
)

// open adds the streams of partitions that have come to be followed. It begins when every topic is there: a feed's next step is known when all of its
// positions are.
func (f *Feed) open(ctx context.Context) error {
	opened := f.host.opened.Load()
	if opened == f.opened || !f.host.complete(f.Topics) {
		return nil
	}
	first := len(f.streams) == 0
	have := make(map[part]bool)
	for _, s := range f.streams {
		have[s.part] = true
	}
	for _, fo := range f.host.followed(f.Topics) {
		if have[fo.part] {
			continue
		}
		// A partition that comes later is new, and is taken from its start.
		s, err := f.stream(ctx, fo, first && f.host.cfg.FromLatest)
		if err != nil {
			return err
		}
		f.streams = append(f.streams, s)
	}
	f.opened = opened
	return nil
}

// stream makes the stream of a partition, at the feed's position there, or where it begins without one.
func (f *Feed) stream(ctx context.Context, fo *follower, latest bool) (*stream, error) {
	client := f.host.cfg.Client
	s := &stream{part: fo.part, follower: fo, client: client, required: f.required, fresh: true}
	all, err := client.Committed(ctx, f.group(), map[string][]int{fo.topic: {fo.id}})
	if err != nil {
		return nil, fmt.Errorf("cannot read the feed's position in %s/%d: %w", fo.topic, fo.id, err)
	}
	start, end, err := client.Offsets(ctx, verdicts.Topic(fo.topic), fo.id)
	if err != nil {
		return nil, fmt.Errorf("cannot find the ends of %s/%d: %w", verdicts.Topic(fo.topic), fo.id, err)
	}
	at := all[fo.topic][fo.id]
	switch {
	case at.Offset >= 0:
		s.at, s.fresh = at.Offset, false
	case latest:
		if s.at, err = f.latest(ctx, s.part, start, end); err != nil {
			return nil, err
		}
		s.fresh = s.at == 0 // else the next verdict begins just there
	default: // what retention has taken already is not the feed's to miss
		if s.at, _, err = client.Offsets(ctx, fo.topic, fo.id); err != nil {
			return nil, fmt.Errorf("cannot find the ends of %s/%d: %w", fo.topic, fo.id, err)
		}
	}
	if s.place, err = f.locate(ctx, s, start, end); err != nil {
		return nil, err
	}
	s.left = piece{part: s.part, from: s.at}
	f.restore(s, at.Metadata)
	f.host.cache.passed(f, s.part, s.at, time.Now())
	return s, nil
}

// latest is the offset behind the last verdict, 0 where there is none.
func (f *Feed) latest(ctx context.Context, p part, start, end int64) (at int64, err error) {
	topic := verdicts.Topic(p.topic)
	// The last places may be markers of transactions.
	cursor := f.host.cfg.Client.NewCursor(topic, p.id, max(start, end-16), logLimits)
	for {
		before := cursor.Next()
		err := cursor.Read(ctx, end, followWait, func(r *winnow.Record) error {
			e, err := parse(p, r)
			at = e.To
			return err
		})
		if err != nil {
			return 0, fmt.Errorf("cannot read the end of the verdict log: %w", err)
		}
		if cursor.Next() >= end || cursor.Next() == before {
			return at, nil
		}
	}
}

// errFound ends a look at the log.
var errFound = errors.New("found")

// locate finds a place in the verdict log at or before the entry of the stream's offset, and near it: entries are in order, but for those that were
// written twice, so it stays a page before what it finds.
func (f *Feed) locate(ctx context.Context, s *stream, start, end int64) (int64, error) {
	topic := verdicts.Topic(s.topic)
	cursor := s.client.NewCursor(topic, s.id, start, logLimits)
	low, high := start, end
	for high-low > maxPage {
		mid := low + (high-low)/2
		var e placed
		cursor.MoveTo(topic, s.id, mid)
		err := cursor.Read(ctx, high, followWait, func(r *winnow.Record) (err error) {
			if e, err = parse(s.part, r); err != nil {
				return err
			}
			return errFound
		})
		switch {
		case err != nil && !errors.Is(err, errFound):
			return 0, fmt.Errorf("cannot look for offset %d in the verdict log: %w", s.at, err)
		case err != nil && e.To <= s.at:
			low = e.place + 1
		default: // also where nothing is, for a transaction that is open
			high = mid
		}
	}
	return max(start, low-maxPage), nil
}
