package validators

import (
	"github.com/winnow-data/winnow/strict"
	"github.com/winnow-data/winnow/validators/quality"
	"github.com/winnow-data/winnow/validators/sensitive"
)

// A DocKind says what a Doc is about.
type DocKind string

// The kinds of Doc.
const (
	DocRule     DocKind = "rule"     // judges records
	DocWindow   DocKind = "window"   // judges windows of records
	DocDetector DocKind = "detector" // finds sensitive data
)

// A Doc describes a rule or a detector for the people who write contracts.
type Doc struct {
	Name    string
	Kind    DocKind
	Summary string       // what a rule demands or a detector finds, in one line
	Detail  string       // what else there is to know
	Example string       // an entry of a contract's rules; "" for a detector
	Keys    []strict.Key // the rule's own keys, beside rule, name, pointer and on_fail
}

// Describe describes every rule and every detector, rules first, each in the order of its registry.
func Describe() []Doc {
	var docs []Doc
	for _, k := range quality.Kinds() {
		d := Doc{Name: k.Name, Kind: DocRule, Summary: k.Summary, Detail: k.Detail, Example: k.Example, Keys: k.Keys}
		if k.Window {
			d.Kind = DocWindow
		}
		docs = append(docs, d)
	}
	for _, s := range sensitive.Detectors() {
		docs = append(docs, Doc{Name: s.Type, Kind: DocDetector, Summary: s.Summary, Detail: s.Detail})
	}
	return docs
}

// Types lists the detectors: every Type that a finding can have.
func Types() []string { return sensitive.Types() }
