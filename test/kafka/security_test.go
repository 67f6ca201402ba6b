//go:build kafka

package kafka

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/winnow-data/winnow/internal/kafkaproc"
)

// TestSecurity runs winnow over TLS with each way to log in, then with the wrong password and the wrong authority.
func TestSecurity(t *testing.T) {
	const password = "correct-horse-9"
	for _, mechanism := range []string{"PLAIN", "SCRAM-SHA-512"} {
		t.Run(mechanism, func(t *testing.T) {
			kafka := startKafka(t, kafkaproc.Config{
				Secure: &kafkaproc.Secure{TLS: true, Mechanism: mechanism, Username: "winnow", Password: password},
			})
			topic := topicName(t)
			createTopic(t, kafka.Addrs(), topic, 2)
			rs := items(topic, 0, 1000, 2)
			produce(t, kafka.Addrs(), rs)

			keys := func(ca, secret string) string {
				return fmt.Sprintf("tls: {ca: %q}\nsasl: {mechanism: %s, username: winnow, password: \"${file:%s}\"}", ca, mechanism, secret)
			}
			right, wrong := filepath.Join(t.TempDir(), "right"), filepath.Join(t.TempDir(), "wrong")
			write(t, right, password)
			write(t, wrong, "wrong-donkey-7")
			good := setup{brokers: kafka.SecureAddrs(), contracts: simple(topic), kafka: keys(kafka.CAFile(), right)}

			p := newPipeline(t, good)
			p.brokers = kafka.Addrs() // for our own clients
			w := start(t, p)
			untilGate(t, w, p, topic, time.Minute)
			judged(t, p.brokers, topic, badIDs(rs, 0), tolerance{})
			w.terminate(t)
			verified(t, p)

			t.Run("wrong password", func(t *testing.T) {
				s := good
				s.kafka = keys(kafka.CAFile(), wrong)
				refused(t, newPipeline(t, s), password, "wrong-donkey-7")
			})
			t.Run("wrong authority", func(t *testing.T) {
				s := good
				s.kafka = strings.SplitN(good.kafka, "\n", 2)[1]
				s.kafka = "tls: {}\n" + s.kafka // the system's authorities, which have never heard of ours
				refused(t, newPipeline(t, s), password)
			})
		})
	}
}

// refused wants winnow to end with 3 and to say so without the secrets.
func refused(t *testing.T, p pipeline, secrets ...string) {
	t.Helper()
	w := start(t, p)
	if code := w.exit(t, time.Minute); code != 3 {
		t.Errorf("exit code %d, want 3", code)
	}
	if len(strings.TrimSpace(w.log.tail(1<<20))) == 0 {
		t.Error("winnow ended without a word")
	}
	for _, secret := range secrets {
		if w.log.has(secret) {
			t.Error("a password is in the log")
		}
	}
}

// TestKafkaDown wants a clear end when no broker is there at the start.
func TestKafkaDown(t *testing.T) {
	addr := freeAddr(t)
	p := newPipeline(t, setup{brokers: []string{addr}, contracts: simple("t")})
	w := start(t, p)
	if code := w.exit(t, time.Minute); code != 3 {
		t.Errorf("exit code %d, want 3", code)
	}
	if !w.log.has(addr) {
		t.Errorf("the log does not name %s", addr)
	}
}
