package ecma_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/winnow-data/winnow/schemas/ecma"
)

// TestJSONSchemaTestSuite takes the groups of the official suite whose schema is a pattern and perhaps a type. That of
// whole schemas is for package schemas.
func TestJSONSchemaTestSuite(t *testing.T) {
	dir := os.Getenv("WINNOW_SUITES")
	if dir == "" {
		t.Skip("WINNOW_SUITES is not set: the outside suites are NOT run")
	}
	for _, draft := range []string{"draft4", "draft6", "draft7", "draft2019-09", "draft2020-12"} {
		run := 0
		for _, name := range []string{"pattern", "patternProperties", "optional/ecmascript-regex", "optional/non-bmp-regex"} {
			run += runGroups(t, filepath.Join(dir, "json-schema-test-suite", "tests", draft, filepath.FromSlash(name)+".json"))
		}
		if run < 80 {
			t.Errorf("%s: only %d tests were run", draft, run)
		}
	}
}

func runGroups(t *testing.T, file string) (run int) {
	t.Helper()
	var groups []struct {
		Description string
		Schema      json.RawMessage // in draft 6 and later it may be a boolean
		Tests       []struct {
			Data  any
			Valid bool
		}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &groups); err != nil {
		t.Fatal(err)
	}
	for _, g := range groups {
		var schema struct {
			Pattern           *string
			PatternProperties map[string]any
			Additional        *bool `json:"additionalProperties"`
		}
		if err := json.Unmarshal(g.Schema, &schema); err != nil {
			continue
		}
		// The lone pattern beside additionalProperties: false must match every name.
		for source := range schema.PatternProperties {
			if schema.Additional != nil && len(schema.PatternProperties) == 1 {
				schema.Pattern = &source
			}
			if _, err := ecma.Compile(source); err != nil {
				t.Errorf("%s: %s: %s: %v", file, g.Description, source, err)
			}
		}
		if schema.Pattern == nil {
			continue
		}
		p, err := ecma.Compile(*schema.Pattern)
		if err != nil {
			t.Errorf("%s: %s: %v", file, g.Description, err)
			continue
		}
		for _, c := range g.Tests {
			texts := []string{}
			switch data := c.Data.(type) {
			case string:
				texts = append(texts, data)
			case map[string]any:
				for name := range data {
					texts = append(texts, name)
				}
			}
			if schema.PatternProperties == nil && len(texts) == 0 || len(texts) > 1 {
				continue
			}
			for _, text := range texts {
				run++
				if p.Match([]byte(text)) != c.Valid {
					t.Errorf("%s: %s: %q: want %v", file, g.Description, text, c.Valid)
				}
			}
		}
	}
	return run
}
