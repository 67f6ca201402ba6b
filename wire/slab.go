package wire

// slabStart is what a Slab grows from.
const slabStart = 64 << 10

// A Slab is the memory that fetches read into, used again by each. It belongs to one goroutine.
type Slab struct {
	buf   []byte // nil while an abandoned fetch may still be writing into it
	limit int
}

// NewSlab makes a Slab that holds at most limit bytes: the size of the largest record batch that is held. It grows as
// bytes arrive, so a quiet partition's stays small.
func NewSlab(limit int) *Slab { return &Slab{limit: limit} }

// Cap is the size of the largest record batch that the Slab holds, in bytes.
func (s *Slab) Cap() int { return s.limit }

// Forget gives the memory back if it is more than keep bytes: one large batch should not be paid for for ever.
func (s *Slab) Forget(keep int) {
	if cap(s.buf) > keep {
		s.buf = nil
	}
}

// grow returns buf's content with room for more: twice as much, but no more than limit in all.
func grow(buf []byte, limit int) []byte {
	bigger := make([]byte, len(buf), min(limit, max(2*cap(buf), slabStart)))
	copy(bigger, buf)
	return bigger
}
