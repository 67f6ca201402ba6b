package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/winnow-data/winnow/api"
)

var reviewed = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

// cannedReview answers with 2,500 records, the first of which has an unfriendly user.
type cannedReview struct{}

func (cannedReview) Groups(f api.Filter) api.Groups {
	all := []api.Group{
		{Contract: "sha256:0123456789abcdef", Rule: "type", Pointer: "/arr_delay", Team: "UA", Topics: []string{"flights"}, Count: 12, First: reviewed, Last: reviewed, Example: "flights/0/7"},
		{Contract: "sha256:0123456789abcdef", Rule: "json", Team: "evil\x1b[2J\u202eteam", Topics: []string{"a", "b"}, Count: 3, First: reviewed, Last: reviewed, Example: "a/0/1"},
	}
	groups := slices.DeleteFunc(all, func(g api.Group) bool { return f.Team != "" && f.Team != g.Team || f.Topic == "none" })
	return api.Groups{Coverage: api.Coverage{CaughtUp: f.Topic != "none", Records: 15, Dropped: 4, Exact: true}, Groups: groups}
}

func (cannedReview) Records(f api.Filter, limit int, after string) (api.Records, error) {
	const n = 2500
	from := 0
	if after != "" {
		i, err := strconv.Atoi(after)
		if err != nil {
			return api.Records{}, api.ErrBadCursor
		}
		from = i
	}
	out := api.Records{Coverage: api.Coverage{CaughtUp: true, Records: n, Exact: true}}
	for i := from; i < min(n, from+limit); i++ {
		r := api.Record{
			ID: fmt.Sprintf("flights/0/%d", i), Contract: "sha256:0123456789abcdef", Team: "UA", User: fmt.Sprint("N", i), Time: reviewed, Size: 390, Records: 1,
			Reasons: []api.Reason{{Rule: "type", Pointer: "/arr_delay"}, {Rule: "json", Detail: "utf8"}},
		}
		if i == 0 {
			r.User = f.User + "\x1b]0;x\x07"
		}
		out.Records = append(out.Records, r)
	}
	if from+limit < n {
		out.Next = strconv.Itoa(from + limit)
	}
	return out, nil
}

func (cannedReview) Record(_ context.Context, id string) (api.Content, error) {
	switch id {
	case "flights/0/7":
		value, key := `{"carrier":"XX","xxx":[9,null]}`, "x\u009b9"
		return api.Content{
			Record:     api.Record{ID: id, Contract: "sha256:0123456789abcdef", Team: "UA", User: "N1", Time: reviewed, Size: 2048, Records: 1, Reasons: []api.Reason{{Rule: "type", Pointer: "/arr_delay"}}},
			Quarantine: "flights.quarantine/0/3", Timestamp: reviewed, Format: "json", Key: &key, Value: &value, Masked: true, Headers: []api.Header{{Name: "xxxxx"}},
		}, nil
	case "flights/0/8":
		return api.Content{Record: api.Record{ID: id, Time: reviewed, Records: 1}, Timestamp: reviewed, Format: "null", Truncated: &api.Stub{Size: 9, SHA256: "00ff", Dropped: []string{"headers", "key"}}}, nil
	case "flights/0/9":
		return api.Content{}, fmt.Errorf("cannot read Kafka")
	}
	return api.Content{}, api.ErrNotFound
}

