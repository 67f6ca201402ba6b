package fleet

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func TestRestartInAStep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const step, every, down = 4 * sec, 10 * sec, time.Minute
		src := newScript(t, 2)
		for n := range int64(10) {
			src.put(0, n)
			src.put(1, n)
		}
		other := newSteady(1, 0)
		f := newFleet(t, Job{Feed: "f", Pods: 1, Hosts: 2, Chips: 2, Step: step, Restart: Restart{Every: every, For: down}, Source: src},
			Job{Feed: "other", Pods: 1, Hosts: 1, Chips: 1, Step: sec, Source: other})
		stop := start(t, f)
		idle := calibration(step)
		pass(idle + every + down/2)
		// Two steps were trained, the third was broken off after half of it.
		expect(t, f, 0, 0, Restarting, map[State]time.Duration{Idle: idle, Training: every, Restarting: down / 2})
		expect(t, f, 0, 1, Restarting, map[State]time.Duration{Idle: idle, Training: every, Restarting: down / 2})
		if trained, out := src.steps(); !slices.Equal(trained, []int64{0, 1}) || out != 2 {
			t.Errorf("trained %v, %d batches in hand", trained, out)
		}
		if got := measured(t, f); got != 1 {
			t.Errorf("utilisation %v in the restart, which is not the feed's fault", got)
		}
		pass(down/2 + step - sec)
		if trained, _ := src.steps(); len(trained) != 2 {
			t.Errorf("trained %v: a step that was broken off is trained anew, all of it", trained)
		}
		pass(sec)
		if trained, _ := src.steps(); !slices.Equal(trained, []int64{0, 1, 2}) {
			t.Errorf("trained %v after the restart", trained)
		}
		j := f.Snapshot().Jobs[0]
		if j.Restarts != 1 || j.Wasted != 2*sec || *j.Measured != 1 || j.Pods[0].Hosts[0].Restarts+j.Pods[0].Hosts[1].Restarts != 1 {
			t.Errorf("%d restarts, wasted %v, utilisation %v", j.Restarts, j.Wasted, *j.Measured)
		}
		pass(every - step + down + sec)
		if j := f.Snapshot().Jobs[0]; j.Restarts != 2 || j.Pods[0].Hosts[0].State != Training {
			t.Errorf("%d restarts a round later", j.Restarts)
		}
		if n := time.Duration(other.trained); n != (f.Snapshot().Wall-calibration(sec))/sec {
			t.Errorf("the other job noticed: it trained %d steps", n)
		}
		stop()
		end := measured(t, f)
		pass(time.Hour)
		if got := measured(t, f); got != end {
			t.Errorf("utilisation %v, %v when the job ended", got, end)
		}
	})
}

// TestRestartInAWait has the preemption come while data is waited for; what becomes ready meanwhile is taken afterwards.
func TestRestartInAWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := newScript(t, 2)
		f := newFleet(t, Job{Feed: "f", Pods: 1, Hosts: 2, Chips: 1, Restart: Restart{Every: 10 * sec, For: 5 * sec}, Source: src})
		src.put(1, 0)
		src.cause(0, CauseKafka)
		stop := start(t, f)
		pass(12 * sec)
		expect(t, f, 0, 0, Restarting, map[State]time.Duration{WaitingKafka: 10 * sec, Restarting: 2 * sec})
		expect(t, f, 0, 1, Restarting, map[State]time.Duration{WaitingKafka: 10 * sec, Restarting: 2 * sec})
		if h := f.Snapshot().Jobs[0].Pods[0].Hosts; h[0].Peer != 0 || h[1].Peer != 10*sec {
			t.Errorf("waited for a peer: %v and %v", h[0].Peer, h[1].Peer)
		}
		src.put(0, 0)
		pass(2 * sec)
		if trained, out := src.steps(); len(trained) != 0 || out != 1 {
			t.Errorf("trained %v, %d in hand, in the restart", trained, out)
		}
		pass(sec)
		if trained, out := src.steps(); len(trained) != 1 || out != 0 {
			t.Errorf("trained %v, %d in hand, after the restart", trained, out)
		}
		pass(9 * sec)
		expect(t, f, 0, 1, WaitingGate, map[State]time.Duration{WaitingKafka: 10 * sec, WaitingGate: 9 * sec, Restarting: 5 * sec})
		stop()
	})
}

func TestEndInARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := newScript(t, 1)
		src.put(0, 0)
		f := newFleet(t, Job{Feed: "f", Pods: 1, Hosts: 1, Chips: 1, Step: 4 * sec, Restart: Restart{Every: 10 * sec, For: time.Hour}, Source: src})
		stop := start(t, f)
		pass(time.Minute)
		src.put(0, 1)
		stop()
		pass(sec)
		expect(t, f, 0, 0, Idle, map[State]time.Duration{Idle: calibration(4*sec) + sec, Training: 4 * sec, WaitingGate: 6 * sec,
			Restarting: time.Minute - calibration(4*sec) - 10*sec})
	})
}

// TestRestartAtFullSpeed has a job that never sleeps: a restart must come through all the same.
func TestRestartAtFullSpeed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := slow{newNull(1)} // a second a step, in Take
		f := newFleet(t, Job{Feed: "f", Pods: 1, Hosts: 1, Chips: 1, Restart: Restart{Every: 10 * sec, For: 30 * sec}, Source: src})
		stop := start(t, f)
		pass(2*40*sec + sec/2)
		j := f.Snapshot().Jobs[0]
		if j.Restarts != 2 || j.Spent[Restarting] != 60*sec {
			t.Errorf("%d restarts, %v", j.Restarts, j.Spent)
		}
		stop()
	})
}
