package feed

import (
	"github.com/apache/arrow/go/v15/arrow"

	"github.com/winnow-data/winnow"
)

// A keeper keeps what passes the gate in one partition: see winnow.Keeper.
type keeper struct {
	cache *cache
	most  int // bytes of a chunk
	*gathering
}

// Keep copies rows of columns.
func (k *keeper) Keep(columns arrow.Record, rows []int32, offsets []int64, oldest int64) {
	if k.size() >= k.most {
		k.Cut(offsets[0])
	}
	k.add(columns, rows, offsets, oldest)
}

// Cut puts what was kept into the cache.
func (k *keeper) Cut(to int64) {
	c := k.chunk(to, func(n int) block { return k.cache.room(n, false) })
	if c != nil {
		k.cache.put(c)
	}
}

var _ winnow.Keeper = (*keeper)(nil)
