package wire

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"
)

const (
	retryFirst = 50 * time.Millisecond
	retryMost  = 5 * time.Second
)

// Retry calls f until it succeeds, fails in a way that IsRetriable does not take for temporary, or ctx ends. Between the
// calls it waits, at first some 50 ms, in the end some 5 s. what says what f does, as in "commit offsets"; it stands in
// the log (nil for none), which gets a line for every failure from the third on. The error of a ctx that ended holds
// the last failure too.
func Retry(ctx context.Context, what string, log *slog.Logger, f func(context.Context) error) error {
	wait := retryFirst
	for try := 1; ; try++ {
		err := f(ctx)
		if err == nil || ctx.Err() == nil && !IsRetriable(err) {
			return err
		}
		if ctx.Err() != nil {
			return fmt.Errorf("cannot %s: %w: %w", what, context.Cause(ctx), err)
		}
		if log != nil && try > 2 {
			log.WarnContext(ctx, "kafka: trying again", "what", what, "tries", try, "wait", wait.String(), "error", err)
		}
		timer := time.NewTimer(wait/2 + rand.N(wait))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return fmt.Errorf("cannot %s: %w: %w", what, context.Cause(ctx), err)
		}
		wait = min(2*wait, retryMost)
	}
}
