//go:build kafka

package kafka

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/winnow-data/winnow/internal/kafkaproc"
)

// fleetAnswer is what the tests need of /api/v1/fleet.
type fleetAnswer struct {
	Wall  float64 `json:"wall_seconds"`
	Chips int     `json:"chips"`
	Jobs  []struct {
		Feed  string `json:"feed"`
		Hosts []struct {
			Chips []struct {
				Key     string             `json:"key"`
				State   string             `json:"state"`
				Records int64              `json:"records"`
				Errors  int64              `json:"errors"`
				Seconds map[string]float64 `json:"seconds"`
			} `json:"chips"`
		} `json:"hosts"`
	} `json:"jobs"`
	Teams []struct {
		Team    string             `json:"team"`
		Chips   int                `json:"chips"`
		Seconds map[string]float64 `json:"seconds"`
		Lost    float64            `json:"lost_seconds"`
	} `json:"teams"`
}

// errorRows is the answer of /api/v1/errors.
type errorRows struct {
	Rows []struct {
		Key     string  `json:"key"`
		Records int64   `json:"records"`
		Errors  int64   `json:"errors"`
		Rate    float64 `json:"rate"`
	} `json:"rows"`
}

const modelFeeds = `feeds:
  - name: delay-v1
    team: delay
    topics: [flights]
    columns: [/distance, /dep_delay, /arr_delay]
    batch: {records: 1000, linger: 500ms}
    simulate: {tpu: v5e, chips: 8, step: 1ms}
  - name: cancel-v1
    team: cancel
    topics: [flights]
    columns: [/carrier, /month, /distance, /dep_time]
    require: []
    batch: {records: 512, linger: 500ms}
    simulate: {tpu: v5p, hosts: 2, chips: 4, step: 2ms}
host: {memory: 64MiB}
`

// TestFlightsForTwoModels feeds a model of delays, which needs arr_delay, and one of cancellations, which does not, from one topic.
func TestFlightsForTwoModels(t *testing.T) {
	cluster := startKafka(t, kafkaproc.Config{})
	f := loadFlights(t, 4)
	text := string(mustRead(t, "../../testdata/flights/models/flights.yaml"))
	p := newPipeline(t, setup{brokers: cluster.Addrs(), contracts: map[string]string{"flights.yaml": text}, rest: modelFeeds})
	createTopic(t, p.brokers, "flights", 4)
	produce(t, p.brokers, f.records, kgo.ProducerBatchCompression(kgo.ZstdCompression()))
	w := start(t, p)
	all, good := int64(len(f.records)), int64(len(f.records))-f.failed
	var got feeds
	w.until(t, 2*time.Minute, func() error {
		if err := w.read(t, "/api/v1/feeds", &got); err != nil {
			return err
		}
		if d, c := got.Feeds[0], got.Feeds[1]; d.Records != good || c.Records != all {
			return fmt.Errorf("the models have %d of %d and %d of %d records; %+v", d.Records, good, c.Records, all, got)
		}
		return nil
	})
	for i, want := range []struct{ planned, excluded int64 }{{good, f.failed}, {all, 0}} {
		if g := got.Feeds[i]; g.Planned != want.planned || g.Out != want.excluded || g.Failed != 0 || g.Trouble != "" {
			t.Errorf("%+v, want %+v", g, want)
		}
	}
	chipsAddUp(t, w, map[string]int64{"delay-v1": good, "cancel-v1": all})
	t.Run("a restart repeats nothing", func(t *testing.T) {
		w.terminate(t)
		w := start(t, p)
		w.untilReady(t)
		w.until(t, time.Minute, func() error {
			if err := w.read(t, "/api/v1/feeds", &got); err != nil {
				return err
			}
			if got.Feeds[0].Planned != good || got.Feeds[1].Planned != all || got.Feeds[0].Behind+got.Feeds[1].Behind != 0 {
				return fmt.Errorf("%+v", got)
			}
			return nil
		})
		for _, g := range got.Feeds {
			if g.Records != 0 {
				t.Errorf("%s took %d records again", g.Name, g.Records)
			}
		}
	})
}

// chipsAddUp holds the chips' accounts against what their feeds handed out, and their time against the clock.
func chipsAddUp(t *testing.T, w *process, records map[string]int64) {
	t.Helper()
	w.until(t, 20*time.Second, func() error { // the last step may still be under way
		var fleet fleetAnswer
		if err := w.read(t, "/api/v1/fleet", &fleet); err != nil {
			return err
		}
		for _, j := range fleet.Jobs {
			var sum int64
			for _, h := range j.Hosts {
				for _, c := range h.Chips {
					sum += c.Records - c.Errors
					var seconds float64
					for _, s := range c.Seconds {
						seconds += s
					}
					if d := seconds - fleet.Wall; d > 1e-6 || d < -1e-6 {
						t.Errorf("chip %s accounts for %f s of %f", c.Key, seconds, fleet.Wall)
					}
				}
			}
			if sum != records[j.Feed] {
				return fmt.Errorf("the chips of %s trained on %d records, want %d", j.Feed, sum, records[j.Feed])
			}
		}
		return nil
	})
}

