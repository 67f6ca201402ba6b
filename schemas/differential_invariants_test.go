package schemas_test

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v15/arrow/array"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/schemas"
)

// TestInvariants checks what is true of every schema and record: over random ones.
func TestInvariants(t *testing.T) {
	slowUnderRace(t)
	for seed := range seeds(t, 600) {
		a := newAuthor(rand.New(rand.NewPCG(uint64(seed), 2)))
		root := a.root()
		p, err := compileOurs(marshal(t, root), "")
		if err != nil {
			continue
		}
		inner := mustOurs(t, marshal(t, a.wrapped(root)))
		used, usedInner := schemas.NewDecoder(p, schemas.Limits{}), schemas.NewDecoder(inner, schemas.Limits{})
		var good [][]byte
		for range 12 {
			v := a.fitting(root, 5)
			doc := a.spell(nil, v)
			within := append(append([]byte(`{"v":`), doc...), '}')
			a.checkRecord(t, p, used, v, doc)
			a.checkWithin(t, p, usedInner, doc, within)
			good = append(good, within)
		}
		a.checkRollback(t, inner, good)
		if t.Failed() {
			t.Fatalf("seed %d: %s", seed, marshal(t, root))
		}
	}
}

// wrapped gives a schema of objects whose member v is what root is for, which becomes a resource of its own.
func (a *author) wrapped(root object) object {
	inner := object{a.idKey(): "http://example.com/root.json"}
	for key, value := range root {
		inner[key] = value
	}
	ref := object{"$ref": "http://example.com/root.json"}
	return object{"$schema": root["$schema"], "properties": object{"v": ref}, a.defsKey(): object{"inner": inner}}
}

// checkRecord checks what is so of one record.
func (a *author) checkRecord(t *testing.T, p *schemas.Program, used *schemas.Decoder, v any, doc []byte) {
	pass, reasons := ours(t, p, doc)
	if again, _ := used.Decode(doc, nil); !slices.Equal(again, reasons) {
		t.Errorf("%s: %v of a new decoder, %v of one that has read others", doc, reasons, again)
	}
	used.Decode(doc[:len(doc)/2], nil) // not JSON, most often
	respelled := a.spell(nil, v)
	if _, more := ours(t, p, respelled); places(more) != places(reasons) && len(reasons) < 64 {
		t.Errorf("%s: %s\n%s: %s", doc, told(reasons), respelled, told(more))
	}
	few, _ := schemas.NewDecoder(p, schemas.Limits{Reasons: 1}).Decode(doc, nil)
	if len(few) != min(1, len(reasons)) {
		t.Errorf("%s: %v with one reason at most, else %v", doc, few, reasons)
	}
	for _, r := range reasons {
		if !isKeyword(r.Rule) {
			t.Errorf("%s: %v is about no keyword", doc, r)
		}
		if !leads(v, r) {
			t.Errorf("%s: %v leads nowhere", doc, r)
		}
		if r.Detail == winnow.DetailNearest && !slices.ContainsFunc(reasons, func(b winnow.Reason) bool {
			return (b.Rule == "anyOf" || b.Rule == "oneOf") && strings.HasPrefix(r.Pointer, b.Pointer)
		}) {
			t.Errorf("%s: %v is nearest to what? %v", doc, r, reasons)
		}
	}
	if !pass && len(reasons) == 0 {
		t.Errorf("%s fails for no reason", doc)
	}
}

// places spells reasons without details: of members that are called * the first one's is kept.
func places(reasons []winnow.Reason) string {
	reasons = slices.Clone(reasons)
	for i := range reasons {
		reasons[i].Detail = ""
	}
	return told(reasons)
}

// isKeyword says that rule is a keyword that can fail, or false for the schema that is just false, or number.
func isKeyword(rule string) bool {
	return slices.Contains([]string{
		"type", "enum", "const", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "pattern",
		"minItems", "maxItems", "uniqueItems", "contains", "minContains", "maxContains", "items", "prefixItems", "additionalItems", "unevaluatedItems",
		"minProperties", "maxProperties", "required", "dependentRequired", "dependentSchemas", "dependencies", "properties", "patternProperties",
		"additionalProperties", "propertyNames", "unevaluatedProperties", "allOf", "anyOf", "oneOf", "not", "if", "then", "else", "$ref", "false",
		winnow.RuleNumber,
	}, rule)
}

// leads says that r's pointer leads to a place in v, or for what is missing to its parent.
func leads(v any, r winnow.Reason) bool {
	if r.Pointer == "" {
		return true
	}
	tokens := strings.Split(r.Pointer[1:], "/")
	missing := r.Rule == "required" || r.Rule == "dependentRequired" || r.Rule == "dependencies"
	return leadsBy(v, tokens, missing)
}

func leadsBy(v any, tokens []string, missing bool) bool {
	if len(tokens) == 0 {
		return true
	}
	name := strings.ReplaceAll(strings.ReplaceAll(tokens[0], "~1", "/"), "~0", "~")
	switch v := v.(type) {
	case object:
		if in, ok := v[name]; ok {
			return leadsBy(in, tokens[1:], missing)
		}
		if name == "*" {
			for _, in := range v {
				if leadsBy(in, tokens[1:], missing) {
					return true
				}
			}
			return false
		}
		return missing && len(tokens) == 1
	case []any:
		k, err := json.Number(name).Int64()
		return err == nil && k >= 0 && int(k) < len(v) && leadsBy(v[k], tokens[1:], missing)
	}
	return false
}

// checkWithin checks that a value that is a member's, with columns of its own, is judged as the record that it would be.
func (a *author) checkWithin(t *testing.T, p *schemas.Program, used *schemas.Decoder, doc, within []byte) {
	_, alone := ours(t, p, doc)
	got, _ := used.Decode(within, nil)
	got = slices.Clone(got)
	for i := range got {
		rest, ok := strings.CutPrefix(got[i].Pointer, "/v")
		if !ok {
			t.Errorf("%s: %v", within, got)
			return
		}
		got[i].Pointer = rest
		if got[i].Rule == "$ref" { // the schema false, to which one more reference leads
			got[i].Rule = "false"
		}
	}
	// Columns of the whole record may be others than those of a member: of numbers that do not fit, nothing is said here.
	if want, got := places(withoutNumbers(alone)), places(withoutNumbers(got)); want != got && len(alone) < 64 {
		t.Errorf("%s: %s alone, %s within", doc, want, got)
	}
}

// checkRollback checks that records that are no acceptable JSON leave the columns as they were.
func (a *author) checkRollback(t *testing.T, p *schemas.Program, docs [][]byte) {
	clean, mixed := schemas.NewDecoder(p, schemas.Limits{}), schemas.NewDecoder(p, schemas.Limits{})
	passed := 0
	for _, doc := range docs {
		broken := append(slices.Clone(doc[:a.IntN(len(doc))]), pick(a, "", "\x00", "]]", "\"\xff", ",,")...)
		if !json.Valid(broken) {
			mixed.Decode(broken, nil)
		}
		reasons, _ := clean.Decode(doc, nil)
		mixed.Decode(doc, nil)
		if len(reasons) == 0 {
			rec := clean.Record()
			same(t, rec, clean.Rows()-1, doc)
			rec.Release()
			passed++
		}
	}
	want, got := clean.Record(), mixed.Record()
	defer want.Release()
	defer got.Release()
	if !array.RecordEqual(want, got) {
		t.Errorf("%d records, %d of which pass: columns differ where records that are no JSON come between:\n%v\n%v", len(docs), passed, want, got)
	}
}
