package schemas

import (
	"go.yaml.in/yaml/v3"

	"github.com/winnow-data/winnow/strict"
)

// A keyword of JSON Schema: the drafts that have it, its vocabulary, where schemas lie in its value, and how it is read. One that is not
// read is an annotation.
type keyword struct {
	drafts  draft
	vocab   vocabulary
	shape   shape
	read    func(c *compiler, def *schemaDef, schema, key, value *yaml.Node, depth int)
	former  draft  // drafts that only keep it from those before, so that it gets a warning
	instead string // what to use in drafts that do not have it, or only keep it
}

// A shape says where schemas lie in a keyword's value.
type shape uint8

const (
	shapeNone shape = iota
	shapeOne
	shapeList
	shapeMap
	shapeOneOrList
)

const (
	allDrafts = draft4 | draft6 | draft7 | draft2019 | draft2020
	since6    = allDrafts &^ draft4
	since7    = since6 &^ draft6
	since2019 = draft2019 | draft2020
	until7    = draft4 | draft6 | draft7
	until2019 = until7 | draft2019
)

// allKeywords makes the table. It is no variable, as its functions come back to it.
func allKeywords() map[string]keyword {
	all := make(map[string]keyword)
	for _, table := range []map[string]keyword{coreKeywords(), applicators(), assertions()} {
		for name, k := range table {
			all[name] = k
		}
	}
	annotations(all)
	return all
}

func coreKeywords() map[string]keyword {
	return map[string]keyword{
		"$schema":          {drafts: allDrafts, vocab: vocabCore, read: readAnyString},
		"id":               {drafts: draft4, vocab: vocabCore, read: readAnyString, instead: "did you mean $id?"},
		"$id":              {drafts: since6, vocab: vocabCore, read: readAnyString, instead: "did you mean id?"},
		"$ref":             {drafts: allDrafts, vocab: vocabCore, read: readRef},
		"$anchor":          {drafts: since2019, vocab: vocabCore, read: readAnyString},
		"$recursiveRef":    {drafts: draft2019, vocab: vocabCore, read: readRecursiveRef, instead: "since 2020-12 it is $dynamicRef"},
		"$recursiveAnchor": {drafts: draft2019, vocab: vocabCore, read: readRecursiveAnchor, instead: "since 2020-12 it is $dynamicAnchor"},
		"$dynamicRef":      {drafts: draft2020, vocab: vocabCore, read: readDynamicRef},
		"$dynamicAnchor":   {drafts: draft2020, vocab: vocabCore, read: readAnyString},
		"$vocabulary":      {drafts: since2019, vocab: vocabCore},
		"$comment":         {drafts: allDrafts, vocab: vocabCore},
		"$defs":            {drafts: since2019, vocab: vocabCore, shape: shapeMap, instead: "before 2019-09 it is definitions"},
		"definitions":      {drafts: allDrafts, vocab: vocabCore, shape: shapeMap},
	}
}

