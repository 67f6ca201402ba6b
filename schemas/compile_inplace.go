package schemas

import "github.com/winnow-data/winnow/strict"

// maxWays bounds in how many ways the schemas for one value can be reached: nests of anyOf can make them double with each level.
const maxWays = 100_000

// inPlace lists the schemas that s applies to the same value.
func (s *schemaDef) inPlace() []*schemaDef {
	list := make([]*schemaDef, 0, len(s.all)+len(s.any)+len(s.one)+len(s.depends)+4)
	list = append(append(append(list, s.all...), s.any...), s.one...)
	for _, in := range []*schemaDef{s.not, s.cond, s.then, s.els} {
		if in != nil {
			list = append(list, in)
		}
	}
	for _, d := range s.depends {
		if d.def != nil {
			list = append(list, d.def)
		}
	}
	return list
}

// checkCycles refuses schemas that lead back to themselves without going into the record, and those with too many ways. References that do go
// into the record are fine: its depth is bounded.
func (c *compiler) checkCycles() {
	const walking = -1
	ways := make(map[*schemaDef]int, len(c.defs))
	var walk func(s *schemaDef) int
	walk = func(s *schemaDef) int {
		if n := ways[s]; n != 0 {
			return n
		}
		ways[s] = walking
		sum := 1
		for _, in := range s.inPlace() {
			n := walk(in)
			if n == walking {
				c.faultIn(s, "$ref leads back to itself", "a $ref must reach a schema that says something")
				n = 1
			}
			if sum < maxWays {
				sum += n
			}
		}
		if s.otherProps != nil || s.otherItems != nil {
			sum *= 2 // what is evaluated is found by a look of its own
		}
		ways[s] = min(sum, maxWays+1) // or it would overflow
		return ways[s]
	}
	for _, s := range c.defs {
		if ways[s] == 0 && walk(s) > maxWays {
			c.faultIn(s, "this schema can be reached in too many ways", "its anyOf, oneOf, allOf and $ref multiply: simplify them")
			return
		}
	}
}

// shorten takes what says nothing but a reference out of the way to what it leads to: such chains can be long, and lead from very many places.
func (c *compiler) shorten() {
	var end func(s *schemaDef) *schemaDef
	end = func(s *schemaDef) *schemaDef {
		if len(s.all) != 1 || !s.silent() {
			return s
		}
		s.all[0] = end(s.all[0])
		return s.all[0]
	}
	for _, s := range c.defs {
		for i := range s.all {
			s.all[i] = end(s.all[i])
		}
	}
}

// faultIn is a fault at s, or at its reference.
func (c *compiler) faultIn(s *schemaDef, problem, fix string) {
	at := s.at
	if s.refAt != nil {
		at = s.refAt
	}
	c.faults = append(c.faults, strict.At(s.res.file, at, problem, fix))
}

// A class is a set of kinds that keywords treat alike.
type class uint8

const (
	classNull class = iota
	classBool
	classNumber
	classString
	classObject
	classArray
	classes
)

var classKinds = [classes]kinds{kindNull, kindBool, kindNumber, kindString, kindObject, kindArray}

// plainly says that what s says itself of values of class, but for its branches, lets all of them by.
func (s *schemaDef) plainly(k class) bool {
	if s.never != "" || !s.aboutAll(classKinds[k]) {
		return false
	}
	switch k {
	case classNumber:
		return len(s.limits)+len(s.multiples) == 0
	case classString:
		return s.lengths == anySize && !s.dateTime && len(s.patterns)+len(s.formats) == 0
	case classObject:
		return !s.aboutObjects()
	case classArray:
		return !s.aboutArrays()
	}
	return true
}

// A guess is what is known of a schema and all values of a class before any record is seen.
type guess uint8

const (
	unknown guess = iota
	accepts       // every one passes
	rejects       // none does
)

// guess says what is sure of s and the values of class k.
func (b *builder) guess(s *schemaDef, k class) guess {
	known := b.guesses[s]
	if known == nil {
		known = new([classes]guess)
		for i := range known {
			known[i] = b.reckon(s, class(i))
		}
		b.guesses[s] = known
	}
	return known[k]
}

func (b *builder) reckon(s *schemaDef, k class) guess {
	sure := s.plainly(k)
	if s.never != "" || s.allow&classKinds[k] == 0 {
		return rejects
	}
	for _, e := range s.enums {
		if !e.has(k) {
			return rejects
		}
	}
	for _, in := range s.all {
		g := b.guess(in, k)
		if g == rejects {
			return rejects
		}
		sure = sure && g == accepts
	}
	if len(s.any) > 0 {
		yes, no := b.count(s.any, k)
		if no == len(s.any) {
			return rejects
		}
		sure = sure && yes > 0
	}
	if len(s.one) > 0 {
		yes, no := b.count(s.one, k)
		if no == len(s.one) || yes > 1 {
			return rejects
		}
		sure = sure && yes == 1 && no == len(s.one)-1
	}
	if s.not != nil {
		g := b.guess(s.not, k)
		if g == accepts {
			return rejects
		}
		sure = sure && g == rejects
	}
	if s.cond != nil {
		sure = sure && (s.then == nil || b.guess(s.then, k) == accepts) && (s.els == nil || b.guess(s.els, k) == accepts)
	}
	if sure {
		return accepts
	}
	return unknown
}

// count counts the schemas that are sure to accept, and to reject, values of class k.
func (b *builder) count(list []*schemaDef, k class) (yes, no int) {
	for _, s := range list {
		switch b.guess(s, k) {
		case accepts:
			yes++
		case rejects:
			no++
		}
	}
	return yes, no
}

// conditional says that what s evaluates of an object's members, or of an array's items, hangs on the value.
func (b *builder) conditional(s *schemaDef, k class) bool {
	seen := map[*schemaDef]bool{s: true}
	var walk func(in *schemaDef) bool
	walk = func(in *schemaDef) bool {
		if seen[in] && in != s {
			return false
		}
		seen[in] = true
		if len(in.any)+len(in.one) > 0 || in.cond != nil || k == classArray && in.contains != nil {
			return true
		}
		for _, d := range in.depends {
			if d.def != nil {
				return true
			}
		}
		if in != s && (k == classObject && in.otherProps != nil || k == classArray && in.otherItems != nil) {
			return true
		}
		for _, more := range in.all {
			if walk(more) {
				return true
			}
		}
		return false
	}
	return walk(s)
}
