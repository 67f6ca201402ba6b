package feed

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/pipeline/verdicts"
)

// open adds the streams of partitions that have come to be followed.
func (f *Feed) open(ctx context.Context) error {
	opened := f.host.opened.Load()
	if opened == f.opened {
		return nil
	}
	have := make(map[part]bool)
	for _, s := range f.streams {
		have[s.part] = true
	}
	for _, fo := range f.host.followed(f.Topics) {
		if have[fo.part] {
			continue
		}
		s, err := f.stream(ctx, fo)
		if err != nil {
			return err
		}
		f.streams = append(f.streams, s)
	}
	f.opened = opened
	return nil
}

// stream makes the stream of a partition, at the feed's position there.
func (f *Feed) stream(ctx context.Context, fo *follower) (*stream, error) {
	client := f.host.cfg.Client
	s := &stream{part: fo.part, follower: fo, client: client, required: f.required, at: -1, fresh: true}
	all, err := client.Committed(ctx, f.group(), map[string][]int{fo.topic: {fo.id}})
	if err != nil {
		return nil, fmt.Errorf("cannot read the feed's position in %s/%d: %w", fo.topic, fo.id, err)
	}
	start, end, err := client.Offsets(ctx, verdicts.Topic(fo.topic), fo.id)
	if err != nil {
		return nil, fmt.Errorf("cannot find the ends of %s/%d: %w", verdicts.Topic(fo.topic), fo.id, err)
	}
	at, known := all[fo.topic][fo.id]
	switch {
	case known && at.Offset >= 0:
		s.at, s.fresh = at.Offset, false
		if s.place, err = f.locate(ctx, s, start, end); err != nil {
			return nil, err
		}
	case f.host.cfg.FromLatest:
		s.place = end
	default:
		// What retention has taken already is not the feed's to miss.
		if s.at, _, err = client.Offsets(ctx, fo.topic, fo.id); err != nil {
			return nil, fmt.Errorf("cannot find the ends of %s/%d: %w", fo.topic, fo.id, err)
		}
		if s.place, err = f.locate(ctx, s, start, end); err != nil {
			return nil, err
		}
	}
	s.left = piece{part: s.part, from: s.at}
	f.restore(s, at.Metadata)
	f.host.cache.passed(f, s.part, s.at, time.Now())
	return s, nil
}

// errFound ends a look at the log.
var errFound = errors.New("found")

// locate finds a place in the verdict log at or before the entry of the stream's offset, and near it: entries are in order.
func (f *Feed) locate(ctx context.Context, s *stream, low, high int64) (int64, error) {
	topic := verdicts.Topic(s.topic)
	cursor := s.client.NewCursor(topic, s.id, low, logLimits)
	for high-low > maxPage {
		mid := low + (high-low)/2
		var e placed
		found := false
		cursor.MoveTo(topic, s.id, mid)
		for !found && cursor.Next() < high {
			err := cursor.Read(ctx, high, followWait, func(r *winnow.Record) (err error) {
				if e, err = parse(s.part, r); err != nil {
					return err
				}
				found = true
				return errFound
			})
			if err != nil && !errors.Is(err, errFound) {
				return 0, fmt.Errorf("cannot look for offset %d in the verdict log: %w", s.at, err)
			}
		}
		if found && e.To <= s.at {
			low = e.place + 1
		} else {
			high = mid
		}
	}
	return low, nil
}

// followed gives the followers of topics.
func (h *Host) followed(topics []string) (all []*follower) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, topic := range topics {
		for i := 0; ; i++ {
			f := h.followers[part{topic, i}]
			if f == nil {
				break
			}
			all = append(all, f)
		}
	}
	return all
}
