package dashboards

import "github.com/grafana/grafana-foundation-sdk/go/units"

// fleet shows whether chips train or wait, and for what.
func fleet() Dashboard {
	return Dashboard{
		UID: "winnow-fleet", Title: "winnow: fleet and occupancy",
		Description: "What the chips do. Every chip is in exactly one state at every moment, so the chip-seconds of all states add up to chips × time.",
		Variables:   []Variable{{"team", "Team (of the feed)", chipInfo}, {"feed", "Feed", chipInfo}},
		Rows:        []Row{{"Now", fleetNow()}, {"States", fleetStates()}, {"Lost to waiting for data", fleetLost()}},
	}
}

// chosen are the chips of the teams and feeds that are chosen at the dashboard's head.
func chosen() string { return series(chipInfo, ofTeam, ofFeedName) }

// secondsIn counts chip-seconds a second by the labels: how many chips are in the states that the matchers select, on average.
func secondsIn(labels, info, window string, matchers ...string) string {
	return by("sum", labels, ofFeed(rate(series(chipSeconds, matchers...), window), info))
}

// occupancy is the share of chip-seconds that were spent training, by the labels.
func occupancy(labels, info, window string) string {
	return ratio(secondsIn(labels, info, window, `state="`+stateTraining+`"`), secondsIn(labels, info, window))
}

func fleetNow() []Panel {
	utilization := func(kind string) string {
		return by("avg", "feed", series(chipUtilization, `kind="`+kind+`"`, ofFeedName))
	}
	return []Panel{
		{Title: "Chips", Kind: Number, Unit: units.Short, Width: 4,
			Help:    "Chips that train on the chosen feeds.",
			Queries: []Query{{Expr: by("count", "", chosen())}}},
		{Title: "Occupancy", Kind: Number, Unit: units.PercentUnit, Width: 5, Share: true, Limits: falling(goodOccupancy, 0.9),
			Help:    "Chip-seconds spent training, of all chip-seconds: idle and restarting ones count against it.",
			Queries: []Query{{Expr: occupancy("", chosen(), step)}}},
		{Title: "Utilisation, measured", Kind: Number, Unit: units.PercentUnit, Width: 5, Share: true, Limits: falling(goodOccupancy, 0.9),
			Help:    "Accelerator utilisation as MLPerf Storage defines it: the time that steps compute, of the time that they take with their waits for data.",
			Queries: []Query{{Expr: utilization("measured"), Legend: "{{feed}}"}}},
		{Title: "Utilisation, ceiling", Kind: Number, Unit: units.PercentUnit, Width: 5, Share: true,
			Help:    "What the simulator itself would reach if data were always there. The gap between the two is winnow's.",
			Queries: []Query{{Expr: utilization("ceiling"), Legend: "{{feed}}"}}},
		{Title: "Chips waiting for data", Kind: Number, Unit: units.Short, Width: 5,
			Help:    "How many chips wait for data at a moment, on average.",
			Queries: []Query{{Expr: secondsIn("", chosen(), step, `state=~"`+statesWaiting+`"`)}}},
	}
}

func fleetStates() []Panel {
	all := secondsIn("", chosen(), step)
	return []Panel{
		{Title: "Chips by state", Kind: Stacked, Unit: units.PercentUnit, Width: 12, Share: true, States: true,
			Help: "The share of chip-seconds in each state. waiting_gate: no passed records are there yet; waiting_kafka: they are read from Kafka again; waiting_budget: " +
				"host.memory has no room for them.",
			Queries: []Query{{Expr: ratio(secondsIn("state", chosen(), step), "on () group_left ()\n"+all), Legend: "{{state}}"}}},
		{Title: "Occupancy by feed", Kind: Lines, Unit: units.PercentUnit, Width: 12, Share: true,
			Help:    "Chip-seconds spent training, of all chip-seconds of the feed's chips.",
			Queries: []Query{{Expr: occupancy("team, feed", chosen(), step), Legend: "{{team}} {{feed}}"}}},
		{Title: "Utilisation against its ceiling", Kind: Lines, Unit: units.PercentUnit, Width: 24, Share: true,
			Help:    "Accelerator utilisation as MLPerf Storage defines it, measured, beside what the simulator would reach if data were always there.",
			Queries: []Query{{Expr: by("avg", "feed, kind", series(chipUtilization, ofFeedName)), Legend: "{{feed}} {{kind}}"}}},
	}
}

func fleetLost() []Panel {
	lost := func(labels, function, window string) string {
		return by("sum", labels, ofFeed(over(function, series(chipSeconds, `state=~"`+statesWaiting+`"`), window), chosen()))
	}
	return []Panel{
		{Title: "Chip-seconds lost by team and cause", Kind: Bars, Unit: units.Seconds, Width: 8,
			Help:    "What each team's chips waited for data, over the time shown, summed over its chips.",
			Queries: []Query{{Expr: lost("team, state", "increase", shown), Legend: "{{team}} {{state}}", Now: true}}},
		{Title: "Chips waiting by team and cause", Kind: Stacked, Unit: units.Short, Width: 8,
			Help:    "How many chips of each team wait for data, on average, and for what.",
			Queries: []Query{{Expr: lost("team, state", "rate", step), Legend: "{{team}} {{state}}"}}},
		{Title: "Chips that wait the longest", Kind: Bars, Unit: units.Seconds, Width: 8,
			Help:    "The 10 chips that waited longest for data, over the time shown. The hosts of a feed step together, so one slow host makes all of them wait.",
			Queries: []Query{{Expr: top(10, lost("feed, pod, host, chip", "increase", shown)), Legend: "{{pod}}/{{host}}/{{chip}}", Now: true}}},
	}
}
