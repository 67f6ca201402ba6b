//go:build kafka

package kafka

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	kafkago "github.com/segmentio/kafka-go"

	"github.com/winnow-data/winnow/internal/kafkaproc"
	"github.com/winnow-data/winnow/loadgen"
	"github.com/winnow-data/winnow/wire"
)

// TestFigures measures, it does not judge: `make bench-kafka` runs it. WINNOW_FIGURES is how many records; the broker has the same cores.
func TestFigures(t *testing.T) {
	n, err := strconv.ParseInt(os.Getenv("WINNOW_FIGURES"), 10, 64)
	if err != nil {
		t.Skip("WINNOW_FIGURES says how many records to measure with: see make bench-kafka")
	}
	cluster := startKafka(t, kafkaproc.Config{})
	contract, err := loadgen.WriteContract(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		codec  wire.Codec
		faults float64
	}{
		{"uncompressed, 1 % bad", wire.CodecNone, 0.01},
		{"lz4, 1 % bad", wire.CodecLZ4, 0.01},
		{"uncompressed, none bad", wire.CodecNone, 0},
		{"uncompressed, all bad", wire.CodecNone, 1},
	} {
		topic := "figures-" + strconv.Itoa(int(c.codec)) + "-" + strconv.Itoa(int(100*c.faults))
		load(t, cluster.Addrs(), topic, loadgen.LoadConfig{Codec: c.codec, Count: n,
			Generator: loadgen.Config{Seed: 1, Faults: c.faults, Kinds: kinds(c.faults)}})
		const rounds = 3
		for range rounds {
			bare := bareReader(t, cluster.Addrs()[0], topic)
			speed, rss := gateSpeed(t, cluster.Addrs(), topic, contract, n)
			t.Logf("%s: bare kafka-go batch reader %.2f M records/s, winnow %.2f M records/s, ratio %.2f; RSS in MiB at each fifth %v",
				c.name, bare/1e6, speed/1e6, speed/bare, rss)
		}
	}
}

// kinds are cheap and dear faults alike, but none that changes how many records there are.
func kinds(share float64) []string {
	if share < 1 {
		return nil
	}
	return []string{"type_string", "type_integer", "required", "range", "enum"}
}

func load(t *testing.T, brokers []string, topic string, cfg loadgen.LoadConfig) {
	t.Helper()
	client, err := wire.New(wire.Config{Brokers: brokers})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	cfg.Topic, cfg.Partitions = topic, 4
	loader, err := loadgen.NewLoader(client, cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := loader.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// bareReader reads a topic with kafka-go's batch reader, which does nothing with the records, and gives records a second.
func bareReader(t *testing.T, broker, topic string) float64 {
	t.Helper()
	var n atomic.Int64
	var wg sync.WaitGroup
	begin := time.Now()
	for p := range 4 {
		wg.Go(func() {
			conn, err := kafkago.DialLeader(t.Context(), "tcp", broker, topic, p)
			if err != nil {
				t.Error(err)
				return
			}
			defer conn.Close()
			end, err := conn.ReadLastOffset()
			if err != nil {
				t.Error(err)
				return
			}
			buf := make([]byte, 1<<20)
			for next := int64(0); next < end; {
				if _, err := conn.Seek(next, kafkago.SeekAbsolute|kafkago.SeekDontCheck); err != nil {
					t.Error(err)
					return
				}
				b := conn.ReadBatchWith(kafkago.ReadBatchConfig{MinBytes: 1, MaxBytes: 1 << 20, MaxWait: time.Second})
				for {
					if _, err = b.Read(buf); err != nil {
						break
					}
					n.Add(1)
				}
				if at := b.Offset(); at > next {
					next = at
				}
				if err := b.Close(); err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, context.Canceled) && next == 0 {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	return float64(n.Load()) / time.Since(begin).Seconds()
}

var group atomic.Int64

// gateSpeed runs winnow over the topic in a group of its own, with fresh verdict and quarantine topics, and gives records a second from the first that
// was written down to the last, and the memory on the way.
func gateSpeed(t *testing.T, brokers []string, topic, contract string, n int64) (float64, []int) {
	t.Helper()
	deleteTopics(t, brokers, topic+".verdicts", topic+".quarantine")
	p := pipeline{listen: freeAddr(t)}
	w := startArgs(t, p, "run", "--brokers", strings.Join(brokers, ","), "--topic", topic, "--contract", contract, "--listen", p.listen,
		"--group", fmt.Sprintf("figures-%d", group.Add(1)), "--role", "gate", "--log-level", "warn")
	var first, last ledger
	var begin time.Time
	var rss []int
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for last.Consumed < n {
		<-tick.C
		if err := w.read(t, "/api/v1/ledger", &last); err != nil {
			select {
			case <-w.done:
				t.Fatalf("winnow ended: %s", w.log.tail(2000))
			default:
			}
			continue
		}
		if begin.IsZero() && last.Consumed > 0 {
			begin, first = time.Now(), last
		}
		for last.Consumed*5/n > int64(len(rss)) {
			rss = append(rss, residentMiB(t, w.cmd.Process.Pid))
		}
	}
	seconds := time.Since(begin).Seconds()
	if !last.Balanced {
		t.Errorf("the ledger does not balance: %+v", last)
	}
	w.terminate(t)
	return float64(n-first.Consumed) / seconds, rss
}

func residentMiB(t *testing.T, pid int) int {
	t.Helper()
	for line := range strings.Lines(string(mustRead(t, filepath.Join("/proc", strconv.Itoa(pid), "status")))) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == "VmRSS:" {
			kib, err := strconv.Atoi(f[1])
			if err != nil {
				t.Fatal(err)
			}
			return kib / 1024
		}
	}
	t.Fatal("no VmRSS")
	return 0
}

func deleteTopics(t *testing.T, brokers []string, topics ...string) {
	t.Helper()
	client := &kafkago.Client{Addr: kafkago.TCP(brokers...)}
	_, err := client.DeleteTopics(t.Context(), &kafkago.DeleteTopicsRequest{Topics: topics})
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, 30*time.Second, func() error {
		meta, err := client.Metadata(t.Context(), &kafkago.MetadataRequest{})
		if err != nil {
			return err
		}
		for _, m := range meta.Topics {
			for _, gone := range topics {
				if m.Name == gone {
					return fmt.Errorf("%s is still there", gone)
				}
			}
		}
		return nil
	})
}
