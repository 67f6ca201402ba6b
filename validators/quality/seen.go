package quality

import "hash/maphash"

// A seen remembers the last keys of a partition: a ring of their hashes in order, and a table that finds them. Both
// grow to what the limit needs and no further.
type seen struct {
	limit int
	one   maphash.Seed
	two   maphash.Seed
	next  int       // the ring's place that the next key takes
	ring  []hash128 // in order from next on, once it is full
	table []int32   // by hash: 1 + the ring's place of its last appearance; 0 is free
}

// A hash128 is the hash of a key; the zero one is of none.
type hash128 struct{ a, b uint64 }

func newSeen(limit int) *seen {
	return &seen{limit: limit, one: maphash.MakeSeed(), two: maphash.MakeSeed()}
}

// skip lets a record pass that has no key.
func (s *seen) skip() { s.push(hash128{}) }

// add remembers key as the newest, and reports whether it was remembered already.
func (s *seen) add(key []byte) bool {
	h := hash128{maphash.Bytes(s.one, key) | 1, maphash.Bytes(s.two, key)}
	known := len(s.table) > 0 && s.table[s.find(h)] != 0
	s.push(h)
	return known
}

// push puts h into the ring in place of what has left the limit.
func (s *seen) push(h hash128) {
	at := s.next
	if len(s.ring) < s.limit {
		s.ring = append(s.ring, h)
	} else {
		s.forget(at)
		s.ring[at] = h
	}
	if s.next++; s.next == s.limit {
		s.next = 0
	}
	if 2*len(s.ring) > len(s.table) {
		s.grow()
	}
	if h != (hash128{}) {
		s.table[s.find(h)] = int32(at + 1)
	}
}

// find gives the place of h in the table, or the free place where it belongs.
func (s *seen) find(h hash128) int {
	mask := len(s.table) - 1
	i := int(h.b) & mask
	for s.table[i] != 0 && s.ring[s.table[i]-1] != h {
		i = (i + 1) & mask
	}
	return i
}

// forget takes the key at the ring's place from the table, unless it has appeared again since.
func (s *seen) forget(at int) {
	h := s.ring[at]
	if h == (hash128{}) {
		return
	}
	i := s.find(h)
	if s.table[i] != int32(at+1) {
		return
	}
	// The keys that follow without a gap move up, so that none is cut off from where the search for it begins.
	mask := len(s.table) - 1
	for j := (i + 1) & mask; s.table[j] != 0; j = (j + 1) & mask {
		home := int(s.ring[s.table[j]-1].b) & mask
		if (j-home)&mask >= (j-i)&mask {
			s.table[i] = s.table[j]
			i = j
		}
	}
	s.table[i] = 0
}

// grow doubles the table, which stays half empty at least.
func (s *seen) grow() {
	size := max(64, 2*len(s.table))
	s.table = make([]int32, size)
	for i := range s.ring {
		// In a ring that is not yet full, later places are later appearances.
		if h := s.ring[i]; h != (hash128{}) {
			s.table[s.find(h)] = int32(i + 1)
		}
	}
}
