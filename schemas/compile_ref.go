package schemas

import (
	"net/url"
	"path"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/winnow-data/winnow/strict"
)

func readRef(c *compiler, def *schemaDef, _, key, value *yaml.Node, _ int) {
	if to, r, _ := c.target(key, value); to != nil {
		c.refer(def, key, to, r)
	}
}

// readDynamicRef leads to the outermost schema with the anchor's name, if what $ref would lead to is a $dynamicAnchor itself.
func readDynamicRef(c *compiler, def *schemaDef, _, key, value *yaml.Node, _ int) {
	to, r, anchor := c.target(key, value)
	if to == nil {
		return
	}
	if anchor != "" && r.dynamic[anchor] == to {
		if bound := c.env.bound[anchor]; bound != nil {
			to, r = bound, c.lib.where[bound]
		}
	}
	c.refer(def, key, to, r)
}

func readRecursiveRef(c *compiler, def *schemaDef, _, key, value *yaml.Node, _ int) {
	if value.Value != "#" || !strict.IsString(value) {
		c.fault(value, `$recursiveRef must be "#"`, "")
		return
	}
	to, r := c.res.root, c.res
	if bound := c.env.bound[""]; bound != nil && r.dynamic[""] != nil {
		to, r = bound, c.lib.where[bound]
	}
	c.refer(def, key, to, r)
}

func readRecursiveAnchor(c *compiler, _ *schemaDef, _, _, value *yaml.Node, _ int) {
	if !isBool(value, true) && !isBool(value, false) {
		c.fault(value, "$recursiveAnchor must be true or false", "")
	}
}

// refer has the schema at to, in r, apply beside what def says. The reading is left to Compile's loop: $refs may form long chains.
func (c *compiler) refer(def *schemaDef, key, to *yaml.Node, r *resource) {
	env := c.env
	if r != c.res {
		env = c.enter(env, r)
	}
	next, known := c.define(to, r, env)
	if !known {
		c.queue = append(c.queue, queued{next, key.Value})
	}
	def.all = append(def.all, next)
	def.refAt = key
}

// target finds the schema that a reference leads to, and the resource that this is in; anchor is the fragment, where that is no JSON
// Pointer. A nil one has had its fault.
func (c *compiler) target(key, value *yaml.Node) (to *yaml.Node, r *resource, anchor string) {
	if !strict.IsString(value) {
		c.fault(value, key.Value+" must be a string", "")
		return nil, nil, ""
	}
	address, fragment, _ := strings.Cut(value.Value, "#")
	if fragment, err := url.PathUnescape(fragment); err == nil {
		r = c.res
		if address != "" {
			if r = c.resource(key, address); r == nil {
				return nil, nil, ""
			}
		}
		if fragment == "" {
			return r.root, r, ""
		}
		if fragment[0] != '/' {
			if to = r.anchors[fragment]; to != nil {
				return to, c.lib.where[to], fragment
			}
		} else if to, r = c.walk(r, fragment); to != nil {
			return to, r, ""
		}
	}
	c.fault(key, "this "+key.Value+" leads nowhere", "there is no "+strconv.Quote(value.Value)+" in the schema")
	return nil, nil, ""
}

// resource finds the one at an address, relative to the resource that is being read.
func (c *compiler) resource(key *yaml.Node, address string) *resource {
	ref, err := url.Parse(address)
	if err != nil {
		c.fault(key, "this "+key.Value+" is no URI reference", "")
		return nil
	}
	uri := c.res.base.ResolveReference(ref)
	uri.Fragment, uri.RawFragment = "", ""
	if uri.Scheme == fileScheme && climbs(c.res.base, ref) {
		c.fault(key, "this "+key.Value+" leads out of the schema's folder", "give the schema an $id, and its neighbours' addresses files by refs: in the contract or --ref PREFIX=DIR")
		return nil
	}
	before := len(c.faults)
	r := c.document(uri.String())
	c.place(before, c.res.file, key)
	if r == nil && len(c.faults) == before {
		c.fault(key, "this "+key.Value+" leads to "+shown(uri)+", which is not here", refsFix)
	}
	return r
}

// climbs says that a relative reference has more .. in it than base has folders. RFC 3986 drops those (section 5.2.4), which would lead to another
// file than the one that was meant.
func climbs(base, ref *url.URL) bool {
	way := path.Join(strings.TrimPrefix(path.Dir(base.Path), "/"), ref.Path)
	return !ref.IsAbs() && (way == ".." || strings.HasPrefix(way, "../"))
}

// shown is an address as people know it: files lie in the schema's own folder.
func shown(uri *url.URL) string {
	if uri.Scheme == fileScheme {
		return strings.TrimPrefix(uri.Path, "/")
	}
	return uri.String()
}

// walk follows a JSON Pointer from r's root. What it leads to may be where no schema is looked for; it is scanned then.
func (c *compiler) walk(r *resource, pointer string) (*yaml.Node, *resource) {
	n := r.root
	for token := range strings.SplitSeq(pointer[1:], "/") {
		if n = c.child(n, unescapeToken(token)); n == nil {
			return nil, nil
		}
		if in := c.lib.where[n]; in != nil {
			r = in
		}
	}
	if c.lib.where[n] == nil {
		c.scan(n, r, 0)
	}
	if in := c.lib.where[n]; in != nil {
		r = in
	}
	return n, r
}

// child steps from n into a member or an element. Members are indexed, as a file may have many $refs into a large mapping.
func (c *compiler) child(n *yaml.Node, token string) *yaml.Node {
	switch n.Kind {
	case yaml.MappingNode:
		index := c.lib.index[n]
		if index == nil {
			index = make(map[string]*yaml.Node, len(n.Content)/2)
			for key, value := range pairs(n) {
				index[key.Value] = value
			}
			c.lib.index[n] = index
		}
		return index[token]
	case yaml.SequenceNode:
		if i, err := strconv.Atoi(token); err == nil && i >= 0 && i < len(n.Content) && strconv.Itoa(i) == token {
			return resolve(n.Content[i])
		}
	}
	return nil
}

func unescapeToken(token string) string {
	return strings.ReplaceAll(strings.ReplaceAll(token, "~1", "/"), "~0", "~")
}

func escapeToken(token string) string {
	return strings.ReplaceAll(strings.ReplaceAll(token, "~", "~0"), "/", "~1")
}
