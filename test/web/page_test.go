//go:build web

package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/winnow-data/winnow/api"
)

// ask gets an answer of the API.
func ask[T any](t *testing.T, origin, path string) (v T) {
	t.Helper()
	resp, err := http.Get(origin + path)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s", path, resp.Status)
	}
	if err := json.NewDecoder(resp.Body).Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

// grouped writes a number as the page does.
func grouped(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func percent(r float64) string {
	if p := 100 * r; p > 0 && p < 0.01 {
		return "< 0.01 %"
	}
	return fmt.Sprintf("%.2f %%", 100*r)
}

// cells reads a table's rows: the first cell, then those of the columns that are asked for.
func cells(b *tab, selector string, columns ...string) map[string][]string {
	b.t.Helper()
	list, _ := json.Marshal(columns)
	return eval[map[string][]string](b, fmt.Sprintf(`Object.fromEntries([...document.querySelectorAll(%q)].filter((r) => r.dataset.key !== undefined)
		.map((r) => [r.dataset.key, %s.map((c) => r.querySelector('[data-col="' + c + '"]').innerText)]))`, selector+" tbody tr", list))
}

func same(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("%s: the page shows %v, the API says %v", what, got, want)
	}
}

// TestNumbersAreTheAPIs freezes the world, lets the page catch up, and compares every table with what the API says of it.
func TestNumbersAreTheAPIs(t *testing.T) {
	w := newWorld()
	s := serve(t, w, "")
	b := newTab(t, s.origin)
	b.look(1280, 900, false)
	b.load()
	b.await(`document.querySelectorAll("#errors-team canvas").length === 1`)
	b.await(`/^25,01[0-4]$/.test(document.querySelector('#tiles [data-key="Records a second"] .big').innerText)`)
	w.freeze()
	user := ask[api.Errors](t, s.origin, "/api/v1/errors?by=user").Rows[0]
	b.await(fmt.Sprintf(`document.querySelector('#errors-user tr[data-key=%q] [data-col="records"]')?.innerText === %q`, user.Key, grouped(user.Records)))
	b.await(fmt.Sprintf(`document.querySelector("#ledger").innerText.includes(%q)`, grouped(ask[api.Ledger](t, s.origin, "/api/v1/ledger").Consumed)))

	for by, limit := range map[string]int{"team": 7, "user": 8, "chip": 8, "rule": 5} {
		shown := cells(b, "#errors-"+by, "errors", "records", "rate")
		for _, row := range ask[api.Errors](t, s.origin, "/api/v1/errors?by="+by).Rows[:limit] {
			same(t, by+" "+row.Key, shown[row.Key], grouped(row.Errors), grouped(row.Records), percent(row.Rate))
		}
	}
	ledger := ask[api.Ledger](t, s.origin, "/api/v1/ledger")
	shown := cells(b, "#lag", "lag", "gate", "end", "quarantined")
	for _, p := range ledger.Partitions {
		same(t, fmt.Sprint("partition ", p.Partition), shown[fmt.Sprintf("flights/%d", p.Partition)],
			grouped(p.Lag), grouped(p.GateOffset), grouped(p.LogEnd), grouped(p.Quarantined))
	}
	shown = cells(b, "#feeds", "behind", "ready", "records", "wait", "state")
	same(t, "delay-v1", shown["delay-v1"], "3,120", "3 of 4", grouped(ask[api.Feeds](t, s.origin, "/api/v1/feeds").Feeds[0].Records), "1.2 µs / 23.4 µs", "a batch is ready")
	if got := shown["cancel-v2"][4]; got != "topic flights-archive does not exist" {
		t.Errorf("a feed's trouble is shown as %q", got)
	}
	compareFleet(b, ask[api.Fleet](t, s.origin, "/api/v1/fleet"))
	compareStages(b, ask[api.Live](t, s.origin, "/api/v1/live"))
	groups := ask[api.Groups](t, s.origin, "/api/v1/quarantine/groups")
	counts := eval[[]string](b, `[...document.querySelectorAll("#quarantine .count")].map((n) => n.innerText)`)
	for i, g := range groups.Groups {
		if counts[i] != grouped(g.Count) {
			t.Errorf("group %d: the page shows %s, the API says %d", i, counts[i], g.Count)
		}
	}
	b.await(`document.querySelector('#tiles [data-key="Records a second"] .big').innerText === "0"`) // frozen
	tiles := b.text("#tiles")
	for _, want := range []string{grouped(groups.Records), "2,055", "flights/5: 685", "Yes"} {
		if !strings.Contains(tiles, want) {
			t.Errorf("no %q on the tiles: %s", want, tiles)
		}
	}
	b.picture("wide")
	b.clean()
}

