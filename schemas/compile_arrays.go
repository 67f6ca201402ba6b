package schemas

import (
	"go.yaml.in/yaml/v3"

	"github.com/winnow-data/winnow/strict"
)

func readItems(c *compiler, def *schemaDef, _, key, value *yaml.Node, depth int) {
	switch {
	case value.Kind != yaml.SequenceNode:
		def.items = c.schemaOrBool(value, "items", depth)
	case c.draft == draft2020:
		c.fault(key, "items must be a schema in draft 2020-12", "a list of schemas is prefixItems")
	default:
		def.prefix = c.schemas(value, key, depth)
	}
}

// readAdditionalItems is about the items behind a list in items; without one it is ignored.
func readAdditionalItems(c *compiler, def *schemaDef, schema, key, value *yaml.Node, depth int) {
	if items := resolve(strict.Get(schema, "items")); items != nil && items.Kind == yaml.SequenceNode {
		def.items = c.schemaOrBool(value, key.Value, depth)
	}
}

func readPrefixItems(c *compiler, def *schemaDef, _, key, value *yaml.Node, depth int) {
	def.prefix = c.schemas(value, key, depth)
}

// schemas reads a list of schemas.
func (c *compiler) schemas(value, key *yaml.Node, depth int) (list []*schemaDef) {
	if value.Kind != yaml.SequenceNode {
		c.fault(value, key.Value+" must be a list of schemas", "")
		return nil
	}
	for _, item := range value.Content {
		list = append(list, c.schema(item, key.Value, depth))
	}
	return list
}

func readContains(c *compiler, def *schemaDef, schema, key, value *yaml.Node, depth int) {
	def.contains = c.schema(value, key.Value, depth)
	if c.draft&since2019 == 0 || strict.Get(schema, "minContains") == nil || c.res.off&vocabValidation != 0 {
		def.matches.least = 1
	}
}

func readUnique(c *compiler, def *schemaDef, _, key, value *yaml.Node, _ int) {
	if !isBool(value, true) && !isBool(value, false) {
		c.fault(value, key.Value+" must be true or false", "")
		return
	}
	def.unique = truth(value)
}

func readBranches(c *compiler, def *schemaDef, _, key, value *yaml.Node, depth int) {
	list := c.schemas(value, key, depth)
	if value.Kind == yaml.SequenceNode && len(list) == 0 {
		c.fault(value, key.Value+" must have at least one schema", "")
	}
	switch key.Value {
	case "allOf":
		def.all = append(def.all, list...)
	case "anyOf":
		def.any = list
	default:
		def.one = list
	}
}

func readNot(c *compiler, def *schemaDef, _, key, value *yaml.Node, depth int) {
	def.not = c.schema(value, key.Value, depth)
}

// readIf reads then and else, too, which mean nothing without if.
func readIf(c *compiler, def *schemaDef, schema, key, value *yaml.Node, depth int) {
	def.cond = c.schema(value, key.Value, depth)
	if then := resolve(strict.Get(schema, "then")); then != nil {
		def.then = c.schema(then, "then", depth)
	}
	if els := resolve(strict.Get(schema, "else")); els != nil {
		def.els = c.schema(els, "else", depth)
	}
}
