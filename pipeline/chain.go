package pipeline

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/pipeline/judge"
	"github.com/winnow-data/winnow/pipeline/verdicts"
	"github.com/winnow-data/winnow/wire"
)

// A chain takes one partition through the gate, from its assignment to its end: three goroutines, of which one judges at a time.
type chain struct {
	gate      *Gate
	owner     *committer // nil in a dry run
	topic     string
	partition int
	plan      *judge.Plan
	fetchSize int
	log       *slog.Logger
	state     partitionState
}

// partitionState is what others may see of a chain.
type partitionState struct {
	mu       sync.Mutex
	totals   Totals // durable: what may be committed
	logEnd   int64  // the high watermark, as last seen; -1 before
	stable   int64  // the offset of the first open transaction, or logEnd
	fetching string // why nothing comes; empty if it does
	trouble  string // why the partition does not move otherwise
	moved    time.Time
	position bool // totals are known
}

func (s *partitionState) setTrouble(why string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trouble = why
}

func (s *partitionState) notFetched(why string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fetching = why
}

// fetched takes what an answer says of the log.
func (s *partitionState) fetched(f *wire.Fetched, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fetching = ""
	if f.HighWatermark < 0 { // a throttled answer says nothing
		return
	}
	s.logEnd, s.stable = f.HighWatermark, f.LastStable
	if s.totals.Next >= f.LastStable {
		s.moved = now
	}
}

func (s *partitionState) start(t Totals, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.totals, s.position, s.moved, s.trouble = t, true, now, ""
}

// written moves the durable position behind an entry of the verdict log.
func (s *partitionState) written(e *verdicts.Entry, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.totals.Add(e)
	s.moved, s.trouble = now, ""
}

func (s *partitionState) snapshot() (t Totals, known bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.totals.Clone(), s.position
}

