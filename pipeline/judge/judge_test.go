package judge

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v15/arrow/array"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/schemas"
	"github.com/winnow-data/winnow/wire"
)

const contractText = `winnow: 1
name: people
topics: [people]
team: {pointer: /team}
user: {pointer: /id}
event_time: {pointer: /at}
schema:
  type: object
  required: [id]
  properties:
    id: {type: integer}
    team: {type: string}
    mail: {type: string}
    score: {type: number, maximum: 1}
    at: {type: string, format: date-time}
`

func loadPlan(t testing.TB, text string) *Plan {
	t.Helper()
	file := filepath.Join(t.TempDir(), "contract.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, faults := schemas.LoadContract(file, schemas.ContractOptions{})
	if err := faults.Err(); err != nil {
		t.Fatal(err)
	}
	return &Plan{Contract: c, Limits: schemas.DefaultLimits()}
}

// everyRow is a rule that fails each row whose id is odd, and reports a window of all rows when it is closed.
type everyRow struct {
	times   []int64
	invalid int
	rows    int64
}

func (r *everyRow) Check(b *winnow.Batch, f winnow.Findings) {
	ids := b.Columns.Column(b.Columns.Schema().FieldIndices("id")[0]).(*array.Int64)
	for row := range ids.Len() {
		r.rows++
		r.times = append(r.times, b.Times[row])
		if b.Invalid(row, "/id") {
			r.invalid++
		}
		if ids.IsValid(row) && ids.Value(row)%2 == 1 && !b.SchemaFailed(row) {
			f.Row(row, "/id")
		}
	}
}

func (r *everyRow) Close(f winnow.Findings) { f.Window("/id", r.rows, 0) }

// mails finds one place in each document that holds an @.
type mails struct{}

func (mails) Scan(doc []byte, dst []winnow.Span) []winnow.Span {
	at := bytes.IndexByte(doc, '@')
	if at < 0 {
		return dst
	}
	start, end := bytes.LastIndexByte(doc[:at], '"')+1, at+bytes.IndexByte(doc[at:], '"')
	return append(dst, winnow.Span{Type: "email", Start: start, End: end})
}

type policy winnow.Action

func (p policy) Action(_, pointer string) winnow.Action {
	if pointer == "/*" {
		return winnow.ActionQuarantine
	}
	return winnow.Action(p)
}

// say judges docs, and writes a line for each.
func say(j *Judge, docs ...string) string {
	var b strings.Builder
	for i, d := range docs {
		var v []byte
		if d != "null" {
			v = []byte(d)
		}
		j.Add(&winnow.Record{Offset: int64(i), Time: 7, Value: v})
	}
	j.Finish()
	for i := range j.Len() {
		v := j.Verdict(i)
		fmt.Fprintf(&b, "%s%s team=%s user=%s", v.Outcome, strings.TrimRight(" "+v.Cause, " "), v.Team, v.User)
		for _, r := range v.Reasons {
			fmt.Fprintf(&b, " %s@%s", r.Rule, r.Pointer+strings.TrimRight(" "+r.Detail, " "))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func TestVerdicts(t *testing.T) {
	p := loadPlan(t, contractText)
	rules := &everyRow{}
	p.Checks = []Check{{Name: "even", OnFail: winnow.OnFailTag}, {Name: "noted", OnFail: winnow.OnFailCount}, {Name: "odd"}}
	p.NewRules = func() []winnow.Rule { return []winnow.Rule{rules, &everyRow{}, &everyRow{}} }
	got := say(New(p, nil), `{"id":2,"team":"a"}`, `{"id":3,"team":"a"}`, `{"id":"x","score":2}`, `{`, `null`, ``)
	want := `pass team=a user=2
fail team=a user=3 even@/id noted@/id odd@/id
fail team=unknown user=unknown type@/id maximum@/score
fail team=unknown user=unknown json@ syntax
skip tombstone team=unknown user=unknown
fail team=unknown user=unknown json@ syntax
`
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if rules.rows != 3 || rules.invalid != 1 {
		t.Errorf("the rule saw %d rows, %d of them invalid", rules.rows, rules.invalid)
	}
	p.Checks[2].OnFail = winnow.OnFailCount
	if got := say(New(p, nil), `{"id":3,"team":"a"}`); !strings.HasPrefix(got, "tag ") {
		t.Error(got)
	}
	p.Checks[0].OnFail = winnow.OnFailCount
	if got := say(New(p, nil), `{"id":3,"team":"a"}`); !strings.HasPrefix(got, "pass ") || !strings.Contains(got, "even@/id") {
		t.Error(got)
	}
}

func TestTombstonesCanBeQuarantined(t *testing.T) {
	p := loadPlan(t, contractText+"tombstones: quarantine\n")
	if got := say(New(p, nil), "null"); got != "fail team=unknown user=unknown tombstone@\n" {
		t.Error(got)
	}
}

func TestShadowFailsNothing(t *testing.T) {
	p := loadPlan(t, contractText+"mode: shadow\n")
	if got := say(New(p, nil), `{"id":"x"}`, `{`); got != "tag team=unknown user=unknown type@/id\ntag team=unknown user=unknown json@ syntax\n" {
		t.Error(got)
	}
}

func TestFrames(t *testing.T) {
	j := New(loadPlan(t, contractText), nil)
	got := say(j, "\x00\x00\x00\x00\x07{\"id\":2}", "\x00\x00\x00\x00\x07\x02\x04ab", "\x00\x00\x00\x00\x07\x00\x0a\x02", "Obj\x01avro", "\x00\x00", "\x00\x00\x00\x00\x07")
	want := `pass team=unknown user=2
fail team=unknown user=unknown json@ syntax encoding@ avro
fail team=unknown user=unknown json@ syntax encoding@ protobuf
fail team=unknown user=unknown json@ syntax encoding@ avro
fail team=unknown user=unknown json@ syntax
fail team=unknown user=unknown json@ syntax
`
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestEventTimes(t *testing.T) {
	p := loadPlan(t, contractText)
	r := &everyRow{}
	p.Checks = []Check{{Name: "w", Window: true}}
	p.NewRules = func() []winnow.Rule { return []winnow.Rule{r} }
	var windows []Window
	j := New(p, func(w Window) { windows = append(windows, w) })
	say(j, `{"id":2,"at":"1970-01-01T00:00:01.5Z"}`, `{"id":2}`, `{"id":2,"at":"never"}`)
	if fmt.Sprint(r.times) != "[1500 7 7]" {
		t.Error(r.times)
	}
	j.Close()
	if len(windows) != 1 || windows[0].Records != 3 || windows[0].Check.Name != "w" || windows[0].Pointer != "/id" {
		t.Errorf("%+v", windows)
	}
}

func TestTeamFromHeaderAndValue(t *testing.T) {
	p := loadPlan(t, strings.Replace(strings.Replace(contractText, "{pointer: /team}", "{header: team}", 1), "{pointer: /id}", "{value: everyone}", 1))
	j := New(p, nil)
	headers := wire.AppendHeader(wire.AppendHeader(nil, "x", nil), "team", []byte("ads"))
	j.Add(&winnow.Record{Value: []byte(`{"id":1}`), Headers: headers, NumHeaders: 2})
	j.Add(&winnow.Record{Value: []byte(`{"id":1}`)})
	j.Finish()
	if a, b := j.Verdict(0), j.Verdict(1); string(a.Team) != "ads" || string(b.Team) != "unknown" || string(b.User) != "everyone" {
		t.Errorf("%s, %s, %s", a.Team, b.Team, b.User)
	}
}

func TestSensitive(t *testing.T) {
	const doc, key = `{"id":2,"mail":"a@b.org","team":"t"}`, `{"id":2,"a@b.org":1}`
	for _, c := range []struct {
		action       winnow.Action
		verdict, col string
	}{
		{winnow.ActionPass, "pass team=t user=2\n", "a@b.org"},
		{winnow.ActionMask, "pass team=t user=2 email@/mail\n", "*******"},
		{winnow.ActionRedact, "pass team=t user=2 email@/mail\n", "[email]"},
		{winnow.ActionQuarantine, "fail team=t user=2 email@/mail\n", "a@b.org"},
	} {
		p := loadPlan(t, contractText)
		p.NewScanner, p.Policy = func() winnow.Scanner { return mails{} }, policy(c.action)
		j := New(p, nil)
		if got := say(j, doc); got != c.verdict {
			t.Errorf("%s: %s", c.action, got)
		}
		columns := j.Columns()
		mail := columns.Column(columns.Schema().FieldIndices("mail")[0]).(*array.String)
		if mail.Value(0) != c.col {
			t.Errorf("%s: the column holds %q", c.action, mail.Value(0))
		}
		columns.Release()
		if kept := len(j.Verdict(0).Sensitive); kept != min(1, len(strings.TrimPrefix(string(c.action), "pass"))) {
			t.Errorf("%s: %d spans are kept for the copy", c.action, kept)
		}
		if got := say(New(p, nil), key); !strings.HasPrefix(got, "fail") || strings.Contains(got, "a@b") || !strings.Contains(got, "email@/*") {
			t.Errorf("a name that the schema does not know: %s", got)
		}
	}
}

// TestSensitiveBehindAFrame: spans are places in the record's value, so the copy in the quarantine is masked in the right place.
func TestSensitiveBehindAFrame(t *testing.T) {
	p := loadPlan(t, contractText)
	p.NewScanner, p.Policy = func() winnow.Scanner { return mails{} }, policy(winnow.ActionMask)
	j := New(p, nil)
	value := "\x00\x00\x00\x00\x07" + `{"id":2,"mail":"a@b.org"}`
	say(j, value)
	s := j.Verdict(0).Sensitive
	if len(s) != 1 || value[s[0].Start:s[0].End] != "a@b.org" {
		t.Fatalf("%v", s)
	}
	columns := j.Columns()
	defer columns.Release()
	if got := columns.Column(columns.Schema().FieldIndices("mail")[0]).(*array.String).Value(0); got != "*******" {
		t.Errorf("the column holds %q", got)
	}
}

// TestEditedBeyondTheLimit: a record that its redaction makes too large keeps its row, so that those behind it keep theirs.
func TestEditedBeyondTheLimit(t *testing.T) {
	const large, small = `{"id":2,"mail":"a@b.o"}`, `{"id":4}`
	p := loadPlan(t, contractText)
	p.NewScanner, p.Policy, p.Limits.Record = func() winnow.Scanner { return mails{} }, policy(winnow.ActionRedact), len(large)
	j := New(p, nil)
	say(j, large, small)
	columns := j.Columns()
	defer columns.Release()
	ids := columns.Column(columns.Schema().FieldIndices("id")[0]).(*array.Int64)
	if columns.NumRows() != 2 || ids.IsValid(0) || ids.Value(1) != 4 {
		t.Errorf("%d rows, ids %v", columns.NumRows(), ids)
	}
}

func TestResetForgets(t *testing.T) {
	j := New(loadPlan(t, contractText), nil)
	for range 3 {
		if got := say(j, `{"id":2,"team":"a"}`, `{"id":"x"}`); got != "pass team=a user=2\nfail team=unknown user=unknown type@/id\n" {
			t.Fatal(got)
		}
		j.Reset()
	}
	if j.Len() != 0 || j.Full() {
		t.Error("something is left")
	}
}

func TestJudgeAllocatesNothingPerRecord(t *testing.T) {
	p := loadPlan(t, contractText)
	p.NewScanner, p.Policy = func() winnow.Scanner { return mails{} }, policy(winnow.ActionQuarantine)
	j := New(p, nil)
	r := winnow.Record{Value: []byte(`{"id":2,"team":"a","mail":"x","score":0.5}`)}
	framed := winnow.Record{Value: binary.BigEndian.AppendUint32([]byte{0}, 7)}
	framed.Value = append(framed.Value, r.Value...)
	run := func() {
		for range MaxRecords / 2 {
			j.Add(&r)
			j.Add(&framed)
		}
		j.Finish()
		for i := range j.Len() {
			j.Verdict(i)
		}
		j.Reset()
	}
	run()
	if n := testing.AllocsPerRun(20, run) / MaxRecords; n > 0.1 {
		t.Errorf("%.3f allocations a record", n)
	}
}

// A team of an enum, and a user that is a time or a decimal, are what is written, also where the schema fails it.
func TestTeamsOfColumnsOfTheirOwn(t *testing.T) {
	text := strings.Replace(contractText, "team: {type: string}", `team: {enum: [red, "bl\u00fce", null]}`, 1)
	for user, want := range map[string]string{
		"/at": `pass team=red user=2026-01-01T01:00:00.10+01:00
pass team=blüe user=2026-01-01T00:00:00Z
fail team=green user=unknown enum@/team
fail team=unknown user=soon type@/id format@/at multipleOf@/price
`,
		"/price": `pass team=red user=1.50
pass team=blüe user=12
fail team=green user=unknown enum@/team
fail team=unknown user=1.234 type@/id format@/at multipleOf@/price
`,
	} {
		j := New(loadPlan(t, strings.Replace(text, "user: {pointer: /id}", "user: {pointer: "+user+"}", 1)+"    price: {type: number, multipleOf: 0.01}\n"), nil)
		got := say(j, `{"id":1,"team":"red","at":"2026-01-01T01:00:00.10+01:00","price":1.50}`, `{"id":1,"team":"bl\u00fce","at":"2026-01-01T00:00:00Z","price":12}`,
			`{"id":1,"team":"green"}`, `{"id":"x","at":"soon","price":1.234}`)
		if got != want {
			t.Errorf("got\n%swant\n%s", got, want)
		}
	}
}

// A value that its enum does not have leaves no value in its column, and is not missing for that.
func TestWhatAnEnumLacksIsThere(t *testing.T) {
	p := loadPlan(t, strings.Replace(contractText, "id: {type: integer}", "id: {type: integer}\n    kind: {enum: [a]}", 1))
	j := New(p, nil)
	for _, doc := range []string{`{"id":1,"kind":"b"}`, `{"id":"1","at":"never","score":2}`, `{"id":1}`} {
		j.Add(&winnow.Record{Value: []byte(doc)})
	}
	j.Finish()
	for pointer, want := range map[string][3]bool{"/kind": {true}, "/id": {1: true}, "/at": {1: true}, "/score": {}, "/kin": {}} {
		if got := [3]bool{j.invalid(0, pointer), j.invalid(1, pointer), j.invalid(2, pointer)}; got != want {
			t.Errorf("%s: %v, want %v", pointer, got, want)
		}
	}
}
