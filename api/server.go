package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Gate answers for the gate of this process. Its methods are called concurrently.
type Gate interface {
	Status() Status
	Ledger() Ledger
	// Errors counts by one of the keys of Dimensions. Its error says why it cannot answer now.
	Errors(by string) (Errors, error)
}

// Review answers for the quarantine. Its methods are called concurrently.
type Review interface {
	Groups(f Filter) Groups
	// Records gives at most limit records that follow the cursor after ("" = from the newest), or ErrBadCursor.
	Records(f Filter, limit int, after string) (Records, error)
	// Record reads one record back from Kafka, masked. ErrNotFound: no such record is waiting for review.
	Record(ctx context.Context, id string) (Content, error)
}

// Readiness gives the reasons why this process is not ready; none when it is.
type Readiness func() (reasons []string)

// Errors that a Review returns, perhaps wrapped.
var (
	ErrNotFound  = errors.New("no such record is waiting for review")
	ErrBadCursor = errors.New("not a cursor that this server gave out")
)

// Config is what a Server needs. Listener and Log are required.
type Config struct {
	Listener net.Listener // from Listen; the Server closes it
	Token    string       // "" = none; then Listener must be loopback
	Gate     Gate         // nil: this role has no gate, and its routes answer 503
	Review   Review       // nil: this role keeps no review index, likewise
	Ready    Readiness    // nil: always ready
	Metrics  http.Handler // nil: /metrics answers 503
	Log      *slog.Logger
	Grace    time.Duration // how long running requests may take after the end; 0 = 5 s
}

// A Server serves the API. It does nothing until Run.
type Server struct {
	cfg  Config
	http *http.Server
}

// The limits on what one client can hold. A masked record is read from Kafka inside writeTimeout.
const (
	readTimeout    = 10 * time.Second
	kafkaTimeout   = 20 * time.Second
	writeTimeout   = 30 * time.Second
	idleTimeout    = 2 * time.Minute
	maxHeaderBytes = 16 << 10
	maxBodyBytes   = 64 << 10
	defaultGrace   = 5 * time.Second
)

// New makes a Server. It fails when the listener is open to other machines and there is no token.
func New(cfg Config) (*Server, error) {
	if cfg.Listener == nil || cfg.Log == nil {
		return nil, errors.New("cannot serve HTTP: a listener and a log are needed")
	}
	if err := CheckListen(cfg.Listener.Addr().String(), cfg.Token); err != nil {
		return nil, err
	}
	if cfg.Ready == nil {
		cfg.Ready = func() []string { return nil }
	}
	if cfg.Grace <= 0 {
		cfg.Grace = defaultGrace
	}
	s := &Server{cfg: cfg}
	s.http = &http.Server{
		Handler:           s.handler(),
		ReadHeaderTimeout: readTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(cfg.Log.Handler(), slog.LevelDebug),
	}
	return s, nil
}

// Run serves until ctx ends, then lets running requests finish within the grace. It returns nil after an orderly end.
func (s *Server) Run(ctx context.Context) error {
	failed := make(chan error, 1)
	go func() { failed <- s.http.Serve(s.cfg.Listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("cannot serve HTTP: %w", err)
	case <-ctx.Done():
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.cfg.Grace)
	defer cancel()
	if err := s.http.Shutdown(end); err != nil {
		s.cfg.Log.Warn("cannot wait for the last HTTP requests", "error", err)
		_ = s.http.Close()
	}
	if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("cannot serve HTTP: %w", err)
	}
	return nil
}
