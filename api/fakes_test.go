package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var began = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

type fakeGate struct{ err error }

func (fakeGate) Status() Status {
	return Status{
		Version: "v0.1.0", Instance: "host-7", Group: "winnow", Since: began, State: "running", Ready: true,
		Assigned:  map[string][]int{"flights": {0, 1}},
		Contracts: []StatusContract{{Name: "flights", Hash: "sha256:aa", Topics: []string{"flights"}}}, RecordsPerSecond: 1.5,
	}
}

func (fakeGate) Ledger() Ledger {
	return Ledger{
		Consumed: 10, Passed: 6, Quarantined: 3, Skipped: 1, Balanced: true, SkippedBy: map[string]int64{"tombstone": 1},
		Partitions: []PartitionLedger{{
			Topic: "flights", Partition: 1, GateOffset: 10, LogEnd: 12, Lag: 2, Consumed: 10, Passed: 6, Quarantined: 3, Skipped: 1,
		}},
	}
}

func (g fakeGate) Errors(by string) (Errors, error) {
	return Errors{Since: began, Instances: []string{"host-7"}, Rows: []ErrorRow{
		{Key: by + "-b", Records: 4, Errors: 1, Rate: 99}, {Key: by + "-c", Records: 8, Errors: 6}, {Key: by + "-a", Records: 0, Errors: 1},
	}}, g.err
}

type fakeReview struct{ seen *Filter }

func (r fakeReview) Groups(f Filter) Groups {
	*r.seen = f
	return Groups{Coverage: Coverage{CaughtUp: true, Records: 3, Exact: true}, Groups: []Group{
		{Contract: "sha256:aa", Rule: "type", Pointer: "/a/*", Team: "UA", Topics: []string{"flights"}, Count: 2, First: began, Last: began, Example: "flights/0/7"},
		{Contract: "sha256:aa", Rule: "range", Pointer: "/b", Team: "AA", Count: 1, First: began, Last: began, Example: "flights/0/8"},
	}}
}

func (r fakeReview) Records(f Filter, limit int, after string) (Records, error) {
	*r.seen = f
	if after == "nonsense" {
		return Records{}, fmt.Errorf("cannot go on: %w", ErrBadCursor)
	}
	if after == "broken" {
		return Records{}, errors.New("cannot read")
	}
	return Records{Records: []Record{{ID: fmt.Sprint("flights/0/", limit), Time: began, Records: 1}}, Next: "n"}, nil
}

func (fakeReview) Record(_ context.Context, id string) (Content, error) {
	switch id {
	case "flights/0/7":
		value := `{"x":9}`
		return Content{
			Record: Record{ID: id, Time: began, Reasons: []Reason{{Rule: "type", Pointer: "/a"}}}, Timestamp: began,
			Format: "json", Value: &value, Truncated: &Stub{Size: 1, SHA256: "00"}, Headers: []Header{{Name: "x"}},
		}, nil
	case "flights/0/8":
		return Content{}, fmt.Errorf("cannot show %s: %w", id, ErrNotFound)
	case "flights/0/9":
		panic("canary in a panic")
	}
	return Content{}, errors.New("cannot read Kafka")
}

// served is a handler with everything behind it, and what its log says.
func served(t *testing.T, token string) (h http.Handler, seen *Filter, log *syncBuffer) {
	t.Helper()
	seen, log = &Filter{}, &syncBuffer{}
	s, err := New(Config{
		Listener: listener(t), Token: token, Gate: fakeGate{}, Review: fakeReview{seen}, Log: slog.New(slog.NewTextHandler(log, nil)),
		Metrics: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "winnow_up 1") }),
	})
	if err != nil {
		t.Fatal(err)
	}
	return s.handler(), seen, log
}

func listener(t *testing.T) net.Listener {
	t.Helper()
	l, err := Listen(t.Context(), "127.0.0.1:0", "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

func get(t *testing.T, h http.Handler, target string, change ...func(*http.Request)) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, target, nil)
	r.Host = "127.0.0.1:8080"
	for _, c := range change {
		c(r)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}
