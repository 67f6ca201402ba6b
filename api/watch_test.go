package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

// step counts, and samples two seconds later.
func step(w *watch, g *movingGate, rows ...ErrorRow) {
	var all ErrorRow
	for _, r := range rows {
		all.Records += r.Records
		all.Errors += r.Errors
	}
	g.count("topic", all)
	g.count("team", rows...)
	<-time.After(historyEvery)
	w.sample(time.Now())
}

func history(t *testing.T, s *Server, by string) (h History) {
	t.Helper()
	w := get(t, s.handler(), "/api/v1/history?by="+by)
	if err := json.Unmarshal(w.Body.Bytes(), &h); err != nil || w.Code != http.StatusOK {
		t.Fatalf("%d, %v: %s", w.Code, err, w.Body)
	}
	return h
}

func values(vs []*float64) (out []any) {
	for _, v := range vs {
		if v == nil {
			out = append(out, nil)
		} else {
			out = append(out, *v)
		}
	}
	return out
}

func TestHistoryHasDeltas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &movingGate{}
		s := newServer(t, func(c *Config) { c.Gate = g })
		step(s.watch, g) // the first look is only compared with
		step(s.watch, g, ErrorRow{Key: "a", Records: 10, Errors: 1})
		step(s.watch, g, ErrorRow{Key: "a", Records: 30, Errors: 1}, ErrorRow{Key: "b", Records: 5, Errors: 5})
		g.led.Quarantined, g.led.Partitions = 6, []PartitionLedger{{Lag: 7}, {Lag: -1}}
		step(s.watch, g, ErrorRow{Key: "a", Records: 30, Errors: 1}, ErrorRow{Key: "b", Records: 9, Errors: 8})
		g.led.Quarantined = 2 // partitions moved away
		step(s.watch, g, ErrorRow{Key: "b", Records: 9, Errors: 8})

		total := history(t, s, "total")
		for name, want := range map[string]string{"records": "[10 25 4 0]", "errors": "[1 5 3 0]", "quarantined": "[0 0 6 <nil>]", "lag": "[0 0 7 7]"} {
			if got := fmt.Sprint(values(total.Series[0].Values[name])); got != want {
				t.Errorf("%s: %s, want %s", name, got, want)
			}
		}
		if fmt.Sprint(total.Seconds) != "[2 2 2 2]" || !total.Times[0].Before(total.Times[3]) {
			t.Errorf("times %v, seconds %v", total.Times, total.Seconds)
		}
		team := history(t, s, "team")
		if len(team.Series) != 2 || team.Series[0].Key != "b" {
			t.Fatalf("the worst is not first: %+v", team.Series)
		}
		for i, want := range []string{"[<nil> 5 3 0] [<nil> 5 4 0]", "[1 0 0 <nil>] [10 20 0 <nil>]"} {
			if got := fmt.Sprint(values(team.Series[i].Values["errors"]), values(team.Series[i].Values["records"])); got != want {
				t.Errorf("%s: %s, want %s", team.Series[i].Key, got, want)
			}
		}
		if chips := history(t, s, "state"); len(chips.Series) != len(states()) || len(chips.Series[0].Values["chips"]) != 4 {
			t.Errorf("chips by state: %+v", chips)
		}
		if stages := history(t, s, "stage"); fmt.Sprint(values(stages.Series[0].Values["p99_seconds"])) != "[0.01 0.01 0.01 0.01]" {
			t.Errorf("stages: %+v", stages.Series[0])
		}
	})
}

// A process that has counted for long when it is first looked at must not show all of that as one leap.
func TestFirstLookIsNoLeap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &movingGate{}
		s := newServer(t, func(c *Config) { c.Gate = g })
		step(s.watch, g, ErrorRow{Key: "a", Records: 1_000_000, Errors: 500})
		step(s.watch, g, ErrorRow{Key: "a", Records: 1_000_001, Errors: 500})
		if got := fmt.Sprint(values(history(t, s, "total").Series[0].Values["records"])); got != "[1]" {
			t.Errorf("got %s", got)
		}
		if r := s.watch.rows["team"][0]; r.Records != 1_000_001 || r.Recent.ErrorsPerSecond != 0 {
			t.Errorf("row %+v", r)
		}
	})
}

func TestHistoryIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &movingGate{}
		s := newServer(t, func(c *Config) { c.Gate = g })
		for i := range historySamples + 20 {
			rows := make([]ErrorRow, 0, 50)
			for j := range 50 { // other names every time
				rows = append(rows, ErrorRow{Key: fmt.Sprint("team-", i, "-", j), Records: 2, Errors: 1})
			}
			step(s.watch, g, rows...)
		}
		if n := len(s.watch.ring); n != historySamples {
			t.Errorf("%d samples are kept", n)
		}
		for _, at := range s.watch.ring {
			if n := len(at.Keys["team"]); n > worstKeys {
				t.Fatalf("a sample keeps %d names", n)
			}
		}
		if n := len(s.watch.trails["team"].keys); n != 50 {
			t.Errorf("%d names are remembered, of 50 that are counted", n)
		}
		h := history(t, s, "team")
		if len(h.Times) != historySamples || len(h.Series) > historyKeys {
			t.Errorf("%d times, %d series", len(h.Times), len(h.Series))
		}
		for i := 1; i < len(h.Times); i++ {
			if !h.Times[i].After(h.Times[i-1]) {
				t.Fatal("samples are not in order")
			}
		}
	})
}

// Who fails now comes before who failed most.
func TestWorstOfLateComeFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &movingGate{}
		s := newServer(t, func(c *Config) { c.Gate = g })
		old := make([]ErrorRow, 0, 20)
		for i := range 20 {
			old = append(old, ErrorRow{Key: fmt.Sprintf("old-%02d", i), Records: 1000, Errors: int64(500 - i)})
		}
		step(s.watch, g, append(old, ErrorRow{Key: "now", Records: 100})...)
		step(s.watch, g, append(old, ErrorRow{Key: "now", Records: 110, Errors: 5})...)
		rows := s.watch.rows["team"]
		if len(rows) != 1+worstKeys || rows[0].Key != "now" || rows[1].Key != "old-00" {
			t.Fatalf("rows %+v", rows)
		}
		if r := rows[0]; r.Rate != 5.0/110 || r.Recent.Rate != 0.5 || r.Recent.ErrorsPerSecond != 2.5 {
			t.Errorf("row %+v", r)
		}
		for range 300 { // ten minutes later it is no longer now
			step(s.watch, g, append(old, ErrorRow{Key: "now", Records: 110, Errors: 5})...)
		}
		if rows = s.watch.rows["team"]; rows[0].Key != "old-00" || len(rows) != worstKeys {
			t.Errorf("rows %+v", rows)
		}
	})
}

// A gate that panics is a bug, but no reason to end the process.
type brokenGate struct{ fakeGate }

func (brokenGate) Ledger() Ledger { panic("canary") }

func TestWatchOutlivesAPanic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, func(c *Config) { c.Gate = brokenGate{} })
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		s.watch.run(ctx)
	})
}

// A gate with very many names costs time to look at: the looks come further apart.
type costlyGate struct {
	fakeGate
	looks *int
}

func (g costlyGate) Ledger() Ledger {
	*g.looks++
	<-time.After(100 * time.Millisecond)
	return Ledger{}
}

func TestWatchTakesAFiftiethOfTheTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		looks := 0
		s := newServer(t, func(c *Config) { c.Gate = costlyGate{looks: &looks} })
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		s.watch.run(ctx)
		if looks < 10 || looks > 13 { // every five seconds
			t.Errorf("%d looks of 0.1 s in a minute", looks)
		}
	})
}

func TestStagesHaveRecordsPerSecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &movingGate{}
		s := newServer(t, func(c *Config) { c.Gate = g })
		step(s.watch, g)
		g.led.Quarantined = 4
		step(s.watch, g, ErrorRow{Key: "a", Records: 10, Errors: 4})
		var got []any
		for _, st := range s.readLive(time.Now()).Stages {
			got = append(got, st.Name, *st.RecordsPerSecond)
		}
		if want := "[extract 5 preprocess 5 quarantine 2 feed 0]"; fmt.Sprint(got...) != fmt.Sprint("extract", 5.0, "preprocess", 5.0, "quarantine", 2.0, "feed", 0.0) {
			t.Errorf("got %v, want %s", got, want)
		}
	})
}
