package dashboards

// A Dashboard is one page in Grafana.
type Dashboard struct {
	UID, Title, Description string
	Variables               []Variable
	Rows                    []Row
}

// A Variable is a choice at the dashboard's head: the values of a metric's label.
type Variable struct {
	Name, Label, Metric string
}

// A Row is a heading with panels below it.
type Row struct {
	Title  string
	Panels []Panel
}

// A Panel shows one thing. Its help says what it means and what to do about it.
type Panel struct {
	Title, Help string
	Kind        Kind
	Unit        string
	Queries     []Query
	Share       bool   // from 0 to 1
	Limits      []Step // colours, from the smallest value on; none: a colour per series
	States      bool   // series are states of chips, which have colours of their own
	Width       uint32 // of 24
}

// A Kind is how a panel shows its series.
type Kind int

// The kinds: lines over time, areas on top of each other over time, a number with the line that led there, a bar per series.
const (
	Lines Kind = iota
	Stacked
	Number
	Bars
)

// A Step is the colour of values from From on.
type Step struct {
	From  float64
	Color string
}

// A Query is what Prometheus is asked, with Grafana's variables in it.
type Query struct {
	Expr, Legend string
	Now          bool // one value per series, as of the end of what is shown
}

// Dashboards are all of them.
func Dashboards() []Dashboard { return []Dashboard{dataErrors(), stagesAndLag(), fleet()} }

// Queries lists what a dashboard asks, each by the panel's title.
func (d Dashboard) Queries() map[string][]string {
	queries := make(map[string][]string)
	for _, r := range d.Rows {
		for _, p := range r.Panels {
			for _, q := range p.Queries {
				queries[p.Title] = append(queries[p.Title], q.Expr)
			}
		}
	}
	return queries
}

// rising colours values that are bad when they are high: from warn on, and from bad on.
func rising(warn, bad float64) []Step {
	return []Step{{0, "green"}, {warn, "orange"}, {bad, "red"}}
}

// falling colours values that are bad when they are low.
func falling(bad, warn float64) []Step {
	return []Step{{0, "red"}, {bad, "orange"}, {warn, "green"}}
}
