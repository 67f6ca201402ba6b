package schemas

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/strict"
)

var update = flag.Bool("update", false, "write the references anew")

// TestLint has for each check an example of what it warns of, and one of what is right, where no check may say anything.
func TestLint(t *testing.T) {
	for _, check := range LintChecks() {
		t.Run(check.Name, func(t *testing.T) {
			a, err := txtar.ParseFile(filepath.Join("../testdata/lint", check.Name+".txtar"))
			if err != nil {
				t.Fatal(err)
			}
			dir := writeFiles(t, a)
			want, err := os.ReadFile(filepath.Join(dir, "warnings"))
			if err != nil || len(want) == 0 {
				t.Fatalf("no warnings: %v", err)
			}
			_, faults := lint(filepath.Join(dir, "bad.yaml"), ContractOptions{}, []LintCheck{check})
			got := ""
			for _, f := range faults.Warnings() {
				got += strings.TrimPrefix(f.String(), dir+string(filepath.Separator)) + "\n"
			}
			if err := faults.Err(); err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			if c, faults := Lint(filepath.Join(dir, "good.yaml"), ContractOptions{}); c == nil || len(faults) > 0 {
				t.Errorf("good.yaml: %v", faults)
			}
		})
	}
}

// TestEveryLintArchiveHasACheck finds examples of checks that are gone.
func TestEveryLintArchiveHasACheck(t *testing.T) {
	archives, err := filepath.Glob("../testdata/lint/*.txtar")
	if err != nil || len(archives) != len(LintChecks()) {
		t.Errorf("%d archives for %d checks: %v", len(archives), len(LintChecks()), err)
	}
}

