package main

import (
	"cmp"
	"slices"

	"github.com/winnow-data/winnow/api"
	"github.com/winnow-data/winnow/loadgen/fleet"
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
			wait50, wait99, ready50, ready99 := s.Wait50.Seconds(), s.Wait99.Seconds(), s.Ready50.Seconds(), s.Ready99.Seconds()
			a.WaitP50Seconds, a.WaitP99Seconds, a.ReadyP50Seconds, a.ReadyP99Seconds = &wait50, &wait99, &ready50, &ready99
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
	in := func(state fleet.State) float64 { return s[state].Seconds() }
	return api.ChipSeconds{Training: in(fleet.Training), WaitingGate: in(fleet.WaitingGate), WaitingKafka: in(fleet.WaitingKafka),
		WaitingBudget: in(fleet.WaitingBudget), Restarting: in(fleet.Restarting), Idle: in(fleet.Idle)}
}

// worstChips are the chips with the most errors.
func worstChips(f api.Fleet, most int) (rows []api.ErrorRow) {
	for _, j := range f.Jobs {
		for _, h := range j.Hosts {
			for _, c := range h.Chips {
				rows = append(rows, api.ErrorRow{Key: c.Key, Records: c.Records, Errors: c.Errors, Rate: float64(c.Errors) / float64(max(1, c.Records))})
			}
		}
	}
	slices.SortStableFunc(rows, func(a, b api.ErrorRow) int { return cmp.Compare(b.Errors, a.Errors) })
	return rows[:min(most, len(rows))]
}
