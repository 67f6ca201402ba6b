package dashboards

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

var (
	duration = regexp.MustCompile(`^\d+[mh]$`)
	template = regexp.MustCompile(`\{\{ (.*?) \}\}`)
	heading  = regexp.MustCompile(`(?m)^## (\w+)$`)
)

// TestAlertsCanBeRouted wants what an on-call person and Alertmanager go by.
func TestAlertsCanBeRouted(t *testing.T) {
	names := map[string]bool{}
	for _, a := range Alerts() {
		if names[a.Name] || !strings.HasPrefix(a.Name, "Winnow") {
			t.Errorf("%s: a name is Winnow… and nobody else's", a.Name)
		}
		names[a.Name] = true
		if a.Severity != critical && a.Severity != warning || !slices.Contains([]string{"service", "data", "feed", "fleet"}, a.Component) {
			t.Errorf("%s: severity %q, component %q", a.Name, a.Severity, a.Component)
		}
		if a.For != "" && !duration.MatchString(a.For) {
			t.Errorf("%s: for %q", a.Name, a.For)
		}
		if strings.HasSuffix(a.Summary, ".") || !strings.HasSuffix(a.Description, ".") {
			t.Errorf("%s: a summary is a line, a description sentences", a.Name)
		}
	}
}

// TestAlertTextsHoldNoContent: besides the value they may name labels, which are bounded and declared, and only those that the expression leaves.
func TestAlertTextsHoldNoContent(t *testing.T) {
	for _, a := range Alerts() {
		left := []string{"job", "instance"}
		if list := labelList.FindStringSubmatch(a.If.Value); list != nil {
			left = strings.Split(list[1], ", ")
		}
		for _, m := range template.FindAllStringSubmatch(a.Summary+a.Description, -1) {
			if label, ok := strings.CutPrefix(m[1], "$labels."); ok {
				if !slices.Contains(left, label) {
					t.Errorf("%s names the label %s, of %v", a.Name, label, left)
				}
			} else if !regexp.MustCompile(`^\$value( \| humanize(Percentage|Duration)?)?$`).MatchString(m[1]) {
				t.Errorf("%s has the template %s", a.Name, m[1])
			}
		}
	}
}

// TestEveryAlertHasARunbook wants a section for each, and no section for what is no alert.
func TestEveryAlertHasARunbook(t *testing.T) {
	text, err := os.ReadFile("../docs/runbooks.md")
	if err != nil {
		t.Fatal(err)
	}
	var want, got []string
	for _, a := range Alerts() {
		want = append(want, a.Anchor())
	}
	for _, m := range heading.FindAllStringSubmatch(string(text), -1) {
		got = append(got, strings.ToLower(m[1]))
	}
	if !slices.Equal(got, want) {
		t.Errorf("the runbooks are, in order,\n%v\nand the alerts\n%v", got, want)
	}
}

// TestEveryAlertIsTested wants of the rule tests, which test/kafka runs, that each alert fires in one place and is silent in another.
func TestEveryAlertIsTested(t *testing.T) {
	text, err := os.ReadFile("../deploy/prometheus/winnow.rules.test.yml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		RuleFiles []string `yaml:"rule_files"`
		Tests     []struct {
			Cases []struct {
				Name   string `yaml:"alertname"`
				Alerts []any  `yaml:"exp_alerts"`
			} `yaml:"alert_rule_test"`
		}
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(file.RuleFiles, []string{"winnow.rules.yml"}) {
		t.Errorf("the tests are of %v", file.RuleFiles)
	}
	fires, silent := map[string]bool{}, map[string]bool{}
	for _, test := range file.Tests {
		for _, c := range test.Cases {
			fires[c.Name] = fires[c.Name] || len(c.Alerts) > 0
			silent[c.Name] = silent[c.Name] || len(c.Alerts) == 0
		}
	}
	for _, a := range Alerts() {
		if !fires[a.Name] || !silent[a.Name] {
			t.Errorf("%s: a test in which it fires: %v; one in which it does not: %v", a.Name, fires[a.Name], silent[a.Name])
		}
	}
}
