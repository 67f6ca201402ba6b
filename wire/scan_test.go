package wire

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/winnow-data/winnow"
)

// scanned is what a scan of topic t called back with.
func scanned(ctx context.Context, c *Client, from, to int64) ([]string, error) {
	var got []string
	err := c.Scan(ctx, "t", 0, from, to, func(r *winnow.Record) error {
		got = append(got, fmt.Sprintf("%d=%s", r.Offset, r.Value))
		return nil
	})
	return got, err
}

// scannedBatches describes the batches of a scan of topic t, and where it ended.
func scannedBatches(ctx context.Context, c *Client, from, to int64) ([]string, error) {
	var got []string
	end, err := c.ScanBatches(ctx, "t", 0, from, to, func(s *Scanned) error {
		what := "records"
		switch {
		case s.Err != nil:
			what = s.Err.Error()
		case s.Aborted:
			what = "aborted"
		case s.Batch.Control():
			what = "marker"
		}
		got = append(got, fmt.Sprintf("[%d,%d) %s", s.From, s.To, what))
		return nil
	})
	return append(got, fmt.Sprintf("end %d", end)), err
}

func TestScanTransactions(t *testing.T) {
	cluster := newCluster(t, kfake.NumBrokers(1), kfake.SeedTopics(1, "t"))
	c := newClient(t, cluster.ListenAddrs())
	plain := newKgo(t, cluster.ListenAddrs())
	tx := newKgo(t, cluster.ListenAddrs(), kgo.TransactionalID("x"))
	write := func(cl *kgo.Client, value string) {
		t.Helper()
		if err := cl.ProduceSync(t.Context(), &kgo.Record{Topic: "t", Value: []byte(value)}).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	run := func(end func(*kgo.Client), values ...string) {
		t.Helper()
		if err := tx.BeginTransaction(); err != nil {
			t.Fatal(err)
		}
		for _, v := range values {
			write(tx, v)
		}
		end(tx)
	}
	finish := func(how kgo.TransactionEndTry) func(*kgo.Client) {
		return func(cl *kgo.Client) {
			t.Helper()
			if err := cl.EndTransaction(t.Context(), how); err != nil {
				t.Fatal(err)
			}
		}
	}
	write(plain, "a")
	run(finish(kgo.TryAbort), "never", "never") // 1, 2 and a marker at 3
	run(finish(kgo.TryCommit), "b")             // 4, 5
	write(plain, "c")
	run(func(*kgo.Client) {}, "not yet") // 7
	write(plain, "behind it")            // 8
	got, err := scanned(t.Context(), c, 0, 9)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "records", got, []string{"0=a", "4=b", "6=c"})
	if got, err = scannedBatches(t.Context(), c, 2, 9); err != nil {
		t.Fatal(err)
	}
	equal(t, "batches", got, []string{"[2,3) aborted", "[3,4) marker", "[4,5) records", "[5,6) marker", "[6,7) records", "end 7"})
	finish(kgo.TryCommit)(tx)
	if got, err = scanned(t.Context(), c, 5, 10); err != nil {
		t.Fatal(err)
	}
	equal(t, "records once it ended", got, []string{"6=c", "7=not yet", "8=behind it"})
}

func TestScanWithinBatches(t *testing.T) {
	cluster := newCluster(t, kfake.NumBrokers(1), kfake.SeedTopics(1, "t"))
	c := newClient(t, cluster.ListenAddrs())
	for _, codec := range codecs {
		var rs []OutRecord
		for range 3 {
			rs = append(rs, OutRecord{Value: []byte(codec.String())})
		}
		if _, err := c.Produce(t.Context(), "t", 0, EncodeBatch(nil, rs, codec)); err != nil {
			t.Fatal(err)
		}
	}
	for _, span := range [][2]int64{{0, 15}, {0, 1}, {1, 2}, {2, 4}, {4, 11}, {14, 15}, {3, 6}, {5, 5}, {9, 3}} {
		var want []string
		for o := span[0]; o < span[1]; o++ {
			want = append(want, fmt.Sprintf("%d=%s", o, codecs[o/3]))
		}
		got, err := scanned(t.Context(), c, span[0], span[1])
		if err != nil {
			t.Fatal(err)
		}
		equal(t, fmt.Sprint(span), got, want)
	}
	got, err := scannedBatches(t.Context(), c, 4, 8)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "batches", got, []string{"[4,6) records", "[6,8) records", "end 8"})
	if _, err := scanned(t.Context(), c, 99, 100); !errors.Is(err, kafka.OffsetOutOfRange) {
		t.Errorf("outside the log: %v", err)
	}
	enough := errors.New("enough")
	calls := 0
	if err := c.Scan(t.Context(), "t", 0, 0, 15, func(*winnow.Record) error {
		if calls++; calls == 5 {
			return enough
		}
		return nil
	}); err != enough || calls != 5 { //nolint:errorlint // as it is
		t.Errorf("%v after %d calls", err, calls)
	}
}

