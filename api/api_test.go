package api

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"testing"
)

func itoa(n int) string { return strconv.Itoa(n) }

// The shapes that scripts and dashboards rely on, to the letter.
func TestGoldenAnswers(t *testing.T) {
	h, _, _ := served(t, "")
	for target, want := range map[string]string{
		"/healthz": `{"status":"ok"}`,
		"/readyz":  `{"ready":true,"reasons":[]}`,
		"/api/v1/errors?by=team": `{"since":"2026-03-04T05:06:07Z","instances":["host-7"],"rows":[` +
			`{"key":"team-c","records":8,"errors":6,"rate":0.75},{"key":"team-a","records":0,"errors":1,"rate":0},` +
			`{"key":"team-b","records":4,"errors":1,"rate":0.25}]}`,
		"/api/v1/ledger": `{"consumed":10,"passed":6,"quarantined":3,"skipped":1,"balanced":true,"skipped_by":{"tombstone":1},` +
			`"partitions":[{"topic":"flights","partition":1,"gate_offset":10,"log_end":12,"lag":2,"consumed":10,"passed":6,"quarantined":3,"skipped":1}]}`,
		"/api/v1/quarantine/groups?limit=1": `{"caught_up":true,"records":3,"dropped":0,"unreadable":0,"exact":true,"groups":[` +
			`{"contract":"sha256:aa","rule":"type","pointer":"/a/*","team":"UA","topics":["flights"],"count":2,` +
			`"first":"2026-03-04T05:06:07Z","last":"2026-03-04T05:06:07Z","example":"flights/0/7"}]}`,
		"/metrics": "winnow_up 1",
	} {
		if got := strings.TrimSpace(get(t, h, target).Body.String()); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", target, got, want)
		}
	}
}

func TestEveryRefusalIsAProblem(t *testing.T) {
	h, _, _ := served(t, "")
	for _, c := range []struct {
		method, target string
		status         int
		says           string
	}{
		{"GET", "/", 404, "openapi.json"},
		{"GET", "/api/v1/nothing", 404, "openapi.json"},
		{"POST", "/api/v1/ledger", 405, "GET, HEAD"},
		{"DELETE", "/api/v1/quarantine/records/flights/0/7", 405, "GET, HEAD"},
		{"PUT", "/readyz", 405, "GET, HEAD"},
		{"GET", "/api/v1/errors", 400, "by must be one of"},
		{"GET", "/api/v1/errors?by=shard", 400, "by must be one of"},
		{"GET", "/api/v1/errors?by=chip", 503, "simulates no chips"},
		{"GET", "/api/v1/errors?by=feed_team", 503, "simulates no chips"},
		{"GET", "/api/v1/feeds", 503, "no feeds"},
		{"GET", "/api/v1/fleet", 503, "simulates no chips"},
		{"GET", "/api/v1/history", 400, "by must be one of"},
		{"GET", "/api/v1/history?by=state", 503, "simulates no chips"},
		{"GET", "/api/v1/live?by=team", 400, "no parameters"},
		{"GET", "/api/v1/stream?by=team", 400, "no parameters"},
		{"GET", "/api/v1/errors?by=team&by=user", 400, "each once"},
		{"GET", "/api/v1/ledger?topic=x", 400, "no parameters"},
		{"GET", "/api/v1/quarantine/groups?teem=UA", 400, "team"},
		{"GET", "/api/v1/quarantine/groups?team=%zz", 400, "not well formed"},
		{"GET", "/api/v1/quarantine/records?limit=1001", 400, "1 to 1000"},
		{"GET", "/api/v1/quarantine/records?limit=many", 400, "1 to 1000"},
		{"GET", "/api/v1/quarantine/records?after=nonsense", 400, "after:"},
		{"GET", "/api/v1/quarantine/records?after=broken", 503, "cannot read"},
		{"GET", "/api/v1/quarantine/records/flights/0", 400, "topic/partition/offset"},
		{"GET", "/api/v1/quarantine/records/flights/0/07", 400, "topic/partition/offset"},
		{"GET", "/api/v1/quarantine/records/flights/0/7/8", 400, "topic/partition/offset"},
		{"GET", "/api/v1/quarantine/records/flights/0/8", 404, "no such record"},
		{"GET", "/api/v1/quarantine/records/flights/3/1", 503, "cannot read Kafka"},
	} {
		w := get(t, h, c.target, func(r *http.Request) { r.Method = c.method })
		var p Problem
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
			t.Errorf("%s %s: %v", c.method, c.target, err)
			continue
		}
		if w.Code != c.status || p.Status != c.status || p.Title != http.StatusText(c.status) || p.Type != "about:blank" {
			t.Errorf("%s %s: status %d, problem %+v, want %d", c.method, c.target, w.Code, p, c.status)
		}
		if ct := w.Header().Get("Content-Type"); ct != "application/problem+json" {
			t.Errorf("%s %s: %s", c.method, c.target, ct)
		}
		if !strings.Contains(p.Detail, c.says) {
			t.Errorf("%s %s says %q, want %q", c.method, c.target, p.Detail, c.says)
		}
		if c.status == 405 && w.Header().Get("Allow") != "GET, HEAD" {
			t.Errorf("%s %s allows %q", c.method, c.target, w.Header().Get("Allow"))
		}
	}
}

