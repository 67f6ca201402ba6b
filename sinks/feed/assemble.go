package feed

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/apache/arrow/go/v15/arrow"
	"github.com/apache/arrow/go/v15/arrow/array"

	"github.com/winnow-data/winnow/pipeline/verdicts"
)

// errBudget says that host memory is too small for what a feed asks.
var errBudget = errors.New("host.memory is too small")

// A view is the chunk that a feed used last, with the feed's columns of it, and the rows of it that are the end of the batch being made and are not yet
// copied: perhaps they are all of it.
type view struct {
	*chunk
	columns  []arrow.Array
	from, to int
}

// makeBatch brings the rows of pieces together. Where they are one run in one chunk the batch is a slice of that, and nothing is copied; else they are
// copied into a block of their own.
func (f *Feed) makeBatch(ctx context.Context, pieces []piece) (b *Batch, err error) {
	b = &Batch{feed: f, pieces: pieces}
	defer func() {
		f.table.reset(keepTable)
		f.view.from, f.view.to = 0, 0
	}()
	for i := range pieces {
		begin := time.Now()
		if err := f.addPiece(ctx, b, pieces[i:]); err != nil {
			return nil, err
		}
		if f.host.cfg.Observe != nil {
			f.host.cfg.Observe(pieces[i].topic, time.Since(begin))
		}
	}
	if f.table.rows == 0 {
		f.slice(b)
	} else if err := f.copied(ctx, b); err != nil {
		return nil, err
	}
	if last := &pieces[len(pieces)-1]; f.view.chunk != nil && f.view.part == last.part && last.to >= f.view.chunk.to {
		f.drop()
	}
	return b, nil
}

// addPiece adds the rows of the first of pieces to the batch.
func (f *Feed) addPiece(ctx context.Context, b *Batch, pieces []piece) error {
	for _, r := range pieces[0].rows {
		for r.Len() > 0 {
			from, to, err := f.find(ctx, pieces, r)
			if err != nil {
				return err
			}
			if f.view.to != from {
				f.flush()
				f.view.from = from
			}
			if f.view.to = to; f.table.bytes() > f.most() {
				return f.tooLarge(f.table.bytes())
			}
			if b.oldest == 0 || f.view.oldest > 0 && f.view.oldest < b.oldest {
				b.oldest = f.view.oldest
			}
			r.From += int64(to - from)
		}
	}
	return nil
}

// find shows the chunk that has r's first row, and gives the rows of r in it, as far as it goes.
func (f *Feed) find(ctx context.Context, pieces []piece, r verdicts.Range) (from, to int, err error) {
	p := &pieces[0]
	for try := 0; ; try++ {
		if f.view.chunk == nil || f.view.part != p.part || !f.view.covers(r.From) {
			f.drop()
			k, err := f.chunk(ctx, pieces, r.From)
			if err != nil {
				return 0, 0, err
			}
			f.show(k)
		}
		from, to, ok := f.view.find(r)
		if ok && f.view.contract == p.entry.Contract {
			return from, to, nil
		}
		if try > 0 {
			return 0, 0, fmt.Errorf("the verdict log says that offsets from %d on of %s/%d passed, and what Kafka has there does not decode so: "+
				"was the topic made anew, or limits.record lowered?", r.From, p.topic, p.id)
		}
		f.host.cache.drop(f.view.chunk) // judged here, and then otherwise by another winnow, whose verdict counts
		f.drop()
	}
}

// chunk gives the chunk that covers an offset of the first of pieces: from the cache, or read from Kafka.
func (f *Feed) chunk(ctx context.Context, pieces []piece, offset int64) (*chunk, error) {
	p := &pieces[0]
	if k := f.host.cache.get(p.part, offset); k != nil {
		f.count(&f.account.Cached)
		return k, nil
	}
	for {
		f.block(CauseKafka)
		k, err := f.host.load(ctx, f.sources[p.topic], p.part, offset, f.entries(pieces))
		var short noRoom
		if !errors.As(err, &short) {
			if err == nil {
				f.count(&f.account.Read)
			}
			return k, err
		}
		block, err := f.room(ctx, int(short)) // before it is read again
		if err != nil {
			return nil, err
		}
		block.Release()
	}
}

