package dashboards

import "strings"

// runbooks is where each alert has a section of its own.
const runbooks = "https://github.com/winnow-data/winnow/blob/main/docs/runbooks.md"

// An Alert is a rule that tells a person. Its texts hold no content of records: of a record they may name team and user, which contracts declare for that.
type Alert struct {
	Name string
	If   Condition
	// And must hold as well, and Unless must not, for the same labels.
	And, Unless []Condition
	For         string // how long it has to hold; empty: not at all
	Severity    string
	Component   string // whom to route it to: service, data, feed or fleet
	Summary     string
	Description string
}

// A Condition is a value and what it is compared with. They are apart so that the value can be shown to have data while all is well.
type Condition struct{ Value, Limit string }

// The severities: critical is worth waking somebody, warning is worth a look in the working day.
const (
	critical = "critical"
	warning  = "warning"
)

func (c Condition) String() string { return c.Value + "\n" + c.Limit }

// Expr gives the rule's expression.
func (a Alert) Expr() string {
	var b strings.Builder
	b.WriteString(a.If.String())
	for _, c := range a.And {
		b.WriteString("\nand\n" + c.String())
	}
	for _, c := range a.Unless {
		b.WriteString("\nunless\n" + c.String())
	}
	return b.String()
}

// Values lists what the alert compares. While all is well the expression has no data, but each of these has.
func (a Alert) Values() []string {
	values := []string{a.If.Value}
	for _, c := range append(a.And[:len(a.And):len(a.And)], a.Unless...) {
		values = append(values, c.Value)
	}
	return values
}

// Anchor is the alert's section in docs/runbooks.md.
func (a Alert) Anchor() string { return strings.ToLower(a.Name) }

// Alerts are all of them.
func Alerts() []Alert {
	var all []Alert
	for _, g := range groups() {
		all = append(all, g.alerts...)
	}
	return all
}

type group struct {
	name   string
	alerts []Alert
}

func groups() []group {
	return []group{
		{"winnow-service", serviceAlerts()}, {"winnow-data", dataAlerts()}, {"winnow-feeds", feedAlerts()}, {"winnow-fleet", fleetAlerts()},
	}
}
