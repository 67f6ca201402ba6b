package schemas

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/winnow-data/winnow/strict"
)

// A vocabulary is a set of the vocabularies that keywords belong to, as bits (JSON Schema 2020-12, section 8.1.2).
type vocabulary uint16

const (
	vocabCore vocabulary = 1 << iota
	vocabApplicator
	vocabUnevaluated
	vocabValidation
	vocabFormat
	vocabContent
	vocabMeta
)

var vocabularyNames = map[string]vocabulary{
	"core": vocabCore, "applicator": vocabApplicator, "unevaluated": vocabUnevaluated, "validation": vocabValidation,
	"format": vocabFormat, "format-annotation": vocabFormat, "format-assertion": vocabFormat, "content": vocabContent, "meta-data": vocabMeta,
}

// vocabulariesOff gives those that a metaschema does not have. Required names one that it requires and that is unknown.
func vocabulariesOff(meta *yaml.Node, d draft) (off vocabulary, required string) {
	at := resolve(strict.Get(meta, "$vocabulary"))
	if at == nil || at.Kind != yaml.MappingNode || d&since2019 == 0 {
		return 0, ""
	}
	on := vocabCore
	for key, value := range pairs(at) {
		_, name, found := strings.Cut(key.Value, "/vocab/")
		bit := vocabularyNames[name]
		if !found || !strings.Contains(key.Value, "://"+metaschemaHost) || bit == 0 {
			if isBool(value, true) {
				return 0, strict.Show(key)
			}
			continue
		}
		on |= bit
		if d == draft2019 && bit == vocabApplicator {
			on |= vocabUnevaluated // which 2019-09 counts among the applicators
		}
	}
	return ^on, ""
}
