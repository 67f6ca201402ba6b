//go:build web

package web

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/winnow-data/winnow/api"
)

func click(selector string) action { return chromedp.Click(chromedp.CSS(selector)) }

func typed(selector, text string) action { return chromedp.SendKeys(chromedp.CSS(selector), text) }

// A finding is what axe-core says of one rule.
type finding struct {
	ID, Impact, Help string
	Nodes            []struct {
		HTML           string
		Target         []any
		FailureSummary string
	}
}

// axe fails the test for each finding that is serious or critical.
func axe(b *tab) {
	b.t.Helper()
	script, err := os.ReadFile(os.Getenv("WINNOW_AXE"))
	if err != nil {
		b.t.Fatalf("WINNOW_AXE must name axe-core's script, as scripts/fetch-axe prints it: %v", err)
	}
	eval[bool](b, string(script)+";true")
	text := eval[string](b, `axe.run(document, {resultTypes: ["violations"]}).then((r) => JSON.stringify(r.violations))`)
	var found []finding
	if err := json.Unmarshal([]byte(text), &found); err != nil {
		b.t.Fatal(err)
	}
	for _, f := range found {
		said := fmt.Sprintf("axe-core, %s: %s: %s", f.Impact, f.ID, f.Help)
		for _, n := range f.Nodes[:min(3, len(f.Nodes))] {
			said += fmt.Sprintf("\n  %v %s\n  %s", n.Target, n.HTML, n.FailureSummary)
		}
		if f.Impact == "serious" || f.Impact == "critical" {
			b.t.Error(said)
		} else {
			b.t.Log(said)
		}
	}
}

// opened opens a row and a group, so that they are looked at too.
func opened(b *tab) {
	b.t.Helper()
	b.await(`document.querySelectorAll("#errors-team .uplot").length === 1`)
	b.run(click("#errors-team .open"), click("#quarantine summary"))
	b.await(`document.querySelector("#quarantine pre") !== null && document.querySelector("tr.more li") !== null`)
}

func TestAccessibility(t *testing.T) {
	w := newWorld()
	w.say("flights/3: lag 20000", "flights/5: no leader")
	origin := serve(t, w, "").origin
	for name, look := range map[string]struct {
		width int64
		dark  bool
	}{"light": {1280, false}, "dark": {1280, true}, "phone": {360, false}, "phone-dark": {360, true}} {
		t.Run(name, func(t *testing.T) {
			b := newTab(t, origin)
			b.look(look.width, 800, look.dark)
			b.load()
			opened(b)
			b.run(click(".hosts-table summary"))
			b.await(`document.querySelector('.hosts-table [data-col="lost"]') !== null`)
			b.clean() // before axe-core, which has ways of its own
			b.picture("all")
			axe(b)
		})
	}
}

// TestPhone: nothing is wider than the screen, whatever is open; tables scroll within themselves.
func TestPhone(t *testing.T) {
	b := newTab(t, serve(t, newWorld(), "").origin)
	for _, width := range []int64{360, 320} {
		b.look(width, 740, false)
		b.load()
		opened(b)
		if got := eval[int64](b, `document.documentElement.scrollWidth`); got > width {
			wide := eval[string](b, `[...document.querySelectorAll("body *")].filter((n) => !n.closest(".scroll") && n.getBoundingClientRect().right > innerWidth + 1)
				.map((n) => n.tagName + "." + n.className + "#" + n.id).slice(0, 5).join(" ")`)
			t.Errorf("at %d pixels the page is %d wide: %s", width, got, wide)
		}
	}
	b.clean()
}

// TestKeyboard goes the way of someone without a mouse: skip link, a row's rules, a group's example.
func TestKeyboard(t *testing.T) {
	b := newTab(t, serve(t, newWorld(), "").origin)
	b.look(1280, 800, false)
	b.load()
	focused := func() string {
		return eval[string](b, `(document.activeElement.className || document.activeElement.id || document.activeElement.tagName) + ""`)
	}
	b.run(chromedp.KeyEvent(kb.Tab))
	if got := focused(); got != "skip" {
		t.Fatalf("the first Tab goes to %s", got)
	}
	if shown := eval[float64](b, `document.activeElement.getBoundingClientRect().top`); shown < 0 {
		t.Error("the skip link stays out of sight when it has the focus")
	}
	if outline := eval[string](b, `getComputedStyle(document.activeElement).outlineStyle`); outline != "solid" {
		t.Errorf("the focus is not seen: outline %s", outline)
	}
	b.run(chromedp.KeyEvent(kb.Enter))
	b.await(`document.activeElement.id === "main"`)
	tabTo := func(what string) {
		t.Helper()
		for range 200 {
			b.run(chromedp.KeyEvent(kb.Tab))
			if eval[bool](b, fmt.Sprintf(`document.activeElement.matches(%q)`, what)) {
				return
			}
		}
		t.Fatalf("no Tab leads to %s", what)
	}
	tabTo("#errors-team .open")
	b.run(chromedp.KeyEvent(kb.Enter))
	b.await(`document.activeElement.getAttribute("aria-expanded") === "true" && document.querySelector("tr.more li") !== null`)
	if got := b.text("tr.more"); !strings.Contains(got, "range /arr_delay") {
		t.Errorf("the rules behind a team are %q", got)
	}
	tabTo("#quarantine summary")
	b.run(chromedp.KeyEvent(kb.Enter))
	b.await(`document.querySelector("#quarantine pre")?.innerText.includes("arr_delay") ?? false`)
	if got := b.text("#quarantine .reasons"); !strings.Contains(got, "range /arr_delay") || !strings.Contains(got, "json (trailing)") {
		t.Errorf("the reasons are %q", got)
	}
	// The page goes on beneath the one who reads: what is open and has the focus stays.
	before := b.text(`#errors-user [data-col="records"]`)
	b.await(fmt.Sprintf(`document.querySelectorAll('#errors-user [data-col="records"]')[0].innerText !== %q`, before))
	if eval[bool](b, `!document.querySelector("#quarantine details").open || !document.activeElement.matches("#quarantine summary")`) {
		t.Errorf("the focus went to %s, or the group was closed", focused())
	}
	b.picture("keyboard")
	b.clean()
}

