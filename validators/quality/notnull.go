package quality

import "github.com/winnow-data/winnow"

type notNullParams struct {
	common `yaml:",inline"`
}

func notNullKind() Kind {
	return Kind{
		Name:    "not_null",
		Summary: "a value is there, and is not null",
		Detail:  "A missing value and a null fail alike; so does a value within an object that is missing. A value that the schema failed is not null.",
		Example: "{rule: not_null, pointer: /carrier}",
		Keys:    ownKeys(notNullParams{}),
		compile: compileNotNull,
	}
}

func compileNotNull(r *request) func() winnow.Rule {
	var p notNullParams
	r.params(&p)
	c := r.column()
	return func() winnow.Rule { return &notNullRule{column: c} }
}

type notNullRule struct {
	stateless
	*column
}

// Check reports the rows that have no value.
func (r *notNullRule) Check(b *winnow.Batch, f winnow.Findings) {
	a := r.of(b)
	if a.NullN() == 0 && r.kind != kindJSON {
		return
	}
	for row := range a.Len() {
		if r.isNull(a, row) && !r.excused(b, row) {
			f.Row(row, r.pointer)
		}
	}
}
