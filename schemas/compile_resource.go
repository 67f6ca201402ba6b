package schemas

import (
	"embed"
	"net/url"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/strict"
)

// A resource is a schema with an identifier of its own: a document's root, or a schema within it that has $id (JSON Schema 2020-12, section
// 8.2.1).
type resource struct {
	file    string
	uri     string   // of a document: the address that it was looked for by
	base    *url.URL // without a fragment; relative references in the resource are taken from it
	root    *yaml.Node
	draft   draft
	off     vocabulary
	anchors map[string]*yaml.Node
	dynamic map[string]*yaml.Node // those of $dynamicAnchor; under "" the root, where 2019-09's $recursiveAnchor is true
}

// A library is every document that has been read for a schema.
type library struct {
	load      func(uri string) (file string, schema *yaml.Node, faults winnow.Faults)
	resources map[string]*resource // by URI without a fragment
	where     map[*yaml.Node]*resource
	index     map[*yaml.Node]map[string]*yaml.Node
	documents []*resource // those that were loaded, the first being the schema's own
}

// The metaschemas, as json-schema.org publishes them.
//
//go:embed metaschemas
var metaschemas embed.FS

const metaschemaHost = "json-schema.org/"

// document gives the resource at uri, which it reads if it has to; nil where there is none.
func (c *compiler) document(uri string) *resource {
	if r := c.lib.resources[uri]; r != nil {
		return r
	}
	file, root, faults := "", (*yaml.Node)(nil), winnow.Faults(nil)
	if _, path, ok := strings.Cut(uri, "://"+metaschemaHost); ok {
		if data, err := metaschemas.ReadFile("metaschemas/" + path); err == nil {
			file = uri
			root, faults = strict.Parse(file, data)
		}
	}
	if root == nil && c.lib.load != nil {
		file, root, faults = c.lib.load(uri)
	}
	c.faults = append(c.faults, faults...)
	if root = resolve(root); root == nil {
		return nil
	}
	base, err := url.Parse(uri)
	if err != nil {
		return nil
	}
	return c.adopt(file, base, root, c.fallback)
}

// place gives the faults from the one numbered first on, where they have no file, the place that refers to the document.
func (c *compiler) place(first int, file string, at *yaml.Node) {
	for i := first; i < len(c.faults); i++ {
		if f := &c.faults[i]; f.File == "" {
			*f = strict.At(file, at, f.Problem, f.Fix)
		}
	}
}

// adopt makes a resource of a document, and finds those within.
func (c *compiler) adopt(file string, base *url.URL, root *yaml.Node, unsaid draft) *resource {
	r := &resource{file: file, uri: base.String(), base: base, root: root, draft: unsaid}
	c.lib.documents = append(c.lib.documents, r)
	c.lib.resources[base.String()] = r
	if !c.dialect(r) {
		return nil
	}
	c.scan(root, r, 0)
	return r
}

// dialect reads the $schema of r, if it has one. A metaschema that is not one of the drafts' own is read, for the vocabularies that
// it names.
func (c *compiler) dialect(r *resource) bool {
	at := strict.Get(r.root, "$schema")
	if at == nil {
		return true
	}
	if d, known := schemaURI(at); known {
		r.draft = d
		return true
	}
	fix := "name the schema of draft-04, draft-06, draft-07, draft/2019-09 or draft/2020-12 at json-schema.org"
	if !strict.IsString(at) {
		c.faults = append(c.faults, strict.At(r.file, at, "unknown $schema", fix))
		return false
	}
	uri, err := url.Parse(strings.TrimSuffix(at.Value, "#"))
	if err != nil || !uri.IsAbs() || c.lib.resources[uri.String()] == r {
		c.faults = append(c.faults, strict.At(r.file, at, "unknown $schema", fix))
		return false
	}
	before := len(c.faults)
	meta := c.document(uri.String())
	c.place(before, r.file, at)
	if meta == nil && len(c.faults) > before {
		return false
	}
	if meta == nil {
		c.faults = append(c.faults, strict.At(r.file, at, "unknown $schema: there is no local file for it", fix+", or "+refsFix))
		return false
	}
	r.draft = meta.draft
	var required string
	if r.off, required = vocabulariesOff(meta.root, meta.draft); required != "" {
		c.faults = append(c.faults, strict.At(r.file, at, "its metaschema requires the vocabulary "+required+", which winnow does not know", ""))
		return false
	}
	return true
}

