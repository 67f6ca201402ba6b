package loadgen

import (
	"slices"
	"strings"
	"sync"
	"time"
)

// Stats are what a Loader has written, and Kafka acknowledged, so far.
type Stats struct {
	Records int64         `json:"records"` // offsets, those of planted batches among them
	Bytes   int64         `json:"bytes"`   // of the records' values, uncompressed
	Batches int64         `json:"batches"` // Kafka's
	Planted int64         `json:"planted"` // faults; a planted batch counts as one
	Faults  []KindCount   `json:"faults"`  // by kind, most frequent first
	Refused []string      `json:"refused,omitempty"`
	Elapsed time.Duration `json:"-"` // since Run began
	Seconds float64       `json:"seconds"`
}

// A KindCount is how often a fault was planted.
type KindCount struct {
	Kind  string `json:"kind"`
	Count int64  `json:"count"`
}

// A tally is Stats while they grow, shared by the workers.
type tally struct {
	mu      sync.Mutex
	stats   Stats
	kinds   map[string]int64
	refused map[string]bool // kinds of batch that the broker does not take
	due     int64           // records since the last planted batch
	batch   int             // how many batches were planted
	began   time.Time
	ended   time.Time
}

func newTally() *tally {
	return &tally{kinds: make(map[string]int64), refused: make(map[string]bool)}
}

// add counts what a worker's round has written.
func (t *tally) add(d Stats, kinds map[string]int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.stats.Records += d.Records
	t.stats.Bytes += d.Bytes
	t.stats.Batches += d.Batches
	t.due += d.Records
	for k, n := range kinds {
		t.kinds[k] += n
		t.stats.Planted += n
	}
}

// nextBatch says which of the faults, if any, is to be planted as a batch now that `every` records have passed.
func (t *tally) nextBatch(every int64, faults []batchFault) (batchFault, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if every <= 0 || t.due < every {
		return batchFault{}, false
	}
	t.due -= every
	for range faults {
		f := faults[t.batch%len(faults)]
		t.batch++
		if !t.refused[f.Kind] {
			return f, true
		}
	}
	return batchFault{}, false
}

func (t *tally) refuse(kind string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.refused[kind] = true
}

func (t *tally) begin() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.began, t.ended = time.Now(), time.Time{}
}

func (t *tally) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ended = time.Now()
}

func (t *tally) snapshot() Stats {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.stats
	switch {
	case !t.ended.IsZero():
		s.Elapsed = t.ended.Sub(t.began)
	case !t.began.IsZero():
		s.Elapsed = time.Since(t.began)
	}
	s.Seconds = s.Elapsed.Seconds()
	s.Faults = make([]KindCount, 0, len(t.kinds))
	for k, n := range t.kinds {
		s.Faults = append(s.Faults, KindCount{k, n})
	}
	slices.SortFunc(s.Faults, func(a, b KindCount) int {
		if a.Count != b.Count {
			return int(b.Count - a.Count)
		}
		return strings.Compare(a.Kind, b.Kind)
	})
	for k := range t.refused {
		s.Refused = append(s.Refused, k)
	}
	slices.Sort(s.Refused)
	return s
}
