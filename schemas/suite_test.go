package schemas_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/schemas"
	"github.com/winnow-data/winnow/strict"
)

// suites gives the folder of the outside suites, or skips.
func suites(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("WINNOW_SUITES")
	if dir == "" {
		t.Skip("WINNOW_SUITES is not set: the outside suites are NOT run")
	}
	return dir
}

// compile compiles a schema that must have no fault but warnings.
func compile(t testing.TB, schema string, opt schemas.Options) *schemas.Program {
	t.Helper()
	n, faults := strict.Parse("test.json", []byte(schema))
	if err := faults.Err(); err != nil {
		t.Fatalf("parse: %v", err)
	}
	p, faults := schemas.Compile("test.json", n, opt)
	if err := faults.Err(); err != nil {
		t.Fatalf("compile: %v", err)
	}
	return p
}

func decoder(t testing.TB, schema string) *schemas.Decoder {
	t.Helper()
	return schemas.NewDecoder(compile(t, schema, schemas.Options{FormatAssertion: true}), schemas.Limits{})
}

func TestJSONTestSuite(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(suites(t), "json-test-suite", "test_parsing", "*.json"))
	if len(files) < 300 {
		t.Fatalf("only %d files", len(files))
	}
	d := decoder(t, "true")
	duplicates := []string{"y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json"}
	free := freeVerdicts(t)
	for _, file := range files {
		doc, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		rows := d.Rows()
		reasons, row := d.Decode(doc, nil)
		if row != (len(reasons) == 0) || d.Rows() != rows+map[bool]int{true: 1}[row] {
			t.Fatalf("%s: row %v, reasons %v, rows %d", filepath.Base(file), row, reasons, d.Rows())
		}
		name := filepath.Base(file)
		switch {
		case name[0] == 'i':
			if want := free[name]; want != verdict(reasons) {
				t.Errorf("%s: %s, and the documentation says %q", name, verdict(reasons), want)
			}
			delete(free, name)
		case slices.Contains(duplicates, name):
			if row || reasons[0].Detail != winnow.DetailDuplicateKey {
				t.Errorf("%s: %v", name, reasons)
			}
		case row != (name[0] == 'y'):
			t.Errorf("%s: row %v, reasons %v", name, row, reasons)
		}
		if !row && (len(reasons) != 1 || reasons[0].Rule != winnow.RuleJSON || reasons[0].Pointer != "" || reasons[0].Detail == "") {
			t.Errorf("%s: %v", name, reasons)
		}
	}
	if len(free) > 0 {
		t.Errorf("the documentation has files that are not there: %v", free)
	}
}

// freeVerdicts reads what the documentation says of the files that a parser may decide by itself.
func freeVerdicts(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("../docs/reference/json.md")
	if err != nil {
		t.Fatal(err)
	}
	free := map[string]string{}
	for _, row := range regexp.MustCompile("(?m)^\\| `(i_[^`]+)` \\| (\\w+) \\| ..").FindAllStringSubmatch(string(text), -1) {
		free[row[1]] = row[2]
	}
	return free
}

func verdict(reasons []winnow.Reason) string {
	if len(reasons) == 0 {
		return "accepted"
	}
	return reasons[0].Detail
}

// A group is one of the official suite's.
type group struct {
	Description string          `json:"description"`
	Schema      json.RawMessage `json:"schema"`
	Tests       []struct {
		Description string          `json:"description"`
		Data        json.RawMessage `json:"data"`
		Valid       bool            `json:"valid"`
	} `json:"tests"`
}

// A tally counts what ran of the suite, and which excuses were needed.
type tally struct {
	groups, tests int
	used          map[string]bool
}

