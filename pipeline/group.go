package pipeline

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"
)

// runGroup is a member of the consumer group until ctx ends or the topics change.
func (g *Gate) runGroup(ctx context.Context, topics map[string]int) {
	group, err := kafka.NewConsumerGroup(kafka.ConsumerGroupConfig{
		ID:      g.cfg.Group,
		Brokers: g.cfg.Client.Brokers(),
		Dialer:  g.cfg.Client.Dialer(),
		Topics:  slices.Sorted(maps.Keys(topics)),
		// A partition's chain keeps state (windows), so moves cost: range assignment moves least of what kafka-go has.
		GroupBalancers:    []kafka.GroupBalancer{kafka.RangeGroupBalancer{}},
		HeartbeatInterval: max(g.cfg.SessionTimeout/10, time.Second),
		SessionTimeout:    g.cfg.SessionTimeout,
		RebalanceTimeout:  max(g.cfg.SessionTimeout, 2*g.cfg.Limits.Drain),
		JoinGroupBackoff:  time.Second,
		// The gate watches topics and partitions itself: kafka-go's watcher asks in a way that makes Kafka create a topic anew that was
		// deleted, and ends one generation after the other while one is missing.
		WatchPartitionChanges: false,
		Timeout:               max(g.cfg.SessionTimeout/2, time.Second),
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
	// A generation that is handed out late has ended already, and kafka-go does not wait for what is started in it: so its end is waited for here.
	var live sync.WaitGroup
	for told := ""; member.Err() == nil; {
		generation, err := group.Next(member)
		switch {
		case err == nil:
			live.Wait()
			told = ""
			g.generation(generation, &live)
			// Something has changed; perhaps a topic is gone.
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
	live.Wait()
}

// generation starts what the assignment asks for. kafka-go ends the generation when any of its functions returns, and waits for all of them
// before it joins again: so one function owns the chains, and commits once more after they have ended. live is done when it has.
func (g *Gate) generation(gen *kafka.Generation, live *sync.WaitGroup) {
	n := 0
	for _, parts := range gen.Assignments {
		n += len(parts)
	}
	g.cfg.Log.Info("joined the group", "group", g.cfg.Group, "generation", gen.ID, "partitions", n)
	c := &committer{gate: g, generation: int(gen.ID), member: gen.MemberID, done: make(map[*chain]int64)}
	for topic, parts := range gen.Assignments {
		for _, p := range parts {
			if ch := g.newChain(topic, p.ID, g.cfg.Limits.fetchBytes(n), c); ch != nil {
				c.chains = append(c.chains, ch)
			}
		}
	}
	if n == 0 {
		g.setTrouble("no partition is assigned: the group has more members than partitions, and this one stands by")
	}
	live.Add(1)
	gen.Start(func(ctx context.Context) {
		defer live.Done()
		defer g.dropChains(c.chains)
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		var chains sync.WaitGroup
		for _, ch := range c.chains {
			chains.Go(func() { ch.run(ctx) })
		}
		c.run(ctx)
		cancel() // the group may have moved on without telling the context
		chains.Wait()
		last, stop := context.WithTimeout(context.WithoutCancel(ctx), g.cfg.drain()/2)
		defer stop()
		if err := c.commit(last); err != nil {
			g.cfg.Log.Warn("the last commit failed: the next owner goes on from the verdict log", "error", err)
		}
	})
}
