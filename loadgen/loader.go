package loadgen

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/wire"
)

// The defaults of a LoadConfig.
const (
	DefaultPartitions   = 4
	DefaultBatchRecords = 800
	maxBatchRecords     = 1500 // so that a batch stays well below Kafka's usual 1 MiB
	maxWorkers          = 64
)

// grace is how long what was sent may still take once the load is told to stop.
const grace = 5 * time.Second

// A LoadConfig says what a Loader writes where.
type LoadConfig struct {
	Generator Config // its Seed makes the run's number and every worker's own seed; see Runs

	Topic        string
	Partitions   int // of a topic that is not there yet; 0 is DefaultPartitions. An existing topic keeps its own
	Replication  int // likewise; 0 is 1
	Codec        wire.Codec
	Rate         float64       // records a second; 0 is as fast as it can
	Count        int64         // how many records; 0 is no end
	Duration     time.Duration // how long; 0 is no end
	Workers      int           // 0 is one a partition, four at most
	BatchRecords int           // records of a batch at full speed; 0 is DefaultBatchRecords
	Round        time.Duration // how long a worker gathers records at most when there is a Rate; 0 is 100 ms
	BatchEvery   int64         // a fault of GroupBatch is planted each time that so many records were written; 0 is never
	Log          *slog.Logger  // nil is none
}

// Validate reports every fault of the configuration.
func (c LoadConfig) Validate() winnow.Faults {
	fs := c.Generator.Validate()
	fault := func(bad bool, problem string) {
		if bad {
			fs = append(fs, winnow.Fault{Problem: problem})
		}
	}
	fault(c.Topic == "", "no topic")
	fault(c.Round < 0, "the length of a round is negative")
	fault(c.Partitions < 0, "the number of partitions is negative")
	fault(c.Replication < 0, "the replication factor is negative")
	fault(c.Codec < wire.CodecNone || c.Codec > wire.CodecZstd, "unknown codec")
	fault(!(c.Rate >= 0) || math.IsInf(c.Rate, 1), "the rate must be a number of records a second, 0 for as many as it can")
	fault(c.Count < 0, "the count is negative")
	fault(c.Duration < 0, "the duration is negative")
	fault(c.Workers < 0 || c.Workers > maxWorkers, fmt.Sprintf("the number of workers must lie between 0 and %d", maxWorkers))
	fault(c.BatchRecords < 0 || c.BatchRecords > maxBatchRecords,
		fmt.Sprintf("the records of a batch must lie between 0 and %d", maxBatchRecords))
	fault(c.BatchEvery < 0, "the distance of planted batches is negative")
	return fs
}

// A Loader writes a Generator's records, labelled, into a Kafka topic.
type Loader struct {
	client *wire.Client
	cfg    LoadConfig
	tally  *tally
	faults []batchFault
}

// NewLoader makes a Loader that writes through client, once Run is called. It returns the faults of cfg.
func NewLoader(client *wire.Client, cfg LoadConfig) (*Loader, error) {
	if err := cfg.Validate().Err(); err != nil {
		return nil, err
	}
	if cfg.Partitions == 0 {
		cfg.Partitions = DefaultPartitions
	}
	if cfg.Replication == 0 {
		cfg.Replication = 1
	}
	if cfg.Round == 0 {
		cfg.Round = defaultRound
	}
	if cfg.BatchRecords == 0 {
		cfg.BatchRecords = DefaultBatchRecords
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Generator.Clock == nil {
		cfg.Generator.Clock = time.Now
	}
	cfg.Generator.Lines = false
	l := &Loader{client: client, cfg: cfg, tally: newTally()}
	for _, b := range batchFaults() {
		if cfg.Generator.wants(b.Kind) {
			l.faults = append(l.faults, b)
		}
	}
	return l, nil
}

// Stats says what was written so far. It may be called while Run runs.
func (l *Loader) Stats() Stats { return l.tally.snapshot() }

// Run creates the topic where it is not there, and writes until the count or the duration is reached, or ctx ends: that is no error. What
// is on its way then may still arrive, for a few seconds. Run is called once.
func (l *Loader) Run(ctx context.Context) error {
	partitions, err := l.ready(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	l.tally.begin()
	defer l.tally.end()
	run := ctx
	if l.cfg.Duration > 0 {
		var cancel context.CancelFunc
		run, cancel = context.WithTimeout(ctx, l.cfg.Duration)
		defer cancel()
	}
	g, run := errgroup.WithContext(run)
	send, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	stop := context.AfterFunc(run, func() {
		timer := time.AfterFunc(grace, cancel)
		context.AfterFunc(send, func() { timer.Stop() })
	})
	defer stop()
	for _, w := range l.workers(partitions) {
		g.Go(func() error { return w.run(run, send) })
	}
	if err := g.Wait(); err != nil && send.Err() == nil {
		return fmt.Errorf("cannot write the load into topic %s: %w", l.cfg.Topic, err)
	}
	return nil
}

// ready sees to it that the topic is there and says how many partitions it has.
func (l *Loader) ready(ctx context.Context) (partitions int, err error) {
	err = wire.Retry(ctx, "find the topic", l.cfg.Log, func(ctx context.Context) error {
		if _, err := l.client.EnsureTopic(ctx, l.cfg.Topic, l.cfg.Partitions, l.cfg.Replication, nil); err != nil {
			return err
		}
		topics, err := l.client.Topics(ctx, l.cfg.Topic)
		if err != nil {
			return err
		}
		if partitions = topics[l.cfg.Topic].Partitions; partitions == 0 {
			return errTopicNotThere
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("cannot prepare topic %s: %w", l.cfg.Topic, err)
	}
	return partitions, nil
}

// workers deals the partitions out: each belongs to one worker, which alone writes it, in order.
func (l *Loader) workers(partitions int) []*worker {
	n := l.cfg.Workers
	if n == 0 {
		n = min(partitions, 4)
	}
	n = min(n, partitions)
	ws := make([]*worker, n)
	for i := range ws {
		ws[i] = newWorker(l, i, n)
	}
	for p := range partitions {
		w := ws[p%n]
		w.parts = append(w.parts, part{number: p})
	}
	return ws
}
