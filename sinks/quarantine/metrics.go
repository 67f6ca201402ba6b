package quarantine

import (
	"cmp"
	"slices"

	"github.com/prometheus/client_golang/prometheus"
)

// maxTeams is how many teams of a topic have a gauge of their own; the rest is in "other".
const maxTeams = 100

// A Collector gives the gauge winnow_quarantine_records{topic,team}: records that wait for review.
type Collector struct {
	index *Index
	desc  *prometheus.Desc
}

// NewCollector makes the Collector of an index. It is registered once.
func NewCollector(x *Index) *Collector {
	return &Collector{index: x, desc: prometheus.NewDesc(
		"winnow_quarantine_records", "Quarantined records that wait for review.", []string{"topic", "team"}, nil)}
}

// Describe implements prometheus.Collector.
func (c *Collector) Describe(ch chan<- *prometheus.Desc) { ch <- c.desc }

// Collect implements prometheus.Collector. Before the index has caught up it gives nothing: a number that only grows
// because it is being read would be a false alarm.
func (c *Collector) Collect(ch chan<- prometheus.Metric) {
	for topic, teams := range c.index.waiting() {
		for _, t := range capped(teams) {
			ch <- prometheus.MustNewConstMetric(c.desc, prometheus.GaugeValue, float64(t.records), topic, t.team)
		}
	}
}

type teamCount struct {
	team    string
	records int64
}

// waiting counts the records by topic and team; nothing before the index has caught up. A quarantine topic without
// records is there with no teams.
func (x *Index) waiting() map[string]map[string]int64 {
	x.mu.RLock()
	defer x.mu.RUnlock()
	if !x.caughtUp {
		return nil
	}
	topics := map[string]map[string]int64{}
	for i := range x.classes.list {
		c := &x.classes.list[i]
		if c.counted == 0 {
			continue
		}
		if topics[c.topic] == nil {
			topics[c.topic] = map[string]int64{}
		}
		topics[c.topic][c.team] += c.counted
	}
	return topics
}

// capped gives the largest teams, and the sum of the others.
func capped(teams map[string]int64) []teamCount {
	counts := make([]teamCount, 0, len(teams))
	for team, n := range teams {
		counts = append(counts, teamCount{team, n})
	}
	slices.SortFunc(counts, func(a, b teamCount) int {
		return cmp.Or(cmp.Compare(b.records, a.records), cmp.Compare(a.team, b.team))
	})
	if len(counts) <= maxTeams {
		return counts
	}
	rest := teamCount{team: other}
	for _, t := range counts[maxTeams:] {
		rest.records += t.records
	}
	counts = counts[:maxTeams]
	if i := slices.IndexFunc(counts, func(t teamCount) bool { return t.team == other }); i >= 0 {
		counts[i].records += rest.records
		return counts
	}
	return append(counts, rest)
}
