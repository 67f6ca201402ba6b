package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/api"
	"github.com/winnow-data/winnow/pipeline"
	"github.com/winnow-data/winnow/sinks/quarantine"
)

// gateAPI lets the API ask the gate. The packages do not know each other: this is where they meet.
type gateAPI struct {
	*service
	rate *rate
}

func (g gateAPI) Status() api.Status {
	p := g.pipeline
	st := api.Status{Version: version, Instance: p.Kafka.Instance, Group: p.Kafka.Group, Since: g.gate.Since(), State: "running",
		Reasons: g.unready(), Assigned: make(map[string][]int), RecordsPerSecond: g.rate.perSecond(g.judged(), time.Now())}
	if st.Ready = len(st.Reasons) == 0; !st.Ready {
		st.State = "starting"
	}
	for _, part := range g.gate.Partitions() {
		st.Assigned[part.Topic] = append(st.Assigned[part.Topic], part.Partition)
	}
	for _, c := range p.Contracts {
		sc := api.StatusContract{Name: c.Name, Hash: c.Hash}
		for _, t := range c.Topics {
			sc.Topics = append(sc.Topics, t.String())
		}
		st.Contracts = append(st.Contracts, sc)
	}
	return st
}

func (g gateAPI) judged() (n int64) {
	rows, _ := g.tally.Rows(pipeline.ByTopic)
	for _, r := range rows {
		n += r.Records
	}
	return n
}

func (g gateAPI) Ledger() api.Ledger {
	l := api.Ledger{Balanced: true, SkippedBy: make(map[string]int64), Partitions: []api.PartitionLedger{}}
	for _, p := range g.gate.Partitions() {
		pl := api.PartitionLedger{Topic: p.Topic, Partition: p.Partition, GateOffset: -1, LogEnd: p.LogEnd, Lag: -1}
		if p.Known {
			t := p.Totals
			pl.GateOffset, pl.Consumed, pl.Passed, pl.Quarantined, pl.Skipped = t.Next, t.Consumed(), t.Passed, t.Quarantined, t.SkippedSum()
			if p.LogEnd >= 0 {
				pl.Lag = p.Lag()
			}
			l.Balanced = l.Balanced && t.Balanced()
			for cause, n := range t.Skipped {
				l.SkippedBy[cause] += n
			}
		}
		l.Consumed += pl.Consumed
		l.Passed += pl.Passed
		l.Quarantined += pl.Quarantined
		l.Skipped += pl.Skipped
		l.Partitions = append(l.Partitions, pl)
	}
	return l
}

func (g gateAPI) Errors(by string) (api.Errors, error) {
	rows, ok := g.tally.Rows(by)
	if !ok {
		return api.Errors{}, errors.New("errors cannot be told by " + by)
	}
	e := api.Errors{Since: g.gate.Since(), Instances: []string{g.pipeline.Kafka.Instance}, Rows: make([]api.ErrorRow, 0, len(rows))}
	for _, r := range rows {
		e.Rows = append(e.Rows, api.ErrorRow{Key: r.Key, Records: r.Records, Errors: r.Errors})
	}
	return e, nil
}

// A rate tells the speed between two looks that lie a second or more apart.
type rate struct {
	mu    sync.Mutex
	at    time.Time
	count int64
	last  float64
}

func newRate() *rate { return &rate{at: time.Now()} }

func (r *rate) perSecond(count int64, now time.Time) float64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	if d := now.Sub(r.at).Seconds(); d >= 1 {
		r.last, r.at, r.count = float64(count-r.count)/d, now, count
	}
	return r.last
}

// reviewAPI lets the API ask the review index.
type reviewAPI struct{ index *quarantine.Index }

func (r reviewAPI) Groups(f api.Filter) api.Groups {
	cover, groups := r.index.Groups(quarantine.Filter(f))
	out := api.Groups{Coverage: coverage(cover), Groups: make([]api.Group, 0, len(groups))}
	for _, g := range groups {
		out.Groups = append(out.Groups, api.Group(g))
	}
	return out
}

func (r reviewAPI) Records(f api.Filter, limit int, after string) (api.Records, error) {
	cover, records, next, err := r.index.Records(quarantine.Filter(f), limit, after)
	if errors.Is(err, quarantine.ErrBadCursor) {
		return api.Records{}, api.ErrBadCursor
	}
	out := api.Records{Coverage: coverage(cover), Records: make([]api.Record, 0, len(records)), Next: next}
	for i := range records {
		out.Records = append(out.Records, reviewRecord(&records[i]))
	}
	return out, err
}

func (r reviewAPI) Record(ctx context.Context, id string) (api.Content, error) {
	c, err := r.index.Record(ctx, id)
	if errors.Is(err, quarantine.ErrNotFound) {
		return api.Content{}, api.ErrNotFound
	}
	if err != nil {
		return api.Content{}, err
	}
	out := api.Content{Record: reviewRecord(&c.Record), Quarantine: c.Quarantine, Timestamp: c.Timestamp, Format: c.Format, Key: c.Key, Value: c.Value,
		Cut: c.Cut, Masked: c.Masked, Headers: make([]api.Header, 0, len(c.Headers))}
	for _, h := range c.Headers {
		out.Headers = append(out.Headers, api.Header(h))
	}
	if c.Stub != nil {
		out.Truncated = &api.Stub{Size: c.Stub.Size, SHA256: c.Stub.SHA256, Dropped: c.Stub.Dropped}
	}
	return out, nil
}

func coverage(c quarantine.Coverage) api.Coverage { return api.Coverage(c) }

func reviewRecord(r *quarantine.Record) api.Record {
	return api.Record{ID: r.ID, Reasons: reviewReasons(r.Reasons), Contract: r.Contract, Team: r.Team, User: r.User, Time: r.Time, Size: r.Size, Records: r.Covers}
}

func reviewReasons(rs []winnow.Reason) []api.Reason {
	out := make([]api.Reason, 0, len(rs))
	for _, r := range rs {
		out = append(out, api.Reason(r))
	}
	return out
}