// TestReferenceLint keeps docs/reference/lint.md what the checks say of themselves.
func TestReferenceLint(t *testing.T) {
	var b bytes.Buffer
	b.WriteString("<!-- Generated from the code by `make generate`; do not edit. -->\n\n# What `winnow contract lint` warns of\n\n" +
		"Beside every fault, which any command tells. Where `run` is said, so do `run`, `check` and all that load a contract. The example has what the warning is " +
		"about, `bad.yaml`, and the same put right, `good.yaml`.\n\n| check | warns of | |\n|---|---|---|\n")
	for _, c := range LintChecks() {
		run := ""
		if c.Run {
			run = ", `run`"
		}
		fmt.Fprintf(&b, "| `%s` | %s | [example](../../testdata/lint/%s.txtar)%s |\n", c.Name, c.Says, c.Name, run)
	}
	const file = "../docs/reference/lint.md"
	if *update {
		if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(file); err != nil || !bytes.Equal(got, b.Bytes()) {
		t.Errorf("%s is stale: run `make generate`: %v", file, err)
	}
}

// lintText lints a bare schema.
func lintText(t *testing.T, schema string) winnow.Faults {
	t.Helper()
	file := filepath.Join(t.TempDir(), "s.json")
	if err := os.WriteFile(file, []byte(schema), 0o600); err != nil {
		t.Fatal(err)
	}
	_, faults := Lint(file, ContractOptions{})
	return faults
}

// TestLintBesideFaults tells faults and warnings at once; what is wrong in a definition that nothing leads to is a warning.
func TestLintBesideFaults(t *testing.T) {
	faults := lintText(t, `{"properties": {"a": {"type": "strin"}, "b": {"minimum": 2, "maximum": 1}}, "$defs": {"x": {"minLength": -1}}}`)
	var text []string
	wrong := slices.DeleteFunc(slices.Clone(faults), func(f winnow.Fault) bool { return f.Warning })
	for _, f := range append(faults.Warnings(), wrong...) {
		text = append(text, strings.TrimPrefix(f.String(), f.File))
	}
	want := []string{
		":1:61: warning: minimum and maximum leave nothing between them: no number passes: were they swapped?",
		":1:106: warning: minLength must be a whole number, 0 or more",
		":1:31: type must be one of null, boolean, integer, number, string, object and array, or a list of them",
	}
	if strings.Join(text, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s", strings.Join(text, "\n"))
	}
}

// TestLintHostile are schemas that a careless look never finishes, or dies of.
func TestLintHostile(t *testing.T) {
	repeat := func(n int, f func(i int) string) string {
		parts := make([]string, n)
		for i := range parts {
			parts[i] = f(i)
		}
		return strings.Join(parts, ",")
	}
	nest := func(open, end string) string {
		return `{"properties":{"a":` + strings.Repeat(open, 40) + "{}" + strings.Repeat(end, 40) + "}}"
	}
	for name, c := range map[string]struct {
		want   int
		schema string
	}{
		"cycle":    {2, `{"properties": {"a": {"$ref": "#"}}, "default": {"a": {"a": 1}}, "required": ["b"]}`},
		"in place": {1, `{"anyOf": [{"$ref": "#/$defs/a"}], "$defs": {"a": {"allOf": [{"$ref": "#/$defs/b"}]}, "b": {"allOf": [{"$ref": "#/$defs/a"}]}}}`},
		"unused":   {1, `{"$defs": {"a": {"allOf": [{"$ref": "#/$defs/b"}], "default": 1}, "b": {"allOf": [{"$ref": "#/$defs/a"}]}}}`},
		"names":    {maxLintFaults + 1, `{"properties": {` + repeat(10_000, func(i int) string { return fmt.Sprintf(`"p%05d":{"default":%d}`, i, i) }) + `}, "required": [` + repeat(10_000, func(i int) string { return fmt.Sprintf(`"q%05d"`, i) }) + `]}`},
		"patterns": {0, `{"patternProperties": {` + repeat(200, func(i int) string { return fmt.Sprintf(`"^a%d":true`, i) }) + `}, "required": [` + repeat(5000, func(i int) string { return fmt.Sprintf(`"q%05d"`, i) }) + `]}`},
		"defaults": {0, `{"properties": {` + repeat(400, func(i int) string { return fmt.Sprintf(`"p%05d":{"$ref":"#","default":1}`, i) }) + `}}`},
		"branches": {maxLintFaults + 1, `{"oneOf": [` + repeat(5000, func(int) string { return `{"type":"string"}` }) + `]}`},
		"closed":   {300, `{"allOf": [` + repeat(300, func(i int) string { return fmt.Sprintf(`{"properties":{"p%d":true},"additionalProperties":false}`, i) }) + `]}`},
		"chain": {0, `{"$ref":"#/$defs/d0","$defs":{` + repeat(300, func(i int) string {
			return fmt.Sprintf(`"d%d":{"allOf":[{"$ref":"#/$defs/d%d"}],"properties":{"p%d":true}}`, i, i+1, i)
		}) + `,"d300":{}}}`},
		"deep":      {0, nest(`{"oneOf":[{"type":"string"},`, `]}`)},
		"enum":      {maxLintFaults + 1, `{"enum": [` + repeat(100_000, func(i int) string { return fmt.Sprint(i % 1000) }) + `], "minimum": 500}`},
		"exponents": {2, `{"type": "integer", "minimum": 1e9999, "maximum": 1e-9999, "exclusiveMinimum": -1e9999, "default": 1e9999}`},
	} {
		t.Run(name, func(t *testing.T) {
			begin := time.Now()
			faults := lintText(t, c.schema)
			t.Logf("%d faults in %v", len(faults), time.Since(begin).Round(time.Millisecond))
			if len(faults) != c.want {
				t.Errorf("%d faults, want %d: %.1000v", len(faults), c.want, faults)
			}
		})
	}
}

// TestLintSuite lints the schemas of the official suite: it may warn of them, and must live.
func TestLintSuite(t *testing.T) {
	root := os.Getenv("WINNOW_SUITES")
	if root == "" {
		t.Skip("WINNOW_SUITES is not set: the outside suites are NOT run")
	}
	linted := 0
	for _, draft := range []string{"4", "6", "7", "2019-09", "2020-12"} {
		files, _ := filepath.Glob(filepath.Join(root, "json-schema-test-suite", "tests", "draft"+draft, "*.json"))
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			n, faults := strict.Parse(file, data)
			if faults.Err() != nil {
				continue // an example of what no contract may be, such as an invalid escape
			}
			for _, group := range n.Content {
				schema := filepath.Join(t.TempDir(), "s.json")
				if err := os.WriteFile(schema, appendNode(nil, strict.Get(group, "schema")), 0o600); err != nil {
					t.Fatal(err)
				}
				_, loaded := LoadContract(schema, ContractOptions{Draft: draft})
				_, faults := Lint(schema, ContractOptions{Draft: draft})
				if (loaded.Err() == nil) != (faults.Err() == nil) {
					t.Errorf("%s: loading says %v, lint %v", file, loaded.Err(), faults.Err())
				}
				linted++
			}
		}
	}
	if linted < 1000 {
		t.Errorf("only %d schemas", linted)
	}
}
