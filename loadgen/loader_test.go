package loadgen

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/winnow-data/winnow/wire"
)

func TestLoadArrivesLabelledAndInOrder(t *testing.T) {
	for _, codec := range []wire.Codec{wire.CodecNone, wire.CodecGzip, wire.CodecSnappy, wire.CodecLZ4, wire.CodecZstd} {
		t.Run(codec.String(), func(t *testing.T) {
			const n = 1500
			client, brokers := cluster(t)
			stats := load(t, client, LoadConfig{
				Generator: Config{Seed: 4, Faults: 0.05, Framed: 0.05}, Topic: "training", Partitions: 3, Codec: codec, Count: n, Workers: 2, BatchRecords: 100,
			})
			if stats.Records != n || stats.Batches < 6 {
				t.Errorf("%d records in %d batches were said to be written", stats.Records, stats.Batches)
			}
			got := consume(t, brokers, "training", n)
			if len(got) != 3 {
				t.Errorf("%d partitions have records", len(got))
			}
			checkRecords(t, got, stats)
		})
	}
}

// checkRecords judges what arrived by the oracle, partition by partition, and compares it with the labels and the count.
func checkRecords(t *testing.T, got map[int32][]*kgo.Record, stats Stats) {
	t.Helper()
	faults, counts := make(map[string]Fault), make(map[string]int64)
	for _, f := range Faults() {
		faults[f.Kind] = f
	}
	var bytes int64
	for p, records := range got {
		o, last := newOracle(t), make(map[string]uint64)
		for _, r := range records {
			bytes += int64(len(r.Value))
			label, reasons := header(r, HeaderFault), o.judge(t, r.Value)
			switch f, planted := faults[label]; {
			case label == LabelNone && len(reasons) > 0:
				t.Fatalf("%d/%d is labelled good and fails: %v\n%q", p, r.Offset, reasons, r.Value)
			case label != LabelNone && !planted:
				t.Fatalf("%d/%d has the label %q", p, r.Offset, label)
			case planted:
				counts[label]++
				found := false
				for _, reason := range reasons {
					found = found || f.Explains(reason)
				}
				if !found {
					t.Fatalf("%d/%d is labelled %s and fails for %v", p, r.Offset, label, reasons)
				}
			}
			checkNumber(t, r, last)
		}
	}
	if bytes != stats.Bytes {
		t.Errorf("%d bytes arrived, %d were said to be written", bytes, stats.Bytes)
	}
	for _, k := range stats.Faults {
		if counts[k.Kind] != k.Count {
			t.Errorf("%s: %d arrived, %d were said to be written", k.Kind, counts[k.Kind], k.Count)
		}
	}
}

func checkNumber(t *testing.T, r *kgo.Record, last map[string]uint64) {
	t.Helper()
	seq := header(r, HeaderSeq)
	dot := strings.LastIndexByte(seq, '.')
	n, err := strconv.ParseUint(seq[dot+1:], 10, 64)
	if err != nil {
		t.Fatalf("no number: %q", seq)
	}
	if before, seen := last[seq[:dot]]; seen && n <= before {
		t.Fatalf("%d/%d has the number %s behind %d", r.Partition, r.Offset, seq, before)
	}
	last[seq[:dot]] = n
}

func TestBatchFaultsArePlanted(t *testing.T) {
	client, _ := cluster(t)
	stats := load(t, client, LoadConfig{Generator: Config{Seed: 4}, Topic: "training", Partitions: 2, Count: 20_000, BatchEvery: 4000})
	want := map[string]int64{"batch_bomb": 1, "batch_codec": 1, "batch_truncated": 1, "oversize": 1}
	for _, k := range stats.Faults {
		if n := want[k.Kind]; k.Count < n || k.Count > n+1 {
			t.Errorf("%s was planted %d times", k.Kind, k.Count)
		}
		delete(want, k.Kind)
	}
	if len(want) > 0 {
		t.Errorf("not planted: %v of %+v", want, stats)
	}
	var ends int64
	for p := range 2 {
		_, end, err := client.Offsets(t.Context(), "training", p)
		if err != nil {
			t.Fatal(err)
		}
		ends += end
	}
	if ends != stats.Records {
		t.Errorf("the topic has %d offsets, %d were said to be written", ends, stats.Records)
	}
}

