package schemas

import (
	"slices"

	"github.com/winnow-data/winnow"
)

// A before is how many faults and reasons there were before a value was read.
type before struct{ faults, out int }

func (d *Decoder) before() before { return before{d.faults, len(d.out)} }

// lookScalar has a second look at a value that is no container, whose cell is at if there is a tape.
func (d *Decoder) lookScalar(n *node, kind kinds, start, end int, saw uint8, at int, was before) {
	if !d.taping {
		at = len(d.cells)
		d.cells = append(d.cells, cell{start: uint32(start), end: uint32(end), next: uint32(at + 1), key: -1, kind: kind, saw: saw})
	}
	d.look(n, kind, at, was)
	if !d.taping {
		d.cells = d.cells[:at]
	}
}

// lookContainer reads an object or an array, whose tape it keeps, and has a second look at it where n wants that.
func (d *Decoder) lookContainer(n *node, kind kinds, doc []byte, i, row int) int {
	begun := !d.taping && n.taped&kind != 0
	if begun {
		d.beginTape()
	}
	at, outer := 0, 0
	if d.taping {
		at, outer = d.openCell(kind, i)
	}
	was := d.before()
	explain := n.loose&kind != 0
	d.loose += btoi(explain)
	end := d.inside(n, kind, doc, i, row)
	d.loose -= btoi(explain)
	if end < 0 {
		return end
	}
	if d.taping {
		d.closeCell(at, outer, end)
	}
	d.taping = d.taping && !begun
	if explain && !begun && !d.taping && d.loose == 0 && d.faults > was.faults {
		d.retape(doc, i)
	}
	d.look(n, kind, at, was)
	return end
}

// look runs n's ops over the tape. A value that has failed where a branch was chosen by its kind is explained anew, its reasons being
// dropped; but not within another such one, which explains it all.
func (d *Decoder) look(n *node, kind kinds, at int, was before) {
	if n.special&kind == 0 || d.long {
		return
	}
	if n.loose&kind == 0 {
		d.evalOps(n, kind, at, unmarked)
		return
	}
	if d.faults == was.faults {
		d.evalOps(n, kind, at, unmarked)
	}
	if d.faults > was.faults && d.loose == 0 {
		d.drop(was.out)
		d.eval(n.whole, at, unmarked)
	}
}

// drop drops the reasons from first on, but for what the columns cannot hold: no second look finds that.
func (d *Decoder) drop(first int) {
	kept := slices.DeleteFunc(d.out[first:], func(r winnow.Reason) bool { return r.Rule != winnow.RuleNumber })
	d.out = d.out[:first+len(kept)]
	d.telling++
}
