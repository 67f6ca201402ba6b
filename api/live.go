package api

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"time"
)

// What a page shows of long lists.
const (
	livePartitions = 50
	liveGroups     = 20
)

func (s *Server) live(w http.ResponseWriter, r *http.Request) {
	if known(w, r) {
		answer(w, s.readLive(time.Now()))
	}
}

// readLive takes together what the page shows. Errors are those of the last sample.
func (s *Server) readLive(now time.Time) *Live {
	l := &Live{Time: now.UTC(), Ready: s.readReady(), Stages: []Stage{}}
	if s.cfg.Gate != nil {
		l.Status = new(s.readStatus())
		l.Ledger = liveLedger(s.readLedger())
	}
	if s.cfg.Feeds != nil {
		l.Feeds = new(s.readFeeds())
		for i := range l.Feeds.Feeds {
			l.Feeds.Feeds[i].Positions = []FeedPosition{} // /api/v1/feeds has them
		}
	}
	if s.cfg.Fleet != nil {
		f := s.readFleet()
		l.Fleet = f.live()
	}
	if s.cfg.Review != nil {
		l.Quarantine = new(s.readGroups(Filter{}, liveGroups))
	}
	w := s.watch
	w.mu.Lock()
	never := w.last.IsZero()
	w.mu.Unlock()
	if never {
		w.sample(now)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	l.Errors, l.Recent = maps.Clone(w.rows), w.recent
	l.Stages = append(l.Stages, w.stages...)
	if n := len(w.ring); n > 0 {
		l.Sample = new(w.ring[(w.next+n-1)%n])
	}
	return l
}

// liveLedger keeps the partitions with the most lag.
func liveLedger(l Ledger) *LiveLedger {
	ps := slices.Clone(l.Partitions)
	slices.SortFunc(ps, func(a, b PartitionLedger) int {
		return cmp.Or(cmp.Compare(b.Lag, a.Lag), cmp.Compare(a.Topic, b.Topic), cmp.Compare(a.Partition, b.Partition))
	})
	out := &LiveLedger{Ledger: l, Lag: lag(ps), Cut: max(0, len(ps)-livePartitions)}
	out.Partitions = full(ps[:min(len(ps), livePartitions)])
	return out
}