// What rots in the broker comes with its error, and what is behind it comes too.
func TestScanUnreadable(t *testing.T) {
	two := EncodeBatch(nil, []OutRecord{{Value: []byte("a")}, {Value: []byte("b")}}, CodecNone)
	rotten := func(base int64, last int32) []byte {
		b := at(two, base, last)
		return patched(b, atCRC, b[atCRC]^0xff)
	}
	old := patched(at(two, 2, 1), atMagic, 1)
	for _, c := range []struct {
		name string
		set  func(offset int64) []byte
		want []string
	}{
		{"before another", func(int64) []byte { return bytes.Join([][]byte{at(two, 0, 1), rotten(2, 1<<30), at(two, 4, 1)}, nil) },
			[]string{"[0,2) records", "[2,4) " + ErrCRC.Error(), "[4,6) records", "end 6"}},
		{"at the end of a set", func(o int64) []byte {
			if o < 2 {
				return append(at(two, 0, 1), rotten(2, 3)...) // it is two, and says that it is four
			}
			return append(rotten(2, 3), at(two, 4, 1)...)
		}, []string{"[0,2) records", "[2,4) " + ErrCRC.Error(), "[4,6) records", "end 6"}},
		{"alone", func(o int64) []byte {
			if o < 4 {
				return rotten(2, 1)
			}
			return at(two, 4, 1)
		}, []string{"[2,4) " + ErrCRC.Error(), "[4,6) records", "end 6"}},
		{"alone, and beyond belief", func(o int64) []byte {
			if o < 3 {
				return rotten(2, 1<<30)
			}
			return at(two, 4, 1)
		}, []string{"[2,3) " + ErrCRC.Error(), "[4,6) records", "end 6"}},
		{"of an old format", func(int64) []byte { return bytes.Join([][]byte{at(two, 0, 1), old, at(two, 4, 1)}, nil) },
			[]string{"[0,2) records", "[2,4) " + ErrMagic.Error() + " but in v1", "[4,6) records", "end 6"}},
		{"nothing left", func(o int64) []byte {
			if o < 2 {
				return at(two, 0, 1)
			}
			return nil
		}, []string{"[0,2) records", "end 6"}},
		{"a gap that goes over the end", func(o int64) []byte { return append(at(two, 0, 1), at(two, 8, 1)...) }, []string{"[0,2) records", "end 6"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			cluster := newCluster(t, kfake.NumBrokers(1), kfake.SeedTopics(1, "t"))
			client := newClient(t, cluster.ListenAddrs())
			handmade(cluster, c.set)
			got, err := scannedBatches(t.Context(), client, 0, 6)
			if err != nil {
				t.Error(err)
			}
			equal(t, "batches", got, c.want)
			if _, err := scanned(t.Context(), client, 0, 6); (len(c.want) > 3 || c.want[0][1] == '2') != (err != nil) {
				t.Errorf("the records: %v", err)
			}
		})
	}
	cluster := newCluster(t, kfake.NumBrokers(1), kfake.SeedTopics(1, "t"))
	client := newClient(t, cluster.ListenAddrs())
	handmade(cluster, func(int64) []byte { return make([]byte, 100) })
	if _, err := scanned(t.Context(), client, 0, 6); !errors.Is(err, ErrCorrupt) {
		t.Errorf("no batch at all: %v", err)
	}
}