func applicators() map[string]keyword {
	const in, un = vocabApplicator, vocabUnevaluated
	return map[string]keyword{
		"allOf":                 {drafts: allDrafts, vocab: in, shape: shapeList, read: readBranches},
		"anyOf":                 {drafts: allDrafts, vocab: in, shape: shapeList, read: readBranches},
		"oneOf":                 {drafts: allDrafts, vocab: in, shape: shapeList, read: readBranches},
		"not":                   {drafts: allDrafts, vocab: in, shape: shapeOne, read: readNot},
		"if":                    {drafts: since7, vocab: in, shape: shapeOne, read: readIf},
		"then":                  {drafts: since7, vocab: in, shape: shapeOne},
		"else":                  {drafts: since7, vocab: in, shape: shapeOne},
		"dependentSchemas":      {drafts: since2019, vocab: in, shape: shapeMap, read: readDependentSchemas, instead: "before 2019-09 it is dependencies"},
		"dependencies":          {drafts: allDrafts, vocab: in, shape: shapeMap, read: readDependencies, former: since2019, instead: "since 2019-09 it is dependentRequired and dependentSchemas"},
		"properties":            {drafts: allDrafts, vocab: in, shape: shapeMap, read: readProperties},
		"patternProperties":     {drafts: allDrafts, vocab: in, shape: shapeMap, read: readPatternProperties},
		"additionalProperties":  {drafts: allDrafts, vocab: in, shape: shapeOne, read: readAdditional},
		"propertyNames":         {drafts: since6, vocab: in, shape: shapeOne, read: readPropertyNames},
		"items":                 {drafts: allDrafts, vocab: in, shape: shapeOneOrList, read: readItems},
		"prefixItems":           {drafts: draft2020, vocab: in, shape: shapeList, read: readPrefixItems, instead: "before 2020-12 it is items with a list"},
		"additionalItems":       {drafts: until2019, vocab: in, shape: shapeOne, read: readAdditionalItems, instead: "since 2020-12 it is items, beside prefixItems"},
		"contains":              {drafts: since6, vocab: in, shape: shapeOne, read: readContains},
		"unevaluatedItems":      {drafts: since2019, vocab: un, shape: shapeOne, read: readUnevaluated},
		"unevaluatedProperties": {drafts: since2019, vocab: un, shape: shapeOne, read: readUnevaluated},
	}
}

func assertions() map[string]keyword {
	const in = vocabValidation
	return map[string]keyword{
		"type":              {drafts: allDrafts, vocab: in, read: readType},
		"enum":              {drafts: allDrafts, vocab: in, read: readEnum},
		"const":             {drafts: since6, vocab: in, read: readConst, instead: "draft 4 has enum with one value"},
		"minimum":           {drafts: allDrafts, vocab: in, read: readLimit},
		"maximum":           {drafts: allDrafts, vocab: in, read: readLimit},
		"exclusiveMinimum":  {drafts: allDrafts, vocab: in, read: readLimit},
		"exclusiveMaximum":  {drafts: allDrafts, vocab: in, read: readLimit},
		"multipleOf":        {drafts: allDrafts, vocab: in, read: readMultiple},
		"minLength":         {drafts: allDrafts, vocab: in, read: readSize},
		"maxLength":         {drafts: allDrafts, vocab: in, read: readSize},
		"minItems":          {drafts: allDrafts, vocab: in, read: readSize},
		"maxItems":          {drafts: allDrafts, vocab: in, read: readSize},
		"minProperties":     {drafts: allDrafts, vocab: in, read: readSize},
		"maxProperties":     {drafts: allDrafts, vocab: in, read: readSize},
		"minContains":       {drafts: since2019, vocab: in, read: readSize},
		"maxContains":       {drafts: since2019, vocab: in, read: readSize},
		"uniqueItems":       {drafts: allDrafts, vocab: in, read: readUnique},
		"pattern":           {drafts: allDrafts, vocab: in, read: readPattern},
		"required":          {drafts: allDrafts, vocab: in, read: readRequired},
		"dependentRequired": {drafts: since2019, vocab: in, read: readDependentRequired, instead: "before 2019-09 it is dependencies"},
		"format":            {drafts: allDrafts, vocab: vocabFormat, read: readFormat},
	}
}

func annotations(all map[string]keyword) {
	add := func(d draft, v vocabulary, names ...string) {
		for _, name := range names {
			all[name] = keyword{drafts: d, vocab: v}
		}
	}
	add(allDrafts, vocabMeta, "title", "description", "default")
	add(since6, vocabMeta, "examples")
	add(since7, vocabMeta, "readOnly", "writeOnly")
	add(since2019, vocabMeta, "deprecated")
	add(since7, vocabContent, "contentMediaType", "contentEncoding")
	all["contentSchema"] = keyword{drafts: since2019, vocab: vocabContent, shape: shapeOne}
}

func readAnyString(c *compiler, _ *schemaDef, _, key, value *yaml.Node, _ int) {
	if !strict.IsString(value) {
		c.fault(value, key.Value+" must be a string", "")
	}
}

func isBool(n *yaml.Node, value bool) bool {
	return n.Kind == yaml.ScalarNode && n.Tag == strict.TagBool && truth(n) == value
}
