package pipeline

import (
	"cmp"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// shownNames is how many teams, and how many users, have time series of their own. Others are counted in `other`.
const shownNames = 100

// Metrics are the gate's. Counts are kept by the Tally, and read when Prometheus asks: the hot path knows no metric.
type Metrics struct {
	stages *prometheus.HistogramVec
	gate   atomic.Pointer[Gate]
	tally  *Tally
}

var (
	descRecords = prometheus.NewDesc("winnow_records_total", "Records that were judged, by what became of them.",
		[]string{"topic", "team", "outcome"}, nil)
	descErrors = prometheus.NewDesc("winnow_errors_total", "Reasons that rules gave; a record can have more than one.",
		[]string{"topic", "team", "rule"}, nil)
	descUserRecords = prometheus.NewDesc("winnow_user_records_total", "Records by user: the heaviest users, the rest in other.",
		[]string{"team", "user"}, nil)
	descUserErrors = prometheus.NewDesc("winnow_user_errors_total", "Records that failed, by user: the heaviest users, the rest in other.",
		[]string{"team", "user"}, nil)
	descLag = prometheus.NewDesc("winnow_lag_records", "Offsets between the gate and the end of the log.",
		[]string{"topic", "partition"}, nil)
)

// NewMetrics makes the gate's metrics, and registers them with r.
func NewMetrics(r prometheus.Registerer, tally *Tally) (*Metrics, error) {
	m := &Metrics{tally: tally, stages: prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:                            "winnow_stage_seconds",
		Help:                            "Time that a range of records spends in a stage.",
		Buckets:                         prometheus.ExponentialBuckets(0.0001, 4, 10),
		NativeHistogramBucketFactor:     1.1,
		NativeHistogramMaxBucketNumber:  160,
		NativeHistogramMinResetDuration: time.Hour,
	}, []string{"stage", "topic"})}
	for _, c := range []prometheus.Collector{m.stages, m} {
		if err := r.Register(c); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// Watch makes m report g's lag.
func (m *Metrics) Watch(g *Gate) { m.gate.Store(g) }

// Observe times a stage. A set has thousands of records, so looking the histogram up by name costs nothing that counts.
func (m *Metrics) Observe(stage, topic string, d time.Duration) {
	m.stages.WithLabelValues(stage, topic).Observe(d.Seconds())
}

func (g *Gate) observe(stage, topic string, d time.Duration) {
	if g.cfg.Metrics != nil {
		g.cfg.Metrics.Observe(stage, topic, d)
	}
}

// DescribeStages gives the description of winnow_stage_seconds, which is registered beside m.
func (m *Metrics) DescribeStages(ch chan<- *prometheus.Desc) { m.stages.Describe(ch) }

// Describe implements prometheus.Collector.
func (m *Metrics) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{descRecords, descErrors, descUserRecords, descUserErrors, descLag} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (m *Metrics) Collect(ch chan<- prometheus.Metric) {
	counter := func(d *prometheus.Desc, n int64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(n), labels...)
	}
	m.tally.collect(counter)
	g := m.gate.Load()
	if g == nil {
		return
	}
	for _, p := range g.Partitions() {
		if p.Known && p.LogEnd >= 0 {
			ch <- prometheus.MustNewConstMetric(descLag, prometheus.GaugeValue, float64(p.Lag()), p.Topic, strconv.Itoa(p.Partition))
		}
	}
}

func (t *Tally) collect(counter func(*prometheus.Desc, int64, ...string)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	teams := t.showTeams()
	type key struct{ topic, team, third string }
	records, errors := make(map[key]int64), make(map[key]int64)
	for _, c := range t.teams {
		team := shownAs(teams, c.team)
		records[key{c.topic, team, "passed"}] += c.passed.Load()
		records[key{c.topic, team, "quarantined"}] += c.quarantined.Load()
		records[key{c.topic, team, "skipped"}] += c.skipped.Load()
	}
	for k, n := range t.rules {
		errors[key{k.topic, shownAs(teams, k.team), k.rule}] += n.reasons.Load()
	}
	for k, n := range records {
		counter(descRecords, n, k.topic, k.team, k.third)
	}
	for k, n := range errors {
		counter(descErrors, n, k.topic, k.team, k.third)
	}
	t.collectUsers(counter)
}

// showTeams gives the teams that have series: the first to come keep theirs, for a counter must not go down.
func (t *Tally) showTeams() map[string]bool {
	if t.shownTeams == nil {
		t.shownTeams = make(map[string]bool)
	}
	for _, c := range t.teams {
		if len(t.shownTeams) < shownNames {
			t.shownTeams[c.team] = true
		}
	}
	return t.shownTeams
}

func shownAs(shown map[string]bool, team string) string {
	if shown[team] {
		return team
	}
	return Other
}

// collectUsers gives series to the heaviest users while there is room, and then keeps to them. A user that gets a series late leaves in `other` what was
// counted there before, so that no counter ever goes down.
func (t *Tally) collectUsers(counter func(*prometheus.Desc, int64, ...string)) {
	var waiting []*userCell
	shown := 0
	for _, u := range t.users {
		if u.shown {
			shown++
		} else if u.user != Other {
			waiting = append(waiting, u)
		}
	}
	if room := shownNames - shown; room > 0 && len(waiting) > 0 {
		slices.SortFunc(waiting, func(a, b *userCell) int {
			return cmp.Or(cmp.Compare(b.errors.Load(), a.errors.Load()), cmp.Compare(b.records.Load(), a.records.Load()), cmp.Compare(a.user, b.user))
		})
		for _, u := range waiting[:min(room, len(waiting))] {
			u.shown = true
			if t.overflowed { // it was part of other
				u.baseRecords, u.baseErrors = u.records.Load(), u.errors.Load()
			}
		}
	}
	var otherRecords, otherErrors int64
	for _, u := range t.users {
		records, errors := u.records.Load(), u.errors.Load()
		if u.shown {
			counter(descUserRecords, records-u.baseRecords, u.team, u.user)
			counter(descUserErrors, errors-u.baseErrors, u.team, u.user)
			otherRecords, otherErrors = otherRecords+u.baseRecords, otherErrors+u.baseErrors
			continue
		}
		otherRecords, otherErrors = otherRecords+records, otherErrors+errors
		t.overflowed = true
	}
	if t.overflowed {
		counter(descUserRecords, otherRecords, Other, Other)
		counter(descUserErrors, otherErrors, Other, Other)
	}
}
