package feed

import (
	"math/rand/v2"
	"sync"
	"testing"
	"unsafe"

	"github.com/apache/arrow/go/v15/arrow/memory"
)

// checkMemory holds a Memory's books against what it has and what the test holds of it.
func checkMemory(t *testing.T, m *Memory, held []*memory.Buffer) {
	t.Helper()
	used, kept := int64(0), int64(0)
	for _, b := range held {
		used += int64(b.Cap())
	}
	for size, have := range m.free {
		for _, b := range have {
			if len(b) != size {
				t.Fatalf("a block of %d bytes is kept among those of %d", len(b), size)
			}
			kept += int64(size)
		}
	}
	if m.Used() != used || m.kept != kept {
		t.Fatalf("used %d and kept %d by its books, %d and %d in truth", m.Used(), m.kept, used, kept)
	}
	if used+kept > m.Limit() {
		t.Fatalf("used %d and kept %d are more than the limit %d", used, kept, m.Limit())
	}
}

func TestMemoryNeverExceedsItsLimit(t *testing.T) {
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 1))
		m := NewMemory(1<<16 + r.Int64N(1<<20))
		var held []*memory.Buffer
		refused := 0
		for range 2000 {
			if n := len(held); n > 0 && r.IntN(5) < 2 {
				i := r.IntN(n)
				held[i].Release()
				held[i] = held[n-1]
				held = held[:n-1]
			} else {
				n := r.IntN(1 << r.IntN(18))
				fits := m.Used()+int64(blockSize(n+align)) <= m.Limit()
				b := m.Block(n)
				if (b != nil) != fits {
					t.Fatalf("seed %d: a block of %d bytes beside %d of %d: %v", seed, n, m.Used(), m.Limit(), b)
				}
				if b == nil {
					refused++
				} else if held = append(held, b); b.Len() < n+align {
					t.Fatalf("a block for %d bytes has %d: too few to align", n, b.Len())
				}
			}
			checkMemory(t, m, held)
		}
		if refused == 0 {
			t.Errorf("seed %d: the limit was never met", seed)
		}
		for _, b := range held {
			b.Release()
		}
		checkMemory(t, m, nil)
	}
}

func TestABlockReturnsWithItsLastReference(t *testing.T) {
	m := NewMemory(1 << 20)
	b := m.Block(100_000)
	at, size := unsafe.SliceData(b.Bytes()), m.Used()
	part := memory.SliceBuffer(b, 64, 10)
	b.Release()
	if m.Used() != size {
		t.Fatal("a block that is still referred to was given back")
	}
	part.Release()
	if m.Used() != 0 {
		t.Fatalf("%d bytes were not given back", m.Used())
	}
	b = m.Block(100_001) // of the same size, rounded
	defer b.Release()
	if unsafe.SliceData(b.Bytes()) != at {
		t.Error("the block was not used again")
	}
}

// What is kept must make room for blocks of other sizes.
func TestKeptBlocksGiveWay(t *testing.T) {
	m := NewMemory(1 << 20)
	var held []*memory.Buffer
	for b := m.Block(1000); b != nil; b = m.Block(1000) {
		held = append(held, b)
	}
	for _, b := range held {
		b.Release()
	}
	checkMemory(t, m, nil)
	b := m.Block(800_000)
	if b == nil {
		t.Fatal("kept blocks are in the way")
	}
	defer b.Release()
	checkMemory(t, m, []*memory.Buffer{b})
	if idle := m.Limit() - m.Used() - m.kept; idle >= int64(blockSize(1000+align)) {
		t.Errorf("more was dropped than had to be: %d bytes are idle", idle)
	}
}

func TestChangedTellsOfReturns(t *testing.T) {
	m := NewMemory(1 << 20)
	a, b := m.Block(10), m.Block(10)
	open := func(ch <-chan struct{}) bool {
		select {
		case <-ch:
			return false
		default:
			return true
		}
	}
	first, same := m.Changed(), m.Changed()
	if !open(first) || first != same {
		t.Fatal("something changed before anything came back")
	}
	a.Release()
	second := m.Changed()
	if open(first) || !open(second) {
		t.Fatalf("after a return: the channel before is open %v, the new one %v", open(first), open(second))
	}
	b.Release()
	if open(second) {
		t.Fatal("the second return was not told")
	}
}

// Each block belongs to one holder at a time: who writes it finds what it wrote.
func TestMemoryIsSafeForManyAtOnce(t *testing.T) {
	m := NewMemory(300_000)
	var all sync.WaitGroup
	for who := range 8 {
		all.Go(func() {
			r := rand.New(rand.NewPCG(uint64(who), 2))
			for range 60 {
				changed := m.Changed()
				b := m.Block(r.IntN(60_000))
				if b == nil {
					<-changed
					continue
				}
				if used := m.Used(); used > m.Limit() {
					t.Errorf("%d bytes are used of %d", used, m.Limit())
				}
				text := b.Bytes()
				for i := range text {
					text[i] = byte(who)
				}
				for i := range text {
					if text[i] != byte(who) {
						t.Error("two hold one block")
						break
					}
				}
				b.Release()
			}
		})
	}
	all.Wait()
	checkMemory(t, m, nil)
}

func TestAWarmMemoryAllocatesNoBlocks(t *testing.T) {
	m := NewMemory(1 << 20)
	m.Block(50_000).Release()
	if n := testing.AllocsPerRun(100, func() { m.Block(50_000).Release() }); n > 1 {
		t.Errorf("%v allocations for a block, want 1: Arrow's Buffer", n)
	}
}

func TestBlockSizesLoseLittle(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	sizes := make(map[int]bool)
	for range 100_000 {
		n := 1 + r.IntN(1<<(1+r.IntN(30)))
		size := blockSize(n)
		if lost := size - n; lost < 0 || lost >= max(1<<10, n/8+1) {
			t.Fatalf("%d bytes are rounded to %d", n, size)
		}
		if blockSize(size) != size || blockSize(n+1) < size {
			t.Fatalf("sizes around %d are no steps", n)
		}
		sizes[size] = true
	}
	if len(sizes) > 8*30 { // few enough that blocks meet again
		t.Errorf("there are %d sizes of blocks", len(sizes))
	}
}
