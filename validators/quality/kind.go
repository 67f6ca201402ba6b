package quality

import (
	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/schemas"
	"github.com/winnow-data/winnow/strict"
)

// A Kind is a rule that a contract can name: what people read about it, and how it is compiled.
type Kind struct {
	Name    string
	Window  bool   // whether it judges windows, not records
	Summary string // what it demands, in one line
	Detail  string // what else there is to know
	Example string // an entry of a contract's rules
	Keys    []strict.Key

	compile func(*request) func() winnow.Rule
}

// Kinds lists every rule there is, by name.
func Kinds() []Kind {
	return []Kind{duplicateKind(), lengthKind(), notNullKind(), nullRateKind(), oneOfKind(), rangeKind(), regexKind()}
}

// Names lists the names of Kinds.
func Names() []string {
	var names []string
	for _, k := range Kinds() {
		names = append(names, k.Name)
	}
	return names
}

// A Compiled is a rule of a contract, ready to be made for a partition.
type Compiled struct {
	Kind    Kind
	Pointer string // where its reasons point; "" is the record as a whole
	// New makes the rule for one partition, without memory of any other's.
	New func() winnow.Rule
}

// Compile compiles an entry of a contract's rules against the columns of p. It reports every fault of the entry that is
// this package's to find, each with its place; without faults, the Compiled is complete.
func Compile(spec schemas.RuleSpec, p *schemas.Program) (Compiled, winnow.Faults) {
	for _, k := range Kinds() {
		if k.Name == spec.Rule {
			r := &request{spec: spec, program: p, pointer: spec.Pointer}
			build := k.compile(r)
			return Compiled{Kind: k, Pointer: r.pointer, New: build}, r.faults
		}
	}
	at := strict.Get(spec.Node, "rule")
	return Compiled{}, winnow.Faults{strict.At(spec.File, at, "unknown rule "+quote(spec.Rule), strict.Suggest(spec.Rule, Names()))}
}
