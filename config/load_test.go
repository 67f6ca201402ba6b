package config

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/strict"
)

// env is the environment of these tests.
func env(name string) (string, bool) {
	v, ok := map[string]string{
		"BROKER": "kafka-2:9093", "KAFKA_PASSWORD": "correct horse", "USER_KEY": "0123456789abcdef0123456789abcdef", "SHORT": "tooshort",
	}[name]
	return v, ok
}

func writeFiles(t *testing.T, a *txtar.Archive) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for _, f := range a.Files {
		path := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// text gives faults, then warnings, without the folder of the test.
func text(faults winnow.Faults, dir string) string {
	var b strings.Builder
	if err := faults.Err(); err != nil {
		b.WriteString(err.Error() + "\n")
	}
	for _, w := range faults.Warnings() {
		b.WriteString(w.String() + "\n")
	}
	return strings.ReplaceAll(b.String(), dir+string(filepath.Separator), "")
}

// TestFaults loads the pipeline.yaml of each archive and compares all that is said of it with the file "faults".
func TestFaults(t *testing.T) {
	archives, err := filepath.Glob("../testdata/config/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	for _, file := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			dir := writeFiles(t, a)
			p, faults := load(filepath.Join(dir, "pipeline.yaml"), env, nil)
			want, err := os.ReadFile(filepath.Join(dir, "faults"))
			if err != nil {
				t.Fatal(err)
			}
			if got := text(faults, dir); got != string(want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			if (p == nil) != (faults.Err() != nil) {
				t.Errorf("the pipeline is %v", p)
			}
		})
	}
}

func TestLoad(t *testing.T) {
	p, faults := load("../testdata/config/good.yaml", env, nil)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	if want := (Kafka{
		Brokers: []string{"kafka-1:9093", "[::1]:9093", "kafka-2:9093"}, Group: "winnow-delay", Start: "latest", Instance: "host-7",
		SessionTimeout: 30e9, TLS: &TLS{ServerName: "kafka.internal"},
		SASL: &SASL{Mechanism: "SCRAM-SHA-512", Username: "winnow", Password: "correct horse"},
	}); !reflect.DeepEqual(p.Kafka, want) {
		t.Errorf("got  %+v\nwant %+v", p.Kafka, want)
	}
	if p.Limits != (Limits{8 << 20, 32 << 20, 16, 1000}) || p.Quarantine.Retention.String() != "30d" || p.Delivery != AtLeastOnce {
		t.Errorf("got %+v", p)
	}
	if p.Listen != "0.0.0.0:8080" || string(p.Token) != "a-token-of-the-test" || len(p.UserKey) != 32 {
		t.Errorf("got %s %d %d", p.Listen, len(p.Token), len(p.UserKey))
	}
	var names []string
	for _, c := range p.Contracts {
		names = append(names, c.Name)
	}
	if !reflect.DeepEqual(names, []string{"events", "flights"}) {
		t.Errorf("contracts: %v", names)
	}
}

func TestLoadDefaults(t *testing.T) {
	p, faults := load("../testdata/config/small.json", env, nil)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	d := Default()
	d.File, d.Contracts, d.root = p.File, p.Contracts, p.root
	d.Kafka.Brokers = []string{"127.0.0.1:9092"}
	if !reflect.DeepEqual(*p, d) {
		t.Errorf("got  %+v\nwant %+v", *p, d)
	}
	if p.Limits != (Limits{16 << 20, 64 << 20, 64, 100_000}) || p.Quarantine.Retention.String() != "90d" || p.Listen != "127.0.0.1:8080" ||
		p.Kafka.Group != "winnow" || p.Kafka.Start != "earliest" || p.Kafka.SessionTimeout.String() != "10s" || p.Kafka.Instance == "" {
		t.Errorf("the defaults are %+v", *p)
	}
}

func TestLoadWithoutFile(t *testing.T) {
	p, faults := Load(filepath.Join(t.TempDir(), "none.yaml"), nil)
	if p != nil || len(faults) != 1 || !strings.Contains(faults[0].String(), "no such file") {
		t.Errorf("got %v", faults)
	}
}

