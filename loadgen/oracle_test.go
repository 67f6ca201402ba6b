package loadgen

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/testdata/demo"
)

// An oracle judges records by the demo's contract with other people's code, and a few lines here: none of the gate's.
type oracle struct {
	schema *jsonschema.Schema
	seen   map[string]int // id -> number of the record
	count  int
}

func newOracle(t testing.TB) *oracle {
	t.Helper()
	raw, err := demo.Files.ReadFile("training.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("demo.json", doc); err != nil {
		t.Fatal(err)
	}
	return &oracle{schema: c.MustCompile("demo.json"), seen: make(map[string]int)}
}

// judge gives the reasons that it finds, in no order.
func (o *oracle) judge(t testing.TB, value []byte) []winnow.Reason {
	t.Helper()
	o.count++
	if value == nil {
		return []winnow.Reason{{Rule: winnow.RuleTombstone}}
	}
	if len(value) > 5 && value[0] == 0 {
		switch value = value[5:]; {
		case value[0] == 0:
			return []winnow.Reason{{Rule: winnow.RuleEncoding, Detail: winnow.DetailProtobuf}}
		case value[0] != '{':
			return []winnow.Reason{{Rule: winnow.RuleEncoding, Detail: winnow.DetailAvro}}
		}
	}
	if detail := badJSON(value); detail != "" {
		return []winnow.Reason{{Rule: winnow.RuleJSON, Detail: detail}}
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(value))
	if err != nil {
		t.Fatalf("the oracle takes it for JSON and cannot read it: %v", err)
	}
	reasons := schemaReasons(t, o.schema.Validate(doc))
	record, _ := doc.(map[string]any)
	reasons = append(reasons, o.rules(record)...)
	return append(reasons, secrets(record)...)
}

var (
	loneSurrogate = regexp.MustCompile(`(?i)\\ud[89ab][0-9a-f]{2}(?:[^\\]|\\[^u]|$)`)
	hugeExponent  = regexp.MustCompile(`:-?[0-9.]+[eE][+-]?[0-9]{5,}`)
)

