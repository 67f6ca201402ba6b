package feed

import (
	"context"
	"fmt"

	"github.com/winnow-data/winnow/pipeline/verdicts"
)

// A noRoom is an error: there is no host memory for a chunk of so many bytes just now.
type noRoom int

func (n noRoom) Error() string { return "no room in host memory" }

// load reads a chunk from Kafka and puts it into the cache. Feeds that come to one place together share one read. The caller gets a reference. It does not
// wait for memory, since others may want to read meanwhile.
func (h *Host) load(ctx context.Context, src *source, p part, offset int64, entries []verdicts.Entry) (*chunk, error) {
	release, l, err := h.claim(ctx, p)
	if err != nil {
		return nil, err
	}
	defer release()
	if k := h.cache.get(p, offset); k != nil {
		return k, nil
	}
	// What lies in the cache further on is not read again.
	to := min(entries[len(entries)-1].To, h.cache.next(p, offset))
	short := 0
	k, err := l.load(ctx, src, p, offset, to, entries, h.most, func(n int) block {
		b := h.cache.room(n, true)
		if b == nil {
			short = n
		}
		return b
	})
	switch {
	case err != nil:
		return nil, err
	case short > 0 && !h.cache.mem.fits(short):
		return nil, fmt.Errorf("%w: records from %d on of %s/%d take %d bytes at once, and it is %d: raise it", errBudget, offset, p.topic, p.id, short, h.cfg.Memory)
	case short > 0:
		return nil, noRoom(short)
	case k == nil:
		return nil, fmt.Errorf("nothing of %s/%d can be read at offset %d, which passed", p.topic, p.id, offset)
	}
	k.retain()
	h.cache.put(k)
	return k, nil
}

// claim waits for its turn to read a partition, and for a loader.
func (h *Host) claim(ctx context.Context, p part) (release func(), l *loader, err error) {
	h.mu.Lock()
	turn := h.loading[p]
	if turn == nil {
		turn = make(chan struct{}, 1)
		h.loading[p] = turn
	}
	h.mu.Unlock()
	select {
	case turn <- struct{}{}:
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	}
	select {
	case l = <-h.loaders:
		return func() { h.loaders <- l; <-turn }, l, nil
	case <-ctx.Done():
		<-turn
		return nil, nil, ctx.Err()
	}
}
