//go:build kafka

package kafka

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A pipeline is a pipeline file in a folder of its own, with its contracts.
type pipeline struct {
	file, dir string
	listen    string
	group     string
	brokers   []string // for our own clients: plaintext
}

// setup says what is special about a pipeline.
type setup struct {
	brokers   []string          // for winnow; the shared broker when empty
	kafka     string            // further keys of `kafka:`, a line each, without indentation
	rest      string            // further top-level keys
	contracts map[string]string // file name -> text, put under contracts/
	group     string            // the test's name when empty
}

// newPipeline writes a pipeline for winnow. Sessions are as short as brokers let them be, so that partitions come back soon
// after a kill.
func newPipeline(t *testing.T, s setup) pipeline {
	t.Helper()
	p := pipeline{dir: t.TempDir(), listen: freeAddr(t), group: s.group, brokers: s.brokers}
	if p.group == "" {
		p.group = topicName(t) + "-group"
	}
	if len(s.brokers) == 0 {
		p.brokers = sharedBroker(t)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "kafka:\n  brokers: [%s]\n  group: %s\n  start: earliest\n  session_timeout: 6s\n", quoted(p.brokers), p.group)
	for line := range strings.Lines(s.kafka) {
		fmt.Fprintf(&b, "  %s\n", strings.TrimRight(line, "\n"))
	}
	fmt.Fprintf(&b, "contracts: [\"contracts/*.yaml\"]\nlisten: %s\n%s\n", p.listen, s.rest)
	p.file = filepath.Join(p.dir, "winnow.yaml")
	write(t, p.file, b.String())
	for name, text := range s.contracts {
		write(t, filepath.Join(p.dir, "contracts", name), text)
	}
	return p
}

func quoted(ss []string) string {
	var qs []string
	for _, s := range ss {
		qs = append(qs, fmt.Sprintf("%q", s))
	}
	return strings.Join(qs, ", ")
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// topicName makes a Kafka topic's name of the test's.
func topicName(t *testing.T) string {
	return strings.ToLower(strings.NewReplacer("/", "-", "_", "-", "#", "-").Replace(t.Name()))
}

// simple is the contract of the records that item makes.
func simple(topic string) map[string]string {
	return map[string]string{"simple.yaml": fmt.Sprintf(`
winnow: 1
name: simple
topics: [%s]
team: {pointer: /team}
user: {pointer: /user}
sensitive: off
schema:
  type: object
  required: [id, n]
  properties:
    id: {type: integer}
    n: {type: number}
    team: {type: string}
    user: {type: string}
`, topic)}
}

// item is record i, which breaks the contract (by one reason: type, /n) if it is bad.
func item(i int, bad bool) []byte {
	n := "1.5"
	if bad {
		n = `"1.5"`
	}
	return fmt.Appendf(nil, `{"id":%d,"n":%s,"team":"t%d","user":"u%d"}`, i, n, i%3, i%50)
}