// A pipeline built from flags is validated alike; its faults have no place.
func TestValidateWithoutFile(t *testing.T) {
	p := Default()
	p.Listen = "0.0.0.0:80"
	p.Limits.Batch = 1 << 20
	if got, want := p.Validate().Error(), `kafka.brokers is empty: name at least one, like "127.0.0.1:9092"
limits.batch (1MiB) is smaller than limits.record (16MiB): a record comes in a batch: let batch be at least as large
listen is not loopback, and there is no token: add token: ${file:path}, or listen on 127.0.0.1`; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	p = Default()
	p.Kafka.Brokers = []string{"b:9092"}
	p.Token, p.UserKey = "t", "0123456789abcdef"
	if faults := p.Validate(); len(faults) > 0 {
		t.Errorf("a good one: %v", faults)
	}
}

func TestNothingShowsSecrets(t *testing.T) {
	p, faults := load("../testdata/config/good.yaml", env, nil)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	shown := string(Explain(p)) + fmt.Sprintf("%v %+v %#v %s", p.Kafka.SASL, *p, *p.Kafka.SASL, p.Token)
	for _, secret := range []string{"correct horse", "a-token-of", "0123456789abcdef"} {
		if strings.Contains(shown, secret) {
			t.Errorf("%q is shown in\n%s", secret, shown)
		}
	}
}

func TestExplain(t *testing.T) {
	p, faults := load("../testdata/config/good.yaml", env, nil)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	for _, c := range p.Contracts {
		c.Hash = "sha256:0"
	}
	want, err := os.ReadFile("../testdata/config/explained.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if got := string(Explain(p)); got != string(want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	root, faults := strict.Parse("explained", Explain(p))
	if len(faults) > 0 {
		t.Fatalf("what is explained is not read: %v", faults)
	}
	// Its feeds are those of the file, with all columns named.
	var again []Feed
	if faults := strict.Decode("explained", strict.Get(root, "feeds"), &again); len(faults) > 0 {
		t.Fatal(faults)
	}
	for i := range p.Feeds {
		p.Feeds[i].Columns = p.FeedColumns(&p.Feeds[i])
	}
	if !reflect.DeepEqual(again, p.Feeds) {
		t.Errorf("got  %+v\nwant %+v", again, p.Feeds)
	}
}

func TestContract(t *testing.T) {
	dir := writeFiles(t, txtar.Parse([]byte(`
-- pipeline.yaml --
kafka: {brokers: ["a:1"]}
contracts: ["*.c.yaml"]
-- a.c.yaml --
winnow: 1
name: a
topics: [one, "/x.*/"]
schema: true
-- b.c.yaml --
winnow: 1
name: b
topics: [two, "/.*y/"]
schema: true
`)))
	p, faults := load(filepath.Join(dir, "pipeline.yaml"), env, nil)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	for topic, want := range map[string]string{
		"one": "a", "xx": "a", "two": "b", "yy": "b",
		"xy":         `cannot judge topic "xy": the contracts a, b cover it, and there must be one`,
		"z":          `cannot judge topic "z": no contract covers it`,
		"x.verdicts": `cannot judge topic "x.verdicts": no contract covers it`,
	} {
		c, err := p.Contract(topic)
		got := fmt.Sprint(err)
		if err == nil {
			got = c.Name
		}
		if got != want {
			t.Errorf("%s: got %s, want %s", topic, got, want)
		}
	}
}

// A former contract is loaded and checked like any, and covers nothing.
func TestFormerContracts(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("now.yaml", "winnow: 1\nname: c\ntopics: [t]\nschema: {properties: {a: {type: integer}}}\n")
	write("then.yaml", "winnow: 1\nname: c\ntopics: [t]\nschema: {properties: {a: {type: string}}}\n")
	pipeline := "kafka: {brokers: [\"127.0.0.1:9092\"]}\ncontracts: [now.yaml]\nformer_contracts: [then.yaml]\n"
	write("winnow.yaml", pipeline)
	p, faults := Load(filepath.Join(dir, "winnow.yaml"), nil)
	if err := faults.Err(); err != nil {
		t.Fatal(err)
	}
	if c, err := p.Contract("t"); err != nil || c != p.Contracts[0] || len(p.Former) != 1 || p.Former[0].Hash == c.Hash {
		t.Errorf("%v, %v, former %v", c, err, p.Former)
	}
	write("winnow.yaml", strings.Replace(pipeline, "then.yaml", "lost.yaml", 1))
	if _, faults := Load(filepath.Join(dir, "winnow.yaml"), nil); faults.Err() == nil || !strings.Contains(faults.Err().Error(), "3:20: no contract matches") {
		t.Error(faults)
	}
}