// run works until ctx ends. What can heal is tried again, with the reason in sight; nothing is passed over.
func (c *chain) run(ctx context.Context) {
	for ctx.Err() == nil {
		err := c.work(ctx)
		if ctx.Err() != nil {
			return
		}
		if err == nil {
			continue // begin again at once: the position has to be found anew
		}
		pause := retryPause
		if errors.Is(err, errOutOfRange) {
			pause = 100 * time.Millisecond
		} else {
			c.state.setTrouble(err.Error())
			c.log.Error("partition stands still", "error", err, "retry_in", pause)
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

const retryPause = 5 * time.Second

// work finds the position and runs the three stages until one fails or ctx ends. When ctx ends, what was judged is still written, for as long
// as Limits.Drain allows.
func (c *chain) work(ctx context.Context) error {
	totals, err := c.resume(ctx)
	if err != nil {
		return err
	}
	c.state.start(totals, time.Now())
	c.gate.progressed() // the verdict log may have been ahead of the offset
	c.log.Info("partition assigned", "offset", totals.Next)

	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	drain, stop := drainContext(ctx, c.gate.cfg.drain())
	defer stop()
	sets, free := make(chan *fetched), make(chan *fetched, 2)
	jobs, spare := make(chan *job), make(chan *job, 2)
	for range cap(free) {
		free <- &fetched{slab: wire.NewSlab(c.gate.cfg.Limits.Batch)}
		spare <- newJob(c.gate.cfg.Limits.Reject)
	}

	var stages sync.WaitGroup
	stages.Go(func() {
		defer close(sets)
		if err := c.fetch(ctx, totals.Next, free, sets); err != nil {
			cancel(err)
		}
	})
	stages.Go(func() {
		defer close(jobs)
		if err := c.judge(ctx, drain, totals.Next, sets, free, jobs, spare); err != nil {
			cancel(err)
		}
	})
	if err := c.write(drain, jobs, spare); err != nil {
		cancel(err)
		stop()
		for range jobs { // the judge may be waiting to hand over
		}
	}
	stages.Wait()
	if cause := context.Cause(ctx); !errors.Is(cause, context.Canceled) {
		return cause
	}
	return nil
}

// drainContext ends d after ctx does.
func drainContext(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	drain, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		t := time.AfterFunc(d, cancel)
		context.AfterFunc(drain, func() { t.Stop() })
	})
	return drain, func() { stop(); cancel() }
}

// fetch asks for one set after another, and cuts them into batches. That gives the next offset, so the request for the next set is under way
// while this one is judged.
func (c *chain) fetch(ctx context.Context, next int64, free <-chan *fetched, sets chan<- *fetched) error {
	for {
		var f *fetched
		select {
		case <-ctx.Done():
			return nil
		case f = <-free:
		}
		size := c.fetchSize
		for f.next = next; f.next <= next; {
			var err error
			if f.Fetched, err = c.fetchOne(ctx, next, size, f.slab); err != nil || ctx.Err() != nil {
				return err
			}
			err = f.cut(next)
			if size *= 2; errors.Is(err, errStuck) && size <= c.gate.cfg.Limits.Batch {
				continue
			}
			if err != nil {
				return fmt.Errorf("cannot go on with %s/%d: %w", c.topic, c.partition, err)
			}
			size = c.fetchSize
		}
		next = f.next
		select {
		case <-ctx.Done():
			return nil
		case sets <- f:
		}
	}
}

// fetchOne waits out what can heal. Kafka answers an idle partition after MaxWait with nothing.
func (c *chain) fetchOne(ctx context.Context, offset int64, size int, slab *wire.Slab) (got wire.Fetched, err error) {
	req := wire.FetchRequest{Topic: c.topic, Partition: c.partition, Offset: offset, MinBytes: 1,
		MaxBytes: size, MaxWait: fetchWait, ReadCommitted: true}
	err = wire.Retry(ctx, "fetch "+c.topic, c.log, func(ctx context.Context) error {
		begin := time.Now()
		got, err = c.gate.cfg.Client.Fetch(ctx, req, slab)
		if err != nil {
			c.state.notFetched(err.Error())
			return err
		}
		c.state.fetched(&got, time.Now())
		if len(got.Set) > 0 {
			c.gate.observe("extract", c.topic, time.Since(begin))
		}
		return nil
	})
	switch {
	case err == nil || ctx.Err() != nil:
		return got, nil
	case errors.Is(err, kafka.OffsetOutOfRange):
		return got, errOutOfRange
	}
	return got, fmt.Errorf("cannot fetch %s/%d: %w", c.topic, c.partition, err)
}

const fetchWait = 500 * time.Millisecond

// errOutOfRange sends the chain back to finding its position: resume decides what the missing offsets mean.
var errOutOfRange = errors.New("the offset is outside the log")

// judge takes sets to jobs.
func (c *chain) judge(ctx, drain context.Context, next int64, sets <-chan *fetched, free chan<- *fetched, jobs chan<- *job, spare <-chan *job) error {
	count := c.gate.cfg.Tally.NewCounter(c.topic, c.plan.Contract.Name, c.nameScanner())
	w := &worker{topic: c.topic, partition: c.partition, plan: c.plan, count: count, next: next,
		decompressor: wire.NewDecompressor(c.gate.cfg.Limits.Batch), keepBytes: 2 * c.fetchSize,
		judge: judge.New(c.plan, func(v judge.Window) { count.Window(v.Check.Name, v.Records) })}
	if c.gate.cfg.NewKeeper != nil {
		w.keeper = c.gate.cfg.NewKeeper(c.topic, c.partition, next, c.plan.Contract.Hash)
	}
	w.hand = func(j *job) (*job, error) {
		select {
		case <-drain.Done():
			return nil, errStopped
		case jobs <- j:
		}
		select {
		case <-drain.Done():
			return nil, errStopped
		case next := <-spare:
			return next, nil
		}
	}
	w.begin(<-spare)
	for f := range sets {
		if ctx.Err() != nil {
			return nil // not begun: the next owner fetches it again
		}
		begin := time.Now()
		if err := w.set(f); err != nil {
			return err
		}
		c.gate.observe("preprocess", c.topic, time.Since(begin))
		f.Fetched, f.pieces = wire.Fetched{}, f.pieces[:0]
		f.slab.Forget(w.keepBytes)
		free <- f
	}
	return nil
}

// errStopped says that the writer has stopped, or took too long when the chain had to end.
var errStopped = errors.New("the chain ended before everything was written")

// nameScanner tells team and user names that look like sensitive data: with the contract's detectors, where it has any.
func (c *chain) nameScanner() winnow.Scanner {
	if c.plan.NewScanner == nil {
		return nil
	}
	return c.plan.NewScanner()
}
