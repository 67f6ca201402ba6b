package dashboards

func feedAlerts() []Alert {
	waiting := by("sum", "feed", feedBehind)
	grows := Condition{by("sum", "feed", over("deriv", feedBehind, "10m")), "> 0"}
	taken := Condition{by("sum", "feed", rate(feedRecords, "10m")), "> 0"}
	job := "job, instance"
	return []Alert{
		{
			Name: "WinnowFeedBehind", Severity: warning, Component: "feed", For: "15m",
			If:          Condition{behind(feedBehind, feedRecords, "feed", "10m"), above(behindSeconds)},
			And:         []Condition{grows, taken},
			Summary:     "Feed {{ $labels.feed }} is {{ $value | humanizeDuration }} behind the gate, and falls further behind",
			Description: "The feed's trainer takes records more slowly than they pass the gate. Nobody else is held up; but what the topic's retention removes before the feed gets there is lost to it.",
		},
		{
			Name: "WinnowFeedStandsStill", Severity: warning, Component: "feed", For: "15m",
			If:          Condition{waiting, "> 0"},
			And:         []Condition{grows},
			Unless:      []Condition{taken},
			Summary:     "Nobody takes batches from feed {{ $labels.feed }}; {{ $value | humanize }} offsets wait",
			Description: "Records pass the gate and the feed's batches are not taken. Either no trainer reads it, or the trainer hangs, or the feed cannot go on.",
		},
		{
			Name: "WinnowHostMemoryShort", Severity: warning, Component: "feed", For: "15m",
			If: Condition{ratio(by("sum", job, series(hostMemory, `kind="used"`)), by("sum", job, series(hostMemory, `kind="limit"`))), above(memoryShare)},
			And: []Condition{{ratio(by("sum", job, rate(series(feedRanges, `source="kafka"`), "10m")), by("sum", job, rate(feedRanges, "10m"))),
				above(missShare)}},
			Summary: "{{ $labels.instance }} uses {{ $value | humanizePercentage }} of host.memory, and its feeds read most ranges from Kafka again",
			Description: "What the gate has just judged is dropped before the feeds have taken it, so that it is read and decoded twice. Nothing is lost, but it costs CPU, network and " +
				"waits.",
		},
	}
}

func fleetAlerts() []Alert {
	waits := func(name, state, what, why string) Alert {
		return Alert{
			Name: name, Severity: warning, Component: "fleet", For: "10m",
			If:          Condition{ratio(secondsIn("team, feed", chipInfo, "10m", `state="`+state+`"`), secondsIn("team, feed", chipInfo, "10m")), above(waitShare)},
			Summary:     "Chips of feed {{ $labels.feed }} (team {{ $labels.team }}) spend {{ $value | humanizePercentage }} of their time waiting for " + what,
			Description: why,
		}
	}
	return []Alert{
		waits("WinnowChipsWaitForGate", stateGate, "the gate",
			"The feed has given out everything that passed the gate. Either the gate is too slow, or too little is produced, or too much of it fails."),
		waits("WinnowChipsWaitForKafka", stateKafka, "Kafka",
			"The feed is behind the cache, so that its ranges are read from Kafka again, and that is slower than the chips train."),
		waits("WinnowChipsWaitForBudget", stateBudget, "room in host.memory",
			"The next batches are there to be read, but host.memory has no room to put them."),
		{
			Name: "WinnowLowOccupancy", Severity: warning, Component: "fleet", For: "15m",
			If:          Condition{occupancy("team, feed", chipInfo, "10m"), below(goodOccupancy)},
			Summary:     "Chips of feed {{ $labels.feed }} (team {{ $labels.team }}) train only {{ $value | humanizePercentage }} of their time",
			Description: "The rest of the chip-seconds went to waiting for data, restarting and idling; the dashboard \"winnow: fleet and occupancy\" says to which.",
		},
	}
}
