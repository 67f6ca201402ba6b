package pipeline

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"
)

// runGroup is a member of the consumer group until ctx ends or the topics change.
func (g *Gate) runGroup(ctx context.Context, topics []string) {
	group, err := kafka.NewConsumerGroup(kafka.ConsumerGroupConfig{
		ID:      g.cfg.Group,
		Brokers: g.cfg.Client.Brokers(),
		Dialer:  g.cfg.Client.Dialer(),
		Topics:  topics,
		// A partition's chain keeps state (windows), so moves cost: range assignment moves least of what kafka-go has.
		GroupBalancers:         []kafka.GroupBalancer{kafka.RangeGroupBalancer{}},
		HeartbeatInterval:      max(g.cfg.SessionTimeout/10, time.Second),
		SessionTimeout:         g.cfg.SessionTimeout,
		RebalanceTimeout:       max(g.cfg.SessionTimeout, 2*g.cfg.Limits.Drain),
		JoinGroupBackoff:       time.Second,
		WatchPartitionChanges:  true,
		PartitionWatchInterval: g.cfg.Limits.Refresh,
		Timeout:                max(g.cfg.SessionTimeout/2, time.Second),
	})
	if err != nil {
		g.setTrouble(err.Error())
		g.cfg.Log.Error("cannot join the group", "group", g.cfg.Group, "error", err)
		g.pause(ctx, time.Second)
		return
	}
	member, leave := context.WithCancel(ctx)
	defer leave()
	var watcher sync.WaitGroup
	watcher.Go(func() { g.watch(member, topics); leave() })
	defer watcher.Wait()
	for told := ""; member.Err() == nil; {
		generation, err := group.Next(member)
		switch {
		case err == nil:
			told = ""
			g.generation(generation)
			// kafka-go ends a generation when one of its topics is gone, and joins again for the same topics, in a circle: see at once whether
			// it is so.
			select {
			case g.recheck <- struct{}{}:
			default:
			}
		case member.Err() == nil:
			err = g.cfg.Client.Explain(err)
			g.setTrouble("cannot join the group " + g.cfg.Group + ": " + err.Error())
			if told != err.Error() { // it may go on for long: once is enough
				told = err.Error()
				g.cfg.Log.Warn("cannot join the group, trying again", "group", g.cfg.Group, "error", err)
			}
			g.pause(member, 500*time.Millisecond)
		}
	}
	// Close ends the generation, waits for its functions, and leaves the group.
	if err := group.Close(); err != nil && !errors.Is(err, context.Canceled) {
		g.cfg.Log.Warn("cannot leave the group cleanly: its partitions are free after the session timeout", "error", err)
	}
}

// generation starts what the assignment asks for. kafka-go ends the generation when any of its functions returns, and waits for all of them
// before it joins again: so one function owns the chains, and commits once more after they have ended.
func (g *Gate) generation(gen *kafka.Generation) {
	n := 0
	for _, parts := range gen.Assignments {
		n += len(parts)
	}
	g.cfg.Log.Info("joined the group", "group", g.cfg.Group, "generation", gen.ID, "partitions", n)
	var all []*chain
	for topic, parts := range gen.Assignments {
		for _, p := range parts {
			if c := g.newChain(topic, p.ID, g.cfg.Limits.fetchBytes(n)); c != nil {
				all = append(all, c)
			}
		}
	}
	if len(all) == 0 {
		g.setTrouble("the group has more members than partitions: this one stands by")
	}
	gen.Start(func(ctx context.Context) {
		defer g.dropChains()
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		committer := &committer{gate: g, generation: int(gen.ID), member: gen.MemberID}
		g.setCommitter(committer)
		var chains sync.WaitGroup
		for _, c := range all {
			chains.Go(func() { c.run(ctx) })
		}
		committer.run(ctx)
		cancel() // the group may have moved on without telling the context
		chains.Wait()
		last, stop := context.WithTimeout(context.WithoutCancel(ctx), g.cfg.drain()/2)
		defer stop()
		if err := committer.commit(last); err != nil {
			g.cfg.Log.Warn("the last commit failed: the next owner goes on from the verdict log", "error", err)
		}
	})
}
