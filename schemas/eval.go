package schemas

// The second look, over a tape: for keywords that need the whole of a value. It judges by the same nodes as the walk over the bytes does.

// A mode is what a fault does.
type mode uint8

const (
	modeReport mode = iota // it becomes a reason
	modeQuick              // the first one ends the look
	modeCount              // it counts
)

// marks are where the bits of an object's members, or an array's elements, begin in d.bits: of those that are evaluated. unmarked is where they
// do not matter.
type marks int

const unmarked marks = -1

// stop says that enough is known.
func (d *Decoder) stop() bool { return d.mode == modeQuick && d.faults > 0 }

// passes says whether the value of the cell at passes n. Where marks are wanted, it adds those of a value that passes.
func (d *Decoder) passes(n *node, at int, m marks) bool {
	if n == nil {
		return true
	}
	keep := m == unmarked && n.taped&d.cells[at].kind != 0
	key := memoKey(n, at, modeQuick)
	if keep {
		if was, known := d.memo.get(key); known {
			return was == 0
		}
	}
	mode, faults := d.mode, d.faults
	d.mode, d.faults = modeQuick, 0
	own, words := unmarked, 0
	if m != unmarked {
		own, words = d.newMarks(at)
	}
	d.eval(n, at, own)
	ok := d.faults == 0
	d.mode, d.faults = mode, faults
	if m != unmarked {
		for i := range words {
			if ok {
				d.bits[int(m)+i] |= d.bits[int(own)+i]
			}
		}
		d.bits = d.bits[:own]
	}
	if keep {
		d.memo.put(key, int32(1-btoi(ok)))
	}
	return ok
}

// count says how many faults the value has by n, and does not go on counting for ever.
func (d *Decoder) count(n *node, at int) int {
	keep, key := n.taped&d.cells[at].kind != 0, memoKey(n, at, modeCount)
	if keep {
		if was, known := d.memo.get(key); known {
			return int(was)
		}
	}
	mode, faults := d.mode, d.faults
	d.mode, d.faults = modeCount, 0
	d.eval(n, at, unmarked)
	sum := min(d.faults, far)
	d.mode, d.faults = mode, faults
	if keep {
		d.memo.put(key, int32(sum))
	}
	return sum
}

// judge judges a value that more ways than one lead to: it is judged by n once in each mode. What has been reported is not reported anew.
func (d *Decoder) judge(n *node, at int) {
	switch {
	case n.taped&d.cells[at].kind == 0:
		d.eval(n, at, unmarked)
	case d.mode == modeQuick:
		d.faults += btoi(!d.passes(n, at, unmarked))
	case d.mode == modeCount:
		d.faults += d.count(n, at)
	default:
		key := memoKey(n, at, modeReport)
		if told, _ := d.memo.get(key); told != d.telling {
			d.memo.put(key, d.telling)
			d.eval(n, at, unmarked)
		}
	}
}

// newMarks makes room for the marks of the cell at. They are a stack.
func (d *Decoder) newMarks(at int) (m marks, words int) {
	m, words = marks(len(d.bits)), int(d.cells[at].count+63)/64
	d.bits = appendZeros(d.bits, words)
	return m, words
}

func (d *Decoder) mark(m marks, i int) {
	if m != unmarked {
		d.bits[int(m)+i>>6] |= 1 << uint(i&63)
	}
}

func (d *Decoder) marked(m marks, i int) bool { return d.bits[int(m)+i>>6]>>uint(i&63)&1 != 0 }

func (d *Decoder) markAll(m marks, at int) {
	if m != unmarked {
		for i := range int(d.cells[at].count+63) / 64 {
			d.bits[int(m)+i] = ^uint64(0)
		}
	}
}

// far is more faults than are told apart.
const far = 1 << 20

