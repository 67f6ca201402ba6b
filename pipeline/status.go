package pipeline

import (
	"cmp"
	"fmt"
	"time"
)

// A Partition is how one assigned partition stands.
type Partition struct {
	Topic     string
	Partition int
	Totals    Totals
	// LogEnd is the high watermark as last seen, -1 before the first answer; Known says that Totals are.
	LogEnd  int64
	Known   bool
	Trouble string // why it does not move
}

// Lag is how many offsets are not yet accounted for; 0 before it is known.
func (p *Partition) Lag() int64 {
	if !p.Known || p.LogEnd < 0 {
		return 0
	}
	return max(0, p.LogEnd-p.Totals.Next)
}

// Partitions are the assigned ones, by topic and number.
func (g *Gate) Partitions() []Partition {
	var all []Partition
	g.each(func(c *chain) {
		s := &c.state
		s.mu.Lock()
		defer s.mu.Unlock()
		all = append(all, Partition{Topic: c.topic, Partition: c.partition, Totals: s.totals.Clone(), LogEnd: s.logEnd,
			Known: s.position, Trouble: cmp.Or(s.trouble, s.fetching)})
	})
	return all
}

// Unjudged is how many offsets of a topic's assigned partitions the gate has yet to come to, as far as it knows.
func (g *Gate) Unjudged(topic string) (n int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, c := range g.chains[topic] {
		s := &c.state
		s.mu.Lock()
		p := Partition{Totals: Totals{Next: s.totals.Next}, LogEnd: s.logEnd, Known: s.position}
		s.mu.Unlock()
		n += p.Lag()
	}
	return n
}

// Since is when the gate was made: what it counts itself begins there.
func (g *Gate) Since() time.Time { return g.since }

// stalled is how long a partition with records waiting may stand still before the gate calls itself not ready.
const stalled = 30 * time.Second

// Unready says why the gate is not ready: nil means that it is connected, its partitions are assigned and they move.
func (g *Gate) Unready() []string {
	g.mu.Lock()
	var why []string
	if g.trouble != "" {
		why = append(why, g.trouble)
	}
	if g.uncommitted != "" {
		why = append(why, g.uncommitted)
	}
	why = append(why, g.conflicts...)
	for _, t := range g.missing {
		why = append(why, fmt.Sprintf("topic %s does not exist yet, or this user may not see it", t))
	}
	g.mu.Unlock()
	g.each(func(c *chain) {
		if reason := c.state.unready(time.Now()); reason != "" {
			why = append(why, fmt.Sprintf("%s/%d: %s", c.topic, c.partition, reason))
		}
	})
	return why
}

func (s *partitionState) unready(now time.Time) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.trouble != "":
		return s.trouble
	case s.fetching != "":
		return s.fetching
	case !s.position:
		return "looking for its position"
	case s.stable > s.totals.Next && now.Sub(s.moved) > stalled:
		return fmt.Sprintf("%d records wait and none was judged for %s", s.stable-s.totals.Next, now.Sub(s.moved).Round(time.Second))
	}
	return ""
}
