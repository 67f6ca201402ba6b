package loadgen

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/winnow-data/winnow"
)

// DefaultUsers is how many users a Generator's records come from when its Config does not say.
const DefaultUsers = 2000

// maxUsers is what the pattern of the contract's user leaves room for.
const maxUsers = 1_000_000

// A Config says what a Generator makes. The zero Config makes good records only.
type Config struct {
	Seed   uint64           // the same seed gives the same records
	Faults float64          // share of records with a planted fault, 0 to 1
	Framed float64          // share of good records behind Confluent's frame, 0 to 1
	Kinds  []string         // faults to plant, by Kind; none means all. Those of GroupBatch are the Loader's
	Users  int              // how many users; 0 is DefaultUsers
	Lines  bool             // only what can stand in a line of NDJSON: no frames, no empty and no null values
	Clock  func() time.Time // where event times come from; nil counts from a fixed day, for determinism
}

// Validate reports every fault of the configuration.
func (c Config) Validate() winnow.Faults {
	var fs winnow.Faults
	if !(c.Faults >= 0 && c.Faults <= 1) {
		fs = append(fs, winnow.Fault{Problem: "the share of faults must lie between 0 and 1 (100%)"})
	}
	if !(c.Framed >= 0 && c.Framed <= 1) {
		fs = append(fs, winnow.Fault{Problem: "the share of framed records must lie between 0 and 1 (100%)"})
	}
	if c.Users < 0 || c.Users > maxUsers {
		fs = append(fs, winnow.Fault{Problem: fmt.Sprintf("the number of users must lie between 0 and %d", maxUsers)})
	}
	all := Faults()
	for _, k := range c.Kinds {
		if !slices.ContainsFunc(all, func(f Fault) bool { return f.Kind == k }) {
			fs = append(fs, winnow.Fault{Problem: fmt.Sprintf("unknown kind of fault %q", k), Fix: nearest(k, all)})
		}
	}
	return fs
}

// nearest suggests the kinds that contain what was asked for, or part of it.
func nearest(kind string, all []Fault) string {
	var like []string
	for _, f := range all {
		if kind != "" && (strings.Contains(f.Kind, kind) || strings.Contains(kind, f.Kind)) {
			like = append(like, f.Kind)
		}
	}
	if len(like) == 0 {
		return "`winnow loadgen --list-faults` lists them"
	}
	return "did you mean " + strings.Join(like, " or ") + "?"
}

func (c Config) wants(kind string) bool { return len(c.Kinds) == 0 || slices.Contains(c.Kinds, kind) }
