package feed

import (
	"container/list"
	"sort"
	"sync/atomic"

	"github.com/apache/arrow/go/v15/arrow"

	"github.com/winnow-data/winnow/pipeline/verdicts"
)

// A part is a partition of a topic.
type part struct {
	topic string
	id    int
}

// A chunk is a run of consecutive offsets of one partition that were judged: the rows of the records among them that passed, in host memory. It does
// not change. Who holds it holds a reference.
type chunk struct {
	part
	from, to int64
	contract string // the hash under which it was decoded
	runs     []verdicts.Range
	starts   []int // the row of each run's first offset
	columns  arrow.Record
	bytes    int64
	oldest   int64 // Kafka's timestamp, Unix milliseconds

	refs  atomic.Int64  // beside the first one: who holds it
	place *list.Element // in the cache's order
}

// retain takes a reference more.
func (c *chunk) retain() {
	c.refs.Add(1)
	c.columns.Retain()
}

// release gives one back.
func (c *chunk) release() {
	c.refs.Add(-1)
	c.columns.Release()
}

// held says that somebody beside the cache holds the chunk.
func (c *chunk) held() bool { return c.refs.Load() > 0 }

func (c *chunk) rows() int { return int(c.columns.NumRows()) }

// covers says that the chunk has an answer about offset.
func (c *chunk) covers(offset int64) bool { return c.from <= offset && offset < c.to }

// find gives the rows of the offsets of r, as far as the chunk goes: r must begin in it. ok is false where the chunk does not have a row for each of
// them: it was judged otherwise than r's verdict says.
func (c *chunk) find(r verdicts.Range) (from, to int, ok bool) {
	r.To = min(r.To, c.to)
	i := sort.Search(len(c.runs), func(i int) bool { return c.runs[i].To > r.From })
	if i == len(c.runs) || c.runs[i].From > r.From || c.runs[i].To < r.To {
		return 0, 0, false
	}
	from = c.starts[i] + int(r.From-c.runs[i].From)
	return from, from + int(r.Len()), true
}

// A gathering collects a chunk's rows.
type gathering struct {
	part
	contract string
	pick     *pick
	table    *table
	from     int64
	runs     []verdicts.Range
	oldest   int64
}

// newGathering gathers rows of records of schema, of which pick chooses what is kept.
func newGathering(p part, contract string, pick *pick, from int64) (*gathering, error) {
	t, err := newTable(pick.schema)
	if err != nil {
		return nil, err
	}
	return &gathering{part: p, contract: contract, pick: pick, table: t, from: from}, nil
}

// add copies rows of columns, which are those of the records with offsets.
func (g *gathering) add(columns arrow.Record, rows []int32, offsets []int64, oldest int64) {
	if oldest > 0 && (g.oldest == 0 || oldest < g.oldest) { // without a timestamp Kafka says -1
		g.oldest = oldest
	}
	cols := g.pick.columns(columns)
	for i := 0; i < len(rows); {
		j := i + 1
		for j < len(rows) && rows[j] == rows[j-1]+1 {
			j++
		}
		g.table.add(cols, int(rows[i]), int(rows[j-1])+1)
		i = j
	}
	for _, c := range cols {
		c.Release()
	}
	for _, o := range offsets {
		g.runs = verdicts.AddOffset(g.runs, o)
	}
}

// size is how much host memory the chunk will take.
func (g *gathering) size() int { return g.table.bytes() }

// chunk ends the gathering at to and begins the next one there. room gives the memory; where it gives none, or there are no rows, there is no chunk.
func (g *gathering) chunk(to int64, room func(int) block) *chunk {
	defer g.reset(to)
	if g.table.rows == 0 {
		return nil
	}
	size := g.size()
	b := room(size)
	if b == nil {
		return nil
	}
	c := &chunk{part: g.part, from: g.from, to: to, contract: g.contract, bytes: int64(b.Len()), oldest: g.oldest, columns: g.table.record(b)}
	c.runs = append(c.runs, g.runs...)
	c.starts = make([]int, len(c.runs))
	n := 0
	for i, r := range c.runs {
		c.starts[i] = n
		n += int(r.Len())
	}
	return c
}

// keepTable is how large a buffer of a table may be that stays from one chunk to the next.
const keepTable = 2 << 20

func (g *gathering) reset(from int64) {
	g.table.reset(keepTable)
	g.from, g.runs, g.oldest = from, g.runs[:0], 0
}
