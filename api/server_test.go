package api

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func TestToken(t *testing.T) {
	h, _, _ := served(t, "s3cret")
	closed := []string{
		"/metrics", "/api/v1/openapi.json", "/api/v1/status", "/api/v1/ledger", "/api/v1/errors?by=team", "/api/v1/quarantine/groups",
		"/api/v1/quarantine/records", "/api/v1/quarantine/records/flights/0/7", "/", "/no/such",
		"/api/v1/feeds", "/api/v1/fleet", "/api/v1/history?by=total", "/api/v1/live",
	}
	for _, path := range closed {
		for _, bad := range []string{"", "Bearer", "Bearer ", "Bearer wrong", "Bearer s3cretX", "Basic s3cret", "s3cret"} {
			w := get(t, h, path, func(r *http.Request) { r.Header.Set("Authorization", bad) })
			if w.Code != 401 || w.Header().Get("WWW-Authenticate") == "" || !strings.Contains(w.Body.String(), "Bearer TOKEN") {
				t.Errorf("%s with %q: %d", path, bad, w.Code)
			}
		}
		w := get(t, h, path, func(r *http.Request) { r.Header.Set("Authorization", "bearer s3cret"); r.Host = "winnow.example.org" })
		if w.Code == 401 || w.Code == 403 {
			t.Errorf("%s with the token: %d", path, w.Code)
		}
	}
	for _, path := range []string{"/healthz", "/readyz"} {
		if w := get(t, h, path); w.Code != 200 {
			t.Errorf("%s needs a token: %d", path, w.Code)
		}
	}
}

func TestWithoutTokenOnlyThisMachineIsAnswered(t *testing.T) {
	h, _, _ := served(t, "")
	for host, want := range map[string]int{
		"127.0.0.1:8080": 200, "localhost": 200, "localhost:1": 200, "[::1]:8080": 200, "[::1]": 200,
		"evil.example:8080": 403, "192.0.2.1": 403, "": 403,
	} {
		if w := get(t, h, "/api/v1/status", func(r *http.Request) { r.Host = host }); w.Code != want {
			t.Errorf("host %q: %d, want %d", host, w.Code, want)
		}
	}
}

func TestCheckListen(t *testing.T) {
	for addr, want := range map[string]bool{
		"127.0.0.1:8080": true, "127.9.9.9:1": true, "[::1]:8080": true, "localhost:8080": true, "[::ffff:127.0.0.1]:1": true,
		":8080": false, "0.0.0.0:8080": false, "[::]:8080": false, "192.0.2.7:8080": false, "winnow:8080": false,
	} {
		if err := CheckListen(addr, ""); (err == nil) != want {
			t.Errorf("%s without a token: %v", addr, err)
		}
		if err := CheckListen(addr, "t"); err != nil {
			t.Errorf("%s with a token: %v", addr, err)
		}
	}
	if CheckListen("8080", "t") == nil {
		t.Error("an address without a port is taken")
	}
	if _, err := Listen(t.Context(), "0.0.0.0:0", ""); err == nil {
		t.Error("Listen does not check")
	}
}

func TestNewRefusesAnOpenListenerWithoutToken(t *testing.T) {
	l, err := Listen(t.Context(), "0.0.0.0:0", "t")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	if _, err := New(Config{Listener: l, Log: slog.New(slog.DiscardHandler)}); err == nil {
		t.Error("served to everybody")
	}
	if _, err := New(Config{}); err == nil {
		t.Error("served without a listener")
	}
}

func TestSecurityHeadersAreOnEveryAnswer(t *testing.T) {
	h, _, _ := served(t, "")
	for _, path := range []string{"/healthz", "/api/v1/status", "/none", "/api/v1/errors", "/metrics"} {
		w := get(t, h, path)
		for _, name := range []string{"X-Content-Type-Options", "Content-Security-Policy", "Cache-Control", "Referrer-Policy"} {
			if w.Header().Get(name) == "" {
				t.Errorf("%s has no %s", path, name)
			}
		}
	}
}

type slowGate struct {
	fakeGate
	entered, leave chan struct{}
}

func (g slowGate) Status() Status {
	close(g.entered)
	<-g.leave
	return g.fakeGate.Status()
}

// A request that runs when the end comes is answered; Run returns after it; the port is free again.
func TestRunEndsGracefully(t *testing.T) {
	l := listener(t)
	gate := slowGate{entered: make(chan struct{}), leave: make(chan struct{})}
	s, err := New(Config{Listener: l, Gate: gate, Log: slog.New(slog.DiscardHandler), Grace: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answered := make(chan string, 1)
	go func() {
		resp, err := client.Get("http://" + l.Addr().String() + "/api/v1/status")
		if err != nil {
			answered <- err.Error()
			return
		}
		defer func() { _ = resp.Body.Close() }()
		body, _ := io.ReadAll(resp.Body)
		answered <- string(body)
	}()
	<-gate.entered
	cancel()
	close(gate.leave)
	if body := <-answered; !strings.Contains(body, `"state":"running"`) {
		t.Errorf("cut off: %s", body)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if c, err := net.Dial("tcp", l.Addr().String()); err == nil {
		_ = c.Close()
		t.Error("the port is still open")
	}
}

func TestRunEndsARequestThatOutlivesTheGrace(t *testing.T) {
	l := listener(t)
	gate := slowGate{entered: make(chan struct{}), leave: make(chan struct{})}
	s, err := New(Config{Listener: l, Gate: gate, Log: slog.New(slog.DiscardHandler), Grace: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended, asked := make(chan error, 1), make(chan struct{})
	go func() { ended <- s.Run(ctx) }()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	go func() {
		defer close(asked)
		if resp, err := client.Get("http://" + l.Addr().String() + "/api/v1/status"); err == nil {
			_ = resp.Body.Close()
		}
	}()
	<-gate.entered
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	close(gate.leave)
	<-asked
}
