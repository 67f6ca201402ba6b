package fleet

import (
	"fmt"
	"time"
)

// A State is what a chip does. A chip is in exactly one at every moment.
type State uint8

// The states.
const (
	Idle          State = iota // the job has not begun, or has ended
	Training                   // a step is under way, or between two that nothing had to be waited for
	WaitingGate                // for verdicts on records enough
	WaitingKafka               // for records to be read from Kafka again
	WaitingBudget              // for room in host memory
	Restarting                 // a host of the job was preempted
	NumStates                  // how many there are
)

// String gives the state's name, as metrics and the API have it.
func (s State) String() string {
	switch s {
	case Idle:
		return "idle"
	case Training:
		return "training"
	case WaitingGate:
		return "waiting_gate"
	case WaitingKafka:
		return "waiting_kafka"
	case WaitingBudget:
		return "waiting_budget"
	case Restarting:
		return "restarting"
	}
	return fmt.Sprintf("state %d", uint8(s))
}

func (s State) waiting() bool { return s == WaitingGate || s == WaitingKafka || s == WaitingBudget }

// attached says that the chip belongs to a job that is up: trains, or could if it had data.
func (s State) attached() bool { return s == Training || s.waiting() }

// Spent is chip-time by state: index it by State.
type Spent [NumStates]time.Duration

// Total is the time in all states together: chips × wall.
func (s *Spent) Total() (d time.Duration) {
	for _, t := range s {
		d += t
	}
	return d
}

// Waiting is the time lost to data waits, of any cause.
func (s *Spent) Waiting() time.Duration {
	return s[WaitingGate] + s[WaitingKafka] + s[WaitingBudget]
}

func (s *Spent) attached() time.Duration { return s[Training] + s.Waiting() }

func (s *Spent) add(o *Spent) {
	for i, t := range o {
		s[i] += t
	}
}
