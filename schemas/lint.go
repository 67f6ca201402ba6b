package schemas

import (
	"hash/maphash"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/strict"
)

// A LintCheck is one thing that Lint warns of.
type LintCheck struct {
	Name string // of its example, testdata/lint/NAME.txtar
	Says string // what it warns of, as a noun or a clause
	Run  bool   // loading a contract warns of it, too: `run` and `check` say so

	whole    bool // looks at schemas in their place, which a fault anywhere spoils
	schema   func(l *linter, s *schemaDef)
	contract func(l *linter, from *loader)
}

// Lint is LoadContract with warnings of what is surely a slip beside all the faults: see LintChecks. Some need a contract without
// a fault. Its time is bounded by the size of the schema, whatever that says: where a look would cost more, it says so and leaves it.
func Lint(file string, opt ContractOptions) (*Contract, winnow.Faults) {
	return lint(file, opt, LintChecks())
}

func lint(file string, opt ContractOptions, checks []LintCheck) (*Contract, winnow.Faults) {
	from := newLoader(file, opt)
	c, faults := from.open()
	if from.compiled.root == nil {
		return c, faults
	}
	l := newLinter(from.compiled)
	l.whole = faults.Err() == nil
	if l.root == nil {
		return c, faults
	}
	l.readRest()
	for _, d := range l.c.lib.documents {
		if !strings.Contains(d.file, "://") { // but for metaschemas
			l.walk(d.root, shapeOne)
		}
	}
	for _, s := range l.c.defs {
		if l.defs[s.at] == s && s.at.Kind == yaml.MappingNode && !l.listed[s.at] && !strings.Contains(s.res.file, "://") {
			l.all = append(l.all, s) // where no keyword has schemas
		}
	}
	l.run(checks, from)
	return c, faults.Also(l.faults)
}

// A linter looks at the schemas that a compiler has read.
type linter struct {
	c       *compiler
	root    *schemaDef
	whole   bool                      // there is no fault
	reached map[*yaml.Node]bool       // what the record is judged by
	defs    map[*yaml.Node]*schemaDef // as they are read in the first place where they are met
	all     []*schemaDef              // in the order of the files
	kin     map[*schemaDef]*family
	asked   map[*schemaDef]bool
	sums    map[*yaml.Node]uint64
	seed    maphash.Seed
	read    map[*yaml.Node]bool
	listed  map[*yaml.Node]bool
	said    map[*yaml.Node]bool
	looks   int // comparisons of names left
	steps   int // of what looks at schemas together
	values  *valueJudge
	faults  winnow.Faults
}

// The bounds of a lint: warnings, comparisons of names that look alike, steps of what looks at schemas together, and places of the program that
// judges the values that a schema names.
const (
	maxLintFaults = 1000
	maxLooks      = 200_000
	maxLintSteps  = 5_000_000
	maxJudged     = 20_000
)

func newLinter(f schemaFile) *linter {
	l := &linter{
		c: newCompiler(f.opt), reached: make(map[*yaml.Node]bool), defs: make(map[*yaml.Node]*schemaDef), kin: make(map[*schemaDef]*family),
		sums: make(map[*yaml.Node]uint64), seed: maphash.MakeSeed(), said: make(map[*yaml.Node]bool), read: make(map[*yaml.Node]bool), listed: make(map[*yaml.Node]bool), looks: maxLooks, steps: maxLintSteps,
	}
	l.root = l.c.readAll(f.file, resolve(f.root), f.opt)
	for _, s := range l.c.defs {
		l.reached[s.at] = true
	}
	return l
}

// readRest reads the schemas that nothing leads to. What is wrong with them is in nobody's way: a warning.
func (l *linter) readRest() {
	before := len(l.c.faults)
	for _, d := range l.c.lib.documents {
		if !strings.Contains(d.file, "://") {
			l.c.res, l.c.draft = d, d.draft
			l.readIn(d.root, shapeOne)
		}
	}
	l.c.readQueue()
	l.c.checkCycles()
	for _, f := range l.c.faults[before:] {
		l.whole = l.whole && f.Warning
		f.Warning = true
		l.faults = append(l.faults, f)
	}
	for _, s := range l.c.defs {
		if l.defs[s.at] == nil {
			l.defs[s.at] = s
		}
	}
}

