package quarantine

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kfake"
	"golang.org/x/sync/errgroup"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/wire"
)

// Key, value and headers come out as they went in, read by a client that is not ours, and then winnow's headers.
func TestWriteByteForByte(t *testing.T) {
	w := newWorld(t, kfake.SeedTopics(3, "flights.quarantine"))
	own := wire.AppendHeader(nil, "winnow.id", []byte("forged/0/0")) // the source's, and it stays
	own = wire.AppendHeader(own, "null", nil)
	own = wire.AppendHeader(own, "bytes\xff", []byte{0, 0xff})
	binary := []byte{0, 1, 0xfe, 0xff}
	rs := []winnow.Rejected{
		{
			Record: winnow.Record{Offset: 7, Time: 1_500_000_000_123, Key: binary, Value: binary, Headers: own, NumHeaders: 3},
			Reasons: []winnow.Reason{
				{Rule: "json", Detail: "utf8"}, {Rule: `ra"nge`, Pointer: "/a\n\u00e9/*"},
			},
			Contract: "sha256:ab", Team: "Délay", User: "N1", Covers: 1,
		},
		{Record: winnow.Record{Offset: 9, Value: []byte{}}, Reasons: []winnow.Reason{{Rule: "type", Pointer: "/x"}}, Covers: 1},
		{Record: winnow.Record{Offset: 10, Key: []byte{}}, Reasons: []winnow.Reason{{Rule: "tombstone"}}, Covers: 1},
		{Record: winnow.Record{Offset: 11, Value: binary}, Reasons: []winnow.Reason{{Rule: "batch", Detail: "crc"}}, Covers: 30},
	}
	if err := NewWriter(w.client, quiet(), clock0).Write(t.Context(), "flights", 2, rs); err != nil {
		t.Fatal(err)
	}
	got := w.read(t, "flights.quarantine", len(rs))
	for i, r := range got {
		want := &rs[i].Record
		if r.Partition != 2 || !same(r.Key, want.Key) || !same(r.Value, want.Value) {
			t.Errorf("record %d: partition %d key %q value %q", i, r.Partition, r.Key, r.Value)
		}
		if !r.Timestamp.Equal(judged) {
			t.Errorf("record %d has the time %v: the topic's retention would count from there", i, r.Timestamp)
		}
	}
	var text []string
	for _, h := range got[0].Headers {
		value := "null"
		if h.Value != nil {
			value = strconv.Quote(string(h.Value))
		}
		text = append(text, strconv.Quote(h.Key)+" "+value)
	}
	want := strings.TrimSpace(`
"winnow.id" "forged/0/0"
"null" null
"bytes\xff" "\x00\xff"
"winnow.id" "flights/2/7"
"winnow.reasons" "[{\"rule\":\"json\",\"pointer\":\"\",\"detail\":\"utf8\"},{\"rule\":\"ra\\\"nge\",\"pointer\":\"/a\\u000aé/*\"}]"
"winnow.contract" "sha256:ab"
"winnow.team" "Délay"
"winnow.user" "N1"
"winnow.time" "2026-03-04T05:06:07.890Z"
"winnow.timestamp" "2017-07-14T02:40:00.123Z"
"__connect.errors.topic" "flights"
"__connect.errors.partition" "2"
"__connect.errors.offset" "7"
"__connect.errors.stage" "VALUE_CONVERTER"
"__connect.errors.exception.class.name" "winnow.json"
"__connect.errors.exception.message" "json (utf8); ra\"nge at /a\né/*"`)
	if s := strings.Join(text, "\n"); s != want {
		t.Errorf("headers\n%s\nwant\n%s", s, want)
	}
	if h := headers(got[1]); h["__connect.errors.stage"] != "TRANSFORMATION" || h["winnow.batch"] != "" {
		t.Errorf("headers of a failed rule: %v", h)
	}
	if h := headers(got[3]); h["winnow.batch"] != `{"offsets":30}` || h["winnow.id"] != "flights/2/11" {
		t.Errorf("headers of a batch: %v", h)
	}
}

