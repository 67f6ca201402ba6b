//go:build web

package web

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/winnow-data/winnow/api"
	pagefiles "github.com/winnow-data/winnow/dashboards/web"
)

// A world is a winnow that goes on until it is frozen; then page and API have to agree to the digit.
type world struct {
	began  time.Time
	chips  int // per host
	hosts  int // per pod
	mu     sync.Mutex
	frozen time.Duration
	reason []string
}

func newWorld() *world { return &world{began: time.Now().Add(-3 * time.Hour), chips: 8, hosts: 4} }

// age is how long the world goes on already.
func (w *world) age() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.frozen > 0 {
		return w.frozen
	}
	return time.Since(w.began)
}

func (w *world) freeze() {
	age := w.age()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.frozen = age
}

func (w *world) unready() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.reason
}

func (w *world) say(reasons ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.reason = reasons
}

// n counts at a rate.
func (w *world) n(perSecond float64) int64 { return int64(perSecond * w.age().Seconds()) }

func (w *world) Status() api.Status {
	return api.Status{Version: "v0.1.0", Instance: "host-7", Group: "winnow", Since: w.began, State: "running", Ready: true, RecordsPerSecond: 25012.4,
		Contracts: []api.StatusContract{{Name: "flights", Hash: "sha256:5c0ffee5c0ffee", Topics: []string{"flights"}}}}
}

func (w *world) Ledger() api.Ledger {
	l := api.Ledger{Balanced: true, SkippedBy: map[string]int64{"tombstone": 12}, Skipped: 12}
	for p := range 6 {
		at := w.n(4168) + int64(p)
		l.Partitions = append(l.Partitions, api.PartitionLedger{Topic: "flights", Partition: p, GateOffset: at, LogEnd: at + int64(p*137), Lag: int64(p * 137),
			Consumed: at, Quarantined: at / 100, Passed: at - at/100})
		l.Consumed += at
		l.Quarantined += at / 100
		l.Passed += at - at/100
	}
	l.Consumed += l.Skipped
	return l
}

func (w *world) Errors(by string) (api.Errors, error) {
	e := api.Errors{Since: w.began, Instances: []string{"host-7"}}
	add := func(key string, perSecond, rate float64) {
		e.Rows = append(e.Rows, api.ErrorRow{Key: key, Records: w.n(perSecond), Errors: w.n(perSecond * rate)})
	}
	switch by {
	case "team":
		for i, key := range []string{"UA", "AA", "B6", "DL", "EV", "<b>markup</b>", "OO"} {
			add(key, 4000-float64(i)*300, 0.04/float64(i*i+1))
		}
	case "user":
		for i := range 40 {
			add(fmt.Sprintf("N%05dX", 7919*(i+1)%100000), 600-float64(i)*10, 0.08/float64(i+1))
		}
	case "rule":
		for i, key := range []string{"range", "type", "required", "json", "one_of"} {
			add(key, 25012, 0.006/float64(i+1))
		}
	default:
		add("flights", 25012, 0.0101)
	}
	return e, nil
}

func (w *world) Groups(f api.Filter) api.Groups {
	g := api.Groups{Coverage: api.Coverage{CaughtUp: true, Records: w.n(250), Exact: true}}
	for i, r := range [][2]string{{"range", "/arr_delay"}, {"type", "/distance"}, {"required", "/dep_time"}, {"json", ""}, {"one_of", "/carrier/with/a/rather/long/path/of/names"}} {
		for _, team := range []string{"UA", "AA"} {
			if (f.Team == "" || f.Team == team) && (f.Rule == "" || f.Rule == r[0]) {
				g.Groups = append(g.Groups, api.Group{Contract: "sha256:5c0ffee5c0ffee", Rule: r[0], Pointer: r[1], Team: team, Topics: []string{"flights"},
					Count: w.n(100 / float64(i+1)), First: w.began.Add(time.Hour), Last: time.Now(), Example: fmt.Sprintf("flights/%d/%d", i, 1045+i)})
			}
		}
	}
	return g
}

func (w *world) Records(f api.Filter, limit int, _ string) (api.Records, error) {
	r := api.Records{Coverage: api.Coverage{CaughtUp: true, Records: 9, Exact: true}}
	for i := range min(limit, 9) {
		r.Records = append(r.Records, api.Record{ID: fmt.Sprintf("flights/0/%d", i), User: f.User, Reasons: []api.Reason{{Rule: "range", Pointer: "/arr_delay"}}})
	}
	return r, nil
}

func (w *world) Record(_ context.Context, id string) (api.Content, error) {
	if id == "flights/4/1049" {
		return api.Content{}, api.ErrNotFound
	}
	value := `{"carrier":"XX","flight":9999,"arr_delay":-9.9,"notes":"xxxx <script>xxxxx(9)</script>","crew":[{"name":"xxxxx"},null,true]}`
	return api.Content{Record: api.Record{ID: id, Contract: "sha256:5c0ffee5c0ffee5c0ffee", Team: "UA", User: "N07919X", Time: w.began.Add(time.Hour), Size: 390, Records: 1,
		Reasons: []api.Reason{{Rule: "range", Pointer: "/arr_delay"}, {Rule: "json", Detail: "trailing"}}}, Quarantine: "flights.quarantine/0/7", Timestamp: w.began,
		Format: "json", Value: &value}, nil
}

