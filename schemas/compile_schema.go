package schemas

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/winnow-data/winnow/strict"
)

// kinds is a set of the kinds of JSON values. A number that is an integer and one that is not are two kinds.
type kinds uint8

const (
	kindNull kinds = 1 << iota
	kindBool
	kindInteger
	kindFraction
	kindString
	kindObject
	kindArray

	kindNumber = kindInteger | kindFraction
	kindAny    = kindNull | kindBool | kindNumber | kindString | kindObject | kindArray
)

var kindNames = map[string]kinds{
	"null": kindNull, "boolean": kindBool, "integer": kindInteger, "number": kindNumber,
	"string": kindString, "object": kindObject, "array": kindArray,
}

// A schemaDef is what one schema object of the file says itself.
type schemaDef struct {
	id    int
	at    *yaml.Node
	never string // of the schema false: the keyword that leads to it
	ref   *schemaDef
	refAt *yaml.Node

	allow      kinds
	props      []string // in order
	prop       map[string]*schemaDef
	required   []string
	additional *schemaDef
	items      *schemaDef
	limits     []limit
	multiples  []multiple
	lengths    sizes // of strings
	counts     sizes // of arrays
	patterns   []*pattern
	formats    []formatCheck
	dateTime   bool
	enums      []*valueSet
}

// blank says that s asserts nothing itself.
func (s *schemaDef) blank() bool {
	return s.allow == kindAny && s.never == "" && s.additional == nil && s.items == nil && s.lengths == anySize && s.counts == anySize && !s.dateTime &&
		len(s.props)+len(s.required)+len(s.limits)+len(s.multiples)+len(s.patterns)+len(s.formats)+len(s.enums) == 0
}

// schema reads the schema at n. Rule is the keyword that leads there: the one to blame where the schema is just false.
func (c *compiler) schema(n *yaml.Node, rule string, depth int) *schemaDef {
	def, known := c.define(resolve(n))
	if !known {
		c.fill(def, rule, depth)
	}
	return def
}

// later is schema, but leaves the reading to Compile's loop: $refs may form long chains.
func (c *compiler) later(n *yaml.Node, rule string) *schemaDef {
	def, known := c.define(n)
	if !known {
		c.queue = append(c.queue, queued{def, rule})
	}
	return def
}

func (c *compiler) define(n *yaml.Node) (def *schemaDef, known bool) {
	if def = c.read[n]; def != nil {
		return def, true
	}
	def = &schemaDef{id: len(c.defs), at: n, allow: kindAny, lengths: anySize, counts: anySize}
	c.read[n] = def
	c.defs = append(c.defs, def)
	return def, false
}

// fill reads what def's schema says.
func (c *compiler) fill(def *schemaDef, rule string, depth int) {
	n := def.at
	switch {
	case depth > maxNesting:
		c.fault(n, "schemas nested too deep", "flatten them, or use $ref")
	case n != nil && n.Kind == yaml.MappingNode:
		c.object(def, n, depth)
	case n != nil && n.Kind == yaml.ScalarNode && n.Tag == strict.TagBool && c.draft != draft4:
		if !truth(n) {
			def.never = rule
		}
	case c.draft == draft4:
		c.fault(n, "a schema must be an object", "")
	default:
		c.fault(n, "a schema must be an object, true or false", "")
	}
}

// object reads a schema object, keyword by keyword.
func (c *compiler) object(def *schemaDef, n *yaml.Node, depth int) {
	if c.draft&(draft4|draft6|draft7) != 0 {
		if key, ref := strict.Pair(n, "$ref"); ref != nil && strict.IsString(ref) {
			c.ref(def, key, ref)
			return
		}
	}
	for key, value := range pairs(n) {
		k, known := c.keywords[key.Value]
		switch {
		case !known:
			c.unknown(key, "")
		case k.drafts&c.draft == 0:
			c.unknown(key, k.instead)
		case k.read != nil:
			k.read(c, def, n, key, value, depth+1)
		case k.asserts == nil || !k.asserts(n, value):
		default:
			c.fault(key, "the keyword "+key.Value+" is not supported yet",
				"say it with the supported keywords, or with a rule of the contract")
		}
	}
	if c.draft == draft4 {
		exclusive4(c, def, n)
	}
}

// unknown warns of a keyword that the draft does not have. Names that begin with x- are somebody's own on purpose.
func (c *compiler) unknown(key *yaml.Node, instead string) {
	if strings.HasPrefix(key.Value, "x-") {
		return
	}
	fix := instead
	if fix == "" {
		var names []string
		for name, k := range c.keywords {
			if k.drafts&c.draft != 0 {
				names = append(names, name)
			}
		}
		if fix = strict.Suggest(key.Value, names); strings.HasPrefix(fix, "known:") {
			fix = ""
		}
	}
	c.warn(key, strict.Show(key)+" is not a keyword of "+c.draft.String()+" and is ignored", fix)
}

func truth(n *yaml.Node) bool { return strings.EqualFold(n.Value, "true") }
