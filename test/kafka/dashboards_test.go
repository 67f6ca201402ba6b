//go:build kafka

package kafka

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/winnow-data/winnow/dashboards"
)

const prometheusDir = "../../deploy/prometheus"

// TestPromtool lets promtool look at what is deployed: the scrape configuration, the rules, and the rules' tests, which fire each alert.
func TestPromtool(t *testing.T) {
	need(t, "promtool")
	promtool := func(args ...string) {
		t.Helper()
		if out, err := exec.CommandContext(t.Context(), "promtool", args...).CombinedOutput(); err != nil {
			t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
	promtool("check", "rules", filepath.Join(prometheusDir, "winnow.rules.yml"))
	promtool("test", "rules", filepath.Join(prometheusDir, "winnow.rules.test.yml"))

	// promtool wants the files that the configuration names; the token is one that compose makes.
	dir := t.TempDir()
	config := mustRead(t, filepath.Join(prometheusDir, "prometheus.yml"))
	const token = "/run/secrets/winnow_token"
	if !bytes.Contains(config, []byte(token)) {
		t.Errorf("prometheus.yml shows no token, or takes it from elsewhere than %s", token)
	}
	write(t, filepath.Join(dir, "token"), "a token of the test's")
	write(t, filepath.Join(dir, "prometheus.yml"), strings.ReplaceAll(string(config), token, "token"))
	write(t, filepath.Join(dir, "winnow.rules.yml"), string(mustRead(t, filepath.Join(prometheusDir, "winnow.rules.yml"))))
	promtool("check", "config", filepath.Join(dir, "prometheus.yml"))
}

// TestDashboards runs every query of the dashboards and every alert against Prometheus, while it scrapes a running demo. A query has to give at least one
// number. An alert gives nothing while all is well, so each value that it compares has to, and the rule itself has to be evaluated without an error.
func TestDashboards(t *testing.T) {
	need(t, "prometheus")
	addr := freeAddr(t)
	w := startArgs(t, pipeline{listen: addr}, "demo", "--duration", "4m", "--listen", addr)
	w.until(t, 30*time.Second, func() error { _, _, err := w.get(t, "/healthz"); return err })
	rules, err := filepath.Abs(filepath.Join(prometheusDir, "winnow.rules.yml"))
	if err != nil {
		t.Fatal(err)
	}
	config := fmt.Sprintf("global: {scrape_interval: 1s, evaluation_interval: 1s}\nrule_files: [%q]\n"+
		"scrape_configs: [{job_name: winnow, static_configs: [{targets: [%q]}]}]\n", rules, addr)
	plain := startPrometheus(t, config)
	native := startPrometheus(t, config, "--enable-feature=native-histograms")

	var all, quantiles []query
	for _, d := range dashboards.Dashboards() {
		for title, exprs := range d.Queries() {
			for _, expr := range exprs {
				all = append(all, query{d.UID + ": " + title, dashboards.Filled(expr, "15s")})
			}
		}
	}
	for _, q := range all {
		if strings.Contains(q.expr, "histogram_quantile") {
			quantiles = append(quantiles, q)
		}
	}
	for _, a := range dashboards.Alerts() {
		for _, v := range a.Values() {
			all = append(all, query{a.Name, v})
		}
	}
	// The time is for counters to have a rate, and for Debian's Prometheus to show its first scrape, which takes it five seconds.
	haveData(t, w, plain, "", all)
	haveData(t, w, native, "with native histograms, ", quantiles)
	w.until(t, 10*time.Second, func() error { return rulesWork(t, plain) })
}

type query struct{ where, expr string }

// haveData wants a number from each query within a minute.
func haveData(t *testing.T, w *process, addr, how string, queries []query) {
	t.Helper()
	if len(queries) == 0 {
		t.Fatal("no queries")
	}
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); <-tick.C {
		queries = slices.DeleteFunc(queries, func(q query) bool { return numbers(t, addr, q) > 0 })
		if len(queries) == 0 {
			return
		}
		select {
		case <-w.done:
			t.Fatalf("winnow ended with code %d", w.cmd.ProcessState.ExitCode())
		default:
		}
	}
	for _, q := range queries {
		t.Errorf("%sno data for %s:\n%s", how, q.where, q.expr)
	}
}

// numbers counts the series with a number that a query gives now: a share of nothing is NaN, and none.
func numbers(t *testing.T, addr string, q query) (n int) {
	t.Helper()
	var answer struct {
		Status, Error string
		Data          struct {
			Result []struct{ Value [2]any }
		}
	}
	fetch(t, "http://"+addr+"/api/v1/query?query="+url.QueryEscape(q.expr), &answer)
	if answer.Status != "success" {
		t.Fatalf("%s: %s\n%s", q.where, answer.Error, q.expr)
	}
	for _, r := range answer.Data.Result {
		if r.Value[1] != "NaN" {
			n++
		}
	}
	return n
}

// rulesWork wants Prometheus to have loaded and evaluated every alert.
func rulesWork(t *testing.T, addr string) error {
	t.Helper()
	var answer struct {
		Data struct {
			Groups []struct {
				Rules []struct{ Name, Health, LastError string }
			}
		}
	}
	fetch(t, "http://"+addr+"/api/v1/rules", &answer)
	var got, want []string
	for _, g := range answer.Data.Groups {
		for _, r := range g.Rules {
			if r.Health != "ok" {
				return fmt.Errorf("%s is %s: %s", r.Name, r.Health, r.LastError)
			}
			got = append(got, r.Name)
		}
	}
	for _, a := range dashboards.Alerts() {
		want = append(want, a.Name)
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		return fmt.Errorf("prometheus evaluates %v, want %v", got, want)
	}
	return nil
}

func fetch(t *testing.T, address string, v any) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(v); err != nil {
		t.Fatalf("%s: %v", address, err)
	}
}

// startPrometheus runs Debian's Prometheus until the test ends, gives its address, and waits until it answers.
func startPrometheus(t *testing.T, config string, flags ...string) string {
	t.Helper()
	dir, addr := t.TempDir(), freeAddr(t)
	file := filepath.Join(dir, "prometheus.yml")
	write(t, file, config)
	cmd := exec.CommandContext(t.Context(), "prometheus", append(flags, "--config.file="+file, "--storage.tsdb.path="+filepath.Join(dir, "data"),
		"--web.listen-address="+addr, "--log.level=error")...)
	words := &buffer{}
	cmd.Stdout, cmd.Stderr = words, words
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("prometheus said:\n%s", words.tail(4<<10))
		}
	})
	eventually(t, 20*time.Second, func() error {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+addr+"/-/ready", nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			return fmt.Errorf("prometheus answers %s", resp.Status)
		}
		return nil
	})
	return addr
}