// readIn reads the schemas in n that are not read.
func (l *linter) readIn(n *yaml.Node, s shape) {
	l.each(n, s, func(n *yaml.Node) {
		if n.Kind == yaml.MappingNode && l.c.lib.where[n] != nil && !l.read[n] {
			l.read[n] = true
			if !l.reached[n] && !l.leads(n) { // or it is but a way to others
				l.c.schema(n, "", 0)
			}
			l.inside(n, l.readIn)
		}
	})
}

// walk lists the schemas in n.
func (l *linter) walk(n *yaml.Node, s shape) {
	l.each(n, s, func(n *yaml.Node) {
		if n.Kind == yaml.MappingNode && l.c.lib.where[n] != nil && !l.listed[n] {
			l.listed[n] = true
			if def := l.defs[n]; def != nil {
				l.all = append(l.all, def)
			}
			l.inside(n, l.walk)
		}
	})
}

// each calls f for the schemas that lie in the value n of a keyword.
func (l *linter) each(n *yaml.Node, s shape, f func(n *yaml.Node)) {
	n = resolve(n)
	switch {
	case s == shapeOne || s == shapeOneOrList && n.Kind == yaml.MappingNode:
		f(n)
	case (s == shapeList || s == shapeOneOrList) && n.Kind == yaml.SequenceNode:
		for _, item := range n.Content {
			f(resolve(item))
		}
	case s == shapeMap && n.Kind == yaml.MappingNode:
		for _, value := range pairs(n) {
			f(value)
		}
	}
}

// inside calls f for the keywords of the schema n that have schemas in them.
func (l *linter) inside(n *yaml.Node, f func(value *yaml.Node, s shape)) {
	draft := l.c.lib.where[n].draft
	alone := draft&until7 != 0 && strict.Get(n, "$ref") != nil
	for key, value := range pairs(n) {
		if k, known := l.c.keywords[key.Value]; known && k.drafts&draft != 0 && (!alone || key.Value == "definitions") {
			f(value, k.shape)
		}
	}
}

func (l *linter) run(checks []LintCheck, from *loader) {
	for _, check := range checks {
		if check.whole && !l.whole {
			continue
		}
		if check.contract != nil {
			check.contract(l, from)
		}
		for _, s := range l.all {
			if check.schema != nil && len(l.faults) <= maxLintFaults {
				check.schema(l, s)
			}
		}
	}
	if len(l.faults) > maxLintFaults {
		l.faults = append(l.faults[:maxLintFaults], winnow.Fault{File: from.file, Problem: "too many warnings", Fix: "the rest are not listed", Warning: true})
	}
}

func (l *linter) warn(file string, at *yaml.Node, problem, fix string) {
	f := strict.At(file, at, problem, fix)
	f.Warning = true
	if len(l.faults) <= maxLintFaults && !slices.Contains(l.faults[max(0, len(l.faults)-8):], f) {
		l.faults = append(l.faults, f)
	}
}

// get gives a keyword of s, and its value; nil where the draft does not have it, or ignores it.
func (l *linter) get(s *schemaDef, name string) (key, value *yaml.Node) {
	k := l.c.keywords[name]
	if k.drafts&s.res.draft == 0 || k.vocab&s.res.off != 0 || s.res.draft&until7 != 0 && strict.Get(s.at, "$ref") != nil {
		return nil, nil
	}
	key, value = strict.Pair(s.at, name)
	return key, resolve(value)
}

// near says which of known a person may have meant by word; "" where none is near.
func (l *linter) near(word string, known []string) string {
	if l.looks -= len(known); l.looks < 0 {
		return ""
	}
	if fix := strict.Suggest(word, known); strings.HasPrefix(fix, "did you mean") {
		return fix
	}
	return ""
}
