package api

import "time"

// Fleet is the answer of /api/v1/fleet: every chip with its state and the account of its time. A chip is in one state at every moment, so that
// the seconds of all states add up to chips × WallSeconds.
type Fleet struct {
	Since       time.Time   `json:"since"` // when the fleet began
	WallSeconds float64     `json:"wall_seconds"`
	Chips       int         `json:"chips"`
	Jobs        []FleetJob  `json:"jobs"` // as configured
	Teams       []FleetTeam `json:"teams"`
}

// FleetJob is the data-parallel trainer of one feed: its hosts are the feed's shards.
type FleetJob struct {
	Feed        string  `json:"feed"`
	Team        string  `json:"team"`
	Model       string  `json:"model"`
	TPU         string  `json:"tpu"`          // the chips' generation
	Pods        int     `json:"pods"`         // how many
	Chips       int     `json:"chips"`        // in all pods
	StepSeconds float64 `json:"step_seconds"` // nominal compute of a step; 0 = as fast as the feed gives
	Steps       int64   `json:"steps"`        // trained
	// Accelerator utilisation as MLPerf Storage defines it, 0 to 1, and what the simulator itself can reach; null when unknown.
	Utilization *float64    `json:"utilization"`
	Ceiling     *float64    `json:"ceiling"`
	Hosts       []FleetHost `json:"hosts"` // of all pods, in the order of their shards
}

// FleetHost is a host and its chips.
type FleetHost struct {
	Pod   string      `json:"pod"`
	Host  string      `json:"host"`  // index in the pod
	State string      `json:"state"` // one of ChipCounts' keys
	Chips []FleetChip `json:"chips"`
}

// FleetChip is one chip. Records and Errors are those of the ranges dealt to it; Rate is Errors/Records, and filled in by the server.
type FleetChip struct {
	Chip    string      `json:"chip"`  // index in the host
	Key     string      `json:"key"`   // pod/host/chip
	State   string      `json:"state"` // one of ChipCounts' keys
	Records int64       `json:"records"`
	Errors  int64       `json:"errors"`
	Rate    float64     `json:"rate"`
	Seconds ChipSeconds `json:"seconds"`
}

// FleetTeam sums up the chips of a team's jobs. The server fills in LostSeconds, the chip-seconds spent waiting for data, and Occupancy, the share
// of all its chip-seconds that it trained.
type FleetTeam struct {
	Team        string      `json:"team"`
	Chips       int         `json:"chips"`
	Seconds     ChipSeconds `json:"seconds"`
	LostSeconds float64     `json:"lost_seconds"`
	Occupancy   float64     `json:"occupancy"`
}

// ChipSeconds is chip-time by state, in seconds.
type ChipSeconds struct {
	Training      float64 `json:"training"`
	WaitingGate   float64 `json:"waiting_gate"`   // for verdicts on records enough
	WaitingKafka  float64 `json:"waiting_kafka"`  // for records to be read from Kafka again
	WaitingBudget float64 `json:"waiting_budget"` // for room in host memory
	Restarting    float64 `json:"restarting"`
	Idle          float64 `json:"idle"` // the job has not begun, or has ended
}

// Lost is the time spent waiting for data.
func (s *ChipSeconds) Lost() float64 { return s.WaitingGate + s.WaitingKafka + s.WaitingBudget }

// Total is the time in all states together.
func (s *ChipSeconds) Total() float64 { return s.Training + s.Lost() + s.Restarting + s.Idle }

// ChipCounts is how many chips are in each state.
type ChipCounts struct {
	Training      int `json:"training"`
	WaitingGate   int `json:"waiting_gate"`
	WaitingKafka  int `json:"waiting_kafka"`
	WaitingBudget int `json:"waiting_budget"`
	Restarting    int `json:"restarting"`
	Idle          int `json:"idle"`
}

// states are the words for what a chip does, in the order of ChipCounts' fields.
func states() []string {
	return []string{"training", "waiting_gate", "waiting_kafka", "waiting_budget", "restarting", "idle"}
}

// letter is the one of a state; a word that is none of ChipCounts' keys counts as idle.
func letter(state string) byte {
	switch state {
	case "training":
		return 'T'
	case "waiting_gate":
		return 'G'
	case "waiting_kafka":
		return 'K'
	case "waiting_budget":
		return 'B'
	case "restarting":
		return 'R'
	}
	return 'I'
}

func (c *ChipCounts) add(letter byte) {
	switch letter {
	case 'T':
		c.Training++
	case 'G':
		c.WaitingGate++
	case 'K':
		c.WaitingKafka++
	case 'B':
		c.WaitingBudget++
	case 'R':
		c.Restarting++
	default:
		c.Idle++
	}
}

// list gives the counts in the order of states.
func (c *ChipCounts) list() []int {
	return []int{c.Training, c.WaitingGate, c.WaitingKafka, c.WaitingBudget, c.Restarting, c.Idle}
}
