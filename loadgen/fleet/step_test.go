package fleet

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

const sec = time.Second

// expect compares the state and time of a host's first chip.
func expect(t *testing.T, f *Fleet, pod, host int, state State, want map[State]time.Duration) {
	t.Helper()
	s := f.Snapshot()
	check(t, &s)
	c := s.Jobs[0].Pods[pod].Hosts[host].Chips[0]
	var spent Spent
	for st, d := range want {
		spent[st] = d
	}
	if c.State != state || c.Spent != spent {
		t.Errorf("host %d/%d after %v: %v %v, want %v %v", pod, host, s.Wall, c.State, c.Spent, state, spent)
	}
}

func TestStepWaitsForTheLastHost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := newScript(t, 2)
		f := newFleet(t, Job{Feed: "f", Pods: 2, Hosts: 1, Chips: 4, Step: 4 * sec, Source: src})
		src.cause(1, CauseBudget)
		stop := start(t, f)
		idle := calibration(4 * sec)
		pass(idle + sec)
		expect(t, f, 0, 0, WaitingGate, map[State]time.Duration{Idle: idle, WaitingGate: sec})
		expect(t, f, 1, 0, WaitingBudget, map[State]time.Duration{Idle: idle, WaitingBudget: sec})

		src.put(0, 0) // host 0 has its batch: what it waits for now is what host 1 waits for
		pass(2 * sec)
		expect(t, f, 0, 0, WaitingBudget, map[State]time.Duration{Idle: idle, WaitingGate: sec, WaitingBudget: 2 * sec})
		src.cause(1, CauseKafka)
		pass(3 * sec)
		wait0 := map[State]time.Duration{Idle: idle, WaitingGate: sec, WaitingBudget: 2 * sec, WaitingKafka: 3 * sec}
		wait1 := map[State]time.Duration{Idle: idle, WaitingBudget: 3 * sec, WaitingKafka: 3 * sec}
		expect(t, f, 0, 0, WaitingKafka, wait0)
		expect(t, f, 1, 0, WaitingKafka, wait1)
		if h := f.Snapshot().Jobs[0].Pods; h[0].Hosts[0].Peer != 5*sec || h[1].Hosts[0].Peer != 0 {
			t.Errorf("waited for peers: %v and %v, want 5s and none", h[0].Hosts[0].Peer, h[1].Hosts[0].Peer)
		}

		src.put(1, 0)
		pass(3 * sec)
		wait0[Training], wait1[Training] = 3*sec, 3*sec
		expect(t, f, 0, 0, Training, wait0)
		expect(t, f, 1, 0, Training, wait1)
		if trained, out := src.steps(); len(trained) != 0 || out != 2 {
			t.Errorf("trained %v, %d batches in use, before the step's end", trained, out)
		}
		pass(2 * sec)
		wait0[Training], wait1[Training] = 4*sec, 4*sec
		wait0[WaitingGate], wait1[WaitingKafka] = 2*sec, 4*sec
		expect(t, f, 0, 0, WaitingGate, wait0)
		expect(t, f, 1, 0, WaitingKafka, wait1)
		stop()
		if trained, out := src.steps(); !slices.Equal(trained, []int64{0}) || out != 0 {
			t.Errorf("trained %v, %d batches in use", trained, out)
		}
	})
}

// TestLastHostFirst has later shards wait where the first has its batch.
func TestLastHostFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := newScript(t, 3)
		f := newFleet(t, Job{Feed: "f", Pods: 1, Hosts: 3, Chips: 1, Source: src})
		src.cause(1, CauseKafka)
		src.cause(2, "of some other kind")
		src.put(0, 7)
		defer start(t, f)()
		pass(sec)
		expect(t, f, 0, 0, WaitingKafka, map[State]time.Duration{WaitingKafka: sec})
		expect(t, f, 0, 1, WaitingKafka, map[State]time.Duration{WaitingKafka: sec})
		expect(t, f, 0, 2, WaitingGate, map[State]time.Duration{WaitingGate: sec})
		src.put(1, 7)
		synctest.Wait()
		src.put(2, 7)
		synctest.Wait()
		if trained, _ := src.steps(); !slices.Equal(trained, []int64{7}) {
			t.Errorf("trained %v, want step 7", trained)
		}
		// Three at first, one for each that something changed for, and three for the next step.
		if src.asked != 8 {
			t.Errorf("asked %d times, want 8: who waits asks again only when something has changed", src.asked)
		}
	})
}