// TestExampleThatHasGone: between two looks someone may have reviewed a record.
func TestExampleThatHasGone(t *testing.T) {
	b := newTab(t, serve(t, newWorld(), "").origin)
	b.load()
	eval[bool](b, `[...document.querySelectorAll("#quarantine details")].at(-1).open = true`)
	b.await(`document.querySelector("#quarantine .bad")?.innerText.includes("no such record") ?? false`)
	b.expected = "404"
	b.clean()
}

// TestManyChips: 4,096 of them, and the page still answers.
func TestManyChips(t *testing.T) {
	w := newWorld()
	w.hosts, w.chips = 342, 4 // three pods
	b := newTab(t, serve(t, w, "").origin)
	b.look(1280, 900, false)
	b.load()
	if n := eval[int](b, `document.querySelectorAll(".host .chip").length`); n != 3*342*4 {
		t.Errorf("%d squares", n)
	}
	b.await(`document.querySelectorAll("#chips .uplot").length === 1`)
	busy := eval[float64](b, `new Promise((done) => { let worst = 0; new PerformanceObserver((l) => l.getEntries().forEach((e) => { worst = Math.max(worst, e.duration); }))
		.observe({type: "longtask"}); setTimeout(() => done(worst), 5000); })`)
	t.Logf("the longest task in five seconds took %.0f ms", busy)
	if busy > 500 {
		t.Errorf("the page stood still for %.0f ms", busy)
	}
	start := time.Now()
	b.run(click(".hosts-table summary"))
	b.await(`document.querySelector(".hosts-table .nothing").innerText.includes("100 of 1,026 hosts")`)
	t.Logf("the hosts' table took %s", time.Since(start).Round(time.Millisecond))
	b.picture("chips")
	b.clean()
}

// TestStreamBreaksAndComesBack: the page says that it is not live, keeps what it has, and goes on by itself.
func TestStreamBreaksAndComesBack(t *testing.T) {
	w := newWorld()
	s := serve(t, w, "")
	b := newTab(t, s.origin)
	b.load()
	s.stop()
	b.await(`document.querySelector("#link").dataset.state === "lost"`)
	if got := b.text("#link"); !strings.Contains(got, "not live") || !strings.Contains(got, "trying again") {
		t.Errorf("it says %q", got)
	}
	if b.text("#tiles") == "" {
		t.Error("what was known is gone")
	}
	b.picture("lost")
	w.say("flights/3: lag 20000")
	serve(t, w, strings.TrimPrefix(s.origin, "http://"))
	b.await(`document.querySelector("#link").dataset.state === "live" && document.querySelector("#alarm").innerText.includes("flights/3: lag 20000")`)
	if title := eval[string](b, `document.title`); !strings.HasPrefix(title, "NOT READY") {
		t.Errorf("the tab's title is %q", title)
	}
	b.expected = "ERR_" // of the requests that met no server
	b.clean()
}

func TestTokenForm(t *testing.T) {
	s := serve(t, newWorld(), "", func(c *api.Config) { c.Token = "s3cret" })
	b := newTab(t, s.origin)
	b.look(1280, 800, false)
	b.run(chromedp.Navigate(s.origin + "/"))
	b.await(`!document.querySelector("#login").hidden && document.activeElement.id === "token"`)
	axe(b)
	b.picture("form")
	b.run(typed("#token", "wrong"+kb.Enter))
	b.await(`document.querySelector("#login-error").innerText.includes("not taken")`)
	b.run(typed("#token", "s3cret"+kb.Enter))
	b.await(`document.querySelector("#link").dataset.state === "live" && document.querySelector("#login").hidden`)
	b.run(click("#quarantine summary"))
	b.await(`document.querySelector("#quarantine pre") !== null`) // with the token, like the stream
	if eval[bool](b, `location.href.includes("s3cret") || document.documentElement.outerHTML.includes("s3cret") || Object.keys(localStorage).length > 0`) {
		t.Error("the token is kept where it can be seen")
	}
	b.run(chromedp.Reload())
	b.await(`document.querySelector("#link")?.dataset.state === "live"`)
	b.run(click("#forget"))
	b.await(`!document.querySelector("#login").hidden && sessionStorage.length === 0`)
	b.expected = "401"
	b.clean()
}
