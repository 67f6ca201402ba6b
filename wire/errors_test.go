package wire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol"
)

func TestIsRetriable(t *testing.T) {
	for _, err := range []error{
		kafka.NotLeaderForPartition, kafka.LeaderNotAvailable, kafka.UnknownTopicOrPartition, kafka.RequestTimedOut,
		kafka.GroupLoadInProgress, kafka.GroupCoordinatorNotAvailable, kafka.NotCoordinatorForGroup, kafka.BrokerNotAvailable,
		kafka.NotEnoughReplicas, kafka.FencedLeaderEpoch, kafka.UnknownLeaderEpoch, kafka.ConcurrentTransactions,
		protocol.NewErrNoLeader("t", 1), protocol.NewErrNoTopic("t"),
		io.EOF, io.ErrUnexpectedEOF, net.ErrClosed, context.DeadlineExceeded,
		&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, &net.OpError{Op: "read", Err: syscall.ECONNRESET},
		&net.DNSError{Err: "no such host", IsNotFound: true},
	} {
		if !IsRetriable(fmt.Errorf("cannot: %w", err)) {
			t.Errorf("%v is not retriable", err)
		}
	}
	for _, err := range []error{
		nil, errors.New("other"), context.Canceled, ErrClosed, ErrTooLarge, ErrCorrupt,
		kafka.SASLAuthenticationFailed, kafka.UnsupportedSASLMechanism, kafka.TopicAuthorizationFailed, kafka.OffsetOutOfRange,
		kafka.MessageSizeTooLarge, kafka.IllegalGeneration, kafka.UnknownMemberId, kafka.RebalanceInProgress,
		kafka.InvalidProducerEpoch, kafka.UnsupportedVersion, &AuthError{Err: io.EOF},
		fmt.Errorf("%w: %w", context.Canceled, io.EOF), fmt.Errorf("%w: %w", ErrTooLarge, kafka.RequestTimedOut),
	} {
		if IsRetriable(err) {
			t.Errorf("%v is retriable", err)
		}
	}
}

func TestRetry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var text strings.Builder
		log := slog.New(slog.NewTextHandler(&text, nil))
		start, tries := time.Now(), 0
		err := Retry(t.Context(), "do it", log, func(context.Context) error {
			if tries++; tries < 6 {
				return kafka.NotLeaderForPartition
			}
			return nil
		})
		if took := time.Since(start); err != nil || tries != 6 || took < 700*time.Millisecond || took > 3*time.Second {
			t.Errorf("%v after %d tries and %v", err, tries, took)
		}
		if n := strings.Count(text.String(), "do it"); n != 3 {
			t.Errorf("%d lines in the log:\n%s", n, text.String())
		}
	})
}

func TestRetryGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tries := 0
		err := Retry(t.Context(), "do it", nil, func(context.Context) error { tries++; return kafka.IllegalGeneration })
		if !errors.Is(err, kafka.IllegalGeneration) || tries != 1 {
			t.Errorf("a refusal: %v after %d tries", err, tries)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		tries = 0
		err = Retry(ctx, "do it", nil, func(context.Context) error { tries++; return io.ErrUnexpectedEOF })
		if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, io.ErrUnexpectedEOF) || tries < 500 || tries > 1500 {
			t.Errorf("an hour: %v after %d tries", err, tries)
		}
		ctx, cancel = context.WithCancel(t.Context())
		err = Retry(ctx, "do it", nil, func(ctx context.Context) error { cancel(); return ctx.Err() })
		if !errors.Is(err, context.Canceled) || IsRetriable(err) {
			t.Errorf("cancelled: %v", err)
		}
	})
}
