package feed

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/apache/arrow/go/v15/arrow"
)

// A Feed hands one model its batches. One goroutine plans steps from verdicts and makes their batches ahead of demand; Take hands them out.
type Feed struct {
	Spec
	host    *Host
	schema  *arrow.Schema
	sources map[string]*source // by topic: what the cache has of it
	picks   map[string]*pick   // and what the feed has of that
	streams []*stream          // of the goroutine, as are those below
	opened  int64              // Host.opened when streams were last looked for
	turn    int                // which of streams is planned from
	taken   int                // rows since turn moved
	step    int64              // the next one to plan
	table   *table             // for batches of more than one run of rows
	view    view               // of the chunk that was used last
	draft   draft
	metrics observers
	wake    chan struct{} // something has changed that the goroutine may wait for

	mu      sync.Mutex
	queues  [][]*Batch // by shard: made, not taken
	asked   []time.Time
	waiting chan struct{} // closed when a batch is made or the cause changes
	depth   depth
	bytes   int64     // of batches that are not released
	waits   quantiles // of takers, for a batch
	fresh   quantiles // from Kafka's timestamp to ready
	share   int64     // how many bytes there may be before another is made
	cause   Cause
	why     string // why the feed stands still
	ill     string // why one of its partitions does
	account account
	places  places // positions behind the steps that are not yet trained on
	closed  bool
}

// An account is what a feed has counted since it began at its first position.
type account struct {
	Records  int64 // handed out
	Planned  int64 // rows of steps
	Excluded int64 // passed, and left out by a required rule
	Failed   int64 // offsets in planned ranges
	Short    int64 // steps that were made short
	Cached   int64 // runs of rows that were in the cache
	Read     int64 // and that were read from Kafka
}

// rouse tells the goroutine that something has changed. It never blocks.
func (f *Feed) rouse() {
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

// run makes batches until ctx ends; then it releases those that nobody took.
func (f *Feed) run(ctx context.Context) {
	defer f.close()
	for ctx.Err() == nil {
		if err := f.work(ctx); ctx.Err() == nil {
			f.stand(CauseKafka, err)
			wait(ctx, nil, retry)
		}
	}
}

// work plans and makes steps until something fails, or ctx ends.
func (f *Feed) work(ctx context.Context) error {
	for {
		if err := f.awaitRoom(ctx); err != nil {
			return err
		}
		plan, err := f.plan(ctx)
		if err != nil {
			return err
		}
		if err := f.makeStep(ctx, plan); err != nil {
			return err
		}
	}
}

// awaitRoom waits until another step may be made: fewer than depth are there, and their memory is less than the feed's share. One may always be.
func (f *Feed) awaitRoom(ctx context.Context) error {
	for {
		f.mu.Lock()
		n := len(f.queues[0])
		for _, q := range f.queues {
			n = max(n, len(q))
		}
		full := n >= f.depth.now || n > 0 && f.bytes+f.bytes/int64(n) > f.share
		if full {
			f.depth.full()
		}
		f.mu.Unlock()
		if !full {
			return ctx.Err()
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-f.wake:
		}
	}
}

// makeStep makes the batches of a step that was planned, and puts them into the queues. It does not give up a plan but for ctx's end: its rows come in no
// other. But when a batch cannot be made it lets go of the step's others, and begins again: what they hold may be what is missing.
func (f *Feed) makeStep(ctx context.Context, plan [][]piece) error {
	for {
		batches, err := f.makeBatches(ctx, plan)
		if err == nil {
			f.step++
			f.hand(batches, plan)
			return nil
		}
		for _, b := range batches {
			b.drop()
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		f.stand(f.causeOf(err), err)
		wait(ctx, nil, retry)
	}
}

func (f *Feed) makeBatches(ctx context.Context, plan [][]piece) (batches []*Batch, err error) {
	held := int64(0)
	for shard := range plan {
		b, err := f.makeBatch(ctx, plan[shard])
		if err != nil {
			return batches, err
		}
		b.step, b.shard = f.step, shard
		batches = append(batches, b)
		if held += b.bytes; held > f.host.cache.mem.Limit() {
			return batches, f.tooLarge(int(held))
		}
	}
	// Only now is the step sure: what the cache has of it may go.
	now := time.Now()
	for _, pieces := range plan {
		for i := range pieces {
			f.host.cache.passed(f, pieces[i].part, pieces[i].to, now)
		}
	}
	return batches, nil
}

func (f *Feed) causeOf(err error) Cause {
	if errors.Is(err, errBudget) {
		return CauseBudget
	}
	return CauseKafka
}

// hand puts a step's batches where Take finds them.
func (f *Feed) hand(batches []*Batch, plan [][]piece) {
	now := time.Now().UnixMilli()
	f.mu.Lock()
	defer f.mu.Unlock()
	for shard, b := range batches {
		f.queues[shard] = append(f.queues[shard], b)
		f.bytes += b.bytes
		if b.oldest > 0 {
			age := time.Duration(max(0, now-b.oldest)) * time.Millisecond
			f.fresh.add(age)
			f.metrics.ready(age)
		}
		for i := range plan[shard] {
			p := &plan[shard][i]
			f.account.Planned += int64(p.count)
			f.account.Failed += p.failed()
			f.account.Excluded += p.excluded()
		}
	}
	f.places.planned(batches[0].step, plan)
	f.changed(CauseNone, "")
}

// changed says what the feed waits for, and tells those who wait for it. The caller holds mu.
func (f *Feed) changed(cause Cause, why string) {
	f.cause, f.why = cause, why
	if f.waiting != nil {
		close(f.waiting)
		f.waiting = nil
	}
}

// block says what the goroutine is about to wait for.
func (f *Feed) block(cause Cause) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.cause != cause {
		f.changed(cause, f.why)
	}
}

// idle says what the goroutine is about to wait for when all is well with it.
func (f *Feed) idle(cause Cause) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.cause != cause || f.why != "" {
		f.changed(cause, "")
	}
}

// stand says why the feed stands still; once in the log.
func (f *Feed) stand(cause Cause, err error) {
	f.mu.Lock()
	told := f.why == err.Error()
	f.changed(cause, err.Error())
	f.mu.Unlock()
	if !told {
		f.host.cfg.Log.Error("feed stands still, trying again", "feed", f.Name, "error", err)
	}
}

// close releases what was not taken.
func (f *Feed) close() {
	f.drop()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	for i, q := range f.queues {
		for _, b := range q {
			if b.drop() {
				f.bytes -= b.bytes
			}
		}
		f.queues[i] = nil
	}
	f.changed(CauseNone, f.why)
}
