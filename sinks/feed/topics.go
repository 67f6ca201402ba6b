package feed

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/winnow-data/winnow/pipeline/verdicts"
)

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

// readers are the feeds of a topic.
func (h *Host) readers(topic string) (feeds []*Feed) {
	for _, f := range h.feeds {
		if slices.Contains(f.Topics, topic) {
			feeds = append(feeds, f)
		}
	}
	return feeds
}

// complete says that every partition of the topics is followed.
func (h *Host) complete(topics []string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return !slices.ContainsFunc(topics, func(t string) bool { return !h.whole[t] })
}

// followed gives the followers of topics.
func (h *Host) followed(topics []string) (all []*follower) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, topic := range topics {
		for i := 0; ; i++ {
			f := h.followers[part{topic, i}]
			if f == nil {
				break
			}
			all = append(all, f)
		}
	}
	return all
}
