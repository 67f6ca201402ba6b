package pipeline

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"
	"golang.org/x/sync/singleflight"

	"github.com/winnow-data/winnow/pipeline/judge"
	"github.com/winnow-data/winnow/wire"
)

// A Gate judges the topics that its contracts name. Any number of gates in one group share their partitions.
type Gate struct {
	cfg   Config
	since time.Time
	dirty chan struct{} // something can be committed

	recheck  chan struct{} // look for topics at once
	ensuring singleflight.Group

	mu          sync.Mutex
	chains      map[string]map[int]*chain // topic, partition
	plans       map[string]*judge.Plan    // of the topics that exist
	conflicts   []string                  // topics that cannot be judged, and why
	missing     []string                  // topics that are waited for
	trouble     string                    // why no partition is assigned
	ready       map[string]bool           // topics whose own topics exist
	uncommitted string                    // why offsets cannot be committed
}

// New makes a Gate; it does nothing until Run.
func New(cfg Config) (*Gate, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	return &Gate{cfg: cfg, since: time.Now(), dirty: make(chan struct{}, 1), recheck: make(chan struct{}, 1), chains: make(map[string]map[int]*chain),
		ready: make(map[string]bool), trouble: "not yet connected to Kafka"}, nil
}

// Run judges until ctx ends; then it finishes what is in hand, commits and leaves the group. It returns an error only if the very first
// contact with Kafka fails in a way that waiting does not heal, or takes longer than firstContact.
func (g *Gate) Run(ctx context.Context) error {
	topics, err := g.firstContact(ctx)
	if err != nil || ctx.Err() != nil {
		return err
	}
	for ctx.Err() == nil {
		switch {
		case len(topics) == 0:
			g.setTrouble("none of the contracts' topics exists yet")
			g.pause(ctx, g.cfg.Limits.Refresh)
		case g.cfg.DryRun:
			g.runAlone(ctx, topics)
		default:
			g.runGroup(ctx, topics)
		}
		if ctx.Err() != nil {
			break
		}
		if fresh, err := g.discover(ctx); err == nil {
			topics = fresh
		} else if ctx.Err() == nil {
			g.setTrouble(err.Error())
			g.cfg.Log.Warn("cannot look for topics", "error", err)
			g.pause(ctx, time.Second)
		}
	}
	return nil
}

// firstContactTime is how long a gate waits at its start for a Kafka that does not answer: a wrong address should be told, a broker that is
// starting at the same time should be waited for.
const firstContactTime = 15 * time.Second

func (g *Gate) firstContact(ctx context.Context) (topics map[string]int, err error) {
	limit, cancel := context.WithTimeout(ctx, firstContactTime)
	defer cancel()
	err = wire.Retry(limit, "reach Kafka", g.cfg.Log, func(ctx context.Context) error {
		topics, err = g.discover(ctx)
		return err
	})
	if err != nil && ctx.Err() == nil {
		return nil, err
	}
	return topics, nil
}

