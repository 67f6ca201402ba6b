package schemas_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

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
	var free []string
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
			free = append(free, name+": "+verdict(reasons))
			continue
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
	t.Logf("free to decide:\n%s", strings.Join(free, "\n"))
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

// notYet are the words of faults for what the program refuses on purpose.
var notYet = []string{"not supported yet", "unknown $schema", "matched in linear time"}

type tally struct{ run, tests, refused int }

func runSuite(t *testing.T, draft string, files []string, format bool, sum *tally) {
	for _, file := range files {
		var groups []group
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(data, &groups); err != nil {
			t.Fatal(err)
		}
		for _, g := range groups {
			where := draft + "/" + filepath.Base(file) + "/" + g.Description
			n, faults := strict.Parse("schema.json", g.Schema)
			if err := faults.Err(); err != nil {
				t.Errorf("%s: %v", where, err)
				continue
			}
			p, faults := schemas.Compile("schema.json", n, schemas.Options{Draft: strings.TrimPrefix(draft, "draft"), FormatAssertion: format})
			if err := faults.Err(); err != nil {
				if !slices.ContainsFunc(notYet, func(s string) bool { return strings.Contains(err.Error(), s) }) {
					t.Errorf("%s: refused: %v", where, err)
				}
				sum.refused++
				continue
			}
			sum.run++
			d := schemas.NewDecoder(p, schemas.Limits{})
			for _, c := range g.Tests {
				sum.tests++
				reasons, _ := d.Decode(c.Data, nil)
				if c.Valid != (len(reasons) == 0) {
					t.Errorf("%s/%s: %s: want %v, got %v", where, c.Description, c.Data, c.Valid, reasons)
				}
			}
		}
	}
}

func TestJSONSchemaTestSuite(t *testing.T) {
	root := filepath.Join(suites(t), "json-schema-test-suite", "tests")
	for _, draft := range []string{"draft4", "draft6", "draft7", "draft2019-09", "draft2020-12"} {
		t.Run(draft, func(t *testing.T) {
			files, _ := filepath.Glob(filepath.Join(root, draft, "*.json"))
			var sum tally
			runSuite(t, draft, files, false, &sum)
			if sum.run < 60 {
				t.Errorf("only %d groups compile", sum.run)
			}
			t.Logf("required: %d groups run with %d tests, %d refused for keywords that are not supported yet", sum.run, sum.tests, sum.refused)

			optional, _ := filepath.Glob(filepath.Join(root, draft, "optional", "format", "*.json"))
			for _, name := range []string{"bignum", "ecmascript-regex", "non-bmp-regex", "float-overflow"} {
				if file := filepath.Join(root, draft, "optional", name+".json"); exists(file) {
					optional = append(optional, file)
				}
			}
			sum = tally{}
			runSuite(t, draft, optional, true, &sum)
			t.Logf("optional: %d groups run with %d tests, %d refused", sum.run, sum.tests, sum.refused)
		})
	}
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}
