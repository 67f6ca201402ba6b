package feed

import (
	"math/bits"
	"sync"

	"github.com/apache/arrow/go/v15/arrow/memory"
)

// align is where buffers begin: Arrow recommends 64 bytes.
const align = 64

// A Memory is a host's memory for records: one budget of bytes for the cache and all feeds' batches together. What is freed is kept and handed out
// again, so that the steady state gives the garbage collector nothing to do; used and kept memory together never exceed the budget. It is safe
// for concurrent use.
type Memory struct {
	limit int64

	mu      sync.Mutex
	used    int64
	kept    int64
	free    map[int][][]byte // by size
	changed chan struct{}    // closed when memory comes back, made when somebody waits for that
}

// NewMemory makes a Memory of limit bytes. It takes nothing from the system before it is asked.
func NewMemory(limit int64) *Memory { return &Memory{limit: limit, free: make(map[int][][]byte)} }

// Limit is the budget in bytes, Used how much of it is handed out.
func (m *Memory) Limit() int64 { return m.limit }

// Used is how many bytes are handed out.
func (m *Memory) Used() int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.used
}

// Block gives a buffer of n bytes, of any content, which is back in the Memory when its last reference is released; nil where there is no room.
func (m *Memory) Block(n int) *memory.Buffer {
	size := blockSize(n + align)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.used+int64(size) > m.limit {
		return nil
	}
	m.used += int64(size)
	var b []byte
	if have := m.free[size]; len(have) > 0 {
		b, m.free[size] = have[len(have)-1], have[:len(have)-1]
		m.kept -= int64(size)
	} else {
		m.shrink(m.limit - m.used)
		b = make([]byte, size)
	}
	return memory.NewBufferWithAllocator(b, returns{m})
}

// fits says that a block of n bytes can be had when nothing else is there.
func (m *Memory) fits(n int) bool { return int64(blockSize(n+align)) <= m.limit }

// Changed gives a channel that is closed when memory has come back.
func (m *Memory) Changed() <-chan struct{} {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.changed == nil {
		m.changed = make(chan struct{})
	}
	return m.changed
}

// shrink drops kept blocks until they have at most most bytes.
func (m *Memory) shrink(most int64) {
	for size, have := range m.free {
		for len(have) > 0 && m.kept > most {
			have[len(have)-1] = nil
			have = have[:len(have)-1]
			m.kept -= int64(size)
		}
		m.free[size] = have
	}
}

func (m *Memory) put(b []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.used -= int64(len(b))
	m.kept += int64(len(b))
	m.free[len(b)] = append(m.free[len(b)], b)
	if m.changed != nil {
		close(m.changed)
		m.changed = nil
	}
}

// blockSize rounds n up: to steps of an eighth of its power of two, so that blocks of about one size can take each other's place and little is lost.
func blockSize(n int) int {
	step := max(1<<10, 1<<max(0, bits.Len(uint(n))-4))
	return (n + step - 1) / step * step
}

// returns is the allocator that Arrow's buffers give their memory back to. They never ask it for any.
type returns struct{ m *Memory }

// Allocate is memory.Allocator's; it is not used.
func (r returns) Allocate(n int) []byte { return make([]byte, n) }

// Reallocate is memory.Allocator's; it is not used.
func (r returns) Reallocate(n int, b []byte) []byte { return append(make([]byte, 0, n), b...)[:n] }

// Free takes a block back.
func (r returns) Free(b []byte) { r.m.put(b) }

var _ memory.Allocator = returns{}
