package feed

import "time"

// Take gives the shard's next batch, which the caller releases, if one is ready. Otherwise it says what the feed waits for, and changed is closed when
// there is a batch or that is not so any more. It never blocks.
func (f *Feed) Take(shard int) (b *Batch, why Cause, changed <-chan struct{}) {
	begin := time.Now()
	f.mu.Lock()
	defer f.mu.Unlock()
	q := f.queues[shard]
	if len(q) == 0 {
		if f.asked[shard].IsZero() && !f.closed {
			f.asked[shard] = begin
			f.depth.empty()
			f.rouse() // the queue may be deeper now
		}
		if f.waiting == nil {
			f.waiting = make(chan struct{})
		}
		return nil, f.reason(), f.waiting
	}
	if !f.asked[shard].IsZero() {
		begin, f.asked[shard] = f.asked[shard], time.Time{}
	}
	b, q[0] = q[0], nil
	f.queues[shard] = q[1:]
	f.depth.took(len(q) - 1)
	f.account.Records += int64(b.Rows())
	f.rouse()
	d := time.Since(begin)
	f.waits.add(d)
	f.metrics.waited(d)
	return b, CauseNone, nil
}

// reason is what a shard without a batch waits for: while the goroutine is at work on one, what it waited for last.
func (f *Feed) reason() Cause {
	if f.cause == CauseNone {
		return CauseKafka
	}
	return f.cause
}

// Trained says that every shard has trained on step: the feed's position may move behind it.
func (f *Feed) Trained(step int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.places.trained(step)
}

// released takes a batch's bytes off the feed's account.
func (f *Feed) released(bytes int64) {
	f.mu.Lock()
	f.bytes -= bytes
	f.mu.Unlock()
	f.rouse()
}

// A depth is how many steps are made ahead of demand. It follows the demand both ways.
//
// It doubles when a taker finds nothing although the queue had been full since the depth was last changed: then more depth would have helped (tf.data's rule
// for its prefetch autotuner; where the queue never is full, making is too slow and depth cannot help). It falls by one when, over a window of takes, more
// than half of the queue was never needed.
type depth struct {
	now    int
	filled bool
	takes  int
	least  int // left in the queue, over the window
}

const (
	firstDepth  = 2
	mostDepth   = 64
	depthWindow = 256
)

func newDepth() depth { return depth{now: firstDepth, least: mostDepth} }

func (d *depth) full() { d.filled = true }

func (d *depth) empty() {
	if d.filled {
		d.now, d.filled = min(2*d.now, mostDepth), false
	}
	d.takes, d.least = 0, 0
}

func (d *depth) took(left int) {
	d.least = min(d.least, left)
	if d.takes++; d.takes < depthWindow {
		return
	}
	if d.now > 1 && d.least > d.now/2 {
		d.now--
	}
	d.takes, d.least = 0, mostDepth
}
