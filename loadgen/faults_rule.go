package loadgen

const kindDuplicate = "duplicate"

// ruleFaults pass the schema and fail a rule.
func ruleFaults() []planter {
	rule := func(kind, rule, pointer string, edit func(*Generator, *draft)) planter {
		return planter{Fault: Fault{Kind: kind, Group: GroupRule, Rule: rule, Pointer: pointer}, lines: true, edit: edit}
	}
	return []planter{
		rule("range", "range", "/tokens", replace(fieldTokens, "80000")),
		rule("regex", "regex", "/context/session", replace(fieldSession, `"s-not-hex"`)),
		rule("one_of", "one_of", "/model", replace(fieldModel, `"rank-v9"`)),
		rule("not_null", "not_null", "/context/session", replace(fieldSession, "null")),
		rule("length", "length", "/text", replace(fieldText, `"ok"`)),
		rule(kindDuplicate, "duplicate", "/id", func(g *Generator, d *draft) {
			d.tokens[fieldID] = g.token(func(b []byte) []byte {
				return append(append(append(b, '"'), g.original()...), '"')
			})
		}),
	}
}
