package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"golang.org/x/sync/errgroup"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/api"
	"github.com/winnow-data/winnow/config"
	"github.com/winnow-data/winnow/dashboards/web"
	"github.com/winnow-data/winnow/loadgen/fleet"
	"github.com/winnow-data/winnow/pipeline"
	"github.com/winnow-data/winnow/pipeline/judge"
	"github.com/winnow-data/winnow/schemas"
	"github.com/winnow-data/winnow/sinks/feed"
	"github.com/winnow-data/winnow/sinks/quarantine"
	"github.com/winnow-data/winnow/wire"
)

// A role is which parts of winnow a process runs.
type role string

const (
	roleAll    role = "all"
	roleGate   role = "gate"
	roleReview role = "review"
)

func (r role) gate() bool   { return r == roleAll || r == roleGate }
func (r role) feed() bool   { return r == roleAll }
func (r role) review() bool { return r == roleAll || r == roleReview }

// A service is one winnow process, put together.
type service struct {
	pipeline *config.Pipeline
	role     role
	log      *slog.Logger
	client   *wire.Client
	server   *api.Server
	address  string
	gate     *pipeline.Gate // nil without the gate's role
	tally    *pipeline.Tally
	index    *quarantine.Index // nil without the reviewer's role
	feeds    *feed.Host        // nil without feeds
	fleet    *fleet.Fleet      // nil where no chips are simulated
	registry *prometheus.Registry
	started  time.Time
}

// indexRefresh is how often the review index looks for new quarantine topics.
const indexRefresh = 5 * time.Second

// newService wires a pipeline's parts. Nothing runs yet, but the address is taken.
func newService(ctx context.Context, p *config.Pipeline, r role, dryRun bool, log *slog.Logger, dial wire.Config) (*service, error) {
	s := &service{pipeline: p, role: r, log: log, started: time.Now()}
	plans, err := newPlans(p)
	if err != nil {
		return nil, wrong(err)
	}
	if s.client, err = newClient(p, dial); err != nil {
		return nil, wrong(err)
	}
	key := []byte(p.UserKey)
	if len(key) == 0 {
		key = make([]byte, 32)
		rand.Read(key)
	}
	s.tally = pipeline.NewTally(p.Limits.Users, key)
	s.registry = prometheus.NewRegistry()
	s.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	if r.gate() {
		if err := s.addGate(plans, dryRun); err != nil {
			return nil, err
		}
	}
	if r.review() {
		s.index = quarantine.NewIndex(s.client, quarantine.Config{Match: func(topic string) bool { c, err := p.Contract(topic); return err == nil && c != nil },
			Known: knownNames(p), Refresh: indexRefresh, Log: log})
		s.registry.MustRegister(quarantine.NewCollector(s.index))
	}
	return s, s.addServer(ctx)
}

// newClient makes the Kafka client; dial overrides what tests and the demo need.
func newClient(p *config.Pipeline, dial wire.Config) (*wire.Client, error) {
	tls, err := p.Kafka.TLS.Config()
	if err != nil {
		return nil, err
	}
	dial.Brokers, dial.TLS, dial.ClientID = p.Kafka.Brokers, tls, "winnow-"+p.Kafka.Instance
	if s := p.Kafka.SASL; s != nil {
		dial.SASL = &wire.SASL{Mechanism: s.Mechanism, Username: s.Username, Password: string(s.Password)}
	}
	return wire.New(dial)
}

func (s *service) addGate(plans map[*schemas.Contract]*judge.Plan, dryRun bool) error {
	p := s.pipeline
	metrics, err := pipeline.NewMetrics(s.registry, s.tally)
	if err != nil {
		return fmt.Errorf("cannot register metrics: %w", err)
	}
	var keeper func(string, int, int64, string) winnow.Keeper
	if dryRun && len(p.Feeds) > 0 {
		s.log.Info("a dry run feeds nothing: it writes no verdicts that feeds could follow")
	}
	if s.role.feed() && len(p.Feeds) > 0 && !dryRun {
		if err := s.addFeeds(plans, metrics); err != nil {
			return err
		}
		keeper = s.feeds.NewKeeper
	}
	limits := pipeline.DefaultLimits()
	limits.Batch = int(p.Limits.Batch)
	retention := time.Duration(p.Quarantine.Retention)
	s.gate, err = pipeline.New(pipeline.Config{
		Client: s.client, Group: p.Kafka.Group,
		SessionTimeout: time.Duration(p.Kafka.SessionTimeout), FromLatest: p.Kafka.Start == "latest",
		PlanFor: planFinder(p, plans), Topics: literalTopics(p),
		Sink: quarantine.NewWriter(s.client, s.log, time.Now),
		EnsureSink: func(ctx context.Context, topic string) error {
			return quarantine.EnsureTopic(ctx, s.client, topic, retention)
		},
		VerdictRetention: retention, NewKeeper: keeper,
		DryRun: dryRun, Limits: limits, Tally: s.tally, Log: s.log, Metrics: metrics,
	})
	if err != nil {
		return err
	}
	metrics.Watch(s.gate)
	return nil
}

