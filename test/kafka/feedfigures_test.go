//go:build kafka

package kafka

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/winnow-data/winnow/internal/kafkaproc"
	"github.com/winnow-data/winnow/loadgen"
	"github.com/winnow-data/winnow/wire"
)

// A feedRun is a way to run the gate with feeds behind it.
type feedRun struct {
	name   string
	feeds  int // that simulated chips read as fast as they get batches
	unread bool
	memory string
	rows   int // of a batch
	step   time.Duration
}

// TestFeedFigures measures Kafka to batches on chips beside the gate alone, in turn, in one run: `make bench-kafka` runs it.
func TestFeedFigures(t *testing.T) {
	n, err := strconv.ParseInt(os.Getenv("WINNOW_FIGURES"), 10, 64)
	if err != nil {
		t.Skip("WINNOW_FIGURES says how many records to measure with: see make bench-kafka")
	}
	cluster := startKafka(t, kafkaproc.Config{})
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "contracts"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := loadgen.WriteContract(filepath.Join(dir, "contracts")); err != nil {
		t.Fatal(err)
	}
	load(t, cluster.Addrs(), "training", loadgen.LoadConfig{Codec: wire.CodecNone, Count: n, Generator: loadgen.Config{Seed: 1, Faults: 0.01, Kinds: kinds(0)}})
	for range 3 {
		bare := bareReader(t, cluster.Addrs()[0], "training")
		t.Logf("bare kafka-go batch reader %.2f M records/s", bare/1e6)
		var alone, one float64
		for _, r := range []feedRun{
			{name: "gate and review alone"},
			{name: "1 feed", feeds: 1, memory: "2GiB", rows: 1024},
			{name: "16 feeds", feeds: 16, memory: "2GiB", rows: 1024},
			{name: "1 feed and one unread, host.memory 256 MiB", feeds: 1, unread: true, memory: "256MiB", rows: 1024},
			{name: "1 feed, steps of 10 ms, so that chips are fed", feeds: 1, memory: "2GiB", rows: 1024, step: 10 * time.Millisecond},
		} {
			speed, rss, told := r.speed(t, cluster.Addrs(), dir, n)
			switch r.feeds {
			case 0:
				alone = speed
			case 1:
				if !r.unread && r.step == 0 {
					one = speed
				}
			}
			t.Logf("%s: %.2f M records/s (%.2f of the gate alone, %.2f of the bare reader, time %.2f of one feed's); RSS in MiB %v; %s",
				r.name, speed/1e6, speed/alone, speed/bare, one/speed, rss, told)
		}
	}
}

// speed runs winnow over the topic from the start, and gives records a second from the first that was judged to the last that a chip took; and the
// resident memory on the way.
func (r *feedRun) speed(t *testing.T, brokers []string, dir string, n int64) (float64, []int, string) {
	t.Helper()
	deleteTopics(t, brokers, "training.verdicts", "training.quarantine")
	var b strings.Builder
	run := group.Add(1)
	p := pipeline{listen: freeAddr(t), file: filepath.Join(dir, fmt.Sprintf("winnow-%d.yaml", run))}
	fmt.Fprintf(&b, "kafka: {brokers: [%s], group: feeds-%d}\ncontracts: [\"contracts/*.yaml\"]\nlisten: %s\n", quoted(brokers), run, p.listen)
	if r.feeds > 0 {
		fmt.Fprintf(&b, "host: {memory: %s}\nfeeds:\n", r.memory)
	}
	for i := range r.feeds {
		fmt.Fprintf(&b, "  - {name: f%d-%d, topics: [training], batch: {records: %d}, simulate: {chips: 8, step: %s}}\n", run, i, r.rows, r.step)
	}
	if r.unread {
		fmt.Fprintf(&b, "  - {name: unread-%d, topics: [training], batch: {records: %d}}\n", run, r.rows)
	}
	write(t, p.file, b.String())
	w := startArgs(t, p, "run", "--config", p.file, "--log-level", "warn")
	var l ledger
	var f feeds
	var begin time.Time
	var first int64
	var rss []int
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for done := false; !done; {
		<-tick.C
		if err := w.read(t, "/api/v1/ledger", &l); err != nil {
			select {
			case <-w.done:
				t.Fatalf("winnow ended: %s", w.log.tail(2000))
			default:
			}
			continue
		}
		if begin.IsZero() && l.Consumed > 0 {
			begin, first = time.Now(), l.Consumed
		}
		for l.Consumed*5/n > int64(len(rss)) {
			rss = append(rss, residentMiB(t, w.cmd.Process.Pid))
		}
		if done = l.Consumed >= n; r.feeds > 0 && r.step == 0 {
			if err := w.read(t, "/api/v1/feeds", &f); err != nil {
				t.Fatal(err)
			}
			for _, feed := range f.Feeds[:r.feeds] {
				done = done && feed.Records+int64(r.rows) > l.Passed
			}
		}
	}
	seconds := time.Since(begin).Seconds()
	rss = append(rss, residentMiB(t, w.cmd.Process.Pid))
	told := fmt.Sprintf("CPU %.2f µs a record", 1e6*cpuSeconds(t, w.cmd.Process.Pid)/float64(n))
	if r.feeds > 0 {
		if err := w.read(t, "/api/v1/feeds", &f); err != nil {
			t.Fatal(err)
		}
		g := f.Feeds[0]
		told += fmt.Sprintf("; first feed: wait p50 %.1f µs, p99 %.1f µs, %d ranges from the cache, %d from Kafka", 1e6*g.P50, 1e6*g.P99, g.Cache, g.Kafka)
	}
	w.terminate(t)
	return float64(n-first) / seconds, rss, told
}

