package feed

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/pipeline/verdicts"
	"github.com/winnow-data/winnow/wire"
)

// A placed entry is one of a partition's verdict log, with the offset in that log.
type placed struct {
	place int64
	verdicts.Entry
}

// A follower reads the end of one partition's verdict log, for all feeds together, and remembers the last entries. Feeds that are further back read the
// log themselves.
type follower struct {
	part
	client *wire.Client
	log    *slog.Logger
	feeds  []*Feed

	mu      sync.Mutex
	recent  []placed
	ranges  int   // of recent
	low     int64 // all entries from this place on are among recent
	next    int64 // the place behind recent
	trouble string
}

const (
	maxRecent  = 4096
	followWait = 500 * time.Millisecond
	retryPause = time.Second     // of a follower
	retry      = 5 * time.Second // of a feed
)

// logLimits are how the verdict log is read: its entries are small.
var logLimits = wire.CursorLimits{Fetch: 1 << 20, Batch: 64 << 20, Patience: patience}

// newFollower follows from the place at on, and tells feeds of what comes.
func newFollower(p part, client *wire.Client, log *slog.Logger, at int64, feeds []*Feed) *follower {
	return &follower{part: p, client: client, log: log.With("topic", p.topic, "partition", p.id), low: at, next: at, feeds: feeds}
}

// run follows the log until ctx ends.
func (f *follower) run(ctx context.Context) {
	cursor := f.client.NewCursor(verdicts.Topic(f.topic), f.id, f.next, logLimits)
	for ctx.Err() == nil {
		err := cursor.Read(ctx, math.MaxInt64, followWait, func(r *winnow.Record) error {
			e, err := parse(f.part, r)
			if err == nil {
				f.add(e)
			}
			return err
		})
		if ctx.Err() != nil {
			return
		}
		f.tell(err)
		if err != nil {
			wait(ctx, nil, retryPause)
		}
	}
}

func parse(p part, r *winnow.Record) (e placed, err error) {
	if err := json.Unmarshal(r.Value, &e.Entry); err != nil || e.Validate() != nil {
		return e, fmt.Errorf("%s/%d/%d is not an entry of a verdict log", verdicts.Topic(p.topic), p.id, r.Offset)
	}
	e.place = r.Offset
	return e, nil
}

// tell keeps what is wrong, and logs it once.
func (f *follower) tell(err error) {
	why := ""
	if err != nil {
		why = err.Error()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if why != f.trouble && err != nil {
		f.log.Warn("cannot follow the verdict log, trying again", "error", err)
	}
	f.trouble = why
}

// add remembers an entry, and forgets a quarter of them where they are too many, by number or by what they list.
func (f *follower) add(e placed) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if e.place < f.next {
		return
	}
	for len(f.recent) > 0 && (len(f.recent) == maxRecent || f.ranges+e.Ranges() > maxRanges) {
		n := (len(f.recent) + 3) / 4
		for i := range f.recent[:n] {
			f.ranges -= f.recent[i].Ranges()
		}
		f.recent = slices.Delete(f.recent, 0, n)
		if f.low = e.place; len(f.recent) > 0 {
			f.low = f.recent[0].place
		}
	}
	f.recent, f.ranges, f.next = append(f.recent, e), f.ranges+e.Ranges(), e.place+1
	for _, feed := range f.feeds {
		feed.rouse()
	}
}

// after gives the first entry at place or behind it, if it is among the recent ones. behind says that the follower has forgotten it, or never had it: it
// is to be read from Kafka. With neither, the log ends there for now.
func (f *follower) after(place int64) (e placed, found, behind bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if place < f.low {
		return e, false, true
	}
	i, _ := slices.BinarySearchFunc(f.recent, place, func(e placed, p int64) int { return cmp.Compare(e.place, p) })
	if i < len(f.recent) {
		return f.recent[i], true, false
	}
	return e, false, false
}

// wait waits until wake has something, d has passed or ctx ends.
func wait(ctx context.Context, wake <-chan struct{}, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-wake:
	case <-t.C:
	}
}

// lowest is the place from which on the follower knows the log.
func (f *follower) lowest() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.low
}

// each calls add for the recent entries from place on, until it says no.
func (f *follower) each(place int64, add func(*placed) bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	i, _ := slices.BinarySearchFunc(f.recent, place, func(e placed, p int64) int { return cmp.Compare(e.place, p) })
	for ; i < len(f.recent) && place >= f.low; i++ {
		if !add(&f.recent[i]) {
			return
		}
	}
}

// end is the offset behind the last verdict, as far as it is known; else -1.
func (f *follower) end() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	if n := len(f.recent); n > 0 {
		return f.recent[n-1].To
	}
	return -1
}

// why says what keeps the follower from reading.
func (f *follower) why() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.trouble
}
