package schemas

import (
	"errors"
	"strings"
)

// generalCategories are the long names of Unicode's general categories, which ECMA-262 has and RE2 has not.
var generalCategories = map[string]string{
	"Letter": "L", "Cased_Letter": "LC", "Uppercase_Letter": "Lu", "Lowercase_Letter": "Ll", "Titlecase_Letter": "Lt",
	"Modifier_Letter": "Lm", "Other_Letter": "Lo", "Mark": "M", "Combining_Mark": "M", "Nonspacing_Mark": "Mn",
	"Spacing_Mark": "Mc", "Enclosing_Mark": "Me", "Number": "N", "Decimal_Number": "Nd", "digit": "Nd", "Letter_Number": "Nl",
	"Other_Number": "No", "Punctuation": "P", "punct": "P", "Connector_Punctuation": "Pc", "Dash_Punctuation": "Pd",
	"Open_Punctuation": "Ps", "Close_Punctuation": "Pe", "Initial_Punctuation": "Pi", "Final_Punctuation": "Pf",
	"Other_Punctuation": "Po", "Symbol": "S", "Math_Symbol": "Sm", "Currency_Symbol": "Sc", "Modifier_Symbol": "Sk",
	"Other_Symbol": "So", "Separator": "Z", "Space_Separator": "Zs", "Line_Separator": "Zl", "Paragraph_Separator": "Zp",
	"Other": "C", "Control": "Cc", "cntrl": "Cc", "Format": "Cf", "Surrogate": "Cs", "Private_Use": "Co",
}

// property translates \p{…} and \P{…}, behind which t stands.
func (t *translator) property(c byte, class bool) error {
	rest := t.src[t.i:]
	end := strings.IndexByte(rest, '}')
	if end < 2 || rest[0] != '{' {
		return errors.New(`\p needs a name in braces`)
	}
	name := rest[1:end]
	if kind, value, ok := strings.Cut(name, "="); ok {
		switch kind {
		case "Script", "sc", "General_Category", "gc":
			name = value
		default:
			return errors.New("unknown property in \\p{…}")
		}
	}
	if short, ok := generalCategories[name]; ok {
		name = short
	}
	t.i += end + 1
	if name != "ASCII" { // which RE2 has no such name for
		t.out.WriteString(`\` + string(rune(c)) + `{` + name + `}`)
		return nil
	}
	set := map[byte]string{'p': `\x{0}-\x{7F}`, 'P': `\x{80}-\x{10FFFF}`}[c]
	if !class {
		set = "[" + set + "]"
	}
	t.out.WriteString(set)
	return nil
}
