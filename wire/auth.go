package wire

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"sync/atomic"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/sasl"
)

// An AuthError says that Kafka does not let the client in, or that TLS fails: a matter of configuration that no retry
// mends. Its text says what to look at, and holds no password.
type AuthError struct {
	What string // "SASL" or "TLS"
	Fix  string // what to check
	Err  error  // what was seen
}

func (e *AuthError) Error() string {
	return "cannot get in with " + e.What + ": " + e.Err.Error() + ": " + e.Fix
}

// Unwrap gives the error that was seen, for errors.Is and errors.As.
func (e *AuthError) Unwrap() error { return e.Err }

// explain turns what a failed login or handshake looks like into an AuthError. Other errors stay as they are.
func (t *transport) explain(err error) error {
	var known *AuthError
	if errors.As(err, &known) {
		return err
	}
	if fix := t.saslFix(err); fix != "" {
		return &AuthError{What: "SASL", Fix: fix, Err: err}
	}
	if fix := t.tlsFix(err); fix != "" {
		return &AuthError{What: "TLS", Fix: fix, Err: err}
	}
	return err
}

func (t *transport) saslFix(err error) string {
	switch {
	case errors.Is(err, kafka.SASLAuthenticationFailed):
		return "check the username and the password, and that this user exists for " + t.mechanism
	case errors.Is(err, kafka.UnsupportedSASLMechanism):
		return "the broker does not offer " + t.mechanism + " on this port: check the mechanism"
	case errors.Is(err, kafka.IllegalSASLState):
		return "the broker does not expect SASL on this port: check the port, or configure no SASL"
	}
	return ""
}

func (t *transport) tlsFix(err error) string {
	var (
		record    tls.RecordHeaderError
		authority x509.UnknownAuthorityError
		hostname  x509.HostnameError
		invalid   x509.CertificateInvalidError
		verify    *tls.CertificateVerificationError
		op        *net.OpError
	)
	switch {
	case errors.As(err, &record):
		return "the broker does not speak TLS on this port: check the port, or configure no TLS"
	case errors.As(err, &authority):
		return "the broker's certificate is signed by an unknown authority: configure the CA file"
	case errors.As(err, &hostname):
		return "the broker's certificate is for another host: connect by a name in it, or configure the server name"
	case errors.As(err, &invalid), errors.As(err, &verify):
		return "the broker's certificate is not valid: check it and this machine's clock"
	case errors.As(err, &op) && op.Op == "remote error":
		return "the broker refuses the handshake: check the client certificate and its key"
	}
	return ""
}

// hint adds to an error, from a broker that never answered, what it may mean. A listener with TLS or SASL hangs up on a
// client without; and some brokers answer a wrong password by hanging up, which kafka-go then calls an unexpected EOF.
func (t *transport) hint(err error) error {
	switch {
	case !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF):
		return err
	case t.logins.hopeless():
		return &AuthError{What: "SASL", Err: err,
			Fix: "the broker hangs up during the login: check the username, the password and that the user exists for " + t.mechanism}
	case t.secured:
		return err
	}
	return fmt.Errorf("%w (the broker hung up before it answered: it may want TLS or SASL on this port)", err)
}

// logins counts the logins that began and that succeeded.
type logins struct{ begun, done atomic.Int64 }

// hopeless says that no login ever succeeded, and that it was not one failure alone.
func (l *logins) hopeless() bool { return l.done.Load() == 0 && l.begun.Load() > 1 }

// watched is a mechanism whose logins are counted.
type watched struct {
	sasl.Mechanism
	logins *logins
}

// Start is sasl.Mechanism's.
func (w watched) Start(ctx context.Context) (sasl.StateMachine, []byte, error) {
	w.logins.begun.Add(1)
	session, first, err := w.Mechanism.Start(ctx)
	return watchedSession{session, w.logins}, first, err
}

type watchedSession struct {
	sasl.StateMachine
	logins *logins
}

// Next is sasl.StateMachine's.
func (s watchedSession) Next(ctx context.Context, challenge []byte) (bool, []byte, error) {
	done, response, err := s.StateMachine.Next(ctx, challenge)
	if done && err == nil {
		s.logins.done.Add(1)
	}
	return done, response, err
}
