package loadgen

import (
	"slices"

	"github.com/winnow-data/winnow"
)

// A Fault is one way in which a record, or a batch, is planted to be wrong, and the reason that the gate must find. The
// zero Fault is that of a good record.
type Fault struct {
	Kind  string `json:"kind"`  // its name and label, such as "format_uuid"; empty for a good record
	Group string `json:"group"` // GroupJSON and its neighbours

	// The reason that must be among the reasons of the gate. An empty Detail is any.
	Rule    string `json:"rule"`
	Pointer string `json:"pointer"`
	Detail  string `json:"detail,omitempty"`
}

// The groups of faults, in the order in which Faults lists them.
const (
	GroupJSON      = "json"      // the bytes are not acceptable JSON
	GroupSchema    = "schema"    // a keyword of the contract's schema
	GroupRule      = "rule"      // a rule of the contract
	GroupSensitive = "sensitive" // sensitive data
	GroupBatch     = "batch"     // a Kafka batch, or a record that needs a batch of its own
)

// Good says that nothing was planted.
func (f Fault) Good() bool { return f.Kind == "" }

// Explains says that r is the reason that the fault leads to.
func (f Fault) Explains(r winnow.Reason) bool {
	return r.Rule == f.Rule && r.Pointer == f.Pointer && (f.Detail == "" || r.Detail == f.Detail)
}

// A planter is a Fault with what plants it. Faults of a record edit its draft, then the written bytes; either may be nil.
type planter struct {
	Fault
	lines bool // can stand in a line of NDJSON
	edit  func(g *Generator, d *draft)
	// finish gets the record's bytes as dst[start:] and returns dst with the record as it shall be.
	finish func(g *Generator, dst []byte, start int) []byte
}

// planters lists what a Generator can plant: everything but GroupBatch.
func planters() []planter {
	return slices.Concat(jsonFaults(), encodingFaults(), typeFaults(), valueFaults(), formatFaults(), ruleFaults(), sensitiveFaults())
}

// Faults lists every fault, in a stable order.
func Faults() []Fault {
	var fs []Fault
	for _, p := range planters() {
		fs = append(fs, p.Fault)
	}
	for _, b := range batchFaults() {
		fs = append(fs, b.Fault)
	}
	return fs
}
