package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/winnow-data/winnow/loadgen/fleet"
	"github.com/winnow-data/winnow/pipeline"
	"github.com/winnow-data/winnow/sinks/feed"
	"github.com/winnow-data/winnow/sinks/quarantine"
)

var update = flag.Bool("update", false, "write the references anew")

// TestReferenceCLI keeps docs/reference/cli.md what the commands say of themselves.
func TestReferenceCLI(t *testing.T) {
	var b bytes.Buffer
	b.WriteString("<!-- Generated from the commands by `make generate`; do not edit. -->\n\n# Commands\n\nData goes to stdout, words to stderr. Exit codes: " +
		"0 yes, 1 no, 2 the command, configuration or contract is wrong, 3 something outside could not be reached or read.\n")
	describe(&b, newRootCmd())
	reference(t, "../../docs/reference/cli.md", b.Bytes())
}

func describe(b *bytes.Buffer, cmd *cobra.Command) {
	if cmd.Hidden || cmd.Name() == "help" || cmd.Name() == "completion" {
		return
	}
	if cmd.Runnable() {
		fmt.Fprintf(b, "\n## %s\n\n%s.\n", cmd.CommandPath(), cmd.Short)
		if cmd.Long != "" {
			fmt.Fprintf(b, "\n%s\n", cmd.Long)
		}
		fmt.Fprintf(b, "\n```\n%s\n```\n\n```sh\n%s\n```\n", cmd.UseLine(), unindent(cmd.Example))
		flags := false
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if f.Name == "help" {
				return
			}
			if !flags {
				b.WriteString("\n| flag | default | |\n|---|---|---|\n")
				flags = true
			}
			name := "--" + f.Name
			if f.Shorthand != "" {
				name = "-" + f.Shorthand + ", " + name
			}
			fmt.Fprintf(b, "| `%s` | %s | %s |\n", name, code(f.DefValue), strings.ReplaceAll(f.Usage, "|", "\\|"))
		})
	}
	for _, c := range cmd.Commands() {
		describe(b, c)
	}
}

func code(s string) string {
	if s == "" {
		return ""
	}
	return "`" + s + "`"
}

func unindent(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = strings.TrimPrefix(lines[i], "  ")
	}
	return strings.Join(lines, "\n")
}

// TestEveryCommandHasExamples: a person learns from two of them.
func TestEveryCommandHasExamples(t *testing.T) {
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		if c.Runnable() && c.Name() != "help" && c.Parent() != nil && c.Parent().Name() != "completion" {
			if n := strings.Count(strings.TrimSpace(c.Example), "\n") + 1; c.Example == "" || n < 2 {
				t.Errorf("%s has %d examples", c.CommandPath(), n)
			}
		}
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk(newRootCmd())
}

var descPattern = regexp.MustCompile(`fqName: "([^"]+)", help: "([^"]+)".*variableLabels: \{([^}]*)\}`)

// TestReferenceMetrics keeps docs/reference/metrics.md what the collectors declare.
func TestReferenceMetrics(t *testing.T) {
	m, err := pipeline.NewMetrics(prometheus.NewRegistry(), pipeline.NewTally(1, nil))
	if err != nil {
		t.Fatal(err)
	}
	ch := make(chan *prometheus.Desc, 100)
	m.Describe(ch)
	m.DescribeStages(ch)
	quarantine.NewCollector(nil).Describe(ch)
	feeds, err := feed.NewMetrics(prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	feeds.Describe(ch)
	feeds.DescribeHistograms(ch)
	fleet.NewMetrics(nil).Describe(ch)
	close(ch)
	var rows []string
	for d := range ch {
		f := descPattern.FindStringSubmatch(d.String())
		if f == nil {
			t.Fatalf("cannot read %s", d)
		}
		rows = append(rows, fmt.Sprintf("| `%s` | %s | %s |", f[1], strings.ReplaceAll(f[3], ",", ", "), f[2]))
	}
	slices.Sort(rows)
	reference(t, "../../docs/reference/metrics.md", []byte("<!-- Generated from the code by `make generate`; do not edit. -->\n\n# Metrics\n\n"+
		"Served at `/metrics`, beside Go's and the process's own.\n\n| metric | labels | |\n|---|---|---|\n"+strings.Join(rows, "\n")+"\n"))
}

func reference(t *testing.T, file string, want []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, want, 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is stale: run `make generate`", file)
	}
}