// discover finds the topics that a contract wants, and how many partitions they have.
func (g *Gate) discover(ctx context.Context) (map[string]int, error) {
	all, err := g.cfg.Client.Topics(ctx)
	if err != nil {
		return nil, err
	}
	var conflicts []string
	topics := make(map[string]int)
	plans := make(map[string]*judge.Plan)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		plan, err := g.cfg.PlanFor(name)
		if err != nil {
			conflicts = append(conflicts, err.Error())
			continue
		}
		if plan != nil {
			plans[name] = plan
			topics[name] = all[name].Partitions
		}
	}
	var missing []string
	for _, name := range g.cfg.Topics {
		if _, ok := all[name]; !ok {
			missing = append(missing, name)
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if !slices.Equal(missing, g.missing) && len(missing) > 0 {
		g.cfg.Log.Warn("waiting for topics that do not exist yet", "topics", missing)
	}
	if !slices.Equal(conflicts, g.conflicts) && len(conflicts) > 0 {
		g.cfg.Log.Error("topics that cannot be judged", "why", conflicts)
	}
	g.missing, g.conflicts, g.plans = missing, conflicts, plans
	return topics, nil
}

func (g *Gate) pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

func (g *Gate) setTrouble(why string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.trouble = why
}

// ensureTopics makes ready, once, what the gate writes to for a source topic. The topic's chains come here together, and one of them does it.
func (g *Gate) ensureTopics(ctx context.Context, topic string) error {
	g.mu.Lock()
	ready := g.ready[topic]
	g.mu.Unlock()
	if ready {
		return nil
	}
	_, err, _ := g.ensuring.Do(topic, func() (any, error) {
		return nil, wire.Retry(ctx, "make topics", g.cfg.Log, func(ctx context.Context) error {
			if err := g.cfg.EnsureSink(ctx, topic); err != nil {
				return err
			}
			return g.ensureVerdicts(ctx, topic)
		})
	})
	if err != nil {
		return fmt.Errorf("cannot make ready the topics of %s: %w", topic, err)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.ready[topic] = true
	return nil
}

// newChain registers a chain for a partition. It returns nil for a topic that was deleted since the group was joined: the topics are being
// looked up again.
func (g *Gate) newChain(topic string, partition, fetchSize int, owner *committer) *chain {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.plans[topic] == nil {
		return nil
	}
	c := &chain{gate: g, owner: owner, topic: topic, partition: partition, plan: g.plans[topic], fetchSize: fetchSize,
		log: g.cfg.Log.With("topic", topic, "partition", partition)}
	c.state.logEnd = -1
	if g.chains[topic] == nil {
		g.chains[topic] = make(map[int]*chain)
	}
	g.chains[topic][partition] = c
	g.trouble = ""
	return c
}

// dropChains forgets chains that have ended, but not those that came after them.
func (g *Gate) dropChains(ended []*chain) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, c := range ended {
		if g.chains[c.topic][c.partition] == c {
			delete(g.chains[c.topic], c.partition)
		}
	}
	clear(g.ready) // partitions may have been added to the source meanwhile
	if g.trouble == "" {
		g.trouble = "joining the group"
	}
}

// each calls f for the chains as they are now, in order.
func (g *Gate) each(f func(*chain)) {
	g.mu.Lock()
	var all []*chain
	for _, topic := range slices.Sorted(maps.Keys(g.chains)) {
		for _, p := range slices.Sorted(maps.Keys(g.chains[topic])) {
			all = append(all, g.chains[topic][p])
		}
	}
	g.mu.Unlock()
	for _, c := range all {
		f(c)
	}
}

// runAlone judges every partition without a group, until ctx ends or topics change: a dry run takes nothing from those who work.
func (g *Gate) runAlone(ctx context.Context, topics map[string]int) {
	n := 0
	for _, partitions := range topics {
		n += partitions
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var all []*chain
	var chains sync.WaitGroup
	for topic, partitions := range topics {
		for p := range partitions {
			if c := g.newChain(topic, p, g.cfg.Limits.fetchBytes(n), nil); c != nil {
				all = append(all, c)
				chains.Go(func() { c.run(ctx) })
			}
		}
	}
	g.watch(ctx, topics)
	cancel()
	chains.Wait()
	g.dropChains(all)
}

// watch returns when the topics or their partitions are not those any more, or ctx ends.
func (g *Gate) watch(ctx context.Context, topics map[string]int) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-g.recheck:
		case <-time.After(g.cfg.Limits.Refresh):
		}
		if fresh, err := g.discover(ctx); err == nil && !maps.Equal(fresh, topics) {
			g.cfg.Log.Info("topics changed", "partitions", fresh)
			return
		}
	}
}

// generationEnded says that a commit failed since the partitions are somebody else's now.
func generationEnded(err error) bool {
	for _, code := range []kafka.Error{kafka.IllegalGeneration, kafka.UnknownMemberId, kafka.RebalanceInProgress, kafka.FencedInstanceID} {
		if errors.Is(err, code) {
			return true
		}
	}
	return false
}
