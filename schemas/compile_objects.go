package schemas

import (
	"go.yaml.in/yaml/v3"

	"github.com/winnow-data/winnow/strict"
)

func readProperties(c *compiler, def *schemaDef, _, key, value *yaml.Node, depth int) {
	if value.Kind != yaml.MappingNode {
		c.fault(value, key.Value+" must be an object of schemas", "")
		return
	}
	def.props = make([]string, 0, len(value.Content)/2)
	def.prop = make(map[string]*schemaDef, len(value.Content)/2)
	for name, schema := range pairs(value) {
		def.props = append(def.props, name.Value)
		def.prop[name.Value] = c.schema(schema, key.Value, depth)
	}
}

func readPatternProperties(c *compiler, def *schemaDef, _, key, value *yaml.Node, depth int) {
	if value.Kind != yaml.MappingNode {
		c.fault(value, key.Value+" must be an object of schemas", "")
		return
	}
	for source, schema := range pairs(value) {
		if p := c.pattern(source); p != nil {
			def.matched = append(def.matched, patternProp{p, c.schema(schema, key.Value, depth)})
		}
	}
}

func readAdditional(c *compiler, def *schemaDef, _, key, value *yaml.Node, depth int) {
	def.additional = c.schemaOrBool(value, key.Value, depth)
}

// schemaOrBool reads a schema where draft 4, too, has true and false.
func (c *compiler) schemaOrBool(value *yaml.Node, rule string, depth int) *schemaDef {
	if c.draft != draft4 || value.Kind != yaml.ScalarNode || value.Tag != strict.TagBool {
		return c.schema(value, rule, depth)
	}
	def, _ := c.define(value, c.res, c.env)
	if !truth(value) {
		def.never = rule
	}
	return def
}

func readPropertyNames(c *compiler, def *schemaDef, _, key, value *yaml.Node, depth int) {
	def.names = c.schema(value, key.Value, depth)
}

func readRequired(c *compiler, def *schemaDef, _, _, value *yaml.Node, _ int) {
	names, ok := stringList(value)
	if !ok {
		c.fault(value, "required must be a list of property names", "it belongs beside properties, not in one")
		return
	}
	if c.draft == draft4 && len(names) == 0 {
		c.fault(value, "required must not be empty in draft 4", "leave it out")
	}
	def.required = names
}

func stringList(n *yaml.Node) ([]string, bool) {
	if n.Kind != yaml.SequenceNode {
		return nil, false
	}
	out := make([]string, 0, len(n.Content))
	for _, item := range n.Content {
		item = resolve(item)
		if item.Kind != yaml.ScalarNode || !strict.IsString(item) {
			return nil, false
		}
		out = append(out, item.Value)
	}
	return out, true
}

func readDependentRequired(c *compiler, def *schemaDef, _, key, value *yaml.Node, _ int) {
	if value.Kind != yaml.MappingNode {
		c.fault(value, key.Value+" must be an object of lists of property names", "")
		return
	}
	for name, needs := range pairs(value) {
		names, ok := stringList(needs)
		if !ok {
			c.fault(needs, "a list of property names is wanted here", "")
			continue
		}
		def.depends = append(def.depends, dependent{name: name.Value, needs: names, rule: key.Value})
	}
}

func readDependentSchemas(c *compiler, def *schemaDef, _, key, value *yaml.Node, depth int) {
	if value.Kind != yaml.MappingNode {
		c.fault(value, key.Value+" must be an object of schemas", "")
		return
	}
	for name, schema := range pairs(value) {
		def.depends = append(def.depends, dependent{name: name.Value, def: c.schema(schema, key.Value, depth), rule: key.Value})
	}
}

// readDependencies reads what dependentRequired and dependentSchemas were before 2019-09.
func readDependencies(c *compiler, def *schemaDef, _, key, value *yaml.Node, depth int) {
	if value.Kind != yaml.MappingNode {
		c.fault(value, "dependencies must be an object of schemas and lists of property names", "")
		return
	}
	for name, needs := range pairs(value) {
		d := dependent{name: name.Value, rule: key.Value}
		if needs.Kind == yaml.SequenceNode {
			var ok bool
			if d.needs, ok = stringList(needs); !ok {
				c.fault(needs, "a list of property names is wanted here", "")
			}
		} else {
			d.def = c.schema(needs, key.Value, depth)
		}
		def.depends = append(def.depends, d)
	}
}

func readUnevaluated(c *compiler, def *schemaDef, _, key, value *yaml.Node, depth int) {
	s := c.schema(value, key.Value, depth)
	if key.Value == "unevaluatedItems" {
		def.otherItems = s
	} else {
		def.otherProps = s
	}
}
