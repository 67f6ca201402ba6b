package feed

import (
	"testing"
	"testing/synctest"
	"time"
)

// crowd fills the memory with chunks of 10 offsets each, in turn of each part's.
func (l *library) crowd(parts ...part) (n int) {
	l.t.Helper()
	for ; ; n++ {
		p, from := parts[n%len(parts)], int64(n/len(parts)*10)
		k := newChunk(l.t, l.mem, p, from, from+10)
		if k == nil {
			return n
		}
		l.put(k)
	}
}

// chunkSize is how many bytes a small chunk takes.
func (l *library) chunkSize(p part, offset int64) int64 { return l.has(p, offset).bytes }

func TestRoomIsMadeOfTheOldestThatNobodyWaitsFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLibrary(t, 32<<10)
		p, q := part{"t", 0}, part{"t", 1}
		n := l.crowd(p, q)
		size := int(l.chunkSize(p, 0)) - align
		if b := l.room(size, false); b != nil {
			t.Fatal("a chunk went that both feeds are about to read")
		}
		l.check(0)
		// A second on, a alone moves: it has passed all but the last chunk of p.
		<-time.After(active)
		last := l.parts[p].chunks[len(l.parts[p].chunks)-1]
		l.passed(l.a, q, 1<<40, time.Now())
		l.passed(l.a, p, last.from, time.Now())
		b := l.room(size, false)
		if b == nil || l.has(p, 0) != nil && l.has(q, 0) != nil {
			t.Fatal("not the oldest chunk is gone, which no feed reads on")
		}
		blocks := []block{b}
		for b := l.room(size, false); b != nil; b = l.room(size, false) {
			blocks = append(blocks, b)
		}
		if got := l.parts[p].chunks; len(got) != 1 || got[0] != last || len(l.parts[q].chunks) != 0 {
			t.Fatalf("of %d chunks %d of p are left, and %d of q; want the one that a is about to read", n, len(got), len(l.parts[q].chunks))
		}
		// One that cannot go on otherwise gets that, too.
		b = l.room(size, true)
		if b == nil || l.has(p, last.from) != nil {
			t.Fatal("who must have memory does not get it")
		}
		if l.room(size, true) != nil {
			t.Fatal("more memory than there is")
		}
		for _, b := range append(blocks, b) {
			b.Release()
		}
		l.check(0)
	})
}

// A new partition's feeds count as reading, for a while.
func TestAFeedThatNeverReadsKeepsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, p := newLibrary(t, 32<<10), part{"t", 0}
		n := l.crowd(p)
		size := int(l.chunkSize(p, 0)) - align
		if l.room(size, false) != nil {
			t.Fatal("no time to begin")
		}
		<-time.After(active)
		for i := range n {
			if b := l.room(size, false); b == nil {
				t.Fatalf("no room, although nobody reads; %d chunks are gone", i)
			}
		}
		if l.size() != 0 {
			t.Errorf("%d bytes are left", l.size())
		}
	})
}

// What can never be had takes nothing from the others.
func TestRoomThatCannotBeLeavesTheCacheAlone(t *testing.T) {
	for _, n := range []int{32<<10 + 1, 32 << 10, 32<<10 - align + 1} { // a block is a little larger than what is asked for
		l, p := newLibrary(t, 32<<10), part{"t", 0}
		l.crowd(p)
		before := l.size()
		if l.room(n, true) != nil {
			t.Fatal("more than there is")
		}
		if l.size() != before {
			t.Errorf("%d bytes were asked for of %d, and the cache went from %d to %d", n, l.mem.Limit(), before, l.size())
		}
	}
}
