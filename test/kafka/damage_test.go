//go:build kafka

package kafka

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/winnow-data/winnow/internal/kafkaproc"
	"github.com/winnow-data/winnow/wire"
)

// TestDamagedOnDisk flips a bit in a broker's log: no client can write a batch with a wrong CRC, but a disk can. The batch is set aside whole, and its
// partition goes on.
func TestDamagedOnDisk(t *testing.T) {
	kafka := startKafka(t, kafkaproc.Config{})
	topic := topicName(t)
	p := newPipeline(t, setup{brokers: kafka.Addrs(), contracts: simple(topic)})
	createTopic(t, p.brokers, topic, 1)
	for i := range 3 { // each in a batch of its own
		produce(t, p.brokers, []*kgo.Record{{Topic: topic, Value: item(2*i, false)}, {Topic: topic, Value: item(2*i+1, false)}},
			kgo.ProducerBatchCompression(kgo.NoCompression()))
	}
	damaged := flipBit(t, filepath.Join(kafka.DataDir(0), topic+"-0", "00000000000000000000.log"), 1)

	w := start(t, p)
	untilGate(t, w, p, topic, time.Minute)
	sum, q := verdicts(t, p.brokers, topic, tolerance{}), quarantined(t, p.brokers, topic)
	if sum.passed != 4 || sum.failed != 2 || len(q) != 1 {
		t.Fatalf("passed %d, failed %d, %d in the quarantine; want 4, 2, 1", sum.passed, sum.failed, len(q))
	}
	got := q[topic+"/0/2"][0]
	if h, _ := header(got, "winnow.reasons"); h != `[{"rule":"batch","pointer":"","detail":"crc"}]` {
		t.Errorf("reasons %s", h)
	}
	if h, _ := header(got, "winnow.batch"); h != `{"offsets":2}` || !bytes.Equal(got.Value, damaged) {
		t.Errorf("winnow.batch %s, %d bytes of %d", h, len(got.Value), len(damaged))
	}
	w.terminate(t)
	verified(t, p)
}

// flipBit flips the last bit of the n-th batch of a segment, and returns the batch as it is then.
func flipBit(t *testing.T, segment string, n int) []byte {
	t.Helper()
	log := mustRead(t, segment)
	for rest := log; ; n-- {
		b, tail, err := wire.NextBatch(rest)
		if err != nil {
			t.Fatalf("the segment has no such batch: %v", err)
		}
		if n > 0 {
			rest = tail
			continue
		}
		b.Raw[len(b.Raw)-1] ^= 1
		f, err := os.OpenFile(segment, os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		at := int64(len(log) - len(tail) - 1)
		if _, err := f.WriteAt(b.Raw[len(b.Raw)-1:], at); err != nil {
			t.Fatal(err)
		}
		return b.Raw
	}
}

// TestHundredMegabytes: a record beyond every limit is read through, never held, and kept as its id, size and hash; its neighbours pass, and memory
// stays what it was.
func TestHundredMegabytes(t *testing.T) {
	kafka := startKafka(t, kafkaproc.Config{Properties: map[string]string{"message.max.bytes": strconv.Itoa(104 << 20), "socket.request.max.bytes": strconv.Itoa(110 << 20)}})
	topic := topicName(t)
	p := newPipeline(t, setup{brokers: kafka.Addrs(), contracts: simple(topic)})
	createTopic(t, p.brokers, topic, 1, "max.message.bytes", strconv.Itoa(104<<20))
	huge := &kgo.Record{Topic: topic, Value: fmt.Appendf(nil, `{"id":1,"n":1,"text":"%s"}`, strings.Repeat("x", 100_000_000))}
	produce(t, p.brokers, []*kgo.Record{{Topic: topic, Value: item(0, false)}})
	produce(t, p.brokers, []*kgo.Record{huge}, kgo.ProducerBatchMaxBytes(103<<20), kgo.BrokerMaxWriteBytes(109<<20), kgo.ProducerBatchCompression(kgo.NoCompression()))
	produce(t, p.brokers, []*kgo.Record{{Topic: topic, Value: item(2, false)}})

	w := start(t, p)
	untilGate(t, w, p, topic, time.Minute)
	if rss := residentMiB(t, w.cmd.Process.Pid); rss > 128 {
		t.Errorf("winnow holds %d MiB", rss)
	}
	sum, q := verdicts(t, p.brokers, topic, tolerance{}), quarantined(t, p.brokers, topic)
	if sum.passed != 2 || sum.failed != 1 || len(q) != 1 {
		t.Fatalf("passed %d, failed %d, %d in the quarantine; want 2, 1, 1", sum.passed, sum.failed, len(q))
	}
	got := q[topic+"/0/1"][0]
	if h, _ := header(got, "winnow.reasons"); h != `[{"rule":"batch","pointer":"","detail":"size"}]` || got.Value != nil {
		t.Errorf("reasons %s, %d bytes", h, len(got.Value))
	}
	// The hash is that of the batch, which is read off the broker's log here.
	log := mustRead(t, filepath.Join(kafka.DataDir(0), topic+"-0", "00000000000000000000.log"))
	_, rest, err := wire.NextBatch(log)
	if err != nil {
		t.Fatal(err)
	}
	b, _, err := wire.NextBatch(rest)
	if err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf(`{"size":%d,"sha256":"%x"}`, len(b.Raw), sha256.Sum256(b.Raw))
	if h, _ := header(got, "winnow.truncated"); h != want {
		t.Errorf("winnow.truncated %s, want %s", h, want)
	}
	w.terminate(t)
	verified(t, p)
}
