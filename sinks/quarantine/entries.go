package quarantine

import (
	"cmp"
	"slices"
)

// An entry is what the index keeps of one record: 40 bytes without pointers, so that a million of them are cheap to hold
// and nothing for the garbage collector to walk.
type entry struct {
	source int64 // the source record's offset
	at     int64 // the copy's offset in the quarantine partition
	time   int64 // of judging, Unix milliseconds
	size   uint32
	covers uint32 // offsets that it stands for
	class  uint32
	user   uint32
}

// chunkSize is how many entries lie together, and are dropped together.
const chunkSize = 512

// A chunk is a run of entries in the order of their source offsets.
type chunk struct {
	entries []entry
	minAt   int64
	newest  int64 // latest time
}

// A summary is what is left of dropped chunks: how many records of each class, until Kafka has let go of them too.
type summary struct {
	maxAt  int64
	counts map[uint32]int64
}

// maxSummaries bounds the summaries of a partition: neighbours are merged beyond.
const maxSummaries = 64

// A shelf is the entries of one partition, sorted by source offset.
type shelf struct {
	chunks    []*chunk
	summaries []summary
	dropped   int64 // highest source offset whose details were dropped; -1
}

func newShelf() *shelf { return &shelf{dropped: -1} }

// find gives the chunk that holds source, or would, and the place in it.
func (s *shelf) find(source int64) (c, i int, ok bool) {
	c, _ = slices.BinarySearchFunc(s.chunks, source, func(c *chunk, source int64) int {
		return cmp.Compare(c.entries[len(c.entries)-1].source, source)
	})
	if c == len(s.chunks) {
		if c == 0 {
			return 0, 0, false
		}
		c--
		return c, len(s.chunks[c].entries), false
	}
	i, ok = slices.BinarySearchFunc(s.chunks[c].entries, source, func(e entry, source int64) int {
		return cmp.Compare(e.source, source)
	})
	return c, i, ok
}

// get gives the entry of a source offset.
func (s *shelf) get(source int64) (entry, bool) {
	c, i, ok := s.find(source)
	if !ok {
		return entry{}, false
	}
	return s.chunks[c].entries[i], true
}

// put adds e, or puts it in the place of the entry with the same source offset, which it returns.
func (s *shelf) put(e entry) (old entry, replaced bool) {
	c, i, ok := s.find(e.source)
	if ok {
		old = s.chunks[c].entries[i]
		s.chunks[c].entries[i] = e
		s.chunks[c].refresh()
		return old, true
	}
	atEnd := c == len(s.chunks)-1 && i == len(s.chunks[c].entries)
	if len(s.chunks) == 0 || atEnd && i >= chunkSize {
		s.chunks = append(s.chunks, &chunk{entries: append(make([]entry, 0, chunkSize), e), minAt: e.at, newest: e.time})
		return entry{}, false
	}
	if len(s.chunks[c].entries) >= chunkSize {
		s.split(c)
		c, i, _ = s.find(e.source)
	}
	ch := s.chunks[c]
	ch.entries = slices.Insert(ch.entries, i, e)
	ch.minAt, ch.newest = min(ch.minAt, e.at), max(ch.newest, e.time)
	return entry{}, false
}

// split makes two halves of a full chunk, for an entry that comes between.
func (s *shelf) split(c int) {
	left := s.chunks[c]
	half := len(left.entries) / 2
	right := &chunk{entries: append(make([]entry, 0, chunkSize), left.entries[half:]...)}
	left.entries = left.entries[:half]
	left.refresh()
	right.refresh()
	s.chunks = slices.Insert(s.chunks, c+1, right)
}

// refresh computes the chunk's own figures from its entries.
func (c *chunk) refresh() {
	c.minAt, c.newest = c.entries[0].at, c.entries[0].time
	for _, e := range c.entries {
		c.minAt, c.newest = min(c.minAt, e.at), max(c.newest, e.time)
	}
}

// expire removes what lies before logStart in the quarantine partition, and tells gone of each entry and forgot of each
// class that was only counted.
func (s *shelf) expire(logStart int64, gone func(entry), forgot func(class uint32, n int64)) {
	s.chunks = slices.DeleteFunc(s.chunks, func(c *chunk) bool {
		if c.minAt >= logStart {
			return false
		}
		c.entries = slices.DeleteFunc(c.entries, func(e entry) bool {
			if e.at >= logStart {
				return false
			}
			gone(e)
			return true
		})
		if len(c.entries) == 0 {
			return true
		}
		c.refresh()
		return false
	})
	s.summaries = slices.DeleteFunc(s.summaries, func(m summary) bool {
		if m.maxAt >= logStart {
			return false
		}
		for class, n := range m.counts {
			forgot(class, n)
		}
		return true
	})
}

// drop takes the first chunk out, tells gone of each of its entries, and keeps their counts.
func (s *shelf) drop(gone func(entry)) {
	c := s.chunks[0]
	s.chunks[0] = nil
	s.chunks = s.chunks[1:]
	m := summary{counts: map[uint32]int64{}}
	for _, e := range c.entries {
		m.maxAt = max(m.maxAt, e.at)
		m.counts[e.class] += int64(e.covers)
		s.dropped = max(s.dropped, e.source)
		gone(e)
	}
	s.summaries = append(s.summaries, m)
	if len(s.summaries) > maxSummaries {
		s.merge()
	}
}

// merge makes one summary of each two neighbours.
func (s *shelf) merge() {
	merged := s.summaries[:0]
	for i := 0; i < len(s.summaries); i += 2 {
		m := s.summaries[i]
		if i+1 < len(s.summaries) {
			next := s.summaries[i+1]
			m.maxAt = max(m.maxAt, next.maxAt)
			for class, n := range next.counts {
				m.counts[class] += n
			}
		}
		merged = append(merged, m)
	}
	clear(s.summaries[len(merged):])
	s.summaries = merged
}
