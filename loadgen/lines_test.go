package loadgen

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestLinesMatchTheirLabels(t *testing.T) {
	const n = 2000
	var out, labels bytes.Buffer
	cfg := LoadConfig{Generator: Config{Seed: 6, Faults: 0.1, Framed: 0.5}, Count: n}
	stats, err := WriteLines(t.Context(), cfg, &out, &labels)
	if err != nil || stats.Records != n || stats.Bytes != int64(out.Len()-n) {
		t.Fatalf("%+v, %d bytes, %v", stats, out.Len(), err)
	}
	expected := make(map[int]Fault)
	for line := range bytes.Lines(labels.Bytes()) {
		var l struct {
			Line                 int
			Fault, Rule, Pointer string
		}
		if err := json.Unmarshal(line, &l); err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(Faults(), func(f Fault) bool { return f.Kind == l.Fault && f.Rule == l.Rule && f.Pointer == l.Pointer })
		if i < 0 {
			t.Fatalf("the label %s names no fault", line)
		}
		expected[l.Line] = Faults()[i]
	}
	if int64(len(expected)) != stats.Planted || stats.Planted == 0 {
		t.Errorf("%d labels for %d faults", len(expected), stats.Planted)
	}
	o, line := newOracle(t), 0
	for text := range strings.Lines(out.String()) {
		line++
		reasons := o.judge(t, []byte(strings.TrimSuffix(text, "\n")))
		f, planted := expected[line]
		if planted != (len(reasons) > 0) || planted && !slices.ContainsFunc(reasons, f.Explains) {
			t.Fatalf("line %d, labelled %q, fails for %v: %s", line, f.Kind, reasons, text)
		}
	}
	if line != n {
		t.Errorf("%d lines", line)
	}
}

func TestLinesKeepRateDurationAndContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		start := time.Now()
		stats, err := WriteLines(t.Context(), LoadConfig{Rate: 1000, Duration: 3 * time.Second}, &out, nil)
		if err != nil || stats.Records < 2900 || stats.Records > 3100 || time.Since(start) != 3*time.Second {
			t.Errorf("%d lines at 1,000 a second in %v, %v", stats.Records, time.Since(start), err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if stats, err := WriteLines(ctx, LoadConfig{}, &out, nil); err != nil || stats.Records != 0 {
			t.Errorf("a context that has ended: %+v, %v", stats, err)
		}
	})
}

type fullDisk struct{}

var errFull = errors.New("disk full")

func (fullDisk) Write([]byte) (int, error) { return 0, errFull }

func TestAWriterThatFailsEndsIt(t *testing.T) {
	if _, err := WriteLines(t.Context(), LoadConfig{Count: 5}, fullDisk{}, nil); !errors.Is(err, errFull) {
		t.Errorf("got %v", err)
	}
	cfg := LoadConfig{Count: 5, Generator: Config{Faults: 1}}
	if _, err := WriteLines(t.Context(), cfg, &bytes.Buffer{}, fullDisk{}); !errors.Is(err, errFull) {
		t.Errorf("got %v", err)
	}
}

func TestTheContractIsWrittenWhole(t *testing.T) {
	dir := t.TempDir()
	file, err := WriteContract(dir)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	_, named, found := strings.Cut(string(text), "schema: {$ref: ")
	named, _, _ = strings.Cut(named, "}")
	schema, err := os.ReadFile(filepath.Join(dir, named))
	if !found || err != nil || !json.Valid(schema) {
		t.Errorf("the schema %q of %s: %v", named, file, err)
	}
	for _, list := range [][]string{teams(), models()} {
		for _, name := range list {
			if !bytes.Contains(slices.Concat(text, schema), []byte(name)) {
				t.Errorf("the contract does not know %s", name)
			}
		}
	}
	if _, err := WriteContract(filepath.Join(dir, "nowhere")); err == nil {
		t.Error("a folder that is not there was written into")
	}
}
