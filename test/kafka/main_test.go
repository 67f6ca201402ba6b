//go:build kafka

package kafka

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/winnow-data/winnow/internal/kafkaproc"
)

// bin is the winnow under test: WINNOW_BIN, or else built from this checkout.
var bin string

// broker is the one Kafka that most tests share; topics and groups are named by test. brokerWanted says that a test
// asked for it.
var (
	brokerWanted atomic.Bool
	broker       = sync.OnceValues(startShared)
)

func startShared() (*kafkaproc.Cluster, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	return kafkaproc.Start(ctx, kafkaproc.Config{})
}

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(run(m))
}

func run(m *testing.M) int {
	bin = os.Getenv("WINNOW_BIN")
	if bin == "" {
		dir, err := os.MkdirTemp("", "winnow-bin-")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		bin = filepath.Join(dir, "winnow")
		if out, err := exec.Command("go", "build", "-o", bin, "../../cmd/winnow").CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "cannot build winnow: %v\n%s", err, out)
			return 1
		}
	}
	code := m.Run()
	if !brokerWanted.Load() {
		return code
	}
	if c, err := broker(); err == nil {
		if err := c.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	return code
}

// sharedBroker gives the shared Kafka's addresses.
func sharedBroker(t *testing.T) []string {
	t.Helper()
	brokerWanted.Store(true)
	c, err := broker()
	if err != nil {
		t.Fatal(err)
	}
	return c.Addrs()
}

// startKafka starts a Kafka for one test.
func startKafka(t *testing.T, cfg kafkaproc.Config) *kafkaproc.Cluster {
	t.Helper()
	c, err := kafkaproc.Start(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Stop(); err != nil {
			t.Error(err)
		}
	})
	return c
}
