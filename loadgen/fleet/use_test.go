package fleet

import (
	"context"
	"log/slog"
	"math"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"
)

func measured(t *testing.T, f *Fleet) float64 {
	t.Helper()
	s := f.Snapshot()
	check(t, &s)
	if s.Jobs[0].Measured == nil {
		t.Fatal("no utilisation was measured")
	}
	return *s.Jobs[0].Measured
}

func near(got, want float64) bool { return math.Abs(got-want) < 1e-9 }

func TestUtilisation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const step, wait = 4 * sec, sec
		src := newSteady(2, wait)
		f := newFleet(t, Job{Feed: "f", Pods: 1, Hosts: 2, Chips: 1, Step: step, Source: src})
		defer start(t, f)()
		pass(calibration(step) + step - sec)
		if j := f.Snapshot().Jobs[0]; j.Measured != nil || j.Ceiling == nil || *j.Ceiling != 1 {
			t.Errorf("in the first step: measured %v, ceiling %v", j.Measured, j.Ceiling)
		}
		pass(sec + wait/2) // what comes after the first step counts
		if got := measured(t, f); got != 0 {
			t.Errorf("while waiting for the second: %v", got)
		}
		pass(wait/2 + sec) // a step under way counts as far as it has come
		if got := measured(t, f); !near(got, 0.5) {
			t.Errorf("a second into the second: %v, want 0.5", got)
		}
		pass(step - sec)
		if got := measured(t, f); !near(got, 0.8) {
			t.Errorf("after the second: %v, want 0.8", got)
		}
		pass(100 * (wait + step)) // were the wait made up for, it would rise
		if got := measured(t, f); !near(got, 0.8) {
			t.Errorf("after a hundred more: %v, want 0.8", got)
		}
	})
}

func TestNoUtilisationWithoutStep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t, Job{Feed: "f", Pods: 1, Hosts: 1, Chips: 1, Source: newSteady(1, sec)})
		defer start(t, f)()
		pass(10 * sec)
		if j := f.Snapshot().Jobs[0]; j.Measured != nil || j.Ceiling != nil || j.Demand != 0 || j.Steps != 11 || j.Spent[Idle] != 0 {
			t.Errorf("%+v", j)
		}
	})
}

// late makes a runner whose sleeps are too long, and its account.
func late(src Source, step time.Duration, by func(n int) time.Duration) (*runner, *account) {
	job := &Job{Feed: "f", Pods: 1, Hosts: 2, Chips: 1, Step: step, Source: src}
	acc := newAccount(2, 1)
	acc.start(time.Now())
	r := newRunner(job, acc, rand.New(rand.NewPCG(1, 1)), slog.New(slog.DiscardHandler))
	sleep, n := r.pause, 0
	r.pause = func(ctx context.Context, d time.Duration) error {
		n++
		return sleep(ctx, d+by(n))
	}
	return r, acc
}

func TestOvershootIsMadeUpFor(t *testing.T) {
	for name, by := range map[string]time.Duration{"less than a step": 300 * time.Microsecond, "more than two steps": 2500 * time.Microsecond} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				src := newSteady(2, 0)
				r, acc := late(src, time.Millisecond, func(int) time.Duration { return by })
				if err := r.run(t.Context(), 1000); err != nil {
					t.Fatal(err)
				}
				if d := acc.now(); d < sec || d > sec+by {
					t.Errorf("1000 steps of 1 ms took %v", d)
				}
				if compute, wall := acc.utilisation(acc.now()); compute != wall {
					t.Errorf("computed %v of %v", compute, wall)
				}
				if n := acc.overshoot / by; n < 200 || n > 1000 {
					t.Errorf("slept %v too long", acc.overshoot)
				}
			})
		})
	}
}

// TestWaitIsNotMadeUpFor has both: sleeps too long, and a feed that is late. The chip must catch up with the first, not with the second.
func TestWaitIsNotMadeUpFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const step, over, wait = time.Millisecond, 300 * time.Microsecond, 500 * time.Microsecond
		r, acc := late(newSteady(2, wait), step, func(int) time.Duration { return over })
		if err := r.run(t.Context(), 1000); err != nil {
			t.Fatal(err)
		}
		want := 1000*step + 999*wait + over
		if d := acc.now(); d != want {
			t.Errorf("1000 steps took %v, want %v", d, want)
		}
		compute, wall := acc.utilisation(acc.now())
		if want := float64(999*step+over) / float64(999*(step+wait)+over); !near(float64(compute)/float64(wall), want) {
			t.Errorf("computed %v of %v, want a share of %v", compute, wall, want)
		}
	})
}

func TestLongStopIsNotMadeUpFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, acc := late(newSteady(2, 0), time.Millisecond, func(n int) time.Duration {
			if n == 500 {
				return time.Minute
			}
			return 0
		})
		if err := r.run(t.Context(), 1000); err != nil {
			t.Fatal(err)
		}
		if d, want := acc.now(), time.Minute+sec-maxDebt; d != want {
			t.Errorf("1000 steps of 1 ms and a minute's stop took %v, want %v", d, want)
		}
		if compute, wall := acc.utilisation(acc.now()); compute != 999*time.Millisecond || wall != compute+time.Minute-maxDebt {
			t.Errorf("computed %v of %v", compute, wall)
		}
	})
}

