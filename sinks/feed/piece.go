package feed

import "github.com/winnow-data/winnow/pipeline/verdicts"

// A piece is a run of offsets [from, to) of a partition that is dealt to a batch, with the rows in it. It is made from one entry of the verdict log, and
// from those before it that had no rows.
type piece struct {
	part
	from, to   int64
	entry      verdicts.Entry
	rows       []verdicts.Range // of the entry's offsets, those that become rows
	count      int              // of them
	bad, out   []verdicts.Range // of the entry's offsets, those that failed, and those that passed and are excluded by a required rule
	lead, past int64            // how many failed, and were excluded, in the entries before
}

// failed is how many failed offsets lie in the piece, excluded how many records that passed are left out.
func (p *piece) failed() int64   { return p.lead + verdicts.Count(p.bad) }
func (p *piece) excluded() int64 { return p.past + verdicts.Count(p.out) }

// cut takes the first n rows off p, which has more, with all that lies before and between them.
func (p *piece) cut(n int) piece {
	first := piece{part: p.part, from: p.from, entry: p.entry, count: n, lead: p.lead, past: p.past}
	i, left := 0, int64(n)
	for left > p.rows[i].Len() {
		left -= p.rows[i].Len()
		i++
	}
	first.to = p.rows[i].From + left
	first.rows, p.rows = split(p.rows, first.to)
	first.bad, p.bad = split(p.bad, first.to)
	first.out, p.out = split(p.out, first.to)
	p.from, p.lead, p.past = first.to, 0, 0
	p.count -= n
	return first
}

// cutRows cuts pieces into runs of so many rows. There are as many rows as counts add up to.
func cutRows(pieces []piece, counts []int) [][]piece {
	out := make([][]piece, len(counts))
	for i, n := range counts {
		for n > 0 {
			p := &pieces[0]
			if p.count > n {
				out[i] = append(out[i], p.cut(n))
				break
			}
			out[i], n, pieces = append(out[i], *p), n-p.count, pieces[1:]
		}
	}
	return out
}

// deal says how the piece's rows and failed offsets fall to chips, of which chip gives the one that has a row of the batch; first is the batch's row that
// is the piece's first. A chip's range ends behind its last row, so what failed before a row is its chip's; what failed behind the last row is
// that row's chip's.
func (p *piece) deal(first int, chip func(row int) int, failed func(chip int, n int64)) {
	row, last := first, first+p.count-1
	if p.lead > 0 {
		failed(chip(first), p.lead)
	}
	rows := p.rows
	for _, b := range p.bad {
		for len(rows) > 0 && rows[0].To <= b.From {
			row += int(rows[0].Len())
			rows = rows[1:]
		}
		failed(chip(min(row, last)), b.Len())
	}
}

// split gives what of rs lies below at, and the rest; they share no memory.
func split(rs []verdicts.Range, at int64) (below, rest []verdicts.Range) {
	i := verdicts.First(rs, at)
	if i == len(rs) || rs[i].From >= at {
		return rs[:i:i], rs[i:]
	}
	below = append(rs[:i:i], verdicts.Range{From: rs[i].From, To: at})
	rs[i].From = at
	return below, rs[i:]
}
