package schemas

import (
	"encoding/binary"
	"hash/maphash"
	"math/big"
	"slices"
	"strings"

	"github.com/apache/arrow/go/v15/arrow"
	"go.yaml.in/yaml/v3"

	"github.com/winnow-data/winnow/strict"
)

// lintRanges finds limits between which there is nothing.
func lintRanges(l *linter, s *schemaDef) {
	for i := range s.limits {
		for j := range s.limits {
			low, high := &s.limits[i], &s.limits[j]
			if low.outside&1 == 0 || high.outside&4 == 0 {
				continue
			}
			d := low.dec.compare(&high.dec)
			if empty := d > 0 || d == 0 && (low.outside|high.outside)&2 != 0; empty || s.allow&kindNumber == kindInteger && noInteger(low, high) {
				l.emptyRange(s, low.rule, high.rule)
			}
		}
	}
	for _, of := range []struct {
		name string
		sizes
	}{{"Length", s.lengths}, {"Items", s.counts}, {"Properties", s.members}, {"Contains", s.matches}} {
		if of.least > of.most && (of.name != "Contains" || s.contains != nil) {
			l.emptyRange(s, "min"+of.name, "max"+of.name)
		}
	}
	if key, _ := l.get(s, "maxProperties"); key != nil && len(s.required) > s.members.most {
		l.warn(s.res.file, key, "maxProperties is less than there are names in required: no object passes", "raise it, or take names out")
	}
}

func (l *linter) emptyRange(s *schemaDef, low, high string) {
	at, _ := strict.Pair(s.at, high)
	what := map[string]string{"Length": "string", "Items": "array", "Properties": "object", "Contains": "array"}[strings.TrimPrefix(high, "max")]
	if what == "" {
		what = "number"
	}
	if s.allow&kindNumber == kindInteger && what == "number" {
		what = "integer"
	}
	l.warn(s.res.file, at, low+" and "+high+" leave nothing between them: no "+what+" passes", "were they swapped?")
}

// noInteger says that no integer lies between two limits. It looks at those alone that an int64 can be near to.
func noInteger(low, high *limit) bool {
	a, ok := floor(&low.dec, true)
	b, known := floor(&high.dec, false)
	if !ok || !known {
		return false
	}
	if low.outside&2 != 0 && low.dec.whole() {
		a++
	}
	if high.outside&2 != 0 && high.dec.whole() {
		b--
	}
	return a > b
}

// floor is the greatest integer that is not above z; the smallest that is not below it, where up is said.
func floor(z *decimal, up bool) (int64, bool) {
	if z.point > 18 || z.point < -100 || len(z.digits) > 100 {
		return 0, false
	}
	r, ok := new(big.Rat).SetString(string(z.append(nil)))
	if !ok {
		return 0, false
	}
	n := new(big.Int).Div(r.Num(), r.Denom()) // rounds down, as the denominator is positive
	if up && !r.IsInt() {
		n.Add(n, big.NewInt(1))
	}
	return n.Int64(), true
}

// A named value is one that a schema names itself.
type namedValue struct {
	n    *yaml.Node
	what string
}

func (l *linter) namedValues(s *schemaDef) (values []namedValue) {
	for name, what := range map[string]string{"enum": "this value of enum", "examples": "this example"} {
		if _, list := l.get(s, name); list != nil && list.Kind == yaml.SequenceNode {
			for _, n := range list.Content {
				values = append(values, namedValue{resolve(n), what})
			}
		}
	}
	for _, name := range []string{"const", "default"} {
		if _, n := l.get(s, name); n != nil {
			values = append(values, namedValue{n, "the value of " + name})
		}
	}
	return values
}

// A valueJudge judges by any of the schemas that it was made for: one program has them all, and what they share once.
type valueJudge struct {
	program *Program
	decoder *Decoder
	roots   map[*schemaDef]*node // nil where anything passes
}

// judge makes the judge of the schemas that name values. Those from where it would be too large on are left out, with a warning.
func (l *linter) judge() *valueJudge {
	j := &valueJudge{roots: make(map[*schemaDef]*node)}
	before := len(l.c.faults)
	l.c.res = l.root.res
	b := newBuilder(l.c, nil)
	for _, s := range l.all {
		if len(l.namedValues(s)) == 0 {
			continue
		}
		root := b.general([]*schemaDef{s})
		if b.full || b.places > maxJudged {
			l.warn(s.res.file, s.at, "the schema is too large to judge all the values that it names", "those from here on are not looked at")
			break
		}
		j.roots[s] = root
	}
	l.c.faults = l.c.faults[:before]
	b.full = false // what is judged is whole
	b.p.schema = arrow.NewSchema(nil, nil)
	b.dictionary()
	j.program, j.decoder = b.p, NewDecoder(b.p, Limits{})
	return j
}

