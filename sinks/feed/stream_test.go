package feed

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"testing"

	"github.com/winnow-data/winnow/pipeline/verdicts"
)

// A fate is what became of an offset.
type fate int

const (
	passes fate = iota
	tagged      // by a rule that is not required
	excluded
	excludedTwice // by two required rules
	failed
	control
	tombstone
	fates
)

func (f fate) row() bool  { return f <= tagged }
func (f fate) left() bool { return f == excluded || f == excludedTwice }

func requiredInTests(rule string) bool { return rule == "required" || rule == "too" }

// A history is the fate of each offset of a partition from base on, and the log of verdicts that tells of it. It is what tests hold pieces against.
type history struct {
	part
	base    int64
	fates   []fate
	entries []placed
	ends    []int64 // of what each entry is the first to tell
}

func (h *history) end() int64      { return h.base + int64(len(h.fates)) }
func (h *history) at(o int64) fate { return h.fates[o-h.base] }
func (h *history) counts(from, to int64, of func(fate) bool) (n int64) {
	for o := from; o < to; o++ {
		if of(h.at(o)) {
			n++
		}
	}
	return n
}

// tell writes an entry of [from, end) into the log.
func (h *history) tell(t testing.TB, r *rand.Rand, from int64) {
	t.Helper()
	e := verdicts.Entry{From: from, Contract: "hash"}
	for o := from; o < h.end(); o++ {
		switch h.at(o) {
		case excludedTwice:
			e.Tag("too", o)
			fallthrough
		case excluded:
			e.Tag("required", o)
			e.Passed++
		case tagged:
			e.Tag("other", o)
			fallthrough
		case passes:
			e.Passed++
		case failed:
			e.Failed = verdicts.AddOffset(e.Failed, o)
		case control:
			e.Skip(verdicts.CauseControl, verdicts.Range{From: o, To: o + 1})
		case tombstone:
			e.Skip(verdicts.CauseTombstone, verdicts.Range{From: o, To: o + 1})
		}
	}
	if err := e.Close(h.end()); err != nil {
		t.Fatal(err)
	}
	place := r.Int64N(3) // markers take places, too
	if n := len(h.entries); n > 0 {
		place += h.entries[n-1].place + 1
	}
	h.entries = append(h.entries, placed{place, e})
	if n := len(h.ends); n == 0 || h.ends[n-1] < e.To {
		h.ends = append(h.ends, e.To)
	}
}

// newHistory makes n entries: long runs and short ones, some without a row, some that are written twice, or again as a part of a longer one.
func newHistory(t testing.TB, r *rand.Rand, p part, n int) *history {
	t.Helper()
	h := &history{part: p, base: r.Int64N(1000)}
	for range n {
		from := h.end()
		barren := r.IntN(5) == 0
		for range 1 + r.IntN(6) {
			f := fate(r.IntN(int(fates)))
			if r.IntN(2) == 0 {
				f = passes
			}
			if barren && f.row() {
				f = failed
			}
			for range 1 + r.IntN(1<<r.IntN(6)) {
				h.fates = append(h.fates, f)
			}
		}
		if k := len(h.entries); k > 0 && r.IntN(8) == 0 {
			from = h.entries[k-1].From
		}
		h.tell(t, r, from)
		for r.IntN(8) == 0 {
			h.tell(t, r, from)
		}
	}
	return h
}

func quietFollower(p part) *follower {
	return newFollower(p, nil, slog.New(slog.DiscardHandler), 0, nil)
}

// follow makes a stream of h's log, and adds the first n entries to the log.
func (h *history) follow(n int) *stream {
	fo := quietFollower(h.part)
	for _, e := range h.entries[:n] {
		fo.add(e)
	}
	return &stream{part: h.part, follower: fo, required: requiredInTests, at: -1, fresh: true, left: piece{part: h.part, from: -1}}
}

