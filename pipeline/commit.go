package pipeline

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/winnow-data/winnow/wire"
)

// A committer commits the positions of a generation's chains, all in one request. Only what is durable is ever in a
// chain's position.
type committer struct {
	gate       *Gate
	generation int
	member     string
	chains     []*chain

	mu   sync.Mutex
	done map[*chain]int64 // the offset that was committed
}

// run commits every Limits.Commit while there is progress, until ctx ends or the group does not know us any more. What it cannot commit it tries
// again, more and more seldom.
func (c *committer) run(ctx context.Context) {
	wait, told := c.gate.cfg.Limits.Commit, ""
	for timer := time.NewTimer(wait); ; timer.Reset(wait) {
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
		select {
		case <-c.gate.dirty:
		default:
			continue
		}
		err := c.commit(ctx)
		switch {
		case err == nil:
			wait, told = c.gate.cfg.Limits.Commit, ""
			c.gate.setUncommitted("")
			continue
		case generationEnded(err):
			c.gate.cfg.Log.Info("the group has moved on", "generation", c.generation)
			return
		case ctx.Err() != nil:
			return
		}
		c.gate.progressed()
		wait = min(2*wait, retryPause)
		if c.gate.setUncommitted(err.Error()); told != err.Error() {
			told = err.Error()
			c.gate.cfg.Log.Warn("cannot commit, trying again", "error", err)
		}
	}
}

// commit commits what has moved.
func (c *committer) commit(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	offsets, moved := make(map[string]map[int]wire.Position), make(map[*chain]int64)
	for _, ch := range c.chains {
		t, known := ch.state.snapshot()
		if at, ok := c.done[ch]; !known || ok && at == t.Next {
			continue
		}
		meta, err := t.metadata()
		if err != nil {
			return err
		}
		if offsets[ch.topic] == nil {
			offsets[ch.topic] = make(map[int]wire.Position)
		}
		offsets[ch.topic][ch.partition] = wire.Position{Offset: t.Next, Metadata: meta}
		moved[ch] = t.Next
	}
	if len(offsets) == 0 {
		return nil
	}
	if err := c.gate.cfg.Client.Commit(ctx, c.gate.cfg.Group, c.generation, c.member, offsets); err != nil {
		return fmt.Errorf("cannot commit offsets: %w", err)
	}
	maps.Copy(c.done, moved)
	return nil
}

// commitOne commits one chain's position at once, before it has begun.
func (c *committer) commitOne(ctx context.Context, ch *chain, t *Totals) error {
	meta, err := t.metadata()
	if err != nil {
		return err
	}
	err = wire.Retry(ctx, "commit", c.gate.cfg.Log, func(ctx context.Context) error {
		return c.gate.cfg.Client.Commit(ctx, c.gate.cfg.Group, c.generation, c.member,
			map[string]map[int]wire.Position{ch.topic: {ch.partition: {Offset: t.Next, Metadata: meta}}})
	})
	if err != nil {
		return fmt.Errorf("cannot commit the offset of %s/%d: %w", ch.topic, ch.partition, err)
	}
	return nil
}

// progressed says that there may be something to commit.
func (g *Gate) progressed() {
	select {
	case g.dirty <- struct{}{}:
	default:
	}
}

// setUncommitted says why offsets cannot be committed, or with "" that they can.
func (g *Gate) setUncommitted(why string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.uncommitted = why
}