// same tells null from empty.
func same(a, b []byte) bool { return bytes.Equal(a, b) && (a == nil) == (b == nil) }

func TestReasonsAreReadBackByEncodingJSON(t *testing.T) {
	reasons := []winnow.Reason{
		{Rule: "a\"b\\c", Pointer: "/\x00\x1f\u2028<&>", Detail: "crc"}, {Rule: "\xff\xfe", Pointer: "/\U0001F600"}, {Rule: "x"},
	}
	for n := range len(reasons) + 1 {
		text := appendReasons(nil, reasons[:n])
		var back []winnow.Reason
		if err := json.Unmarshal(text, &back); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		for i, r := range back {
			if want := strings.ToValidUTF8(reasons[i].Pointer, "\uFFFD"); r.Pointer != want || r.Detail != reasons[i].Detail {
				t.Errorf("%+v came back as %+v", reasons[i], r)
			}
		}
		if len(back) != n || back == nil {
			t.Errorf("%d reasons came back as %v", n, back)
		}
	}
}

func random(n int) []byte {
	b := make([]byte, n)
	r := rand.NewChaCha8([32]byte{1})
	_, _ = r.Read(b)
	return b
}

// A record that the topic cannot take becomes a stub; its neighbours, before and behind, stay whole and in order.
func TestTooLargeBecomesStub(t *testing.T) {
	big := random(200_000)
	for _, c := range []struct {
		name  string
		says  map[string]string
		err   error
		limit int
	}{
		{"as the topic says", map[string]string{"max.message.bytes": "100000"}, nil, 0},
		{"as the broker says, configuration unreadable", nil, errors.New("not authorized"), 100_000},
		{"as the broker says, against the topic", map[string]string{"max.message.bytes": "1000000"}, nil, 100_000},
	} {
		t.Run(c.name, func(t *testing.T) {
			rs := many(5)
			rs[2].Record.Value = big
			f := &fakeKafka{limit: c.limit, says: c.says, saysErr: c.err}
			if err := newWriter(f, quiet(), clock0).Write(t.Context(), "t", 0, rs); err != nil {
				t.Fatal(err)
			}
			got := f.records(t)
			if len(got) != 5 {
				t.Fatalf("%d records", len(got))
			}
			for i := range got {
				id, _ := header(&got[i], HeaderID)
				truncated, n := header(&got[i], HeaderTruncated)
				if id != fmt.Sprintf("t/0/%d", i) || !bytes.Equal(got[i].Key, rs[i].Record.Key) {
					t.Errorf("record %d: id %s key %s", i, id, got[i].Key)
				}
				if i != 2 && (n != 0 || !bytes.Equal(got[i].Value, rs[i].Record.Value)) {
					t.Errorf("record %d is not whole", i)
				}
				sum := sha256.Sum256(big)
				if i == 2 && (got[i].Value != nil || truncated != fmt.Sprintf(`{"size":200000,"sha256":"%s"}`, hex.EncodeToString(sum[:]))) {
					t.Errorf("the stub says %s", truncated)
				}
			}
			if trace, _ := header(&got[2], "trace"); trace != "t1" {
				t.Error("the stub lost its source's headers")
			}
		})
	}
}

