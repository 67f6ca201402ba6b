package feed

import (
	"cmp"
	"slices"
	"time"
)

// A HostStatus is how a host's feeds stand.
type HostStatus struct {
	Limit, Used, Cache int64 // bytes of host memory: the budget, what is used of it, what of that the cache holds
	Feeds              []Status
}

// A Status is how a feed stands.
type Status struct {
	Spec
	Step     int64 // the next one to be planned
	Records  int64 // handed out since the process began
	Planned  int64 // rows of all steps, those of earlier processes among them
	Excluded int64 // records that passed, and were left out by a required rule
	Failed   int64 // offsets that failed, in what was planned
	Short    int64 // steps that were made short
	Behind   int64 // offsets between what is planned and the end of the verdict log
	Depth    int   // steps that are made ahead of demand, at most
	Ready    int   // batches that are ready
	Bytes    int64 // of batches that are not released
	Cached   int64 // runs of rows that were in the cache
	Read     int64 // and that were read from Kafka
	// Wait50 and Wait99 are quantiles of the time from asking for a batch to having it; Ready50 and Ready99 of that from a record's Kafka timestamp to its
	// batch being ready, the oldest record's of each batch.
	Wait50, Wait99, Ready50, Ready99 time.Duration
	Cause                            Cause  // what it waits for; none while a batch is ready
	Trouble                          string // why it stands still
	// Positions are behind the last step that every shard has trained on.
	Positions []Position
}

// A Position is a feed's in one partition.
type Position struct {
	Topic     string
	Partition int
	Offset    int64
}

// Status tells how the feeds stand.
func (h *Host) Status() HostStatus {
	st := HostStatus{Limit: h.cache.mem.Limit(), Used: h.cache.mem.Used(), Cache: h.cache.size()}
	for _, f := range h.feeds {
		st.Feeds = append(st.Feeds, f.status())
	}
	return st
}

// Columns are the feed's columns, by their Arrow names.
func (f *Feed) Columns() (names []string) {
	for _, field := range f.schema.Fields() {
		names = append(names, field.Name)
	}
	return names
}

func (f *Feed) status() Status {
	ends := make(map[part]int64)
	for _, fo := range f.host.followed(f.Topics) {
		ends[fo.part] = fo.end()
	}
	trouble := f.host.troubleOf(f.Topics)
	f.mu.Lock()
	defer f.mu.Unlock()
	st := Status{Spec: f.Spec, Records: f.account.Records, Planned: f.account.Planned, Excluded: f.account.Excluded, Failed: f.account.Failed,
		Short: f.account.Short, Depth: f.depth.now, Bytes: f.bytes, Cached: f.account.Cached, Read: f.account.Read, Wait50: f.waits.at(0.5),
		Wait99: f.waits.at(0.99), Ready50: f.fresh.at(0.5), Ready99: f.fresh.at(0.99), Step: f.places.next, Trouble: cmp.Or(f.why, f.ill, trouble)}
	empty := false
	for _, q := range f.queues {
		st.Ready += len(q)
		empty = empty || len(q) == 0
	}
	if empty {
		st.Cause = f.reason()
	}
	planned := f.places.last()
	for p, now := range f.places.now {
		if now.offset < 0 {
			continue // nothing was judged yet
		}
		st.Positions = append(st.Positions, Position{p.topic, p.id, now.offset})
		st.Behind += max(0, ends[p]-max(planned[p], f.places.begun[p]))
	}
	slices.SortFunc(st.Positions, func(a, b Position) int {
		return cmp.Or(cmp.Compare(a.Topic, b.Topic), cmp.Compare(a.Partition, b.Partition))
	})
	return st
}
