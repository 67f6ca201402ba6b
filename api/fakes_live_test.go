package api

import (
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"testing"
	"testing/fstest"
)

type fakeFeeds struct{}

func (fakeFeeds) Feeds() Feeds {
	return Feeds{Memory: Memory{Limit: 100, Used: 60, Cache: 40}, Feeds: []Feed{{
		Name: "delay-v1", Team: "delay", Model: "delay-v1", Topics: []string{"flights"}, BatchRecords: 4, LingerSeconds: 1, Shards: 2, Step: 3, Records: 12,
		Planned: 24, Excluded: 1, Failed: 2, Behind: 5, Depth: 2, Ready: 1, BufferBytes: 20, RangesCache: 7, RangesKafka: 1,
		WaitP50Seconds: new(1e-6), WaitP99Seconds: new(2e-5), Positions: []FeedPosition{{"flights", 1, 9}},
	}, {Name: "cancel-v1", Cause: "kafka", Trouble: "no such topic"}}}
}

type fakeFleet struct{}

func (fakeFleet) Fleet() Fleet {
	chip := func(pod, host, chip, state string, records, errors int64) FleetChip {
		return FleetChip{Chip: chip, Key: pod + "/" + host + "/" + chip, State: state, Records: records, Errors: errors, Seconds: ChipSeconds{Training: 5}}
	}
	return Fleet{Since: began, WallSeconds: 10, Chips: 5, Jobs: []FleetJob{
		{
			Feed: "delay-v1", Team: "delay", Model: "delay-v1", TPU: "v5e", Pods: 2, Chips: 4, StepSeconds: 0.002, Steps: 9, Utilization: new(0.9), Ceiling: new(0.95),
			Hosts: []FleetHost{
				{Pod: "delay-v1-0", Host: "0", State: "training", Chips: []FleetChip{
					chip("delay-v1-0", "0", "0", "training", 10, 1), chip("delay-v1-0", "0", "1", "training", 10, 3),
				}},
				{Pod: "delay-v1-0", Host: "1", State: "waiting_kafka", Chips: []FleetChip{chip("delay-v1-0", "1", "0", "waiting_kafka", 0, 0)}},
				{Pod: "delay-v1-1", Host: "0", State: "restarting", Chips: []FleetChip{chip("delay-v1-1", "0", "0", "restarting", 4, 0)}},
			},
		},
		{Feed: "cancel-v1", Team: "cancel", Pods: 1, Chips: 1, Hosts: []FleetHost{
			{Pod: "cancel-v1-0", Host: "0", State: "idle", Chips: []FleetChip{chip("cancel-v1-0", "0", "0", "idle", 1, 1)}},
		}},
	}, Teams: []FleetTeam{
		{Team: "cancel", Chips: 1, Seconds: ChipSeconds{Idle: 10}},
		{Team: "delay", Chips: 4, Seconds: ChipSeconds{Training: 30, WaitingGate: 1, WaitingKafka: 2, WaitingBudget: 3, Restarting: 4}},
	}}
}

// A movingGate counts as it is told.
type movingGate struct {
	fakeGate
	mu   sync.Mutex
	rows map[string][]ErrorRow
	led  Ledger
}

func (g *movingGate) Ledger() Ledger {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.led
}

func (g *movingGate) Errors(by string) (Errors, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	rows, ok := g.rows[by]
	if !ok {
		return Errors{}, fmt.Errorf("cannot count by %s yet", by)
	}
	return Errors{Since: began, Rows: rows}, nil
}

// count sets the rows of a dimension, each "key", records, errors.
func (g *movingGate) count(by string, rows ...ErrorRow) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.rows == nil {
		g.rows = make(map[string][]ErrorRow)
	}
	g.rows[by] = rows
}

func fakeStages() []Stage {
	return []Stage{
		{Name: "extract", RangesPerSecond: 3, P50Seconds: new(0.001), P99Seconds: new(0.01)}, {Name: "preprocess"},
		{Name: "quarantine"}, {Name: "feed", P99Seconds: new(0.5)},
	}
}

func fakePage() fstest.MapFS {
	return fstest.MapFS{
		"index.html": {Data: []byte("<!doctype html>")}, "assets/a.js": {Data: []byte("1")}, "assets/v/b.css": {Data: []byte("b{}")},
		"assets/i.svg": {Data: []byte("<svg/>")}, "assets/NOTES.md": {Data: []byte("no part of it")}, "secret.html": {Data: []byte("no part of it")},
	}
}

// newServer is a server with everything behind it, changed as wanted.
func newServer(t *testing.T, change ...func(*Config)) *Server {
	t.Helper()
	cfg := Config{
		Listener: listener(t), Gate: fakeGate{}, Review: fakeReview{&Filter{}}, Feeds: fakeFeeds{}, Fleet: fakeFleet{}, Stages: fakeStages, Page: fakePage(),
		Log: slog.New(slog.DiscardHandler), Metrics: http.NotFoundHandler(),
	}
	for _, c := range change {
		c(&cfg)
	}
	s, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
