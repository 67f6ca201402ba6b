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
		if l.room(size, false) != nil {
			t.Fatal("a chunk went that both feeds are about to read")
		}
		l.check(0)
		// Half a second on, a has passed all but the last chunk of p; b has not begun, but may.
		<-time.After(active / 2)
		last := l.parts[p].chunks[len(l.parts[p].chunks)-1]
		l.passed(l.a, q, 1<<40, time.Now())
		l.passed(l.a, p, last.from, time.Now())
		if l.room(size, false) != nil {
			t.Fatal("a chunk went that b is about to read")
		}
		// Another half, and b has not moved for a second. The oldest goes first; one that somebody holds would not help.
		<-time.After(active / 2)
		held := l.get(p, 10)
		var blocks []block
		for i, gone := range []spot{{p, 0}, {q, 0}, {q, 10}, {p, 20}} {
			b := l.room(size, false)
			if b == nil || l.has(gone.part, gone.offset) != nil || len(l.parts[p].chunks)+len(l.parts[q].chunks) != n-i-1 {
				t.Fatalf("not %v made room, but another, or more", gone)
			}
			blocks = append(blocks, b)
		}
		for b := l.room(size, false); b != nil; b = l.room(size, false) {
			blocks = append(blocks, b)
		}
		if got := l.parts[p].chunks; len(l.parts[q].chunks) != 0 || len(got) != 2 || got[0] != held || got[1] != last {
			t.Fatalf("%d chunks of p and %d of q are left, want the one that is held and the one that a is about to read", len(got), len(l.parts[q].chunks))
		}
		held.release()
		// Who cannot go on otherwise gets what a is about to read, too: at last.
		blocks = append(blocks, l.room(size, true))
		if l.has(p, held.from) != nil || l.has(p, last.from) == nil {
			t.Fatal("not the oldest made room for who must have it")
		}
		blocks = append(blocks, l.room(size, true))
		if blocks[n-1] == nil || l.has(p, last.from) != nil {
			t.Fatal("who must have memory does not get it")
		}
		if l.room(size, true) != nil {
			t.Fatal("more memory than there is")
		}
		for _, b := range blocks {
			b.Release()
		}
		l.check(0)
	})
}

// However many chunks batches hold, they are not in the way of one that nobody does.
func TestHeldChunksAreNotInTheWay(t *testing.T) {
	l, p := newLibrary(t, 1<<20), part{"t", 0}
	n := l.crowd(p)
	if n < 2*searched {
		t.Fatalf("%d chunks are too few", n)
	}
	for i := range searched + 10 {
		held := l.get(p, int64(i)*10)
		defer held.release()
	}
	b := l.room(100, true)
	if b == nil {
		t.Fatalf("no room, although %d chunks are held by nobody", n-searched-10)
	}
	b.Release()
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
