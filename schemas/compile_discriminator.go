package schemas

import (
	"maps"
	"slices"
)

// A discriminator tells by the string that a member holds which branches are worth a try: the others are sure to fail.
type discriminator struct {
	name   int32
	values stringSet
	tries  [][]int // by value
	rest   []int   // for any other value
	absent []int   // where the member is not there
}

// A choice is the strings that a member must be one of, if it is there, and whether it must be.
type choice struct {
	values []string
	needed bool
}

// discriminator finds the name that tells most branches apart; nil where none tells two.
func (b *builder) discriminator(branches []*node, told map[*node]map[string]choice) *discriminator {
	count := make(map[string]int)
	for _, n := range branches {
		for name, c := range choices(n, told, 0) {
			count[name] += 2 + btoi(c.needed)
		}
	}
	best := ""
	for _, name := range slices.Sorted(maps.Keys(count)) {
		if count[name] > count[best] {
			best = name
		}
	}
	if count[best] < 4 {
		return nil
	}
	d := &discriminator{name: b.ids[best]}
	at := make(map[string]int)
	var values []string
	for _, n := range branches {
		for _, v := range choices(n, told, 0)[best].values {
			if _, ok := at[v]; !ok {
				at[v] = len(values)
				values = append(values, v)
			}
		}
	}
	d.values, d.tries = newStringSet(values), make([][]int, len(values))
	for i, n := range branches {
		c, ok := choices(n, told, 0)[best]
		if !ok {
			d.rest = append(d.rest, i)
			for v := range d.tries {
				d.tries[v] = append(d.tries[v], i)
			}
		}
		if !c.needed {
			d.absent = append(d.absent, i)
		}
		for _, v := range c.values {
			d.tries[at[v]] = append(d.tries[at[v]], i)
		}
	}
	return d
}

// choices gives the members of objects that n wants to be one of some strings.
func choices(n *node, told map[*node]map[string]choice, depth int) map[string]choice {
	const deepest = 8
	if n == nil || depth > deepest {
		return nil
	}
	if m, ok := told[n]; ok {
		return m
	}
	told[n] = nil // a node that leads back to itself has none
	all := make(map[string]choice)
	if o := n.object; o != nil {
		for k := range o.props {
			if p := &o.props[k]; p.node != nil && p.node.may() == kindString {
				if i := slices.IndexFunc(p.node.enums, func(e enum) bool { return e.of&kindString != 0 }); i >= 0 {
					all[p.name] = choice{p.node.enums[i].strings.all, o.requires(k)}
				}
			}
		}
	}
	for i := range n.ops {
		if o := &n.ops[i]; (o.code == opAny || o.code == opOne) && o.of == kindObject {
			for name, c := range union(o.nodes, told, depth+1) {
				if _, ok := all[name]; !ok {
					all[name] = c
				}
			}
		}
	}
	told[n] = all
	return all
}

// union gives those that each of branches wants, with the strings of all.
func union(branches []*node, told map[*node]map[string]choice, depth int) map[string]choice {
	all := maps.Clone(choices(branches[0], told, depth))
	for _, n := range branches[1:] {
		next := choices(n, told, depth)
		for name, c := range all {
			if more, ok := next[name]; ok {
				all[name] = choice{slices.Concat(c.values, more.values), c.needed && more.needed}
			} else {
				delete(all, name)
			}
		}
	}
	for name, c := range all {
		values := slices.Clone(c.values)
		slices.Sort(values)
		all[name] = choice{slices.Compact(values), c.needed}
	}
	return all
}
