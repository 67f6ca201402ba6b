//go:build kafka

package kafka

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// TestFlights is the whole way with real data: a year's flights through `winnow run`, looked at from every side.
func TestFlights(t *testing.T) {
	const partitions = 4
	f := loadFlights(t, partitions)
	p := newPipeline(t, setup{contracts: flightsContract(t), group: "flights-gate"})
	createTopic(t, p.brokers, "flights", partitions)
	produce(t, p.brokers, f.records, kgo.ProducerBatchCompression(kgo.Lz4Compression()))

	w := start(t, p)
	untilGate(t, w, p, "flights", 3*time.Minute)
	w.untilReady(t)

	t.Run("topics", func(t *testing.T) { flightsTopics(t, p, f) })
	t.Run("kcat", func(t *testing.T) { flightsKcat(t, p, f) })
	t.Run("api", func(t *testing.T) { flightsAPI(t, w, f) })
	t.Run("metrics", func(t *testing.T) { flightsMetrics(t, w, f) })
	t.Run("prometheus", func(t *testing.T) { flightsPrometheus(t, w, f) })
	t.Run("review", func(t *testing.T) { flightsReview(t, w, f) })
	t.Run("verify", func(t *testing.T) { verified(t, p) })
	t.Run("restart", func(t *testing.T) { flightsRestart(t, w, p, f) })
}

// flightsTopics reads the quarantine and the verdicts with franz-go.
func flightsTopics(t *testing.T, p pipeline, f *flights) {
	sum := judged(t, p.brokers, "flights", f.badRecords(), tolerance{})
	if want := int64(len(f.records)) - f.failed; sum.passed != want {
		t.Errorf("%d passed by verdict, want %d", sum.passed, want)
	}
	if len(sum.skipped) != 0 {
		t.Errorf("skipped %v, want none", sum.skipped)
	}
	q := quarantined(t, p.brokers, "flights")
	for i, r := range f.records {
		if f.bad[i] && len(q[recordID(r)]) == 1 && !flightsHeaders(t, q[recordID(r)][0], r, f.carrier[i], f.user[i]) {
			break // one is enough to see
		}
	}
}

// flightsHeaders checks what winnow wrote behind a flight's own headers, and says whether it is right.
func flightsHeaders(t *testing.T, got, source *kgo.Record, team, user string) (ok bool) {
	t.Helper()
	id := recordID(source)
	wrong := func(format string, args ...any) {
		t.Helper()
		ok = false
		t.Errorf(id+": "+format, args...)
	}
	ok = true
	want := map[string]string{
		"winnow.id": id, "winnow.team": team, "winnow.user": user,
		"__connect.errors.topic": "flights", "__connect.errors.partition": fmt.Sprint(source.Partition),
		"__connect.errors.offset": fmt.Sprint(source.Offset), "__connect.errors.exception.class.name": "winnow.type",
	}
	for key, value := range want {
		if h, one := header(got, key); !one || h != value {
			wrong("header %s is %q, want %q", key, h, value)
		}
	}
	for _, key := range []string{"__connect.errors.stage", "__connect.errors.exception.message"} {
		if h, one := header(got, key); !one || h == "" {
			wrong("header %s is %q", key, h)
		}
	}
	h, _ := header(got, "winnow.reasons")
	var reasons []map[string]string
	if err := json.Unmarshal([]byte(h), &reasons); err != nil {
		wrong("winnow.reasons is not JSON: %v", err)
	}
	if len(reasons) != 1 || len(reasons[0]) != 2 || reasons[0]["rule"] != "type" || reasons[0]["pointer"] != "/arr_delay" {
		wrong("reasons %v, want one: type, /arr_delay", reasons)
	}
	if h, _ := header(got, "winnow.contract"); !strings.HasPrefix(h, "sha256:") || len(h) != len("sha256:")+64 {
		wrong("winnow.contract is %q", h)
	}
	if h, _ := header(got, "winnow.time"); !recent(h) {
		wrong("winnow.time is %q, want the present in RFC 3339", h)
	}
	return ok
}

func recent(stamp string) bool {
	at, err := time.Parse(time.RFC3339Nano, stamp)
	return err == nil && time.Since(at) < time.Hour && time.Since(at) > -time.Minute
}

// flightsKcat reads the quarantine with librdkafka, which checks each batch's CRC.
func flightsKcat(t *testing.T, p pipeline, f *flights) {
	need(t, "kcat")
	cmd := exec.CommandContext(t.Context(), "kcat", "-b", p.brokers[0], "-C", "-t", "flights.quarantine", "-o", "beginning", "-e", "-q",
		"-X", "check.crcs=true", "-X", "isolation.level=read_committed", "-f", `%p %k %s\n`)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for line := range strings.Lines(string(out)) {
		got[strings.TrimSuffix(line, "\n")]++
	}
	total := int64(0)
	for i, r := range f.records {
		if !f.bad[i] {
			continue
		}
		line := fmt.Sprintf("%d %s %s", r.Partition, r.Key, r.Value)
		if got[line] == 0 {
			t.Fatalf("kcat does not show %s as produced", recordID(r))
		}
		got[line]--
		total++
	}
	if lines := int64(strings.Count(string(out), "\n")); lines != total || total != f.failed {
		t.Errorf("kcat shows %d records, want %d", lines, f.failed)
	}
}

// flightsRestart stops winnow, starts it again, and wants it to go on where it was, with nothing twice.
func flightsRestart(t *testing.T, w *process, p pipeline, f *flights) {
	w.terminate(t)
	more := &flights{teams: map[string]count{}, tailnum: map[string]bool{}}
	for i, r := range f.records[:1000] {
		more.add(t, r.Value, 4)
		more.records[i].Partition = r.Partition
	}
	produce(t, p.brokers, more.records)

	again := start(t, p)
	untilGate(t, again, p, "flights", time.Minute)
	bad := f.badRecords()
	for id, r := range more.badRecords() {
		bad[id] = r
	}
	sum := judged(t, p.brokers, "flights", bad, tolerance{})
	if want := int64(len(f.records)+1000) - f.failed - more.failed; sum.passed != want {
		t.Errorf("%d passed by verdict, want %d", sum.passed, want)
	}
	verified(t, p)
	again.terminate(t)
}
