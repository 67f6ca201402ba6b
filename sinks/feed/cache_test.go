package feed

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/winnow-data/winnow/pipeline/verdicts"
)

// A library is a cache with feeds a and b on the topic t.
type library struct {
	*cache
	t    *testing.T
	a, b *Feed
}

func newLibrary(t *testing.T, limit int64) *library {
	l := &library{t: t, a: &Feed{}, b: &Feed{}}
	l.cache = newCache(NewMemory(limit), func(topic string) []*Feed {
		if topic == "t" {
			return []*Feed{l.a, l.b}
		}
		return nil
	})
	return l
}

// add puts a chunk of [from, to) into the cache.
func (l *library) add(p part, from, to int64) *chunk {
	l.t.Helper()
	k := newChunk(l.t, l.mem, p, from, to)
	if k == nil {
		l.t.Fatalf("no room for [%d, %d)", from, to)
	}
	l.put(k)
	return k
}

// has gives the chunk that answers for an offset.
func (l *library) has(p part, offset int64) *chunk {
	k := l.get(p, offset)
	if k != nil {
		k.release()
	}
	return k
}

// check holds the cache's books against its shelves.
func (l *library) check(held int64) {
	l.t.Helper()
	var bytes int64
	chunks := 0
	for p, s := range l.parts {
		at := int64(-1)
		for _, k := range s.chunks {
			if k.from < at || k.part != p {
				l.t.Fatalf("chunk [%d, %d) of %v lies on the shelf of %v behind %d", k.from, k.to, k.part, p, at)
			}
			at = k.to
			bytes += k.bytes
			chunks++
		}
	}
	if l.size() != bytes || l.mem.Used() != bytes+held {
		l.t.Fatalf("the cache says %d bytes and has %d; %d are used, of which %d by others", l.size(), bytes, l.mem.Used(), held)
	}
	if l.order.Len() != chunks {
		l.t.Fatalf("%d chunks are in order, and %d on shelves", l.order.Len(), chunks)
	}
}

// Any order of puts and passes: the cache answers with the last chunk that was put over an offset, as long as it is whole and some feed needs it.
func TestTheCacheAnswersWithTheLastChunk(t *testing.T) {
	for seed := range uint64(10) {
		r := rand.New(rand.NewPCG(seed, 8))
		l := newLibrary(t, 8<<20)
		parts := []part{{"t", 0}, {"t", 1}}
		model := map[part]map[int64]*chunk{parts[0]: {}, parts[1]: {}}
		at := map[part]map[*Feed]int64{parts[0]: {l.a: -1, l.b: -1}, parts[1]: {l.a: -1, l.b: -1}}
		forget := func(p part, gone func(*chunk) bool) {
			for o, k := range model[p] {
				if gone(k) {
					delete(model[p], o)
				}
			}
		}
		for range 150 {
			p := parts[r.IntN(2)]
			least := min(at[p][l.a], at[p][l.b])
			switch f := []*Feed{l.a, l.b}[r.IntN(2)]; r.IntN(4) {
			case 0:
				at[p][f] += r.Int64N(20)
				l.passed(f, p, at[p][f], time.Now())
				least = min(at[p][l.a], at[p][l.b])
				forget(p, func(k *chunk) bool { return k.to <= least })
			case 1:
				if k := l.has(p, r.Int64N(200)); k != nil {
					l.drop(k)
					l.drop(k) // by another feed, at the same time
					forget(p, func(x *chunk) bool { return x == k })
				}
			default:
				from := r.Int64N(200)
				to := from + 1 + r.Int64N(30)
				k := l.add(p, from, to)
				if to <= least {
					continue
				}
				forget(p, func(x *chunk) bool { return x.from < to && from < x.to })
				for o := from; o < to; o++ {
					model[p][o] = k
				}
			}
			for _, p := range parts {
				for o := range int64(240) {
					if got := l.has(p, o); got != model[p][o] {
						t.Fatalf("seed %d: offset %d of %v is answered by %p, want %p", seed, o, p, got, model[p][o])
					}
				}
			}
			l.check(0)
		}
		l.clear()
		l.check(0)
		if l.mem.Used() != 0 || l.has(parts[0], 100) != nil {
			t.Fatalf("%d bytes are used by nothing", l.mem.Used())
		}
	}
}

