package format_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/winnow-data/winnow/schemas/format"
)

// drafts are the suite's folders by Lookup's numbers.
var drafts = map[string]int{"draft4": 4, "draft6": 6, "draft7": 7, "draft2019-09": 2019, "draft2020-12": 2020}

// elsewhere are the suite's files whose format Lookup does not know, and why. No single test is excepted.
var elsewhere = map[string]string{
	"regex.json":            "package schemas parses patterns",
	"ecmascript-regex.json": "package schemas parses patterns",
	"unknown.json":          "its format is none",
}

func suiteFiles(folder string) []string {
	files, _ := filepath.Glob(filepath.Join(os.Getenv("WINNOW_SUITES"), "json-schema-test-suite", "tests", folder, "optional", "format", "*.json"))
	return files
}

// TestSuite runs the format tests of JSON Schema's official suite, and demands every one.
func TestSuite(t *testing.T) {
	if os.Getenv("WINNOW_SUITES") == "" {
		t.Skip("WINNOW_SUITES is not set: the outside suites are NOT run")
	}
	for folder, draft := range drafts {
		t.Run(folder, func(t *testing.T) {
			run, seen := 0, make(map[string]bool)
			for _, file := range suiteFiles(folder) {
				run += runFile(t, file, draft, seen)
			}
			for _, name := range format.Names(draft) {
				// The two names that are known before a draft has them have no file there.
				if !seen[name] && !(name == "date" && draft < 7 || name == "uuid" && draft < 2019) {
					t.Errorf("the suite has no test of %s", name)
				}
			}
			t.Logf("%d tests of %d formats", run, len(seen))
		})
	}
}

// A group is one of the suite's: a schema that has nothing but a format, and data to judge by it.
type group struct {
	Schema struct{ Format string }
	Tests  []struct {
		Description string
		Data        any
		Valid       bool
	}
}

func readGroups(t testing.TB, file string) (groups []group) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &groups); err != nil {
		t.Fatal(err)
	}
	return groups
}

// runFile gives the number of tests that it ran.
func runFile(t *testing.T, file string, draft int, seen map[string]bool) (run int) {
	for _, g := range readGroups(t, file) {
		check, known := format.Lookup(g.Schema.Format, draft)
		if reason := elsewhere[filepath.Base(file)]; known == (reason != "") {
			t.Errorf("%s: %q is known: %v; elsewhere: %q", file, g.Schema.Format, known, reason)
		}
		if !known {
			continue
		}
		seen[g.Schema.Format] = true
		for _, c := range g.Tests {
			run++
			s, is := c.Data.(string)
			if valid := !is || check([]byte(s)); valid != c.Valid {
				t.Errorf("%s: %s: %+q: want %v, got %v", g.Schema.Format, c.Description, c.Data, c.Valid, valid)
			}
		}
	}
	return run
}