func TestFiltersReachTheReview(t *testing.T) {
	h, seen, _ := served(t, "")
	want := Filter{Topic: "flights", Team: "U A", User: "N1", Rule: "type", Contract: "sha256:a", Pointer: "/a/*"}
	w := get(t, h, "/api/v1/quarantine/records?topic=flights&team=U%20A&user=N1&rule=type&contract=sha256:a&pointer=/a/*&limit=5")
	if w.Code != http.StatusOK || *seen != want {
		t.Errorf("status %d, filter %+v", w.Code, *seen)
	}
	if !strings.Contains(w.Body.String(), `"id":"flights/0/5"`) {
		t.Errorf("the limit did not reach it: %s", w.Body)
	}
}

func TestNotReadySaysWhy(t *testing.T) {
	s, err := New(Config{
		Listener: listener(t), Log: slog.New(slog.DiscardHandler), Ready: func() []string { return []string{"flights/3: lag 20000"} },
	})
	if err != nil {
		t.Fatal(err)
	}
	w := get(t, s.handler(), "/readyz")
	if got := strings.TrimSpace(w.Body.String()); w.Code != 503 || got != `{"ready":false,"reasons":["flights/3: lag 20000"]}` {
		t.Errorf("%d %s", w.Code, got)
	}
	for _, path := range []string{"/api/v1/status", "/api/v1/quarantine/groups", "/metrics"} {
		if w := get(t, s.handler(), path); w.Code != 503 {
			t.Errorf("%s without anything behind it: %d", path, w.Code)
		}
	}
}

func TestGateErrorIs503(t *testing.T) {
	s, err := New(Config{Listener: listener(t), Log: slog.New(slog.DiscardHandler), Gate: fakeGate{err: errors.New("cannot count yet")}})
	if err != nil {
		t.Fatal(err)
	}
	if w := get(t, s.handler(), "/api/v1/errors?by=user"); w.Code != 503 || !strings.Contains(w.Body.String(), "cannot count yet") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestPanicIsA500WithoutWhatWasPanicked(t *testing.T) {
	h, _, log := served(t, "")
	w := get(t, h, "/api/v1/quarantine/records/flights/0/9")
	if w.Code != 500 || w.Header().Get("Content-Type") != "application/problem+json" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if all := w.Body.String() + log.String(); strings.Contains(all, "canary") {
		t.Errorf("the panic's text got out: %s", all)
	}
	if !strings.Contains(log.String(), "fakes_test.go") {
		t.Errorf("the log does not say where: %s", log)
	}
}
