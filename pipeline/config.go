package pipeline

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/pipeline/judge"
	"github.com/winnow-data/winnow/wire"
)

// A Config says what a Gate needs. All but DryRun, Log and Limits' zero values must be set; see DefaultConfig.
type Config struct {
	Client *wire.Client
	// Group is the consumer group; its offsets are the gate offsets.
	Group          string
	SessionTimeout time.Duration
	// FromLatest begins a partition without an offset at its end, not at its start.
	FromLatest bool

	// PlanFor finds the plan for a topic: nil where no contract wants the topic, an error where more than one does.
	PlanFor func(topic string) (*judge.Plan, error)
	// Topics are names that are waited for where they do not exist yet.
	Topics []string

	// Sink takes what is rejected; EnsureSink makes ready for a source topic what Sink writes to.
	Sink       winnow.Sink
	EnsureSink func(ctx context.Context, topic string) error
	// VerdictRetention is the retention of the verdict log.
	VerdictRetention time.Duration

	// NewKeeper makes what keeps a partition's passing records, which are judged under the contract of that hash, from the offset next on; it is nil, or gives
	// nil, where no feed wants the topic.
	NewKeeper func(topic string, partition int, next int64, contract string) winnow.Keeper

	// DryRun judges and counts, and writes nothing: no quarantine, no verdicts, no offsets, no membership in the group.
	DryRun bool

	Limits Limits
	Tally  *Tally
	Log    *slog.Logger
	// Metrics may be nil.
	Metrics *Metrics
}

// Limits bound the gate's memory and its steps.
type Limits struct {
	// Batch is the most that a Kafka batch may take, compressed or not, in bytes. A larger one goes to the quarantine, unread.
	Batch int
	// Fetch is how much one fetch asks of a partition, in bytes, while few partitions are assigned; FetchTotal bounds it for many:
	// each partition has two fetches in memory.
	Fetch, FetchTotal int
	// Reject is how many bytes of rejected records a partition gathers before it writes them.
	Reject int
	// Commit is how often offsets are committed; Drain how long a chain may take to finish when its partition is taken away.
	Commit, Drain time.Duration
	// Refresh is how often the gate looks for new topics.
	Refresh time.Duration
}

// DefaultLimits are the limits that the pipeline file's defaults lead to.
func DefaultLimits() Limits {
	return Limits{Batch: 64 << 20, Fetch: 4 << 20, FetchTotal: 64 << 20, Reject: 1 << 20,
		Commit: 200 * time.Millisecond, Drain: 10 * time.Second, Refresh: 5 * time.Second}
}

// Validate reports everything that is wrong with the configuration.
func (c *Config) Validate() error {
	var errs []error
	need := func(ok bool, what string) {
		if !ok {
			errs = append(errs, fmt.Errorf("the gate needs %s", what))
		}
	}
	need(c.Client != nil, "a Kafka client")
	need(c.Group != "", "a consumer group")
	need(c.PlanFor != nil, "contracts")
	need(c.Tally != nil, "a tally")
	need(c.Log != nil, "a logger")
	need(c.DryRun || c.Sink != nil && c.EnsureSink != nil, "a quarantine")
	need(c.SessionTimeout > 0, "a session timeout above 0")
	need(c.Limits.Batch > 0 && c.Limits.Fetch > 0 && c.Limits.FetchTotal > 0 && c.Limits.Reject > 0, "size limits above 0")
	need(c.Limits.Commit > 0 && c.Limits.Drain > 0 && c.Limits.Refresh > 0, "intervals above 0")
	return errors.Join(errs...)
}

// drain is how long a chain may take to finish when its partition is taken away. Nothing tells the group that a member lives while it drains, so that
// must end, with a commit behind it, before the session does: else two members have one partition.
func (c *Config) drain() time.Duration { return min(c.Limits.Drain, c.SessionTimeout/2) }

// fetchBytes is what a fetch asks for when a gate has n partitions.
func (l Limits) fetchBytes(n int) int {
	return max(64<<10, min(l.Fetch, l.FetchTotal/max(1, 2*n)))
}
