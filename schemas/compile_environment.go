package schemas

import (
	"hash/maphash"
	"maps"

	"go.yaml.in/yaml/v3"
)

// An environment is what $dynamicRefs lead to: for each name, the schema with that $dynamicAnchor in the outermost resource on the
// way to here that has one. So a schema is compiled once for each environment that it is met in, and nothing is looked up while records are judged.
type environment struct {
	bound  map[string]*yaml.Node
	inside map[*resource]*environment
}

// enter gives the environment within r.
func (c *compiler) enter(e *environment, r *resource) *environment {
	if len(r.dynamic) == 0 {
		return e
	}
	if in := e.inside[r]; in != nil {
		return in
	}
	in := e
	var names []string
	for name := range r.dynamic {
		if e.bound[name] == nil {
			names = append(names, name)
		}
	}
	if len(names) > 0 && c.bindings <= maxBindings {
		bound := make(map[string]*yaml.Node, len(e.bound)+len(names))
		for name, n := range e.bound {
			bound[name] = n
		}
		for _, name := range names {
			bound[name] = r.dynamic[name]
		}
		in = c.environment(bound)
	}
	if e.inside == nil {
		e.inside = make(map[*resource]*environment)
	}
	e.inside[r] = in
	return in
}

// maxBindings bounds what all environments bind together: resources can be entered in very many orders.
const maxBindings = 1_000_000

// A binding is what $dynamicRefs of a name lead to.
type binding struct {
	name string
	to   *yaml.Node
}

// environment gives the one environment with these bindings.
func (c *compiler) environment(bound map[string]*yaml.Node) *environment {
	sum := uint64(0) // of the hashes, so that their order does not matter
	for name, n := range bound {
		sum += maphash.Comparable(c.seed, binding{name, n})
	}
	for _, e := range c.envs[sum] {
		if maps.Equal(e.bound, bound) {
			return e
		}
	}
	e := &environment{bound: bound}
	c.envs[sum] = append(c.envs[sum], e)
	before := c.bindings
	if c.bindings += len(bound); c.bindings > maxBindings && before <= maxBindings {
		c.fault(c.res.root, "the schema has too many $dynamicAnchors in too many resources", "simplify it")
	}
	return e
}
