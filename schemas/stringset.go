package schemas

import (
	"encoding/binary"
	"hash/maphash"
	"math/bits"
)

// A stringSet finds a string among its own. Where they are not many, a multiplier is searched under which no two share a
// slot, so that each look-up is one comparison; many are hashed with a seed, so that no choice of strings makes it slow.
type stringSet struct {
	all   []string
	slot  []int32 // index into all, from 1
	seed  maphash.Seed
	mult  uint64 // 0 where hashed with the seed
	shift uint
	short []wordKey // by slot, where mult is not 0
}

// A wordKey is a string of up to 16 bytes as two words, and its length.
type wordKey struct {
	low, high uint64
	size      int
}

const (
	fewStrings = 64
	shortest   = 16 // bytes that two words tell apart
	firstMult  = 0x9E3779B97F4A7C15
)

// newStringSet keeps the order of texts, which differ.
func newStringSet(texts []string) stringSet {
	s := stringSet{all: texts}
	if len(texts) <= fewStrings && s.perfect() {
		return s
	}
	size := 8
	for size < 2*len(texts) {
		size *= 2
	}
	s.seed, s.slot, s.mult = maphash.MakeSeed(), make([]int32, size), 0
	s.shift = uint(64 - bits.Len(uint(size-1)))
	for i, text := range texts {
		h := s.many([]byte(text))
		for s.slot[h&uint64(size-1)] != 0 {
			h++
		}
		s.slot[h&uint64(size-1)] = int32(i + 1)
	}
	return s
}

// perfect looks for a multiplier. Strings that agree in length, first and last eight bytes have none.
func (s *stringSet) perfect() bool {
	size := max(4, 1<<bits.Len(uint(len(s.all)*len(s.all))))
	s.shift = uint(64 - bits.Len(uint(size-1)))
	s.mult = firstMult
	for range 100 {
		s.slot, s.short = make([]int32, size), make([]wordKey, size)
		if s.place() {
			return true
		}
		s.mult = s.mult*6364136223846793005 + 1442695040888963407 | 1
	}
	return false
}

func (s *stringSet) place() bool {
	for i, text := range s.all {
		key := keyOf([]byte(text))
		at := s.hash(key)
		if s.slot[at] != 0 {
			return false
		}
		s.slot[at], s.short[at] = int32(i+1), key
	}
	return true
}

func (s *stringSet) hash(k wordKey) uint64 { return k.mix() * s.mult >> s.shift }

func (k wordKey) mix() uint64 { return k.low ^ bits.RotateLeft64(k.high, 29) ^ uint64(k.size) }

// sign is a hash for a first comparison.
func (k wordKey) sign() uint32 { return uint32(k.mix() * firstMult >> 32) }

// many hashes text where there are many strings: a short one by its words, which say all of it.
func (s *stringSet) many(text []byte) uint64 {
	if len(text) > shortest {
		return maphash.Bytes(s.seed, text)
	}
	return keyOf(text).mix() * firstMult >> s.shift
}

// keyOf reads the words of text. It may look at what lies behind text in the same memory, but takes nothing of it.
func keyOf(text []byte) wordKey {
	switch n := len(text); {
	case n >= 8:
		return wordKey{binary.LittleEndian.Uint64(text), binary.LittleEndian.Uint64(text[n-8:]), n}
	case cap(text) >= 8:
		return wordKey{binary.LittleEndian.Uint64(text[:8:8]) & (1<<uint(n*8&63) - 1), 0, n}
	default:
		var word [8]byte
		copy(word[:], text)
		return wordKey{binary.LittleEndian.Uint64(word[:]), 0, n}
	}
}

// find gives the index of text in the set, or -1.
func (s *stringSet) find(text []byte) int {
	if s.mult != 0 {
		key := keyOf(text)
		at := s.hash(key)
		i := int(s.slot[at]) - 1
		if i < 0 || s.short[at] != key || key.size > shortest && string(text) != s.all[i] {
			return -1
		}
		return i
	}
	mask := uint64(len(s.slot) - 1)
	for h := s.many(text); ; h++ {
		i := int(s.slot[h&mask]) - 1
		if i < 0 || string(text) == s.all[i] {
			return i
		}
	}
}