// distance says how far the value is from passing n: its faults, and farther than any if it is of another kind.
func (d *Decoder) distance(n *node, at int) int {
	if n == nil {
		return 0
	}
	sum := d.count(n, at)
	if n.allow&d.cells[at].kind == 0 {
		sum += far
	}
	return sum
}

// eval judges the value of the cell at by n, and marks what it evaluates.
func (d *Decoder) eval(n *node, at int, m marks) {
	c := &d.cells[at]
	kind := c.kind
	if d.mode != modeQuick && n.loose&kind != 0 {
		n = n.whole
	}
	if n.allow&kind == 0 {
		d.fail(n, "type")
		if d.mode == modeQuick {
			return
		}
	}
	switch {
	case kind == kindObject:
		d.evalObject(n, at, m)
	case kind == kindArray:
		d.evalArray(n, at, m)
	case !n.checks:
	case kind == kindString:
		d.checkString(n, d.cellText(c), c.saw)
	case kind&kindNumber != 0:
		tok := d.doc[c.start:c.end]
		v, _ := scanNumber(tok, 0)
		d.checkNumber(n, v, tok)
	default:
		d.checkLiteral(n, kind, d.doc[c.start] == 't')
	}
	if n.special&kind != 0 && !d.stop() {
		d.evalOps(n, kind, at, m)
	}
}

func (d *Decoder) evalObject(n *node, at int, m marks) {
	c := &d.cells[at]
	end := int(c.next)
	d.checkContainer(n, kindObject, int(c.start))
	o := n.object
	if o == nil || d.stop() {
		return
	}
	if d.mode == modeQuick && (o.bloom&^c.bloom != 0 || int(c.count) < o.members.least || int(c.count) > o.members.most) {
		d.faults++
		return
	}
	open := &d.path[d.depth]
	open.object = o
	d.depth++
	more, seen := d.open(o), uint64(0)
	count := int(c.count)
	for i, child := 0, at+1; child < end; i++ {
		in := &d.cells[child]
		k := o.index(in.key)
		open.child = k
		node, evaluated := o.extra, o.open
		if k >= 0 {
			p := &o.props[k]
			node, evaluated = p.node, evaluated || p.declared
			seen |= 1 << uint(k)
			if k >= 64 {
				d.again(k, more)
			}
		} else if len(o.matched) > 0 {
			set := o.matching(d.nameOf(in))
			node, evaluated = o.extras[set], evaluated || set > 0
		}
		if evaluated {
			d.mark(m, i)
		}
		next := int(in.next)
		if node != nil && node.pass&in.kind == 0 {
			if d.judge(node, child); d.stop() {
				break
			}
		}
		child = next
	}
	d.depth--
	if !d.stop() {
		d.checkMembers(n, seen, more, count)
	}
	d.seen = d.seen[:more]
}

// matching gives the set of o's patterns that match name, as bits.
func (o *objectNode) matching(name []byte) (set int) {
	for i, p := range o.matched {
		set |= btoi(p.Match(name)) << i
	}
	return set
}

func (d *Decoder) evalArray(n *node, at int, m marks) {
	c := &d.cells[at]
	end, count := int(c.next), int(c.count)
	d.checkContainer(n, kindArray, int(c.start))
	d.checkCount(n, count)
	if n.rest {
		d.markAll(m, at)
	}
	if !n.items && len(n.prefix) == 0 || d.stop() {
		return
	}
	if len(n.prefix) == 0 && c.bloom&^uint64(n.item.pass) == 0 {
		return // numbers, most often: 2 % of GeoJSON
	}
	open := &d.path[d.depth]
	open.object = nil
	d.depth++
	for i, child := 0, at+1; child < end; i++ {
		item := n.item
		if i < len(n.prefix) {
			item = n.prefix[i]
			d.mark(m, i)
		}
		in := &d.cells[child]
		next := int(in.next)
		open.child = i
		if item != nil && item.pass&in.kind == 0 {
			if d.judge(item, child); d.stop() {
				break
			}
		}
		child = next
	}
	d.depth--
}
