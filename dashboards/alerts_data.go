package dashboards

import "fmt"

// above and below compare with a limit that is written once, in catalog.go.
func above(limit float64) string { return fmt.Sprintf("> %g", limit) }
func below(limit float64) string { return fmt.Sprintf("< %g", limit) }

func serviceAlerts() []Alert {
	const job = `job="winnow"`
	return []Alert{
		{
			Name: "WinnowDown", Severity: critical, Component: "service", For: "2m",
			If:          Condition{series(up, job), "== 0"},
			Summary:     "{{ $labels.instance }} does not answer",
			Description: "Prometheus has not been able to read the metrics of this winnow for two minutes. Its partitions go to the others of its group, if there are any.",
		},
		{
			Name: "WinnowRestartsOften", Severity: critical, Component: "service",
			If:          Condition{over("changes", series(processStart, job), "30m"), "> 2"},
			Summary:     "{{ $labels.instance }} has started {{ $value }} times in half an hour",
			Description: "A winnow that ends again and again judges little. What it had decided stays decided, so nothing is lost or doubled in the books.",
		},
		{
			Name: "WinnowBehind", Severity: warning, Component: "service", For: "10m",
			If:          Condition{behind(lag, records, "topic", "10m"), above(behindSeconds)},
			Summary:     "{{ $labels.topic }} is {{ $value | humanizeDuration }} of work behind",
			Description: "At the speed of the last ten minutes the gate would need that long for what already waits in the topic, not counting what is still being produced.",
		},
		{
			Name: "WinnowStandsStill", Severity: critical, Component: "service", For: "5m",
			If:          Condition{by("sum", "topic", lag), "> 0"},
			Unless:      []Condition{{by("sum", "topic", rate(records, "5m")), "> 0"}},
			Summary:     "{{ $labels.topic }} has {{ $value | humanize }} records waiting and none is judged",
			Description: "Not one record of the topic got its verdict in the last five minutes, though records wait. Usually winnow cannot write to the quarantine or to the verdicts, or Kafka has no leader for them.",
		},
	}
}

func dataAlerts() []Alert {
	const enough = 100 // records, lest one bad record of a small team wakes somebody
	failedRecords := Condition{by("sum", "team", over("increase", series(records, failed), "10m")), above(enough)}
	share := failedShare("team", "10m")
	return []Alert{
		{
			Name: "WinnowBadData", Severity: warning, Component: "data", For: "10m",
			If: Condition{share, above(badShare)}, And: []Condition{failedRecords},
			Summary:     "{{ $value | humanizePercentage }} of the records of team {{ $labels.team }} fail",
			Description: "This is about the data, not about winnow: for the data's owner. The failed records are in the quarantine, and no model has trained on them.",
		},
		{
			Name: "WinnowBadDataJump", Severity: warning, Component: "data", For: "10m",
			If:          Condition{ratio(share, "("+failedShare("team", "1d")+")"), "> 5"},
			And:         []Condition{{share, "> 0.01"}, failedRecords},
			Summary:     "The share of failed records of team {{ $labels.team }} is {{ $value | humanize }} times that of the last day",
			Description: "Something has changed at the data's producer, or in the contract. The failed records are in the quarantine, and no model has trained on them.",
		},
		{
			Name: "WinnowUserMostlyBad", Severity: warning, Component: "data", For: "15m",
			If: Condition{ratio(by("sum", "team, user", rate(series(userErrors, `user!="other"`), "30m")),
				by("sum", "team, user", rate(series(userRecords, `user!="other"`), "30m"))), above(badUserShare)},
			And:         []Condition{{by("sum", "team, user", over("increase", series(userErrors, `user!="other"`), "30m")), above(enough)}},
			Summary:     "{{ $value | humanizePercentage }} of the records of user {{ $labels.user }} (team {{ $labels.team }}) fail",
			Description: "One user's records fail more often than not, which is nearly always one broken producer.",
		},
		{
			Name: "WinnowQuarantineGrows", Severity: warning, Component: "data", For: "30m",
			// Every winnow that reviews counts the whole quarantine. One that restarts counts it from the beginning, and is silent until it has.
			If:          Condition{by("max", "topic, team", over("delta", quarantineRecords, "6h")), "> 1000"},
			And:         []Condition{{by("max", "topic, team", over("resets", quarantineRecords, "6h")), "== 0"}},
			Summary:     "{{ $value | humanize }} more records of team {{ $labels.team }} wait for review in the quarantine of {{ $labels.topic }} than six hours ago",
			Description: "The number has not gone down once in that time. What is not looked at is gone when quarantine.retention is over.",
		},
	}
}
