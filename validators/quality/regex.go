package quality

import (
	"errors"
	"regexp"
	"regexp/syntax"
	"unsafe"

	"github.com/apache/arrow/go/v15/arrow/array"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/schemas/ecma"
	"github.com/winnow-data/winnow/strict"
)

type regexParams struct {
	common  `yaml:",inline"`
	Pattern string `yaml:"pattern" strict:"required" doc:"The regular expression, in RE2's syntax. It may match anywhere in the string: ^ and $ anchor it."`
	Not     bool   `yaml:"not" default:"false" doc:"Whether a match is what fails."`
}

func regexKind() Kind {
	return Kind{
		Name:    "regex",
		Summary: "a string matches a regular expression, or, with not, does not",
		Detail:  "Matching takes linear time, whatever the pattern. In a column of any value, what is no string passes.",
		Example: `{rule: regex, pointer: /tailnum, pattern: "^N[0-9A-Z]{1,5}$"}`,
		Keys:    ownKeys(regexParams{}),
		compile: compileRegex,
	}
}

func compileRegex(r *request) func() winnow.Rule {
	var p regexParams
	r.params(&p)
	c := r.column(kindString, kindJSON)
	re, err := regexp.Compile(p.Pattern)
	if err != nil {
		r.fault(r.key("pattern"), "pattern is no regular expression of RE2: "+r.patternProblem(err), "")
	}
	if err != nil {
		return nil
	}
	m := ecma.RE2(re)
	return func() winnow.Rule {
		rule := &regexRule{column: c, re: m, want: !p.Not}
		rule.pass = func(text string) bool { return m.Match([]byte(text)) == rule.want }
		return rule
	}
}

// patternProblem says what is wrong with the pattern, and where, unless its text came from outside the file.
func (r *request) patternProblem(err error) string {
	var e *syntax.Error
	if !errors.As(err, &e) {
		return "it cannot be read"
	}
	if n := r.key("pattern"); e.Expr != "" && n != nil && !strict.Expanded(n) {
		return e.Code.String() + " at " + quote(e.Expr)
	}
	return e.Code.String()
}

type regexRule struct {
	stateless
	*column
	coded
	re      *ecma.Pattern
	want    bool
	scratch []byte
}

// Check reports the rows whose string does not match, or, with not, does.
func (r *regexRule) Check(b *winnow.Batch, f winnow.Findings) {
	if a, ok := r.of(b).(*array.Dictionary); ok {
		r.check(r.column, a, f)
		return
	}
	a, ok := r.of(b).(*array.String)
	if !ok {
		return
	}
	for row := range a.Len() {
		if a.IsNull(row) {
			continue
		}
		text := a.Value(row)
		var match bool
		switch {
		case r.kind != kindJSON:
			match = r.re.Match(unsafe.Slice(unsafe.StringData(text), len(text))) // read, and not kept
		case isStringText(text):
			var s []byte
			s, r.scratch = unquote(text, r.scratch)
			match = r.re.Match(s)
		default:
			continue
		}
		if match != r.want {
			r.fail(f, false, row)
		}
	}
}
