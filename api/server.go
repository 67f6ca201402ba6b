package api

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
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
	Feeds    FeedsReader  // nil: this role has no feeds, likewise
	Fleet    FleetReader  // nil: no chips are simulated, likewise
	// Stages gives the speed of each stage over the seconds since it was last called: by the server alone, every two seconds or less often. nil: none.
	Stages func() []Stage
	// Page is the web page: index.html, and what it loads below assets. nil: there is none at /.
	Page    fs.FS
	Ready   Readiness    // nil: always ready
	Metrics http.Handler // nil: /metrics answers 503
	Log     *slog.Logger
	Grace   time.Duration // how long running requests may take after the end; 0 = 5 s
}

// A Server serves the API. It does nothing until Run.
type Server struct {
	cfg   Config
	http  *http.Server
	watch *watch
	hub   *hub
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
	s := &Server{cfg: cfg, hub: newHub()}
	s.watch = newWatch(s)
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

// Run serves until ctx ends, then ends the streams and lets running requests finish within the grace. It returns nil after an orderly end. It is
// called once.
func (s *Server) Run(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	failed, watched := make(chan error, 1), make(chan struct{})
	go func() { failed <- s.http.Serve(s.cfg.Listener) }()
	go func() { defer close(watched); s.watch.run(ctx) }()
	var broken error
	select {
	case err := <-failed:
		broken = fmt.Errorf("cannot serve HTTP: %w", err)
		failed <- http.ErrServerClosed
		stop()
	case <-ctx.Done():
	}
	close(s.hub.ended)
	if err := s.shutdown(ctx, failed, watched); broken == nil {
		return err
	}
	return broken
}

// shutdown waits for what still runs, but no longer than the grace: a Gate, or another that is asked, may not answer.
func (s *Server) shutdown(ctx context.Context, failed <-chan error, watched <-chan struct{}) error {
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.cfg.Grace)
	defer cancel()
	if err := s.http.Shutdown(end); err != nil {
		s.cfg.Log.Warn("cannot wait for the last HTTP requests", "error", err)
		_ = s.http.Close()
	}
	select {
	case <-watched:
	case <-end.Done():
		s.cfg.Log.Warn("cannot wait for the last look at the gate, the feeds and the fleet")
	}
	if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("cannot serve HTTP: %w", err)
	}
	return nil
}
