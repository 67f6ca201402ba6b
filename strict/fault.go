package strict

import (
	"strconv"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/winnow-data/winnow"
)

// At makes the fault of the node n of file: its problem, and what to do about it, which may be empty. A nil n has no place.
func At(file string, n *yaml.Node, problem, fix string) winnow.Fault {
	f := winnow.Fault{File: file, Problem: problem, Fix: fix}
	if n != nil {
		f.Line, f.Column = n.Line, n.Column
	}
	return f
}

// Show gives a scalar's text for a fault: quoted and cut to a bearable length, or, for a text that Expand has put there and
// that may be a secret, words in its place.
func Show(n *yaml.Node) string {
	if n.Kind != yaml.ScalarNode {
		return kindOf(n)
	}
	if Expanded(n) {
		return "the expanded text"
	}
	return quote(n.Value)
}

// quote quotes s, cut to a bearable length.
func quote(s string) string {
	const most = 60
	if utf8.RuneCountInString(s) > most {
		s = string([]rune(s)[:most]) + "…"
	}
	return strconv.Quote(s)
}

// kindOf names what n is in the words of a fault.
func kindOf(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	}
	switch n.Tag {
	case TagInt:
		return "a whole number"
	case TagFloat:
		return "a number"
	case TagBool:
		return n.Value
	case TagNull:
		return "null"
	}
	return "a string"
}

// report collects the faults of one file, each once.
type report struct {
	file   string
	faults winnow.Faults
	seen   map[winnow.Fault]bool
}

func (r *report) add(n *yaml.Node, problem, fix string) {
	r.take(At(r.file, n, problem, fix))
}

func (r *report) addAt(line, col int, problem, fix string) {
	r.take(winnow.Fault{File: r.file, Line: line, Column: col, Problem: problem, Fix: fix})
}

// take keeps f unless it is known already, as it is when an anchor's text is met again through its alias.
func (r *report) take(f winnow.Fault) {
	if r.seen[f] || len(r.faults) > maxFaults {
		return
	}
	if len(r.faults) == maxFaults {
		f = winnow.Fault{File: r.file, Problem: "too many faults", Fix: "the rest is not listed"}
	}
	if r.seen == nil {
		r.seen = make(map[winnow.Fault]bool)
	}
	r.seen[f] = true
	r.faults = append(r.faults, f)
}
