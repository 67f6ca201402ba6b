package pipeline

import (
	"context"
	"fmt"
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

	mu   sync.Mutex
	done map[string]map[int]int64 // what was committed
}

// run commits every Limits.Commit while there is progress, until ctx ends or the group does not know us any more.
func (c *committer) run(ctx context.Context) {
	tick := time.NewTicker(c.gate.cfg.Limits.Commit)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		select {
		case <-c.gate.dirty:
		default:
			continue
		}
		err := c.commit(ctx)
		switch {
		case err == nil:
		case generationEnded(err):
			c.gate.cfg.Log.Info("the group has moved on", "generation", c.generation)
			return
		case ctx.Err() == nil:
			c.gate.progressed() // try again at the next tick
			c.gate.cfg.Log.Warn("cannot commit, trying again", "error", err)
		}
	}
}

func (c *committer) commit(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	offsets := make(map[string]map[int]wire.Position)
	var err error
	c.gate.each(func(ch *chain) {
		t, known := ch.state.snapshot()
		if !known || c.done[ch.topic][ch.partition] == t.Next+1 {
			return
		}
		if offsets[ch.topic] == nil {
			offsets[ch.topic] = make(map[int]wire.Position)
		}
		var meta string
		if meta, err = t.metadata(); err == nil {
			offsets[ch.topic][ch.partition] = wire.Position{Offset: t.Next, Metadata: meta}
		}
	})
	if err != nil || len(offsets) == 0 {
		return err
	}
	if err := c.gate.cfg.Client.Commit(ctx, c.gate.cfg.Group, c.generation, c.member, offsets); err != nil {
		return fmt.Errorf("cannot commit offsets: %w", err)
	}
	for topic, parts := range offsets {
		if c.done == nil {
			c.done = make(map[string]map[int]int64)
		}
		if c.done[topic] == nil {
			c.done[topic] = make(map[int]int64)
		}
		for p, pos := range parts {
			c.done[topic][p] = pos.Offset + 1 // so that 0 means: not committed
		}
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

func (g *Gate) setCommitter(c *committer) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.committer = c
}

// commitOne commits one partition's position at once, in the generation that it was assigned in.
func (g *Gate) commitOne(ctx context.Context, topic string, partition int, t *Totals) error {
	g.mu.Lock()
	c := g.committer
	g.mu.Unlock()
	if c == nil || g.cfg.DryRun {
		return nil
	}
	meta, err := t.metadata()
	if err != nil {
		return err
	}
	err = wire.Retry(ctx, "commit", g.cfg.Log, func(ctx context.Context) error {
		return g.cfg.Client.Commit(ctx, g.cfg.Group, c.generation, c.member,
			map[string]map[int]wire.Position{topic: {partition: {Offset: t.Next, Metadata: meta}}})
	})
	if err != nil {
		return fmt.Errorf("cannot commit the offset of %s/%d: %w", topic, partition, err)
	}
	return nil
}
