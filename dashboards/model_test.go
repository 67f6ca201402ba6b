package dashboards

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestPanelsSayWhatTheyShow wants titles, help and units, rows that fill Grafana's 24 columns, and names that stay what links point to.
func TestPanelsSayWhatTheyShow(t *testing.T) {
	uids := map[string]bool{}
	for _, d := range Dashboards() {
		if uids[d.UID] || !strings.HasPrefix(d.UID, "winnow-") || len(d.UID) > 40 {
			t.Errorf("%s: a uid is winnow-… and nobody else's, of at most 40 characters", d.UID)
		}
		uids[d.UID] = true
		titles := map[string]bool{}
		for _, r := range d.Rows {
			width := uint32(0)
			for _, p := range r.Panels {
				width += p.Width
				if titles[p.Title] || p.Title == "" || p.Unit == "" || !strings.HasSuffix(p.Help, ".") || len(p.Queries) == 0 {
					t.Errorf("%s: %q: a panel has a title of its own, a unit, help in sentences and a query", d.UID, p.Title)
				}
				titles[p.Title] = true
				if len(p.Limits) > 0 && (p.Kind == Lines || p.Kind == Stacked) {
					t.Errorf("%s: %q: lines are coloured by name, limits would not be seen", d.UID, p.Title)
				}
				for _, q := range p.Queries {
					if q.Legend == "" && p.Kind != Number {
						t.Errorf("%s: %q: a series has no legend", d.UID, p.Title)
					}
					if !legendFits(q) {
						t.Errorf("%s: %q: the legend %s names a label that the query does not give", d.UID, p.Title, q.Legend)
					}
				}
			}
			if width%24 != 0 {
				t.Errorf("%s: the row %q is %d columns wide, no multiple of 24", d.UID, r.Title, width)
			}
		}
	}
}

// legendFits says whether the query's outermost grouping has the labels of its legend.
func legendFits(q Query) bool {
	groups := labelList.FindStringSubmatch(q.Expr)
	for _, part := range strings.Split(q.Legend, "{{")[1:] {
		label, _, _ := strings.Cut(part, "}}")
		if groups == nil || !strings.Contains(", "+groups[1]+",", ", "+label+",") {
			return false
		}
	}
	return true
}

// TestJSONIsForAnyGrafana looks at what Grafana loads: every data source is the one chosen at the head, and ids are each panel's own.
func TestJSONIsForAnyGrafana(t *testing.T) {
	type ref struct{ Type, UID string }
	for _, d := range Dashboards() {
		text, err := d.JSON()
		if err != nil {
			t.Fatal(err)
		}
		var got struct {
			UID, Title    string
			SchemaVersion int
			Panels        []struct {
				ID         int
				Type       string
				Datasource *ref
				GridPos    struct{ X, Y, W, H int }
				Targets    []struct {
					RefID, Expr string
					Datasource  *ref
				}
			}
			Templating struct {
				List []struct {
					Type, Name string
					Datasource *ref
				}
			}
		}
		if err := json.Unmarshal(text, &got); err != nil {
			t.Fatal(err)
		}
		if got.UID != d.UID || got.Title != d.Title || got.SchemaVersion < 36 {
			t.Errorf("%s: uid %q, title %q, schema %d", d.UID, got.UID, got.Title, got.SchemaVersion)
		}
		chosen := ref{"prometheus", "${datasource}"}
		ids, places := map[int]bool{0: true}, map[[2]int]bool{}
		for i, p := range got.Panels {
			if ids[p.ID] || places[[2]int{p.GridPos.X, p.GridPos.Y}] || p.GridPos.X+p.GridPos.W > 24 {
				t.Errorf("%s: panel %d has the id %d and the place %v", d.UID, i, p.ID, p.GridPos)
			}
			ids[p.ID], places[[2]int{p.GridPos.X, p.GridPos.Y}] = true, true
			if p.Type == "row" {
				continue
			}
			if p.Datasource == nil || *p.Datasource != chosen {
				t.Errorf("%s: panel %d asks %v", d.UID, i, p.Datasource)
			}
			for _, q := range p.Targets {
				if q.RefID == "" || q.Expr == "" || q.Datasource == nil || *q.Datasource != chosen {
					t.Errorf("%s: panel %d has the target %+v", d.UID, i, q)
				}
			}
		}
		for i, v := range got.Templating.List {
			if first := v.Type == "datasource" && v.Name == "datasource"; first != (i == 0) || !first && (v.Datasource == nil || *v.Datasource != chosen) {
				t.Errorf("%s: variable %d is %+v", d.UID, i, v)
			}
		}
	}
}

// TestStatesHaveColours: in a panel of states each has one of its own, or two of them cannot be told apart.
func TestStatesHaveColours(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range stateColors() {
		if seen[s.color] {
			t.Errorf("%s has the colour of another", s.state)
		}
		seen[s.color] = true
	}
	if got, want := len(seen), len(labelValues()["state"]); got != want {
		t.Errorf("%d states have colours, want %d", got, want)
	}
}