// reviewServer is a running winnow, as far as the API goes.
func reviewServer(t *testing.T, token string) (address string) {
	t.Helper()
	l, err := api.Listen(t.Context(), "127.0.0.1:0", token)
	if err != nil {
		t.Fatal(err)
	}
	s, err := api.New(api.Config{Listener: l, Token: token, Review: cannedReview{}, Log: slog.New(slog.DiscardHandler), Grace: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return "http://" + l.Addr().String()
}

// review runs `winnow quarantine args` as main does.
func review(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	root := newRootCmd()
	root.SetArgs(append([]string{"quarantine"}, args...))
	root.SetOut(&out)
	root.SetErr(&errs)
	code = exitCode(&errs, root.ExecuteContext(t.Context()))
	return code, out.String(), errs.String()
}

func TestQuarantineGroups(t *testing.T) {
	t.Setenv("WINNOW_SERVER", reviewServer(t, ""))
	code, out, words := review(t, "groups")
	want := `RECORDS  RULE  POINTER     TEAM            TOPICS   LAST                  EXAMPLE
12       type  /arr_delay  UA              flights  2026-03-04T05:06:07Z  flights/0/7
3        json  -           evil?[2J?team   a,b      2026-03-04T05:06:07Z  a/0/1
`
	if strings.ReplaceAll(out, " ", "") != strings.ReplaceAll(want, " ", "") || code != 0 {
		t.Errorf("exit %d\n%s", code, out)
	}
	if !strings.Contains(words, "4 of 15 records are only counted") {
		t.Errorf("stderr: %s", words)
	}
	if _, out, _ := review(t, "groups", "-o", "wide", "--team", "UA"); !strings.Contains(out, "sha256:0123456789ab\n") || strings.Contains(out, "evil") {
		t.Errorf("%s", out)
	}
	if code, out, words := review(t, "groups", "--topic", "none"); code != 0 || strings.Count(out, "\n") != 1 ||
		!strings.Contains(words, "No such records") || !strings.Contains(words, "still being read") {
		t.Errorf("exit %d\n%s%s", code, out, words)
	}
}

// Every format has the same content, and none can act on a terminal.
func TestQuarantineFormatsAgree(t *testing.T) {
	t.Setenv("WINNOW_SERVER", reviewServer(t, ""))
	for _, args := range [][]string{{"groups"}, {"list", "--limit", "2"}, {"show", "flights/0/7"}} {
		var fromJSON, fromYAML any
		_, text, _ := review(t, append(args, "-o", "json")...)
		if err := json.Unmarshal([]byte(text), &fromJSON); err != nil {
			t.Fatal(err)
		}
		_, block, _ := review(t, append(args, "-o", "yaml")...)
		if err := yaml.Unmarshal([]byte(block), &fromYAML); err != nil {
			t.Fatal(err)
		}
		again, err := json.Marshal(normalYAML(fromYAML))
		if err != nil {
			t.Fatal(err)
		}
		direct, err := json.Marshal(fromJSON)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(again, direct) {
			t.Errorf("%v\njson %s\nyaml %s", args, direct, again)
		}
		_, lines, _ := review(t, append(args, "-o", "jsonl")...)
		want := map[string]int{"groups": 2, "list": 2, "show": 1}[args[0]]
		if strings.Count(lines, "\n") != want {
			t.Errorf("%v: jsonl\n%s", args, lines)
		}
		_, table, _ := review(t, args...)
		for _, s := range []string{text, block, lines, table} {
			if i := strings.IndexFunc(s, func(r rune) bool { return r < ' ' && r != '\n' || r >= 0x7f && r <= 0x9f || r == 0x202e }); i >= 0 {
				t.Errorf("%v: %q on a terminal", args, s[i:min(len(s), i+10)])
			}
		}
	}
}

// normalYAML makes of YAML's values what encoding/json makes of its own.
func normalYAML(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k := range v {
			v[k] = normalYAML(v[k])
		}
	case []any:
		for i := range v {
			v[i] = normalYAML(v[i])
		}
	case time.Time:
		return v.Format(time.RFC3339)
	}
	return v
}

func TestQuarantineListPages(t *testing.T) {
	t.Setenv("WINNOW_SERVER", reviewServer(t, ""))
	code, out, words := review(t, "list", "--limit", "2200", "-o", "jsonl", "--user", "N")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if code != 0 || len(lines) != 2200 || !strings.Contains(lines[2199], `"id":"flights/0/2199"`) || !strings.Contains(words, "--after 2200") {
		t.Errorf("exit %d, %d lines, %s", code, len(lines), words)
	}
	_, out, words = review(t, "list", "--after", "2200", "--limit", "5000")
	if n := strings.Count(out, "\n"); n != 301 || words != "" || !strings.Contains(out, "type at /arr_delay (+1)") {
		t.Errorf("%d lines, %s", n, words)
	}
	if _, out, _ := review(t, "list", "--limit", "1", "-o", "wide"); !strings.Contains(out, "json (utf8)") || !strings.Contains(out, "?]0;x?") {
		t.Errorf("%s", out)
	}
}

func TestQuarantineShow(t *testing.T) {
	t.Setenv("WINNOW_SERVER", reviewServer(t, ""))
	code, out, _ := review(t, "show", "flights/0/7")
	for _, want := range []string{
		"id          flights/0/7\n", "size        2.0 KiB (2048 bytes)", "sensitive spans", "\nreasons\n  type at /arr_delay\n", "\nkey\n  x?9\n",
		"\nheaders\n  xxxxx: null\n", "\nvalue (json, masked)\n  {\n    \"carrier\": \"XX\",\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("exit %d, no %q in\n%s", code, want, out)
		}
	}
	if _, out, _ := review(t, "show", "flights/0/8"); !strings.Contains(out, "SHA-256 00ff") || !strings.Contains(out, "headers, key") || !strings.Contains(out, "value (null, masked)\n  null\n") {
		t.Errorf("%s", out)
	}
}

