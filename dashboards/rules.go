package dashboards

import (
	"bytes"
	"fmt"

	"go.yaml.in/yaml/v3"
)

type ruleFile struct {
	Groups []ruleGroup `yaml:"groups"`
}

type ruleGroup struct {
	Name  string `yaml:"name"`
	Rules []rule `yaml:"rules"`
}

type rule struct {
	Alert       string            `yaml:"alert"`
	Expr        string            `yaml:"expr"`
	For         string            `yaml:"for,omitempty"`
	Labels      map[string]string `yaml:"labels"`
	Annotations annotations       `yaml:"annotations"`
}

type annotations struct {
	Summary     string `yaml:"summary"`
	Description string `yaml:"description"`
	RunbookURL  string `yaml:"runbook_url"`
}

// Rules gives the alert rules as Prometheus loads them.
func Rules() ([]byte, error) {
	var file ruleFile
	for _, g := range groups() {
		out := ruleGroup{Name: g.name}
		for _, a := range g.alerts {
			out.Rules = append(out.Rules, rule{
				Alert: a.Name, Expr: a.Expr(), For: a.For,
				Labels:      map[string]string{"severity": a.Severity, "component": a.Component},
				Annotations: annotations{a.Summary, a.Description, runbooks + "#" + a.Anchor()},
			})
		}
		file.Groups = append(file.Groups, out)
	}
	var b bytes.Buffer
	b.WriteString("# Generated from dashboards/ by `make generate`; do not edit.\n")
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(file); err != nil {
		return nil, fmt.Errorf("cannot write the alert rules: %w", err)
	}
	return b.Bytes(), enc.Close()
}
