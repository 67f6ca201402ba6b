package feed

import (
	"sync/atomic"

	"github.com/apache/arrow/go/v15/arrow"
)

// A Batch is what one shard takes in one step: rows in host memory, and where they came from. Who has taken it releases it.
type Batch struct {
	feed    *Feed
	step    int64
	shard   int
	columns arrow.Record
	chunk   *chunk // of which it is a slice; nil where it is a copy
	pieces  []piece
	bytes   int64
	oldest  int64 // the oldest Kafka timestamp in the chunks that it is from, Unix milliseconds; 0 for none
	done    atomic.Bool
}

// Columns are the rows, with the feed's columns, as long as the batch is not released.
func (b *Batch) Columns() arrow.Record { return b.columns }

// Step is the batch's step, from 0, Shard its shard. A step has a batch for each shard.
func (b *Batch) Step() int64 { return b.step }

// Shard is the batch's shard, from 0.
func (b *Batch) Shard() int { return b.shard }

// Rows is how many records the batch has.
func (b *Batch) Rows() int { return int(b.columns.NumRows()) }

// Deal calls to for each of n chips, in order: how many rows it gets, and how many failed offsets lie in its range. Rows are dealt in runs of equal length,
// give or take one. A chip's range ends behind its last row, or where that is the last row of an entry of the verdict log, at the entry's end.
func (b *Batch) Deal(n int, to func(chip int, records, errors int64)) {
	rows := b.Rows()
	start := func(chip int) int { return chip * rows / n }
	chip := func(row int) int {
		c := row * n / max(1, rows)
		for c+1 < n && start(c+1) <= row {
			c++
		}
		return c
	}
	failed := make([]int64, n)
	first := 0
	for i := range b.pieces {
		b.pieces[i].deal(first, chip, func(c int, k int64) { failed[c] += k })
		first += b.pieces[i].count
	}
	for c := range n {
		to(c, int64(start(c+1)-start(c)), failed[c])
	}
}

// Release gives the batch's memory back. More than once does nothing.
func (b *Batch) Release() {
	if b.drop() {
		b.feed.released(b.bytes)
	}
}

// drop lets go of the memory, and says whether it was not already.
func (b *Batch) drop() bool {
	if b.done.Swap(true) {
		return false
	}
	b.columns.Release()
	if b.chunk != nil {
		b.chunk.release()
	}
	return true
}
