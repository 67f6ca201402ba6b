//go:build kafka

package kafka

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// TestKill kills winnow with kill -9 in the middle of its work, again and again: every offset has one verdict in the end, and no
// bad record is lost. In this version a bad record may be in the quarantine more than once after a kill.
func TestKill(t *testing.T) {
	// Up to 8 s: a killed member's partitions come back when its session has ended, after 6.
	interrupted(t, 5, 8*time.Second, tolerance{copies: 5}, func(w *process) { w.kill() })
}

// TestTerminateAtAnyMoment does the same with SIGTERM: then nothing is there twice.
func TestTerminateAtAnyMoment(t *testing.T) {
	interrupted(t, 10, 1500*time.Millisecond, tolerance{}, func(w *process) { w.terminate(t) })
}

// interrupted ends winnow times times under load, each at a random moment of its life, and lets it come to the end then.
func interrupted(t *testing.T, times int, life time.Duration, allow tolerance, end func(*process)) {
	const partitions = 4
	topic := topicName(t)
	p := newPipeline(t, setup{contracts: simple(topic)})
	createTopic(t, p.brokers, topic, partitions)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	dice := rand.New(rand.NewPCG(seed, 1))
	stop := stream(t, p.brokers, topic, partitions)
	for range times {
		w := start(t, p)
		// A process that has not yet begun cannot take a signal.
		w.until(t, 30*time.Second, func() error { _, _, err := w.get(t, "/healthz"); return err })
		select {
		case <-time.After(time.Duration(dice.Int64N(int64(life)))):
		case <-w.done:
			t.Fatal("winnow ended by itself")
		}
		end(w)
	}
	rs := stop()
	w := start(t, p)
	untilGate(t, w, p, topic, 2*time.Minute)
	bad := badIDs(rs, 0)
	t.Logf("%d records, %d bad", len(rs), len(bad))
	if sum := judged(t, p.brokers, topic, bad, allow); sum.passed != int64(len(rs)-len(bad)) {
		t.Errorf("%d passed, want %d", sum.passed, len(rs)-len(bad))
	}
	w.terminate(t)
	verified(t, p)
}

// stream produces 20,000 records a second until stop is called, which returns all of them once they are acknowledged.
func stream(t *testing.T, brokers []string, topic string, partitions int32) (stop func() []*kgo.Record) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	var all []*kgo.Record
	cl := client(t, brokers, kgo.RecordPartitioner(kgo.ManualPartitioner()))
	go func() {
		defer close(done)
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		for ctx.Err() == nil {
			rs := items(topic, len(all), len(all)+200, partitions)
			if err := cl.ProduceSync(t.Context(), rs...).FirstErr(); err != nil {
				t.Errorf("cannot produce: %v", err)
				return
			}
			all = append(all, rs...)
			select {
			case <-ctx.Done():
			case <-tick.C:
			}
		}
	}()
	t.Cleanup(cancel)
	return func() []*kgo.Record {
		cancel()
		<-done
		return all
	}
}
