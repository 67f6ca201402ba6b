package api

import "time"

// History is the answer of /api/v1/history: the last quarter of an hour, as this process saw it.
type History struct {
	By string `json:"by"`
	// Times are when each sample ends, oldest first, and Seconds what it spans.
	Times   []time.Time `json:"times"`
	Seconds []float64   `json:"seconds"`
	Series  []Series    `json:"series"`
}

// Series is one key's values by name, one for each sample; null where there is none, as for a key that was not among the worst then.
type Series struct {
	Key    string                `json:"key"`
	Values map[string][]*float64 `json:"values"`
}

// Sample is one moment of the history.
type Sample struct {
	Time    time.Time `json:"time"`
	Seconds float64   `json:"seconds"`
	// Records and Errors are those judged, Quarantined those written to the quarantine, in these seconds. Lag is in offsets. Null is not known.
	Records     *float64               `json:"records"`
	Errors      *float64               `json:"errors"`
	Quarantined *float64               `json:"quarantined"`
	Lag         *float64               `json:"lag"`
	Chips       *ChipCounts            `json:"chips"`
	Stages      []StagePoint           `json:"stages"`
	Keys        map[string][]SampleKey `json:"keys"` // by dimension: those with the most errors of late
}

// SampleKey is what became of a key's records in the seconds of a sample.
type SampleKey struct {
	Key     string `json:"key"`
	Records int64  `json:"records"`
	Errors  int64  `json:"errors"`
}

// StagePoint is a stage at one moment.
type StagePoint struct {
	Name       string   `json:"name"`
	P50Seconds *float64 `json:"p50_seconds"`
	P99Seconds *float64 `json:"p99_seconds"`
}
