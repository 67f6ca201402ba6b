package api

import (
	"context"
	"runtime/debug"
	"sync"
	"time"
)

// How the history is kept. A sample takes a look at every name, so where there are very many the samples come further apart, up to a limit.
const (
	historyEvery   = 2 * time.Second
	historySamples = 450
	historyShare   = 50 // a look may take a fiftieth of the time until the next, unless that would be more than historyLongest
	historyLongest = 10 * time.Second
	halfLife       = 30 * time.Second
)

// historyDims are the dimensions that the history keeps.
func historyDims() []string { return []string{"team", "user", dimChip, dimFeedTeam, "rule"} }

// A watch remembers what the gate, the feeds and the fleet did lately. Its memory is bounded: by samples, and in each by the worst few names; the
// counts by name that it compares with are as many as the gate itself keeps.
type watch struct {
	s *Server

	mu      sync.Mutex
	ring    []Sample // in order from next on, once it is full
	next    int
	last    time.Time
	span    float64 // seconds that recent counts stand for
	trails  map[string]*trails
	topics  trails
	rows    map[string][]LiveRow
	recent  *Recent
	stages  []Stage
	written counter // records in the quarantine
	fed     counter // records handed out by feeds
}

func newWatch(s *Server) *watch {
	return &watch{s: s, trails: make(map[string]*trails), rows: make(map[string][]LiveRow)}
}

// run samples, and tells the streams once a second how things are, until ctx ends.
func (w *watch) run(ctx context.Context) {
	tick := time.NewTicker(liveEvery)
	defer tick.Stop()
	var sample, live time.Time // when they are due
	for {
		if now := time.Now(); !now.Before(sample) {
			w.guarded(func() { w.sample(now) })
			sample = now.Add(min(historyLongest, max(historyEvery-liveEvery/2, historyShare*time.Since(now))))
		}
		if now := time.Now(); !now.Before(live) && w.s.hub.watched() {
			w.guarded(func() { w.s.hub.publish(w.s.liveEvent()) })
			live = now.Add(max(liveEvery/2, liveShare*time.Since(now)))
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// guarded keeps a panic from ending the process: what is watched must not suffer from being watched.
func (w *watch) guarded(do func()) {
	defer func() {
		if p := recover(); p != nil {
			w.s.cfg.Log.Error("cannot look at what is going on: a bug", "stack", string(debug.Stack()))
		}
	}()
	do()
}

// sample takes a look. What cannot be told now is left out.
func (w *watch) sample(now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	first, dt := w.last.IsZero(), now.Sub(w.last).Seconds()
	if !first && dt <= 0 {
		return
	}
	if first {
		dt = 0
	}
	w.last = now
	keep := decay(dt)
	w.span = w.span*keep + dt
	at := Sample{Time: now.UTC(), Seconds: dt, Keys: make(map[string][]SampleKey), Stages: []StagePoint{}}
	if w.s.cfg.Gate != nil {
		w.sampleGate(&at, keep, first)
	}
	if w.s.cfg.Fleet != nil {
		f := w.s.readFleet()
		at.Chips = new(f.counts())
		for _, by := range []string{dimChip, dimFeedTeam} {
			w.sampleKeys(&at, by, f.rows(by), keep, first)
		}
	}
	w.sampleStages(&at, dt)
	if first { // there is nothing to compare with yet
		return
	}
	if len(w.ring) < historySamples {
		w.ring = append(w.ring, at)
		return
	}
	w.ring[w.next] = at
	w.next = (w.next + 1) % historySamples
}

func (w *watch) sampleGate(at *Sample, keep float64, first bool) {
	g := w.s.cfg.Gate
	if e, err := g.Errors("topic"); err == nil {
		records, failed := w.topics.update(e.Rows, keep)
		if !first {
			sum := w.topics.sum()
			w.recent = new(sum.recent(w.span))
			at.Records, at.Errors = new(float64(records)), new(float64(failed))
		}
	}
	l := g.Ledger()
	if n, ok := w.written.delta(l.Quarantined); ok {
		at.Quarantined = new(float64(n))
	}
	at.Lag = new(float64(lag(l.Partitions)))
	for _, by := range []string{"team", "user", "rule"} {
		if e, err := g.Errors(by); err == nil {
			w.sampleKeys(at, by, e.Rows, keep, first)
		}
	}
}

func (w *watch) sampleKeys(at *Sample, by string, rows []ErrorRow, keep float64, first bool) {
	if w.trails[by] == nil {
		w.trails[by] = new(trails)
	}
	t := w.trails[by]
	t.update(rows, keep)
	w.rows[by] = t.worst(w.span)
	if !first {
		at.Keys[by] = t.latest()
	}
}

func (w *watch) sampleStages(at *Sample, dt float64) {
	if w.s.cfg.Stages == nil {
		return
	}
	w.stages = full(w.s.cfg.Stages())
	var fed *float64
	if w.s.cfg.Feeds != nil {
		var sum int64
		for _, f := range w.s.cfg.Feeds.Feeds().Feeds {
			sum += f.Records
		}
		if n, ok := w.fed.delta(sum); ok && dt > 0 {
			fed = new(float64(n) / dt)
		}
	}
	perSecond := func(n *float64) *float64 {
		if n == nil || dt <= 0 {
			return nil
		}
		return new(*n / dt)
	}
	for i := range w.stages {
		st := &w.stages[i]
		switch st.Name {
		case "extract", "preprocess":
			st.RecordsPerSecond = perSecond(at.Records)
		case "quarantine":
			st.RecordsPerSecond = perSecond(at.Quarantined)
		case "feed":
			st.RecordsPerSecond = fed
		}
		at.Stages = append(at.Stages, StagePoint{Name: st.Name, P50Seconds: st.P50Seconds, P99Seconds: st.P99Seconds})
	}
}

// samples are the history, oldest first. The caller holds the lock.
func (w *watch) samples() []Sample {
	out := make([]Sample, 0, len(w.ring))
	return append(append(out, w.ring[w.next:]...), w.ring[:w.next]...)
}

// lag sums up what is known of it.
func lag(ps []PartitionLedger) (sum int64) {
	for _, p := range ps {
		sum += max(0, p.Lag)
	}
	return sum
}

// A counter remembers a sum. Where it went down, as the ledger's does when partitions move away, what happened between is not known.
type counter struct {
	last  int64
	known bool
}

func (c *counter) delta(now int64) (n int64, ok bool) {
	n, ok = now-c.last, c.known && now >= c.last
	c.last, c.known = now, true
	return n, ok
}
