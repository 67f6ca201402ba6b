package fleet

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"
)

// A runner is the step loop of one job. Only its goroutine uses it.
type runner struct {
	job  *Job
	acc  *account
	rng  *rand.Rand
	log  *slog.Logger
	hand []hand // by shard
	at   []place
	wake waker

	dealt []count // of the step under way, by chip
	first int     // the first chip of the host that is dealt to
	to    func(chip int, records, errors int64)

	debt    time.Duration                                    // how much the sleeps so far were too long, not made up for yet
	preempt time.Duration                                    // when the next restart is due; 0: never
	pause   func(ctx context.Context, d time.Duration) error // sleeps; tests oversleep
}

// A hand is what a host has: a batch, or what it waits for.
type hand struct {
	batch   Batch
	why     Cause
	changed <-chan struct{}
}

// maxDebt bounds what is made up for. Sleeps are late by a millisecond or so; a process that was stopped for a minute must not then train for a minute's
// steps at once, as no accelerator could, and drain the feed.
const maxDebt = 100 * time.Millisecond

func newRunner(job *Job, acc *account, rng *rand.Rand, log *slog.Logger) *runner {
	n := job.shards()
	r := &runner{job: job, acc: acc, rng: rng, log: log, hand: make([]hand, n), at: make([]place, n), dealt: make([]count, n*job.Chips)}
	r.to = func(chip int, records, errors int64) {
		c := &r.dealt[r.first+chip]
		c.records += records + errors
		c.errors += errors
	}
	r.wake.timer = time.NewTimer(0)
	r.wake.timer.Stop()
	r.pause = r.wake.sleep
	return r
}

// run takes steps until ctx ends, or for so many if that is not 0. Batches in hand are released when it returns.
func (r *runner) run(ctx context.Context, steps int64) error {
	defer r.release()
	r.nextRestart()
	for n := int64(0); steps == 0 || n < steps; n++ {
		if err := r.step(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (r *runner) step(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := r.gather(ctx); err != nil {
		return err
	}
	step := r.hand[0].batch.Step()
	for shard := range r.hand {
		if s := r.hand[shard].batch.Step(); s != step {
			return fmt.Errorf("cannot train on feed %q: shard 0 was given step %d, shard %d step %d", r.job.Feed, step, shard, s)
		}
	}
	if err := r.train(ctx); err != nil {
		return err
	}
	r.release()
	r.job.Source.Trained(step)
	return nil
}

func (r *runner) release() {
	for i := range r.hand {
		if b := r.hand[i].batch; b != nil {
			r.hand[i] = hand{}
			b.Release()
		}
	}
}

// train lets all chips compute for the length of a step, once without being broken off.
func (r *runner) train(ctx context.Context) error {
	length := r.length()
	for {
		begun := r.acc.begin(length)
		deadline := begun + length - r.debt
		r.deal()
		if due := r.preempt; due > 0 && (due <= begun || due < deadline) {
			if _, err := r.sleepUntil(ctx, due); err != nil {
				return err
			}
			if err := r.restart(ctx); err != nil {
				return err
			}
			continue
		}
		slept, err := r.sleepUntil(ctx, deadline)
		if err != nil {
			return err
		}
		var over time.Duration
		switch {
		case slept:
			over = max(r.acc.now()-deadline, 0)
			r.debt = min(over, maxDebt)
		case length <= r.debt: // earlier sleeps were too long by more than this step
			r.debt -= length
		default: // nothing was slept: time went by otherwise, and is lost
			r.debt = 0
		}
		r.acc.end(r.dealt, over, r.debt)
		return nil
	}
}

// sleepUntil says whether there was anything to sleep.
func (r *runner) sleepUntil(ctx context.Context, at time.Duration) (slept bool, err error) {
	d := at - r.acc.now()
	if d <= 0 {
		return false, nil
	}
	return true, r.pause(ctx, d)
}

// length draws how long the next step takes.
func (r *runner) length() time.Duration {
	if r.job.Jitter == 0 || r.job.Step == 0 {
		return r.job.Step
	}
	return time.Duration(float64(r.job.Step) * (1 + r.job.Jitter*(2*r.rng.Float64()-1)))
}

// deal finds out which records and errors are whose. It is done while the chips compute: they have had their rows since the step began.
func (r *runner) deal() {
	clear(r.dealt)
	for shard := range r.hand {
		r.first = shard * r.job.Chips
		r.hand[shard].batch.Deal(r.job.Chips, r.to)
	}
}

// restart preempts a host, for as long as that takes.
func (r *runner) restart(ctx context.Context) error {
	host := r.rng.IntN(len(r.hand))
	r.acc.restart(host)
	r.log.Info("a host of the job restarts", "feed", r.job.Feed, "pod", podName(r.job.Feed, host/r.job.Hosts), "host", host%r.job.Hosts,
		"for", r.job.Restart.For)
	err := r.pause(ctx, r.job.Restart.For)
	r.nextRestart()
	return err
}

func (r *runner) nextRestart() {
	if every := r.job.Restart.Every; every > 0 {
		r.preempt = r.acc.now() + every
	}
}
