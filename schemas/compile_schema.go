package schemas

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/winnow-data/winnow/schemas/ecma"
	"github.com/winnow-data/winnow/schemas/format"
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

// A schemaDef is what one schema object of a file says itself, in one environment.
type schemaDef struct {
	id    int
	at    *yaml.Node
	res   *resource
	env   *environment
	never string     // of the schema false: the keyword that leads to it
	refAt *yaml.Node // the last reference's key

	// In place: schemas for the same value.
	all             []*schemaDef // allOf, and what references lead to
	any, one        []*schemaDef
	not             *schemaDef
	cond, then, els *schemaDef
	depends         []dependent

	allow     kinds
	enums     []*valueSet
	limits    []limit
	multiples []multiple
	lengths   sizes // of strings
	patterns  []*ecma.Pattern
	formats   []format.Check
	dateTime  bool

	counts   sizes // of arrays
	prefix   []*schemaDef
	items    *schemaDef // of those behind prefix
	contains *schemaDef
	matches  sizes // how many items contains wants
	unique   bool

	members    sizes    // of objects
	props      []string // in order
	prop       map[string]*schemaDef
	required   []string
	matched    []patternProp
	additional *schemaDef
	names      *schemaDef

	otherProps, otherItems *schemaDef // unevaluatedProperties, unevaluatedItems
}

// A patternProp is one of patternProperties.
type patternProp struct {
	pattern *ecma.Pattern
	def     *schemaDef
}

// A dependent is what an object with the member name has to be or to have: of dependentSchemas or dependentRequired, or
// dependencies.
type dependent struct {
	name  string
	def   *schemaDef
	needs []string
	rule  string
}

// blank says that s asserts nothing.
func (s *schemaDef) blank() bool { return len(s.all) == 0 && s.silent() }

// silent says that s asserts nothing itself, but for what applies in place beside it.
func (s *schemaDef) silent() bool {
	return s.never == "" && s.aboutAll(kindAny) && !s.branches() && !s.aboutArrays() && !s.aboutObjects() &&
		s.lengths == anySize && !s.dateTime && len(s.limits)+len(s.multiples)+len(s.patterns)+len(s.formats) == 0
}

// aboutAll says that s's type and enums let each of kinds by.
func (s *schemaDef) aboutAll(k kinds) bool { return s.allow&k == k && len(s.enums) == 0 }

// branches says that s has schemas in place that need not apply.
func (s *schemaDef) branches() bool {
	return len(s.any)+len(s.one)+len(s.depends) > 0 || s.not != nil || s.cond != nil
}

func (s *schemaDef) aboutArrays() bool {
	return s.counts != anySize || len(s.prefix) > 0 || s.items != nil || s.contains != nil || s.unique || s.otherItems != nil
}

func (s *schemaDef) aboutObjects() bool {
	return s.members != anySize || len(s.props)+len(s.required)+len(s.matched)+len(s.depends) > 0 ||
		s.additional != nil || s.names != nil || s.otherProps != nil
}

// A defKey is what a schema is read for once.
type defKey struct {
	at  *yaml.Node
	res *resource
	env *environment
}

// schema reads the schema at n. Rule is the keyword that leads there: the one to blame where the schema is just false.
func (c *compiler) schema(n *yaml.Node, rule string, depth int) *schemaDef {
	n = resolve(n)
	r, env := c.lib.where[n], c.env
	if r == nil {
		r = c.res
	}
	if r != c.res {
		env = c.enter(env, r)
	}
	def, known := c.define(n, r, env)
	if !known {
		c.fill(def, rule, depth)
	}
	return def
}

func (c *compiler) define(n *yaml.Node, r *resource, env *environment) (def *schemaDef, known bool) {
	key := defKey{n, r, env}
	if def = c.read[key]; def != nil {
		return def, true
	}
	def = &schemaDef{
		id: len(c.defs), at: n, res: r, env: env,
		allow: kindAny, lengths: anySize, counts: anySize, members: anySize, matches: anySize,
	}
	c.read[key] = def
	c.defs = append(c.defs, def)
	return def, false
}

// maxDefs bounds the schemas that are read, as environments can multiply them.
const maxDefs = 200_000

// fill reads what def's schema says.
func (c *compiler) fill(def *schemaDef, rule string, depth int) {
	outer, env, draft := c.res, c.env, c.draft
	c.res, c.env, c.draft = def.res, def.env, def.res.draft
	defer func() { c.res, c.env, c.draft = outer, env, draft }()
	n := def.at
	switch {
	case depth > maxNesting:
		c.fault(n, "schemas nested too deep", "flatten them, or use $ref")
	case len(c.defs) > maxDefs:
		if len(c.defs) == maxDefs+1 {
			c.fault(n, "the schema refers to too many schemas", "simplify its $dynamicRefs")
		}
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
	if c.draft&until7 != 0 {
		if key, ref := strict.Pair(n, "$ref"); ref != nil && strict.IsString(resolve(ref)) {
			readRef(c, def, n, key, resolve(ref), depth)
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
		case k.read != nil && k.vocab&c.res.off == 0:
			if k.former&c.draft != 0 {
				c.warn(key, strict.Show(key)+" is of older drafts than "+c.draft.String()+", and is applied as they have it", k.instead)
			}
			k.read(c, def, n, key, value, depth+1)
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
