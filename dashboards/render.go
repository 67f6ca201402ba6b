package dashboards

import (
	"encoding/json"
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/bargauge"
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
	"github.com/grafana/grafana-foundation-sdk/go/stat"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"
)

// tag is on every dashboard of winnow's, and links them with each other.
const tag = "winnow"

// source is the Prometheus that is chosen at the dashboard's head: no dashboard names one.
func source() common.DataSourceRef {
	return common.DataSourceRef{Type: cog.ToPtr("prometheus"), Uid: cog.ToPtr("${datasource}")}
}

// JSON gives the dashboard as Grafana provisions it. It ends with a newline.
func (d Dashboard) JSON() ([]byte, error) {
	//nolint:staticcheck // the schema that is to come after this one needs a new Grafana; this one is loaded by old and new
	b := dashboard.NewDashboardBuilder(d.Title).Uid(d.UID).Description(d.Description).Tags([]string{tag}).
		Time("now-1h", "now").Refresh("10s").Timezone(common.TimeZoneBrowser).Tooltip(dashboard.DashboardCursorSyncCrosshair).
		// The time goes along to another dashboard, the choices do not: a team is the data's there and the feed's here.
		Link(dashboard.NewDashboardLinkBuilder("winnow").Type(dashboard.DashboardLinkTypeDashboards).Tags([]string{tag}).KeepTime(true)).
		WithVariable(dashboard.NewDatasourceVariableBuilder("datasource").Label("Prometheus").Type("prometheus"))
	for _, v := range d.Variables {
		b.WithVariable(dashboard.NewQueryVariableBuilder(v.Name).Label(v.Label).Datasource(source()).
			Query(dashboard.StringOrMap{String: cog.ToPtr("label_values(" + v.Metric + ", " + v.Name + ")")}).
			Refresh(dashboard.VariableRefreshOnTimeRangeChanged).Sort(dashboard.VariableSortAlphabeticalAsc).
			Multi(true).IncludeAll(true).AllValue(".*").
			Current(dashboard.VariableOption{Selected: cog.ToPtr(true), Text: dashboard.StringOrArrayOfString{ArrayOfString: []string{"All"}},
				Value: dashboard.StringOrArrayOfString{ArrayOfString: []string{"$__all"}}}))
	}
	id := uint32(0)
	next := func() uint32 { id++; return id }
	for _, r := range d.Rows {
		b.WithRow(dashboard.NewRowBuilder(r.Title).Id(next()))
		for _, p := range r.Panels {
			b.WithPanel(p.builder(next()))
		}
	}
	built, err := b.Build()
	if err != nil {
		return nil, fmt.Errorf("cannot build the dashboard %s: %w", d.UID, err)
	}
	text, err := json.MarshalIndent(built, "", "  ")
	return append(text, '\n'), err
}

// builder gives the panel as the SDK builds it.
func (p Panel) builder(id uint32) cog.Builder[dashboard.Panel] {
	switch p.Kind {
	case Number:
		return p.number(id)
	case Bars:
		return p.bars(id)
	default:
		return p.lines(id)
	}
}

func (p Panel) number(id uint32) cog.Builder[dashboard.Panel] {
	b := stat.NewPanelBuilder().Id(id).Title(p.Title).Description(p.Help).Datasource(source()).Unit(p.Unit).Height(4).Span(p.Width).
		GraphMode(common.BigValueGraphModeArea).Orientation(common.VizOrientationAuto).ReduceOptions(last()).
		Thresholds(p.thresholds()).ColorScheme(p.color())
	if p.Queries[0].Legend != "" {
		b.TextMode(common.BigValueTextModeValueAndName)
	}
	for i, q := range p.Queries {
		b.WithTarget(q.target(i))
	}
	return b
}

