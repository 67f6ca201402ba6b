package dashboards

// The metrics that are asked for.
const (
	records           = "winnow_records_total"
	reasons           = "winnow_errors_total"
	userRecords       = "winnow_user_records_total"
	userErrors        = "winnow_user_errors_total"
	quarantineRecords = "winnow_quarantine_records"
	lag               = "winnow_lag_records"
	stageSeconds      = "winnow_stage_seconds"

	feedRecords = "winnow_feed_records_total"
	feedBehind  = "winnow_feed_behind_records"
	feedBuffer  = "winnow_feed_buffer_bytes"
	feedWait    = "winnow_feed_wait_seconds"
	feedReady   = "winnow_feed_ready_seconds"
	feedRanges  = "winnow_feed_ranges_total"
	hostMemory  = "winnow_host_memory_bytes"

	chipRecords     = "winnow_chip_records_total"
	chipErrors      = "winnow_chip_errors_total"
	chipSeconds     = "winnow_chip_seconds_total"
	chipInfo        = "winnow_chip_info"
	chipUtilization = "winnow_chip_utilization_ratio"

	up           = "up" // Prometheus's own, of every target
	processStart = "process_start_time_seconds"
	processRSS   = "process_resident_memory_bytes"
	processCPU   = "process_cpu_seconds_total"
)

// A Metric is the name of a metric and its labels, but for those that Prometheus adds to every one: job and instance.
type Metric struct {
	Name   string
	Labels []string
	// Histogram says that it is asked for by its buckets.
	Histogram bool
}

// Catalog lists winnow's metrics as dashboards and alerts ask for them.
func Catalog() []Metric {
	chip := []string{"pod", "host", "chip"}
	return []Metric{
		{Name: records, Labels: []string{"topic", "team", "outcome"}},
		{Name: reasons, Labels: []string{"topic", "team", "rule"}},
		{Name: userRecords, Labels: []string{"team", "user"}},
		{Name: userErrors, Labels: []string{"team", "user"}},
		{Name: quarantineRecords, Labels: []string{"topic", "team"}},
		{Name: lag, Labels: []string{"topic", "partition"}},
		{Name: stageSeconds, Labels: []string{"stage", "topic"}, Histogram: true},
		{Name: feedRecords, Labels: []string{"feed"}},
		{Name: feedBehind, Labels: []string{"feed"}},
		{Name: feedBuffer, Labels: []string{"feed"}},
		{Name: feedWait, Labels: []string{"feed"}, Histogram: true},
		{Name: feedReady, Labels: []string{"feed"}, Histogram: true},
		{Name: feedRanges, Labels: []string{"feed", "source"}},
		{Name: hostMemory, Labels: []string{"kind"}},
		{Name: chipRecords, Labels: chip},
		{Name: chipErrors, Labels: chip},
		{Name: chipSeconds, Labels: append(chip[:3:3], "state")},
		{Name: chipInfo, Labels: append(chip[:3:3], "feed", "team", "model")},
		{Name: chipUtilization, Labels: []string{"feed", "kind"}},
	}
}

// everyService are metrics that any Go service behind Prometheus has.
func everyService() []Metric {
	return []Metric{{Name: up}, {Name: processStart}, {Name: processRSS}, {Name: processCPU}}
}

// The states in which a chip waits for data, each named after what it waits for.
const (
	stateTraining   = "training"
	stateGate       = "waiting_gate"
	stateKafka      = "waiting_kafka"
	stateBudget     = "waiting_budget"
	stateRestarting = "restarting"
	stateIdle       = "idle"
	statesWaiting   = "waiting_.+"
)

// What is good and what is bad: the alerts' limits are the dashboards' colours.
const (
	badShare      = 0.05 // of a team's records that fail
	badUserShare  = 0.5  // of a user's
	waitShare     = 0.05 // of the chip-seconds of a feed that are lost to one cause
	goodOccupancy = 0.8
	behindSeconds = 300  // of work
	memoryShare   = 0.95 // of host.memory
	missShare     = 0.5  // of ranges that are read from Kafka again
)
