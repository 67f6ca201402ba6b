package strict

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestJSONSuite parses the cases of JSONTestSuite that begin like a JSON file of ours: what it says must be taken is, and what
// it says must be refused is.
func TestJSONSuite(t *testing.T) {
	suites := os.Getenv("WINNOW_SUITES")
	if suites == "" {
		t.Skip("SKIPPED, NOT TESTED: WINNOW_SUITES is not set; it names the folder of the outside test data")
	}
	files, err := filepath.Glob(filepath.Join(suites, "json-test-suite", "test_parsing", "*.json"))
	if err != nil || len(files) < 300 {
		t.Fatalf("%d cases: %v", len(files), err)
	}
	tested := 0
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		first := bytes.TrimLeft(data, " \t\r\n")
		name := filepath.Base(file)
		if len(first) == 0 || first[0] != '{' && first[0] != '[' {
			continue
		}
		n, faults := Parse(name, data)
		tested++
		switch {
		case strings.HasPrefix(name, "n_") && (n != nil || len(faults) == 0):
			t.Errorf("%s is taken", name)
		case strings.HasPrefix(name, "y_object_duplicated_key"):
			if n == nil || len(faults) == 0 {
				t.Errorf("%s: a key twice gives the tree %s and %v", name, dump(n, false), faults)
			}
		case strings.HasPrefix(name, "y_") && (n == nil || len(faults) > 0):
			t.Errorf("%s is refused: %v", name, faults)
		}
	}
	if tested < 200 {
		t.Errorf("only %d cases begin like JSON", tested)
	}
}
