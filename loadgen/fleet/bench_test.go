package fleet

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"testing"
	"time"
)

// ready makes a runner on a source that is always ready.
func ready(hosts, chips int, step time.Duration) *runner {
	job := &Job{Feed: "f", Pods: 1, Hosts: hosts, Chips: chips, Step: step, Source: newNull(hosts), Restart: Restart{time.Hour, 1}}
	acc := newAccount(hosts, chips)
	acc.start(time.Now())
	r := newRunner(job, acc, rand.New(rand.NewPCG(1, 1)), slog.New(slog.DiscardHandler))
	r.nextRestart()
	return r
}

// BenchmarkStep is what a step costs the fleet when all batches are ready, with no nominal compute.
func BenchmarkStep(b *testing.B) {
	for _, shape := range [][2]int{{1, 8}, {16, 4}, {1024, 4}} {
		b.Run(fmt.Sprintf("hosts=%d/chips=%d", shape[0], shape[1]), func(b *testing.B) {
			r, ctx := ready(shape[0], shape[1], 0), b.Context()
			b.ReportAllocs()
			for b.Loop() {
				if err := r.step(ctx); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkSnapshot is the largest fleet's.
func BenchmarkSnapshot(b *testing.B) {
	f, err := New(Config{Jobs: []Job{{Feed: "f", Pods: 16, Hosts: 64, Chips: 4, Source: mute{}}}})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if s := f.Snapshot(); s.Chips != MaxChips {
			b.Fatal(s.Chips)
		}
	}
}

func TestStepAllocatesNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for _, step := range []time.Duration{0, time.Nanosecond, 10 * time.Microsecond} {
		r := ready(4, 4, step)
		if n := testing.AllocsPerRun(100, func() {
			if err := r.step(ctx); err != nil {
				t.Fatal(err)
			}
		}); n != 0 {
			t.Errorf("step of %v: %v allocations", step, n)
		}
	}
}
