package feed

import (
	"container/list"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/apache/arrow/go/v15/arrow/memory"
)

// A block is a piece of host memory.
type block = *memory.Buffer

// A cache holds the chunks that some feed has yet to come to, as far as the memory goes. Nobody waits for it: what it does not have is read from Kafka.
//
// When memory is short, the oldest chunk goes that no active feed is about to read. A feed that has fallen behind and is still reading keeps
// what it will need next: the newest chunks are then not taken in, since their turn comes last. A feed that nobody reads keeps nothing.
type cache struct {
	mem     *Memory
	readers func(topic string) []*Feed

	mu    sync.Mutex
	parts map[part]*shelf
	order list.List           // of *chunk, as they came
	moved map[*Feed]time.Time // when a feed last took something
	bytes int64
}

// A shelf is the chunks of one partition, ascending and disjoint, and where each feed stands in it.
type shelf struct {
	chunks  []*chunk
	readers map[*Feed]int64 // the offset below which a feed needs nothing
}

// active is how lately a feed must have moved for its next chunks to be kept for it.
const active = 250 * time.Millisecond

// newCache makes a cache; readers gives the feeds of a topic.
func newCache(mem *Memory, readers func(topic string) []*Feed) *cache {
	return &cache{mem: mem, readers: readers, parts: make(map[part]*shelf), moved: make(map[*Feed]time.Time)}
}

// shelf gives a partition's shelf. For all that a new one knows, every feed of the topic wants everything.
func (c *cache) shelf(p part) *shelf {
	s := c.parts[p]
	if s == nil {
		s = &shelf{readers: make(map[*Feed]int64)}
		for _, f := range c.readers(p.topic) {
			s.readers[f] = -1
			if _, known := c.moved[f]; !known {
				c.moved[f] = time.Now()
			}
		}
		c.parts[p] = s
	}
	return s
}

// passed says that f needs nothing of p below offset any more.
func (c *cache) passed(f *Feed, p part, offset int64, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.shelf(p)
	if _, reads := s.readers[f]; reads {
		s.readers[f], c.moved[f] = offset, now
	}
	least := s.least()
	n := 0
	for n < len(s.chunks) && s.chunks[n].to <= least {
		c.forget(s.chunks[n])
		n++
	}
	s.chunks = slices.Delete(s.chunks, 0, n)
}

// least is the offset below which no feed needs anything.
func (s *shelf) least() int64 {
	least := int64(math.MaxInt64)
	for _, at := range s.readers {
		least = min(least, at)
	}
	return least
}

// get gives the chunk that has an answer about an offset, with a reference for the caller; nil where there is none.
func (c *cache) get(p part, offset int64) *chunk {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.shelf(p)
	i, found := s.search(offset)
	if !found {
		return nil
	}
	s.chunks[i].retain()
	return s.chunks[i]
}

// search finds the first chunk that ends behind offset, and says whether it covers it.
func (s *shelf) search(offset int64) (int, bool) {
	i, _ := slices.BinarySearchFunc(s.chunks, offset, func(k *chunk, o int64) int {
		if k.to <= o {
			return -1
		}
		return 1
	})
	return i, i < len(s.chunks) && s.chunks[i].covers(offset)
}

// put takes a chunk in, with the caller's reference, in place of those that it overlaps. One that all feeds have passed is released at once.
func (c *cache) put(k *chunk) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.shelf(k.part)
	if k.to <= s.least() {
		k.release()
		return
	}
	i, _ := s.search(k.from)
	j := i
	for j < len(s.chunks) && s.chunks[j].from < k.to {
		c.forget(s.chunks[j])
		j++
	}
	s.chunks = slices.Replace(s.chunks, i, j, k)
	k.place = c.order.PushBack(k)
	c.bytes += k.bytes
}

// drop forgets a chunk that turned out to be wrong.
func (c *cache) drop(k *chunk) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.take(k)
}

// take takes a chunk from its shelf and forgets it.
func (c *cache) take(k *chunk) {
	s := c.shelf(k.part)
	if i := slices.Index(s.chunks, k); i >= 0 {
		s.chunks = slices.Delete(s.chunks, i, i+1)
		c.forget(k)
	}
}

// forget releases a chunk that is on no shelf any more.
func (c *cache) forget(k *chunk) {
	c.bytes -= k.bytes
	c.order.Remove(k.place)
	k.release()
}

// next is the offset at which the first chunk behind offset begins.
func (c *cache) next(p part, offset int64) int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.shelf(p)
	if i, _ := s.search(offset); i < len(s.chunks) {
		return max(offset, s.chunks[i].from)
	}
	return math.MaxInt64
}

// room gives n bytes of host memory, for which chunks may have to go; nil where that does not help. With must it takes those, too, that active feeds are
// about to read: for a feed that cannot go on otherwise.
func (c *cache) room(n int, must bool) block {
	for {
		if b := c.mem.Block(n); b != nil {
			return b
		}
		if !c.mem.fits(n) || !c.evict(must) {
			return nil
		}
	}
}

// searched is how many chunks evict looks at: those that feeds still need are few, or the memory is too small to help.
const searched = 256

// evict lets go of the oldest chunk that helps: one that a batch holds does not.
func (c *cache) evict(must bool) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	now, looked := time.Now(), 0
	for e := c.order.Front(); e != nil && looked < searched; e = e.Next() {
		k := e.Value.(*chunk)
		if k.held() {
			continue // and does not count: a feed that nobody reads may hold many
		}
		if must || !c.needs(k, now) {
			c.take(k)
			return true
		}
		looked++
	}
	return false
}

// needs says that an active feed has yet to come to k.
func (c *cache) needs(k *chunk, now time.Time) bool {
	for f, at := range c.shelf(k.part).readers {
		if at < k.to && now.Sub(c.moved[f]) < active {
			return true
		}
	}
	return false
}

// size is how many bytes of chunks are held.
func (c *cache) size() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.bytes
}

// clear releases everything.
func (c *cache) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range c.parts {
		for _, k := range s.chunks {
			c.forget(k)
		}
		s.chunks = nil
	}
}
