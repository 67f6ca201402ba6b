package main

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kfake"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/loadgen"
	"github.com/winnow-data/winnow/pipeline/judge"
	"github.com/winnow-data/winnow/schemas"
)

// demoPlan compiles the demo's contract as `winnow demo` does.
func demoPlan(t *testing.T) *judge.Plan {
	t.Helper()
	file, err := loadgen.WriteContract(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	c, faults := schemas.LoadContract(file, schemas.ContractOptions{})
	if len(faults) > 0 {
		t.Fatalf("the demo's contract has faults or warnings:\n%v", faults)
	}
	plan, faults := newPlan(c, schemas.DefaultLimits())
	if len(faults) > 0 {
		t.Fatalf("the demo's contract has faults or warnings:\n%v", faults)
	}
	return plan
}

// The generator and the gate are written apart: this is where they must agree on every record.
func TestTheGateFindsWhatLoadgenPlants(t *testing.T) {
	g := loadgen.New(loadgen.Config{Seed: 21, Faults: 0.2, Framed: 0.05})
	windows := 0
	j := judge.New(demoPlan(t), func(judge.Window) { windows++ })
	var labels []loadgen.Fault
	var values [][]byte
	caught := make(map[string]int)
	flush := func() {
		j.Finish()
		for i, label := range labels {
			v := j.Verdict(i)
			failed := v.Outcome == winnow.Failed
			switch {
			case label.Good() && v.Outcome != winnow.Passed:
				t.Fatalf("a good record is %v for %v:\n%q", v.Outcome, v.Reasons, values[i])
			case label.Good():
			case !failed:
				t.Errorf("%s passed:\n%q", label.Kind, values[i])
			case !slices.ContainsFunc(v.Reasons, label.Explains):
				t.Errorf("%+v failed for %v:\n%q", label, v.Reasons, values[i])
			default:
				caught[label.Kind]++
			}
		}
		j.Reset()
		labels, values = labels[:0], values[:0]
	}
	for i := range 60_000 {
		value, key, label, _, _ := g.Next(nil)
		if j.Full() {
			flush()
		}
		j.Add(&winnow.Record{Offset: int64(i), Key: slices.Clone(key), Value: value})
		labels, values = append(labels, label), append(values, value)
	}
	flush()
	j.Close()
	for _, f := range loadgen.Faults() {
		if f.Group != loadgen.GroupBatch && caught[f.Kind] == 0 {
			t.Errorf("%s was never planted", f.Kind)
		}
	}
	if windows > 0 {
		t.Errorf("%d windows of ordinary load are in violation", windows)
	}
}

// runLoadgen runs the command and gives its exit code and what it wrote.
func runLoadgen(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, words bytes.Buffer
	cmd := newLoadgenCmd()
	cmd.SetArgs(args)
	cmd.SetOut(&out)
	cmd.SetErr(&words)
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	err := cmd.ExecuteContext(t.Context())
	return exitCode(&words, err), out.String(), words.String()
}

func TestLoadgenCommandLine(t *testing.T) {
	for _, test := range []struct {
		args string
		code int
		says string // on standard error
	}{
		{"--stdout --count 10 --faults 1%", 0, "10 records"},
		{"--stdout --count 10 -o json", 0, `"records":10`},
		{"--list-faults", 0, ""},
		{"", exitWrong, "--brokers host:port"},
		{"--stdout --faults lots", exitWrong, "say 1%"},
		{"--stdout --faults 101%", exitWrong, "say 1%"},
		{"--stdout --kinds uuid", exitWrong, "format_uuid"},
		{"--stdout --codec brotli", exitWrong, "brotli"},
		{"--stdout -o xml", exitWrong, "xml"},
		{"--brokers nowhere", exitWrong, "host:port"},
		{"--brokers 127.0.0.1:1 --labels x", exitWrong, "--stdout"},
		{"--stdout --count -1 --rate -1", exitWrong, "the count is negative"},
	} {
		t.Run(test.args, func(t *testing.T) {
			code, _, words := runLoadgen(t, strings.Fields(test.args)...)
			if code != test.code || !strings.Contains(words, test.says) {
				t.Errorf("exit %d, want %d; said %q, want %q", code, test.code, words, test.says)
			}
		})
	}
}

func TestLoadgenWritesLinesAndLabels(t *testing.T) {
	labels := filepath.Join(t.TempDir(), "labels.jsonl")
	args := []string{"--stdout", "--count", "500", "--faults", "10%", "--seed", "5", "--labels", labels}
	code, first, _ := runLoadgen(t, args...)
	_, second, _ := runLoadgen(t, args...)
	if code != 0 || first != second || strings.Count(first, "\n") != 500 {
		t.Errorf("exit %d, the same twice: %t, %d lines", code, first == second, strings.Count(first, "\n"))
	}
}

func TestLoadgenListsItsFaults(t *testing.T) {
	_, out, _ := runLoadgen(t, "--list-faults", "-o", "json")
	var faults []loadgen.Fault
	if err := json.Unmarshal([]byte(out), &faults); err != nil || !slices.Equal(faults, loadgen.Faults()) {
		t.Errorf("%v: %s", err, out)
	}
	_, out, _ = runLoadgen(t, "--list-faults")
	for _, f := range faults {
		if !strings.Contains(out, f.Kind) {
			t.Errorf("%s is missing in the table", f.Kind)
		}
	}
}

func TestLoadgenWritesAndScoresATopic(t *testing.T) {
	kafka, err := kfake.NewCluster(kfake.NumBrokers(1))
	if err != nil {
		t.Fatal(err)
	}
	defer kafka.Close()
	brokers := strings.Join(kafka.ListenAddrs(), ",")
	code, out, words := runLoadgen(t, "--brokers", brokers, "--topic", "t", "--count", "3000", "--faults", "5%", "--codec", "lz4", "-o", "json")
	var report struct {
		Topic            string
		Records, Planted int64
	}
	if err := json.Unmarshal([]byte(out), &report); err != nil || code != 0 || report.Records != 3000 || report.Topic != "t" || report.Planted < 50 {
		t.Fatalf("exit %d, %v, %s%s", code, err, out, words)
	}
	code, out, words = runLoadgen(t, "--brokers", brokers, "--topic", "t", "--score")
	if code != exitNo || !strings.Contains(out, "3,000 not judged yet") || words != "" {
		t.Errorf("no gate has judged: exit %d, %s%s", code, out, words)
	}
	if code, _, words = runLoadgen(t, "--brokers", brokers, "--topic", "nothing", "--score"); code != exitOutside || !strings.Contains(words, "no such topic") {
		t.Errorf("a topic that is not there: exit %d, %s", code, words)
	}
	kafka.Close()
	if code, _, words = runLoadgen(t, "--brokers", brokers, "--count", "1"); code != exitOutside || !strings.Contains(words, "cannot reach Kafka") {
		t.Errorf("no Kafka: exit %d, %s", code, words)
	}
}
