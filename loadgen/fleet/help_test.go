package fleet

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// A script is a source that a test fills. It checks what the fleet promises to a source.
type script struct {
	t       testing.TB
	mu      sync.Mutex
	lanes   []lane
	trained []int64
	out     int // batches taken and not released
	asked   int // how often
	inside  bool
}

type lane struct {
	queue   []*batch
	why     Cause
	changed chan struct{}
}

func newScript(t testing.TB, shards int) *script {
	s := &script{t: t, lanes: make([]lane, shards)}
	for i := range s.lanes {
		s.lanes[i] = lane{why: CauseGate, changed: make(chan struct{})}
	}
	return s
}

// enter finds calls that overlap.
func (s *script) enter() (leave func()) {
	s.mu.Lock()
	if s.inside {
		s.t.Error("two calls of a source at a time")
	}
	s.inside = true
	return func() { s.inside = false; s.mu.Unlock() }
}

func (s *script) Take(shard int) (Batch, Cause, <-chan struct{}) {
	leave := s.enter()
	defer leave()
	s.asked++
	l := &s.lanes[shard]
	if len(l.queue) == 0 {
		return nil, l.why, l.changed
	}
	b := l.queue[0]
	l.queue = l.queue[1:]
	s.out++
	return b, "", nil
}

func (s *script) Trained(step int64) {
	leave := s.enter()
	defer leave()
	if s.out != 0 {
		s.t.Errorf("step %d is said to be trained while %d batches are in use", step, s.out)
	}
	s.trained = append(s.trained, step)
}

func (s *script) change(shard int, how func(*lane)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := &s.lanes[shard]
	how(l)
	close(l.changed)
	l.changed = make(chan struct{})
}

// put makes a batch ready, of one record and chip no. + 1 errors for each chip.
func (s *script) put(shard int, step int64) {
	s.change(shard, func(l *lane) { l.queue = append(l.queue, &batch{of: s, step: step}) })
}

func (s *script) cause(shard int, why Cause) { s.change(shard, func(l *lane) { l.why = why }) }

func (s *script) steps() (trained []int64, out int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.trained, s.out
}

type batch struct {
	of       *script
	step     int64
	released bool
}

func (b *batch) Step() int64 { return b.step }

func (b *batch) Deal(n int, to func(chip int, records, errors int64)) {
	for chip := range n {
		to(chip, 1, int64(chip)+1)
	}
}

func (b *batch) Release() {
	leave := b.of.enter()
	defer leave()
	if b.released {
		b.of.t.Errorf("a batch of step %d is released twice", b.step)
	}
	b.released = true
	b.of.out--
}

// steady is a source with a batch for each shard a while after the last was trained, the same for all.
type steady struct {
	null
	after   time.Duration
	ready   chan struct{}
	trained int
}

func newSteady(shards int, after time.Duration) *steady {
	return &steady{null: *newNull(shards), after: after}
}

func (s *steady) Take(shard int) (Batch, Cause, <-chan struct{}) {
	if s.ready != nil && !closed(s.ready) {
		return nil, CauseKafka, s.ready
	}
	return s.null.Take(shard)
}

func (s *steady) Trained(int64) {
	s.trained++
	if s.after > 0 {
		ready := make(chan struct{})
		s.ready = ready
		time.AfterFunc(s.after, func() { close(ready) })
	}
}

func newFleet(t testing.TB, jobs ...Job) *Fleet {
	t.Helper()
	f, err := New(Config{Jobs: jobs, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// start runs f until stop is called, or the test ends.
func start(t testing.TB, f *Fleet) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- f.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	return stop
}

// pass lets d go by, and all that is due by then be done.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// calibration is how long a job of this step is calibrated, on a clock without overshoot.
func calibration(step time.Duration) time.Duration {
	return min(calibrationSteps*min(step, calibrationStep), calibrationTime)
}

// check finds time that is lost or counted twice.
func check(t testing.TB, s *Snapshot) {
	t.Helper()
	var all, teams Spent
	for i := range s.Jobs {
		j := &s.Jobs[i]
		for p := range j.Pods {
			for _, h := range j.Pods[p].Hosts {
				var host Spent
				for _, c := range h.Chips {
					if c.Spent.Total() != s.Wall || c.State != h.State {
						t.Errorf("chip %s/%s/%s: %v in all states after %v, %v, its host %v", j.Pods[p].Name, h.Name, c.Name, c.Spent.Total(), s.Wall, c.State, h.State)
					}
					host.add(&c.Spent)
				}
				if host != h.Spent || h.Peer > h.Spent.Waiting() || h.Peer < 0 {
					t.Errorf("host %s/%s: %v, its chips %v, %v for peers", j.Pods[p].Name, h.Name, h.Spent, host, h.Peer)
				}
			}
		}
		all.add(&j.Spent)
		if j.Spent.Total() != s.Wall*time.Duration(j.Chips) {
			t.Errorf("job %s: %v for %d chips after %v", j.Feed, j.Spent, j.Chips, s.Wall)
		}
		if j.Measured != nil && !(*j.Measured >= 0 && *j.Measured <= 1) {
			t.Errorf("job %s: utilisation %v", j.Feed, *j.Measured)
		}
	}
	for i := range s.Teams {
		teams.add(&s.Teams[i].Spent)
	}
	if all != teams || all.Total() != s.Wall*time.Duration(s.Chips) {
		t.Errorf("jobs %v, teams %v, %d chips, %v", all, teams, s.Chips, s.Wall)
	}
}
