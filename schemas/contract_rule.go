package schemas

import (
	"regexp"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/strict"
)

// commonRule is what every rule has. What else a rule's mapping holds is the rule's own.
type commonRule struct {
	Rule    string `yaml:"rule" strict:"required" doc:"Which rule."`
	Name    string `yaml:"name" default:"the rule" doc:"What reasons and metrics call it: letters, digits, dots, underscores and hyphens, at most 64."`
	Pointer string `yaml:"pointer" doc:"The JSON Pointer of the column that it judges; not through an array."`
	OnFail  string `yaml:"on_fail" enum:"quarantine,tag,count" default:"quarantine; count for a rule with a window" doc:"What becomes of what fails: quarantine, tag (it goes on, and is known by the rule's name) or count. A rule with a window can only count in this version."`
}

var ruleName = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// columnKeys are the keys of rules whose strings are pointers to columns.
func columnKeys() []string { return []string{"pointer", "keys"} }

// rule reads one entry of rules.
func (l *loader) rule(n *yaml.Node) {
	if n.Kind != yaml.MappingNode {
		l.fault(n, "a rule must be a mapping", "write it like {rule: range, pointer: /distance, min: 0}")
		return
	}
	common := *n
	common.Content = nil
	for i := 0; i+1 < len(n.Content); i += 2 {
		if slices.Contains([]string{"rule", "name", "pointer", "on_fail"}, n.Content[i].Value) {
			common.Content = append(common.Content, n.Content[i], n.Content[i+1])
		}
	}
	var r commonRule
	l.faults = append(l.faults, strict.Decode(l.file, &common, &r)...)
	spec := RuleSpec{Rule: r.Rule, Name: r.Name, Pointer: r.Pointer, OnFail: winnow.OnFail(r.OnFail), File: l.file, Node: n}
	if spec.Name == "" {
		spec.Name = spec.Rule
	}
	l.ruleName(n, spec)
	if windowRule(spec.Rule) && spec.OnFail != "" && spec.OnFail != winnow.OnFailCount {
		l.fault(strict.Get(n, "on_fail"), "on_fail of a rule with a window can only be count in this version", "write count, or take the key out")
	}
	if p := strict.Get(n, "pointer"); strict.IsString(p) {
		if err := checkPointer(p.Value); err != nil {
			l.fault(p, strict.Show(p)+" "+err.Error(), pointerFix)
			spec.Pointer = ""
		}
	}
	for _, key := range columnKeys() {
		l.columnsOf(strict.Get(n, key))
	}
	l.c.Rules = append(l.c.Rules, spec)
}

// ruleName checks the name, which ends up in metric labels and Kafka headers.
func (l *loader) ruleName(n *yaml.Node, spec RuleSpec) {
	at := strict.Get(n, "name")
	if at == nil || !strict.IsString(at) {
		return
	}
	reserved := []string{winnow.RuleJSON, winnow.RuleBatch, winnow.RuleNumber, winnow.RuleEncoding}
	switch {
	case !ruleName.MatchString(spec.Name):
		l.fault(at, "a rule's name cannot be "+strict.Show(at), "letters, digits, dots, underscores and hyphens, at most 64")
	case slices.Contains(reserved, spec.Name):
		l.fault(at, "the name "+strict.Show(at)+" is winnow's own", "choose another")
	}
}

// columnsOf notes the pointers that n, a string or a list of strings, names.
func (l *loader) columnsOf(n *yaml.Node) {
	if n == nil {
		return
	}
	if n.Kind == yaml.SequenceNode {
		for _, e := range n.Content {
			l.columnsOf(e)
		}
		return
	}
	if strict.IsString(n) && checkPointer(n.Value) == nil {
		l.columns = append(l.columns, n)
	}
}