func TestCountsAreOfTrainedSteps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := newScript(t, 2)
		f := newFleet(t, Job{Feed: "f", Team: "a", Pods: 1, Hosts: 2, Chips: 3, Step: sec, Source: src})
		for step := range int64(4) {
			src.put(0, step)
			src.put(1, step)
		}
		stop := start(t, f)
		pass(calibration(sec) + 3*sec + sec/2)
		stop() // in the middle of step 3
		if trained, out := src.steps(); !slices.Equal(trained, []int64{0, 1, 2}) || out != 0 {
			t.Errorf("trained %v, %d batches in use after the end", trained, out)
		}
		s := f.Snapshot()
		check(t, &s)
		for _, h := range s.Jobs[0].Pods[0].Hosts {
			for i, c := range h.Chips {
				if errors := 3 * int64(i+1); c.Errors != errors || c.Records != 3+errors {
					t.Errorf("chip %s/%s: %d errors in %d records, want %d in %d", h.Name, c.Name, c.Errors, c.Records, errors, 3+errors)
				}
			}
		}
		j := s.Jobs[0]
		if j.Steps != 3 || j.Records != 2*(9+18) || j.Errors != 2*18 || s.Teams[0].Records != j.Records || s.Teams[0].Errors != j.Errors {
			t.Errorf("job %+v, team %+v", j.Sums, s.Teams[0])
		}
		if j.Demand != 6 {
			t.Errorf("asks for %v records/s, want 6: one for each chip, a step a second", j.Demand)
		}
		pass(sec)
		if s := f.Snapshot(); s.Jobs[0].Spent[Idle] != 6*(calibration(sec)+sec) || s.Jobs[0].Pods[0].Hosts[1].State != Idle {
			t.Errorf("after the end: %v", s.Jobs[0].Spent)
		}
	})
}

func TestJitter(t *testing.T) {
	lengths := func(seed uint64, jitter float64) (all []time.Duration) {
		synctest.Test(t, func(t *testing.T) {
			src := newSteady(1, time.Hour) // so that the steps can be told apart
			f, err := New(Config{Seed: seed, Jobs: []Job{{Feed: "f", Pods: 1, Hosts: 1, Chips: 1, Step: 10 * sec, Jitter: jitter, Source: src}}})
			if err != nil {
				t.Fatal(err)
			}
			defer start(t, f)()
			pass(calibration(10 * sec))
			var before time.Duration
			for range 200 {
				pass(time.Hour)
				now := f.Snapshot().Jobs[0].Spent[Training]
				all = append(all, now-before)
				before = now
			}
		})
		return all[1 : len(all)-1]
	}
	all := lengths(1, 0.5)
	var sum time.Duration
	for _, d := range all {
		if d < 5*sec || d > 15*sec {
			t.Fatalf("a step of %v, want 5 s to 15 s", d)
		}
		sum += d
	}
	if mean := sum / time.Duration(len(all)); mean < 9*sec || mean > 11*sec {
		t.Errorf("a step takes %v on average, want 10 s", mean)
	}
	if slices.Min(all) > 6*sec || slices.Max(all) < 14*sec {
		t.Errorf("steps take %v to %v, want nearly 5 s to nearly 15 s", slices.Min(all), slices.Max(all))
	}
	if !slices.Equal(all, lengths(1, 0.5)) || slices.Equal(all, lengths(2, 0.5)) {
		t.Error("the lengths do not follow the seed")
	}
	for _, d := range lengths(1, 0) {
		if d != 10*sec {
			t.Fatalf("a step of %v without jitter", d)
		}
	}
}

