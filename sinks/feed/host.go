package feed

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/pipeline/judge"
	"github.com/winnow-data/winnow/pipeline/verdicts"
	"github.com/winnow-data/winnow/schemas"
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
			pointers = append(pointers, everything(plans[0].Contract.Program)...)
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

func everything(p *schemas.Program) (pointers []string) {
	for _, f := range p.Schema().Fields() {
		pointers = append(pointers, "/"+escaper.Replace(f.Name))
	}
	return pointers
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

// readers are the feeds of a topic.
func (h *Host) readers(topic string) (feeds []*Feed) {
	for _, f := range h.feeds {
		if slices.Contains(f.Topics, topic) {
			feeds = append(feeds, f)
		}
	}
	return feeds
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

// errNotYet is no trouble at a start.
var errNotYet = errors.New("does not exist yet, or nothing of it was judged")

// refresh begins to follow the partitions of a topic that are new, and says whether there are any.
func (h *Host) refresh(ctx context.Context, topic string, all *sync.WaitGroup) (changed bool, err error) {
	infos, err := h.cfg.Client.Topics(ctx, topic, verdicts.Topic(topic))
	if err != nil {
		return false, err
	}
	log, ok := infos[verdicts.Topic(topic)]
	if _, there := infos[topic]; !there || !ok {
		return false, fmt.Errorf("topic %s %w", topic, errNotYet)
	}
	for i := range log.Partitions {
		p := part{topic, i}
		if h.follower(p) != nil {
			continue
		}
		start, end, err := h.cfg.Client.Offsets(ctx, verdicts.Topic(topic), i)
		if err != nil {
			return false, err
		}
		f := newFollower(p, h.cfg.Client, h.cfg.Log, max(start, end-1), h.readers(topic)) // with the last entry, to know where the log ends
		h.mu.Lock()
		h.followers[p] = f
		h.mu.Unlock()
		all.Go(func() { f.run(ctx) })
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	changed = !h.whole[topic] || len(h.followers) != h.known
	h.whole[topic], h.known = true, len(h.followers)
	return changed, nil
}

// announce lets the feeds see which partitions are followed.
func (h *Host) announce(changed bool) {
	if !changed {
		return
	}
	h.opened.Add(1)
	for _, f := range h.feeds {
		f.rouse()
	}
}

// tell keeps why a topic cannot be fed, and logs it once.
func (h *Host) tell(topic string, err error) {
	why := ""
	if err != nil {
		why = err.Error()
	}
	h.mu.Lock()
	told := h.trouble[topic] == why
	h.trouble[topic] = why
	h.mu.Unlock()
	switch {
	case told || err == nil:
	case errors.Is(err, errNotYet):
		h.cfg.Log.Info("feeds wait for a topic", "topic", topic, "why", err)
	default:
		h.cfg.Log.Warn("feeds cannot look up a topic, trying again", "topic", topic, "error", err)
	}
}

// troubleOf says why topics are not followed.
func (h *Host) troubleOf(topics []string) string {
	h.mu.Lock()
	for _, t := range topics {
		if why := h.trouble[t]; why != "" {
			h.mu.Unlock()
			return why
		}
	}
	h.mu.Unlock()
	for _, f := range h.followed(topics) {
		if why := f.why(); why != "" {
			return why
		}
	}
	return ""
}

func (h *Host) follower(p part) *follower {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.followers[p]
}

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
