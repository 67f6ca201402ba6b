package main

import (
	"math"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/winnow-data/winnow/api"
)

// stagesMetric is the native histogram that every stage observes its ranges in.
const stagesMetric = "winnow_stage_seconds"

// A stageClock tells the speed of the stages between two looks, out of what the native histogram gained. It is for one goroutine.
type stageClock struct {
	from prometheus.Gatherer
	now  func() time.Time
	at   time.Time
	last map[string]sparse
}

func newStageClock(from prometheus.Gatherer, now func() time.Time) *stageClock {
	return &stageClock{from: from, now: now, last: make(map[string]sparse)}
}

// stages gives what happened since the last look. At the first look that is nothing.
func (c *stageClock) stages() []api.Stage {
	names := []string{"extract", "preprocess", "quarantine", "feed"}
	families, err := c.from.Gather()
	if err != nil && len(families) == 0 {
		return nil
	}
	seen := make(map[string]sparse)
	for _, f := range families {
		if f.GetName() != stagesMetric {
			continue
		}
		for _, m := range f.GetMetric() {
			stage := label(m, "stage")
			seen[stage] = seen[stage].plus(newSparse(m.GetHistogram()))
			if !slices.Contains(names, stage) {
				names = append(names, stage)
			}
		}
	}
	now := c.now()
	seconds := now.Sub(c.at).Seconds()
	first := c.at.IsZero()
	out := make([]api.Stage, 0, len(names))
	for _, name := range names {
		h, known := seen[name]
		if !known {
			continue
		}
		st := api.Stage{Name: name}
		if gained := h.minus(c.last[name]); !first && seconds > 0 && gained.count > 0 {
			st.RangesPerSecond = float64(gained.count) / seconds
			st.P50Seconds, st.P99Seconds = new(gained.quantile(0.5)), new(gained.quantile(0.99))
		}
		out = append(out, st)
	}
	c.at, c.last = now, seen
	return out
}

func label(m *dto.Metric, name string) string {
	for _, l := range m.GetLabel() {
		if l.GetName() == name {
			return l.GetValue()
		}
	}
	return ""
}

// A sparse is the positive side of a native histogram. Bucket i ends at 2^(i/2^schema) and begins where the one before ends.
type sparse struct {
	schema  int32
	count   int64
	zero    int64 // observations too short to tell
	buckets map[int32]int64
}

// newSparse reads a native histogram. Its buckets come as spans of consecutive ones, and each count as the difference to the one before.
func newSparse(h *dto.Histogram) sparse {
	s := sparse{schema: h.GetSchema(), count: int64(h.GetSampleCount()), zero: int64(h.GetZeroCount()), buckets: make(map[int32]int64)}
	var index int32
	var n int64
	deltas := h.GetPositiveDelta()
	for i, span := range h.GetPositiveSpan() {
		if index += span.GetOffset(); i == 0 {
			index = span.GetOffset()
		}
		for range span.GetLength() {
			if len(deltas) == 0 {
				return s
			}
			n += deltas[0]
			deltas = deltas[1:]
			s.buckets[index] += n
			index++
		}
	}
	return s
}

// coarser is s with the buckets of a smaller schema: each step joins two neighbours, as client_golang does when there are too many.
func (s sparse) coarser(schema int32) sparse {
	for s.schema > schema {
		joined := make(map[int32]int64, len(s.buckets)/2+1)
		for i, n := range s.buckets {
			joined[(i+1)>>1] += n
		}
		s.schema, s.buckets = s.schema-1, joined
	}
	return s
}

func (s sparse) plus(o sparse) sparse {
	if s.buckets == nil {
		return o
	}
	schema := min(s.schema, o.schema)
	sum := sparse{schema: schema, count: s.count + o.count, zero: s.zero + o.zero, buckets: make(map[int32]int64, len(s.buckets))}
	for _, part := range []sparse{s.coarser(schema), o.coarser(schema)} {
		for i, n := range part.buckets {
			sum.buckets[i] += n
		}
	}
	return sum
}

// minus is what s has gained since it was before. A histogram that was reset in between has gained what it holds.
func (s sparse) minus(before sparse) sparse {
	if before.buckets == nil || s.count < before.count {
		return s
	}
	schema := min(s.schema, before.schema)
	is, was := s.coarser(schema), before.coarser(schema)
	gained := sparse{schema: schema, zero: max(0, is.zero-was.zero), buckets: make(map[int32]int64)}
	gained.count = gained.zero
	for i, n := range was.buckets {
		if is.buckets[i] < n {
			return s
		}
	}
	for i, n := range is.buckets {
		if n > was.buckets[i] {
			gained.buckets[i] = n - was.buckets[i]
			gained.count += gained.buckets[i]
		}
	}
	return gained
}

// quantile interpolates between a bucket's ends as Prometheus does, exponentially. The zero bucket is 0 s. It is NaN for no observation.
func (s sparse) quantile(q float64) float64 {
	var all int64
	indexes := make([]int32, 0, len(s.buckets))
	for i, n := range s.buckets {
		indexes = append(indexes, i)
		all += n
	}
	if all += s.zero; all == 0 {
		return math.NaN()
	}
	slices.Sort(indexes)
	rank := q * float64(all)
	if rank -= float64(s.zero); rank <= 0 {
		return 0
	}
	for _, i := range indexes {
		n := float64(s.buckets[i])
		if rank <= n {
			return math.Exp2((float64(i-1) + rank/n) * math.Exp2(-float64(s.schema)))
		}
		rank -= n
	}
	return math.Exp2(float64(indexes[len(indexes)-1]) * math.Exp2(-float64(s.schema)))
}