// lintValues judges the values that a schema names by that schema.
func lintValues(l *linter, s *schemaDef) {
	if l.values == nil {
		l.values = l.judge()
	}
	root := l.values.roots[s]
	if root == nil {
		return
	}
	l.values.program.root = root
	d := l.values.decoder
	for _, v := range l.namedValues(s) {
		reasons, _ := d.Decode(appendNode(nil, v.n), nil)
		d.Reset()
		if len(reasons) > 0 {
			l.warn(s.res.file, v.n, v.what+" does not pass its own schema: "+reasons[0].Rule+" refuses it", "make the two agree")
		}
	}
}

// lintRepeated finds lists that name a thing twice.
func lintRepeated(l *linter, s *schemaDef) {
	for _, name := range []string{"enum", "required", "type"} {
		_, list := l.get(s, name)
		if list == nil || list.Kind != yaml.SequenceNode {
			continue
		}
		seen := make(map[uint64]bool, len(list.Content))
		for _, n := range list.Content {
			sum := l.sum(resolve(n))
			if seen[sum] {
				l.warn(s.res.file, n, "this is in "+name+" twice", "keep one")
			}
			seen[sum] = true
		}
	}
}

// lintOneOf finds branches of oneOf that are equal, or of which one lets by all that the other does: where both pass, oneOf does not.
func lintOneOf(l *linter, s *schemaDef) {
	twice := make(map[*yaml.Node]bool)
	for _, name := range []string{"oneOf", "anyOf"} {
		_, list := l.get(s, name)
		if list == nil || list.Kind != yaml.SequenceNode {
			continue
		}
		seen := make(map[uint64]bool, len(list.Content))
		for _, n := range list.Content {
			n = resolve(n)
			sum := l.sum(asserted(n))
			if seen[sum] {
				twice[n] = true
				what := map[string]string{"oneOf": "what passes both passes no oneOf", "anyOf": "one of them does nothing"}[name]
				l.warn(s.res.file, n, "this branch of "+name+" is here twice: "+what, "keep one")
			}
			seen[sum] = true
		}
	}
	var taken kinds
	for _, b := range s.one {
		bare := *b
		bare.allow = kindAny
		if !bare.blank() || b.allow == kindAny {
			continue
		}
		if taken&b.allow != 0 && !twice[b.at] {
			l.warn(b.res.file, b.at, "a value of a type that another branch of oneOf lets by, too, passes none", "write anyOf, or make the types differ")
		}
		taken |= b.allow
	}
}

// asserted is a schema without what only people read.
func asserted(n *yaml.Node) *yaml.Node {
	if n.Kind != yaml.MappingNode {
		return n
	}
	short := &yaml.Node{Kind: n.Kind, Tag: n.Tag}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if !slices.Contains([]string{"title", "description", "$comment", "default", "examples"}, n.Content[i].Value) {
			short.Content = append(short.Content, n.Content[i], n.Content[i+1])
		}
	}
	return short
}

// sum is a hash of what n means as JSON, with a seed of the linter's own. Each node's is computed once.
func (l *linter) sum(n *yaml.Node) uint64 {
	n = resolve(n)
	if sum, known := l.sums[n]; known {
		return sum
	}
	var text []byte
	switch n.Kind {
	case yaml.MappingNode:
		members := make([]uint64, 0, len(n.Content)/2)
		for key, value := range pairs(n) {
			members = append(members, maphash.Bytes(l.seed, binary.BigEndian.AppendUint64([]byte(key.Value), l.sum(value))))
		}
		slices.Sort(members) // the order of keys means nothing
		text = append(text, '{')
		for _, sum := range members {
			text = binary.BigEndian.AppendUint64(text, sum)
		}
	case yaml.SequenceNode:
		text = append(text, '[')
		for _, item := range n.Content {
			text = binary.BigEndian.AppendUint64(text, l.sum(item))
		}
	default:
		text = appendNode(nil, n)
	}
	sum := maphash.Bytes(l.seed, text)
	l.sums[n] = sum
	return sum
}
