package schemas

import (
	"math"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/winnow-data/winnow/schemas/ecma"
	"github.com/winnow-data/winnow/schemas/format"
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
	s := map[string]*sizes{"Items": &def.counts, "Length": &def.lengths, "Properties": &def.members, "Contains": &def.matches}[key.Value[3:]]
	if strings.HasPrefix(key.Value, "min") {
		s.least = int(n)
	} else {
		s.most = int(n)
	}
}

func readPattern(c *compiler, def *schemaDef, _, _, value *yaml.Node, _ int) {
	if p := c.pattern(value); p != nil {
		def.patterns = append(def.patterns, p)
	}
}

// pattern compiles the pattern at n; nil after a fault.
func (c *compiler) pattern(n *yaml.Node) *ecma.Pattern {
	if !strict.IsString(n) {
		c.fault(n, "pattern must be a string", "")
		return nil
	}
	p, known := c.patterns[n.Value]
	if !known {
		var err error
		if p, err = c.budget.Compile(n.Value); err != nil {
			c.fault(n, "cannot use this pattern: "+err.Error(), "")
			return nil
		}
		c.patterns[n.Value] = p
	}
	return p
}

func readFormat(c *compiler, def *schemaDef, _, _, value *yaml.Node, _ int) {
	if !strict.IsString(value) {
		c.fault(value, "format must be a string", "")
		return
	}
	if !c.format {
		return
	}
	check, known := lookupFormat(value.Value, c.draft)
	if !known {
		fix := ""
		if _, later := lookupFormat(value.Value, draft2020); later {
			fix = c.draft.String() + " does not know it, a later one does"
		}
		c.warn(value, "the format "+strconv.Quote(value.Value)+" is not checked", fix)
		return
	}
	if value.Value == "date-time" { // not among the others, as a column of times reads it itself
		def.dateTime = true
		return
	}
	def.formats = append(def.formats, check)
}

// lookupFormat finds what checks a format in a draft.
func lookupFormat(name string, d draft) (format.Check, bool) {
	if name == "regex" && d >= draft7 {
		return ecma.Valid, true
	}
	return format.Lookup(name, map[draft]int{draft4: 4, draft6: 6, draft7: 7, draft2019: 2019, draft2020: 2020}[d])
}
