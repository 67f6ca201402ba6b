package schemas

import (
	"cmp"
	"hash/maphash"

	"github.com/apache/arrow/go/v15/arrow"

	"github.com/winnow-data/winnow"
)

// Limits bound what a record may cost. Fields that are zero or less take their defaults.
type Limits struct {
	Record   int // bytes of a record; at most 1 GiB
	Depth    int // arrays and objects within one another; at most 10,000
	Digits   int // digits of a number, its exponent's not counted
	Exponent int // of a number, as it is written, without its sign
	Reasons  int // reasons that are kept of a record
}

// DefaultLimits gives 16 MiB, 128, 400, 1,000 and 64.
func DefaultLimits() Limits {
	return Limits{Record: 16 << 20, Depth: 128, Digits: 400, Exponent: 1000, Reasons: 64}
}

// bounded puts the defaults where nothing is said, and keeps the rest within what the decoder can do.
func (l Limits) bounded() Limits {
	d := DefaultLimits()
	or := func(v, unsaid, most int) int { return min(cmp.Or(max(v, 0), unsaid), most) }
	return Limits{
		Record: or(l.Record, d.Record, maxBatch), Depth: or(l.Depth, d.Depth, 10_000), Digits: or(l.Digits, d.Digits, maxBatch),
		Exponent: or(l.Exponent, d.Exponent, exponentCap-1), Reasons: or(l.Reasons, d.Reasons, 1<<16),
	}
}

const (
	maxBatch  = 1 << 30   // bytes of records in a batch, so that no offset of Arrow's, an int32, overflows
	fullBatch = 256 << 20 // when a batch should be cut
)

// A Decoder judges records by a program and appends those that are acceptable JSON to columns. It belongs to one goroutine. It
// keeps its memory from batch to batch, so that in the steady state it allocates nothing.
type Decoder struct {
	prog  *Program
	lim   Limits
	cols  []column
	zeros []byte        // what columns without a value share
	empty []arrow.Array // top-level columns without a value, of a batch before
	next  []int32       // by place: the property that followed there last
	after []int32       // by the number of a name, from -1: the one that followed it last on a tape
	path  []frame       // the containers that are open, the first depth of them

	rows, depth int
	fed, cost   int  // bytes of records, and at least of columns, since Reset
	budget      int  // what cost may be after this record
	odd         bool // in the list or map that is being read there is a time that is not written as it is printed
	rowWidth    int

	out    []winnow.Reason // those from base on are this record's
	base   int
	detail string // why it is not acceptable JSON

	faults  int // of the record, or of the look that is on
	mode    mode
	near    int  // looks at the nearest branch that are open
	loose   int  // containers that are open and whose failures are explained as a whole
	taping  bool // cells are kept of what is read
	cells   []cell
	room    int       // how many a tape may have before it needs more memory, or is too long
	parent  int       // the open container's cell, or -1
	keyID   int32     // of the next cell
	refs    []nameRef // names on the tape that the schema does not have
	long    bool      // the tape would be too long
	bits    []uint64  // of marks
	memo    memo
	telling int32       // which reasons there are: it goes up where some are dropped
	star    *objectNode // for pointers to members of any name

	text    []byte // a string without its escapes
	names   []nameRef
	arena   []byte // names without their escapes
	table   []uint32
	seen    []uint64 // bits of large objects' properties, the open ones' behind each other
	dec     decimal
	near53  decimal // a float64
	canon   canon
	spell   []byte
	interns map[string]string
	doc     []byte // the record, while names point into it
	seed    maphash.Seed
}

// A frame is an open object or array, and which child is being read: the property's index, or -1; the element's number.
type frame struct {
	object *objectNode
	child  int
}

