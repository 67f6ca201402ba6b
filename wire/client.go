package wire

import (
	"fmt"
	"net"
	"slices"
	"time"

	"github.com/segmentio/kafka-go"
)

// requestTimeout bounds every request but a fetch, from the search for the broker to its last byte.
const requestTimeout = 30 * time.Second

// A Client talks to one Kafka cluster. It may be used by many goroutines.
type Client struct {
	transport *transport
	addr      net.Addr
	clientID  string
	brokers   []string
	kafka     *kafka.Client
	dialer    *kafka.Dialer
}

// New makes a Client, which connects on first use. It returns the faults of cfg.
func New(cfg Config) (*Client, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("cannot use the Kafka configuration: %w", err)
	}
	mechanism, err := cfg.SASL.mechanism()
	if err != nil {
		return nil, fmt.Errorf("cannot use the SASL username and password: %w", err)
	}
	if cfg.ClientID == "" {
		cfg.ClientID = defaultClientID
	}
	if cfg.DialTimeout == 0 {
		cfg.DialTimeout = defaultDialTimeout
	}
	t := newTransport(cfg, mechanism)
	addr := kafka.TCP(slices.Clone(cfg.Brokers)...)
	return &Client{
		transport: t,
		addr:      addr,
		clientID:  cfg.ClientID,
		brokers:   slices.Clone(cfg.Brokers),
		kafka:     &kafka.Client{Addr: addr, Timeout: requestTimeout, Transport: t},
		dialer: &kafka.Dialer{
			ClientID:      cfg.ClientID,
			DialFunc:      cfg.Dial,
			Timeout:       cfg.DialTimeout,
			DualStack:     true,
			TLS:           cfg.TLS,
			SASLMechanism: mechanism,
		},
	}, nil
}

// Close closes the idle connections; a connection in use ends with its request. Later calls return ErrClosed.
func (c *Client) Close() { c.transport.close() }

// Kafka gives kafka-go's client over the same connections, for the requests that this package does not have. Its Fetch
// and Produce are not for use: see the package's description.
func (c *Client) Kafka() *kafka.Client { return c.kafka }

// Explain makes an AuthError of an error that a connection of Dialer gave, where it is one. Errors of this package's own
// calls are explained already.
func (c *Client) Explain(err error) error { return c.transport.explain(err) }

// Dialer gives what kafka-go's ConsumerGroup connects with. Its connections are its own.
func (c *Client) Dialer() *kafka.Dialer { return c.dialer }

// Brokers are the addresses that the Client was made with.
func (c *Client) Brokers() []string { return slices.Clone(c.brokers) }
