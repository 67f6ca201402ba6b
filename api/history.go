package api

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// historyKeys is how many keys one answer tells of: those with the most errors in its samples.
const historyKeys = 16

// Histories are what /api/v1/history can be asked for.
func Histories() []string { return append([]string{"total", "stage", "state"}, historyDims()...) }

func (s *Server) history(w http.ResponseWriter, r *http.Request) {
	if !known(w, r, "by") {
		return
	}
	by := r.URL.Query().Get("by")
	if !slices.Contains(Histories(), by) {
		problem(w, r, http.StatusBadRequest, "by must be one of "+strings.Join(Histories(), ", "))
		return
	}
	if ofChips := fleetCounts(by) || by == "state"; ofChips && s.cfg.Fleet == nil {
		problem(w, r, http.StatusServiceUnavailable, noFleet)
		return
	} else if !ofChips && by != "stage" && s.cfg.Gate == nil {
		problem(w, r, http.StatusServiceUnavailable, noGate)
		return
	}
	s.watch.mu.Lock()
	samples := s.watch.samples()
	s.watch.mu.Unlock()
	answer(w, newHistory(by, samples))
}

// newHistory turns samples into series. A sample is never changed once it is in the ring.
func newHistory(by string, samples []Sample) History {
	h := History{By: by, Times: make([]time.Time, 0, len(samples)), Seconds: make([]float64, 0, len(samples)), Series: []Series{}}
	for i := range samples {
		h.Times, h.Seconds = append(h.Times, samples[i].Time), append(h.Seconds, samples[i].Seconds)
	}
	found := &seriesSet{n: len(samples), by: make(map[string]*Series)}
	for i := range samples {
		at := &samples[i]
		switch by {
		case "total":
			for name, v := range map[string]*float64{"records": at.Records, "errors": at.Errors, "quarantined": at.Quarantined, "lag": at.Lag} {
				found.set("total", name, i, v)
			}
		case "stage":
			for _, st := range at.Stages {
				found.set(st.Name, "p50_seconds", i, st.P50Seconds)
				found.set(st.Name, "p99_seconds", i, st.P99Seconds)
			}
		case "state":
			if at.Chips == nil {
				continue
			}
			for j, n := range at.Chips.list() {
				found.set(states()[j], "chips", i, new(float64(n)))
			}
		default:
			for _, k := range at.Keys[by] {
				found.set(k.Key, "records", i, new(float64(k.Records)))
				found.set(k.Key, "errors", i, new(float64(k.Errors)))
			}
		}
	}
	h.Series = found.worst()
	return h
}

// A seriesSet collects the values of keys at the samples that have them.
type seriesSet struct {
	n  int
	by map[string]*Series
}

func (s *seriesSet) set(key, name string, i int, v *float64) {
	if s.by[key] == nil {
		s.by[key] = &Series{Key: key, Values: make(map[string][]*float64)}
	}
	if s.by[key].Values[name] == nil {
		s.by[key].Values[name] = make([]*float64, s.n)
	}
	s.by[key].Values[name][i] = v
}

// worst gives the series with the most errors, then by key.
func (s *seriesSet) worst() []Series {
	sum := make(map[string]float64)
	for key, series := range s.by {
		for _, v := range series.Values["errors"] {
			if v != nil {
				sum[key] += *v
			}
		}
	}
	keys := slices.SortedFunc(maps.Keys(s.by), func(a, b string) int { return cmp.Or(cmp.Compare(sum[b], sum[a]), cmp.Compare(a, b)) })
	out := make([]Series, 0, historyKeys)
	for _, key := range keys[:min(len(keys), historyKeys)] {
		out = append(out, *s.by[key])
	}
	return out
}
