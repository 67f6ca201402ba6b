package wire

import (
	"context"
	"testing"
	"time"

	"github.com/segmentio/kafka-go/protocol/metadata"
	"go.uber.org/goleak"
)

// A request that got past the check a moment before Close must not leave anything behind.
func TestCloseEndsWhatALateRequestStarts(t *testing.T) {
	before := goleak.IgnoreCurrent()
	c, err := New(Config{Brokers: []string{"127.0.0.1:1"}})
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
	c.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if _, err := c.transport.inner.RoundTrip(ctx, c.addr, &metadata.Request{}); err == nil {
		t.Error("a closed client got an answer")
	}
	goleak.VerifyNone(t, before)
}
