//go:build kafka

package kafka

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// errorsBy is the answer of /api/v1/errors.
type errorsBy struct {
	Since     time.Time
	Instances []string
	Rows      []struct {
		Key             string
		Records, Errors int64
		Rate            float64
	}
}

// flightsAPI holds /api/v1 against the counts.
func flightsAPI(t *testing.T, w *process, f *flights) {
	all := count{int64(len(f.records)), f.failed}
	users := map[string]count{}
	for i := range f.records {
		c := users[f.user[i]]
		c.records++
		if f.bad[i] {
			c.errors++
		}
		users[f.user[i]] = c
	}
	wants := map[string]map[string]count{"team": f.teams, "user": users, "topic": {"flights": all}}
	for by, want := range wants {
		var got errorsBy
		if err := w.read(t, "/api/v1/errors?by="+by, &got); err != nil {
			t.Fatal(err)
		}
		holdRows(t, by, got, want)
	}
	var rules errorsBy
	if err := w.read(t, "/api/v1/errors?by=rule", &rules); err != nil {
		t.Fatal(err)
	}
	if len(rules.Rows) != 1 || rules.Rows[0].Key != "type" || rules.Rows[0].Errors != f.failed {
		t.Errorf("errors by rule: %+v, want type alone with %d", rules.Rows, f.failed)
	}
	l := w.untilConsumed(t, all.records, time.Second)
	if want := (ledger{all.records, all.records - f.failed, f.failed, 0, true}); l != want {
		t.Errorf("ledger %+v, want %+v", l, want)
	}
}

func holdRows(t *testing.T, by string, got errorsBy, want map[string]count) {
	t.Helper()
	if len(got.Rows) != len(want) {
		t.Errorf("errors by %s: %d rows, want %d", by, len(got.Rows), len(want))
	}
	for i, row := range got.Rows {
		if w := want[row.Key]; w != (count{row.Records, row.Errors}) {
			t.Errorf("errors by %s: %s has %d of %d, want %d of %d", by, row.Key, row.Errors, row.Records, w.errors, w.records)
		}
		if i > 0 && row.Errors > got.Rows[i-1].Errors {
			t.Errorf("errors by %s: row %d has more errors than the one before it", by, i)
		}
		if want := float64(row.Errors) / float64(row.Records); row.Rate < want-1e-9 || row.Rate > want+1e-9 {
			t.Errorf("errors by %s: %s has rate %v, want %v", by, row.Key, row.Rate, want)
		}
	}
	if len(got.Instances) == 0 || time.Since(got.Since) > time.Hour {
		t.Errorf("errors by %s: since %v from instances %v", by, got.Since, got.Instances)
	}
}

// flightsMetrics holds /metrics against the counts, and lets promtool read it.
func flightsMetrics(t *testing.T, w *process, f *flights) {
	_, body, err := w.get(t, "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for team, c := range f.teams {
		for labels, want := range map[string]int64{
			"winnow_records_total topic=flights team=" + team + " outcome=quarantined": c.errors,
			"winnow_records_total topic=flights team=" + team + " outcome=passed":      c.records - c.errors,
			"winnow_errors_total topic=flights team=" + team + " rule=type":            c.errors,
		} {
			if got := metric(families, labels); got != float64(want) {
				t.Errorf("%s is %v, want %d", labels, got, want)
			}
		}
	}
	if got := metric(families, "winnow_records_total outcome=quarantined"); got != float64(f.failed) {
		t.Errorf("winnow_records_total counts %v quarantined, want %d", got, f.failed)
	}
	if got := metric(families, "winnow_lag_records topic=flights"); got != 0 {
		t.Errorf("winnow_lag_records is %v at the end", got)
	}
	need(t, "promtool")
	cmd := exec.CommandContext(t.Context(), "promtool", "check", "metrics")
	cmd.Stdin = bytes.NewReader(body)
	if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("promtool check metrics: %v\n%s", err, out)
	}
}