// badJSON says what is wrong with bytes as JSON, in the words of the contract's details.
func badJSON(b []byte) string {
	switch {
	case !utf8.Valid(b), bytes.HasPrefix(b, []byte("\ufeff")), loneSurrogate.Match(b):
		return winnow.DetailUTF8
	case hugeExponent.Match(b):
		return winnow.DetailNumber
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	depth, detail, err := walk(d, 0)
	switch {
	case err != nil:
		return winnow.DetailSyntax
	case depth > 128:
		return winnow.DetailDepth
	case detail != "":
		return detail
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return winnow.DetailTrailing
	}
	return ""
}

// walk reads one value and says how deep it is and whether one of its objects names a member twice.
func walk(d *json.Decoder, depth int) (deepest int, detail string, err error) {
	tok, err := d.Token()
	if err != nil {
		return depth, "", err
	}
	open, ok := tok.(json.Delim)
	if !ok {
		return depth, "", nil
	}
	depth++
	deepest = depth
	names := make(map[string]bool)
	for d.More() {
		if open == '{' {
			name, err := d.Token()
			if err != nil {
				return deepest, "", err
			}
			if names[name.(string)] {
				detail = winnow.DetailDuplicateKey
			}
			names[name.(string)] = true
		}
		below, inner, err := walk(d, depth)
		if err != nil {
			return deepest, "", err
		}
		deepest = max(deepest, below)
		if inner != "" {
			detail = inner
		}
	}
	_, err = d.Token()
	return deepest, detail, err
}

// schemaReasons puts the validator's complaints as winnow's reasons.
func schemaReasons(t testing.TB, err error) (reasons []winnow.Reason) {
	t.Helper()
	if err == nil {
		return nil
	}
	var top *jsonschema.ValidationError
	if !errors.As(err, &top) {
		t.Fatalf("cannot validate: %v", err)
	}
	var visit func(e *jsonschema.ValidationError)
	visit = func(e *jsonschema.ValidationError) {
		for _, c := range e.Causes {
			visit(c)
		}
		path := e.ErrorKind.KeywordPath()
		if len(e.Causes) > 0 || len(path) == 0 {
			return
		}
		at := ""
		for _, p := range e.InstanceLocation {
			at += "/" + p
		}
		reasons = append(reasons, namedReasons(path[0], at, e)...)
	}
	visit(top)
	return reasons
}

func namedReasons(keyword, at string, e *jsonschema.ValidationError) (reasons []winnow.Reason) {
	switch keyword {
	case "required":
		for _, name := range missing(e) {
			reasons = append(reasons, winnow.Reason{Rule: keyword, Pointer: at + "/" + name})
		}
		return reasons
	case "additionalProperties":
		return []winnow.Reason{{Rule: keyword, Pointer: at + "/*"}}
	}
	return []winnow.Reason{{Rule: keyword, Pointer: at}}
}

// rules are the contract's, by hand.
func (o *oracle) rules(record map[string]any) (reasons []winnow.Reason) {
	fail := func(bad bool, rule, pointer string) {
		if bad {
			reasons = append(reasons, winnow.Reason{Rule: rule, Pointer: pointer})
		}
	}
	if n, ok := record["tokens"].(json.Number); ok {
		i, err := strconv.ParseInt(n.String(), 10, 64)
		fail(err != nil, winnow.RuleNumber, "/tokens")
		fail(err == nil && i > 8192, "range", "/tokens")
	}
	if s, ok := record["text"].(string); ok {
		fail(utf8.RuneCountInString(s) < 12, "length", "/text")
	}
	if s, ok := record["model"].(string); ok {
		fail(!slices.Contains(models(), s), "one_of", "/model")
	}
	if context, ok := record["context"].(map[string]any); ok {
		session, present := context["session"]
		fail(present && session == nil, "not_null", "/context/session")
		if s, ok := session.(string); ok {
			fail(!sessionLike.MatchString(s), "regex", "/context/session")
		}
	}
	if id, ok := record["id"].(string); ok {
		before, seen := o.seen[id]
		fail(seen && o.count-before <= 10000, "duplicate", "/id")
		o.seen[id] = o.count
	}
	return reasons
}

var (
	sessionLike = regexp.MustCompile(`^s[0-9a-f]{6}$`)

	emailLike = regexp.MustCompile(`[a-z0-9._-]+@[a-z0-9.-]+\.[a-z]{2,}`)
	ssnLike   = regexp.MustCompile(`\b[0-9]{3}-[0-9]{2}-[0-9]{4}\b`)
	cardLike  = regexp.MustCompile(`\b(?:4|5[1-5])[0-9]{2,3}(?:[ -]?[0-9]{4}){3}\b`)
	ibanLike  = regexp.MustCompile(`\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){3,6}(?: ?[A-Z0-9]{1,4})?\b`)
)

// secrets looks for sensitive data in decoded strings and numbers, with the checksums written anew.
func secrets(record map[string]any) (reasons []winnow.Reason) {
	known := []string{"id", "event_time", "team", "user", "model", "v", "label", "score", "weight", "tokens", "features", "text", "context"}
	for name, v := range record {
		pointer := "/" + name
		if !slices.Contains(known, name) {
			pointer = "/*"
		}
		var s string
		switch v := v.(type) {
		case string:
			s = v
		case json.Number:
			s = v.String()
		}
		if strings.IndexByte(s, '@') < 0 && strings.IndexFunc(s, unicode.IsDigit) < 0 {
			continue // most texts
		}
		add := func(rule string, found bool) {
			if found {
				reasons = append(reasons, winnow.Reason{Rule: rule, Pointer: pointer})
			}
		}
		add("email", emailLike.MatchString(s))
		add("us_ssn", ssnLike.MatchString(s))
		add("credit_card", slices.ContainsFunc(cardLike.FindAllString(s, -1), luhnHolds))
		add("iban", slices.ContainsFunc(ibanLike.FindAllString(s, -1), ibanHolds))
	}
	return reasons
}

func luhnHolds(s string) bool {
	s = strings.NewReplacer(" ", "", "-", "").Replace(s)
	sum := 0
	for i := range len(s) {
		d := int(s[len(s)-1-i] - '0')
		if i%2 == 1 {
			d = d*2%10 + d*2/10
		}
		sum += d
	}
	return sum%10 == 0
}

func ibanHolds(s string) bool {
	s = strings.ReplaceAll(s, " ", "")
	lengths := map[string]int{"DE": 22, "NL": 18, "GB": 22, "ES": 24}
	if lengths[s[:2]] != len(s) {
		return false
	}
	r := 0
	for _, c := range s[4:] + s[:4] {
		text := string(c)
		if c >= 'A' {
			text = strconv.Itoa(int(c-'A') + 10)
		}
		for _, d := range text {
			r = (r*10 + int(d-'0')) % 97
		}
	}
	return r == 1
}
