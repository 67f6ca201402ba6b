package fleet

import (
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// MaxChips is how many chips a fleet can have, in all jobs together: each has time series and a cell on the page.
const MaxChips = 4096

// Config is what a Fleet needs.
type Config struct {
	Jobs []Job
	Log  *slog.Logger // nil: nothing is logged
	Seed uint64       // of jitter and of which host a restart hits; a job draws the same whatever the others do
}

// A Job is the data-parallel trainer of one feed. The shard of a host is pod*Hosts+host.
type Job struct {
	Feed  string // unique in a fleet
	Team  string // whose job it is
	Model string
	TPU   string // the chips' generation; "" = unnamed

	Pods  int
	Hosts int // per pod
	Chips int // per host

	Step    time.Duration // nominal compute of one step; 0 = as fast as the feed gives
	Jitter  float64       // 0 to 1: a step takes Step × (1 ± Jitter), uniformly
	Restart Restart
	Source  Source
}

// Restart says that hosts of a job are preempted: after every Every that the job was up, one of them is, for For, and the whole job waits for it, as it
// is data-parallel. Batches in hand are kept; a step that was broken off is trained anew. Zero: never.
type Restart struct {
	Every, For time.Duration
}

func (j *Job) shards() int { return j.Pods * j.Hosts }

// longest is the longest that a step can take.
func (j *Job) longest() time.Duration {
	return time.Duration(float64(j.Step) * (1 + j.Jitter))
}

// check tells everything that is wrong with the fleet.
func (c *Config) check() error {
	var faults []error
	feeds, chips := make(map[string]bool), 0
	for i := range c.Jobs {
		j := &c.Jobs[i]
		for _, fault := range j.faults() {
			faults = append(faults, fmt.Errorf("cannot simulate the job of feed %q: %s", j.Feed, fault))
		}
		if feeds[j.Feed] {
			faults = append(faults, fmt.Errorf("cannot simulate two jobs of feed %q", j.Feed))
		}
		feeds[j.Feed] = true
		if j.plausible() {
			chips += j.shards() * j.Chips
		}
	}
	if chips > MaxChips {
		faults = append(faults, fmt.Errorf("cannot simulate %d chips, at most %d in all jobs together", chips, MaxChips))
	}
	return errors.Join(faults...)
}

// plausible says that the job's counts are in a range in which their product does not overflow.
func (j *Job) plausible() bool {
	for _, n := range []int{j.Pods, j.Hosts, j.Chips} {
		if n < 1 || n > MaxChips {
			return false
		}
	}
	return true
}

func (j *Job) faults() (faults []string) {
	fault := func(wrong bool, what string) {
		if wrong {
			faults = append(faults, what)
		}
	}
	fault(j.Feed == "", "it has no name")
	fault(j.Source == nil, "it has no source")
	fault(!j.plausible(), fmt.Sprintf("pods, hosts and chips must each be 1 to %d", MaxChips))
	fault(j.Step < 0, "step must not be negative")
	fault(!(j.Jitter >= 0 && j.Jitter <= 1), "jitter must be 0 to 1") // so that NaN is a fault, too
	r := j.Restart
	fault(r.Every < 0 || r.For < 0 || (r.Every == 0) != (r.For == 0), "restart needs both how often and for how long")
	// A step that is always broken off never ends.
	fault(r.Every > 0 && r.Every < 2*j.longest(), "restart must leave it up for two steps at least")
	return faults
}