// remotes loads the documents that the suite has at http://localhost:1234/.
func remotes(t *testing.T, root string) func(uri string) (string, *yaml.Node, winnow.Faults) {
	return func(uri string) (string, *yaml.Node, winnow.Faults) {
		path, ok := strings.CutPrefix(uri, "http://localhost:1234/")
		if !ok {
			return "", nil, nil
		}
		data, err := os.ReadFile(filepath.Join(root, "remotes", filepath.FromSlash(path)))
		if err != nil {
			return "", nil, nil
		}
		n, faults := strict.Parse(path, data)
		return path, n, faults
	}
}

// runSuite runs files of the suite. Known says why a test is not met, by file, group and test.
func runSuite(t *testing.T, draft string, files []string, known map[string]string, sum *tally) {
	root := filepath.Join(suites(t), "json-schema-test-suite")
	for _, file := range files {
		var groups []group
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(data, &groups); err != nil {
			t.Fatal(err)
		}
		base := strings.TrimSuffix(filepath.Base(file), ".json")
		for _, g := range groups {
			where := base + "/" + g.Description
			n, faults := strict.Parse("schema.json", g.Schema)
			if err := faults.Err(); err != nil {
				t.Errorf("%s/%s: %v", draft, where, err)
				continue
			}
			p, faults := schemas.Compile("schema.json", n, schemas.Options{
				Draft: strings.TrimPrefix(draft, "draft"), FormatAssertion: strings.Contains(file, "optional"), Load: remotes(t, root),
			})
			if err := faults.Err(); err != nil {
				t.Errorf("%s/%s: refused: %v", draft, where, err)
				continue
			}
			sum.groups++
			d := schemas.NewDecoder(p, schemas.Limits{})
			for _, c := range g.Tests {
				reasons, _ := d.Decode(c.Data, nil)
				met := c.Valid == (len(reasons) == 0)
				if key := excuse(known, draft, base, where, where+"/"+c.Description); key != "" {
					sum.used[key] = sum.used[key] || !met
					continue
				}
				if sum.tests++; !met {
					t.Errorf("%s/%s/%s: %s: want %v, got %v", draft, where, c.Description, c.Data, c.Valid, reasons)
				}
			}
		}
	}
}

// excuse finds the key of known under which a test is not met, for the draft or for all.
func excuse(known map[string]string, draft string, places ...string) string {
	for _, where := range places {
		for _, key := range []string{draft + "/" + where, where} {
			if known[key] != "" {
				return key
			}
		}
	}
	return ""
}

func TestJSONSchemaTestSuite(t *testing.T) {
	root := filepath.Join(suites(t), "json-schema-test-suite", "tests")
	used := map[string]bool{}
	for _, draft := range []string{"draft4", "draft6", "draft7", "draft2019-09", "draft2020-12"} {
		t.Run(draft, func(t *testing.T) {
			files, _ := filepath.Glob(filepath.Join(root, draft, "*.json"))
			var sum tally
			runSuite(t, draft, files, nil, &sum)
			if sum.tests < 600 {
				t.Errorf("only %d tests run", sum.tests)
			}
			t.Logf("required: %d groups with %d tests", sum.groups, sum.tests)
			files, _ = filepath.Glob(filepath.Join(root, draft, "optional", "*.json"))
			formats, _ := filepath.Glob(filepath.Join(root, draft, "optional", "format", "*.json"))
			sum = tally{used: used}
			runSuite(t, draft, append(files, formats...), optionalNotMet, &sum)
			t.Logf("optional: %d groups with %d tests", sum.groups, sum.tests)
		})
	}
	for key := range optionalNotMet {
		if !used[key] {
			t.Errorf("%s needs no excuse", key)
		}
	}
}

// optionalNotMet are the optional tests that winnow does not meet, each with its reason: by file, group or test, of a draft or of all.
var optionalNotMet = map[string]string{
	"draft7/content":              "contentEncoding and contentMediaType are annotations: since 2019-09 they must not be asserted (validation, 8.1)",
	"draft4/zeroTerminatedFloats": "1.0 is an integer in every draft, as it is in every later one: it depends on no spelling (draft 6 on)",
}
