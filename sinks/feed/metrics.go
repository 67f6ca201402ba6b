package feed

import (
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Metrics are the feeds'. What can be counted elsewhere is read when Prometheus asks.
type Metrics struct {
	wait, fresh *prometheus.HistogramVec
	host        atomic.Pointer[Host]
}

var (
	descRecords = prometheus.NewDesc("winnow_feed_records_total", "Records that were handed to a feed's trainer.", []string{"feed"}, nil)
	descBytes   = prometheus.NewDesc("winnow_feed_buffer_bytes", "Host memory of the batches that were made for a feed and are not released.", []string{"feed"}, nil)
	descBehind  = prometheus.NewDesc("winnow_feed_behind_records", "Offsets between what a feed has planned and the end of the verdict log.", []string{"feed"}, nil)
	descRanges  = prometheus.NewDesc("winnow_feed_ranges_total", "Runs of rows that a feed found in the cache, or read from Kafka.", []string{"feed", "source"}, nil)
	descMemory  = prometheus.NewDesc("winnow_host_memory_bytes", "Host memory for records: its limit, what is used of it, and what of that the cache holds.", []string{"kind"}, nil)
)

// NewMetrics makes the feeds' metrics, and registers them with r.
func NewMetrics(r prometheus.Registerer) (*Metrics, error) {
	histogram := func(name, help string, least, factor float64) *prometheus.HistogramVec {
		return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: prometheus.ExponentialBuckets(least, factor, 12),
			NativeHistogramBucketFactor: 1.1, NativeHistogramMaxBucketNumber: 160, NativeHistogramMinResetDuration: time.Hour}, []string{"feed"})
	}
	m := &Metrics{
		wait:  histogram("winnow_feed_wait_seconds", "Time from a trainer's asking for its next batch to its having it.", 0.000_001, 5),
		fresh: histogram("winnow_feed_ready_seconds", "Time from a record's Kafka timestamp to its batch being ready on the host: the oldest record's of the ranges that the batch is from.", 0.001, 3),
	}
	for _, c := range []prometheus.Collector{m.wait, m.fresh, m} {
		if err := r.Register(c); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// Watch makes m report h's feeds.
func (m *Metrics) Watch(h *Host) {
	for _, f := range h.feeds { // with series from the start
		m.wait.WithLabelValues(f.Name)
		m.fresh.WithLabelValues(f.Name)
	}
	m.host.Store(h)
}

// observers are a feed's histograms, bound once; both are nil without metrics.
type observers struct{ wait, fresh prometheus.Observer }

func (m *Metrics) bind(feed string) observers {
	if m == nil {
		return observers{}
	}
	return observers{m.wait.WithLabelValues(feed), m.fresh.WithLabelValues(feed)}
}

func (o *observers) waited(d time.Duration) {
	if o.wait != nil {
		o.wait.Observe(d.Seconds())
	}
}

func (o *observers) ready(d time.Duration) {
	if o.fresh != nil {
		o.fresh.Observe(d.Seconds())
	}
}

// Describe implements prometheus.Collector.
func (m *Metrics) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{descRecords, descBytes, descBehind, descRanges, descMemory} {
		ch <- d
	}
}

// DescribeHistograms gives the descriptions of the histograms, which are registered beside m.
func (m *Metrics) DescribeHistograms(ch chan<- *prometheus.Desc) {
	m.wait.Describe(ch)
	m.fresh.Describe(ch)
}

// Collect implements prometheus.Collector.
func (m *Metrics) Collect(ch chan<- prometheus.Metric) {
	h := m.host.Load()
	if h == nil {
		return
	}
	counter := func(d *prometheus.Desc, n int64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(n), labels...)
	}
	gauge := func(d *prometheus.Desc, n int64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, float64(n), labels...)
	}
	st := h.Status()
	for i := range st.Feeds {
		f := &st.Feeds[i]
		counter(descRecords, f.Records, f.Name)
		gauge(descBytes, f.Bytes, f.Name)
		gauge(descBehind, f.Behind, f.Name)
		counter(descRanges, f.Cached, f.Name, "cache")
		counter(descRanges, f.Read, f.Name, "kafka")
	}
	gauge(descMemory, st.Limit, "limit")
	gauge(descMemory, st.Used, "used")
	gauge(descMemory, st.Cache, "cache")
}
