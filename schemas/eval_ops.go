package schemas

// evalOps runs those of n's ops that are for values of the kind of the cell at.
func (d *Decoder) evalOps(n *node, kind kinds, at int, m marks) {
	for i := range n.ops {
		o := &n.ops[i]
		if o.of&kind == 0 {
			continue
		}
		switch o.code {
		case opAny, opOne:
			d.evalBranches(n, o, at, m)
		case opNot:
			if d.passes(o.cond, at, unmarked) {
				d.fail(n, "not")
			}
		case opIf:
			then := o.els
			if d.passes(o.cond, at, m) {
				then = o.then
			}
			d.inPlace(then, at, m)
		case opDepends:
			if d.find(at, o.name) >= 0 {
				d.inPlace(o.cond, at, m)
			}
		case opContains:
			d.evalContains(n, o, at, m)
		case opUnique:
			if d.repeats(at) {
				d.fail(n, o.rule)
			}
		case opNames:
			d.evalNames(n, o, at)
		case opPatterns:
			d.evalPatterns(n, o, at, m)
		case opUnevaluatedProps, opUnevaluatedItems:
			d.evalUnevaluated(n, o, at, m)
		}
		if d.stop() {
			return
		}
	}
}

// inPlace judges the same value by another node, whose marks count where it passes. Where it does not, nothing passes.
func (d *Decoder) inPlace(n *node, at int, m marks) {
	switch {
	case n == nil:
	case m == unmarked:
		d.judge(n, at)
	default:
		d.eval(n, at, m)
	}
}

// evalBranches is anyOf and oneOf. Where none passes, the reasons are those of the branch that is nearest.
func (d *Decoder) evalBranches(n *node, o *op, at int, m marks) {
	passed, tries := 0, d.tries(o, at)
	for _, i := range tries {
		if d.passes(o.nodes[i], at, m) {
			if passed++; o.code == opOne && passed > 1 {
				d.fail(n, o.rule)
				return
			}
			if o.code == opAny && m == unmarked {
				return
			}
		}
	}
	if passed > 0 {
		return
	}
	d.fail(n, o.rule)
	if d.mode == modeQuick {
		return
	}
	best, least := -1, 0
	for _, i := range tries {
		if away := d.distance(o.nodes[i], at); best < 0 || away < least {
			best, least = i, away
		}
	}
	if d.mode == modeCount {
		d.faults += least
		return
	}
	d.near++
	d.judge(o.nodes[best], at)
	d.near--
}

// tries gives the branches that are worth a try. Where none is, and the nearest is wanted, that is every one.
func (d *Decoder) tries(o *op, at int) []int {
	p := o.pick
	if p == nil {
		return o.all
	}
	tries := p.rest
	if child := d.find(at, p.name); child < 0 {
		tries = p.absent
	} else if c := &d.cells[child]; c.kind == kindString {
		if i := p.values.find(d.cellText(c)); i >= 0 {
			tries = p.tries[i]
		}
	}
	if len(tries) == 0 && d.mode != modeQuick {
		return o.all
	}
	return tries
}

func (d *Decoder) evalContains(n *node, o *op, at int, m marks) {
	end, count := int(d.cells[at].next), 0
	open := &d.path[d.depth]
	open.object = nil
	d.depth++
	for i, child := 0, at+1; child < end; i++ {
		open.child = i
		next := int(d.cells[child].next)
		if d.passes(o.cond, child, unmarked) {
			count++
			if o.marks {
				d.mark(m, i)
			}
		}
		child = next
	}
	d.depth--
	switch {
	case count < o.count.least && count == 0:
		d.fail(n, "contains")
	case count < o.count.least:
		d.fail(n, "minContains")
	case count > o.count.most:
		d.fail(n, "maxContains")
	}
}

// evalNames judges each name as a string.
func (d *Decoder) evalNames(n *node, o *op, at int) {
	end := int(d.cells[at].next)
	for child := at + 1; child < end; {
		next := int(d.cells[child].next)
		name := d.nameOf(&d.cells[child])
		if !d.passesName(o.cond, name) {
			d.failMember(n, o.rule, child)
			if d.stop() {
				return
			}
		}
		child = next
	}
}

// passesName judges a name, which becomes the text of a cell for as long as that takes.
func (d *Decoder) passesName(n *node, name []byte) bool {
	doc, at := d.doc, len(d.cells)
	saw := uint8(sawWide) // so that its characters are counted
	d.doc = name
	d.cells = append(d.cells, cell{end: uint32(len(name)), next: uint32(at + 1), key: -1, kind: kindString, saw: saw})
	ok := d.passes(n, at, unmarked)
	d.doc, d.cells = doc, d.cells[:at]
	return ok
}

// failMember is a fault of the member whose cell is child, in the object that n is about.
func (d *Decoder) failMember(n *node, rule string, child int) {
	d.push(n, child)
	if d.fault() {
		d.note(rule, d.pointer(nil))
	}
	d.depth--
}

// push opens the object that n is about at the member whose cell is child.
func (d *Decoder) push(n *node, child int) {
	open := &d.path[d.depth]
	open.object, open.child = d.star, -1
	if n.object != nil {
		open.object, open.child = n.object, n.object.index(d.cells[child].key)
	}
	d.depth++
}

// evalPatterns is patternProperties where there are too many patterns for a node of each subset. Declared names have had theirs.
func (d *Decoder) evalPatterns(n *node, o *op, at int, m marks) {
	end := int(d.cells[at].next)
	for i, child := 0, at+1; child < end && !d.stop(); i++ {
		next := int(d.cells[child].next)
		if n.object == nil || n.object.index(d.cells[child].key) < 0 {
			d.push(n, child)
			if d.evalSets(o, child) {
				d.mark(m, i)
			}
			d.depth--
		}
		child = next
	}
}

// evalSets judges one member; matched says that a pattern matches its name.
func (d *Decoder) evalSets(o *op, child int) (matched bool) {
	for i := range o.sets {
		s, found := &o.sets[i], false
		for k, p := range s.patterns {
			if p.Match(d.nameOf(&d.cells[child])) {
				found = true
				d.inPlace(s.nodes[k], child, unmarked)
			}
		}
		if !found {
			d.inPlace(s.extra, child, unmarked)
		}
		matched = matched || found
	}
	return matched
}

// evalUnevaluated judges what is left by what the rest of the schema evaluates.
func (d *Decoder) evalUnevaluated(n *node, o *op, at int, m marks) {
	own, _ := d.newMarks(at)
	if d.passes(o.cond, at, own) {
		end := int(d.cells[at].next)
		for i, child := 0, at+1; child < end && !d.stop(); i++ {
			next := int(d.cells[child].next)
			if o.then != nil && !d.marked(own, i) {
				if o.code == opUnevaluatedProps {
					d.push(n, child)
				} else {
					d.path[d.depth] = frame{child: i}
					d.depth++
				}
				d.judge(o.then, child)
				d.depth--
			}
			child = next
		}
		d.markAll(m, at)
	}
	d.bits = d.bits[:own]
}
