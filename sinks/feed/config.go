package feed

import (
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/pipeline/judge"
	"github.com/winnow-data/winnow/wire"
)

// A Spec says what one model of one team trains on.
type Spec struct {
	Name, Team, Model string
	Topics            []string
	Columns           []string // JSON Pointers; empty for all
	// Require says whether records that a rule tagged are left out; nil leaves out all that are tagged.
	Require func(rule string) bool
	Records int // rows of a batch
	// Linger is how long rows may wait for their batch to be full; then it is made short. 0 makes none short.
	Linger time.Duration
	Shards int // batches of a step
}

// A Config says what a Host needs.
type Config struct {
	Client *wire.Client
	Specs  []Spec
	// Memory is the budget, in bytes, for the cache and all feeds' batches together.
	Memory int64
	// Plans gives the plans by which a topic's records may have been judged, the present one first: all that this winnow knows of.
	Plans func(topic string) []*judge.Plan
	// Batch is the largest Kafka batch that is read, in bytes, compressed or not: the gate's limit.
	Batch int
	// FromLatest begins a feed without a position at the end of the verdict log, not at its start.
	FromLatest bool
	// Unjudged is how many offsets of a topic the gate has yet to come to; it may be nil.
	Unjudged func(topic string) int64
	// Commit is how often positions are committed, Refresh how often topics are looked up.
	Commit, Refresh time.Duration
	// Observe times the making of a step's batches from one topic; it may be nil.
	Observe func(topic string, d time.Duration)
	Log     *slog.Logger
	Metrics *Metrics // may be nil
}

// Validate reports everything that is wrong with the configuration.
func (c *Config) Validate() error {
	var errs []error
	need := func(ok bool, what string) {
		if !ok {
			errs = append(errs, fmt.Errorf("feeds need %s", what))
		}
	}
	need(c.Client != nil, "a Kafka client")
	need(c.Plans != nil, "contracts")
	need(c.Memory > 0 && c.Batch > 0, "size limits above 0")
	need(c.Commit > 0 && c.Refresh > 0, "intervals above 0")
	need(c.Log != nil, "a logger")
	for _, s := range c.Specs {
		need(s.Name != "" && len(s.Topics) > 0 && s.Records > 0 && s.Shards > 0, "a name, topics, and records and shards above 0")
	}
	return errors.Join(errs...)
}

// required says whether a record with a tag of rule is left out. One that is no acceptable JSON, and passed in shadow mode, has no row to give.
func (s *Spec) required(rule string) bool {
	switch rule {
	case winnow.RuleJSON, winnow.RuleEncoding, winnow.RuleBatch, winnow.RuleTombstone:
		return true
	}
	return s.Require == nil || s.Require(rule)
}

// group names the consumer group that holds a feed's position.
func (s *Spec) group() string { return "winnow.feed." + s.Name }

// A Cause is what a feed waits for.
type Cause string

// The causes. Gate: records wait to be judged, or none of those that were judged passed. Kafka: there is nothing to judge, or records are being read
// again. Budget: there is no room in host memory.
const (
	CauseNone   Cause = ""
	CauseGate   Cause = "gate"
	CauseKafka  Cause = "kafka"
	CauseBudget Cause = "budget"
)

// chunkBytes is how large a chunk may be for a budget with so many batches at once: a batch that is not read holds the whole chunk that it is part of.
func chunkBytes(memory int64, batches int) int {
	return int(min(2<<20, max(64<<10, memory/int64(8*(batches+1)))))
}