func (w *world) Feeds() api.Feeds {
	return api.Feeds{Memory: api.Memory{Limit: 2 << 30, Used: 1_503_238_553, Cache: 1 << 30}, Feeds: []api.Feed{
		{Name: "delay-v1", Team: "delay", Model: "delay-v1", Topics: []string{"flights"}, Columns: []string{"/distance", "/dep_delay", "/arr_delay"}, Require: []string{"all"},
			BatchRecords: 1024, LingerSeconds: 1, Shards: w.hosts, Step: w.n(3), Records: w.n(12000), Planned: w.n(12000) + 4096, Excluded: 100, Failed: w.n(120), Behind: 3120,
			Depth: 4, Ready: 3, BufferBytes: 300 << 20, RangesCache: w.n(12), RangesKafka: 40, WaitP50Seconds: new(1.2e-6), WaitP99Seconds: new(2.34e-5),
			Positions: []api.FeedPosition{{Topic: "flights", Partition: 0, Offset: w.n(4000)}}},
		{Name: "cancel-v2", Team: "cancellation", Model: "cancel-v2", Topics: []string{"flights", "flights-archive"}, BatchRecords: 512, Shards: 1, Depth: 2, Cause: "kafka",
			Trouble: "topic flights-archive does not exist"},
	}}
}

func (w *world) Fleet() api.Fleet {
	wall := w.age().Seconds()
	f := api.Fleet{Since: w.began, WallSeconds: wall}
	words := []string{"training", "waiting_gate", "waiting_kafka", "waiting_budget", "restarting", "idle"}
	for j, feed := range []string{"delay-v1", "cancel-v2"} {
		job := api.FleetJob{Feed: feed, Team: []string{"delay", "cancellation"}[j], Model: feed, TPU: []string{"v5e", "v6e"}[j], Pods: 2 - j, StepSeconds: 0.002, Steps: w.n(400)}
		if j == 0 {
			job.Utilization, job.Ceiling = new(0.934), new(0.981)
		}
		for p := range job.Pods {
			for h := range w.hosts {
				host := api.FleetHost{Pod: fmt.Sprintf("%s-%d", feed, p), Host: fmt.Sprint(h), State: "training"}
				if (h+p)%4 == 3 {
					host.State = words[(j+p+h)%len(words)]
				}
				if j == 1 && h == 0 {
					host.State = words[1+int(wall/3)%5]
				}
				for c := range w.chips {
					host.Chips = append(host.Chips, api.FleetChip{Chip: fmt.Sprint(c), Key: fmt.Sprintf("%s/%d/%d", host.Pod, h, c), State: host.State,
						Records: w.n(100), Errors: w.n(float64(c%3) * 1.5 / float64(1+h)), Seconds: api.ChipSeconds{Training: wall * 0.9, WaitingGate: wall * 0.1}})
				}
				job.Chips += w.chips
				job.Hosts = append(job.Hosts, host)
			}
		}
		f.Chips += job.Chips
		n := float64(job.Chips)
		f.Teams = append(f.Teams, api.FleetTeam{Team: job.Team, Chips: job.Chips, Seconds: api.ChipSeconds{Training: n * wall * 0.9, WaitingGate: n * wall * 0.04,
			WaitingKafka: n * wall * 0.01, WaitingBudget: n * wall * 0.002, Restarting: n * wall * 0.048}})
		f.Jobs = append(f.Jobs, job)
	}
	return f
}

func (w *world) stages() []api.Stage {
	wave := 1 + 0.3*float64(time.Now().Second()%7)
	return []api.Stage{
		{Name: "extract", RangesPerSecond: 24.4, P50Seconds: new(0.0012 * wave), P99Seconds: new(0.004 * wave)},
		{Name: "preprocess", RangesPerSecond: 24.4, P50Seconds: new(0.0003 * wave), P99Seconds: new(0.0007 * wave)},
		{Name: "quarantine", RangesPerSecond: 9.1, P50Seconds: new(0.008), P99Seconds: new(0.042 * wave)},
		{Name: "feed", RangesPerSecond: 24, P50Seconds: new(0.0001), P99Seconds: new(0.0002 * wave)},
	}
}

// A server is a winnow's API over a world.
type server struct {
	origin string
	stop   func()
}

// serve serves until the test ends. addr "" is any port.
func serve(t *testing.T, w *world, addr string, change ...func(*api.Config)) server {
	t.Helper()
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	var l net.Listener
	l, err := api.Listen(t.Context(), addr, "")
	if err != nil {
		t.Fatal(err)
	}
	cfg := api.Config{Listener: l, Gate: w, Review: w, Feeds: w, Fleet: w, Stages: w.stages, Ready: w.unready, Page: pagefiles.Files(), Log: slog.New(slog.DiscardHandler)}
	for _, c := range change {
		c(&cfg)
	}
	s, err := api.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	stop := sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	return server{"http://" + l.Addr().String(), stop}
}
