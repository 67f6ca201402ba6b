package feed

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/apache/arrow/go/v15/arrow"
)

// seen counts what a feed handed out, by partition: the piece says where each row is from.
type seen struct {
	t    *testing.T
	rows map[part][]int64

	texts bool              // the rows are kept as JSON
	text  map[string]string // by offset
}

func newSeen(t *testing.T) *seen {
	return &seen{t: t, rows: make(map[part][]int64), text: make(map[string]string)}
}

// add takes a batch in, and holds each row against the record that it must be.
func (s *seen) add(b *Batch) {
	s.t.Helper()
	values, row := ns(b.Columns()), 0
	var lines []string
	if s.texts {
		lines = jsonRows(s.t, b.Columns())
	}
	for i := range b.pieces {
		p := &b.pieces[i]
		for _, r := range p.rows {
			for o := r.From; o < r.To; o++ {
				if values[row] != o { // a record's n is its offset
					s.t.Fatalf("row %d of step %d should be offset %d of %v, and is %d", row, b.Step(), o, p.part, values[row])
				}
				s.rows[p.part] = append(s.rows[p.part], o)
				if s.texts {
					s.text[fmt.Sprintf("%v/%d", p.part, o)] = lines[row]
				}
				row++
			}
		}
	}
	if row != b.Rows() {
		s.t.Fatalf("the pieces have %d rows, the batch has %d", row, b.Rows())
	}
}

func jsonRows(t *testing.T, rec arrow.Record) (lines []string) {
	t.Helper()
	text, err := rec.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	var rows []json.RawMessage
	if err := json.Unmarshal(text, &rows); err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		lines = append(lines, string(r))
	}
	return lines
}

// complete says that every good record of w was seen once, in its partition's order.
func (s *seen) complete(w *world) {
	s.t.Helper()
	for p := range w.made {
		var want []int64
		for i := range w.made[p] {
			if i%10 != 3 {
				want = append(want, int64(i))
			}
		}
		if got := s.rows[part{"numbers", p}]; !slices.Equal(got, want) {
			s.t.Errorf("partition %d: %d rows, want %d: %.200v", p, len(got), len(want), got)
		}
	}
}

// count is how many rows were seen.
func (s *seen) count() (n int) {
	for _, rows := range s.rows {
		n += len(rows)
	}
	return n
}

// take takes batches until n rows were seen.
func (s *seen) take(f *Feed, n int) {
	s.t.Helper()
	for have := 0; have < n; {
		b := next(s.t, f, 0)
		s.add(b)
		have += b.Rows()
		f.Trained(b.Step())
		b.Release()
	}
}

func TestEveryPassedRecordOnceAndInOrder(t *testing.T) {
	w := newWorld(t)
	h := w.host(64<<20, Spec{Name: "a", Records: 100, Linger: 50 * time.Millisecond})
	w.produce(5000)
	w.gate(h)
	stop := w.run(h.Run)
	s := newSeen(t)
	s.take(h.Feed("a"), w.good())
	w.produce(777)
	s.take(h.Feed("a"), w.good()-4500*3)
	s.complete(w)
	st := h.Status()
	f := st.Feeds[0]
	if f.Planned != int64(w.good()) || f.Failed > int64(w.made[0]*3-w.good()) || f.Failed < int64(w.made[0]*3-w.good())-3 || f.Excluded != 0 {
		t.Errorf("%+v", f)
	}
	if f.Cached == 0 {
		t.Error("nothing came from the cache")
	}
	stop()
	if used := h.cache.mem.Used(); used != 0 {
		t.Errorf("%d bytes were not given back", used)
	}
}

// What is read from Kafka is what would have come from the cache.
func TestReadAgainIsTheSame(t *testing.T) {
	w := newWorld(t)
	w.produce(3000)
	cached := w.host(64<<20, Spec{Name: "cached", Records: 128, Linger: 50 * time.Millisecond})
	stopGate := w.gate(cached)
	w.run(cached.Run)
	a, b := newSeen(t), newSeen(t)
	a.texts, b.texts = true, true
	a.take(cached.Feed("cached"), w.good())
	stopGate()
	again := w.host(64<<20, Spec{Name: "again", Records: 100, Linger: 50 * time.Millisecond})
	w.run(again.Run)
	b.take(again.Feed("again"), w.good())
	a.complete(w)
	b.complete(w)
	if st := again.Status().Feeds[0]; st.Cached+st.Read == 0 || st.Read == 0 {
		t.Errorf("nothing was read from Kafka: %+v", st)
	}
	for o, line := range a.text {
		if b.text[o] != line {
			t.Fatalf("%s: %s from the cache, %s from Kafka", o, line, b.text[o])
		}
	}
}

func TestAFeedGoesOnWhereItTrained(t *testing.T) {
	w := newWorld(t)
	w.produce(2000)
	spec := Spec{Name: "a", Records: 64, Linger: 50 * time.Millisecond}
	h := w.host(64<<20, spec)
	stopGate, stop := w.gate(h), w.run(h.Run)
	defer stopGate()
	s := newSeen(t)
	s.take(h.Feed("a"), 1000)
	untrained := next(t, h.Feed("a"), 0) // taken, and not trained on: its rows come again
	untrained.Release()
	stop()
	h = w.host(64<<20, spec)
	w.run(h.Run)
	b := next(t, h.Feed("a"), 0)
	if b.Step() != untrained.Step() {
		t.Errorf("step %d after a restart, want %d", b.Step(), untrained.Step())
	}
	s.add(b)
	b.Release()
	h.Feed("a").Trained(b.Step())
	s.take(h.Feed("a"), w.good()-s.count())
	s.complete(w)
	eventually(t, "the account is whole", func() bool { return h.Status().Feeds[0].Planned == int64(w.good()) })
}

func TestAnUnreadFeedHoldsUpNobody(t *testing.T) {
	w := newWorld(t)
	h := w.host(1<<20, Spec{Name: "unread", Records: 1000}, Spec{Name: "read", Records: 1000, Linger: 50 * time.Millisecond})
	w.gate(h)
	stop := w.run(h.Run)
	s := newSeen(t)
	for range 10 {
		before := w.good()
		w.produce(5000)
		s.take(h.Feed("read"), w.good()-before)
		if used := h.cache.mem.Used(); used > 1<<20 {
			t.Fatalf("%d bytes are used", used)
		}
	}
	s.complete(w)
	late := newSeen(t)
	late.take(h.Feed("unread"), w.good()/1000*1000)
	stop()
	if used := h.cache.mem.Used(); used != 0 {
		t.Errorf("%d bytes were not given back", used)
	}
}

func TestShardsGetTheSame(t *testing.T) {
	w := newWorld(t)
	h := w.host(64<<20, Spec{Name: "a", Records: 100, Shards: 3, Linger: 100 * time.Millisecond})
	w.produce(950)
	w.gate(h)
	w.run(h.Run)
	f, rows := h.Feed("a"), 0
	for step := int64(0); rows < w.good(); step++ {
		var sizes []int
		for shard := range 3 {
			b := next(t, f, shard)
			if b.Step() != step || b.Shard() != shard {
				t.Fatalf("shard %d got step %d of shard %d at step %d", shard, b.Step(), b.Shard(), step)
			}
			sizes, rows = append(sizes, b.Rows()), rows+b.Rows()
			b.Release()
		}
		if slices.Max(sizes)-slices.Min(sizes) > 1 {
			t.Errorf("step %d: %v", step, sizes)
		}
	}
	if h.Status().Feeds[0].Short == 0 {
		t.Error("the last step was not counted as short")
	}
}
