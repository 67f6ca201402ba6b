package wire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol"
	"github.com/segmentio/kafka-go/protocol/createtopics"
	"github.com/segmentio/kafka-go/protocol/metadata"
	"github.com/segmentio/kafka-go/sasl"
)

const (
	metadataTTL    = 2 * time.Second // kafka-go also gives each metadata request this long
	idleTimeout    = 60 * time.Second
	refreshEvery   = 100 * time.Millisecond
	refreshTimeout = 2 * time.Second
)

// transport is kafka-go's with what it lacks: the true cause where the cluster cannot be reached, fresh metadata where
// the picture is old, and an end.
type transport struct {
	inner     *kafka.Transport
	mechanism string
	secured   bool // TLS or SASL is configured
	logins    logins
	closed    atomic.Bool
	alive     lifetime

	refreshing sync.Mutex
	next       time.Time // no refresh before; guarded by refreshing
}

// A lifetime is the context of what kafka-go starts for a transport. Closing the idle connections alone is not enough: a request that began a moment
// before would make them anew.
type lifetime chan struct{}

func (l lifetime) Deadline() (time.Time, bool) { return time.Time{}, false }
func (l lifetime) Done() <-chan struct{}       { return l }
func (l lifetime) Value(any) any               { return nil }
func (l lifetime) Err() error {
	select {
	case <-l:
		return context.Canceled
	default:
		return nil
	}
}

func newTransport(cfg Config, mechanism sasl.Mechanism) *transport {
	alive := make(lifetime)
	t := &transport{
		alive: alive,
		inner: &kafka.Transport{
			Context:     alive,
			Dial:        cfg.Dial,
			DialTimeout: cfg.DialTimeout,
			IdleTimeout: idleTimeout,
			MetadataTTL: metadataTTL,
			ClientID:    cfg.ClientID,
			TLS:         cfg.TLS,
		},
		secured: cfg.TLS != nil || cfg.SASL != nil,
	}
	if mechanism != nil {
		t.mechanism = cfg.SASL.Mechanism
		t.inner.SASL = watched{Mechanism: mechanism, logins: &t.logins}
	}
	return t
}

func (t *transport) close() {
	if !t.closed.Swap(true) {
		close(t.alive)
	}
	t.inner.CloseIdleConnections()
}

// RoundTrip is kafka.RoundTripper's.
func (t *transport) RoundTrip(ctx context.Context, addr net.Addr, req kafka.Request) (kafka.Response, error) {
	if t.closed.Load() {
		return nil, ErrClosed
	}
	res, err := t.inner.RoundTrip(ctx, addr, req)
	if err == nil {
		return res, nil
	}
	if ended := over(ctx); ended != nil {
		if !errors.Is(err, ended) { // what the connection says of a deadline that passed
			err = fmt.Errorf("%w: %w", ended, err)
		}
		return nil, err
	}
	if staleRoute(err) || isNetwork(err) {
		if cause := t.unreached(ctx, addr); cause != nil {
			t.note(ctx, addr, err)
			return nil, t.explain(t.hint(cause))
		}
	}
	t.note(ctx, addr, err)
	return nil, t.explain(err)
}

// over is ctx.Err, but a moment earlier: a connection's deadline may pass before the context's timer fires.
func over(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if deadline, ok := ctx.Deadline(); ok && !time.Now().Before(deadline) {
		return context.DeadlineExceeded
	}
	return nil
}

// unreached returns why no metadata ever came, if so: kafka-go then knows no topic, and says only that. The request is
// answered from kafka-go's memory.
func (t *transport) unreached(ctx context.Context, addr net.Addr) error {
	_, err := t.inner.RoundTrip(ctx, addr, &metadata.Request{TopicNames: []string{}})
	return err
}

// note gets fresh metadata when err, from a request or from within its answer, says that the picture is old. It
// returns when the new picture is there, after a bounded time, or at once if that was done a moment ago.
func (t *transport) note(ctx context.Context, addr net.Addr, err error) {
	if !staleRoute(err) && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return
	}
	if !t.refreshing.TryLock() {
		return
	}
	defer t.refreshing.Unlock()
	if time.Now().Before(t.next) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, refreshTimeout)
	defer cancel()
	if _, err := t.inner.RoundTrip(ctx, addr, wake{}); err != nil && ctx.Err() == nil {
		t.inner.CloseIdleConnections() // a new start, with new connections, begins with metadata
	}
	t.next = time.Now().Add(refreshEvery)
}

// wake makes kafka-go ask for metadata now. kafka-go does so, and waits for it, after an answer to CreateTopics; so
// this request sends nothing and is answered by an empty one of those. (CloseIdleConnections has the same effect, at
// the price of every connection of every partition.)
type wake struct{}

// ApiKey is protocol.Message's.
func (wake) ApiKey() protocol.ApiKey { return protocol.Metadata }

// Required is protocol.RawExchanger's.
func (wake) Required(map[protocol.ApiKey]int16) bool { return true }

// RawExchange is protocol.RawExchanger's.
func (wake) RawExchange(io.ReadWriter) (protocol.Message, error) {
	return &createtopics.Response{}, nil
}
