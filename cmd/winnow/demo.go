package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"time"

	"github.com/spf13/cobra"
	"github.com/twmb/franz-go/pkg/kfake"
	"golang.org/x/sync/errgroup"

	"github.com/winnow-data/winnow/config"
	"github.com/winnow-data/winnow/loadgen"
	"github.com/winnow-data/winnow/pipeline/verify"
	"github.com/winnow-data/winnow/schemas"
	"github.com/winnow-data/winnow/wire"
)

// The demo's load. The embedded Kafka keeps everything in memory, and the score needs everything: so it does not run for hours.
const (
	demoTopic      = "training"
	demoPartitions = 4
	demoFaults     = 0.01
	demoFramed     = 0.05
	demoBatchEvery = 100_000 // records between damaged Kafka batches
	demoLongest    = 10 * time.Minute
)

func newDemoCmd() *cobra.Command {
	var d demo
	var logs logFlags
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "See it work: everything on one machine, with an embedded Kafka",
		Long: `Start an embedded Kafka, write training records with planted faults into it, judge them, feed the good ones to three models on simulated TPU chips, and show
all of it on a page. At the end it tells what became of each record: the ledger, the error rates by team, user and chip, what the chips did with their time, and
which of the planted faults were caught.

Exit code: 0 the ledger balances and every planted fault was caught, 1 not so, 3 the address is taken.`,
		Example: `  winnow demo
  winnow demo --duration 10s -o json | jq .ledger`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case d.format != "table" && d.format != "json":
				return wrong(fmt.Errorf("-o %q is neither table nor json", d.format))
			case d.duration < time.Second || d.duration > demoLongest:
				return wrong(fmt.Errorf("--duration %s is not between 1s and %s: the embedded Kafka keeps every record in memory", d.duration, demoLongest))
			case d.rate < 20_000:
				return wrong(fmt.Errorf("--rate %.0f is below 20000 records a second", d.rate))
			}
			log, err := logs.logger(cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			if !cmd.Flags().Changed("listen") && taken(cmd.Context(), d.listen) {
				d.listen = "127.0.0.1:0"
			}
			return d.run(cmd.Context(), log, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	logs.register(cmd)
	cmd.Flags().Lookup("log-level").DefValue, logs.level = "warn", "warn"
	cmd.Flags().DurationVar(&d.duration, "duration", 30*time.Second, "how long load is made")
	cmd.Flags().StringVar(&d.listen, "listen", "127.0.0.1:8080", "where the API is served; another port if this one is taken and was not asked for")
	cmd.Flags().Float64Var(&d.rate, "rate", 25_000, "records a second")
	cmd.Flags().Uint64Var(&d.seed, "seed", 1, "of the records and their faults")
	cmd.Flags().StringVarP(&d.format, "output", "o", "table", "table or json")
	return cmd
}

func taken(ctx context.Context, addr string) bool {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return true
	}
	return l.Close() != nil
}

// A demo is one run of `winnow demo`.
type demo struct {
	duration time.Duration
	listen   string
	rate     float64
	seed     uint64
	format   string
}

func (d *demo) run(ctx context.Context, log *slog.Logger, out, words io.Writer) (err error) {
	kafka, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(demoPartitions, demoTopic),
		kfake.BrokerConfigs(map[string]string{"message.max.bytes": "4194304", "group.min.session.timeout.ms": "1000"}))
	if err != nil {
		return outside(fmt.Errorf("cannot start the embedded Kafka: %w", err))
	}
	defer kafka.Close()
	dir, err := os.MkdirTemp("", "winnow-demo-")
	if err != nil {
		return outside(fmt.Errorf("cannot write the demo's contract: %w", err))
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	p, err := d.pipeline(dir, kafka.ListenAddrs())
	if err != nil {
		return err
	}
	client, err := newClient(p, wire.Config{})
	if err != nil {
		return wrong(err)
	}
	defer client.Close()
	// The service outlives the load: it has to catch up before the sum is drawn.
	working, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	s, err := newService(working, p, roleAll, false, log, wire.Config{})
	if err != nil {
		return err
	}
	fmt.Fprintf(words, "winnow demo: %s of load at %.0f records a second, %.0f %% of them faulty\n", d.duration, d.rate, 100*demoFaults)
	fmt.Fprintf(words, "  page     http://%s/\n  API      http://%s/api/v1/errors?by=team\n  metrics  http://%s/metrics\n", s.address, s.address, s.address)
	var service errgroup.Group
	service.Go(func() error { return s.run(working) })
	sum, err := d.load(ctx, working, client, s, words)
	if err == nil {
		sum.errorsFrom(s)
	}
	stop()
	if err = errors.Join(err, service.Wait()); err != nil {
		return err
	}
	if err := sum.audit(context.WithoutCancel(ctx), client, p.Kafka.Group); err != nil {
		return outside(err)
	}
	if err := sum.write(out, d.format); err != nil {
		return outside(err)
	}
	if !sum.Ledger.Balanced || sum.Faults.Missed > 0 {
		return no(nil)
	}
	return nil
}