func TestGiantKeyAndHeadersAreDropped(t *testing.T) {
	for name, change := range map[string]func(*winnow.Rejected){
		"headers": func(r *winnow.Rejected) { r.Record.Headers = wire.AppendHeader(nil, "h", random(200_000)) },
		"key":     func(r *winnow.Rejected) { r.Record.Key = random(200_000) },
		"reasons": func(r *winnow.Rejected) {
			r.Record.Key = random(200_000)
			r.User = hex.EncodeToString(random(300_000))
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := &fakeKafka{says: map[string]string{"max.message.bytes": "100000"}}
			r := rejected(3)
			change(&r)
			if err := newWriter(f, quiet(), clock0).Write(t.Context(), "t", 0, []winnow.Rejected{r}); err != nil {
				t.Fatal(err)
			}
			got := f.records(t)
			text, _ := header(&got[0], HeaderTruncated)
			var s Stub
			if err := json.Unmarshal([]byte(text), &s); err != nil {
				t.Fatal(err)
			}
			want := []string{"headers", "key"}
			if name == "reasons" {
				want = append(want, "reasons")
			}
			if got[0].Key != nil || got[0].Value != nil || fmt.Sprint(s.Dropped) != fmt.Sprint(want) || s.Size != int64(len(r.Record.Value)) {
				t.Errorf("%+v, key of %d bytes", s, len(got[0].Key))
			}
			if _, n := header(&got[0], "h"); n != 0 {
				t.Error("the source's headers are there")
			}
			if id, _ := header(&got[0], HeaderID); id != "t/0/3" {
				t.Errorf("id %s", id)
			}
		})
	}
	f := &fakeKafka{says: map[string]string{"max.message.bytes": "100"}}
	err := newWriter(f, quiet(), clock0).Write(t.Context(), "t", 0, many(1))
	if !errors.Is(err, wire.ErrTooLarge) || !strings.Contains(err.Error(), "max.message.bytes") {
		t.Errorf("a topic that takes nothing: %v", err)
	}
}

func TestValueThatWasNotHeld(t *testing.T) {
	f := &fakeKafka{}
	r := winnow.Rejected{
		Record: winnow.Record{Offset: 5}, Reasons: []winnow.Reason{{Rule: "batch", Detail: "size"}}, Covers: 4,
		Size: 100 << 20, SHA256: sha256.Sum256([]byte("x")),
	}
	if err := newWriter(f, quiet(), clock0).Write(t.Context(), "t", 0, []winnow.Rejected{r}); err != nil {
		t.Fatal(err)
	}
	got := f.records(t)
	text, _ := header(&got[0], HeaderTruncated)
	if want := fmt.Sprintf(`{"size":104857600,"sha256":"%x"}`, r.SHA256); text != want || got[0].Value != nil {
		t.Errorf("%s, want %s", text, want)
	}
}

func TestSensitiveSpansAreMaskedInTheCopy(t *testing.T) {
	f := &fakeKafka{}
	r := rejected(1)
	at := bytes.Index(r.Record.Value, []byte(canary))
	r.Sensitive = []winnow.Span{{Type: "secret", Start: at, End: at + len(canary)}}
	if err := newWriter(f, quiet(), clock0).Write(t.Context(), "t", 0, []winnow.Rejected{r, rejected(2)}); err != nil {
		t.Fatal(err)
	}
	got := f.records(t)
	if want := `{"n":1,"s":"*************"}`; string(got[0].Value) != want {
		t.Errorf("%s", got[0].Value)
	}
	if masked, _ := header(&got[0], HeaderMasked); masked != "true" {
		t.Errorf("winnow.masked: %q", masked)
	}
	if !bytes.Equal(got[1].Value, rejected(2).Record.Value) {
		t.Errorf("its neighbour: %s", got[1].Value)
	}
	if !bytes.Contains(r.Record.Value, []byte(canary)) {
		t.Error("the borrowed record was changed")
	}
}

func TestBatchesAreCut(t *testing.T) {
	f := &fakeKafka{}
	rs := many(300)
	value := random(10_000)
	for i := range rs {
		rs[i].Record.Value = value
	}
	if err := newWriter(f, quiet(), clock0).Write(t.Context(), "t", 0, rs); err != nil {
		t.Fatal(err)
	}
	if n := len(f.batches); n < 4 || n > 5 {
		t.Errorf("3 MB in %d batches", n)
	}
	got := f.records(t)
	for i := range got {
		if id, _ := header(&got[i], HeaderID); id != fmt.Sprintf("t/0/%d", i) {
			t.Fatalf("record %d is %s", i, id)
		}
	}
	if len(got) != len(rs) || f.asked != 1 {
		t.Errorf("%d records, configuration asked for %d times", len(got), f.asked)
	}
}

