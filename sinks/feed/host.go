package feed

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/pipeline/judge"
)

// A Host is one host's feeds, and the memory that they share.
type Host struct {
	cfg     Config
	cache   *cache
	feeds   []*Feed
	kept    map[string]*source // by topic: what the cache keeps of it
	most    int                // bytes of a chunk
	loaders chan *loader

	opened atomic.Int64 // partitions that are followed, as announced

	mu        sync.Mutex
	loading   map[part]chan struct{} // whose turn it is to read a partition
	followers map[part]*follower
	trouble   map[string]string // by topic
	known     int               // followers, as announced
	whole     map[string]bool   // topics of which every partition is followed
}

// loaders is how many reads from Kafka go on at once.
const loaders = 2

// New makes a Host; it does nothing until Run. Its error names a feed whose columns its topics do not have, or do not have alike.
func New(cfg Config) (*Host, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	h := &Host{cfg: cfg, kept: make(map[string]*source), loaders: make(chan *loader, loaders),
		loading: make(map[part]chan struct{}), followers: make(map[part]*follower), trouble: make(map[string]string), whole: make(map[string]bool)}
	h.cache = newCache(NewMemory(cfg.Memory), h.readers)
	for range loaders {
		h.loaders <- newLoader(cfg.Client, cfg.Batch)
	}
	batches := 0
	for _, s := range cfg.Specs {
		batches += s.Shards
		for _, topic := range s.Topics {
			if err := h.keep(topic); err != nil {
				return nil, err
			}
		}
	}
	h.most = chunkBytes(cfg.Memory, batches)
	for _, s := range cfg.Specs {
		f, err := h.newFeed(s, batches)
		if err != nil {
			return nil, fmt.Errorf("feed %s: %w", s.Name, err)
		}
		h.feeds = append(h.feeds, f)
	}
	return h, nil
}

// keep finds what is to be kept of a topic: all columns that some feed wants.
func (h *Host) keep(topic string) error {
	if h.kept[topic] != nil {
		return nil
	}
	plans := h.cfg.Plans(topic)
	if len(plans) == 0 {
		return fmt.Errorf("topic %s has no contract", topic)
	}
	var pointers []string
	for _, s := range h.cfg.Specs {
		switch {
		case !slices.Contains(s.Topics, topic):
		case len(s.Columns) == 0:
			pointers = append(pointers, everything(plans[0].Contract.Program.Schema())...)
		default:
			pointers = append(pointers, s.Columns...)
		}
	}
	src := &source{client: h.cfg.Client, plans: make(map[string]*judge.Plan), picks: make(map[string]*pick)}
	for _, plan := range plans {
		hash := plan.Contract.Hash
		p, err := newPick(plan.Contract.Program.Schema(), pointers)
		if err != nil {
			return fmt.Errorf("topic %s, contract %s: %w", topic, hash, err)
		}
		if src.schema == nil {
			src.schema = p.schema
		}
		if !src.schema.Equal(p.schema) {
			return fmt.Errorf("topic %s: what the feeds take has other types in the former contract %s: a batch would change its shape; "+
				"let the feeds name columns that are the same in both", topic, hash)
		}
		bare := *plan
		bare.NewRules, bare.Checks = nil, nil // what they found is in the verdict log
		src.plans[hash], src.picks[hash] = &bare, p
	}
	h.kept[topic] = src
	return nil
}

func (h *Host) newFeed(s Spec, batches int) (*Feed, error) {
	f := &Feed{Spec: s, host: h, sources: make(map[string]*source), picks: make(map[string]*pick), wake: make(chan struct{}, 1),
		queues: make([][]*Batch, s.Shards), asked: make([]time.Time, s.Shards), depth: newDepth(), metrics: h.cfg.Metrics.bind(s.Name),
		places: places{now: make(map[part]position), begun: make(map[part]int64), dirty: make(map[part]struct{})}, share: h.cfg.Memory / int64(batches+1) * int64(s.Shards)}
	for _, topic := range s.Topics {
		src := h.kept[topic]
		p, err := newPick(src.schema, s.Columns)
		if err != nil {
			return nil, err
		}
		if f.schema != nil && !f.schema.Equal(p.schema) {
			return nil, fmt.Errorf("topics %s and %s do not have the same columns: name columns that they share, of the same types, or make two feeds of it", s.Topics[0], topic)
		}
		f.schema, f.sources[topic], f.picks[topic] = p.schema, src, p
	}
	var err error
	f.table, err = newTable(f.schema)
	return f, err
}

// Feed gives a feed by its name, nil for none.
func (h *Host) Feed(name string) *Feed {
	for _, f := range h.feeds {
		if f.Name == name {
			return f
		}
	}
	return nil
}

// NewKeeper makes what keeps a partition's passing records, from the offset next on; nil where no feed wants the topic. It is the gate's.
func (h *Host) NewKeeper(topic string, partition int, next int64, contract string) winnow.Keeper {
	src := h.kept[topic]
	if src == nil {
		return nil
	}
	p := part{topic, partition}
	from := src.plans[contract]
	if from == nil {
		return nil
	}
	g, err := newGathering(p, contract, src.picks[contract], next)
	if err != nil {
		h.cfg.Log.Error("cannot keep records for the feeds: they are read from Kafka again", "topic", topic, "error", err)
		return nil
	}
	return &keeper{cache: h.cache, most: h.most, gathering: g}
}

// Run feeds until ctx ends. It returns when every goroutine has ended and every batch that nobody has taken is released.
func (h *Host) Run(ctx context.Context) error {
	var all sync.WaitGroup
	for _, f := range h.feeds {
		ended := make(chan struct{})
		all.Go(func() { defer close(ended); f.run(ctx) })
		all.Go(func() { f.commit(ctx, ended) })
	}
	topics := slices.Sorted(maps.Keys(h.kept))
	for ctx.Err() == nil {
		for _, topic := range topics {
			changed, err := h.refresh(ctx, topic, &all)
			h.tell(topic, err)
			h.announce(changed && err == nil)
		}
		wait(ctx, nil, h.cfg.Refresh)
	}
	all.Wait()
	h.cache.clear()
	return nil
}