func (s *service) addServer(ctx context.Context) error {
	listener, err := api.Listen(ctx, s.pipeline.Listen, string(s.pipeline.Token))
	if err != nil {
		return outside(err)
	}
	s.address = listener.Addr().String()
	cfg := api.Config{Listener: listener, Token: string(s.pipeline.Token), Ready: s.unready, Log: s.log,
		Metrics: promhttp.HandlerFor(s.registry, promhttp.HandlerOpts{ErrorHandling: promhttp.HTTPErrorOnError, EnableOpenMetrics: true})}
	if s.gate != nil {
		cfg.Gate = gateAPI{s, newRate()}
	}
	if s.index != nil {
		cfg.Review = reviewAPI{s.index}
	}
	cfg.Stages, cfg.Page = newStageClock(s.registry, time.Now).stages, web.Files()
	if s.feeds != nil {
		cfg.Feeds = feedsAPI{s}
	}
	if s.fleet != nil {
		cfg.Fleet = fleetAPI{s.fleet}
	}
	if s.server, err = api.New(cfg); err != nil {
		return errors.Join(wrong(err), listener.Close())
	}
	return nil
}

func (s *service) unready() []string {
	if s.gate == nil {
		return nil
	}
	return s.gate.Unready()
}

// run works until ctx ends, and then drains.
func (s *service) run(ctx context.Context) error {
	defer s.client.Close()
	s.limitMemory()
	s.log.Info("winnow is running", "version", version, "role", string(s.role), "listen", s.address, "brokers", s.pipeline.Kafka.Brokers,
		"group", s.pipeline.Kafka.Group, "instance", s.pipeline.Kafka.Instance)
	// The API answers while the gate drains: it is stopped after it. Should it fail, the rest must not go on unseen.
	serving, stopServing := context.WithCancel(context.WithoutCancel(ctx))
	defer stopServing()
	work, ctx := errgroup.WithContext(ctx)
	served := make(chan error, 1)
	go func() { served <- s.server.Run(serving) }()
	work.Go(func() error {
		select {
		case <-ctx.Done():
			return nil
		case err := <-served:
			served <- err
			return outside(fmt.Errorf("the API has ended: %w", err))
		}
	})
	if s.gate != nil {
		work.Go(func() error {
			if err := s.gate.Run(ctx); err != nil {
				return outside(err)
			}
			return nil
		})
	}
	if s.index != nil {
		work.Go(func() error { return unlessCancelled(s.index.Run(ctx)) })
	}
	if s.feeds != nil {
		work.Go(func() error { return s.runFeeds(ctx) })
	}
	err := work.Wait()
	stopServing()
	err = errors.Join(err, unlessCancelled(<-served))
	s.log.Info("winnow has stopped")
	return err
}

// runFeeds feeds, and trains the simulated chips, until ctx ends. The chips stop first, so that what they have trained on is committed.
func (s *service) runFeeds(ctx context.Context) error {
	feeding, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var both errgroup.Group
	both.Go(func() error { return unlessCancelled(s.feeds.Run(feeding)) })
	both.Go(func() error {
		defer stop()
		if s.fleet == nil {
			<-ctx.Done()
			return nil
		}
		return s.fleet.Run(ctx)
	})
	return both.Wait()
}

func unlessCancelled(err error) error {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// newPlans compiles the rules of every contract, and reports all faults.
func newPlans(p *config.Pipeline) (map[*schemas.Contract]*judge.Plan, error) {
	limits := schemas.DefaultLimits()
	limits.Record, limits.Reasons = int(p.Limits.Record), p.Limits.Reasons
	plans := make(map[*schemas.Contract]*judge.Plan)
	var faults winnow.Faults
	for _, c := range slices.Concat(p.Contracts, p.Former) {
		plan, more := newPlan(c, limits)
		faults = append(faults, more...)
		plans[c] = plan
	}
	return plans, faults.Err()
}

// planFinder finds topics' plans. A topic that no contract names is none of ours; one that two name is a fault that is told.
func planFinder(p *config.Pipeline, plans map[*schemas.Contract]*judge.Plan) func(string) (*judge.Plan, error) {
	return func(topic string) (*judge.Plan, error) {
		for _, c := range p.Contracts {
			if c.Covers(topic) {
				found, err := p.Contract(topic)
				return plans[found], err
			}
		}
		return nil, nil
	}
}

func literalTopics(p *config.Pipeline) (names []string) {
	for _, c := range p.Contracts {
		for _, t := range c.Topics {
			if name, ok := t.Name(); ok {
				names = append(names, name)
			}
		}
	}
	return names
}

// knownNames tells the names that a contract's schema itself writes down: those are no data.
func knownNames(p *config.Pipeline) func(contract, name string) bool {
	type known struct{ contract, name string }
	var once sync.Once
	names := make(map[known]struct{})
	return func(contract, name string) bool {
		once.Do(func() {
			for _, c := range p.Contracts {
				for _, f := range fieldNames(c.Program.Schema().Fields(), nil) {
					names[known{c.Hash, f}] = struct{}{}
				}
			}
		})
		_, ok := names[known{contract, name}]
		return ok
	}
}