func TestAChunkStaysUntilAllHavePassed(t *testing.T) {
	l, p := newLibrary(t, 1<<20), part{"t", 0}
	l.add(p, 0, 10)
	l.add(p, 10, 20)
	l.passed(l.a, p, 20, time.Now())
	if l.has(p, 0) == nil || l.has(p, 19) == nil {
		t.Fatal("a chunk went that one feed has yet to read")
	}
	l.passed(l.b, p, 9, time.Now())
	if l.has(p, 9) == nil {
		t.Fatal("a chunk went whose last row a feed has yet to read")
	}
	l.passed(l.b, p, 10, time.Now())
	if l.has(p, 0) != nil || l.has(p, 10) == nil {
		t.Fatal("not the chunk that all have passed is gone")
	}
	l.passed(&Feed{}, p, 100, time.Now()) // not one of the topic's
	if l.has(p, 10) == nil {
		t.Fatal("a feed that does not read the topic passed for all")
	}
	l.add(p, 0, 10)
	l.add(part{"unread", 0}, 0, 10)
	if l.has(p, 0) != nil || l.has(part{"unread", 0}, 0) != nil {
		t.Error("a chunk was taken in that nobody needs")
	}
	l.check(0)
}

func TestAChunkThatIsReadOutlivesTheCache(t *testing.T) {
	l, p := newLibrary(t, 1<<20), part{"t", 0}
	l.add(p, 0, 10)
	k := l.get(p, 5)
	l.clear()
	l.check(k.bytes)
	if got := fmt.Sprint(ns(k.columns)); got != "[0 1 2 3 4 5 6 7 8 9]" {
		t.Error(got)
	}
	if k.release(); l.mem.Used() != 0 {
		t.Errorf("%d bytes did not come back", l.mem.Used())
	}
}

// One chunk that stays must not make the cache remember all that came and went since: a feed of a quiet topic beside one of a busy one.
func TestTheCacheForgetsWhatIsGone(t *testing.T) {
	l, quiet, busy := newLibrary(t, 1<<20), part{"t", 0}, part{"t", 1}
	l.add(quiet, 0, 10)
	for at := int64(0); at < 20_000; at += 10 {
		l.add(busy, at, at+10)
		l.passed(l.a, busy, at+10, time.Now())
		l.passed(l.b, busy, at+10, time.Now())
	}
	l.check(0)
	if n := l.order.Len(); n > 100 {
		t.Errorf("one chunk is there, and %d are remembered", n)
	}
}

// Those that read, and those that pass, and those that make room, all at once.
func TestTheCacheIsSafeForManyAtOnce(t *testing.T) {
	l, p := newLibrary(t, 64<<10), part{"t", 0}
	done := make(chan struct{})
	for i, f := range []*Feed{l.a, l.b} {
		go func() {
			defer func() { done <- struct{}{} }()
			for at := int64(0); at < 5000; at += 10 {
				if k := l.get(p, at); k != nil {
					if got := ns(k.columns)[0]; got != k.from {
						t.Errorf("the chunk of %d has the row %d", k.from, got)
					}
					k.release()
				}
				l.passed(f, p, at+int64(i), time.Now())
			}
		}()
	}
	g := newNumbers(t, p, 0)
	for at := int64(0); at < 5000; at += 10 {
		gatherRuns(g, []verdicts.Range{{From: at, To: at + 10}}, 10)
		if k := g.chunk(at+10, func(n int) block { return l.room(n, at%3 == 0) }); k != nil {
			l.put(k)
		}
	}
	<-done
	<-done
	l.check(0)
	if l.clear(); l.mem.Used() != 0 {
		t.Errorf("%d bytes did not come back", l.mem.Used())
	}
}