// pipeline is the demo's, with its contract written out to dir.
func (d *demo) pipeline(dir string, brokers []string) (*config.Pipeline, error) {
	file, err := loadgen.WriteContract(dir)
	if err != nil {
		return nil, outside(err)
	}
	c, faults := schemas.LoadContract(file, schemas.ContractOptions{})
	if err := faults.Err(); err != nil {
		return nil, fmt.Errorf("the demo's own contract is wrong: %w", err)
	}
	topic, err := schemas.ParseTopic(demoTopic)
	if err != nil {
		return nil, err
	}
	c.Topics = []schemas.Topic{topic}
	p := config.Default()
	p.Kafka.Brokers, p.Kafka.Group, p.Kafka.Instance = brokers, "winnow-demo", "demo"
	p.Contracts = []*schemas.Contract{c}
	p.Listen = d.listen
	p.Feeds, p.Host.Memory = demoFeeds(d.rate), demoMemory
	return &p, nil
}

// load makes load until its time is over or ctx ends, and then waits until every record has its verdict.
func (d *demo) load(ctx, working context.Context, client *wire.Client, s *service, words io.Writer) (*demoSum, error) {
	loader, err := loadgen.NewLoader(client, loadgen.LoadConfig{Topic: demoTopic, Rate: d.rate, Duration: d.duration, BatchEvery: demoBatchEvery,
		Generator: loadgen.Config{Seed: d.seed, Faults: demoFaults, Framed: demoFramed, Clock: time.Now}})
	if err != nil {
		return nil, wrong(err)
	}
	shown := newProgress(words)
	defer shown.done()
	var load errgroup.Group
	loaded := make(chan struct{})
	load.Go(func() error { defer close(loaded); return loader.Run(ctx) })
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for running := true; running; {
		select {
		case <-loaded:
			running = false
		case <-tick.C:
			l := gateAPI{service: s}.Ledger()
			shown.say(l.Consumed, l.Quarantined)
		}
	}
	if err := load.Wait(); err != nil && ctx.Err() == nil {
		return nil, outside(fmt.Errorf("cannot make load: %w", err))
	}
	if err := caughtUp(working, client, s, tick.C); err != nil {
		return nil, err
	}
	s.fed(working, tick.C)
	return &demoSum{stats: loader.Stats(), address: s.address}, nil
}

// catchUpTime is how long the gate may take for what is left when the load ends.
const catchUpTime = time.Minute

// caughtUp waits until the gate offset of every partition is its log's end.
func caughtUp(ctx context.Context, client *wire.Client, s *service, tick <-chan time.Time) error {
	ctx, cancel := context.WithTimeout(ctx, catchUpTime)
	defer cancel()
	ends := make(map[int]int64)
	for p := range demoPartitions {
		_, end, err := client.Offsets(ctx, demoTopic, p)
		if err != nil {
			return outside(err)
		}
		ends[p] = end
	}
	for {
		behind := false
		parts := s.gate.Partitions()
		for _, p := range parts {
			behind = behind || !p.Known || p.Totals.Next < ends[p.Partition]
		}
		if !behind && len(parts) == demoPartitions {
			return nil
		}
		select {
		case <-ctx.Done():
			return outside(fmt.Errorf("the gate did not catch up within %s: %v", catchUpTime, s.unready()))
		case <-tick:
		}
	}
}

// audit draws the sum from Kafka alone.
func (sum *demoSum) audit(ctx context.Context, client *wire.Client, group string) error {
	v := &verify.Verifier{Client: client, Group: group}
	report, err := v.Run(ctx, []string{demoTopic})
	if err != nil {
		return err
	}
	score, err := loadgen.ScoreTopic(ctx, client, demoTopic)
	if err != nil {
		return err
	}
	sum.Ledger = demoLedger{report.Consumed, report.Passed, report.Quarantined, report.Skipped, report.Balanced && report.Pending == 0}
	sum.Faults = demoScore{score.Planted, score.Caught, score.Missed, score.FalseAlarms}
	sum.score = score
	return nil
}
