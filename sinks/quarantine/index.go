package quarantine

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/winnow-data/winnow/wire"
)

// Config is what an Index needs. Log and Match are required.
type Config struct {
	// Match says whether a source topic's quarantine is shown here.
	Match func(source string) bool
	// Known says whether a contract (by its hash) itself writes down the name of a property or header: such names are
	// shown, all others masked. nil: none is known.
	Known func(contract, name string) bool
	// Records bounds the records whose details are held; 1,000,000 when 0. Beyond, the oldest are only counted.
	Records int
	// Batch bounds the Kafka batch that is held, as fetched and decompressed; 80 MiB when 0. A larger one is stepped over
	// and counted as unreadable.
	Batch int
	// Poll is how often Kafka is asked for what is new, Refresh how often for new topics; 1 s and 30 s when 0.
	Poll, Refresh time.Duration
	Log           *slog.Logger
}

const (
	defaultRecords = 1_000_000
	defaultBatch   = 80 << 20
	defaultPoll    = time.Second
	defaultRefresh = 30 * time.Second
)

// Errors of an Index, for errors.Is.
var (
	// ErrNotFound says that a record is not in the index, or no longer in Kafka.
	ErrNotFound = errors.New("no such record is waiting for review")
	// ErrBadCursor says that Records was given an `after` that it did not make.
	ErrBadCursor = errors.New("not a cursor that this index gave out")
)

// fetcher is what an Index needs of wire.Client.
type fetcher interface {
	Fetch(ctx context.Context, req wire.FetchRequest, slab *wire.Slab) (wire.Fetched, error)
	Offsets(ctx context.Context, topic string, partition int) (start, end int64, err error)
	Topics(ctx context.Context, names ...string) (map[string]wire.TopicInfo, error)
}

// An Index knows which records are in the quarantine topics, and why. It holds what it knows in memory, bounded, and
// builds it from Kafka when it runs. Its queries may be called at any time, from any goroutine.
type Index struct {
	cfg   Config
	kafka fetcher
	shows chan struct{} // bounds the records read back at one time

	mu         sync.RWMutex
	parts      map[part]*follow
	classes    *classes
	users      *users
	entries    int   // with details
	counted    int64 // records
	dropped    int64 // records without details
	unreadable int64
	caughtUp   bool
	repeated   bool // a record whose details were dropped may have come again
}

// A part is a partition of a source topic, and of its quarantine.
type part struct {
	source    string
	partition int
}

// A follow is how far a quarantine partition has been read, and what was in it.
type follow struct {
	shelf
	next     int64 // offset; -1: not known yet
	logStart int64
}

// maxShows is how many records are read back from Kafka at one time.
const maxShows = 2

// NewIndex makes an Index that is empty until Run.
func NewIndex(client *wire.Client, cfg Config) *Index { return newIndex(client, cfg) }

func newIndex(kafka fetcher, cfg Config) *Index {
	if cfg.Records <= 0 {
		cfg.Records = defaultRecords
	}
	if cfg.Batch <= 0 {
		cfg.Batch = defaultBatch
	}
	if cfg.Poll <= 0 {
		cfg.Poll = defaultPoll
	}
	if cfg.Refresh <= 0 {
		cfg.Refresh = defaultRefresh
	}
	return &Index{
		cfg: cfg, kafka: kafka, shows: make(chan struct{}, maxShows),
		parts: map[part]*follow{}, classes: newClasses(), users: newUsers(),
	}
}

// sourceOf gives the source topic of a quarantine topic.
func (x *Index) sourceOf(topic string) (source string, ok bool) {
	source, ok = strings.CutSuffix(topic, Suffix)
	return source, ok && source != "" && x.cfg.Match(source)
}

// add puts a quarantined record into the index. A record that is there already, because the gate wrote it again, is
// replaced. The caller holds the lock.
func (x *Index) add(p part, f *follow, m *meta) {
	e := entry{
		source: m.source, at: m.at, time: m.time, size: clamp(m.size), covers: clamp(m.covers),
		class: x.classes.of(p.source, m.contract, m.team, m.reasons), user: x.users.take(m.user),
	}
	x.classes.add(&e, p.partition)
	x.counted += int64(e.covers)
	old, replaced := f.put(e)
	if replaced {
		x.users.release(old.user)
		x.classes.gone(&old, true)
		x.counted -= int64(old.covers)
		return
	}
	if e.source <= f.dropped {
		x.repeated = true
	}
	x.entries++
	if x.entries > x.cfg.Records {
		x.dropOldest()
	}
}

// dropOldest drops the details of the chunk that was written longest ago.
func (x *Index) dropOldest() {
	var oldest *follow
	for _, f := range x.parts {
		if len(f.chunks) > 0 && (oldest == nil || f.chunks[0].newest < oldest.chunks[0].newest) {
			oldest = f
		}
	}
	if oldest == nil {
		return
	}
	oldest.drop(func(e entry) {
		x.entries--
		x.dropped += int64(e.covers)
		x.users.release(e.user)
		x.classes.gone(&e, false)
	})
}

// expire forgets what Kafka no longer has. The caller holds the lock.
func (x *Index) expire(f *follow, logStart int64) {
	if logStart <= f.logStart {
		return
	}
	f.logStart = logStart
	f.expire(logStart, func(e entry) {
		x.entries--
		x.counted -= int64(e.covers)
		x.users.release(e.user)
		x.classes.gone(&e, true)
	}, func(class uint32, n int64) {
		x.counted -= n
		x.dropped -= n
		x.classes.uncount(class, n)
	})
}

// remove forgets a partition. The caller holds the lock.
func (x *Index) remove(p part) {
	if f := x.parts[p]; f != nil {
		x.expire(f, 1<<63-1)
		delete(x.parts, p)
	}
}

// clamp fits a count into an entry.
func clamp(n int64) uint32 {
	return uint32(min(max(n, 0), 1<<32-1)) //nolint:gosec // just bounded
}

// sorted gives the partitions in order. The caller holds the lock.
func (x *Index) sorted() []part {
	ps := make([]part, 0, len(x.parts))
	for p := range x.parts {
		ps = append(ps, p)
	}
	slices.SortFunc(ps, comparePart)
	return ps
}
