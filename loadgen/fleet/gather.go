package fleet

import (
	"context"
	"reflect"
	"time"
)

// gather takes a batch for every host, and waits where one is not ready.
func (r *runner) gather(ctx context.Context) error {
	for {
		first := r.take()
		if first < 0 {
			return nil
		}
		r.show(first)
		due, err := r.await(ctx)
		if err != nil {
			return err
		}
		if due {
			if err := r.restart(ctx); err != nil {
				return err
			}
		}
	}
}

// take asks for the batches that are missing, where asking again may help, and gives the first shard that still has none; -1 if all have theirs.
func (r *runner) take() (first int) {
	first = -1
	for shard := range r.hand {
		h := &r.hand[shard]
		if h.batch != nil {
			continue
		}
		if h.changed == nil || closed(h.changed) {
			h.batch, h.why, h.changed = r.job.Source.Take(shard)
		}
		if h.batch == nil && first < 0 {
			first = shard
		}
	}
	return first
}

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// show says where the hosts wait: one without a batch for its own cause, the others for the cause of the first of those.
func (r *runner) show(first int) {
	for shard := range r.hand {
		h := &r.hand[shard]
		r.at[shard] = place{state: h.why.state()}
		if h.batch != nil {
			r.at[shard] = place{state: r.hand[first].why.state(), peer: true}
		}
	}
	r.acc.wait(r.at)
}

// await waits until a host may find something new, or a restart is due.
func (r *runner) await(ctx context.Context) (due bool, err error) {
	r.wake.changed = r.wake.changed[:0]
	for shard := range r.hand {
		if h := &r.hand[shard]; h.batch == nil {
			r.wake.add(h.changed)
		}
	}
	if r.preempt == 0 {
		return r.wake.wait(ctx, nil)
	}
	r.wake.timer.Reset(max(r.preempt-r.acc.now(), 0))
	defer r.wake.timer.Stop()
	return r.wake.wait(ctx, r.wake.timer.C)
}

// A waker waits for the first of several things, without a goroutine for each.
type waker struct {
	timer   *time.Timer
	changed []<-chan struct{} // without neighbours that are the same
	cases   []reflect.SelectCase
}

// sleep sleeps for d, or until ctx ends.
func (w *waker) sleep(ctx context.Context, d time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	w.timer.Reset(d)
	select {
	case <-ctx.Done():
		w.timer.Stop()
		return ctx.Err()
	case <-w.timer.C:
		return nil
	}
}

func (w *waker) add(c <-chan struct{}) {
	if n := len(w.changed); n == 0 || w.changed[n-1] != c {
		w.changed = append(w.changed, c)
	}
}

// wait says whether it was the alarm that ended it. One channel is the rule: jobs of one host, and sources that tell all shards at once.
func (w *waker) wait(ctx context.Context, alarm <-chan time.Time) (rang bool, err error) {
	if len(w.changed) == 1 {
		select {
		case <-ctx.Done():
			return false, ctx.Err()
		case <-alarm:
			return true, nil
		case <-w.changed[0]:
			return false, nil
		}
	}
	add := func(c any) {
		w.cases = append(w.cases, reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(c)})
	}
	w.cases = w.cases[:0]
	add(ctx.Done())
	add(alarm)
	for _, c := range w.changed {
		add(c)
	}
	switch i, _, _ := reflect.Select(w.cases); i {
	case 0:
		return false, ctx.Err()
	case 1:
		return true, nil
	}
	return false, nil
}
