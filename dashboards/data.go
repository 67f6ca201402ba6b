package dashboards

import "github.com/grafana/grafana-foundation-sdk/go/units"

const (
	ofTopic    = `topic=~"$topic"`
	ofTeam     = `team=~"$team"`
	ofFeedName = `feed=~"$feed"`
	failed     = `outcome="quarantined"`
)

// dataErrors shows whose data is bad, and why.
func dataErrors() Dashboard {
	return Dashboard{
		UID: "winnow-data-errors", Title: "winnow: data errors",
		Description: "Which records fail, whose they are, which rule they break and which chips would have had them. A failed record is one that went to the quarantine.",
		Variables: []Variable{
			{"topic", "Topic", records}, {"team", "Team (of the data)", records}, {"feed", "Feed", chipInfo},
		},
		Rows: []Row{
			{"Now", dataNow()}, {"By team and rule", dataByTeam()}, {"By user", dataByUser()}, {"By chip", dataByChip()},
		},
	}
}

// failedShare is the share of records that fail, by the labels.
func failedShare(labels, window string, matchers ...string) string {
	return ratio(by("sum", labels, rate(series(records, append([]string{failed}, matchers...)...), window)),
		by("sum", labels, rate(series(records, matchers...), window)))
}

func dataNow() []Panel {
	waiting := by("max", "topic, team", series(quarantineRecords, ofTopic, ofTeam))
	return []Panel{
		{Title: "Failed share", Kind: Number, Unit: units.PercentUnit, Width: 6, Share: true, Limits: rising(0.01, badShare),
			Help:    "Failed records of all that were judged.",
			Queries: []Query{{Expr: failedShare("", step, ofTopic, ofTeam)}}},
		{Title: "Failed records", Kind: Number, Unit: units.RecordsPerSecond, Width: 6,
			Help:    "Records a second that went to the quarantine.",
			Queries: []Query{{Expr: by("sum", "", rate(series(records, failed, ofTopic, ofTeam), step))}}},
		{Title: "Worst team", Kind: Number, Unit: units.PercentUnit, Width: 6, Share: true, Limits: rising(0.01, badShare),
			Help:    "The largest share of failed records that a team has, over the time shown.",
			Queries: []Query{{Expr: top(1, failedShare("team", shown, ofTopic, ofTeam)), Legend: "{{team}}", Now: true}}},
		{Title: "Waiting for review", Kind: Number, Unit: units.Short, Width: 6,
			Help:    "Records in the quarantine that nobody has dealt with. `winnow quarantine groups` lists them.",
			Queries: []Query{{Expr: by("sum", "", waiting)}}},
	}
}

func dataByTeam() []Panel {
	return []Panel{
		{Title: "Failed share by team", Kind: Lines, Unit: units.PercentUnit, Width: 12, Share: true,
			Help:    "Failed records of all that the team's data had. The team is the one that the contract reads from the record: whose data it is.",
			Queries: []Query{{Expr: failedShare("team", step, ofTopic, ofTeam), Legend: "{{team}}"}}},
		{Title: "Reasons by rule", Kind: Stacked, Unit: units.CountsPerSecond, Width: 12,
			Help:    "How often each rule was broken. A record can break several, so the sum may be more than the failed records.",
			Queries: []Query{{Expr: by("sum", "rule", rate(series(reasons, ofTopic, ofTeam), step)), Legend: "{{rule}}"}}},
		{Title: "Reasons by team and rule", Kind: Bars, Unit: units.Short, Width: 12,
			Help: "The 15 most frequent pairs, over the time shown.",
			Queries: []Query{{Expr: top(15, by("sum", "team, rule", over("increase", series(reasons, ofTopic, ofTeam), shown))),
				Legend: "{{team}} {{rule}}", Now: true}}},
		{Title: "Waiting for review by team", Kind: Stacked, Unit: units.Short, Width: 12,
			Help:    "A line that only rises is a fault at a producer that nobody mends. Every winnow that reviews counts the whole quarantine, so the largest count is shown.",
			Queries: []Query{{Expr: by("max", "topic, team", series(quarantineRecords, ofTopic, ofTeam)), Legend: "{{topic}} {{team}}"}}},
	}
}

func dataByUser() []Panel {
	share := func(window string) string {
		return ratio(by("sum", "team, user", rate(series(userErrors, ofTeam), window)), by("sum", "team, user", rate(series(userRecords, ofTeam), window)))
	}
	return []Panel{
		{Title: "Failed records by user", Kind: Lines, Unit: units.RecordsPerSecond, Width: 8,
			Help:    "The 10 users with the most failed records at each moment. The heaviest users have series; the rest is in `other`. /api/v1/errors?by=user is exact.",
			Queries: []Query{{Expr: top(10, by("sum", "team, user", rate(series(userErrors, ofTeam), step))), Legend: "{{team}} {{user}}"}}},
		{Title: "Most failed records by user", Kind: Bars, Unit: units.Short, Width: 8,
			Help: "The 10 users with the most failed records, over the time shown.",
			Queries: []Query{{Expr: top(10, by("sum", "team, user", over("increase", series(userErrors, ofTeam), shown))),
				Legend: "{{team}} {{user}}", Now: true}}},
		{Title: "Largest failed share by user", Kind: Bars, Unit: units.PercentUnit, Width: 8, Share: true, Limits: rising(0.1, badUserShare),
			Help:    "The 10 users of whose records the largest share failed, over the time shown. A user near 100 % has a broken producer.",
			Queries: []Query{{Expr: top(10, share(shown)), Legend: "{{team}} {{user}}", Now: true}}},
	}
}

func dataByChip() []Panel {
	info := series(chipInfo, ofFeedName)
	share := func(labels, window string) string {
		return ratio(by("sum", labels, ofFeed(rate(chipErrors, window), info)), by("sum", labels, ofFeed(rate(chipRecords, window), info)))
	}
	return []Panel{
		{Title: "Failed share by the feed's team", Kind: Lines, Unit: units.PercentUnit, Width: 8, Share: true,
			Help:    "By the team whose model trains on the records, not the one whose data they are: what share of what was meant for its chips failed.",
			Queries: []Query{{Expr: share("team, feed", step), Legend: "{{team}} {{feed}}"}}},
		{Title: "Most failed records by chip", Kind: Bars, Unit: units.Short, Width: 8,
			Help: "A failed record belongs to the chip in whose dealt range it lies. The 10 chips with the most, over the time shown.",
			Queries: []Query{{Expr: top(10, by("sum", "pod, host, chip", ofFeed(over("increase", chipErrors, shown), info))),
				Legend: "{{pod}}/{{host}}/{{chip}}", Now: true}}},
		{Title: "Largest failed share by chip", Kind: Bars, Unit: units.PercentUnit, Width: 8, Share: true, Limits: rising(0.01, badShare),
			Help:    "Chips of one feed should be alike; one that stands out is dealt ranges from a bad partition or producer.",
			Queries: []Query{{Expr: top(10, share("pod, host, chip", shown)), Legend: "{{pod}}/{{host}}/{{chip}}", Now: true}}},
	}
}
