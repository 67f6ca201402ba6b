package wire

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/winnow-data/winnow"
)

// produceAll writes values to t/0, a batch for each list.
func produceAll(t *testing.T, cl *kgo.Client, batches ...string) {
	t.Helper()
	for _, values := range batches {
		var rs []*kgo.Record
		for _, v := range strings.Fields(values) {
			rs = append(rs, &kgo.Record{Topic: "t", Value: []byte(v)})
		}
		if err := cl.ProduceSync(t.Context(), rs...).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
}

// countFetches counts the fetches that the cluster is asked for.
func countFetches(cluster *kfake.Cluster) *atomic.Int64 {
	n := new(atomic.Int64)
	cluster.ControlKey(int16(kmsg.Fetch), func(kmsg.Request) (kmsg.Response, error, bool) {
		cluster.KeepControl()
		n.Add(1)
		return nil, nil, false
	})
	return n
}

func TestCursorReadsInSmallStepsWithFewFetches(t *testing.T) {
	cluster := newCluster(t, kfake.NumBrokers(1), kfake.SeedTopics(1, "t"))
	produceAll(t, newKgo(t, cluster.ListenAddrs()), "a b c", "d e f", "g")
	fetches := countFetches(cluster)
	c := newClient(t, cluster.ListenAddrs())
	r := c.NewCursor("t", 0, 1, CursorLimits{Fetch: scanFetch, Batch: scanSlab})
	var got []string
	for to := int64(2); to <= 7; to++ {
		if err := r.Read(t.Context(), to, 0, func(rec *winnow.Record) error {
			got = append(got, fmt.Sprintf("%d=%s", rec.Offset, rec.Value))
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if r.Next() != to {
			t.Errorf("stands at %d, not %d", r.Next(), to)
		}
	}
	equal(t, "records", got, []string{"1=b", "2=c", "3=d", "4=e", "5=f", "6=g"})
	if n := fetches.Load(); n != 1 {
		t.Errorf("%d fetches", n)
	}
	got = nil
	r.MoveTo("t", 0, 0) // back: what is held does not help
	if err := r.Read(t.Context(), 1, 0, func(rec *winnow.Record) error { got = append(got, string(rec.Value)); return nil }); err != nil {
		t.Fatal(err)
	}
	equal(t, "after seek", got, []string{"a"})
	r.MoveTo("t", 0, 5)
	if err := r.Read(t.Context(), 6, 0, func(rec *winnow.Record) error { got = append(got, string(rec.Value)); return nil }); err != nil {
		t.Fatal(err)
	}
	equal(t, "after seek ahead", got, []string{"a", "f"})
}

func TestCursorWaitsAtTheEndOnce(t *testing.T) {
	cluster := newCluster(t, kfake.NumBrokers(1), kfake.SeedTopics(1, "t"))
	cl := newKgo(t, cluster.ListenAddrs())
	c := newClient(t, cluster.ListenAddrs())
	r := c.NewCursor("t", 0, 0, CursorLimits{Fetch: scanFetch, Batch: scanSlab})
	read := func(wait time.Duration) (n int) {
		if err := r.Read(t.Context(), 1<<62, wait, func(*winnow.Record) error { n++; return nil }); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := read(10 * time.Millisecond); n != 0 {
		t.Errorf("%d records of an empty log", n)
	}
	cl.Produce(t.Context(), &kgo.Record{Topic: "t", Value: []byte("a")}, nil)
	if n := read(10 * time.Second); n != 1 || r.Next() != 1 {
		t.Errorf("%d records, at %d", n, r.Next())
	}
}

func TestCursorTellsWhatItCannotRead(t *testing.T) {
	cluster := newCluster(t, kfake.NumBrokers(1), kfake.SeedTopics(1, "t"))
	produceAll(t, newKgo(t, cluster.ListenAddrs()), "a")
	c := newClient(t, cluster.ListenAddrs())
	stop := errors.New("stop")
	r := c.NewCursor("t", 0, 0, CursorLimits{Fetch: scanFetch, Batch: scanSlab})
	for range 2 { // what f did not take comes again
		if err := r.Read(t.Context(), 9, 0, func(*winnow.Record) error { return stop }); err != stop || r.Next() != 0 { //nolint:errorlint // as it is
			t.Errorf("%v at %d", err, r.Next())
		}
	}
	r = c.NewCursor("t", 0, 7, CursorLimits{Fetch: scanFetch, Batch: scanSlab})
	if err := r.Read(t.Context(), 9, 0, func(*winnow.Record) error { return nil }); !errors.Is(err, kafka.OffsetOutOfRange) {
		t.Error(err)
	}
}

// What f took before it failed does not come again.
func TestCursorRepeatsNothing(t *testing.T) {
	cluster := newCluster(t, kfake.NumBrokers(1), kfake.SeedTopics(1, "t"))
	produceAll(t, newKgo(t, cluster.ListenAddrs()), "a b c d")
	r := newClient(t, cluster.ListenAddrs()).NewCursor("t", 0, 0, CursorLimits{Fetch: scanFetch, Batch: scanSlab})
	var got []string
	stop := errors.New("stop")
	for range 3 {
		_ = r.Read(t.Context(), 4, 0, func(rec *winnow.Record) error {
			if len(got) == 2 && got[1] == "b" || len(got) == 3 && got[2] == "-" {
				got = append(got, "-")
				return stop
			}
			got = append(got, string(rec.Value))
			return nil
		})
	}
	equal(t, "records", got, []string{"a", "b", "-", "-", "c", "d"})
}