// NewDecoder makes an empty decoder of p.
func NewDecoder(p *Program, l Limits) *Decoder {
	d := &Decoder{
		prog: p, lim: l.bounded(), interns: make(map[string]string), seed: maphash.MakeSeed(),
		memo: newMemo(), star: &objectNode{}, parent: -1,
	}
	d.cols = make([]column, len(p.columns))
	for i, def := range p.columns {
		c := &d.cols[i]
		c.store, c.kids = def.store, def.kids
		switch def.store {
		case storeString, storeJSON, storeRest, storeList, storeMap:
			c.offs = make([]int32, 1, 64)
		}
	}
	for _, c := range p.tops {
		d.rowWidth += p.columns[c].width
	}
	d.next = make([]int32, p.members)
	for _, o := range p.objects {
		for k := range o.props {
			d.next[o.first+k] = int32(k)
		}
	}
	d.path, d.after = make([]frame, d.lim.Depth), make([]int32, len(p.names)+1)
	return d
}

// Decode judges doc and appends the reasons for which it fails to dst. Row says that doc is acceptable JSON and became
// the next row, with null where a value does not fit its column. Otherwise the one reason is rule json, and the columns are as they were.
// It keeps nothing of doc.
func (d *Decoder) Decode(doc []byte, dst []winnow.Reason) (reasons []winnow.Reason, row bool) {
	d.out, d.base, d.detail, d.depth, d.doc = dst, len(dst), "", 0, doc
	d.faults, d.loose, d.taping, d.long, d.odd = 0, 0, false, false, false
	d.names, d.arena, d.seen = d.names[:0], d.arena[:0], d.seen[:0]
	fed, cost := d.fed, d.cost
	d.fed += len(doc)
	d.cost += d.rowWidth
	d.budget = d.cost + 8*d.lim.Record
	switch {
	case len(doc) == 0:
		d.detail = winnow.DetailSyntax
	case len(doc) > d.lim.Record || d.fed > maxBatch:
		d.detail = winnow.DetailSize
	default:
		d.document(doc)
	}
	reasons, d.out, d.doc = d.out, nil, nil
	if d.detail == "" {
		d.rows++
		return reasons, true
	}
	d.Truncate(d.rows)
	d.fed, d.cost = fed, cost
	return append(reasons[:len(dst)], winnow.Reason{Rule: winnow.RuleJSON, Detail: d.detail}), false
}

func (d *Decoder) document(doc []byte) {
	start := space(doc, 0)
	end := d.value(d.prog.root, doc, start, d.rows)
	switch {
	case end < 0:
		return
	case space(doc, end) < len(doc):
		d.detail = winnow.DetailTrailing
	case d.long:
		d.detail = winnow.DetailSize
	}
	if d.prog.rest >= 0 && (d.prog.whole || doc[start] != '{') {
		d.cols[d.prog.rest].addString(d.rows, doc[start:end])
	}
}

// forget gives back memory that only a monstrous record needed.
func (d *Decoder) forget() {
	const keep = 1 << 20
	if cap(d.names) > keep || cap(d.table) > keep || cap(d.text) > keep || cap(d.cells) > keep || cap(d.arena) > keep || len(d.memo.slots) > keep {
		d.names, d.table, d.text, d.arena, d.cells, d.bits, d.refs = nil, nil, nil, nil, nil, nil, nil
		d.room = 0
		d.memo = newMemo()
	}
}

// Rows is how many rows the columns hold.
func (d *Decoder) Rows() int { return d.rows }

// Full says that the batch should be cut here: its columns have grown to 256 MiB or so. A decoder that is filled
// further refuses records, with detail size, from 1 GiB on.
func (d *Decoder) Full() bool { return d.fed >= fullBatch || d.cost >= fullBatch }

// Truncate drops rows from the end, so that rows are left.
func (d *Decoder) Truncate(rows int) {
	d.rows = min(d.rows, max(rows, 0))
	for _, c := range d.prog.tops {
		d.truncate(c, d.rows)
	}
}

// Reset drops all rows. The memory is used again for the next ones.
func (d *Decoder) Reset() {
	d.rows, d.fed, d.cost = 0, 0, 0
	d.forget()
	for i := range d.cols {
		if c := &d.cols[i]; c.n > 0 || c.elems > 0 {
			c.clear()
		}
	}
}