func TestATopicThatWantsSmallBatchesGetsThem(t *testing.T) {
	client, brokers := cluster(t)
	if _, err := client.EnsureTopic(t.Context(), "small", 1, 1, map[string]string{"max.message.bytes": "20000"}); err != nil {
		t.Fatal(err)
	}
	stats := load(t, client, LoadConfig{Generator: Config{Seed: 1}, Topic: "small", Partitions: 5, Count: 1000})
	if stats.Batches < 20 {
		t.Errorf("%d batches for half a megabyte", stats.Batches)
	}
	checkRecords(t, consume(t, brokers, "small", 1000), stats)
}

func TestARefusedBatchIsNotTriedAgain(t *testing.T) {
	client, _ := cluster(t)
	if _, err := client.EnsureTopic(t.Context(), "small", 1, 1, map[string]string{"max.message.bytes": "1000"}); err != nil {
		t.Fatal(err)
	}
	kinds := []string{"batch_bomb", "oversize", "batch_codec"} // the broker refuses all but the last: by size
	stats := load(t, client, LoadConfig{
		Generator: Config{Seed: 1, Kinds: kinds}, Topic: "small", Count: 600, BatchEvery: 100, BatchRecords: 100,
	})
	if fmt.Sprint(stats.Refused) != "[batch_bomb oversize]" || stats.Planted != 4 {
		t.Errorf("refused %v, planted %v", stats.Refused, stats.Faults)
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	client, _ := cluster(t, kfake.SeedTopics(2, "training"))
	ctx, cancel := context.WithCancel(t.Context())
	var asked atomic.Int64
	clock := func() time.Time { // asked every 64 records: many rounds are done by then
		if asked.Add(1) == 200 {
			cancel()
		}
		return time.Unix(1_800_000_000, 0)
	}
	l, err := NewLoader(client, LoadConfig{Topic: "training", Generator: Config{Clock: clock}})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Run(ctx); err != nil {
		t.Errorf("a context that ends is no error: %v", err)
	}
	if s := l.Stats(); s.Records == 0 || s.Elapsed <= 0 || s.Elapsed != l.Stats().Elapsed {
		t.Errorf("the statistics go on or are empty: %+v", s)
	}
}

func TestRunEndsAfterItsDuration(t *testing.T) {
	client, _ := cluster(t, kfake.SeedTopics(1, "training"))
	stats := load(t, client, LoadConfig{Topic: "training", Rate: 2000, Duration: 300 * time.Millisecond})
	if stats.Records < 200 || stats.Records > 900 {
		t.Errorf("%d records in 0.3 s at 2,000 a second", stats.Records)
	}
}

func TestThePaceIsTheRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		began, made := start, int64(0)
		for range 100 {
			made += 250
			began = pace(t.Context(), 10_000, began, made)
		}
		if took := time.Since(start); took != 2500*time.Millisecond {
			t.Errorf("25,000 records at 10,000 a second took %v", took)
		}
	})
}

func TestALongStopIsNotMadeGood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := pace(t.Context(), 1000, time.Now(), 100)
		<-time.After(time.Minute) // the broker was away
		resumed := time.Now()
		made := int64(100)
		for range 30 {
			made += 100
			began = pace(t.Context(), 1000, began, made)
		}
		if took := time.Since(resumed); took < 1900*time.Millisecond || took > 3*time.Second {
			t.Errorf("3,000 records at 1,000 a second, a second of them late, took %v", took)
		}
	})
}

func TestLoadConfigSaysAllThatIsWrong(t *testing.T) {
	bad := LoadConfig{
		Generator: Config{Faults: 3}, Partitions: -1, Replication: -1, Codec: 9, Rate: -1, Count: -1, Duration: -1, Workers: 99,
		BatchRecords: 5000, BatchEvery: -1,
	}
	if _, err := NewLoader(nil, bad); err == nil || strings.Count(err.Error(), "\n") != 10 {
		t.Errorf("eleven things are wrong, told were:\n%v", err)
	}
}

func BenchmarkLoad(b *testing.B) {
	for _, codec := range []wire.Codec{wire.CodecNone, wire.CodecLZ4} {
		b.Run(codec.String(), func(b *testing.B) {
			client, _ := cluster(b)
			l, err := NewLoader(client, LoadConfig{
				Generator: Config{Seed: 1, Faults: 0.01}, Topic: "training", Partitions: 4, Codec: codec, Count: int64(max(b.N, 1)),
			})
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			b.ResetTimer()
			if err := l.Run(b.Context()); err != nil {
				b.Fatal(err)
			}
			s := l.Stats()
			b.SetBytes(s.Bytes / s.Records)
			b.ReportMetric(float64(s.Records)/s.Elapsed.Seconds(), "records/s")
		})
	}
}
