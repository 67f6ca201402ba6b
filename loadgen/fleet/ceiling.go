package fleet

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"time"
)

// The bounds of the calibration: what it measures is a cost per step that does not depend on the step's length.
const (
	calibrationSteps = 20
	calibrationTime  = 300 * time.Millisecond
	calibrationStep  = 100 * time.Millisecond // a longer step is calibrated with this one
)

// ceiling measures the utilisation that the simulator reaches on a source that is always ready, over at most calibrationSteps and calibrationTime: with the
// job's own number of hosts and chips, and in its goroutine, while the other jobs do the same. It gives 0 if the machine was too busy to end a step.
func ceiling(ctx context.Context, job Job, rng *rand.Rand) float64 {
	step := job.Step
	job.Restart, job.Source, job.Step = Restart{}, newNull(job.shards()), min(step, calibrationStep)
	acc := newAccount(job.shards(), job.Chips)
	acc.start(time.Now())
	ctx, cancel := context.WithTimeout(ctx, calibrationTime)
	defer cancel()
	_ = newRunner(&job, acc, rng, slog.New(slog.DiscardHandler)).run(ctx, calibrationSteps) // it ends by its time or its steps
	compute, wall := acc.utilisation(acc.now())
	if wall <= 0 || step <= 0 {
		return 0
	}
	return reach(step, wall-compute, max(acc.steps-1, 1))
}

// reach is the utilisation of steps of which so many together lose so much.
func reach(step, lost time.Duration, steps int64) float64 {
	return float64(step) / (float64(step) + float64(lost)/float64(steps))
}

// A null is a source that is always ready, with batches of nothing.
type null struct{ batches []nullBatch }

func newNull(shards int) *null { return &null{batches: make([]nullBatch, shards)} }

func (n *null) Take(shard int) (Batch, Cause, <-chan struct{}) { return &n.batches[shard], "", nil }
func (n *null) Trained(int64)                                  {}

type nullBatch struct{ step int64 }

func (b *nullBatch) Deal(n int, to func(chip int, records, errors int64)) {
	for chip := range n {
		to(chip, 0, 0)
	}
}
func (b *nullBatch) Step() int64 { return b.step }
func (b *nullBatch) Release()    { b.step++ }
