package fleet

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestEverySecondIsCountedOnce lets jobs of all shapes train on feeds that are late for changing causes, looks at random moments, and holds what it sees
// against what the feeds know.
func TestEverySecondIsCountedOnce(t *testing.T) {
	for seed := range uint64(40) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { randomRun(t, rand.New(rand.NewPCG(seed, 4))) })
		})
	}
}

func randomRun(t *testing.T, rng *rand.Rand) {
	var jobs []Job
	var sources []*script
	for i := range 1 + rng.IntN(4) {
		j := Job{Feed: fmt.Sprint("f", i), Team: fmt.Sprint("t", rng.IntN(2)), Pods: 1 + rng.IntN(3), Hosts: 1 + rng.IntN(3), Chips: 1 + rng.IntN(8)}
		if rng.IntN(3) > 0 {
			j.Step = time.Duration(rng.Int64N(int64(3*sec))) + 1
		}
		if rng.IntN(2) > 0 {
			j.Jitter = rng.Float64()
		}
		if rng.IntN(2) > 0 {
			j.Restart = Restart{Every: 2*j.longest() + time.Duration(1+rng.Int64N(int64(20*sec))), For: time.Duration(1 + rng.Int64N(int64(20*sec)))}
		}
		sources = append(sources, newScript(t, j.Pods*j.Hosts))
		j.Source = sources[i]
		jobs = append(jobs, j)
	}
	f := newFleet(t, jobs...)
	end := make(chan struct{})
	var feeders sync.WaitGroup
	for _, src := range sources {
		for shard := range src.lanes {
			seed := rng.Uint64()
			feeders.Go(func() { feed(src, shard, rand.New(rand.NewPCG(seed, 5)), end) })
		}
	}
	stop := start(t, f)
	var last Snapshot
	for range 100 {
		<-time.After(time.Duration(rng.Int64N(int64(5 * sec))))
		last = look(t, f, &last)
	}
	close(end)
	feeders.Wait()
	if rng.IntN(2) > 0 {
		stop()
	}
	last = look(t, f, &last)
	stop()
	look(t, f, &last)
	for i, src := range sources {
		trained, out := src.steps()
		if out != 0 || int64(len(trained)) != last.Jobs[i].Steps {
			t.Errorf("job %d: %d batches in use at the end, %d steps of %d", i, out, last.Jobs[i].Steps, len(trained))
		}
		for n, step := range trained {
			if step != int64(n) {
				t.Fatalf("job %d: step %d came as number %d", i, step, n)
			}
		}
	}
}

// feed makes batches ready, now at once, now late.
func feed(src *script, shard int, rng *rand.Rand, end <-chan struct{}) {
	causes := []Cause{CauseGate, CauseKafka, CauseBudget}
	for step := int64(0); ; {
		select {
		case <-end:
			return
		case <-time.After(time.Duration(rng.Int64N(int64(2 * sec)))):
		}
		if rng.IntN(2) == 0 {
			src.cause(shard, causes[rng.IntN(len(causes))])
			continue
		}
		for range 1 + rng.IntN(3) {
			src.put(shard, step)
			step++
		}
	}
}

// look takes a snapshot and checks it by itself, and against the one before.
func look(t *testing.T, f *Fleet, before *Snapshot) Snapshot {
	t.Helper()
	s := f.Snapshot()
	check(t, &s)
	for i := range s.Jobs {
		j := &s.Jobs[i]
		lookAtJob(t, j, &f.jobs[i])
		if len(before.Jobs) > 0 {
			b := &before.Jobs[i]
			for st := range j.Spent {
				if j.Spent[st] < b.Spent[st] {
					t.Errorf("job %d: %v in %v, %v before", i, j.Spent[st], State(st), b.Spent[st])
				}
			}
			if j.Steps < b.Steps || j.Records < b.Records || j.Errors < b.Errors {
				t.Errorf("job %d: a count went down", i)
			}
		}
	}
	return s
}

func lookAtJob(t *testing.T, j *JobSnapshot, job *Job) {
	t.Helper()
	first := j.Pods[0].Hosts[0].State
	var restarts int64
	for _, pod := range j.Pods {
		for _, h := range pod.Hosts {
			if h.State != first && (!first.waiting() || !h.State.waiting()) {
				t.Errorf("job %s: hosts that are %v and %v: they step together", j.Feed, first, h.State)
			}
			restarts += h.Restarts
			for c, chip := range h.Chips {
				if chip.Errors != j.Steps*int64(c+1) || chip.Records != j.Steps+chip.Errors {
					t.Errorf("job %s: chip %d has %d errors in %d records after %d steps", j.Feed, c, chip.Errors, chip.Records, j.Steps)
				}
			}
		}
	}
	chips := time.Duration(j.Chips)
	down := j.Spent[Restarting] / chips
	if restarts != j.Restarts || down > time.Duration(j.Restarts)*job.Restart.For || down < time.Duration(max(j.Restarts-1, 0))*job.Restart.For {
		t.Errorf("job %s: %d restarts, %d of hosts, down for %v", j.Feed, j.Restarts, restarts, down)
	}
	// On this clock, training is the steps that were trained, those that were broken off, and the one under way.
	if job.Jitter == 0 {
		rest := j.Spent[Training]/chips - time.Duration(j.Steps)*job.Step - j.Wasted
		if rest < 0 || rest > job.Step {
			t.Errorf("job %s: trained for %v in %d steps of %v, with %v wasted", j.Feed, j.Spent[Training]/chips, j.Steps, job.Step, j.Wasted)
		}
	}
}