func (p Panel) bars(id uint32) cog.Builder[dashboard.Panel] {
	b := bargauge.NewPanelBuilder().Id(id).Title(p.Title).Description(p.Help).Datasource(source()).Unit(p.Unit).Height(9).Span(p.Width).Min(0).
		DisplayMode(common.BarGaugeDisplayModeGradient).Orientation(common.VizOrientationHorizontal).ReduceOptions(last()).
		Thresholds(p.thresholds()).ColorScheme(p.color())
	if p.Share {
		b.Max(1)
	}
	for i, q := range p.Queries {
		b.WithTarget(q.target(i))
	}
	return b
}

func (p Panel) lines(id uint32) cog.Builder[dashboard.Panel] {
	b := timeseries.NewPanelBuilder().Id(id).Title(p.Title).Description(p.Help).Datasource(source()).Unit(p.Unit).Height(9).Span(p.Width).Min(0).
		LineWidth(1).FillOpacity(8).ShowPoints(common.VisibilityModeNever).
		Legend(common.NewVizLegendOptionsBuilder().ShowLegend(true).DisplayMode(common.LegendDisplayModeTable).
			Placement(common.LegendPlacementBottom).Calcs([]string{"lastNotNull", "max"}).SortBy("Last *").SortDesc(true)).
		Tooltip(common.NewVizTooltipOptionsBuilder().Mode(common.TooltipDisplayModeMulti).Sort(common.SortOrderDescending)).
		Thresholds(p.thresholds()).ColorScheme(p.color())
	if p.Kind == Stacked {
		b.FillOpacity(60).Stacking(common.NewStackingConfigBuilder().Mode(common.StackingModeNormal).Group("A"))
		if p.Share {
			b.Max(1) // the parts of a whole; lines of shares scale to what they show
		}
	}
	if p.States {
		for _, s := range stateColors() {
			b.OverrideByName(s.state, []dashboard.DynamicConfigValue{{Id: "color", Value: map[string]string{"mode": "fixed", "fixedColor": s.color}}})
		}
	}
	for i, q := range p.Queries {
		b.WithTarget(q.target(i))
	}
	return b
}

func (p Panel) thresholds() cog.Builder[dashboard.ThresholdsConfig] {
	steps := []dashboard.Threshold{{Color: "blue"}}
	for i, s := range p.Limits {
		if i == 0 { // everything below the second
			steps[0].Color = s.Color
			continue
		}
		steps = append(steps, dashboard.Threshold{Value: cog.ToPtr(s.From), Color: s.Color})
	}
	return dashboard.NewThresholdsConfigBuilder().Mode(dashboard.ThresholdsModeAbsolute).Steps(steps)
}

// color is by the value where there are limits or where a bar's length says it all; else by the series' name, so that a team keeps its colour in all panels.
func (p Panel) color() cog.Builder[dashboard.FieldColor] {
	if p.Kind == Number || p.Kind == Bars {
		return dashboard.NewFieldColorBuilder().Mode(dashboard.FieldColorModeIdThresholds)
	}
	return dashboard.NewFieldColorBuilder().Mode(dashboard.FieldColorModeIdPaletteClassicByName)
}

// last shows a series' latest value.
func last() cog.Builder[common.ReduceDataOptions] {
	return common.NewReduceDataOptionsBuilder().Calcs([]string{"lastNotNull"})
}

// target is the query as the SDK builds it.
func (q Query) target(i int) *prometheus.DataqueryBuilder {
	b := prometheus.NewDataqueryBuilder().RefId(string(rune('A' + i))).Datasource(source()).Expr(q.Expr).EditorMode(prometheus.QueryEditorModeCode)
	if q.Legend != "" {
		b.LegendFormat(q.Legend)
	}
	if q.Now {
		return b.Instant()
	}
	return b.Range()
}

// stateColors are the states of chips, each with its colour: green works, warm colours wait for data, the rest is not for want of data.
func stateColors() []struct{ state, color string } {
	return []struct{ state, color string }{
		{stateTraining, "green"}, {stateGate, "orange"}, {stateKafka, "purple"}, {stateBudget, "red"}, {stateRestarting, "blue"}, {stateIdle, "#808080"},
	}
}
