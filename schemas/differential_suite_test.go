package schemas_test

import (
	"encoding/json"
	"errors"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	other "github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/winnow-data/winnow/schemas"
	"github.com/winnow-data/winnow/strict"
)

// A suiteFile is a file of the official suite: its schemas, and the documents of all of them.
type suiteFile struct {
	draft, name string
	schemas     []any
	docs        []any
}

func suiteFiles(t *testing.T) (files []suiteFile) {
	t.Helper()
	root := filepath.Join(suites(t), "json-schema-test-suite", "tests")
	for _, d := range dialects {
		names, _ := filepath.Glob(filepath.Join(root, "draft"+d.name, "*.json"))
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			f := suiteFile{draft: d.name, name: filepath.Base(name)}
			for _, g := range numbersKept(t, text).([]any) {
				f.schemas = append(f.schemas, g.(object)["schema"])
				for _, c := range g.(object)["tests"].([]any) {
					f.docs = append(f.docs, c.(object)["data"])
				}
			}
			files = append(files, f)
		}
	}
	return files
}

// remoteDocuments loads the suite's remote documents for jsonschema/v6.
type remoteDocuments string

func (dir remoteDocuments) Load(uri string) (any, error) {
	path, ok := strings.CutPrefix(uri, "http://localhost:1234/")
	if !ok {
		return nil, errors.New("there is none")
	}
	file, err := os.Open(filepath.Join(string(dir), filepath.FromSlash(path)))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return other.UnmarshalJSON(file)
}

// TestSuiteTurned judges the official suite's documents by one another's schemas, and damaged ones by damaged schemas, as jsonschema/v6 does.
func TestSuiteTurned(t *testing.T) {
	slowUnderRace(t)
	a := newAuthor(rand.New(rand.NewPCG(5, 5)))
	sum := map[string]int{}
	for _, f := range suiteFiles(t) {
		for _, s := range f.schemas {
			turn(t, a, f, s, len(f.docs), sum)
			for range seeds(t, 3) {
				turn(t, a, f, a.damageSchema(s), 6, sum)
			}
		}
	}
	t.Logf("%v", sum)
}

// both compiles the schema, and gives false where one of the two refuses it.
func both(t *testing.T, schema any, draft string) (p *schemas.Program, second *other.Schema, ok bool) {
	t.Helper()
	text, root := marshal(t, schema), filepath.Join(suites(t), "json-schema-test-suite")
	n, faults := strict.Parse("s.json", text)
	if faults.Err() != nil {
		return nil, nil, false
	}
	p, faults = schemas.Compile("s.json", n, schemas.Options{Draft: draft, Load: remotes(t, root)})
	second, err := compileSecondFrom(text, draft, remoteDocuments(filepath.Join(root, "remotes")))
	return p, second, err == nil && faults.Err() == nil
}

// turn judges documents of the file f by schema.
func turn(t *testing.T, a *author, f suiteFile, schema any, docs int, sum map[string]int) {
	t.Helper()
	p, second, ok := both(t, schema, f.draft)
	if !ok {
		sum["refused"]++
		return
	}
	for i := range docs {
		doc := f.docs[i%len(f.docs)]
		if docs < len(f.docs) {
			doc = pick(a, f.docs...)
		}
		for _, doc := range []any{doc, a.damage(doc)} {
			text := marshal(t, doc)
			pass, _ := ours(t, p, text)
			want, err := passesSecond(second, text)
			if err == nil && pass != want {
				reportTurned(t, f, schema, doc, sum)
				return
			}
			sum[map[bool]string{true: "passed", false: "failed"}[pass]]++
		}
	}
}

func reportTurned(t *testing.T, f suiteFile, schema, doc any, sum map[string]int) {
	t.Helper()
	s, d := minimise(schema, doc, func(schema, doc any) bool {
		p, second, ok := both(t, schema, f.draft)
		if !ok {
			return false
		}
		pass, _ := ours(t, p, marshal(t, doc))
		want, err := passesSecond(second, marshal(t, doc))
		return err == nil && pass != want
	})
	if m, ok := s.(object); ok && m["$schema"] == nil {
		m = maps.Clone(m)
		m["$schema"] = dialects[slices.IndexFunc(dialects, func(d struct{ name, uri string }) bool { return d.name == f.draft })].uri
		s = m
	}
	if k := known(s, d); k != "" {
		sum[k]++
		return
	}
	p, _, _ := both(t, s, f.draft)
	pass, reasons := ours(t, p, marshal(t, d))
	t.Errorf("draft %s, %s: %s\nof %s:\nwinnow says %v, %v", f.draft, f.name, marshal(t, d), marshal(t, s), pass, reasons)
}

// damageSchema leaves something out of a schema, or puts another in its place.
func (a *author) damageSchema(s any) any {
	switch s := s.(type) {
	case object:
		names := slices.Sorted(maps.Keys(s))
		if len(names) == 0 {
			return a.schema(1)
		}
		name := pick(a, names...)
		s = maps.Clone(s)
		switch {
		case name == "$schema":
		case a.chance(5):
			delete(s, name)
		case a.chance(4):
			for key, value := range a.schemaObject(1) {
				s[key] = value
			}
		default:
			s[name] = a.damageSchema(s[name])
		}
		return s
	case []any:
		if len(s) == 0 {
			return s
		}
		s = slices.Clone(s)
		i := a.IntN(len(s))
		s[i] = a.damageSchema(s[i])
		return s
	case json.Number:
		return a.number()
	case bool:
		return !s
	}
	return s
}