// metric sums a metric over the series that have the labels; want is its name and labels, k=v, with spaces between them.
func metric(families map[string]*dto.MetricFamily, want string) float64 {
	fields := strings.Fields(want)
	sum := 0.0
	for _, m := range families[fields[0]].GetMetric() {
		has := func(label string) bool {
			return slices.ContainsFunc(m.GetLabel(), func(l *dto.LabelPair) bool { return l.GetName()+"="+l.GetValue() == label })
		}
		if !slices.ContainsFunc(fields[1:], func(label string) bool { return !has(label) }) {
			sum += m.GetCounter().GetValue() + m.GetGauge().GetValue()
		}
	}
	return sum
}

// flightsPrometheus runs Debian's Prometheus over winnow and asks it.
func flightsPrometheus(t *testing.T, w *process, f *flights) {
	need(t, "prometheus")
	dir, addr := t.TempDir(), freeAddr(t)
	config := filepath.Join(dir, "prometheus.yaml")
	write(t, config, fmt.Sprintf("scrape_configs:\n  - job_name: winnow\n    scrape_interval: 1s\n    static_configs: [{targets: [%q]}]\n",
		strings.TrimPrefix(w.url, "http://")))
	cmd := exec.CommandContext(t.Context(), "prometheus", "--config.file="+config, "--storage.tsdb.path="+filepath.Join(dir, "data"),
		"--web.listen-address="+addr, "--enable-feature=native-histograms", "--log.level=error")
	var words bytes.Buffer
	cmd.Stdout, cmd.Stderr = &words, &words
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("prometheus said:\n%s", words.String())
		}
	})
	for query, want := range map[string]int64{
		`sum(winnow_records_total{outcome="quarantined"})`:    f.failed,
		`sum(winnow_errors_total{team="EV",rule="type"})`:     f.teams["EV"].errors,
		`count(count by (team) (winnow_records_total))`:       int64(len(f.teams)),
		`sum(winnow_lag_records{topic="flights"})`:            0,
		`max(histogram_count(winnow_stage_seconds)) > bool 0`: 1,
	} {
		eventually(t, 30*time.Second, func() error { return ask(t, addr, query, want) })
	}
}

// ask wants one number from Prometheus.
func ask(t *testing.T, addr, query string, want int64) error {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+addr+"/api/v1/query?query="+url.QueryEscape(query), nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	var answer struct {
		Data struct{ Result []struct{ Value [2]any } }
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return fmt.Errorf("%w in %s", err, body)
	}
	if rs := answer.Data.Result; len(rs) != 1 || rs[0].Value[1] != fmt.Sprint(want) {
		return fmt.Errorf("%s gives %s, want %d", query, body, want)
	}
	return nil
}

// flightsReview looks at the quarantine as a person on call does.
func flightsReview(t *testing.T, w *process, f *flights) {
	var out string
	w.until(t, 30*time.Second, func() error {
		var words string
		var code int
		if out, words, code = winnow(t, "quarantine", "groups", "--server", w.url, "-o", "json"); code != 0 {
			return fmt.Errorf("quarantine groups exits %d: %s%s", code, out, words)
		}
		var page struct {
			Records int64
			Groups  []struct {
				Rule, Pointer, Team string
				Count               int64
			}
		}
		if err := json.Unmarshal([]byte(out), &page); err != nil {
			return fmt.Errorf("%w in %s", err, out)
		}
		if page.Records < f.failed {
			return fmt.Errorf("the index has %d records of %d", page.Records, f.failed)
		}
		for _, g := range page.Groups {
			if g.Rule != "type" || g.Pointer != "/arr_delay" || g.Count != f.teams[g.Team].errors {
				t.Errorf("group %+v, want type, /arr_delay, %d", g, f.teams[g.Team].errors)
			}
		}
		return nil
	})
	i := slices.Index(f.bad, true)
	id := recordID(f.records[i])
	out, words, code := winnow(t, "quarantine", "show", id, "--server", w.url)
	if code != 0 || !strings.Contains(out, "/arr_delay") {
		t.Errorf("quarantine show %s exits %d: %s%s", id, code, out, words)
	}
	if f.user[i] != missing && strings.Contains(out, `"`+f.user[i]+`"`) {
		t.Errorf("quarantine show does not mask the tailnum in the value:\n%s", out)
	}
}