func compareFleet(b *tab, f api.Fleet) {
	b.t.Helper()
	want, n := make(map[string]int), 0
	for _, j := range f.Jobs {
		for _, h := range j.Hosts {
			n += len(h.Chips)
			want[map[string]string{"training": "T", "waiting_gate": "G", "waiting_kafka": "K", "waiting_budget": "B", "restarting": "R", "idle": "I"}[h.State]] += len(h.Chips)
		}
	}
	got := eval[map[string]int](b, `[...document.querySelectorAll(".host .chip")].reduce((m, c) => ({...m, [c.className.slice(-1)]: (m[c.className.slice(-1)] ?? 0) + 1}), {})`)
	legend := eval[[]string](b, `[...document.querySelectorAll(".legend b")].map((n) => n.innerText)`)
	for i, letter := range strings.Split("TGKBRI", "") {
		if got[letter] != want[letter] || legend[i] != grouped(int64(want[letter])) {
			b.t.Errorf("state %s: %d squares, legend %s, the API says %d", letter, got[letter], legend[i], want[letter])
		}
	}
	if !strings.Contains(b.text("#tiles"), fmt.Sprintf("%d / %d", want["T"], n)) {
		b.t.Errorf("the tiles do not say %d / %d: %s", want["T"], n, b.text("#tiles"))
	}
	shown := cells(b, "#chip-teams", "lost", "occupancy")
	for _, team := range f.Teams {
		same(b.t, "team "+team.Team, shown[team.Team], grouped(int64(team.LostSeconds+0.5))+" s", fmt.Sprintf("%.1f %%", 100*team.Occupancy))
	}
	shown = cells(b, "#chip-jobs", "steps", "measured", "ceiling")
	same(b.t, "delay-v1", shown["delay-v1"], grouped(f.Jobs[0].Steps), "93.4 %", "98.1 %")
	same(b.t, "cancel-v2", shown["cancel-v2"], grouped(f.Jobs[1].Steps), "–", "–")
}

func compareStages(b *tab, l api.Live) {
	b.t.Helper()
	shown := cells(b, "#stages", "ranges")
	for _, st := range l.Stages {
		if len(shown[st.Name]) != 1 || shown[st.Name][0] == "–" {
			b.t.Errorf("stage %s: %v", st.Name, shown[st.Name])
		}
	}
}

// TestDataIsTextNeverMarkup looks for names and values that would have become elements.
func TestDataIsTextNeverMarkup(t *testing.T) {
	b := newTab(t, serve(t, newWorld(), "").origin)
	b.load()
	b.await(`document.querySelector('#errors-team tr[data-key="<b>markup</b>"]') !== null`)
	if got := b.text(`#errors-team tr[data-key="<b>markup</b>"] button`); got != "<b>markup</b>" {
		t.Errorf("the name is shown as %q", got)
	}
	b.run(click("#quarantine summary"))
	b.await(`document.querySelector("#quarantine pre") !== null`)
	if got := b.text("#quarantine pre"); !strings.Contains(got, "<script>xxxxx(9)</script>") {
		t.Errorf("the value is shown as %s", got)
	}
	if n := eval[int](b, `document.querySelectorAll("main script, main b:not(.legend b, .what b, .more b)").length`); n > 0 {
		t.Errorf("%d elements came from data", n)
	}
	b.clean()
}

// TestPolicyIsWatched makes sure that this package would see a broken policy: it breaks it.
func TestPolicyIsWatched(t *testing.T) {
	b := newTab(t, serve(t, newWorld(), "").origin)
	b.load()
	b.clean()
	eval[bool](b, `document.body.setAttribute("style", "color: red"), true`)
	b.await(`true`)
	eval[bool](b, `fetch("http://127.0.0.2:1/").then(() => true, () => true)`)
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.faults) < 2 || !strings.Contains(strings.Join(b.faults, "\n"), "Content Security Policy") {
		t.Errorf("a broken policy goes unseen: %v", b.faults)
	}
}

// TestRoleWithoutAnything: a winnow that only reviews, or only gates, has a page that says so.
func TestRoleWithoutAnything(t *testing.T) {
	s := serve(t, newWorld(), "", func(c *api.Config) { c.Gate, c.Review, c.Feeds, c.Fleet, c.Stages = nil, nil, nil, nil, nil })
	b := newTab(t, s.origin)
	b.load()
	for selector, want := range map[string]string{
		"#errors-team": "no gate in its role", "#errors-chip": "No chips are simulated", "#chips": "No chips are simulated", "#feeds": "No feeds are configured",
		"#lag": "no gate", "#quarantine": "no review index", "#memory": "No feeds", "#tiles": "not in this role",
	} {
		if got := b.text(selector); !strings.Contains(got, want) {
			t.Errorf("%s says %q, not %q", selector, got, want)
		}
	}
	b.picture("nothing")
	b.expected = "503" // Chromium tells of every answer that is an error
	b.clean()
}
