package feed

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow/go/v15/arrow/array"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/winnow-data/winnow/pipeline/judge"
	"github.com/winnow-data/winnow/schemas"
	"github.com/winnow-data/winnow/validators"
)

// fullPlan compiles a contract with its rules and detectors, as cmd does.
func fullPlan(t *testing.T, text string) *judge.Plan {
	t.Helper()
	p := testPlan(t, text)
	set, faults := validators.Compile(p.Contract)
	if err := faults.Err(); err != nil {
		t.Fatal(err)
	}
	p.Limits, p.NewRules, p.Policy = schemas.DefaultLimits(), set.New, set.Policy()
	for _, r := range set.Rules() {
		p.Checks = append(p.Checks, judge.Check{Name: r.Name, OnFail: r.OnFail, Window: r.Window})
	}
	if set.Scanner() != nil {
		p.NewScanner = set.Scanner
	}
	return p
}

func (w *world) say(values ...string) {
	w.t.Helper()
	var rs []*kgo.Record
	for _, v := range values {
		rs = append(rs, &kgo.Record{Topic: "numbers", Value: []byte(v)})
	}
	if err := w.kgo.ProduceSync(w.t.Context(), rs...).FirstErr(); err != nil {
		w.t.Fatal(err)
	}
}

const policyText = `winnow: 1
name: numbers
topics: [numbers]
schema: {type: object, properties: {n: {type: integer}, mail: {type: string}, card: {type: string}}}
rules:
  - {rule: range, name: small, pointer: /n, max: 100, on_fail: tag}
  - {rule: range, name: tiny, pointer: /n, max: 10, on_fail: tag}
sensitive: {default: pass, types: {email: mask, credit_card: redact}}
`

// What the policy hides is hidden in every batch, whichever way its rows came.
func TestThePolicyHoldsOnEveryWay(t *testing.T) {
	w := newWorld(t)
	w.plan = fullPlan(t, policyText)
	w.say(`{"n":1,"mail":"anna@example.org"}`, `{"n":2,"card":"4111111111111111"}`, `{"n":3,"mail":"none"}`)
	cached := w.host(1<<20, Spec{Name: "cached", Records: 3, Columns: []string{"/mail", "/card", "/n"}})
	stop := w.gate(cached)
	w.run(cached.Run)
	a := next(t, cached.Feed("cached"), 0)
	defer a.Release()
	stop()
	again := w.host(1<<20, Spec{Name: "again", Records: 3, Columns: []string{"/mail", "/card", "/n"}})
	w.run(again.Run)
	b := next(t, again.Feed("again"), 0)
	defer b.Release()
	if cached.Status().Feeds[0].Cached == 0 || again.Status().Feeds[0].Read == 0 {
		t.Fatal("the rows did not come on two ways")
	}
	if !array.RecordEqual(a.Columns(), b.Columns()) {
		t.Errorf("from the cache %v, from Kafka %v", a.Columns(), b.Columns())
	}
	text := fmt.Sprint(jsonRows(t, a.Columns()))
	if strings.Contains(text, "anna") || strings.Contains(text, "4111") || !strings.Contains(text, "[credit_card]") || !strings.Contains(text, "****") || !strings.Contains(text, "none") {
		t.Error(text)
	}
}

// Feeds of one topic leave out what they require, each its own.
func TestRequiredRulesLeaveOut(t *testing.T) {
	w := newWorld(t)
	w.plan = fullPlan(t, policyText)
	var values []string
	for i := range 200 {
		values = append(values, fmt.Sprintf(`{"n":%d}`, i))
	}
	w.say(values...)
	only := func(names ...string) func(string) bool {
		return func(rule string) bool { return slices.Contains(names, rule) }
	}
	h := w.host(1<<20, Spec{Name: "all", Linger: 20 * time.Millisecond, Records: 64},
		Spec{Name: "small", Linger: 20 * time.Millisecond, Records: 64, Require: only("small")},
		Spec{Name: "none", Linger: 20 * time.Millisecond, Records: 64, Require: only()})
	w.gate(h)
	w.run(h.Run)
	for name, want := range map[string]int{"all": 11, "small": 101, "none": 200} {
		f, have := h.Feed(name), 0
		for have < want {
			b := next(t, f, 0)
			for _, n := range ns(b.Columns()) {
				if n != int64(have) {
					t.Fatalf("%s: row %d is %d", name, have, n)
				}
				have++
			}
			b.Release()
		}
		if st := f.status(); st.Planned != int64(want) || st.Excluded > int64(200-want) || have != want {
			t.Errorf("%s: %d planned and %d excluded of 200, want %d", name, st.Planned, st.Excluded, want)
		}
	}
}

// In shadow mode everything passes; what is no acceptable JSON has no row to give.
func TestShadowFeedsWhatHasARow(t *testing.T) {
	w := newWorld(t)
	w.plan = testPlan(t, contractText+"mode: shadow\n")
	w.say(`{"n":1}`, `{`, `{"n":"x"}`, `{"n":3}`)
	none := func(string) bool { return false }
	cached := w.host(1<<20, Spec{Name: "cached", Records: 3, Require: none})
	stop := w.gate(cached)
	w.run(cached.Run)
	a := next(t, cached.Feed("cached"), 0)
	defer a.Release()
	stop()
	again := w.host(1<<20, Spec{Name: "again", Records: 3, Require: none})
	w.run(again.Run)
	b := next(t, again.Feed("again"), 0)
	defer b.Release()
	n := a.Columns().Column(0).(*array.Int64)
	if n.Value(0) != 1 || n.IsValid(1) || n.Value(2) != 3 || !array.RecordEqual(a.Columns(), b.Columns()) {
		t.Errorf("from the cache %v, from Kafka %v", a.Columns(), b.Columns())
	}
}

// Without linger a batch waits until it is full, and with it for no longer than that.
func TestLinger(t *testing.T) {
	w := newWorld(t)
	w.produce(10)
	h := w.host(1<<20, Spec{Name: "never", Records: 28}, Spec{Name: "soon", Records: 28, Linger: 30 * time.Millisecond})
	w.gate(h)
	w.run(h.Run)
	b := next(t, h.Feed("soon"), 0)
	if b.Rows() == 0 || b.Rows() > 27 {
		t.Errorf("%d rows", b.Rows())
	}
	b.Release()
	if b, _, _ := h.Feed("never").Take(0); b != nil {
		t.Errorf("a batch of %d rows", b.Rows())
	}
	w.produce(1)
	full := next(t, h.Feed("never"), 0)
	if full.Rows() != 28 {
		t.Errorf("%d rows", full.Rows())
	}
	full.Release()
}