// TestErrorsByChip holds each chip's errors against what the verdict log says, computed again from it alone.
func TestErrorsByChip(t *testing.T) {
	const n, chips, rows = 20_000, 4, 64
	cluster := startKafka(t, kafkaproc.Config{})
	topic := topicName(t)
	p := newPipeline(t, setup{brokers: cluster.Addrs(), contracts: simple(topic), rest: fmt.Sprintf(`feeds:
  - {name: m, team: models, topics: [%s], batch: {records: %d, linger: 0s}, simulate: {chips: %d, step: 0s}}
host: {memory: 64MiB}
`, topic, rows, chips)})
	createTopic(t, p.brokers, topic, 1)
	bad := func(i int) bool { return i%11 == 5 || i%997 < 3 }
	var rs []*kgo.Record
	for i := range n {
		rs = append(rs, &kgo.Record{Topic: topic, Value: item(i, bad(i))})
	}
	produce(t, p.brokers, rs)
	w := start(t, p)
	w.untilConsumed(t, n, time.Minute)
	want := dealtByLog(t, p.brokers, topic, rows, chips, bad)
	w.until(t, 30*time.Second, func() error {
		var e errorRows
		if err := w.read(t, "/api/v1/errors?by=chip", &e); err != nil {
			return err
		}
		if len(e.Rows) != chips {
			return fmt.Errorf("%d chips", len(e.Rows))
		}
		for _, r := range e.Rows {
			var c int
			if _, err := fmt.Sscanf(r.Key, "m-0/0/%d", &c); err != nil {
				t.Fatalf("key %q: %v", r.Key, err)
			}
			if got := (count{r.Records, r.Errors}); got != want[c] {
				return fmt.Errorf("chip %d has %+v, want %+v", c, got, want[c])
			}
		}
		return nil
	})
	metrics := body(t, w, "/metrics")
	for _, want := range []string{`winnow_chip_info{chip="0",feed="m",host="0",model="m",pod="m-0",team="models"} 1`, `winnow_chip_errors_total{chip="3",host="0",pod="m-0"}`,
		`winnow_chip_seconds_total{chip="0",host="0",pod="m-0",state="waiting_kafka"}`, `winnow_feed_records_total{feed="m"}`} {
		if !strings.Contains(metrics, want) {
			t.Errorf("/metrics lacks %s", want)
		}
	}
	var teams errorRows
	if err := json.Unmarshal([]byte(body(t, w, "/api/v1/errors?by=feed_team")), &teams); err != nil || len(teams.Rows) != 1 || teams.Rows[0].Key != "models" || teams.Rows[0].Errors == 0 {
		t.Errorf("%+v, %v", teams, err)
	}
}

// body gives an answer's text.
func body(t *testing.T, w *process, path string) string {
	t.Helper()
	status, b, err := w.get(t, path)
	if err != nil || status != 200 {
		t.Fatalf("%s: status %d, %v", path, status, err)
	}
	return string(b)
}

// dealtByLog deals the records of a topic with one partition to chips by the verdict log: a batch is the next rows that passed, a chip has a run of them, and
// what failed is the next row's of the entry, or behind the entry's last row that row's. Batches that are not full are not dealt.
func dealtByLog(t *testing.T, brokers []string, topic string, rows, chips int, bad func(int) bool) []count {
	t.Helper()
	sum, batch := make([]count, chips), make([]count, chips)
	row, failed := 0, int64(0)
	deal := func(chip int) {
		batch[chip].records += failed
		batch[chip].errors += failed
		failed = 0
	}
	full := func() {
		for c := range sum {
			sum[c].records += batch[c].records
			sum[c].errors += batch[c].errors
		}
		row, batch = 0, make([]count, chips)
	}
	for _, r := range readAll(t, brokers, topic+".verdicts") {
		var e struct{ From, To int }
		if err := json.Unmarshal(r.Value, &e); err != nil {
			t.Fatal(err)
		}
		rowed := false
		for o := e.From; o < e.To; o++ {
			if bad(o) {
				failed++
				continue
			}
			if rowed && row == rows {
				full()
			}
			chip := row * chips / rows
			deal(chip)
			batch[chip].records++
			row, rowed = row+1, true
		}
		if rowed {
			deal((row - 1) * chips / rows)
		}
		if row == rows {
			full()
		}
	}
	return sum
}
