//go:build web

package web

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/winnow-data/winnow/api"
)

// demo runs `winnow demo` and gives where its page is, and its end.
func demo(t *testing.T, duration time.Duration) (origin string, ended <-chan error, summary *strings.Builder) {
	t.Helper()
	bin := os.Getenv("WINNOW_BIN")
	if bin == "" {
		t.Skip("WINNOW_BIN names no winnow")
	}
	ctx, cancel := context.WithTimeout(t.Context(), duration+2*time.Minute)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, bin, "demo", "--duration", duration.String(), "--listen", "127.0.0.1:0", "-o", "json")
	summary = new(strings.Builder)
	cmd.Stdout = summary
	words, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	page, said, done := regexp.MustCompile(`page\s+(http://127\.0\.0\.1:[0-9]+)/`), make(chan string, 1), make(chan error, 1)
	go func() {
		lines := bufio.NewScanner(words)
		for lines.Scan() {
			if m := page.FindStringSubmatch(lines.Text()); m != nil {
				said <- m[1]
			}
		}
		_, _ = io.Copy(io.Discard, words) // a line that is too long must not stop it
		done <- cmd.Wait()
	}()
	select {
	case origin = <-said:
	case err := <-done:
		t.Fatalf("the demo ended before it said where its page is: %v", err)
	}
	return origin, done, summary
}

// number reads a number as the page writes it.
func number(t *testing.T, s string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(strings.ReplaceAll(s, ",", ""), 10, 64)
	if err != nil {
		t.Errorf("%q is no number: %v", s, err)
	}
	return n
}

// dims are what the page shows of errors.
var dims = []string{"chip", "user", "rule", "team"}

func errorsBy(t *testing.T, origin string) map[string]map[string]api.ErrorRow {
	t.Helper()
	all := make(map[string]map[string]api.ErrorRow)
	for _, by := range dims { // the team last: who waits for it has waited for the others
		all[by] = make(map[string]api.ErrorRow)
		for _, r := range ask[api.Errors](t, origin, "/api/v1/errors?by="+by).Rows {
			all[by][r.Key] = r
		}
	}
	return all
}

// TestDemo looks at a winnow that works, and holds the page's numbers between what the API said before and what it says after.
func TestDemo(t *testing.T) {
	origin, ended, summary := demo(t, 25*time.Second)
	b := newTab(t, origin)
	b.look(1280, 900, false)
	b.load()
	b.await(`document.querySelectorAll("#errors .uplot").length === 4 && document.querySelectorAll("#quarantine details").length > 2`)
	between(b)
	b.run(click("#errors-team .open"), click("#errors-chip .open"), click("#quarantine summary"))
	b.await(`document.querySelectorAll("tr.more li").length > 1 && document.querySelector("#quarantine pre")?.innerText.length > 0`)
	group := ask[api.Groups](t, origin, "/api/v1/quarantine/groups?limit=1").Groups[0]
	if got := b.text("#quarantine .reasons"); !strings.Contains(got, group.Rule) {
		t.Errorf("the example's reasons %q lack the group's rule %q", got, group.Rule)
	}
	if value := b.text("#quarantine pre"); regexp.MustCompile(`[a-wyz]{4,} [a-wyz]{4,}|[1-8][0-8]+`).MatchString(regexp.MustCompile(`"[^"]*":`).ReplaceAllString(value, "")) {
		t.Errorf("the example is not masked: %s", value)
	}
	b.picture("wide")
	b.look(360, 740, true)
	b.await(`document.documentElement.scrollWidth === 360`)
	b.picture("phone-dark")
	b.clean()
	if err := <-ended; err != nil {
		t.Errorf("the demo's end: %v", err)
	}
	var sum struct {
		Ledger struct{ Balanced bool }
		Faults struct{ Planted, Missed int64 }
	}
	if err := json.Unmarshal([]byte(summary.String()), &sum); err != nil || !sum.Ledger.Balanced || sum.Faults.Planted == 0 || sum.Faults.Missed > 0 {
		t.Errorf("its summary: %v, %s", err, summary)
	}
	b.await(`document.querySelector("#link").dataset.state === "lost"`)
}

func between(b *tab) {
	b.t.Helper()
	t := b.t
	ledgerBefore, feedsBefore, fleetBefore := ask[api.Ledger](t, b.origin, "/api/v1/ledger"), ask[api.Feeds](t, b.origin, "/api/v1/feeds"), ask[api.Fleet](t, b.origin, "/api/v1/fleet")
	before := errorsBy(t, b.origin)
	var team api.ErrorRow
	for _, r := range before["team"] {
		if r.Errors > team.Errors {
			team = r
		}
	}
	b.await(fmt.Sprintf(`Number(document.querySelector('#errors-team tr[data-key=%q] [data-col="records"]')?.innerText.replaceAll(",", "")) > %d`, team.Key, team.Records))
	shown := make(map[string]map[string][]string)
	for _, by := range dims {
		shown[by] = cells(b, "#errors-"+by, "records", "errors")
	}
	feeds, jobs := cells(b, "#feeds", "records"), cells(b, "#chip-jobs", "steps", "chips")
	consumed := regexp.MustCompile(`consumed ([0-9,]+)`).FindStringSubmatch(b.text("#ledger"))
	squares := eval[int](b, `document.querySelectorAll(".host .chip").length`)
	after := errorsBy(t, b.origin)
	ledgerAfter, feedsAfter, fleetAfter := ask[api.Ledger](t, b.origin, "/api/v1/ledger"), ask[api.Feeds](t, b.origin, "/api/v1/feeds"), ask[api.Fleet](t, b.origin, "/api/v1/fleet")

	within := func(what, text string, low, high int64) {
		t.Helper()
		if n := number(t, text); n < low || n > high {
			t.Errorf("%s: the page shows %d, the API said %d before and %d after", what, n, low, high)
		}
	}
	for _, by := range dims {
		if len(shown[by]) == 0 {
			t.Errorf("nothing is shown by %s", by)
		}
		for key, row := range shown[by] {
			within(by+" "+key+", records", row[0], before[by][key].Records, after[by][key].Records)
			within(by+" "+key+", errors", row[1], before[by][key].Errors, after[by][key].Errors)
		}
	}
	if consumed == nil || ledgerBefore.Consumed == 0 {
		t.Fatalf("the ledger is shown as %q", b.text("#ledger"))
	}
	within("consumed", consumed[1], ledgerBefore.Consumed, ledgerAfter.Consumed)
	for i, f := range feedsBefore.Feeds {
		within("feed "+f.Name, feeds[f.Name][0], f.Records, feedsAfter.Feeds[i].Records)
	}
	for i, j := range fleetBefore.Jobs {
		within("job "+j.Feed, jobs[j.Feed][0], j.Steps, fleetAfter.Jobs[i].Steps)
		within("chips of "+j.Feed, jobs[j.Feed][1], int64(j.Chips), int64(j.Chips))
	}
	if squares != fleetBefore.Chips || squares == 0 {
		t.Errorf("%d squares for %d chips", squares, fleetBefore.Chips)
	}
}
