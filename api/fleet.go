package api

import (
	"net/http"
)

// FeedsReader answers for the feeds of this process. It is called concurrently.
type FeedsReader interface{ Feeds() Feeds }

// FleetReader answers for the chips. It is called concurrently.
type FleetReader interface{ Fleet() Fleet }

const (
	noFeeds = "this winnow has no feeds in its role, or none is configured"
	noFleet = "this winnow simulates no chips"
)

func (s *Server) feeds(w http.ResponseWriter, r *http.Request) {
	if s.cfg.Feeds == nil {
		problem(w, r, http.StatusServiceUnavailable, noFeeds)
		return
	}
	if known(w, r) {
		answer(w, s.readFeeds())
	}
}

func (s *Server) readFeeds() Feeds {
	f := s.cfg.Feeds.Feeds()
	f.Feeds = full(f.Feeds)
	for i := range f.Feeds {
		feed := &f.Feeds[i]
		feed.Topics, feed.Columns, feed.Require, feed.Positions = full(feed.Topics), full(feed.Columns), full(feed.Require), full(feed.Positions)
	}
	return f
}

func (s *Server) fleet(w http.ResponseWriter, r *http.Request) {
	if s.cfg.Fleet == nil {
		problem(w, r, http.StatusServiceUnavailable, noFleet)
		return
	}
	if known(w, r) {
		answer(w, s.readFleet())
	}
}

// readFleet asks for the fleet and fills in what the server computes.
func (s *Server) readFleet() Fleet {
	f := s.cfg.Fleet.Fleet()
	f.Jobs, f.Teams = full(f.Jobs), full(f.Teams)
	for j := range f.Jobs {
		f.Jobs[j].Hosts = full(f.Jobs[j].Hosts)
		for h := range f.Jobs[j].Hosts {
			host := &f.Jobs[j].Hosts[h]
			host.Chips = full(host.Chips)
			for c := range host.Chips {
				host.Chips[c].Rate = ratio(float64(host.Chips[c].Errors), float64(host.Chips[c].Records))
			}
		}
	}
	for i := range f.Teams {
		t := &f.Teams[i]
		t.LostSeconds, t.Occupancy = t.Seconds.Lost(), ratio(t.Seconds.Training, t.Seconds.Total())
	}
	return f
}

// rows counts records and errors by chip, or by the team that a chip works for.
func (f *Fleet) rows(by string) (rows []ErrorRow) {
	teams := make(map[string]int)
	for j := range f.Jobs {
		job := &f.Jobs[j]
		if _, met := teams[job.Team]; by == dimFeedTeam && !met {
			teams[job.Team] = len(rows)
			rows = append(rows, ErrorRow{Key: job.Team})
		}
		for h := range job.Hosts {
			for _, c := range job.Hosts[h].Chips {
				if by == dimChip {
					rows = append(rows, ErrorRow{Key: c.Key, Records: c.Records, Errors: c.Errors})
					continue
				}
				row := &rows[teams[job.Team]]
				row.Records += c.Records
				row.Errors += c.Errors
			}
		}
	}
	return rows
}

// counts tells how many chips are in each state.
func (f *Fleet) counts() (n ChipCounts) {
	for j := range f.Jobs {
		for h := range f.Jobs[j].Hosts {
			for _, c := range f.Jobs[j].Hosts[h].Chips {
				n.add(letter(c.State))
			}
		}
	}
	return n
}

// live writes the chips as letters.
func (f *Fleet) live() *LiveFleet {
	l := &LiveFleet{Since: f.Since, WallSeconds: f.WallSeconds, Chips: f.Chips, States: f.counts(), Jobs: make([]LiveJob, 0, len(f.Jobs)), Teams: f.Teams}
	var trained, total float64
	for i := range f.Teams {
		trained, total = trained+f.Teams[i].Seconds.Training, total+f.Teams[i].Seconds.Total()
	}
	l.Occupancy = ratio(trained, total)
	for j := range f.Jobs {
		job := &f.Jobs[j]
		out := LiveJob{Feed: job.Feed, Team: job.Team, Model: job.Model, TPU: job.TPU, Chips: job.Chips, StepSeconds: job.StepSeconds, Steps: job.Steps,
			Utilization: job.Utilization, Ceiling: job.Ceiling, Grid: []LivePod{}}
		for h := range job.Hosts {
			host := &job.Hosts[h]
			letters := make([]byte, len(host.Chips))
			for c := range host.Chips {
				letters[c] = letter(host.Chips[c].State)
			}
			if n := len(out.Grid); n == 0 || out.Grid[n-1].Pod != host.Pod {
				out.Grid = append(out.Grid, LivePod{Pod: host.Pod})
			}
			pod := &out.Grid[len(out.Grid)-1]
			pod.Hosts = append(pod.Hosts, string(letters))
		}
		l.Jobs = append(l.Jobs, out)
	}
	return l
}

// ratio is part/whole, 0 of nothing.
func ratio(part, whole float64) float64 {
	if whole <= 0 {
		return 0
	}
	return part / whole
}