// TestSlowDeal has the fleet's own work take longer than the step, after a sleep that was too long: it is not made up for by the next step.
func TestSlowDeal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, acc := late(newSteady(2, 0), sec, func(int) time.Duration { return sec / 2 })
		if err := r.run(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		src := &slowDeals{null: *newNull(2)}
		r.job.Source = src
		for range 10 { // each has both its hosts' 2 s, and owes nothing to the next
			if err := r.step(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if want := 3*sec/2 + 10*4*sec; acc.now() != want || r.debt != 0 {
			t.Errorf("took %v, want %v; debt %v", acc.now(), want, r.debt)
		}
	})
}

type slowDeals struct{ null }

func (s *slowDeals) Take(shard int) (Batch, Cause, <-chan struct{}) {
	return slowDeal{&s.batches[shard]}, "", nil
}

type slowDeal struct{ *nullBatch }

func (slowDeal) Deal(int, func(int, int64, int64)) { <-time.After(2 * sec) }

// TestSlowSource has a source whose calls take their time: that is no sleep, and lost.
func TestSlowSource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t, Job{Feed: "f", Pods: 1, Hosts: 1, Chips: 1, Step: 3 * sec, Source: slow{newNull(1)}})
		defer start(t, f)()
		pass(calibration(3*sec) + sec + 3*sec + 50*4*sec)
		if got := measured(t, f); !near(got, 0.75) {
			t.Errorf("%v, want 0.75", got)
		}
		if s := f.Snapshot().Jobs[0].Spent; s.Waiting() != 0 {
			t.Errorf("%v: nothing was waited for", s)
		}
	})
}

type slow struct{ *null }

func (s slow) Take(shard int) (Batch, Cause, <-chan struct{}) {
	<-time.After(sec)
	return s.null.Take(shard)
}

func TestCeiling(t *testing.T) {
	for _, c := range []struct {
		step, takes time.Duration
	}{
		{time.Millisecond, 20 * time.Millisecond}, {10 * time.Millisecond, 200 * time.Millisecond}, {100 * time.Millisecond, 300 * time.Millisecond},
		{time.Hour, 300 * time.Millisecond},
	} {
		synctest.Test(t, func(t *testing.T) {
			begin := time.Now()
			rng := rand.New(rand.NewPCG(1, 1))
			if got := ceiling(t.Context(), Job{Feed: "f", Pods: 1, Hosts: 4, Chips: 4, Step: c.step, Restart: Restart{1, 1}, Source: mute{}}, rng); got != 1 {
				t.Errorf("step %v: %v on a clock that is exact", c.step, got)
			}
			if d := time.Since(begin); d != c.takes {
				t.Errorf("step %v: calibrated for %v, want %v", c.step, d, c.takes)
			}
		})
	}
}

func TestReach(t *testing.T) {
	if got := reach(9*sec, 10*sec, 10); !near(got, 0.9) {
		t.Errorf("%v, want 0.9: a step of 9 s loses 1 s", got)
	}
}

// TestUseNeverAhead has a step whose sleep is not over though its time is.
func TestUseNeverAhead(t *testing.T) {
	u := use{}
	u.begin(3*sec, 10*sec)
	for at, want := range map[time.Duration]time.Duration{10 * sec: 0, 11 * sec: sec, 13 * sec: 3 * sec, 20 * sec: 3 * sec} {
		if got := u.compute(at); got != want {
			t.Errorf("at %v: %v, want %v", at, got, want)
		}
	}
}

// TestRealClock is the one test on the machine's own clock: with it sleeps do end late, and the ceiling says how little that matters.
func TestRealClock(t *testing.T) {
	src := newSteady(2, 0)
	f := newFleet(t, Job{Feed: "f", Pods: 1, Hosts: 2, Chips: 4, Step: time.Millisecond, Source: src}, Job{Feed: "fast", Pods: 1, Hosts: 1, Chips: 4, Source: newSteady(1, 0)})
	stop := start(t, f)
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for range 300 {
		<-tick.C
		s := f.Snapshot()
		check(t, &s)
	}
	stop()
	s := f.Snapshot()
	check(t, &s)
	j := s.Jobs[0]
	if j.Measured == nil || j.Ceiling == nil || *j.Ceiling <= 0 || *j.Ceiling > 1 || j.Steps == 0 || s.Jobs[1].Steps == 0 {
		t.Fatalf("%+v", j)
	}
	t.Logf("measured %.4f, ceiling %.4f, %d steps, slept %v too long; as fast as it goes: %d steps", *j.Measured, *j.Ceiling, j.Steps, j.Overshoot, s.Jobs[1].Steps)
}