// A broker that holds a client back answers with nothing, and one that has become the leader may not know the log's end yet: that is not the end.
func TestScanWaitsForTheBroker(t *testing.T) {
	cluster := newCluster(t, kfake.NumBrokers(1), kfake.SeedTopics(1, "t"))
	c := newClient(t, cluster.ListenAddrs())
	if _, err := c.Produce(t.Context(), "t", 0, EncodeBatch(nil, []OutRecord{{Value: []byte("a")}}, CodecNone)); err != nil {
		t.Fatal(err)
	}
	marks := []int64{-1, 0}
	cluster.ControlKey(int16(kmsg.Fetch), func(r kmsg.Request) (kmsg.Response, error, bool) {
		cluster.KeepControl()
		if len(marks) == 0 {
			return nil, nil, false
		}
		req := r.(*kmsg.FetchRequest)
		res := req.ResponseKind().(*kmsg.FetchResponse)
		topic := kmsg.NewFetchResponseTopic()
		topic.Topic = "t"
		part := kmsg.NewFetchResponseTopicPartition()
		part.HighWatermark, part.LastStableOffset = marks[0], marks[0]
		marks = marks[1:]
		topic.Partitions = append(topic.Partitions, part)
		res.Topics = append(res.Topics, topic)
		return res, nil, true
	})
	got, err := scanned(t.Context(), c, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "records", got, []string{"0=a"})
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if _, err := scanned(ctx, c, 1, 2); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("behind the end: %v", err)
	}
}

// A batch that is larger than is held stands for the offsets in its header.
func TestScanTooLarge(t *testing.T) {
	batch := at(EncodeBatch(nil, []OutRecord{{}}, CodecNone), 5, 9)
	for _, c := range []struct {
		from, to, high int64
		delta          int32
		want           string
	}{
		{0, 100, 100, 9, "[5,15) to 15"},
		{7, 100, 100, 9, "[7,15) to 15"},
		{7, 9, 100, 9, "[7,9) to 9"},
		{0, 100, 100, math.MaxInt32, "[5,6) to 6"}, // beyond the log: not to be believed
		{15, 100, 100, 9, " to 15"},                // no way on
	} {
		got := Fetched{TooLarge: new(Oversize), HighWatermark: c.high}
		copy(got.TooLarge.Header[:], batch)
		binary.BigEndian.PutUint32(got.TooLarge.Header[atLastDelta:], uint32(c.delta))
		var text string
		r := new(Client).NewCursor("t", 0, c.from, CursorLimits{Fetch: scanFetch, Batch: scanSlab})
		r.take(got)
		for s := r.batch(c.to); s != nil; s = r.batch(c.to) {
			if !errors.Is(s.Err, ErrTooLarge) {
				t.Error(s.Err)
			}
			if _, err := s.Records(NewDecompressor(1 << 20)); !errors.Is(err, ErrTooLarge) {
				t.Error(err)
			}
			text = fmt.Sprintf("[%d,%d)", s.From, s.To)
			r.next = s.To
		}
		if text = fmt.Sprintf("%s to %d", text, r.next); text != c.want {
			t.Errorf("%+v: %s", c, text)
		}
	}
}

func TestAddPartitions(t *testing.T) {
	cluster := newCluster(t, kfake.NumBrokers(1), kfake.SeedTopics(2, "t"))
	c := newClient(t, cluster.ListenAddrs())
	for _, step := range []struct{ ask, want int }{{5, 5}, {5, 5}, {3, 5}, {6, 6}} {
		if err := c.AddPartitions(t.Context(), "t", step.ask); err != nil {
			t.Errorf("to %d: %v", step.ask, err)
		}
		if got, err := c.Topics(t.Context(), "t"); err != nil || got["t"].Partitions != step.want {
			t.Errorf("asked for %d: %+v, %v", step.ask, got, err)
		}
	}
	if err := Retry(t.Context(), "produce", nil, func(ctx context.Context) error { // a client may remember the old number for a while
		_, err := c.Produce(ctx, "t", 5, EncodeBatch(nil, []OutRecord{{}}, CodecNone))
		return err
	}); err != nil {
		t.Errorf("the last partition: %v", err)
	}
	if err := c.AddPartitions(t.Context(), "nowhere", 5); !errors.Is(err, kafka.UnknownTopicOrPartition) {
		t.Errorf("no such topic: %v", err)
	}
}
