package schemas

import (
	"net/url"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/winnow-data/winnow/strict"
)

func readRef(c *compiler, def *schemaDef, _, key, value *yaml.Node, _ int) {
	if !strict.IsString(value) {
		c.fault(value, "$ref must be a string", "")
		return
	}
	c.ref(def, key, value)
}

// ref resolves a $ref within the file: # and JSON Pointers behind it.
func (c *compiler) ref(def *schemaDef, key, value *yaml.Node) {
	def.refAt = key
	base, fragment, _ := strings.Cut(value.Value, "#")
	if base != "" && base != c.base {
		c.fault(key, "this $ref leads out of the file, which is not supported yet", "copy the schema into the file's definitions")
		return
	}
	pointer, err := url.PathUnescape(fragment)
	if err != nil || pointer != "" && pointer[0] != '/' {
		c.fault(key, "a $ref to an anchor is not supported yet", "use a JSON Pointer, such as #/definitions/name")
		return
	}
	target := c.root
	if pointer != "" {
		for token := range strings.SplitSeq(pointer[1:], "/") {
			if target != c.root && hasID(target, c.draft) {
				c.fault(key, "a $ref into a schema with an $id of its own is not supported yet", "")
				return
			}
			if target = c.child(target, unescapeToken(token)); target == nil {
				c.fault(key, "this $ref leads nowhere", "there is no "+strconv.Quote(value.Value)+" in the file")
				return
			}
		}
	}
	def.ref = c.later(target, "$ref")
}

// child steps from n into a member or an element. Members are indexed, as a file may have many $refs into a large mapping.
func (c *compiler) child(n *yaml.Node, token string) *yaml.Node {
	switch n.Kind {
	case yaml.MappingNode:
		index := c.index[n]
		if index == nil {
			index = make(map[string]*yaml.Node, len(n.Content)/2)
			for key, value := range pairs(n) {
				index[key.Value] = value
			}
			c.index[n] = index
		}
		return index[token]
	case yaml.SequenceNode:
		if i, err := strconv.Atoi(token); err == nil && i >= 0 && i < len(n.Content) && strconv.Itoa(i) == token {
			return resolve(n.Content[i])
		}
	}
	return nil
}

func hasID(n *yaml.Node, d draft) bool {
	name := "$id"
	if d == draft4 {
		name = "id"
	}
	id := strict.Get(n, name)
	return id != nil && strict.IsString(id) && !strings.HasPrefix(id.Value, "#")
}

// rootID is the identifier of the file's schema, without a fragment: $refs may name it.
func rootID(root *yaml.Node, d draft) string {
	if root == nil || !hasID(root, d) {
		return ""
	}
	name := "$id"
	if d == draft4 {
		name = "id"
	}
	id, _, _ := strings.Cut(strict.Get(root, name).Value, "#")
	return id
}

// readID refuses an identifier that changes what the $refs beneath it mean.
func readID(c *compiler, _ *schemaDef, schema, key, value *yaml.Node, _ int) {
	switch {
	case !strict.IsString(value):
		c.fault(value, key.Value+" must be a string", "")
	case schema == c.root:
	case !strings.HasPrefix(value.Value, "#") && containsRef(schema, 0):
		c.fault(key, "a schema with an "+key.Value+" of its own and a $ref inside is not supported yet", "remove its "+key.Value)
	}
}

// containsRef says whether n, or anything in it, has a $ref.
func containsRef(n *yaml.Node, depth int) bool {
	if n = resolve(n); n == nil || depth > maxNesting {
		return n != nil
	}
	if n.Kind == yaml.MappingNode && strict.Get(n, "$ref") != nil {
		return true
	}
	for _, in := range n.Content {
		if containsRef(in, depth+1) {
			return true
		}
	}
	return false
}

// readDialect accepts $schema in a schema within the file only where it says what the file says.
func readDialect(c *compiler, _ *schemaDef, schema, key, value *yaml.Node, _ int) {
	if d, known := schemaURI(value); schema != c.root && (!known || d != c.draft) {
		c.fault(key, "a schema of another draft within the file is not supported yet", "use one draft in the file")
	}
}

func unescapeToken(token string) string {
	return strings.ReplaceAll(strings.ReplaceAll(token, "~1", "/"), "~0", "~")
}

func escapeToken(token string) string {
	return strings.ReplaceAll(strings.ReplaceAll(token, "~", "~0"), "/", "~1")
}
