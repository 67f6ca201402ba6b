package api

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// running serves until the test ends, or until stop.
func running(t *testing.T, s *Server) (url string, stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	stopped := false
	stop = func() error {
		if cancel(); stopped {
			return nil
		}
		stopped = true
		return <-ended
	}
	t.Cleanup(func() { _ = stop() })
	return "http://" + s.cfg.Listener.Addr().String(), stop
}

func open(t *testing.T, url string, change ...func(*http.Request)) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/api/v1/stream", nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range change {
		c(r)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
	return resp
}

// next reads the next event's data.
func next(t *testing.T, in *bufio.Reader) (event string, l Live) {
	t.Helper()
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		if name, ok := strings.CutPrefix(line, "event: "); ok {
			event = strings.TrimSpace(name)
		}
		if data, ok := strings.CutPrefix(line, "data: "); ok {
			if err := json.Unmarshal([]byte(data), &l); err != nil {
				t.Fatal(err)
			}
			return event, l
		}
	}
}

// The server's limits on requests must not end a stream: here they are shorter than the pause between two events.
func TestStreamOutlivesTheServersTimeouts(t *testing.T) {
	s := newServer(t)
	s.http.ReadTimeout, s.http.WriteTimeout = 200*time.Millisecond, 200*time.Millisecond
	url, _ := running(t, s)
	resp := open(t, url)
	if ct := resp.Header.Get("Content-Type"); ct != "text/event-stream" {
		t.Fatal(ct)
	}
	in := bufio.NewReader(resp.Body)
	_, first := next(t, in)
	event, second := next(t, in)
	_, third := next(t, in)
	if event != "live" || !first.Time.Before(second.Time) || !second.Time.Before(third.Time) || first.Status.Instance != "host-7" {
		t.Errorf("event %q at %v, %v, %v", event, first.Time, second.Time, third.Time)
	}
}

// A stream ends at once with the server, well within the grace.
func TestStreamsEndWithTheServer(t *testing.T) {
	s := newServer(t, func(c *Config) { c.Grace = time.Minute })
	url, stop := running(t, s)
	in := bufio.NewReader(open(t, url).Body)
	next(t, in)
	if err := stop(); err != nil {
		t.Error(err)
	}
	if _, err := io.ReadAll(in); err != nil {
		t.Errorf("broken off: %v", err)
	}
}

func TestStreamsAreCapped(t *testing.T) {
	s := newServer(t)
	url, _ := running(t, s)
	for range maxStreams {
		if resp := open(t, url); resp.StatusCode != http.StatusOK {
			t.Fatal(resp.Status)
		}
	}
	resp := open(t, url)
	body, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != http.StatusServiceUnavailable || !strings.Contains(string(body), "as many streams") || resp.Header.Get("Retry-After") == "" {
		t.Errorf("%s: %s", resp.Status, body)
	}
}

// A client that has gone makes room.
func TestStreamsThatEndMakeRoom(t *testing.T) {
	s := newServer(t)
	url, _ := running(t, s)
	resp := open(t, url)
	next(t, bufio.NewReader(resp.Body))
	_ = resp.Body.Close()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for range 1000 {
		if !s.hub.watched() {
			return
		}
		<-tick.C
	}
	t.Error("a stream whose client has gone is still counted")
}

func TestStreamNeedsTheToken(t *testing.T) {
	s := newServer(t, func(c *Config) { c.Token = "s3cret" })
	url, _ := running(t, s)
	if resp := open(t, url); resp.StatusCode != http.StatusUnauthorized {
		t.Error(resp.Status)
	}
	if resp := open(t, url, func(r *http.Request) { r.Header.Set("Authorization", "Bearer s3cret") }); resp.StatusCode != http.StatusOK {
		t.Error(resp.Status)
	}
}

// A gate that does not answer must not keep the process from ending.
func TestRunEndsThoughAGateHangs(t *testing.T) {
	leave, entered := make(chan struct{}), make(chan struct{}, 1)
	s := newServer(t, func(c *Config) { c.Gate, c.Grace = hangingGate{leave: leave, entered: entered}, time.Millisecond })
	_, stop := running(t, s)
	<-entered
	if err := stop(); err != nil {
		t.Error(err)
	}
	close(leave)
}

type hangingGate struct {
	fakeGate
	leave, entered chan struct{}
}

func (g hangingGate) Ledger() Ledger {
	select {
	case g.entered <- struct{}{}:
	default:
	}
	<-g.leave
	return Ledger{}
}
