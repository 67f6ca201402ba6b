package dashboards

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

var update = flag.Bool("update", false, "write the dashboards and rules anew")

const (
	grafanaDir = "../deploy/grafana/dashboards"
	rulesFile  = "../deploy/prometheus/winnow.rules.yml"
)

// TestReferenceDashboards keeps what is deployed what this package says, and nothing else.
func TestReferenceDashboards(t *testing.T) {
	var want []string
	for _, d := range Dashboards() {
		text, err := d.JSON()
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(grafanaDir, d.UID+".json")
		want = append(want, file)
		reference(t, file, text)
	}
	have, err := filepath.Glob(filepath.Join(grafanaDir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(want)
	if !slices.Equal(have, want) {
		t.Errorf("%s holds %v, want %v", grafanaDir, have, want)
	}
}

// TestReferenceRules does so for the alert rules.
func TestReferenceRules(t *testing.T) {
	text, err := Rules()
	if err != nil {
		t.Fatal(err)
	}
	reference(t, rulesFile, text)
}

func reference(t *testing.T, file string, want []byte) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, want, 0o644); err != nil {
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
