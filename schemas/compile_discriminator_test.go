package schemas

import (
	"fmt"
	"testing"
)

// TestDiscriminator has, of each record, the branches that are tried, by their numbers: * is every one, as nothing tells them apart. Its verdict is the same
// as that of trying all.
func TestDiscriminator(t *testing.T) {
	const (
		cat, dog = `{"properties":{"k":{"const":"cat"},"n":{"type":"integer"}},"required":["k"]}`, `{"properties":{"k":{"const":"dog"},"n":{"type":"string"}},"required":["k"]}`
		consts   = `"oneOf":[` + cat + `,` + dog + `,{"properties":{"k":{"enum":["dog","cow"]},"n":{"type":"null"}},"required":["k"]}]`
		optional = `"anyOf":[{"properties":{"k":{"enum":["a","b"]}}},{"properties":{"k":{"enum":["b","c"]}},"required":["k"]}]`
		open     = `"anyOf":[` + cat + `,` + dog + `,{"required":["n"]}]`
		loose    = `"anyOf":[{"properties":{"k":{"enum":["a",1]}}},{"properties":{"k":{"enum":["b",null]}}}]`
		nested   = `"oneOf":[{"oneOf":[` + cat + `,` + dog + `]},{"properties":{"k":{"const":"cow"}},"required":["k"]}]`
		two      = `"oneOf":[{"properties":{"k":{"const":"a"},"z":{"const":"x"}},"required":["z"]},{"properties":{"k":{"const":"b"},"z":{"const":"y"}},"required":["z"]}]`
	)
	for _, c := range []struct{ schema, member, doc, tries, fails string }{
		{consts, "k", `{"k":"cat","n":1}`, "[0]", ""},
		{consts, "k", `{"k":"cat","n":"s"}`, "[0]", "oneOf"},
		{consts, "k", `{"n":null,"\u006b":"d\u006fg"}`, "[1 2]", ""},
		{consts, "k", `{"k":"dog","n":1}`, "[1 2]", "oneOf"},
		{consts, "k", `{"k":"dog"}`, "[1 2]", "oneOf"},
		{consts, "k", `{"k":"cow","n":null}`, "[2]", ""},
		{consts, "k", `{"k":"owl"}`, "[]", "oneOf"},
		{consts, "k", `{"k":["cat"],"n":1}`, "[]", "oneOf"},
		{consts, "k", `{"k":null}`, "[]", "oneOf"},
		{consts, "k", `{"n":1}`, "[]", "oneOf"},
		{consts, "k", `{"in":{"k":"cat"}}`, "[]", "oneOf"},

		{optional, "k", `{}`, "[0]", ""},
		{optional, "k", `{"k":"a"}`, "[0]", ""},
		{optional, "k", `{"k":"b"}`, "[0 1]", ""},
		{optional, "k", `{"k":"c"}`, "[1]", ""},
		{optional, "k", `{"k":"d"}`, "[]", "anyOf"},

		{open, "k", `{"k":"cat","n":[]}`, "[0 2]", ""},
		{open, "k", `{"k":"dog"}`, "[1 2]", ""},
		{open, "k", `{"k":"owl"}`, "[2]", "anyOf"},
		{open, "k", `{"k":0,"n":0}`, "[2]", ""},
		{open, "k", `{}`, "[2]", "anyOf"},

		{nested, "k", `{"k":"cat","n":2}`, "[0]", ""},
		{nested, "k", `{"k":"dog","n":2}`, "[0]", "oneOf"},
		{nested, "k", `{"k":"cow","n":2}`, "[1]", ""},
		{nested, "k", `{"k":"owl"}`, "[]", "oneOf"},

		{two, "z", `{"k":"a","z":"x"}`, "[0]", ""},
		{two, "z", `{"k":"a","z":"y"}`, "[1]", "oneOf"},
		{two, "z", `{"k":"b"}`, "[]", "oneOf"},

		{loose, "", `{"k":1}`, "[0 1]", ""},
		{loose, "", `{"k":"b"}`, "[0 1]", ""},
		{loose, "", `{"k":"c"}`, "[0 1]", "anyOf"},
		{`"anyOf":[` + cat + `,{"required":["n"]}]`, "", `{"n":1}`, "[0 1]", ""},
	} {
		schema := `{"type":"object","properties":{"in":{}},` + c.schema + `}`
		d, all := NewDecoder(programOf(t, schema), Limits{}), NewDecoder(programOf(t, schema), Limits{})
		for i := range all.prog.root.ops {
			all.prog.root.ops[i].pick = nil
		}
		o := &d.prog.root.ops[0]
		if o.pick != nil && string(d.prog.names[o.pick.name].text) != c.member || (o.pick == nil) != (c.member == "") {
			t.Fatalf("%s: told apart by another member than %q", schema, c.member)
		}
		for range 2 {
			reasons, _ := d.Decode([]byte(c.doc), nil)
			every, _ := all.Decode([]byte(c.doc), nil)
			if len(reasons) > 0 != (c.fails != "") || len(every) > 0 != (c.fails != "") || c.fails != "" && (reasons[0].Rule != c.fails || every[0].Rule != c.fails) {
				t.Errorf("%s of %s: %v, and by trying all %v", c.doc, schema, reasons, every)
			}
		}
		d.doc, d.mode = []byte(c.doc), modeQuick
		got := fmt.Sprint(d.tries(o, 0))
		if got != c.tries {
			t.Errorf("%s of %s: %s are tried, want %s", c.doc, schema, got, c.tries)
		}
		if d.mode = modeCount; got == "[]" && len(d.tries(o, 0)) != len(o.nodes) {
			t.Errorf("%s of %s: nothing is looked at for the nearest", c.doc, schema)
		}
	}
}

// TestDiscriminatorAround has branches that lead back to themselves, and that lie in the record rather than at its root.
func TestDiscriminatorAround(t *testing.T) {
	const around = `{"$ref":"#/$defs/e","$defs":{"e":{"type":"object","oneOf":[
		{"properties":{"op":{"const":"not"},"of":{"$ref":"#/$defs/e"}},"required":["op","of"]},
		{"properties":{"op":{"const":"and"},"all":{"type":"array","items":{"$ref":"#/$defs/e"}}},"required":["op","all"]},
		{"properties":{"op":{"const":"is"},"v":{"type":"integer"}},"required":["op","v"]}]}}}`
	d := NewDecoder(programOf(t, around), Limits{})
	for doc, passes := range map[string]bool{
		`{"op":"is","v":1}`: true, `{"op":"not","of":{"op":"and","all":[{"op":"is","v":1},{"v":2,"op":"is"}]}}`: true,
		`{"op":"not","of":{"op":"and","all":[{"op":"is","v":1},{"v":"2","op":"is"}]}}`: false, `{"op":"not","of":{"op":"or"}}`: false,
		`{"op":"not","of":{"v":1}}`: false, `{"op":"and","all":[]}`: true, `{"op":"and","all":[[]]}`: false,
	} {
		if reasons, row := d.Decode([]byte(doc), nil); !row || len(reasons) == 0 != passes {
			t.Errorf("%s: %v", doc, reasons)
		}
	}
	if told := d.prog.root.ops[0].pick; told == nil || len(told.values.all) != 3 {
		t.Errorf("the branches are told apart by %v", told)
	}
}
