package main

import (
	"os"
	"runtime/debug"
	"slices"
	"time"

	"github.com/winnow-data/winnow/config"
	"github.com/winnow-data/winnow/loadgen/fleet"
	"github.com/winnow-data/winnow/pipeline"
	"github.com/winnow-data/winnow/pipeline/judge"
	"github.com/winnow-data/winnow/schemas"
	"github.com/winnow-data/winnow/sinks/feed"
)

const (
	// feedCommit is how often a feed's position is committed, feedRefresh how often a host looks for topics and partitions.
	feedCommit  = time.Second
	feedRefresh = time.Second
)

// addFeeds makes the feeds and the chips that are simulated on them. The gate, which is made later, keeps records for the feeds.
func (s *service) addFeeds(plans map[*schemas.Contract]*judge.Plan, metrics *pipeline.Metrics) error {
	p := s.pipeline
	feeds, err := feed.NewMetrics(s.registry)
	if err != nil {
		return err
	}
	find := planFinder(p, plans)
	s.feeds, err = feed.New(feed.Config{Client: s.client, Specs: feedSpecs(p), Memory: int64(p.Host.Memory), Batch: int(p.Limits.Batch),
		FromLatest: p.Kafka.Start == "latest", Commit: feedCommit, Refresh: feedRefresh, Log: s.log, Metrics: feeds, Unjudged: s.unjudged,
		Observe: func(topic string, d time.Duration) { metrics.Observe("feed", topic, d) },
		Plans: func(topic string) (all []*judge.Plan) {
			plan, err := find(topic)
			if err != nil || plan == nil {
				return nil
			}
			all = append(all, plan)
			for _, c := range p.Former {
				if c.Covers(topic) {
					all = append(all, plans[c])
				}
			}
			return all
		}})
	if err != nil {
		return wrong(err)
	}
	feeds.Watch(s.feeds)
	jobs := fleetJobs(p, s.feeds)
	if len(jobs) == 0 {
		return nil
	}
	if s.fleet, err = fleet.New(fleet.Config{Jobs: jobs, Log: s.log, Seed: uint64(time.Now().UnixNano())}); err != nil { //nolint:gosec // any number will do
		return wrong(err)
	}
	return s.registry.Register(fleet.NewMetrics(s.fleet))
}

func feedSpecs(p *config.Pipeline) (specs []feed.Spec) {
	for i := range p.Feeds {
		f := &p.Feeds[i]
		spec := feed.Spec{Name: f.Name, Team: f.Team, Model: f.Model, Topics: f.Topics, Columns: p.FeedColumns(f), Records: f.Batch.Records,
			Linger: time.Duration(f.Batch.Linger), Shards: f.Shards}
		if !f.Require.All {
			rules := f.Require.Rules
			spec.Require = func(rule string) bool { return slices.Contains(rules, rule) }
		}
		specs = append(specs, spec)
	}
	return specs
}

// fleetJobs are the trainers that are simulated, a job a feed.
func fleetJobs(p *config.Pipeline, host *feed.Host) (jobs []fleet.Job) {
	for i := range p.Feeds {
		f := &p.Feeds[i]
		m := f.Simulate
		if m == nil {
			continue
		}
		j := fleet.Job{Feed: f.Name, Team: f.Team, Model: f.Model, TPU: m.TPU, Pods: m.Pods, Hosts: m.Hosts, Chips: m.Chips,
			Step: time.Duration(m.Step), Jitter: m.Jitter, Source: trainer{host.Feed(f.Name)}}
		if m.Restart != nil {
			j.Restart = fleet.Restart{Every: time.Duration(m.Restart.Every), For: time.Duration(m.Restart.For)}
		}
		jobs = append(jobs, j)
	}
	return jobs
}

// A trainer lets a simulated job take a feed's batches. The packages do not know each other: this is where they meet.
type trainer struct{ *feed.Feed }

// Take is fleet.Source's.
func (t trainer) Take(shard int) (fleet.Batch, fleet.Cause, <-chan struct{}) {
	b, why, changed := t.Feed.Take(shard)
	if b == nil { // a nil *feed.Batch is no nil fleet.Batch
		return nil, fleet.Cause(why), changed
	}
	return b, "", nil
}

// unjudged is how many offsets of a topic the gate has yet to come to. The gate is made after the feeds.
func (s *service) unjudged(topic string) int64 {
	if s.gate == nil {
		return 0
	}
	return s.gate.Unjudged(topic)
}

// besideMemory is what a process needs beside host.memory, and how much of that garbage may be before it is collected in earnest. Without a bound, the garbage
// collector would let as much of it gather as there is host memory in use.
const besideMemory = 112 << 20

// limitMemory keeps the process near host.memory, unless GOMEMLIMIT says otherwise. The bound is soft: larger limits of records and batches cost what they
// cost.
func (s *service) limitMemory() {
	if s.feeds == nil || os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	batch := max(0, int64(s.pipeline.Limits.Batch)-defaultBatch)
	debug.SetMemoryLimit(int64(s.pipeline.Host.Memory) + besideMemory + 2*batch)
}

// defaultBatch is the default of limits.batch, which besideMemory has room for.
const defaultBatch = 64 << 20
