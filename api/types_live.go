package api

import "time"

// Live is the answer of /api/v1/live, and what /api/v1/stream sends every second: what the page shows, and no more. Lists are cut to what a person
// can read; the routes that are theirs have the whole. What this process's role lacks is null.
type Live struct {
	Time       time.Time            `json:"time"`
	Ready      Ready                `json:"ready"`
	Status     *Status              `json:"status"`
	Ledger     *LiveLedger          `json:"ledger"`
	Recent     *Recent              `json:"recent"`
	Errors     map[string][]LiveRow `json:"errors"` // by dimension: the worst of late and the worst of all
	Stages     []Stage              `json:"stages"`
	Feeds      *Feeds               `json:"feeds"`
	Fleet      *LiveFleet           `json:"fleet"`
	Quarantine *Groups              `json:"quarantine"`
	Sample     *Sample              `json:"sample"` // the last of /api/v1/history
}

// LiveLedger is a ledger whose partitions are those with the most lag; Cut is how many others there are.
type LiveLedger struct {
	Ledger
	Lag int64 `json:"lag"` // of all partitions whose lag is known
	Cut int   `json:"cut"`
}

// Recent is what happens now: counts in which what lies 30 seconds back weighs half, so about the last minute.
type Recent struct {
	RecordsPerSecond float64 `json:"records_per_second"`
	ErrorsPerSecond  float64 `json:"errors_per_second"`
	Rate             float64 `json:"rate"` // errors/records
}

// LiveRow is a key's counts since the start, as /api/v1/errors has them, and what it does now.
type LiveRow struct {
	ErrorRow
	Recent Recent `json:"recent"`
}

// Stage is the speed of one step of the pipeline over the last seconds. A range of records is what passes through a stage at once.
type Stage struct {
	Name            string  `json:"name"` // "extract", "preprocess", "quarantine", "feed"
	RangesPerSecond float64 `json:"ranges_per_second"`
	// P50Seconds and P99Seconds are what a range took; null when there was none.
	P50Seconds *float64 `json:"p50_seconds"`
	P99Seconds *float64 `json:"p99_seconds"`
	// RecordsPerSecond is filled in by the server, where it knows how many records the ranges had.
	RecordsPerSecond *float64 `json:"records_per_second"`
}

// LiveFleet is a Fleet whose chips are letters.
type LiveFleet struct {
	Since       time.Time   `json:"since"`
	WallSeconds float64     `json:"wall_seconds"`
	Chips       int         `json:"chips"`
	States      ChipCounts  `json:"states"`
	Occupancy   float64     `json:"occupancy"` // the share of all chip-seconds that were training
	Jobs        []LiveJob   `json:"jobs"`
	Teams       []FleetTeam `json:"teams"`
}

// LiveJob is a FleetJob whose hosts are in Grid.
type LiveJob struct {
	Feed        string    `json:"feed"`
	Team        string    `json:"team"`
	Model       string    `json:"model"`
	TPU         string    `json:"tpu"`
	Chips       int       `json:"chips"`
	StepSeconds float64   `json:"step_seconds"`
	Steps       int64     `json:"steps"`
	Utilization *float64  `json:"utilization"`
	Ceiling     *float64  `json:"ceiling"`
	Grid        []LivePod `json:"grid"`
}

// LivePod is a pod's hosts, each a string with a letter for every chip: T training, G waiting for the gate, K for Kafka, B for the budget,
// R restarting, I idle.
type LivePod struct {
	Pod   string   `json:"pod"`
	Hosts []string `json:"hosts"`
}
