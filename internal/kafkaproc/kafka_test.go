//go:build kafka && unix

package kafkaproc

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl/scram"
)

func start(t *testing.T, cfg Config) *Cluster {
	t.Helper()
	c, err := Start(t.Context(), cfg)
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

func kill(t *testing.T, c *Cluster, node int) {
	t.Helper()
	if err := c.Kill(node); err != nil {
		t.Fatal(err)
	}
}

// roundTrip makes a topic, produces to it with acks from all, and reads it back.
func roundTrip(t *testing.T, topic string, opts ...kgo.Opt) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	cl, err := kgo.NewClient(append(opts, kgo.ConsumeTopics(topic), kgo.DefaultProduceTopic(topic))...)
	if err != nil {
		t.Fatal(err)
	}
	defer cl.Close()
	if _, err := kadm.NewClient(cl).CreateTopic(ctx, 1, -1, nil, topic); err != nil {
		t.Fatal(err)
	}
	if err := cl.ProduceSync(ctx, kgo.StringRecord("hello")).FirstErr(); err != nil {
		t.Fatal(err)
	}
	fs := cl.PollFetches(ctx)
	if err := fs.Err(); err != nil {
		t.Fatal(err)
	}
	if rs := fs.Records(); len(rs) != 1 || string(rs[0].Value) != "hello" {
		t.Fatalf("read %d records", len(rs))
	}
}

func TestOneBroker(t *testing.T) {
	c := start(t, Config{})
	roundTrip(t, "one", kgo.SeedBrokers(c.Addrs()...))
	dir := c.dir
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("Stop left its folder: %v", err)
	}
	if conn, err := net.Dial("tcp", c.Addrs()[0]); err == nil {
		conn.Close()
		t.Error("a stopped broker still listens")
	}
}

func TestThreeBrokers(t *testing.T) {
	c := start(t, Config{Brokers: 3, Heap: "384m"})
	roundTrip(t, "three", kgo.SeedBrokers(c.Addrs()...))
	kill(t, c, 1)
	roundTrip(t, "two-left", kgo.SeedBrokers(c.Addrs()...))
	if err := c.Restart(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	kill(t, c, 0)
	roundTrip(t, "restarted", kgo.SeedBrokers(c.Addrs()[1]))
}

func TestSecureListener(t *testing.T) {
	c := start(t, Config{Secure: &Secure{TLS: true, Mechanism: "SCRAM-SHA-512", Username: "w", Password: "right"}})
	pem, err := os.ReadFile(c.CAFile())
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	opts := func(password string) []kgo.Opt {
		return []kgo.Opt{
			kgo.SeedBrokers(c.SecureAddrs()...),
			kgo.DialTLSConfig(&tls.Config{RootCAs: pool}),
			kgo.SASL(scram.Auth{User: "w", Pass: password}.AsSha512Mechanism()),
		}
	}
	roundTrip(t, "secure", opts("right")...)
	cl, err := kgo.NewClient(append(opts("wrong"), kgo.RequestRetries(0))...)
	if err != nil {
		t.Fatal(err)
	}
	defer cl.Close()
	if err := cl.Ping(t.Context()); err == nil {
		t.Error("the wrong password is let in")
	}
}

// TestTether kills the program that started a broker: the broker must go with it.
func TestTether(t *testing.T) {
	bin := filepath.Join(t.TempDir(), "runkafka")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", bin, "./runkafka").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	port, err := freePort(map[int]bool{})
	if err != nil {
		t.Fatal(err)
	}
	addr := net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port}
	cmd := exec.CommandContext(t.Context(), bin, "-port", addr.String()[len("127.0.0.1:"):], "-dir", t.TempDir())
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	await(t, func() bool { return listens(addr.String()) })
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	await(t, func() bool { return !listens(addr.String()) })
}

func listens(addr string) bool {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return false
	}
	conn.Close()
	return true
}

func await(t *testing.T, done func() bool) {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	deadline := time.NewTimer(60 * time.Second)
	defer deadline.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatal("it did not happen within a minute")
		}
	}
}
