package api

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

func TestErrorsByChipAndByFeedTeam(t *testing.T) {
	h := newServer(t).handler()
	for target, want := range map[string]string{
		"/api/v1/errors?by=chip": `{"since":"2026-03-04T05:06:07Z","instances":["host-7"],"rows":[` +
			`{"key":"delay-v1-0/0/1","records":10,"errors":3,"rate":0.3},{"key":"cancel-v1-0/0/0","records":1,"errors":1,"rate":1},` +
			`{"key":"delay-v1-0/0/0","records":10,"errors":1,"rate":0.1},{"key":"delay-v1-0/1/0","records":0,"errors":0,"rate":0},` +
			`{"key":"delay-v1-1/0/0","records":4,"errors":0,"rate":0}]}`,
		"/api/v1/errors?by=feed_team": `{"since":"2026-03-04T05:06:07Z","instances":["host-7"],"rows":[` +
			`{"key":"delay","records":24,"errors":4,"rate":0.16666666666666666},{"key":"cancel","records":1,"errors":1,"rate":1}]}`,
	} {
		if got := strings.TrimSpace(get(t, h, target).Body.String()); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", target, got, want)
		}
	}
}

func TestFleetIsFilledIn(t *testing.T) {
	var f Fleet
	if err := json.Unmarshal(get(t, newServer(t).handler(), "/api/v1/fleet").Body.Bytes(), &f); err != nil {
		t.Fatal(err)
	}
	if got := f.Jobs[0].Hosts[0].Chips[1].Rate; got != 0.3 {
		t.Errorf("a chip's rate is %v", got)
	}
	if d := f.Teams[1]; d.LostSeconds != 6 || d.Occupancy != 0.75 {
		t.Errorf("lost %v, occupancy %v", d.LostSeconds, d.Occupancy)
	}
}

func TestLiveFleetHasALetterForEveryChip(t *testing.T) {
	var l Live
	w := get(t, newServer(t).handler(), "/api/v1/live")
	if err := json.Unmarshal(w.Body.Bytes(), &l); err != nil {
		t.Fatal(err)
	}
	grid, err := json.Marshal(l.Fleet.Jobs[0].Grid)
	if want := `[{"pod":"delay-v1-0","hosts":["TT","K"]},{"pod":"delay-v1-1","hosts":["R"]}]`; err != nil || string(grid) != want {
		t.Errorf("got %s, want %s", grid, want)
	}
	if l.Fleet.States != (ChipCounts{Training: 2, WaitingKafka: 1, Restarting: 1, Idle: 1}) {
		t.Errorf("counted %+v", l.Fleet.States)
	}
	if l.Fleet.Occupancy != 0.6 {
		t.Errorf("occupancy %v", l.Fleet.Occupancy)
	}
	for _, f := range l.Feeds.Feeds {
		if len(f.Positions) > 0 {
			t.Error("the stream carries every position")
		}
	}
}

// The states' words, letters and counts are one list.
func TestStatesHaveALetterEach(t *testing.T) {
	for i, word := range states() {
		var c ChipCounts
		c.add(letter(word))
		if c.list()[i] != 1 {
			t.Errorf("%s is counted as another: %v", word, c)
		}
	}
}

// What a role lacks is null on the page and a problem on its own routes; no answer is half of one.
func TestLiveOfARoleWithoutAnything(t *testing.T) {
	s := newServer(t, func(c *Config) { c.Gate, c.Review, c.Feeds, c.Fleet, c.Stages = nil, nil, nil, nil, nil })
	w := get(t, s.handler(), "/api/v1/live")
	if w.Code != http.StatusOK {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	for _, null := range []string{"status", "ledger", "recent", "feeds", "fleet", "quarantine", "sample"} {
		if !strings.Contains(w.Body.String(), `"`+null+`":null`) {
			t.Errorf("%s is not null: %s", null, w.Body)
		}
	}
	conforms(t, "/api/v1/live", "/api/v1/live", asker(t, s.handler()))
}

func TestLiveCutsLongLists(t *testing.T) {
	ledger := Ledger{Partitions: make([]PartitionLedger, 300)}
	for i := range ledger.Partitions {
		ledger.Partitions[i] = PartitionLedger{Topic: "t", Partition: i, Lag: int64(i) - 1} // -1 is not known
	}
	l := liveLedger(ledger)
	if len(l.Partitions) != livePartitions || l.Cut != 300-livePartitions || l.Partitions[0].Lag != 298 || l.Lag != 298*299/2 {
		t.Errorf("%d partitions, %d cut, first %+v, lag %d", len(l.Partitions), l.Cut, l.Partitions[0], l.Lag)
	}
	if ledger.Partitions[0].Partition != 0 {
		t.Error("the gate's own list was sorted")
	}
}
