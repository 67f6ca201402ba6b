package wire

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"syscall"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol"
)

// The errors of this package. All are compared with errors.Is.
var (
	// ErrClosed says that the Client was closed.
	ErrClosed = errors.New("the Kafka client is closed")
	// ErrPartial says that a record batch is cut: the rest of it comes with another fetch.
	ErrPartial = errors.New("the record batch is cut short")
	// ErrCorrupt says that what should frame a record batch makes no sense, so that its end is not known.
	ErrCorrupt = errors.New("the record batch's frame makes no sense")
	// ErrMagic says that a batch is a message set from before Kafka 0.11, or of a format newer than v2.
	ErrMagic = errors.New("the record batch is not in format v2")
	// ErrCRC says that a batch's bytes do not match their checksum.
	ErrCRC = errors.New("the record batch's CRC does not match")
	// ErrTruncated says that a batch ends before its records do, or lies about their lengths, number or offsets.
	ErrTruncated = errors.New("the record batch's lengths contradict each other")
	// ErrCodec says that a batch's compression is unknown or its compressed bytes are broken.
	ErrCodec = errors.New("the record batch cannot be decompressed")
	// ErrBomb says that a batch decompresses to more than the limit.
	ErrBomb = errors.New("the record batch decompresses to more than the limit")
	// ErrTooLarge says that the broker refuses a batch for its size. Smaller batches may pass.
	ErrTooLarge = errors.New("the batch is too large for the topic")
)

// IsRetriable says that the same call may work a little later: a leader or a coordinator moves, a broker is away, slow
// or starting, a topic is not there yet (unknown topics count as such: winnow waits for topics). Not retriable are
// refusals that stay: authentication, authorization, sizes, fenced members, and a cancelled context. A deadline that
// passed is retriable; whether the caller still has time is the caller's to know, and Retry's.
func IsRetriable(err error) bool {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, ErrClosed) || errors.Is(err, ErrTooLarge) {
		return false
	}
	var auth *AuthError
	if errors.As(err, &auth) {
		return false
	}
	var code kafka.Error
	if errors.As(err, &code) {
		return retriableCode(code)
	}
	return staleRoute(err) || isNetwork(err)
}

// retriableCode is Kafka's own list, and what kafka-go answers in a broker's place or leaves out.
func retriableCode(code kafka.Error) bool {
	switch code {
	case kafka.BrokerNotAvailable, kafka.ReplicaNotAvailable, kafka.ConcurrentTransactions:
		return true
	}
	return code.Temporary()
}

// isNetwork says that a connection failed, not what was said on it.
func isNetwork(err error) bool {
	for _, e := range []error{
		io.EOF, io.ErrUnexpectedEOF, io.ErrClosedPipe, net.ErrClosed, os.ErrDeadlineExceeded, context.DeadlineExceeded,
		syscall.ECONNREFUSED, syscall.ECONNRESET, syscall.ECONNABORTED, syscall.EPIPE, syscall.ETIMEDOUT,
		syscall.EHOSTUNREACH, syscall.ENETUNREACH,
	} {
		if errors.Is(err, e) {
			return true
		}
	}
	var ne net.Error
	return errors.As(err, &ne)
}

// staleRoute says that a request found no way, or a wrong one, because the picture of the cluster is old.
func staleRoute(err error) bool {
	for _, e := range []error{
		protocol.ErrNoLeader, protocol.ErrNoTopic, protocol.ErrNoPartition,
		kafka.NotLeaderForPartition, kafka.UnknownTopicOrPartition, kafka.LeaderNotAvailable, kafka.FencedLeaderEpoch,
		kafka.UnknownLeaderEpoch, kafka.BrokerNotAvailable, kafka.ReplicaNotAvailable, kafka.KafkaStorageError,
		kafka.NotController, kafka.ListenerNotFound, kafka.OffsetNotAvailable,
	} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}