// entries gives the entries from that of the first of pieces on, as far as they are at hand, follow each other and have one contract: what is read from
// Kafka for one is read for the next ones, too.
func (f *Feed) entries(pieces []piece) []verdicts.Entry {
	all := []verdicts.Entry{pieces[0].entry}
	add := func(e *verdicts.Entry) bool {
		last := &all[len(all)-1]
		if e.To <= last.To {
			return true
		}
		if e.From != last.To || e.Contract != last.Contract || len(all) == loadEntries {
			return false
		}
		all = append(all, *e)
		return true
	}
	for i := range pieces {
		if pieces[i].part != pieces[0].part || !add(&pieces[i].entry) {
			return all
		}
	}
	for _, s := range f.streams {
		if s.part == pieces[0].part {
			s.ahead(add)
		}
	}
	return all
}

// count adds one to a figure of the account.
func (f *Feed) count(n *int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	*n++
}

// show makes k, with the caller's reference, the view.
func (f *Feed) show(k *chunk) {
	f.view = view{chunk: k, columns: f.picks[k.topic].columns(k.columns)}
}

// flush copies the rows that are not yet.
func (f *Feed) flush() {
	if f.view.from < f.view.to {
		f.table.add(f.view.columns, f.view.from, f.view.to)
	}
	f.view.from, f.view.to = 0, 0
}

// drop lets go of the view.
func (f *Feed) drop() {
	if f.view.chunk == nil {
		return
	}
	f.flush()
	for _, c := range f.view.columns {
		c.Release()
	}
	f.view.release()
	f.view = view{}
}

// slice makes the batch of the view's rows, which are all of it.
func (f *Feed) slice(b *Batch) {
	rows := f.view.to - f.view.from
	cols := make([]arrow.Array, len(f.view.columns))
	for i, c := range f.view.columns {
		cols[i] = array.NewSlice(c, int64(f.view.from), int64(f.view.to))
	}
	b.columns = array.NewRecord(f.schema, cols, int64(rows))
	for _, c := range cols {
		c.Release()
	}
	b.bytes = f.view.bytes * int64(rows) / int64(max(1, f.view.rows()))
	b.chunk = f.view.chunk
	b.chunk.retain()
}

// copied makes the batch of what was copied.
func (f *Feed) copied(ctx context.Context, b *Batch) error {
	f.flush()
	block, err := f.room(ctx, f.table.bytes())
	if err != nil {
		return err
	}
	b.bytes, b.columns = int64(block.Len()), f.table.record(block)
	return nil
}

// most is how large a batch may be: what the budget has, and Arrow's offsets can count.
func (f *Feed) most() int { return int(min(f.host.cache.mem.Limit(), math.MaxInt32)) }

func (f *Feed) tooLarge(n int) error {
	return fmt.Errorf("%w: a batch of %d records takes %d bytes of it, or more, and it is %d: raise it, or lower batch.records", errBudget, f.Records, n, f.host.cache.mem.Limit())
}

// room gets n bytes of host memory. It waits for them for a while: then somebody must let go of something.
func (f *Feed) room(ctx context.Context, n int) (block, error) {
	mem := f.host.cache.mem
	if !mem.fits(n) {
		return nil, f.tooLarge(n)
	}
	for begin := time.Now(); ; {
		changed := mem.Changed()
		if b := f.host.cache.room(n, true); b != nil {
			return b, nil
		}
		if f.block(CauseBudget); time.Since(begin) >= retry {
			return nil, fmt.Errorf("%w just now: %d bytes are wanted, and others hold what there is: raise it if this lasts", errBudget, n)
		}
		if wait(ctx, changed, retry); ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
}
