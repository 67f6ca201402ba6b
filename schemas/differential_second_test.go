package schemas_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"testing"

	other "github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/schemas"
	"github.com/winnow-data/winnow/strict"
)

func marshal(t testing.TB, v any) []byte {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// compileOurs gives nil and why, where winnow refuses the schema.
func compileOurs(text []byte, draft string) (*schemas.Program, error) {
	n, faults := strict.Parse("s.json", text)
	if err := faults.Err(); err != nil {
		return nil, err
	}
	p, faults := schemas.Compile("s.json", n, schemas.Options{Draft: draft})
	return p, faults.Err()
}

type noDocuments struct{}

func (noDocuments) Load(string) (any, error) { return nil, errors.New("there is none") }

// compileSecond has no format fail: jsonschema/v6 asserts those of drafts 4 to 7, and winnow where a contract says so.
func compileSecond(text []byte, draft string) (*other.Schema, error) {
	return compileSecondFrom(text, draft, noDocuments{})
}

func compileSecondFrom(text []byte, draft string, load other.URLLoader) (*other.Schema, error) {
	c := other.NewCompiler()
	for _, name := range []string{
		"date-time", "date", "time", "duration", "email", "idn-email", "hostname", "idn-hostname", "ipv4", "ipv6", "uri", "uri-reference",
		"iri", "iri-reference", "uuid", "uri-template", "json-pointer", "relative-json-pointer", "regex", "period", "semver",
	} {
		c.RegisterFormat(&other.Format{Name: name, Validate: func(any) error { return nil }})
	}
	c.UseLoader(load)
	if d := map[string]*other.Draft{"4": other.Draft4, "6": other.Draft6, "7": other.Draft7, "2019-09": other.Draft2019, "2020-12": other.Draft2020}[draft]; d != nil {
		c.DefaultDraft(d)
	}
	v, err := other.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	if err := c.AddResource("file:///s.json", v); err != nil {
		return nil, err
	}
	return c.Compile("file:///s.json")
}

// passesSecond gives its verdict.
func passesSecond(s *other.Schema, doc []byte) (bool, error) {
	v, err := other.UnmarshalJSON(bytes.NewReader(doc))
	if err != nil {
		return false, err
	}
	err = s.Validate(v)
	var invalid *other.ValidationError
	if err != nil && !errors.As(err, &invalid) {
		return false, err
	}
	return err == nil, nil
}

// ours gives winnow's verdict and its reasons, but for numbers that pass the schema and do not fit a column.
func ours(t testing.TB, p *schemas.Program, doc []byte) (pass bool, reasons []winnow.Reason) {
	t.Helper()
	all, row := schemas.NewDecoder(p, schemas.Limits{}).Decode(doc, nil)
	if !row {
		t.Fatalf("%s is no acceptable JSON: %v", doc, all)
	}
	return len(withoutNumbers(all)) == 0, all
}

func withoutNumbers(reasons []winnow.Reason) []winnow.Reason {
	return slices.DeleteFunc(slices.Clone(reasons), func(r winnow.Reason) bool { return r.Rule == winnow.RuleNumber })
}

// differ says that the two judge doc differently, or that one takes a schema that the other refuses.
func differ(t testing.TB, schema, doc any) bool {
	text, record := marshal(t, schema), marshal(t, doc)
	p, err := compileOurs(text, "")
	second, err2 := compileSecond(text, "")
	if err != nil || err2 != nil {
		return false
	}
	pass, _ := ours(t, p, record)
	want, err := passesSecond(second, record)
	return err == nil && pass != want
}

// minimise makes a schema and a document that still bad says yes to, and of which nothing can be left out.
func minimise(schema, doc any, bad func(schema, doc any) bool) (any, any) {
	for again := true; again; {
		again = false
		for small := range smaller(schema) {
			if bad(small, doc) {
				schema, again = small, true
				break
			}
		}
		for small := range smaller(doc) {
			if bad(schema, small) {
				doc, again = small, true
				break
			}
		}
	}
	return schema, doc
}

// smaller gives what v is with one thing left out, or made simpler.
func smaller(v any) func(yield func(any) bool) {
	return func(yield func(any) bool) { shrink(v, yield) }
}

func shrink(v any, yield func(any) bool) bool {
	switch v := v.(type) {
	case object:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if key == "$schema" {
				continue
			}
			less := maps.Clone(v)
			delete(less, key)
			if !yield(less) {
				return false
			}
			if !shrink(v[key], func(in any) bool {
				less[key] = in
				return yield(maps.Clone(less))
			}) {
				return false
			}
		}
	case []any:
		for i := range v {
			if !yield(slices.Delete(slices.Clone(v), i, i+1)) {
				return false
			}
			if !shrink(v[i], func(in any) bool {
				less := slices.Clone(v)
				less[i] = in
				return yield(less)
			}) {
				return false
			}
		}
	case string:
		return v == "" || len(v) > 3 || yield("")
	}
	return true
}

func mustOurs(t testing.TB, text []byte) *schemas.Program {
	t.Helper()
	p, err := compileOurs(text, "")
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return p
}
