package wire

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"time"

	"github.com/segmentio/kafka-go/sasl"
	"github.com/segmentio/kafka-go/sasl/plain"
	"github.com/segmentio/kafka-go/sasl/scram"
)

// The SASL mechanisms that a Config may name.
const (
	MechanismPlain       = "PLAIN"
	MechanismScramSHA256 = "SCRAM-SHA-256"
	MechanismScramSHA512 = "SCRAM-SHA-512"
)

const (
	defaultClientID    = "winnow"
	defaultDialTimeout = 5 * time.Second
)

// Config says where Kafka is and how to get in.
type Config struct {
	Brokers  []string    // host:port of some of the cluster's brokers; the others are found through them
	ClientID string      // told to the brokers, for their logs and quotas; "winnow" when empty
	TLS      *tls.Config // nil: plain text; see LoadTLS
	SASL     *SASL       // nil: no authentication
	// DialTimeout bounds a connection's setup, TLS and SASL included; 5 s when zero.
	DialTimeout time.Duration
	// Dial opens connections in place of the net package, when set.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
}

// SASL is a name and a password, and how to show them to a broker. It prints without the password.
type SASL struct {
	Mechanism string // PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512
	Username  string
	Password  string
}

// String names the mechanism and the user.
func (s SASL) String() string { return s.Mechanism + " as " + strconv.Quote(s.Username) }

// GoString is String: the password stays out of %#v too.
func (s SASL) GoString() string { return s.String() }

// LogValue is String for slog.
func (s SASL) LogValue() slog.Value { return slog.StringValue(s.String()) }

// Validate returns every fault of c in one error (errors.Join), or nil. No fault holds a password.
func (c Config) Validate() error {
	var faults []error
	if len(c.Brokers) == 0 {
		faults = append(faults, errors.New("no brokers: give at least one as host:port"))
	}
	for _, b := range c.Brokers {
		if err := checkBroker(b); err != nil {
			faults = append(faults, err)
		}
	}
	if c.DialTimeout < 0 {
		faults = append(faults, errors.New("the dial timeout is negative"))
	}
	if c.SASL != nil {
		faults = append(faults, c.SASL.faults()...)
	}
	return errors.Join(faults...)
}

func checkBroker(addr string) error {
	host, port, err := net.SplitHostPort(addr)
	if err != nil || host == "" {
		return fmt.Errorf("broker %q is not host:port: write it like kafka-1:9092", addr)
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return fmt.Errorf("broker %q has no valid port: ports are 1 to 65535", addr)
	}
	return nil
}

func (s *SASL) faults() []error {
	var faults []error
	switch s.Mechanism {
	case MechanismPlain, MechanismScramSHA256, MechanismScramSHA512:
	default:
		faults = append(faults, fmt.Errorf("unknown SASL mechanism %q: use %s, %s or %s",
			s.Mechanism, MechanismPlain, MechanismScramSHA256, MechanismScramSHA512))
	}
	if s.Username == "" {
		faults = append(faults, errors.New("the SASL username is empty"))
	}
	if s.Password == "" {
		faults = append(faults, errors.New("the SASL password is empty"))
	}
	return faults
}

// mechanism gives kafka-go's form of s, nil for nil.
func (s *SASL) mechanism() (sasl.Mechanism, error) {
	if s == nil {
		return nil, nil
	}
	switch s.Mechanism {
	case MechanismScramSHA256:
		return scram.Mechanism(scram.SHA256, s.Username, s.Password)
	case MechanismScramSHA512:
		return scram.Mechanism(scram.SHA512, s.Username, s.Password)
	}
	return plain.Mechanism{Username: s.Username, Password: s.Password}, nil
}
