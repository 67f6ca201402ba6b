package wire

import (
	"testing"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
)

// Transactions of two producers, interleaved: what was aborted is not read, and every offset is accounted for.
func TestAbortedTransactions(t *testing.T) {
	cluster := newCluster(t, kfake.NumBrokers(1), kfake.SeedTopics(1, "t"))
	c := newClient(t, cluster.ListenAddrs())
	a := newKgo(t, cluster.ListenAddrs(), kgo.TransactionalID("a"))
	b := newKgo(t, cluster.ListenAddrs(), kgo.TransactionalID("b"))
	plain := newKgo(t, cluster.ListenAddrs())
	n := 0
	write := func(cl *kgo.Client, value string) {
		t.Helper()
		if err := cl.ProduceSync(t.Context(), &kgo.Record{Topic: "t", Value: []byte(value)}).FirstErr(); err != nil {
			t.Fatal(err)
		}
		n++
	}
	begin := func(cls ...*kgo.Client) {
		t.Helper()
		for _, cl := range cls {
			if err := cl.BeginTransaction(); err != nil {
				t.Fatal(err)
			}
		}
	}
	end := func(cl *kgo.Client, how kgo.TransactionEndTry) {
		t.Helper()
		if err := cl.EndTransaction(t.Context(), how); err != nil {
			t.Fatal(err)
		}
		n++
	}
	begin(a, b)
	write(a, "aborted 1")
	write(b, "kept 1")
	write(plain, "kept 2")
	write(a, "aborted 2")
	end(a, kgo.TryAbort)
	begin(a)
	write(a, "kept 3")
	end(a, kgo.TryCommit)
	end(b, kgo.TryCommit)
	begin(b)
	write(b, "aborted 3")
	end(b, kgo.TryAbort)
	write(plain, "kept 4")

	want := []string{"kept 1", "kept 2", "kept 3", "kept 4"}
	r := newReading(c, "t")
	r.committed = true
	if err := r.until(t.Context(), 0, int64(n)); err != nil {
		t.Fatal(err)
	}
	equal(t, "read committed", values(r.records), want)
	if r.aborted != 3 || r.controls != 4 || len(r.records)+r.aborted+r.controls != n {
		t.Errorf("%d records, %d aborted, %d markers of %d offsets", len(r.records), r.aborted, r.controls, n)
	}
	// From the middle of an aborted transaction, one batch at a time.
	r = newReading(c, "t")
	r.committed, r.slab = true, NewSlab(100)
	if err := r.until(t.Context(), 3, int64(n)); err != nil {
		t.Fatal(err)
	}
	equal(t, "from the middle", values(r.records), want[2:])
	r = newReading(c, "t")
	if err := r.until(t.Context(), 0, int64(n)); err != nil {
		t.Fatal(err)
	}
	if len(r.records) != 7 {
		t.Errorf("read uncommitted: %q", values(r.records))
	}
}

func TestOpenTransactionHoldsTheReaderBack(t *testing.T) {
	cluster := newCluster(t, kfake.NumBrokers(1), kfake.SeedTopics(1, "t"))
	c := newClient(t, cluster.ListenAddrs())
	a := newKgo(t, cluster.ListenAddrs(), kgo.TransactionalID("a"))
	if err := a.BeginTransaction(); err != nil {
		t.Fatal(err)
	}
	if err := a.ProduceSync(t.Context(), &kgo.Record{Topic: "t", Value: []byte("v")}).FirstErr(); err != nil {
		t.Fatal(err)
	}
	got, err := c.Fetch(t.Context(), FetchRequest{Topic: "t", ReadCommitted: true}, NewSlab(1<<20))
	if err != nil || got.LastStable != 0 || got.HighWatermark != 1 || len(got.Set) != 0 {
		t.Errorf("got %+v, %v", got, err)
	}
	if err := a.EndTransaction(t.Context(), kgo.TryAbort); err != nil {
		t.Fatal(err)
	}
}

func TestAbortFilter(t *testing.T) {
	data := func(base int64, producer int64, transactional bool) Batch {
		b := oneBatch(t, []OutRecord{{}, {}}, CodecNone)
		b.Base, b.ProducerID = base, producer
		if transactional {
			b.Attributes |= attrTransactional
		}
		return b
	}
	marker := func(base, producer int64, kind byte) Batch {
		b := oneBatch(t, []OutRecord{{Key: []byte{0, 0, 0, kind}, Value: make([]byte, 6)}}, CodecNone)
		b.Base, b.ProducerID, b.Attributes = base, producer, attrTransactional|attrControl
		return b
	}
	broken := marker(40, 1, 0)
	broken.payload = broken.payload[:2]
	f := NewAbortFilter([]AbortedTxn{{1, 30}, {3, 17}, {1, 10}}) // in any order
	for i, step := range []struct {
		batch Batch
		want  bool
	}{
		{data(0, 1, true), false}, // a transaction before, committed
		{marker(2, 1, 1), false},
		{data(10, 1, true), true},
		{data(12, 2, true), false},
		{data(14, 1, false), false}, // the same producer outside of a transaction
		{data(16, 3, true), true},
		{marker(18, 2, 1), false},
		{data(19, 1, true), true},
		{marker(21, 1, 0), false}, // aborted: over
		{data(22, 1, true), false},
		{data(24, 3, true), true},
		{data(30, 1, true), true}, // another one
		{broken, false},
		{data(41, 1, true), true},
	} {
		if NewAbortFilter(nil).Skip(&step.batch) {
			t.Errorf("step %d: an empty filter skips", i)
		}
		if got := f.Skip(&step.batch); got != step.want {
			t.Errorf("step %d, offset %d: %v", i, step.batch.Base, got)
		}
	}
}
