package wire

import (
	"errors"
	"fmt"
	"io"
	"math"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol"
	"github.com/segmentio/kafka-go/protocol/fetch"
)

// minFetch is the oldest version of Fetch that has record batches and transactions: Kafka 0.11.
const minFetch = 4

// exchange is one fetch on kafka-go's connection. Embedded is kafka-go's request, for its encoding and for the way to
// the partition's leader. kafka-go runs RawExchange on the connection's goroutine, which goes on when the caller has
// given up; so whose the buffer is, is guarded.
type exchange struct {
	fetch.Request
	clientID string
	version  int16
	limit    int

	out  Fetched
	code kafka.Error // the partition's, in the answer

	mu        sync.Mutex
	buf       []byte
	conn      deadliner // while the exchange runs
	running   bool
	abandoned bool
}

type deadliner interface{ SetDeadline(t time.Time) error }

var errAbandoned = errors.New("the fetch was given up")

func newExchange(req *FetchRequest, clientID string, buf []byte, limit int) *exchange {
	isolation := int8(kafka.ReadUncommitted)
	if req.ReadCommitted {
		isolation = int8(kafka.ReadCommitted)
	}
	return &exchange{
		Request: fetch.Request{
			ReplicaID:      -1,
			MaxWaitTime:    int32(req.MaxWait.Milliseconds()),
			MinBytes:       int32(req.MinBytes),
			MaxBytes:       math.MaxInt32, // the partition's limit is the one
			IsolationLevel: isolation,
			SessionEpoch:   -1, // no session
			Topics: []fetch.RequestTopic{{
				Topic: req.Topic,
				Partitions: []fetch.RequestPartition{{
					Partition:          int32(req.Partition),
					CurrentLeaderEpoch: -1,
					FetchOffset:        req.Offset,
					LogStartOffset:     -1,
					PartitionMaxBytes:  int32(req.MaxBytes),
				}},
			}},
		},
		clientID: clientID,
		limit:    limit,
		buf:      buf,
	}
}

// answered is what kafka-go gets to hand back. All that matters is in the exchange.
type answered struct{}

// ApiKey is protocol.Message's.
func (answered) ApiKey() protocol.ApiKey { return protocol.Fetch }

// Required is protocol.RawExchanger's: always, and it tells the version that the broker and kafka-go agreed on.
func (x *exchange) Required(versions map[protocol.ApiKey]int16) bool {
	x.version = versions[protocol.Fetch]
	return true
}

// RawExchange is protocol.RawExchanger's: it asks and reads the answer, on a connection of which it has sole use.
func (x *exchange) RawExchange(rw io.ReadWriter) (protocol.Message, error) {
	if x.version < minFetch {
		return nil, fmt.Errorf("the broker offers Fetch up to v%d only: winnow needs Kafka 0.11 or later", x.version)
	}
	if !x.begin(rw) {
		return nil, errAbandoned
	}
	defer x.end()
	if err := protocol.WriteRequest(rw, x.version, correlation, x.clientID, &x.Request); err != nil {
		return nil, err
	}
	if err := x.read(rw); err != nil {
		return nil, err
	}
	return answered{}, nil
}

// correlation numbers a request on a connection with one request at a time.
const correlation = 1

func (x *exchange) begin(rw io.ReadWriter) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.abandoned {
		return false
	}
	x.running = true
	x.conn, _ = rw.(deadliner)
	return true
}

func (x *exchange) end() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.running, x.conn = false, nil
}

// reclaim takes the buffer back when the caller is done with the exchange. One that has not begun never will. One that is
// still running was given up: it fails at once, and the buffer is the garbage collector's.
func (x *exchange) reclaim() ([]byte, bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.abandoned = true
	if !x.running {
		return x.buf, true
	}
	if x.conn != nil {
		_ = x.conn.SetDeadline(time.Unix(1, 0)) // if it fails, so has the connection
	}
	return nil, false
}