// wantPieces fails unless pieces, one behind the other from the offset from on, say what h says; it gives the offset behind them.
func (h *history) wantPieces(t *testing.T, pieces []piece, from int64) int64 {
	t.Helper()
	for i := range pieces {
		p := &pieces[i]
		if p.part != h.part || p.from != from || p.to <= p.from || p.count == 0 || p.entry.Contract != "hash" {
			t.Fatalf("a piece %+v behind %d", p, from)
		}
		from = p.to
		var rows []verdicts.Range
		for o := p.from; o < p.to; o++ {
			if h.at(o).row() {
				rows = verdicts.AddOffset(rows, o)
			}
		}
		fail := h.counts(p.from, p.to, func(f fate) bool { return f == failed })
		out := h.counts(p.from, p.to, fate.left)
		if fmt.Sprint(p.rows) != fmt.Sprint(rows) || int64(p.count) != verdicts.Count(rows) || p.failed() != fail || p.excluded() != out {
			t.Fatalf("[%d, %d) has the %d rows %v, %d failed and %d excluded; want %v, %d and %d",
				p.from, p.to, p.count, p.rows, p.failed(), p.excluded(), rows, fail, out)
		}
		skipped := h.counts(p.from, p.to, func(f fate) bool { return f >= control })
		if int64(p.count)+p.excluded()+p.failed()+skipped != p.to-p.from {
			t.Fatalf("the offsets of [%d, %d) are not counted once each", p.from, p.to)
		}
		if last := rows[len(rows)-1].To; p.to != last && p.to != p.entry.To {
			t.Fatalf("a piece ends at %d: neither behind its last row, %d, nor with its entry, %d", p.to, last, p.entry.To)
		}
	}
	return from
}

// drain takes what the log has, in random portions, while more is written.
func drain(t *testing.T, r *rand.Rand, h *history, s *stream, told int) (pieces []piece) {
	t.Helper()
	for {
		ok, err := s.ready(t.Context())
		switch {
		case err != nil:
			t.Fatal(err)
		case ok:
			n := 1 + r.IntN(1<<r.IntN(7))
			want := min(n, s.left.count)
			p := s.take(n)
			if p.count != want {
				t.Fatalf("%d rows were taken, want %d", p.count, want)
			}
			pieces = append(pieces, p)
		case told == len(h.entries):
			return pieces
		default:
			s.follower.add(h.entries[told])
			told++
		}
	}
}

// Random logs, taken in random portions: every offset is in one piece, once, and is counted as what it is.
func TestAStreamTakesEveryOffsetOnce(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 9))
		h := newHistory(t, r, part{"t", 1}, 1+r.IntN(40))
		told := r.IntN(len(h.entries) + 1)
		s := h.follow(told)
		from := h.base
		if r.IntN(2) == 0 { // a position that was committed, in the middle of an entry
			from += r.Int64N(h.end() - h.base)
			s.at, s.fresh, s.left.from = from, false, from
		}
		end := h.wantPieces(t, drain(t, r, h, s, told), from)
		fail, out := h.counts(end, h.end(), func(f fate) bool { return f == failed }), h.counts(end, h.end(), fate.left)
		if s.at != h.end() || s.left.from != end || s.left.count != 0 || s.left.failed() != fail || s.left.excluded() != out {
			t.Fatalf("seed %d: %d to %d are left, %d failed and %d excluded; want %d to %d, %d and %d",
				seed, s.left.from, s.at, s.left.failed(), s.left.excluded(), end, h.end(), fail, out)
		}
		if h.counts(end, h.end(), fate.row) != 0 {
			t.Fatalf("seed %d: rows were left behind %d", seed, end)
		}
	}
}

// A log with a hole is refused, and says how large it is.
func TestAStreamRefusesAHole(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 10))
	h := newHistory(t, r, part{"t", 1}, 3)
	s := h.follow(len(h.entries))
	s.fresh, s.at = false, h.base-5
	ok, err := s.ready(t.Context())
	want := fmt.Sprintf("the verdicts on offsets %d to %d of t/1 are missing, 5 of them", h.base-5, h.base-1)
	if ok || err == nil || len(err.Error()) < len(want) || err.Error()[:len(want)] != want {
		t.Fatalf("%v, %v", ok, err)
	}
}

// What is ahead of the entry that is planned is what the log has behind it, and no more is asked for than is wanted.
func TestAStreamSeesWhatIsAhead(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 10))
	h := newHistory(t, r, part{"t", 1}, 30)
	s := h.follow(len(h.entries))
	if ok, err := s.ready(t.Context()); !ok || err != nil {
		t.Fatal(ok, err)
	}
	behind := h.entries
	for behind[0].place < s.place {
		behind = behind[1:]
	}
	for _, most := range []int{1, 5, 100} {
		for _, s := range []*stream{s, {page: behind}} {
			var got []int64
			s.ahead(func(e *verdicts.Entry) bool {
				got = append(got, e.To)
				return len(got) < most
			})
			if len(got) != min(most, len(behind)) {
				t.Fatalf("%d entries are ahead, want %d", len(got), min(most, len(behind)))
			}
			for i, to := range got {
				if to != behind[i].To {
					t.Fatalf("entry %d ahead ends at %d, want %d", i, to, behind[i].To)
				}
			}
		}
	}
}