// TestShardsOutOfStep has a source break its word: no cursor may move, and the other job must not notice.
func TestShardsOutOfStep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bad, good := newScript(t, 2), newSteady(1, 0)
		f := newFleet(t, Job{Feed: "bad", Pods: 1, Hosts: 2, Chips: 1, Step: sec, Source: bad}, Job{Feed: "good", Pods: 1, Hosts: 1, Chips: 1, Step: sec, Source: good})
		bad.put(0, 1)
		bad.put(1, 2)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- f.Run(ctx) }()
		pass(10 * sec)
		s := f.Snapshot()
		check(t, &s)
		if j := s.Jobs[0]; !strings.Contains(j.Trouble, "shard 0 was given step 1, shard 1 step 2") || j.Pods[0].Hosts[0].State != Idle || j.Steps != 0 {
			t.Errorf("job %+v", j)
		}
		if trained, out := bad.steps(); len(trained) != 0 || out != 0 {
			t.Errorf("trained %v, %d batches in use", trained, out)
		}
		if s.Jobs[1].Steps != 9 || s.Jobs[1].Trouble != "" {
			t.Errorf("the good job made %d steps, trouble %q", s.Jobs[1].Steps, s.Jobs[1].Trouble)
		}
		cancel()
		if err := <-done; err == nil || !strings.Contains(err.Error(), `feed "bad"`) {
			t.Errorf("Run: %v", err)
		}
	})
}

// TestMute has a source that never has anything, nor says that anything changed.
func TestMute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := newSteady(2, 0)
		f := newFleet(t, Job{Feed: "mute", Team: "m", Pods: 1, Hosts: 2, Chips: 8, Step: sec, Source: mute{}},
			Job{Feed: "fed", Team: "f", Pods: 1, Hosts: 2, Chips: 8, Step: sec, Source: src})
		stop := start(t, f)
		pass(time.Minute)
		s := f.Snapshot()
		check(t, &s)
		wait := 16 * (time.Minute - calibration(sec))
		if s.Jobs[0].Spent[WaitingBudget] != wait || s.Teams[1].Spent.Waiting() != wait || s.Teams[0].Spent.Waiting() != 0 || src.trained != 59 {
			t.Errorf("mute: %v, teams %+v; the fed job trained %d steps", s.Jobs[0].Spent, s.Teams, src.trained)
		}
		stop()
	})
}

type mute struct{}

func (mute) Take(int) (Batch, Cause, <-chan struct{}) { return nil, CauseBudget, nil }
func (mute) Trained(int64)                            {}

func TestRunOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t) // no jobs: it runs all the same
		if s := f.Snapshot(); !s.Since.IsZero() || s.Wall != 0 || s.Chips != 0 {
			t.Errorf("before Run: %+v", s)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- f.Run(ctx) }()
		pass(sec)
		if s := f.Snapshot(); s.Wall != sec || s.Since.IsZero() {
			t.Errorf("%+v", s)
		}
		if err := f.Run(t.Context()); err == nil {
			t.Error("it runs twice")
		}
		if len(done) > 0 {
			t.Error("it ended though nobody said so")
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		f, err := New(Config{Log: slog.New(slog.NewTextHandler(&out, nil)), Jobs: []Job{
			{Feed: "a", Pods: 2, Hosts: 1, Chips: 1, Step: 2 * time.Millisecond, Source: newSteady(2, sec), Restart: Restart{sec, time.Minute}},
			{Feed: "b", Pods: 1, Hosts: 1, Chips: 1, Step: 9 * time.Millisecond, Source: newSteady(1, sec)},
			{Feed: "c", Pods: 1, Hosts: 1, Chips: 1, Step: 10 * time.Millisecond, Source: newSteady(1, sec)},
			{Feed: "d", Pods: 1, Hosts: 1, Chips: 1, Source: newSteady(1, sec)},
		}})
		if err != nil {
			t.Fatal(err)
		}
		stop := start(t, f)
		pass(30 * sec)
		stop()
		for text, times := range map[string]int{`feeds="[a b]" below=10ms`: 1, "level=INFO": 6, "a host of the job restarts": 1, "pod=a-": 1, "for=1m0s": 1, "ERROR": 0} {
			if n := strings.Count(out.String(), text); n != times {
				t.Errorf("%q is said %d times, want %d:\n%s", text, n, times, out.String())
			}
		}
	})
}