// Kafka's passing troubles are waited out; lasting ones and the end of the context are told.
func TestRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fakeKafka{faults: []error{kafka.NotLeaderForPartition, fmt.Errorf("x: %w", kafka.NotEnoughReplicas), context.DeadlineExceeded}}
		if err := newWriter(f, quiet(), clock0).Write(t.Context(), "t", 0, many(3)); err != nil {
			t.Fatal(err)
		}
		if got := len(f.records(t)); got != 3 || f.produces != 4 {
			t.Errorf("%d records after %d tries", got, f.produces)
		}
		f = &fakeKafka{faults: []error{kafka.TopicAuthorizationFailed}}
		err := newWriter(f, quiet(), clock0).Write(t.Context(), "t", 3, many(3))
		if !errors.Is(err, kafka.TopicAuthorizationFailed) || !strings.Contains(err.Error(), "t.quarantine partition 3") || f.produces != 1 {
			t.Errorf("%v after %d tries", err, f.produces)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		f = &fakeKafka{}
		for range 1000 {
			f.faults = append(f.faults, kafka.LeaderNotAvailable)
		}
		if err := newWriter(f, quiet(), clock0).Write(ctx, "t", 0, many(1)); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("at the end of the context: %v", err)
		}
	})
}

// A raised max.message.bytes is noticed: records instead of stubs, without a restart.
func TestRaisedLimitIsNoticed(t *testing.T) {
	f := &fakeKafka{says: map[string]string{"max.message.bytes": "50000"}}
	now := judged
	w := newWriter(f, quiet(), func() time.Time { return now })
	r := rejected(0)
	r.Record.Value = random(60_000)
	for range 3 {
		if err := w.Write(t.Context(), "t", 0, []winnow.Rejected{r}); err != nil {
			t.Fatal(err)
		}
		f.says = map[string]string{"max.message.bytes": "100000"}
		now = now.Add(40 * time.Second)
	}
	got := f.records(t)
	if got[0].Value != nil || got[1].Value != nil || !bytes.Equal(got[2].Value, r.Record.Value) {
		t.Error("want two stubs and a record")
	}
}

// Many partitions write at the same time, and none gets a byte of another.
func TestConcurrentPartitions(t *testing.T) {
	const parts, rounds = 8, 5
	w := newWorld(t, kfake.SeedTopics(parts, "c.quarantine"))
	writer := NewWriter(w.client, quiet(), clock0)
	var g errgroup.Group
	for p := range parts {
		g.Go(func() error {
			for i := range rounds {
				r := rejected(p*100 + i)
				if err := writer.Write(t.Context(), "c", p, []winnow.Rejected{r}); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	seen := map[int32]int{}
	for _, r := range w.read(t, "c.quarantine", parts*rounds) {
		i := int(r.Partition)*100 + seen[r.Partition]
		seen[r.Partition]++
		want := rejected(i)
		if !bytes.Equal(r.Value, want.Record.Value) || headers(r)[HeaderID] != fmt.Sprintf("c/%d/%d", r.Partition, i) {
			t.Errorf("partition %d: %s", r.Partition, headers(r)[HeaderID])
		}
	}
}

// What a broker refuses once is not sent to it again and again.
func TestLoweredLimitIsNoticed(t *testing.T) {
	f := &fakeKafka{says: map[string]string{"max.message.bytes": "1000000"}}
	w := newWriter(f, quiet(), clock0)
	r := rejected(0)
	r.Record.Value = random(60_000)
	for i, want := range []int{1, 3, 4, 5} { // whole; refused, then a stub; stubs at once
		if err := w.Write(t.Context(), "t", 0, []winnow.Rejected{r}); err != nil {
			t.Fatal(err)
		}
		if f.produces != want {
			t.Errorf("after write %d: %d batches were sent, want %d", i, f.produces, want)
		}
		f.limit, f.says = 50_000, map[string]string{"max.message.bytes": "50000"}
	}
}

func TestWriteNothing(t *testing.T) {
	f := &fakeKafka{}
	if err := newWriter(f, quiet(), clock0).Write(t.Context(), "t", 0, nil); err != nil || f.produces != 0 {
		t.Errorf("%v, %d batches", err, f.produces)
	}
}
