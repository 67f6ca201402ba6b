package pipeline

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/winnow-data/winnow"
)

// atScanner takes every name with an @ for an address.
type atScanner struct{}

func (atScanner) Scan(doc []byte, dst []winnow.Span) []winnow.Span {
	if i := bytes.IndexByte(doc, '@'); i >= 0 {
		return append(dst, winnow.Span{Type: "email", Start: 0, End: len(doc)})
	}
	return dst
}

func count(c *Counter, team, user string, rules ...string) {
	var rs []winnow.Reason
	outcome := winnow.Passed
	for i, r := range rules {
		rs = append(rs, winnow.Reason{Rule: r, Pointer: fmt.Sprintf("/%d", i)})
		outcome = winnow.Failed
	}
	c.Count(outcome, outcome == winnow.Failed, 1, rs, []byte(team), []byte(user))
	c.to.apply()
}

func rows(t *testing.T, tally *Tally, by string) string {
	t.Helper()
	rs, ok := tally.Rows(by)
	if !ok {
		t.Fatalf("by %s is unknown", by)
	}
	var b strings.Builder
	for _, r := range rs {
		fmt.Fprintf(&b, "%s %d/%d\n", r.Key, r.Errors, r.Records)
	}
	return b.String()
}

func TestTallyCounts(t *testing.T) {
	tally := NewTally(100, []byte("key"))
	c := tally.NewCounter("flights", "contract", nil)
	count(c, "UA", "N1")
	count(c, "UA", "N1", "type", "type", "range") // two reasons of one rule are one record of it
	count(c, "AA", "N2", "type")
	count(c, "AA", "")
	other := tally.NewCounter("trains", "contract", nil)
	count(other, "UA", "N1")
	for by, want := range map[string]string{
		ByTeam:     "UA 1/3\nAA 1/2\n",
		ByUser:     "N1 1/3\nN2 1/1\n",
		ByRule:     "type 2/5\nrange 1/5\n",
		ByTopic:    "flights 2/4\ntrains 0/1\n",
		ByContract: "contract 2/5\n",
	} {
		if got := rows(t, tally, by); got != want {
			t.Errorf("by %s: got\n%swant\n%s", by, got, want)
		}
	}
	if _, ok := tally.Rows("planet"); ok {
		t.Error("by planet was answered")
	}
}

func TestTallyHidesNames(t *testing.T) {
	tally := NewTally(100, []byte("key"))
	c := tally.NewCounter("t", "c", atScanner{})
	count(c, "UA", "someone@example.org")
	count(c, "UA", strings.Repeat("x", 65))
	count(c, "UA", "two\nlines")
	count(c, "UA", "plain")
	got := rows(t, tally, ByUser)
	for _, secret := range []string{"example", "xxxx", "lines"} {
		if strings.Contains(got, secret) {
			t.Errorf("%q is shown:\n%s", secret, got)
		}
	}
	if n := strings.Count(got, "hmac:"); n != 3 || !strings.Contains(got, "plain") {
		t.Errorf("want three hashes and a plain name:\n%s", got)
	}
	again := NewTally(100, []byte("key"))
	count(again.NewCounter("t", "c", atScanner{}), "UA", "someone@example.org")
	if h := strings.Fields(rows(t, again, ByUser))[0]; !strings.Contains(got, h) {
		t.Error("the same key gives another hash")
	}
	otherKey := NewTally(100, []byte("other"))
	count(otherKey.NewCounter("t", "c", atScanner{}), "UA", "someone@example.org")
	if h := strings.Fields(rows(t, otherKey, ByUser))[0]; strings.Contains(got, h) {
		t.Error("another key gives the same hash")
	}
}

func TestTallyIsBounded(t *testing.T) {
	tally := NewTally(10, nil)
	c := tally.NewCounter("t", "c", nil)
	for i := range 3 * maxSeen {
		count(c, fmt.Sprintf("team%d", i), fmt.Sprintf("user%d", i), "type")
	}
	rs, _ := tally.Rows(ByUser)
	var records, errors int64
	for _, r := range rs {
		records, errors = records+r.Records, errors+r.Errors
	}
	if len(rs) != 11 || records != 3*maxSeen || errors != 3*maxSeen {
		t.Errorf("%d rows, %d records, %d errors", len(rs), records, errors)
	}
	if teams, _ := tally.Rows(ByTeam); len(teams) != 11 {
		t.Errorf("%d teams", len(teams))
	}
	if len(c.seen) > maxSeen || len(c.rules) > maxSeen {
		t.Errorf("the counter remembers %d names", len(c.seen))
	}
}

