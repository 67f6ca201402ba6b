package main

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/winnow-data/winnow/api"
)

// stagesUnderTest is a histogram as the gate has it, but for the number of buckets, and the clock over it.
func stagesUnderTest(buckets uint32, reset time.Duration) (*prometheus.HistogramVec, *stageClock, func(time.Duration)) {
	h := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: stagesMetric, Help: "h", Buckets: []float64{1},
		NativeHistogramBucketFactor: 1.1, NativeHistogramMaxBucketNumber: buckets, NativeHistogramMinResetDuration: reset}, []string{"stage", "topic"})
	r := prometheus.NewRegistry()
	r.MustRegister(h, prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "winnow_other", Help: "h"}, func() float64 { return 1 }))
	now := time.Unix(1_000_000, 0)
	return h, newStageClock(r, func() time.Time { return now }), func(d time.Duration) { now = now.Add(d) }
}

// close to within a bucket: the buckets are a factor of 2^(1/8) at most.
func near(got *float64, want float64) bool {
	return got != nil && math.Abs(math.Log2(*got/want)) <= 0.13
}

func TestStagesTellTheLastSecondsAlone(t *testing.T) {
	h, clock, pass := stagesUnderTest(160, time.Hour)
	for range 1000 {
		h.WithLabelValues("extract", "a").Observe(10) // long ago, and slow
	}
	if st := clock.stages(); len(st) != 1 || st[0] != (api.Stage{Name: "extract"}) {
		t.Fatalf("at the first look: %+v", st)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	var all []float64
	for i := range 4000 {
		v := math.Exp(rng.NormFloat64()) / 1000
		all = append(all, v)
		h.WithLabelValues("extract", []string{"a", "b"}[i%2]).Observe(v) // topics are taken together
	}
	h.WithLabelValues("feed", "a").Observe(0.25)
	pass(2 * time.Second)
	slices.Sort(all)
	st := clock.stages()
	if len(st) != 2 || st[0].Name != "extract" || st[1].Name != "feed" {
		t.Fatalf("stages %+v", st)
	}
	if st[0].RangesPerSecond != 2000 || !near(st[0].P50Seconds, all[2000]) || !near(st[0].P99Seconds, all[3960]) {
		t.Errorf("%+v with p50 %v, p99 %v; want %v, %v", st[0], *st[0].P50Seconds, *st[0].P99Seconds, all[2000], all[3960])
	}
	if st[1].RangesPerSecond != 0.5 || !near(st[1].P50Seconds, 0.25) || !near(st[1].P99Seconds, 0.25) {
		t.Errorf("feed: %+v", st[1])
	}
	pass(2 * time.Second)
	if st = clock.stages(); st[0] != (api.Stage{Name: "extract"}) {
		t.Errorf("after two quiet seconds: %+v", st[0])
	}
}

// With few buckets allowed client_golang halves the resolution again and again; the difference must follow.
func TestStagesFollowACoarserHistogram(t *testing.T) {
	h, clock, pass := stagesUnderTest(8, time.Hour)
	for i := range 4 {
		h.WithLabelValues("extract", "a").Observe(math.Exp2(float64(i)/8) / 1000)
	}
	clock.stages()
	before := clock.last["extract"].schema
	for i := range 30 {
		h.WithLabelValues("extract", "a").Observe(math.Exp2(float64(i)))
	}
	pass(time.Second)
	st := clock.stages()
	if after := clock.last["extract"].schema; after >= before {
		t.Fatalf("the schema went from %d to %d: nothing is tested", before, after)
	}
	if st[0].RangesPerSecond != 30 {
		t.Errorf("%v ranges a second", st[0].RangesPerSecond)
	}
	if got := math.Log2(*st[0].P50Seconds); got < 10 || got > 18 { // 14 or so, in buckets of some powers of two
		t.Errorf("p50 is 2^%v", got)
	}
}

func TestStagesFollowAReset(t *testing.T) {
	full := newSparse(native(3, 100, 0, 5, 5))
	again := newSparse(native(3, 4, 0, 1, 1))
	if got := again.minus(full); got.count != 4 {
		t.Errorf("gained %d", got.count)
	}
	shifted := newSparse(native(3, 101, 1, 5, 5)) // more in all, but less in a bucket
	if got := shifted.minus(full); got.count != 101 {
		t.Errorf("gained %d", got.count)
	}
	if q := (sparse{}).quantile(0.5); !math.IsNaN(q) {
		t.Errorf("a quantile of nothing: %v", q)
	}
	if q := (sparse{zero: 9, buckets: map[int32]int64{0: 1}}).quantile(0.5); q != 0 {
		t.Errorf("observations of no time take %v", q)
	}
}

// native makes a histogram of two spans: buckets offset and offset+1, a gap of three, and one more bucket with the rest of count.
func native(schema int32, count uint64, offset int32, first, second int64) *dto.Histogram {
	rest := int64(count) - first - second
	return &dto.Histogram{Schema: new(schema), SampleCount: new(count),
		PositiveSpan:  []*dto.BucketSpan{{Offset: new(offset), Length: new(uint32(2))}, {Offset: new(int32(3)), Length: new(uint32(1))}},
		PositiveDelta: []int64{first, second - first, rest - second}}
}

func TestSparseReadsSpans(t *testing.T) {
	s := newSparse(native(3, 100, -2, 10, 20))
	if s.buckets[-2] != 10 || s.buckets[-1] != 20 || s.buckets[3] != 70 || len(s.buckets) != 3 {
		t.Errorf("buckets %v", s.buckets)
	}
	c := s.coarser(2)
	if c.buckets[-1] != 10 || c.buckets[0] != 20 || c.buckets[2] != 70 {
		t.Errorf("joined %v", c.buckets)
	}
}
