package kafkaproc

import (
	"errors"
	"fmt"
)

// Config says what cluster to start. The zero value is one broker on a free port with everything in a temporary
// folder.
type Config struct {
	// Brokers is how many processes, each broker and controller: 1 (also for 0) or 3.
	Brokers int
	// Port is the first broker's plaintext port; the others follow it. 0 takes free ones.
	Port int
	// Dir holds data and logs and survives Stop. Empty takes a temporary folder that Stop removes. A folder that
	// an earlier cluster left is gone on with, provided that Port is the same.
	Dir string
	// Heap is each JVM's heap, as for -Xmx; "512m" when empty.
	Heap string
	// Secure, if not nil, gives every broker a second listener with TLS, SASL or both; see [Cluster.SecureAddrs].
	Secure *Secure
	// Properties are added to every broker's server.properties, last, so that they win.
	Properties map[string]string
}

// Secure describes the second listener.
type Secure struct {
	TLS       bool
	Mechanism string // "PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", or empty for no SASL
	Username  string
	Password  string
}

// protocol is the listener's name in Kafka's words.
func (s *Secure) protocol() string {
	switch {
	case s.TLS && s.Mechanism != "":
		return "SASL_SSL"
	case s.TLS:
		return "SSL"
	default:
		return "SASL_PLAINTEXT"
	}
}

// withDefaults fills what is empty and reports every fault at once.
func (c Config) withDefaults() (Config, error) {
	if c.Brokers == 0 {
		c.Brokers = 1
	}
	if c.Heap == "" {
		c.Heap = "512m"
	}
	var errs []error
	if c.Brokers != 1 && c.Brokers != 3 {
		errs = append(errs, fmt.Errorf("%d brokers: want 1 or 3", c.Brokers))
	}
	if s := c.Secure; s != nil {
		switch s.Mechanism {
		case "", "PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512":
		default:
			errs = append(errs, fmt.Errorf("unknown SASL mechanism %q", s.Mechanism))
		}
		if !s.TLS && s.Mechanism == "" {
			errs = append(errs, errors.New("a secure listener needs TLS or a SASL mechanism"))
		}
		if s.Mechanism != "" && (s.Username == "" || s.Password == "") {
			errs = append(errs, errors.New("SASL needs a user name and a password"))
		}
	}
	return c, errors.Join(errs...)
}