func TestQuarantineExitCodes(t *testing.T) {
	server := reviewServer(t, "")
	guarded := reviewServer(t, "s3cret")
	stranger := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/moved/api/v1/quarantine/groups" {
			http.Redirect(w, r, server, http.StatusFound)
			return
		}
		fmt.Fprintln(w, "<html>")
	}))
	t.Cleanup(stranger.Close)
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	for _, c := range []struct {
		code  int
		says  string
		token string
		args  []string
	}{
		{1, "no such record", "", []string{"show", "flights/0/1", "--server", server}},
		{2, "not a record's id", "", []string{"show", "flights/1"}},
		{2, "topic/partition/offset", "", []string{"show", "flights/0/007", "--server", server}},
		{2, "accepts 1 arg", "", []string{"show"}},
		{2, "unknown flag", "", []string{"groups", "--teem", "UA"}},
		{2, "use one of table", "", []string{"groups", "-o", "xml"}},
		{2, "unknown command", "", []string{"grups"}},
		{2, "1 at least", "", []string{"list", "--limit", "0"}},
		{2, "1000 at most", "", []string{"groups", "--limit", "1001"}},
		{2, "not a URL", "", []string{"groups", "--server", "127.0.0.1:8080"}},
		{2, "after:", "", []string{"list", "--after", "x", "--server", server}},
		{2, "set WINNOW_TOKEN", "", []string{"groups", "--server", guarded}},
		{2, "set WINNOW_TOKEN", "wrong", []string{"groups", "--server", guarded}},
		{0, "", "s3cret", []string{"groups", "--server", guarded, "--topic", "flights"}},
		{3, "cannot reach winnow", "", []string{"groups", "--server", gone.URL}},
		{3, "cannot read Kafka", "", []string{"show", "flights/0/9", "--server", server}},
		{3, "not winnow's", "", []string{"groups", "--server", stranger.URL}},
		{3, "302 Found", "", []string{"groups", "--server", stranger.URL + "/moved"}},
		{0, "", "", []string{}},
	} {
		t.Setenv("WINNOW_TOKEN", c.token)
		code, _, words := review(t, c.args...)
		if code != c.code || !strings.Contains(words, c.says) {
			t.Errorf("%v: exit %d, want %d, %q: %s", c.args, code, c.code, c.says, words)
		}
		if strings.Contains(words, "s3cret") {
			t.Errorf("%v: the token is told: %s", c.args, words)
		}
	}
}

// Every command says what it is for, with two real examples.
func TestQuarantineHelp(t *testing.T) {
	for _, args := range [][]string{{}, {"groups"}, {"list"}, {"show"}} {
		_, out, _ := review(t, append(args, "--help")...)
		if n := strings.Count(out, "\n  winnow quarantine "); n < 2 {
			t.Errorf("%v: %d examples in\n%s", args, n, out)
		}
	}
}
