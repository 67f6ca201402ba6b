package schemas

import (
	"go.yaml.in/yaml/v3"

	"github.com/winnow-data/winnow/strict"
)

// A valueSet is an enum or a const: the values that it lets by, compared as JSON compares them. 1 and 1.0 are equal, as
// are strings however they are escaped and objects in whatever order.
type valueSet struct {
	rule     string
	literals kinds // null
	booleans [2]bool
	ints     map[int64]bool
	decimals map[string]bool // numbers that are no int64, by decimal.append
	strings  stringSet
	trees    map[string]bool // arrays and objects, by canonical form
	of       kinds           // arrays and objects among them
}

// has says whether the set has values of class k.
func (s *valueSet) has(k class) bool {
	switch k {
	case classNull:
		return s.literals&kindNull != 0
	case classBool:
		return s.booleans[0] || s.booleans[1]
	case classNumber:
		return len(s.ints)+len(s.decimals) > 0
	case classString:
		return len(s.strings.all) > 0
	}
	return s.of&classKinds[k] != 0
}

func newValueSet(rule string, values []*yaml.Node) *valueSet {
	s := &valueSet{rule: rule, ints: make(map[int64]bool), decimals: make(map[string]bool), trees: make(map[string]bool)}
	var texts []string
	for _, n := range values {
		switch n = resolve(n); {
		case n.Kind != yaml.ScalarNode:
			s.trees[string(canonicalNode(nil, n))] = true
			if n.Kind == yaml.MappingNode {
				s.of |= kindObject
			} else {
				s.of |= kindArray
			}
		case n.Tag == strict.TagNull:
			s.literals |= kindNull
		case n.Tag == strict.TagBool:
			s.booleans[btoi(truth(n))] = true
		case isNumber(n):
			var dec decimal
			dec.set([]byte(n.Value))
			if i, ok := dec.int64(); ok {
				s.ints[i] = true
			} else {
				s.decimals[string(dec.append(nil))] = true
			}
		default:
			texts = append(texts, n.Value)
		}
	}
	s.strings = newStringSet(appendNew(nil, texts, make(map[string]bool))) // in their order: a dictionary's
	return s
}

// onlyStrings says that nothing but strings, and null, is in the set.
func (s *valueSet) onlyStrings() bool {
	return len(s.strings.all) > 0 && len(s.ints)+len(s.decimals)+len(s.trees) == 0 && s.booleans == [2]bool{}
}

// hasNumber says whether the number v, whose text is tok, is in the set.
func (s *valueSet) hasNumber(v number, tok []byte, dec *decimal, text *[]byte) bool {
	if v.exact && v.exp == 0 && v.mant < 1<<63 {
		n := int64(v.mant)
		if v.neg {
			n = -n
		}
		return s.ints[n]
	}
	dec.set(tok)
	if n, ok := dec.int64(); ok {
		return s.ints[n]
	}
	*text = dec.append((*text)[:0])
	return s.decimals[string(*text)]
}
