package loadgen

import (
	"strings"

	"github.com/winnow-data/winnow"
)

func schemaFault(kind, rule, pointer string, edit func(*Generator, *draft)) planter {
	return planter{Fault: Fault{Kind: kind, Group: GroupSchema, Rule: rule, Pointer: pointer}, lines: true, edit: edit}
}

// typeFaults are values of the wrong kind, and properties too few and too many.
func typeFaults() []planter {
	return []planter{
		schemaFault("type_string", "type", "/text", replace(fieldText, "17")),
		schemaFault("type_number", "type", "/score", replace(fieldScore, `"0.5"`)),
		schemaFault("type_integer", "type", "/label", replace(fieldLabel, "1.5")),
		schemaFault("type_object", "type", "/context", replace(fieldContext, `["none"]`)),
		schemaFault("type_array", "type", "/features", replace(fieldFeatures, `{}`)),
		schemaFault("type_null", "type", "/weight", replace(fieldWeight, "null")),
		schemaFault("type_boolean", "type", "/v", replace(fieldVersion, "true")),
		schemaFault("type_record", "type", "", nil).ending(func(_ *Generator, dst []byte, start int) []byte {
			return append(dst[:start], `["not an object"]`...)
		}),
		schemaFault("item_type", "type", "/features/3", replace(fieldFeatures, `[0.5,1.25,2,"x",0,1]`)),
		schemaFault("required", "required", "/label", func(_ *Generator, d *draft) { d.tokens[fieldLabel] = nil }),
		schemaFault("required_nested", "required", "/context/page", func(_ *Generator, d *draft) { d.tokens[fieldPage] = nil }),
		schemaFault("additional_property", "additionalProperties", "/*", member(`"debug_dump":{"on":true}`)),
		schemaFault("additional_property_nested", "additionalProperties", "/context/*", func(_ *Generator, d *draft) {
			d.extraContext = []byte(`"trace":1,`)
		}),
	}
}

func (p planter) ending(finish func(*Generator, []byte, int) []byte) planter {
	p.finish = finish
	return p
}

// valueFaults are values of the right kind outside their bounds.
func valueFaults() []planter {
	list := func(n int) string { return "[" + strings.TrimSuffix(strings.Repeat("0.25,", n), ",") + "]" }
	return []planter{
		schemaFault("enum", "enum", "/team", replace(fieldTeam, `"serach"`)),
		schemaFault("const", "const", "/v", replace(fieldVersion, "2")),
		schemaFault("minimum", "minimum", "/tokens", replace(fieldTokens, "-8")),
		schemaFault("maximum", "maximum", "/score", replace(fieldScore, "1.001")),
		schemaFault("exclusive_minimum", "exclusiveMinimum", "/weight", replace(fieldWeight, "0")),
		schemaFault("exclusive_maximum", "exclusiveMaximum", "/weight", replace(fieldWeight, "16.0")),
		schemaFault("multiple_of", "multipleOf", "/weight", replace(fieldWeight, "1.3")),
		schemaFault("min_length", "minLength", "/text", replace(fieldText, `""`)),
		schemaFault("max_length", "maxLength", "/text", replace(fieldText, `"`+strings.Repeat("é ", 201)+`"`)),
		schemaFault("pattern", "pattern", "/user", replace(fieldUser, `"U-17"`)),
		schemaFault("min_items", "minItems", "/features", replace(fieldFeatures, list(5))),
		schemaFault("max_items", "maxItems", "/features", replace(fieldFeatures, list(11))),
		{
			// The schema allows it, the integer column cannot hold it.
			Fault: Fault{Kind: "number_range", Group: GroupSchema, Rule: winnow.RuleNumber, Pointer: "/tokens"},
			lines: true, edit: replace(fieldTokens, "80000000000000000000"),
		},
	}
}

// formatFaults are texts that nearly have their format.
func formatFaults() []planter {
	format := func(kind, pointer string, f field, text string) planter {
		return schemaFault("format_"+kind, "format", pointer, replace(f, `"`+text+`"`))
	}
	return []planter{
		format("date_time", "/event_time", fieldEventTime, "2026-02-30T12:00:00Z"),
		format("date", "/context/day", fieldDay, "2026-13-01"),
		format("uuid", "/id", fieldID, "2b1f00dd-0c2e-71fa-8a0c-100000000z0f"),
		format("email", "/context/contact", fieldContact, "desk at shop.example"),
		format("ipv4", "/context/ip", fieldIP, "10.0.0.256"),
		format("ipv6", "/context/ip6", fieldIP6, "fd00:::1"),
		format("uri", "/context/page", fieldPage, "shop.example/p/1"),
	}
}
