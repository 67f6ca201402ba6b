package validators

import (
	"slices"
	"strconv"

	"go.yaml.in/yaml/v3"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/schemas"
	"github.com/winnow-data/winnow/strict"
	"github.com/winnow-data/winnow/validators/quality"
	"github.com/winnow-data/winnow/validators/sensitive"
)

// A Spec says of a compiled rule what those who act on its findings need to know.
type Spec struct {
	Rule    string        // the kind of rule, such as range
	Name    string        // what reasons and metrics call it
	Pointer string        // where its reasons point; "" is the record as a whole
	OnFail  winnow.OnFail // what the contract wants done, its default filled in
	Window  bool          // whether it judges windows, not records
}

// A Set is the compiled rules of one contract, and its policy for sensitive data. It does not change, and any number of
// goroutines may use it at once; what New and Scanner give belongs to one of them.
type Set struct {
	specs  []Spec
	rules  []func() winnow.Rule
	policy *policy // nil: off
}

// Compile compiles the rules and the policy of c. The faults are all that is wrong with them, each with its place in the contract's file. The
// Set is nil when Faults.Err is not. A contract whose schema has faults, and so no Program, can be checked but not used: what
// depends on the schema is taken on trust.
func Compile(c *schemas.Contract) (*Set, winnow.Faults) {
	k := &compiler{contract: c, set: &Set{}}
	for _, spec := range c.Rules {
		k.rule(spec)
	}
	if !c.Sensitive.Off {
		k.sensitive()
	}
	if k.faults.Err() != nil {
		return nil, k.faults
	}
	return k.set, k.faults
}

// Rules describes the rules, in the contract's order.
func (s *Set) Rules() []Spec { return slices.Clone(s.specs) }

// New makes the rules for one partition, in the order of Rules, with nothing remembered.
func (s *Set) New() []winnow.Rule {
	rules := make([]winnow.Rule, len(s.rules))
	for i, rule := range s.rules {
		rules[i] = rule()
	}
	return rules
}

// Scanner makes a scanner for one goroutine; it is nil where the contract has sensitive data off. All detectors run: what the
// policy passes is counted.
func (s *Set) Scanner() winnow.Scanner {
	if s.policy == nil {
		return nil
	}
	return sensitive.NewScanner()
}

// Policy gives what the contract wants done with findings; nil where it has sensitive data off.
func (s *Set) Policy() winnow.Policy {
	if s.policy == nil {
		return nil
	}
	return s.policy
}

// A compiler makes a Set of a contract.
type compiler struct {
	contract *schemas.Contract
	set      *Set
	faults   winnow.Faults
}

func (k *compiler) fault(file string, at *yaml.Node, problem, fix string) {
	k.faults = append(k.faults, strict.At(file, at, problem, fix))
}

func (k *compiler) rule(spec schemas.RuleSpec) {
	if slices.Contains(sensitive.Types(), spec.Rule) {
		k.fault(spec.File, strict.Get(spec.Node, "rule"), strconv.Quote(spec.Rule)+" is a detector, not a rule",
			"say what becomes of its findings under sensitive: {types: {"+spec.Rule+": quarantine}}")
		return
	}
	rule, faults := quality.Compile(spec, k.contract.Program)
	k.faults = append(k.faults, faults...)
	s := Spec{Rule: spec.Rule, Name: spec.Name, Pointer: rule.Pointer, OnFail: spec.OnFail, Window: rule.Kind.Window}
	if s.Name == "" {
		s.Name = s.Rule
	}
	switch {
	case s.OnFail != "":
	case s.Window:
		s.OnFail = winnow.OnFailCount
	default:
		s.OnFail = winnow.OnFailQuarantine
	}
	k.name(spec, s)
	k.set.specs = append(k.set.specs, s)
	k.set.rules = append(k.set.rules, rule.New)
}

// name checks that reasons can be told apart by s's name, and that it stands for one policy.
func (k *compiler) name(spec schemas.RuleSpec, s Spec) {
	at := strict.Get(spec.Node, "name")
	taken := slices.Concat(quality.Names(), sensitive.Types(), sensitive.Planned())
	if s.Name != s.Rule && slices.Contains(taken, s.Name) {
		k.fault(spec.File, at, "the name "+strconv.Quote(s.Name)+" is that of another rule or detector", "choose another")
		return
	}
	for _, other := range k.set.specs {
		if other.Name == s.Name && other.OnFail != s.OnFail {
			if at == nil {
				at = spec.Node
			}
			k.fault(spec.File, at, "two rules are called "+strconv.Quote(s.Name)+" and differ in on_fail", "give one of them another name")
			return
		}
	}
}
