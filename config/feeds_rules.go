package config

import (
	"slices"
	"strconv"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/schemas"
	"github.com/winnow-data/winnow/strict"
)

// keywords are those of JSON Schema that a reason can name, of any draft.
func keywords() []string {
	return []string{
		"$ref", "additionalItems", "additionalProperties", "allOf", "anyOf", "const", "contains", "dependencies", "dependentRequired", "dependentSchemas",
		"else", "enum", "exclusiveMaximum", "exclusiveMinimum", "format", "if", "items", "maxContains", "maxItems", "maxLength", "maxProperties", "maximum",
		"minContains", "minItems", "minLength", "minProperties", "minimum", "multipleOf", "not", "oneOf", "pattern", "patternProperties", "prefixItems",
		"properties", "propertyNames", "required", "then", "type", "unevaluatedItems", "unevaluatedProperties", "uniqueItems",
	}
}

// ownRules are those that every contract has, beside its schema's keywords.
func ownRules() []string {
	return slices.Concat(
		[]string{winnow.RuleJSON, winnow.RuleBatch, winnow.RuleNumber, winnow.RuleEncoding, winnow.RuleTombstone}, schemas.SensitiveTypes(), keywords())
}

// rules checks the rules that the feed requires.
func (c *feedCheck) rules() {
	if c.f.Require.All {
		return
	}
	for i, name := range c.f.Require.Rules {
		at := []string{"require", strconv.Itoa(i)}
		text := c.text(name, at...)
		if slices.Contains(c.f.Require.Rules[:i], name) {
			c.fault("the rule "+text+" is here twice", "keep one", at...)
			continue
		}
		specs := c.specs(func(s *schemas.RuleSpec) bool { return s.Name == name })
		switch {
		case len(specs) == 0 && !c.unsure && !slices.Contains(ownRules(), name):
			c.fault("no contract of the feed's topics has a rule "+text, c.ruleMeant(name), at...)
		case len(specs) > 0 && !slices.ContainsFunc(specs, excludes):
			fix := "give it on_fail: tag in the contract"
			if slices.ContainsFunc(specs, window) {
				fix = "take it out: a rule with a window judges no record by itself"
			}
			c.v.warn("the rule "+text+" only counts and tags no record, so that requiring it leaves none out", fix, c.path(at...)...)
		}
	}
}

// A boundRule is a rule with what matters of its contract.
type boundRule struct {
	*schemas.RuleSpec
	shadow bool
}

// specs lists the rules of the feed's contracts that are wanted.
func (c *feedCheck) specs(want func(*schemas.RuleSpec) bool) (specs []boundRule) {
	for _, b := range c.bound {
		for i := range b.Rules {
			if want(&b.Rules[i]) {
				specs = append(specs, boundRule{&b.Rules[i], b.Shadow})
			}
		}
	}
	return specs
}

// excludes says that a record that fails the rule does not pass untagged.
func excludes(r boundRule) bool {
	return r.shadow || r.OnFail != winnow.OnFailCount && !window(r)
}

// window says that the rule judges windows of records, and so can only count.
func window(r boundRule) bool { return strict.Get(r.Node, "window") != nil }

// ruleMeant is the fix for a rule that there is not.
func (c *feedCheck) ruleMeant(name string) string {
	if named := c.specs(func(s *schemas.RuleSpec) bool { return s.Rule == name }); name != "" && len(named) > 0 {
		return "it is called " + named[0].Name + " there: write that"
	}
	var known []string
	for _, s := range c.specs(func(*schemas.RuleSpec) bool { return true }) {
		known = append(known, s.Name)
	}
	if fix := meant(name, append(known, ownRules()...)); fix != "" {
		return fix
	}
	return "name a rule of theirs (by its name, where it has one), a keyword of JSON Schema, or a detector of sensitive data"
}
