package dashboards

import "github.com/grafana/grafana-foundation-sdk/go/units"

// stagesAndLag shows how fast records go through winnow, where they wait, and what it costs.
func stagesAndLag() Dashboard {
	return Dashboard{
		UID: "winnow-stages", Title: "winnow: stages and lag",
		Description: "How fast records are judged and fed, how long each stage takes, and who is behind. Quantiles come from classic histogram buckets, which Prometheus keeps by " +
			"default; a Prometheus with native histograms answers them, too.",
		Variables: []Variable{{"topic", "Topic", records}, {"feed", "Feed", feedRecords}},
		Rows: []Row{
			{"Now", stagesNow()}, {"Gate", stagesGate()}, {"Feeds", stagesFeeds()}, {"Host", stagesHost()},
		},
	}
}

func stagesNow() []Panel {
	return []Panel{
		{Title: "Records", Kind: Number, Unit: units.RecordsPerSecond, Width: 6,
			Help:    "Records a second that were judged.",
			Queries: []Query{{Expr: by("sum", "", rate(series(records, ofTopic), step))}}},
		{Title: "Lag", Kind: Number, Unit: units.Short, Width: 6,
			Help:    "Offsets between the gate and the end of the log: the consumer group's lag.",
			Queries: []Query{{Expr: by("sum", "", series(lag, ofTopic))}}},
		{Title: "Work waiting", Kind: Number, Unit: units.Seconds, Width: 6, Limits: rising(behindSeconds/2, behindSeconds),
			Help:    "How long the gate needs for its lag at its present speed, for the topic where it is longest.",
			Queries: []Query{{Expr: by("max", "", behind(lag, records, "topic", step, ofTopic))}}},
		{Title: "Fed", Kind: Number, Unit: units.RecordsPerSecond, Width: 6,
			Help:    "Records a second that were handed to trainers, over all feeds. A record that goes to two feeds counts twice.",
			Queries: []Query{{Expr: by("sum", "", rate(series(feedRecords, ofFeedName), step))}}},
	}
}

func stagesGate() []Panel {
	return []Panel{
		{Title: "Records by outcome", Kind: Stacked, Unit: units.RecordsPerSecond, Width: 12,
			Help:    "Passed, quarantined and skipped together are all that was consumed.",
			Queries: []Query{{Expr: by("sum", "outcome", rate(series(records, ofTopic), step)), Legend: "{{outcome}}"}}},
		{Title: "Lag by partition", Kind: Lines, Unit: units.Short, Width: 12,
			Help: "One line that rises alone is one partition that stands still or has more than its share; all of them rising is a gate that is too slow. A partition has a line " +
				"once a winnow has it and knows its end.",
			Queries: []Query{{Expr: by("max", "topic, partition", series(lag, ofTopic)), Legend: "{{topic}}/{{partition}}"}}},
		{Title: "Stage times, median", Kind: Lines, Unit: units.Seconds, Width: 12,
			Help:    "How long a range of records spends in a stage.",
			Queries: []Query{{Expr: quantile(0.5, stageSeconds, "stage", step, ofTopic), Legend: "{{stage}}"}}},
		{Title: "Stage times, p99", Kind: Lines, Unit: units.Seconds, Width: 12,
			Help:    "One range in a hundred takes longer. extract: waiting for Kafka included; preprocess: CPU; quarantine: writing to Kafka.",
			Queries: []Query{{Expr: quantile(0.99, stageSeconds, "stage", step, ofTopic), Legend: "{{stage}}"}}},
	}
}

func stagesFeeds() []Panel {
	perFeed := func(metric string) string { return by("sum", "feed", series(metric, ofFeedName)) }
	return []Panel{
		{Title: "Records by feed", Kind: Lines, Unit: units.RecordsPerSecond, Width: 8,
			Help:    "Records a second that were handed to the feed's trainer.",
			Queries: []Query{{Expr: by("sum", "feed", rate(series(feedRecords, ofFeedName), step)), Legend: "{{feed}}"}}},
		{Title: "Behind the gate by feed", Kind: Lines, Unit: units.Short, Width: 8,
			Help:    "Offsets between what the feed has planned and what the gate has judged. A feed that nobody reads falls behind and holds up nobody else; its records stay in Kafka as long as the topic keeps them.",
			Queries: []Query{{Expr: perFeed(feedBehind), Legend: "{{feed}}"}}},
		{Title: "Next batch, p99 of the wait", Kind: Lines, Unit: units.Seconds, Width: 8,
			Help:    "How long a trainer that asks for its next batch waits for it.",
			Queries: []Query{{Expr: quantile(0.99, feedWait, "feed", step, ofFeedName), Legend: "{{feed}}"}}},
		{Title: "Produced to ready on the host", Kind: Lines, Unit: units.Seconds, Width: 8,
			Help: "From a record's Kafka timestamp until its batch was ready, of the oldest record in the batch. Records that are read late on purpose, as from an old offset, are old.",
			Queries: []Query{
				{Expr: quantile(0.5, feedReady, "feed", step, ofFeedName), Legend: "{{feed}} median"},
				{Expr: quantile(0.99, feedReady, "feed", step, ofFeedName), Legend: "{{feed}} p99"},
			}},
		{Title: "Buffers by feed", Kind: Stacked, Unit: units.BytesIEC, Width: 8,
			Help:    "Host memory of batches that were made for the feed and that its trainer has not given back.",
			Queries: []Query{{Expr: perFeed(feedBuffer), Legend: "{{feed}}"}}},
		{Title: "Ranges by source", Kind: Stacked, Unit: units.CountsPerSecond, Width: 8,
			Help:    "Runs of records that feeds took from the cache of what was just judged, and those that they had to read from Kafka again.",
			Queries: []Query{{Expr: by("sum", "source", rate(series(feedRanges, ofFeedName), step)), Legend: "{{source}}"}}},
	}
}

func stagesHost() []Panel {
	job := `job="winnow"`
	return []Panel{
		{Title: "Host memory", Kind: Lines, Unit: units.BytesIEC, Width: 8,
			Help:    "The budget `host.memory`, what the cache and all feeds' buffers use of it together, and the cache's part.",
			Queries: []Query{{Expr: by("sum", "instance, kind", hostMemory), Legend: "{{instance}} {{kind}}"}}},
		{Title: "Process memory", Kind: Lines, Unit: units.BytesIEC, Width: 8,
			Help:    "The resident memory of each winnow, of which host.memory is a part.",
			Queries: []Query{{Expr: by("max", "instance", series(processRSS, job)), Legend: "{{instance}}"}}},
		{Title: "Process CPU", Kind: Lines, Unit: units.Short, Width: 8,
			Help:    "Cores in use by each winnow.",
			Queries: []Query{{Expr: by("max", "instance", rate(series(processCPU, job), step)), Legend: "{{instance}}"}}},
	}
}
