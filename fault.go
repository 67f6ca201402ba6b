package winnow

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A Fault is one thing wrong with a command line, a configuration or a contract: where, what, and what to do.
type Fault struct {
	File         string
	Line, Column int    // from 1; 0 where there is none
	Problem      string // "unknown key \"brokerz\""
	Fix          string // "did you mean brokers?"; may be empty
	Warning      bool   // told, but not in the way
}

func (f Fault) String() string {
	var b strings.Builder
	b.WriteString(f.File)
	if f.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", f.Line, f.Column)
	}
	if b.Len() > 0 {
		b.WriteString(": ")
	}
	if f.Warning {
		b.WriteString("warning: ")
	}
	b.WriteString(f.Problem)
	if f.Fix != "" {
		b.WriteString(": ")
		b.WriteString(f.Fix)
	}
	return b.String()
}

// Faults are all the faults of something, as one error. The command that meets them exits with 2.
type Faults []Fault

// Error gives a line for each fault.
func (fs Faults) Error() string {
	lines := make([]string, len(fs))
	for i, f := range fs {
		lines[i] = f.String()
	}
	return strings.Join(lines, "\n")
}

// Also adds those of more that have no fault yet at their place: a second look at what is wrong already finds it wrong again.
func (fs Faults) Also(more Faults) Faults {
	type place struct {
		file         string
		line, column int
	}
	known := make(map[place]bool)
	for _, f := range fs {
		known[place{f.File, f.Line, f.Column}] = known[place{f.File, f.Line, f.Column}] || !f.Warning
	}
	for _, f := range more {
		if f.Line == 0 || !known[place{f.File, f.Line, f.Column}] {
			fs = append(fs, f)
		}
	}
	return fs
}

// Err returns the faults that are not warnings, in the order of their places, or nil.
func (fs Faults) Err() error {
	bad := slices.DeleteFunc(slices.Clone(fs), func(f Fault) bool { return f.Warning })
	if len(bad) == 0 {
		return nil
	}
	bad.sort()
	return bad
}

// Warnings returns the faults that are warnings, in the order of their places.
func (fs Faults) Warnings() Faults {
	ws := slices.DeleteFunc(slices.Clone(fs), func(f Fault) bool { return !f.Warning })
	ws.sort()
	return ws
}

func (fs Faults) sort() {
	slices.SortStableFunc(fs, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
}