func TestCountAllocatesNothing(t *testing.T) {
	c := NewTally(100, nil).NewCounter("t", "c", nil)
	team, user, reasons := []byte("UA"), []byte("N1"), []winnow.Reason{{Rule: "type", Pointer: "/a"}}
	run := func() { c.Count(winnow.Failed, true, 1, reasons, team, user); c.to.apply() }
	run()
	if n := testing.AllocsPerRun(100, run); n != 0 {
		t.Errorf("%v allocations a record", n)
	}
}

func TestTallyConcurrently(t *testing.T) {
	tally := NewTally(50, nil)
	var wg sync.WaitGroup
	for range 4 {
		c := tally.NewCounter("t", "c", nil)
		wg.Go(func() {
			for i := range 1000 {
				count(c, "team", fmt.Sprint("user", i%60), "type")
			}
		})
	}
	wg.Wait()
	if got := rows(t, tally, ByTeam); got != "team 4000/4000\n" {
		t.Error(got)
	}
}

func TestMetrics(t *testing.T) {
	tally := NewTally(1000, nil)
	r := prometheus.NewPedanticRegistry()
	m, err := NewMetrics(r, tally)
	if err != nil {
		t.Fatal(err)
	}
	c := tally.NewCounter("flights", "c", nil)
	count(c, "UA", "N1", "type", "type")
	count(c, "UA", "N1")
	c.Count(winnow.Skipped, false, 1, nil, []byte("UA"), nil)
	c.to.apply()
	want := `# HELP winnow_errors_total Reasons that rules gave; a record can have more than one.
# TYPE winnow_errors_total counter
winnow_errors_total{rule="type",team="UA",topic="flights"} 2
# HELP winnow_records_total Records that were judged, by what became of them.
# TYPE winnow_records_total counter
winnow_records_total{outcome="passed",team="UA",topic="flights"} 1
winnow_records_total{outcome="quarantined",team="UA",topic="flights"} 1
winnow_records_total{outcome="skipped",team="UA",topic="flights"} 1
# HELP winnow_user_errors_total Records that failed, by user: the heaviest users, the rest in other.
# TYPE winnow_user_errors_total counter
winnow_user_errors_total{team="UA",user="N1"} 1
`
	if err := testutil.GatherAndCompare(r, strings.NewReader(want), "winnow_errors_total", "winnow_records_total", "winnow_user_errors_total"); err != nil {
		t.Error(err)
	}
	if problems, err := testutil.GatherAndLint(r); err != nil || len(problems) > 0 {
		t.Errorf("%v, %v", problems, err)
	}
	_ = m
}

// TestUserSeries holds the promise that counters never go down, however users come and go.
func TestUserSeries(t *testing.T) {
	tally := NewTally(100_000, nil)
	r := prometheus.NewPedanticRegistry()
	if _, err := NewMetrics(r, tally); err != nil {
		t.Fatal(err)
	}
	c := tally.NewCounter("t", "c", nil)
	last, total := map[string]float64{}, 0
	for round := range 4 {
		for i := range 90 * (round + 1) {
			for range i%7 + 1 {
				count(c, "team", fmt.Sprintf("user%d", i), "type")
				total++
			}
		}
		families, err := r.Gather()
		if err != nil {
			t.Fatal(err)
		}
		var sum float64
		series := 0
		for _, f := range families {
			if f.GetName() != "winnow_user_errors_total" {
				continue
			}
			for _, m := range f.GetMetric() {
				id, v := m.String()[:0]+fmt.Sprint(m.GetLabel()), m.GetCounter().GetValue()
				if v < last[id] {
					t.Errorf("%s went from %v to %v", id, last[id], v)
				}
				last[id], sum = v, sum+v
				series++
			}
		}
		if series > shownNames+1 || sum != float64(total) {
			t.Errorf("round %d: %d series, their sum is %v of %d", round, series, sum, total)
		}
	}
}
