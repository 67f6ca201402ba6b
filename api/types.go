package api

import "time"

// Status is the answer of /api/v1/status.
type Status struct {
	Version          string           `json:"version"`
	Instance         string           `json:"instance"`
	Group            string           `json:"group"`
	Since            time.Time        `json:"since"`   // when this process started
	State            string           `json:"state"`   // a word: "starting", "running", "draining"
	Ready            bool             `json:"ready"`   // as /readyz says
	Reasons          []string         `json:"reasons"` // why not ready; empty when ready
	Assigned         map[string][]int `json:"assigned"`
	Contracts        []StatusContract `json:"contracts"`
	RecordsPerSecond float64          `json:"records_per_second"` // judged, over the last seconds
}

// StatusContract is a contract in force.
type StatusContract struct {
	Name   string   `json:"name"`
	Hash   string   `json:"hash"`
	Topics []string `json:"topics"`
}

// Ledger is the answer of /api/v1/ledger: what became of every offset that the gate took. All counts are records.
type Ledger struct {
	Consumed    int64             `json:"consumed"`
	Passed      int64             `json:"passed"`
	Quarantined int64             `json:"quarantined"`
	Skipped     int64             `json:"skipped"`
	Balanced    bool              `json:"balanced"` // consumed = passed + quarantined + skipped
	SkippedBy   map[string]int64  `json:"skipped_by"`
	Partitions  []PartitionLedger `json:"partitions"`
}

// PartitionLedger is the ledger of one assigned partition. GateOffset is the next offset to judge, LogEnd the
// high watermark, Lag their difference; -1 is "not known yet".
type PartitionLedger struct {
	Topic       string `json:"topic"`
	Partition   int    `json:"partition"`
	GateOffset  int64  `json:"gate_offset"`
	LogEnd      int64  `json:"log_end"`
	Lag         int64  `json:"lag"`
	Consumed    int64  `json:"consumed"`
	Passed      int64  `json:"passed"`
	Quarantined int64  `json:"quarantined"`
	Skipped     int64  `json:"skipped"`
}

// Errors is the answer of /api/v1/errors: records and failed records by one dimension since Since, as the named
// instances counted them.
type Errors struct {
	Since     time.Time  `json:"since"`
	Instances []string   `json:"instances"`
	Rows      []ErrorRow `json:"rows"` // most errors first
}

// ErrorRow is one key's count. Records counts all records of the key, Errors those that failed; Rate is
// Errors/Records, and filled in by the server.
type ErrorRow struct {
	Key     string  `json:"key"`
	Records int64   `json:"records"`
	Errors  int64   `json:"errors"`
	Rate    float64 `json:"rate"`
}

// Filter narrows down a review query. Empty fields match everything.
type Filter struct {
	Topic    string // the source topic, not T.quarantine
	Team     string
	User     string // records only
	Rule     string
	Contract string // the hash, or the beginning of it
	Pointer  string // with array indices as *
}

// Coverage says how much of the quarantine an answer is built on.
type Coverage struct {
	// CaughtUp says that the index has read every quarantine topic to its end once.
	CaughtUp bool `json:"caught_up"`
	// Records waiting for review, and how many of them are only counted, their details having been dropped from memory.
	Records int64 `json:"records"`
	Dropped int64 `json:"dropped"`
	// Unreadable Kafka batches in quarantine topics, which the index stepped over.
	Unreadable int64 `json:"unreadable"`
	// Exact is false when a count may hold a record twice, because it came again after its details were dropped.
	Exact bool `json:"exact"`
}

// Group is records that failed alike.
type Group struct {
	Contract string    `json:"contract"`
	Rule     string    `json:"rule"`
	Pointer  string    `json:"pointer"` // array indices as *
	Team     string    `json:"team"`
	Topics   []string  `json:"topics"`
	Count    int64     `json:"count"` // records; one record may be in several groups
	First    time.Time `json:"first"` // when the first was judged
	Last     time.Time `json:"last"`
	Example  string    `json:"example"` // the id of the newest
}

// Groups is the answer of /api/v1/quarantine/groups, largest first.
type Groups struct {
	Coverage
	Groups []Group `json:"groups"`
}

// Reason is why a record failed: rule and place, never the value.
type Reason struct {
	Rule    string `json:"rule"`
	Pointer string `json:"pointer"`
	Detail  string `json:"detail,omitempty"`
}

// Record is one quarantined record without its content. Array indices in its reasons' pointers are *.
type Record struct {
	ID       string    `json:"id"` // topic/partition/offset of the source
	Reasons  []Reason  `json:"reasons"`
	Contract string    `json:"contract"`
	Team     string    `json:"team"`
	User     string    `json:"user"`
	Time     time.Time `json:"time"`    // when it was judged
	Size     int64     `json:"size"`    // bytes of the value
	Records  int64     `json:"records"` // 1, or as many offsets as an unreadable batch stands for
}

// Records is the answer of /api/v1/quarantine/records, newest first. Next, given as `after`, continues; it is empty
// at the end.
type Records struct {
	Coverage
	Records []Record `json:"records"`
	Next    string   `json:"next"`
}

// Content is the answer of /api/v1/quarantine/records/{id}: a record with its content, masked: letters are x, digits are
// 9, so that the shape is seen and the value is not.
type Content struct {
	Record
	Quarantine string    `json:"quarantine"` // topic/partition/offset of the quarantined copy
	Timestamp  time.Time `json:"timestamp"`  // of the source record
	Format     string    `json:"format"`     // of the value: "json", "text", "null", or "batch": an unreadable Kafka batch, not shown
	Key        *string   `json:"key"`        // masked; null is Kafka's null
	Value      *string   `json:"value"`      // masked
	Cut        bool      `json:"cut"`        // only the beginning of the value is shown
	Masked     bool      `json:"masked"`     // sensitive spans were masked before the copy was written
	Headers    []Header  `json:"headers"`    // the source record's, masked
	Truncated  *Stub     `json:"truncated,omitempty"`
}

// Header is a header of the source record; both fields are masked.
type Header struct {
	Name  string  `json:"name"`
	Value *string `json:"value"`
}

// Stub describes a value that the quarantine topic could not take.
type Stub struct {
	Size    int64    `json:"size"`
	SHA256  string   `json:"sha256"` // hex
	Dropped []string `json:"dropped,omitempty"`
}
