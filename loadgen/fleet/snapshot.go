package fleet

import (
	"cmp"
	"slices"
	"strconv"
	"time"
)

// A Snapshot is the fleet at one moment. Spent is chip-time, and adds up exactly: Spent.Total() is chips × Wall, for each chip and for every sum over chips.
type Snapshot struct {
	Since time.Time     // when Run began; zero before
	Wall  time.Duration // since then, by the monotonic clock
	Chips int
	Jobs  []JobSnapshot  // as configured
	Teams []TeamSnapshot // by name
}

// Sums are what adds up over chips.
type Sums struct {
	Chips   int
	Records int64 // dealt, and failed ones in the ranges dealt, of steps that have been trained: Errors/Records is the error rate
	Errors  int64 // the failed ones
	Spent   Spent // Spent.Waiting() is what was lost to data waits
}

func (s *Sums) add(o *Sums) {
	s.Chips += o.Chips
	s.Records += o.Records
	s.Errors += o.Errors
	s.Spent.add(&o.Spent)
}

// A JobSnapshot is one job, and the sums over its chips.
type JobSnapshot struct {
	Feed, Team, Model, TPU string
	Sums
	Pods      []PodSnapshot
	Step      time.Duration // nominal
	Steps     int64         // trained
	Restarts  int64
	Wasted    time.Duration // of the job's time, in steps that restarts broke off
	Overshoot time.Duration // of the job's time, slept too long; later steps made up for nearly all of it
	Measured  *float64      // accelerator utilisation, 0 to 1; nil before there is one, and for a job without nominal step
	Ceiling   *float64      // what the simulator reaches on a source that is always ready; nil like Measured
	Demand    float64       // records/s that the chips ask for: what a step had on average, a nominal step; 0 like Measured
	Trouble   string        // why the job ended by itself; empty if it has not
}

// A PodSnapshot is one pod of a job, and the sums over its chips.
type PodSnapshot struct {
	Name string // <feed>-<index>
	Sums
	Hosts []HostSnapshot
}

// A HostSnapshot is one host of a pod, and the sums over its chips.
type HostSnapshot struct {
	Name     string // its index in the pod
	State    State  // of all its chips
	Restarts int64  // in which it was the host that was preempted
	// Peer is how long the host waited for data with its own batch in hand, because another host of the job had none.
	Peer time.Duration
	Sums
	Chips []ChipSnapshot
}

// A ChipSnapshot is one chip of a host.
type ChipSnapshot struct {
	Name  string // its index in the host
	State State
	Sums
}

// A TeamSnapshot is the sums over the chips of a team's jobs.
type TeamSnapshot struct {
	Team string
	Sums
}

// Snapshot gives the state of all chips, live: what they are in the middle of counts up to now. It may be called at any time, from any goroutine, and holds
// the jobs up for no longer than their books take to copy.
func (f *Fleet) Snapshot() Snapshot {
	s, hosts, chips := f.copy()
	teams := make(map[string]*Sums)
	for i := range s.Jobs {
		j := &s.Jobs[i]
		j.fill(&f.jobs[i], hosts[i], chips[i], s.Wall)
		if teams[j.Team] == nil {
			teams[j.Team] = &Sums{}
		}
		teams[j.Team].add(&j.Sums)
		s.Chips += j.Sums.Chips
	}
	for team, sums := range teams {
		s.Teams = append(s.Teams, TeamSnapshot{Team: team, Sums: *sums})
	}
	slices.SortFunc(s.Teams, func(a, b TeamSnapshot) int { return cmp.Compare(a.Team, b.Team) })
	return s
}

// copy takes what a snapshot is made of, of one moment: it holds all locks when it reads the clock, so no move lies after it.
func (f *Fleet) copy() (s Snapshot, hosts [][]hostAccount, chips [][]count) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, a := range f.accounts {
		a.mu.Lock()
	}
	if s.Since = f.began; !f.began.IsZero() {
		s.Wall = time.Since(f.began)
	}
	for i, a := range f.accounts {
		s.Jobs = append(s.Jobs, a.snapshot(&f.jobs[i], s.Wall))
		hosts, chips = append(hosts, slices.Clone(a.hosts)), append(chips, slices.Clone(a.chips))
	}
	for _, a := range f.accounts {
		a.mu.Unlock()
	}
	return s, hosts, chips
}

// snapshot gives what is of the job as a whole. The caller holds the lock.
func (a *account) snapshot(job *Job, now time.Duration) JobSnapshot {
	j := JobSnapshot{Feed: job.Feed, Team: job.Team, Model: job.Model, TPU: job.TPU, Step: job.Step,
		Steps: a.steps, Restarts: a.restarts, Wasted: a.wasted, Overshoot: a.overshoot, Trouble: a.trouble}
	if job.Step == 0 {
		return j
	}
	if compute, wall := a.utilisation(now); wall > 0 {
		j.Measured = new(float64(compute) / float64(wall))
	}
	if a.ceiling > 0 {
		j.Ceiling = new(a.ceiling)
	}
	return j
}

// fill adds the job's pods, hosts and chips.
func (j *JobSnapshot) fill(job *Job, hosts []hostAccount, chips []count, now time.Duration) {
	j.Pods = make([]PodSnapshot, job.Pods)
	for p := range j.Pods {
		pod := &j.Pods[p]
		pod.Name, pod.Hosts = podName(job.Feed, p), make([]HostSnapshot, job.Hosts)
		for h := range pod.Hosts {
			shard := p*job.Hosts + h
			pod.Hosts[h] = hosts[shard].snapshot(h, chips[shard*job.Chips:][:job.Chips], now)
			pod.add(&pod.Hosts[h].Sums)
		}
		j.add(&pod.Sums)
	}
	if j.Step > 0 && j.Steps > 0 {
		j.Demand = float64(j.Records-j.Errors) / float64(j.Steps) / j.Step.Seconds()
	}
}

func (h *hostAccount) snapshot(index int, chips []count, now time.Duration) HostSnapshot {
	h.settle(now)
	s := HostSnapshot{Name: strconv.Itoa(index), State: h.state, Restarts: h.restarts, Peer: h.peer, Chips: make([]ChipSnapshot, len(chips))}
	for c, n := range chips {
		s.Chips[c] = ChipSnapshot{Name: strconv.Itoa(c), State: h.state, Sums: Sums{Chips: 1, Records: n.records, Errors: n.errors, Spent: h.spent}}
		s.add(&s.Chips[c].Sums)
	}
	return s
}
