package schemas

import (
	"math"
	"strconv"

	"go.yaml.in/yaml/v3"

	"github.com/winnow-data/winnow/strict"
)

func readType(c *compiler, def *schemaDef, _, _, value *yaml.Node, _ int) {
	names := []*yaml.Node{value}
	if value.Kind == yaml.SequenceNode {
		if names = value.Content; len(names) == 0 {
			c.fault(value, "type has no types", "")
			return
		}
	}
	var allow kinds
	for _, n := range names {
		n = resolve(n)
		k, ok := kindNames[n.Value]
		if !ok || !strict.IsString(n) {
			c.fault(n, "type must be one of null, boolean, integer, number, string, object and array, or a list of them", "")
			return
		}
		allow |= k
	}
	def.allow = allow
}

func readProperties(c *compiler, def *schemaDef, _, _, value *yaml.Node, depth int) {
	if value.Kind != yaml.MappingNode {
		c.fault(value, "properties must be an object of schemas", "")
		return
	}
	def.props = make([]string, 0, len(value.Content)/2)
	def.prop = make(map[string]*schemaDef, len(value.Content)/2)
	for name, schema := range pairs(value) {
		def.props = append(def.props, name.Value)
		def.prop[name.Value] = c.schema(schema, "properties", depth)
	}
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

func readAdditional(c *compiler, def *schemaDef, _, _, value *yaml.Node, depth int) {
	// Draft 4 has no boolean schemas but here.
	if c.draft == draft4 && value.Kind == yaml.ScalarNode && value.Tag == strict.TagBool {
		if !truth(value) {
			def.additional = &schemaDef{id: len(c.defs), at: value, allow: kindAny, lengths: anySize, counts: anySize, never: "additionalProperties"}
			c.defs = append(c.defs, def.additional)
		}
		return
	}
	def.additional = c.schema(value, "additionalProperties", depth)
}

func readItems(c *compiler, def *schemaDef, _, key, value *yaml.Node, depth int) {
	if value.Kind == yaml.SequenceNode {
		if c.draft == draft2020 {
			c.fault(key, "items must be a schema in draft 2020-12", "a list of schemas is prefixItems, which is not supported yet")
		} else {
			c.fault(key, "the list form of the keyword items is not supported yet", "give one schema for all items")
		}
		return
	}
	if c.draft == draft4 && value.Kind != yaml.MappingNode {
		c.fault(value, "items must be a schema", "")
		return
	}
	def.items = c.schema(value, "items", depth)
}

func readEnum(c *compiler, def *schemaDef, _, key, value *yaml.Node, _ int) {
	if value.Kind != yaml.SequenceNode {
		c.fault(value, "enum must be a list of values", "")
		return
	}
	if len(value.Content) == 0 && c.draft&(draft4|draft6) != 0 {
		c.warn(key, "enum is empty: no value passes", "")
	}
	def.enums = append(def.enums, newValueSet("enum", value.Content))
}

func readConst(_ *compiler, def *schemaDef, _, _, value *yaml.Node, _ int) {
	def.enums = append(def.enums, newValueSet("const", []*yaml.Node{value}))
}

func isNumber(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && (n.Tag == strict.TagInt || n.Tag == strict.TagFloat)
}

func readLimit(c *compiler, def *schemaDef, _, key, value *yaml.Node, _ int) {
	if c.draft == draft4 && (key.Value == "exclusiveMinimum" || key.Value == "exclusiveMaximum") {
		if !isBool(value, true) && !isBool(value, false) {
			c.fault(value, key.Value+" must be true or false in draft 4", "")
		}
		return // exclusive4 reads it
	}
	if dec, ok := c.number(key.Value, value); ok {
		def.limits = append(def.limits, newLimit(key.Value, dec))
	}
}

// exclusive4 turns draft 4's exclusiveMinimum: true beside minimum into a limit of its own name.
func exclusive4(c *compiler, def *schemaDef, schema *yaml.Node) {
	for i := range def.limits {
		l := &def.limits[i]
		name := map[string]string{"minimum": "exclusiveMinimum", "maximum": "exclusiveMaximum"}[l.rule]
		if v := resolve(strict.Get(schema, name)); v != nil && isBool(v, true) {
			*l = newLimit(name, l.dec)
		}
	}
	for name, needs := range map[string]string{"exclusiveMinimum": "minimum", "exclusiveMaximum": "maximum"} {
		if k, _ := strict.Pair(schema, name); k != nil && strict.Get(schema, needs) == nil {
			c.fault(k, name+" needs "+needs+" in draft 4", "")
		}
	}
}

// The bounds of a number in a schema: enough for any, and too little to make its arithmetic costly.
const (
	maxSchemaDigits   = 1000
	maxSchemaExponent = 10000
)

func (c *compiler) number(name string, value *yaml.Node) (decimal, bool) {
	var dec decimal
	if !isNumber(value) {
		c.fault(value, name+" must be a number", "")
		return dec, false
	}
	tok := []byte(value.Value)
	v, next := scanNumber(tok, 0)
	if next != len(tok) {
		c.fault(value, name+" must be a number", "")
		return dec, false
	}
	if len(tok) > maxSchemaDigits || v.written > maxSchemaExponent || v.written < -maxSchemaExponent {
		c.fault(value, name+" has too many digits", "")
		return dec, false
	}
	dec.set(tok)
	return dec, true
}

func readMultiple(c *compiler, def *schemaDef, _, key, value *yaml.Node, _ int) {
	dec, ok := c.number(key.Value, value)
	if !ok {
		return
	}
	if dec.neg || len(dec.digits) == 0 {
		c.fault(value, "multipleOf must be greater than 0", "")
		return
	}
	def.multiples = append(def.multiples, newMultiple(dec))
}

// sizes bound a length: least and most, both included.
type sizes struct{ least, most int }

var anySize = sizes{0, math.MaxInt}

func (s sizes) and(t sizes) sizes { return sizes{max(s.least, t.least), min(s.most, t.most)} }

func readSize(c *compiler, def *schemaDef, _, key, value *yaml.Node, _ int) {
	dec, ok := c.number(key.Value, value)
	if !ok {
		return
	}
	n, whole := dec.int64()
	switch {
	case dec.neg || dec.point <= 0 && len(dec.digits) > 0 || !whole && dec.point <= 18:
		c.fault(value, key.Value+" must be a whole number, 0 or more", "")
		return
	case !whole:
		n = math.MaxInt64
	}
	s := &def.lengths
	if key.Value == "minItems" || key.Value == "maxItems" {
		s = &def.counts
	}
	if key.Value == "minItems" || key.Value == "minLength" {
		s.least = int(n)
	} else {
		s.most = int(n)
	}
}

func readPattern(c *compiler, def *schemaDef, _, _, value *yaml.Node, _ int) {
	if !strict.IsString(value) {
		c.fault(value, "pattern must be a string", "")
		return
	}
	p, known := c.patterns[value.Value]
	if !known {
		var err error
		if p, err = newPattern(value.Value, len(c.patterns) < maxAutomata); err != nil {
			c.fault(value, "cannot use this pattern: "+err.Error(), "patterns are matched in linear time, as RE2 does")
			return
		}
		c.patterns[value.Value] = p
	}
	def.patterns = append(def.patterns, p)
}

func readFormat(c *compiler, def *schemaDef, _, _, value *yaml.Node, _ int) {
	if !strict.IsString(value) {
		c.fault(value, "format must be a string", "")
		return
	}
	check, known := formats[value.Value]
	switch {
	case !c.format:
	case !known:
		c.warn(value, "the format "+strconv.Quote(value.Value)+" is not checked", "")
	case value.Value == "date-time": // not among the others, as a column of times reads it itself
		def.dateTime = true
	default:
		def.formats = append(def.formats, check)
	}
}
