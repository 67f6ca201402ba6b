package fleet

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"time"
)

// A Fleet is the chips of all jobs. Its jobs share nothing: one that stands still disturbs no other.
type Fleet struct {
	jobs     []Job
	accounts []*account // of jobs
	log      *slog.Logger
	seed     uint64

	mu    sync.Mutex
	began time.Time // zero before Run
}

// New makes a fleet, all chips idle. It tells everything that is wrong with cfg at once.
func New(cfg Config) (*Fleet, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	f := &Fleet{jobs: slices.Clone(cfg.Jobs), log: cfg.Log, seed: cfg.Seed}
	if f.log == nil {
		f.log = slog.New(slog.DiscardHandler)
	}
	for i := range f.jobs {
		j := &f.jobs[i]
		f.accounts = append(f.accounts, newAccount(j.shards(), j.Chips))
	}
	return f, nil
}

// burstStep is the step below which a real clock's sleeps are too coarse for single steps.
const burstStep = 10 * time.Millisecond

// Run lets the jobs train until ctx ends; then it releases the batches in hand, and returns nil when its goroutines have ended. A job whose source breaks its
// word ends before, and Run returns why, but not before ctx ends or all jobs have. Run is called once.
func (f *Fleet) Run(ctx context.Context) error {
	if err := f.start(); err != nil {
		return err
	}
	var jobs sync.WaitGroup
	errs := make([]error, len(f.jobs))
	for i := range f.jobs {
		jobs.Go(func() { errs[i] = f.run(ctx, i) })
	}
	jobs.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	<-ctx.Done() // a fleet without jobs
	return nil
}

func (f *Fleet) start() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.began.IsZero() {
		return errors.New("cannot run a fleet twice")
	}
	f.began = time.Now()
	var short []string
	for i, a := range f.accounts {
		a.start(f.began)
		if j := &f.jobs[i]; j.Step > 0 && j.Step < burstStep {
			short = append(short, j.Feed)
		}
	}
	if len(short) > 0 {
		f.log.Info("some steps are shorter than the clock can sleep exactly: they come in bursts, and are right on average", "feeds", short, "below", burstStep)
	}
	return nil
}

func (f *Fleet) run(ctx context.Context, i int) error {
	job, acc := &f.jobs[i], f.accounts[i]
	if job.Step > 0 {
		acc.setCeiling(ceiling(ctx, *job, f.rng(i, true)))
	}
	f.log.Info("simulated chips train on a feed", "feed", job.Feed, "pods", job.Pods, "hosts", job.Hosts, "chips", job.Chips, "step", job.Step,
		"ceiling", acc.ceiling)
	err := newRunner(job, acc, f.rng(i, false), f.log).run(ctx, 0)
	if ctx.Err() != nil {
		acc.stop("")
		return nil
	}
	f.log.Error("simulated chips stop training", "feed", job.Feed, "error", err)
	acc.stop(fmt.Sprint(err))
	return err
}

// rng gives each job a sequence of its own, and its calibration another, so that how long that took changes nothing.
func (f *Fleet) rng(job int, calibration bool) *rand.Rand {
	stream := uint64(job) << 1
	if calibration {
		stream |= 1
	}
	return rand.New(rand.NewPCG(f.seed, stream))
}

func podName(feed string, pod int) string { return feed + "-" + strconv.Itoa(pod) }