// refsFix says how to give an address a file.
const refsFix = "give its address local files, by refs: in the contract or --ref PREFIX=DIR: nothing is ever fetched"

// scan finds the identifiers and anchors of the schemas at n and within.
func (c *compiler) scan(n *yaml.Node, r *resource, depth int) {
	n = resolve(n)
	if n == nil || n.Kind != yaml.MappingNode || depth > maxNesting || c.lib.where[n] != nil {
		return
	}
	r = c.identify(n, r)
	c.lib.where[n] = r
	if r.draft&until7 != 0 && strict.IsString(strict.Get(n, "$ref")) {
		// Beside $ref nothing counts, but what is in definitions can still be referred to.
		c.scanIn(strict.Get(n, "definitions"), shapeMap, r, depth)
		return
	}
	for key, value := range pairs(n) {
		if k, known := c.keywords[key.Value]; known && k.drafts&r.draft != 0 {
			c.scanIn(value, k.shape, r, depth)
		}
	}
}

func (c *compiler) scanIn(n *yaml.Node, s shape, r *resource, depth int) {
	if n = resolve(n); n == nil {
		return
	}
	switch {
	case s == shapeOne || s == shapeOneOrList && n.Kind == yaml.MappingNode:
		c.scan(n, r, depth+1)
	case (s == shapeList || s == shapeOneOrList) && n.Kind == yaml.SequenceNode:
		for _, item := range n.Content {
			c.scan(item, r, depth+1)
		}
	case s == shapeMap && n.Kind == yaml.MappingNode:
		for _, value := range pairs(n) {
			c.scan(value, r, depth+1)
		}
	}
}

// identify gives the resource that the schema n is in: r, or its own. It notes the anchors that n has.
func (c *compiler) identify(n *yaml.Node, r *resource) *resource {
	name := "$id"
	if r.draft == draft4 {
		name = "id"
	}
	alone := r.draft&until7 != 0 && strict.IsString(strict.Get(n, "$ref"))
	if id := resolve(strict.Get(n, name)); strict.IsString(id) && !alone {
		if ref, err := url.Parse(id.Value); err == nil {
			anchor := ref.Fragment
			if ref.Fragment, ref.RawFragment = "", ""; ref.String() != "" {
				r = c.own(n, r, r.base.ResolveReference(ref))
			}
			if anchor != "" && r.draft&until7 != 0 {
				c.anchor(r, anchor, n)
			}
		}
	}
	if r.draft&since2019 == 0 {
		return r
	}
	if at := resolve(strict.Get(n, "$anchor")); strict.IsString(at) {
		c.anchor(r, at.Value, n)
	}
	if at := resolve(strict.Get(n, "$dynamicAnchor")); strict.IsString(at) && r.draft == draft2020 {
		c.anchor(r, at.Value, n)
		r.bind(at.Value, n)
	}
	if at := resolve(strict.Get(n, "$recursiveAnchor")); at != nil && isBool(at, true) && r.draft == draft2019 && n == r.root {
		r.bind("", n)
	}
	return r
}

// own gives n a resource of its own, at base.
func (c *compiler) own(n *yaml.Node, r *resource, base *url.URL) *resource {
	if n == r.root {
		c.lib.resources[base.String()] = r
		r.base = base
		return r
	}
	if was := c.lib.resources[base.String()]; was != nil && was.file == r.file && (was.root.Line != n.Line || was.root.Column != n.Column) {
		c.repeated(r, n, "identifier "+strconv.Quote(base.String()))
	}
	in := &resource{file: r.file, base: base, root: n, draft: r.draft, off: r.off}
	c.lib.resources[base.String()] = in
	c.dialect(in)
	return in
}

func (c *compiler) anchor(r *resource, name string, n *yaml.Node) {
	if r.anchors == nil {
		r.anchors = make(map[string]*yaml.Node)
	}
	if was := r.anchors[name]; was != nil && was != n {
		c.repeated(r, n, "anchor "+strconv.Quote(name))
	}
	r.anchors[name] = n
}

// repeated warns of a name that two schemas of a document have.
func (c *compiler) repeated(r *resource, n *yaml.Node, name string) {
	f := strict.At(r.file, n, "another schema has the "+name+", too: references to it lead here", "give each a name of its own")
	f.Warning = true
	c.faults = append(c.faults, f)
}

func (r *resource) bind(name string, n *yaml.Node) {
	if r.dynamic == nil {
		r.dynamic = make(map[string]*yaml.Node)
	}
	r.dynamic[name] = n
}
