package main

import (
	"time"

	"github.com/winnow-data/winnow/api"
	"github.com/winnow-data/winnow/loadgen/fleet"
	"github.com/winnow-data/winnow/pipeline"
)

// feedsAPI lets the API ask the feeds.
type feedsAPI struct{ *service }

// Feeds is api.FeedsReader's.
func (f feedsAPI) Feeds() api.Feeds {
	st := f.feeds.Status()
	out := api.Feeds{Memory: api.Memory{Limit: st.Limit, Used: st.Used, Cache: st.Cache}, Feeds: make([]api.Feed, 0, len(st.Feeds))}
	for i := range st.Feeds {
		s, c := &st.Feeds[i], &f.pipeline.Feeds[i]
		require := append([]string{}, c.Require.Rules...)
		if c.Require.All {
			require = []string{"all"}
		}
		a := api.Feed{Name: s.Name, Team: s.Team, Model: s.Model, Topics: s.Topics, Columns: c.Columns, Require: require, BatchRecords: s.Spec.Records,
			LingerSeconds: s.Linger.Seconds(), Shards: s.Shards, Step: s.Step, Records: s.Records, Planned: s.Planned, Excluded: s.Excluded, Failed: s.Failed,
			Behind: s.Behind, Depth: s.Depth, Ready: s.Ready, BufferBytes: s.Bytes, RangesCache: s.Cached, RangesKafka: s.Read,
			Cause: string(s.Cause), Trouble: s.Trouble, Positions: make([]api.FeedPosition, 0, len(s.Positions))}
		if s.Records > 0 {
			p50, p99 := s.Wait50.Seconds(), s.Wait99.Seconds()
			a.WaitP50Seconds, a.WaitP99Seconds = &p50, &p99
		}
		for _, p := range s.Positions {
			a.Positions = append(a.Positions, api.FeedPosition(p))
		}
		out.Feeds = append(out.Feeds, a)
	}
	return out
}

// fleetAPI lets the API ask the simulated fleet.
type fleetAPI struct{ fleet *fleet.Fleet }

// Fleet is api.FleetReader's.
func (f fleetAPI) Fleet() api.Fleet {
	s := f.fleet.Snapshot()
	out := api.Fleet{Since: s.Since, WallSeconds: s.Wall.Seconds(), Chips: s.Chips, Jobs: make([]api.FleetJob, 0, len(s.Jobs)), Teams: make([]api.FleetTeam, 0, len(s.Teams))}
	for i := range s.Jobs {
		out.Jobs = append(out.Jobs, fleetJob(&s.Jobs[i]))
	}
	for i := range s.Teams {
		t := &s.Teams[i]
		out.Teams = append(out.Teams, api.FleetTeam{Team: t.Team, Chips: t.Chips, Seconds: chipSeconds(&t.Spent)})
	}
	return out
}

func fleetJob(j *fleet.JobSnapshot) api.FleetJob {
	out := api.FleetJob{Feed: j.Feed, Team: j.Team, Model: j.Model, TPU: j.TPU, Pods: len(j.Pods), Chips: j.Chips, StepSeconds: j.Step.Seconds(), Steps: j.Steps,
		Utilization: j.Measured, Ceiling: j.Ceiling}
	for p := range j.Pods {
		pod := &j.Pods[p]
		for h := range pod.Hosts {
			host := &pod.Hosts[h]
			o := api.FleetHost{Pod: pod.Name, Host: host.Name, State: host.State.String(), Chips: make([]api.FleetChip, 0, len(host.Chips))}
			for c := range host.Chips {
				chip := &host.Chips[c]
				o.Chips = append(o.Chips, api.FleetChip{Chip: chip.Name, Key: chipKey(pod, host, chip), State: chip.State.String(),
					Records: chip.Records, Errors: chip.Errors, Seconds: chipSeconds(&chip.Spent)})
			}
			out.Hosts = append(out.Hosts, o)
		}
	}
	return out
}

// chipKey names a chip among all.
func chipKey(pod *fleet.PodSnapshot, host *fleet.HostSnapshot, chip *fleet.ChipSnapshot) string {
	return pod.Name + "/" + host.Name + "/" + chip.Name
}

func chipSeconds(s *fleet.Spent) api.ChipSeconds {
	in := func(state fleet.State) float64 { return time.Duration(s[state]).Seconds() }
	return api.ChipSeconds{Training: in(fleet.Training), WaitingGate: in(fleet.WaitingGate), WaitingKafka: in(fleet.WaitingKafka),
		WaitingBudget: in(fleet.WaitingBudget), Restarting: in(fleet.Restarting), Idle: in(fleet.Idle)}
}

// fleetRows are the errors by chip, or by the team of the chips' feed; ok is false for anything else.
func (s *service) fleetRows(by string) (rows []pipeline.Row, ok bool) {
	if by != byChip && by != byFeedTeam {
		return nil, false
	}
	if s.fleet == nil {
		return nil, true
	}
	snap := s.fleet.Snapshot()
	if by == byFeedTeam {
		for i := range snap.Teams {
			t := &snap.Teams[i]
			rows = append(rows, pipeline.Row{Key: t.Team, Records: t.Records, Errors: t.Errors})
		}
		return rows, true
	}
	for j := range snap.Jobs {
		for p := range snap.Jobs[j].Pods {
			pod := &snap.Jobs[j].Pods[p]
			for h := range pod.Hosts {
				host := &pod.Hosts[h]
				for c := range host.Chips {
					chip := &host.Chips[c]
					rows = append(rows, pipeline.Row{Key: chipKey(pod, host, chip), Records: chip.Records, Errors: chip.Errors})
				}
			}
		}
	}
	return rows, true
}

// The ways to ask for errors that the gate does not know.
const (
	byChip     = "chip"
	byFeedTeam = "feed_team"
)
