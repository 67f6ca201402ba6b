package main

import (
	"context"
	"time"

	"github.com/winnow-data/winnow/config"
	"github.com/winnow-data/winnow/strict"
)

// demoMemory is the demo's host memory.
const demoMemory = 256 << 20

// A demoModel is a model that the demo trains: chips of a generation on hosts, and what they take.
type demoModel struct {
	name, team, model, tpu string
	hosts, chips           int
	records                int // of a shard's batch
	columns                []string
	restart                *config.Restart
}

func demoModels() []demoModel {
	return []demoModel{
		{name: "rank-v3", team: "search", model: "rank-v3", tpu: "v5e", hosts: 1, chips: 8, records: 1024},
		{name: "embed-v2", team: "translate", model: "embed-v2", tpu: "v6e", hosts: 2, chips: 8, records: 512, columns: []string{"/text", "/tokens", "/context/lang"}},
		{name: "detect-v1", team: "vision", model: "detect-v1", tpu: "v5p", hosts: 2, chips: 4, records: 256, columns: []string{"/features", "/label", "/weight"},
			restart: &config.Restart{Every: strict.Duration(12 * time.Second), For: strict.Duration(2 * time.Second)}},
	}
}

// demoFeeds are the demo's feeds. A step is a little shorter than the time in which its records come, so that the chips keep up, and wait for data a
// little: as most do.
func demoFeeds(rate float64) (feeds []config.Feed) {
	for _, m := range demoModels() {
		f := config.NewFeed(m.name, demoTopic)
		f.Team, f.Model, f.Columns, f.Batch.Records, f.Shards = m.team, m.model, m.columns, m.records, m.hosts
		sim := config.NewSimulate(m.tpu)
		sim.Hosts, sim.Chips, sim.Restart, sim.Jitter = m.hosts, m.chips, m.restart, 0.1
		sim.Step = strict.Duration(float64(m.records*m.hosts) / rate * demoLoad * float64(time.Second))
		f.Simulate = &sim
		feeds = append(feeds, f)
	}
	return feeds
}

// demoLoad is the share of the time that the chips are meant to train.
const demoLoad = 0.85

// fed waits until the feeds have planned all that passed, but for what no batch can be made of.
func (s *service) fed(ctx context.Context, tick <-chan time.Time) {
	ctx, cancel := context.WithTimeout(ctx, feedPatience)
	defer cancel()
	for {
		behind := false
		for _, f := range s.feeds.Status().Feeds {
			behind = behind || f.Behind > int64(f.Spec.Records*f.Shards) || f.Ready > 0
		}
		if !behind {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-tick:
		}
	}
}

// feedPatience is how long the demo waits at its end for chips that are behind.
const feedPatience = 5 * time.Second
