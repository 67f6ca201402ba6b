package dashboards

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var referenceRow = regexp.MustCompile("(?m)^\\| `(winnow_[a-z_]+)` \\| ([^|]*) \\|")

// TestCatalogIsWhatIsThere holds the catalog against the reference, which is generated from what the collectors declare: each way, so that a new metric
// does not stay out of sight.
func TestCatalogIsWhatIsThere(t *testing.T) {
	text, err := os.ReadFile("../docs/reference/metrics.md")
	if err != nil {
		t.Fatal(err)
	}
	declared := make(map[string][]string)
	for _, m := range referenceRow.FindAllStringSubmatch(string(text), -1) {
		declared[m[1]] = strings.Split(m[2], ", ")
	}
	if len(declared) == 0 {
		t.Fatal("the reference lists no metrics")
	}
	for _, m := range Catalog() {
		labels, ok := declared[m.Name]
		slices.Sort(labels)
		switch {
		case !ok:
			t.Errorf("%s is asked for, but no collector declares it", m.Name)
		case !slices.Equal(labels, slices.Sorted(slices.Values(m.Labels))):
			t.Errorf("%s has the labels %v, the catalog says %v", m.Name, labels, m.Labels)
		}
		delete(declared, m.Name)
	}
	for name := range declared {
		t.Errorf("%s is declared, but the catalog does not have it: no dashboard shows it", name)
	}
}

// everyExpr lists every expression by where it stands.
func everyExpr() map[string]string {
	all := make(map[string]string)
	for _, d := range Dashboards() {
		for title, queries := range d.Queries() {
			for i, q := range queries {
				all[fmt.Sprintf("%s: %s: %d", d.UID, title, i)] = q
			}
		}
	}
	for _, a := range Alerts() {
		all[a.Name] = a.Expr()
	}
	return all
}

var (
	metricName = regexp.MustCompile(`\b(?:winnow_\w+|process_\w+|up)\b`)
	selector   = regexp.MustCompile(`(\w+)\{([^}]*)\}`)
	matcher    = regexp.MustCompile(`^(\w+)(?:=|!=|=~|!~)"([^"]*)"$`)
	labelList  = regexp.MustCompile(`\b(?:by|on|group_left) \(([^)]*)\)`)
)

// TestQueriesAskForTheCatalog wants no name of a metric or label that the catalog does not have, and every metric of it asked for. That the syntax is
// PromQL's, test/kafka shows with Prometheus itself.
func TestQueriesAskForTheCatalog(t *testing.T) {
	known := make(map[string]Metric)
	for _, m := range append(Catalog(), everyService()...) {
		known[m.Name] = m
	}
	asked := make(map[string]bool)
	for where, expr := range everyExpr() {
		labels := []string{"job", "instance"}
		for _, name := range metricName.FindAllString(expr, -1) {
			if m, bucket := known[strings.TrimSuffix(name, "_bucket")]; bucket && m.Histogram {
				name, labels = m.Name, append(labels, "le")
			}
			if _, ok := known[name]; !ok {
				t.Errorf("%s asks for %s, which is not in the catalog", where, name)
			}
			asked[name] = true
			labels = append(labels, known[name].Labels...)
		}
		for _, list := range labelList.FindAllStringSubmatch(expr, -1) {
			for _, l := range strings.FieldsFunc(list[1], func(r rune) bool { return r == ',' || r == ' ' }) {
				if !slices.Contains(labels, l) {
					t.Errorf("%s groups by %s, which none of its metrics has", where, l)
				}
			}
		}
		for _, s := range selector.FindAllStringSubmatch(expr, -1) {
			checkMatchers(t, where, known[strings.TrimSuffix(s[1], "_bucket")], s[2])
		}
	}
	for name := range known {
		if !asked[name] {
			t.Errorf("nothing asks for %s", name)
		}
	}
}

func checkMatchers(t *testing.T, where string, m Metric, matchers string) {
	t.Helper()
	for _, text := range strings.Split(matchers, ", ") {
		f := matcher.FindStringSubmatch(text)
		if f == nil {
			t.Errorf("%s: %q is no matcher", where, text)
			continue
		}
		if f[1] != "job" && !slices.Contains(m.Labels, f[1]) {
			t.Errorf("%s selects %s by %s, which it does not have", where, m.Name, f[1])
		}
		if want, closed := labelValues()[f[1]]; closed && !strings.HasSuffix(f[2], ".+") && !slices.Contains(want, f[2]) {
			t.Errorf("%s wants %s=%q, which it never is", where, f[1], f[2])
		}
	}
}

// labelValues are the labels whose values are a closed list.
func labelValues() map[string][]string {
	return map[string][]string{
		"outcome": {"passed", "quarantined", "skipped"},
		"state":   {stateTraining, stateGate, stateKafka, stateBudget, stateRestarting, stateIdle},
		"source":  {"cache", "kafka"},
		"kind":    {"limit", "used", "cache", "measured", "ceiling"},
	}
}

// TestVariablesAreThere wants each variable that a dashboard's queries use at its head, each one there used, and nothing left of them in what Prometheus gets.
func TestVariablesAreThere(t *testing.T) {
	variable := regexp.MustCompile(`\$\w+`)
	for _, d := range Dashboards() {
		used := map[string]bool{}
		for _, queries := range d.Queries() {
			for _, q := range queries {
				for _, v := range variable.FindAllString(q, -1) {
					used[v] = true
				}
				if filled := Filled(q, "1m"); strings.Contains(filled, "$") {
					t.Errorf("%s: left to fill in: %s", d.UID, filled)
				}
			}
		}
		delete(used, step)
		delete(used, shown)
		var want []string
		for _, v := range d.Variables {
			want = append(want, "$"+v.Name)
		}
		slices.Sort(want)
		if got := slices.Sorted(maps.Keys(used)); !slices.Equal(got, want) {
			t.Errorf("%s uses %v and has %v", d.UID, got, want)
		}
	}
	for _, a := range Alerts() {
		if strings.Contains(a.Expr(), "$") {
			t.Errorf("%s has a variable of Grafana's: %s", a.Name, a.Expr())
		}
	}
}
