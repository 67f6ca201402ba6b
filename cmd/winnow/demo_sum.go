package main

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/winnow-data/winnow/api"
	"github.com/winnow-data/winnow/loadgen"
	"github.com/winnow-data/winnow/loadgen/fleet"
	"github.com/winnow-data/winnow/pipeline"
)

// A demoSum is what `winnow demo` tells at its end; its JSON is a promise to scripts.
type demoSum struct {
	Ledger  demoLedger     `json:"ledger"`
	Faults  demoScore      `json:"faults"`
	ByTeam  []api.ErrorRow `json:"by_team"`
	ByUser  []api.ErrorRow `json:"by_user"` // the worst
	ByRule  []api.ErrorRow `json:"by_rule"`
	ByChip  []api.ErrorRow `json:"by_chip"` // the worst
	Feeds   []demoFeed     `json:"feeds"`
	Records int64          `json:"records"` // that were written
	Seconds float64        `json:"seconds"`

	stats   loadgen.Stats
	score   loadgen.Score
	address string
}

type demoLedger struct {
	Consumed    int64 `json:"consumed"`
	Passed      int64 `json:"passed"`
	Quarantined int64 `json:"quarantined"`
	Skipped     int64 `json:"skipped"`
	Balanced    bool  `json:"balanced"`
}

type demoScore struct {
	Planted     int64 `json:"planted"`
	Caught      int64 `json:"caught"`
	Missed      int64 `json:"missed"`
	FalseAlarms int64 `json:"false_alarms"`
}

// A demoFeed is what a feed's chips did.
type demoFeed struct {
	Feed        string   `json:"feed"`
	Team        string   `json:"team"`
	Chips       int      `json:"chips"`
	Steps       int64    `json:"steps"`
	Records     int64    `json:"records"` // that were trained on
	ChipSeconds float64  `json:"chip_seconds"`
	Occupancy   float64  `json:"occupancy"`    // training share of them
	Lost        float64  `json:"lost_seconds"` // chip-seconds spent waiting for data
	Utilization *float64 `json:"utilization"`  // accelerator utilisation as MLPerf Storage defines it, and what the simulator can reach
	Ceiling     *float64 `json:"ceiling"`
	WaitP99     float64  `json:"wait_p99_seconds"` // for the next batch
}

// worst is how many users, and chips, the summary names.
const worst = 5

// errorsFrom takes the error rates from the running service.
func (sum *demoSum) errorsFrom(s *service) {
	rows := func(by string, most int) []api.ErrorRow {
		found, _ := s.tally.Rows(by)
		out := make([]api.ErrorRow, 0, len(found))
		for _, r := range found[:min(most, len(found))] {
			out = append(out, api.ErrorRow{Key: r.Key, Records: r.Records, Errors: r.Errors, Rate: float64(r.Errors) / float64(max(1, r.Records))})
		}
		return out
	}
	sum.ByTeam, sum.ByUser, sum.ByRule = rows(pipeline.ByTeam, 1000), rows(pipeline.ByUser, worst), rows(pipeline.ByRule, 1000)
	sum.ByChip = worstChips(fleetAPI{s.fleet}.Fleet(), worst)
	status := s.feeds.Status().Feeds
	snap := s.fleet.Snapshot()
	for i := range snap.Jobs {
		j := &snap.Jobs[i]
		sum.Feeds = append(sum.Feeds, demoFeed{Feed: j.Feed, Team: j.Team, Chips: j.Chips, Steps: j.Steps, Records: j.Records - j.Errors,
			ChipSeconds: j.Spent.Total().Seconds(), Lost: j.Spent.Waiting().Seconds(), Utilization: j.Measured, Ceiling: j.Ceiling,
			Occupancy: j.Spent[fleet.Training].Seconds() / max(j.Spent.Total().Seconds(), 1e-9), WaitP99: status[i].Wait99.Seconds()})
	}
	sum.Records, sum.Seconds = sum.stats.Records, sum.stats.Seconds
}

func (sum *demoSum) write(w io.Writer, format string) error {
	if format == "json" {
		return json.NewEncoder(w).Encode(sum)
	}
	fmt.Fprintf(w, "\n%d records in %.1f s: %.0f a second\n\n", sum.Records, sum.Seconds, float64(sum.Records)/max(sum.Seconds, 0.001))
	l := sum.Ledger
	word := "balanced"
	if !l.Balanced {
		word = "NOT BALANCED"
	}
	fmt.Fprintf(w, "Ledger, recomputed from Kafka alone: %s\n  consumed %d = passed %d + quarantined %d + skipped %d\n\n", word, l.Consumed, l.Passed, l.Quarantined, l.Skipped)
	for _, part := range []struct {
		title string
		rows  []api.ErrorRow
	}{{"TEAM", sum.ByTeam}, {"USER (worst)", sum.ByUser}, {"CHIP (worst)", sum.ByChip}, {"RULE", sum.ByRule}} {
		t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		fmt.Fprintf(t, "%s\tRECORDS\tERRORS\tRATE\n", part.title)
		for _, r := range part.rows {
			fmt.Fprintf(t, "%s\t%d\t%d\t%.2f %%\n", r.Key, r.Records, r.Errors, 100*r.Rate)
		}
		if err := t.Flush(); err != nil {
			return err
		}
		fmt.Fprintln(w)
	}
	if err := sum.writeFeeds(w); err != nil {
		return err
	}
	f := sum.Faults
	fmt.Fprintf(w, "Planted faults: %d planted, %d caught, %d missed, %d false alarms\n", f.Planted, f.Caught, f.Missed, f.FalseAlarms)
	for _, k := range sum.score.ByKind {
		if k.Missed > 0 {
			fmt.Fprintf(w, "  MISSED %d of %d: %s\n", k.Missed, k.Planted, k.Kind)
		}
	}
	for _, a := range sum.score.Alarms {
		fmt.Fprintf(w, "  FALSE ALARM %d times: %s %s\n", a.Count, a.Rule, a.Pointer)
	}
	return nil
}

// writeFeeds tells what the chips did with their time.
func (sum *demoSum) writeFeeds(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "FEED\tTEAM\tCHIPS\tSTEPS\tRECORDS\tTRAINING\tLOST TO DATA WAITS\tUTILISATION (CEILING)")
	for _, f := range sum.Feeds {
		au := "-"
		if f.Utilization != nil && f.Ceiling != nil {
			au = fmt.Sprintf("%.1f %% (%.1f %%)", 100**f.Utilization, 100**f.Ceiling)
		}
		fmt.Fprintf(t, "%s\t%s\t%d\t%d\t%d\t%.1f %%\t%.1f of %.1f chip-seconds\t%s\n", f.Feed, f.Team, f.Chips, f.Steps, f.Records, 100*f.Occupancy, f.Lost, f.ChipSeconds, au)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(w)
	return nil
}
