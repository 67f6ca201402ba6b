package schemas

import (
	"maps"

	"go.yaml.in/yaml/v3"

	"github.com/winnow-data/winnow/strict"
)

// A keyword of JSON Schema: the drafts that have it, and either how it is read, or when it asserts something that is not
// supported. With neither it is an annotation.
type keyword struct {
	drafts  draft
	read    func(c *compiler, def *schemaDef, schema, key, value *yaml.Node, depth int)
	asserts func(schema, value *yaml.Node) bool
	instead string // what to use in drafts that do not have it
}

const (
	allDrafts = draft4 | draft6 | draft7 | draft2019 | draft2020
	since6    = allDrafts &^ draft4
	since7    = since6 &^ draft6
	since2019 = draft2019 | draft2020
	until7    = draft4 | draft6 | draft7
)

// allKeywords makes the table. It is no variable, as its functions come back to it.
func allKeywords() map[string]keyword {
	all := map[string]keyword{
		"type":                 {drafts: allDrafts, read: readType},
		"properties":           {drafts: allDrafts, read: readProperties},
		"required":             {drafts: allDrafts, read: readRequired},
		"additionalProperties": {drafts: allDrafts, read: readAdditional},
		"enum":                 {drafts: allDrafts, read: readEnum},
		"const":                {drafts: since6, read: readConst, instead: "draft 4 has enum with one value"},
		"minimum":              {drafts: allDrafts, read: readLimit},
		"maximum":              {drafts: allDrafts, read: readLimit},
		"exclusiveMinimum":     {drafts: allDrafts, read: readLimit},
		"exclusiveMaximum":     {drafts: allDrafts, read: readLimit},
		"multipleOf":           {drafts: allDrafts, read: readMultiple},
		"minLength":            {drafts: allDrafts, read: readSize},
		"maxLength":            {drafts: allDrafts, read: readSize},
		"minItems":             {drafts: allDrafts, read: readSize},
		"maxItems":             {drafts: allDrafts, read: readSize},
		"pattern":              {drafts: allDrafts, read: readPattern},
		"format":               {drafts: allDrafts, read: readFormat},
		"items":                {drafts: allDrafts, read: readItems},
		"$ref":                 {drafts: allDrafts, read: readRef},
		"$schema":              {drafts: allDrafts, read: readDialect},
		"id":                   {drafts: draft4, read: readID, instead: "did you mean $id?"},
		"$id":                  {drafts: since6, read: readID, instead: "did you mean id?"},
	}
	maps.Copy(all, annotations())
	maps.Copy(all, notYet())
	return all
}

func annotations() map[string]keyword {
	all := make(map[string]keyword)
	add := func(d draft, names ...string) {
		for _, name := range names {
			all[name] = keyword{drafts: d}
		}
	}
	add(allDrafts, "title", "description", "default", "definitions", "$comment")
	add(since6, "examples")
	add(since7, "readOnly", "writeOnly", "contentMediaType", "contentEncoding")
	add(since2019, "$defs", "deprecated", "contentSchema", "$anchor", "$vocabulary")
	add(draft2019, "$recursiveAnchor")
	add(draft2020, "$dynamicAnchor")
	return all
}

// notYet are the assertions that are refused by place. Those that assert nothing, such as uniqueItems: false, are let by.
func notYet() map[string]keyword {
	always := func(_, _ *yaml.Node) bool { return true }
	full := func(_, value *yaml.Node) bool { return value.Kind != yaml.MappingNode || len(value.Content) > 0 }
	notTrue := func(schema, value *yaml.Node) bool { return full(schema, value) && !isBool(value, true) }
	notFalse := func(_, value *yaml.Node) bool { return !isBool(value, false) }
	notZero := func(_, value *yaml.Node) bool { return value.Value != "0" }
	with := func(others ...string) func(schema, value *yaml.Node) bool {
		return func(schema, _ *yaml.Node) bool {
			for _, other := range others {
				if strict.Get(schema, other) != nil {
					return true
				}
			}
			return false
		}
	}
	itemsList := func(schema, _ *yaml.Node) bool {
		items := resolve(strict.Get(schema, "items"))
		return items != nil && items.Kind == yaml.SequenceNode
	}
	return map[string]keyword{
		"allOf": {drafts: allDrafts, asserts: always}, "anyOf": {drafts: allDrafts, asserts: always},
		"oneOf": {drafts: allDrafts, asserts: always}, "not": {drafts: allDrafts, asserts: always},
		"if": {drafts: since7, asserts: with("then", "else")}, "then": {drafts: since7, asserts: with("if")}, "else": {drafts: since7, asserts: with("if")},
		"dependencies":      {drafts: until7, asserts: full, instead: "since 2019-09 it is dependentRequired and dependentSchemas"},
		"dependentRequired": {drafts: since2019, asserts: full}, "dependentSchemas": {drafts: since2019, asserts: full},
		"contains": {drafts: since6, asserts: always}, "minContains": {drafts: since2019, asserts: with("contains")},
		"maxContains": {drafts: since2019, asserts: with("contains")},
		"uniqueItems": {drafts: allDrafts, asserts: notFalse}, "prefixItems": {drafts: draft2020, asserts: always},
		"patternProperties": {drafts: allDrafts, asserts: full}, "propertyNames": {drafts: since6, asserts: notTrue},
		"minProperties": {drafts: allDrafts, asserts: notZero}, "maxProperties": {drafts: allDrafts, asserts: always},
		"additionalItems":       {drafts: until7 | draft2019, asserts: itemsList, instead: "since 2020-12 it is items, beside prefixItems"},
		"unevaluatedItems":      {drafts: since2019, asserts: notTrue},
		"unevaluatedProperties": {drafts: since2019, asserts: notTrue},
		"$recursiveRef":         {drafts: draft2019, asserts: always}, "$dynamicRef": {drafts: draft2020, asserts: always},
	}
}

func isBool(n *yaml.Node, value bool) bool {
	return n.Kind == yaml.ScalarNode && n.Tag == strict.TagBool && truth(n) == value
}