// TestReadyFigures measures the time from a record's timestamp to its batch being ready, while load comes at a steady rate: WINNOW_RATE records a second, by default 100,000. Offsets are committed every 200 ms; verdicts are written after each fetch.
func TestReadyFigures(t *testing.T) {
	if os.Getenv("WINNOW_FIGURES") == "" {
		t.Skip("WINNOW_FIGURES is not set: see make bench-kafka")
	}
	rate, err := strconv.ParseFloat(os.Getenv("WINNOW_RATE"), 64)
	if err != nil {
		rate = 100_000
	}
	cluster := startKafka(t, kafkaproc.Config{})
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "contracts"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := loadgen.WriteContract(filepath.Join(dir, "contracts")); err != nil {
		t.Fatal(err)
	}
	createTopic(t, cluster.Addrs(), "training", 4)
	p := pipeline{listen: freeAddr(t), file: filepath.Join(dir, "winnow.yaml")}
	write(t, p.file, fmt.Sprintf("kafka: {brokers: [%s], group: ready}\ncontracts: [\"contracts/*.yaml\"]\nlisten: %s\nfeeds:\n"+
		"  - {name: f, topics: [training], batch: {records: 1024}, simulate: {chips: 8, step: 0s}}\n", quoted(cluster.Addrs()), p.listen))
	w := startArgs(t, p, "run", "--config", p.file, "--log-level", "warn")
	w.untilReady(t)
	begin := cpuSeconds(t, w.cmd.Process.Pid)
	load(t, cluster.Addrs(), "training", loadgen.LoadConfig{Rate: rate, Duration: 30 * time.Second, Round: 20 * time.Millisecond,
		Generator: loadgen.Config{Seed: 1, Faults: 0.01, Kinds: kinds(0), Clock: time.Now}})
	var f feeds
	if err := w.read(t, "/api/v1/feeds", &f); err != nil {
		t.Fatal(err)
	}
	g := f.Feeds[0]
	t.Logf("%.0f records a second for 30 s: produced to ready p50 %.1f ms, p99 %.1f ms; winnow used %.2f processors; %d handed out, %d behind",
		rate, 1e3*g.Ready50, 1e3*g.Ready99, (cpuSeconds(t, w.cmd.Process.Pid)-begin)/30, g.Records, g.Behind)
	w.terminate(t)
}

// cpuSeconds is what a process has used of the processors, in user and system mode: /proc counts it in hundredths of a second.
func cpuSeconds(t *testing.T, pid int) float64 {
	t.Helper()
	stat := string(mustRead(t, filepath.Join("/proc", strconv.Itoa(pid), "stat")))
	f := strings.Fields(stat[strings.LastIndexByte(stat, ')')+1:])
	user, err := strconv.ParseFloat(f[11], 64)
	if err != nil {
		t.Fatal(err)
	}
	system, err := strconv.ParseFloat(f[12], 64)
	if err != nil {
		t.Fatal(err)
	}
	return (user + system) / 100
}

// feeds is what the figures need of /api/v1/feeds.
type feeds struct {
	Feeds []struct {
		Name    string  `json:"name"`
		Records int64   `json:"records"`
		Planned int64   `json:"planned"`
		Failed  int64   `json:"failed"`
		Out     int64   `json:"excluded"`
		Behind  int64   `json:"behind"`
		P50     float64 `json:"wait_p50_seconds"`
		P99     float64 `json:"wait_p99_seconds"`
		Ready50 float64 `json:"ready_p50_seconds"`
		Ready99 float64 `json:"ready_p99_seconds"`
		Cache   int64   `json:"ranges_cache"`
		Kafka   int64   `json:"ranges_kafka"`
		Trouble string  `json:"trouble"`
		Cause   string  `json:"cause"`
	} `json:"feeds"`
}
