package ecma

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// property reads what stands behind \p or \P at p.i: ECMA-262 section 22.2.1, UnicodePropertyValueExpression.
func (p *parser) property(at int, negated bool) (set, error) {
	rest := p.src[p.i:]
	end := strings.IndexByte(rest, '}')
	if end < 2 || rest[0] != '{' {
		return nil, p.fail(at, `\p needs a name in braces`)
	}
	text := rest[1:end]
	p.i += end + 1
	key := text
	if negated {
		key = "^" + text
	}
	if s, known := p.known[key]; known {
		return s, nil
	}
	s, lacking, ok := propertySet(text)
	if !ok {
		return nil, p.fail(at, "unknown property "+short(text))
	}
	if lacking {
		p.refuse(at, "it needs the property "+short(text), "for which Go has no Unicode table")
	}
	if negated {
		s = s.not()
	}
	if err := p.charge(at, s); err != nil {
		return nil, err
	}
	p.known[key] = s
	return s, nil
}

// propertySet gives the characters of a property. Names are compared exactly, as section 22.2.1 says. Lacking is for properties
// that ECMA-262 knows and Go's tables do not.
func propertySet(text string) (s set, lacking, ok bool) {
	kind, value, pair := strings.Cut(text, "=")
	if !pair {
		if s, ok := categorySet(text); ok {
			return s, false, true
		}
		return binarySet(text)
	}
	switch kind {
	case "General_Category", "gc":
		s, ok = categorySet(value)
		return s, false, ok
	case "Script", "sc", "Script_Extensions", "scx":
		if long, known := scriptNames()[value]; known {
			value = long
		}
		table, known := unicode.Scripts[value]
		if !known {
			return nil, false, false
		}
		return tables(table), kind == "Script_Extensions" || kind == "scx", true
	}
	return nil, false, false
}

func categorySet(name string) (set, bool) {
	if short, ok := unicode.CategoryAliases[name]; ok {
		name = short
	}
	table, ok := unicode.Categories[name]
	if !ok {
		return nil, false
	}
	return tables(table), true
}

// binarySet gives a binary property of ECMA-262's table 69, by Go's tables or derived from them as Unicode's DerivedCoreProperties.txt says.
func binarySet(name string) (s set, lacking, ok bool) {
	if long, known := binaryAliases()[name]; known {
		name = long
	}
	if s := derivedSet(name); s != nil {
		return s, false, true
	}
	if slices.Contains(binaryOfTables(), name) {
		return tables(unicode.Properties[name]), false, true
	}
	lacking = slices.Contains(binaryLacking(), name)
	return nil, lacking, lacking
}

func derivedSet(name string) set {
	switch name {
	case "Any":
		return set{0, utf8.MaxRune}
	case "ASCII":
		return set{0, unicode.MaxASCII}
	case "Assigned":
		return tables(unicode.Categories["Cn"]).not()
	case "Alphabetic":
		return tables(unicode.Lu, unicode.Ll, unicode.Lt, unicode.Lm, unicode.Lo, unicode.Nl, unicode.Other_Alphabetic,
			unicode.Other_Lowercase, unicode.Other_Uppercase)
	case "Lowercase":
		return tables(unicode.Ll, unicode.Other_Lowercase)
	case "Uppercase":
		return tables(unicode.Lu, unicode.Other_Uppercase)
	case "Cased":
		return tables(unicode.Lu, unicode.Ll, unicode.Lt, unicode.Other_Lowercase, unicode.Other_Uppercase)
	case "Math":
		return tables(unicode.Sm, unicode.Other_Math)
	case "ID_Start":
		return identifierStart()
	case "ID_Continue":
		more := tables(unicode.Mn, unicode.Mc, unicode.Nd, unicode.Pc, unicode.Other_ID_Continue)
		return union(identifierStart(), more.without(tables(unicode.Pattern_Syntax, unicode.Pattern_White_Space)))
	case "Grapheme_Extend":
		return tables(unicode.Me, unicode.Mn, unicode.Other_Grapheme_Extend)
	case "Grapheme_Base":
		return tables(unicode.Cc, unicode.Cf, unicode.Cs, unicode.Co, unicode.Categories["Cn"], unicode.Zl, unicode.Zp,
			unicode.Me, unicode.Mn, unicode.Other_Grapheme_Extend).not()
	}
	return nil
}

func identifierStart() set {
	return tables(unicode.L, unicode.Nl, unicode.Other_ID_Start).without(tables(unicode.Pattern_Syntax, unicode.Pattern_White_Space))
}

// binaryOfTables are the properties of table 69 that package unicode has as they are.
func binaryOfTables() []string {
	return []string{
		"ASCII_Hex_Digit", "Bidi_Control", "Dash", "Deprecated", "Diacritic", "Extender", "Hex_Digit", "IDS_Binary_Operator",
		"IDS_Trinary_Operator", "Ideographic", "Join_Control", "Logical_Order_Exception", "Noncharacter_Code_Point", "Pattern_Syntax",
		"Pattern_White_Space", "Quotation_Mark", "Radical", "Regional_Indicator", "Sentence_Terminal", "Soft_Dotted",
		"Terminal_Punctuation", "Unified_Ideograph", "Variation_Selector", "White_Space",
	}
}

// binaryLacking are those that package unicode neither has nor can give.
func binaryLacking() []string {
	return []string{
		"Bidi_Mirrored", "Case_Ignorable", "Changes_When_Casefolded", "Changes_When_Casemapped", "Changes_When_Lowercased",
		"Changes_When_NFKC_Casefolded", "Changes_When_Titlecased", "Changes_When_Uppercased", "Default_Ignorable_Code_Point", "Emoji",
		"Emoji_Component", "Emoji_Modifier", "Emoji_Modifier_Base", "Emoji_Presentation", "Extended_Pictographic", "XID_Continue",
		"XID_Start",
	}
}

// binaryAliases are the short names of table 69.
func binaryAliases() map[string]string {
	return map[string]string{
		"AHex": "ASCII_Hex_Digit", "Alpha": "Alphabetic", "Bidi_C": "Bidi_Control", "Bidi_M": "Bidi_Mirrored", "CI": "Case_Ignorable",
		"CWCF": "Changes_When_Casefolded", "CWCM": "Changes_When_Casemapped", "CWKCF": "Changes_When_NFKC_Casefolded",
		"CWL": "Changes_When_Lowercased", "CWT": "Changes_When_Titlecased", "CWU": "Changes_When_Uppercased",
		"DI": "Default_Ignorable_Code_Point", "Dep": "Deprecated", "Dia": "Diacritic", "EBase": "Emoji_Modifier_Base",
		"EComp": "Emoji_Component", "EMod": "Emoji_Modifier", "EPres": "Emoji_Presentation", "Ext": "Extender",
		"ExtPict": "Extended_Pictographic", "Gr_Base": "Grapheme_Base", "Gr_Ext": "Grapheme_Extend", "Hex": "Hex_Digit",
		"IDC": "ID_Continue", "IDS": "ID_Start", "IDSB": "IDS_Binary_Operator", "IDST": "IDS_Trinary_Operator", "Ideo": "Ideographic",
		"Join_C": "Join_Control", "LOE": "Logical_Order_Exception", "Lower": "Lowercase", "NChar": "Noncharacter_Code_Point",
		"Pat_Syn": "Pattern_Syntax", "Pat_WS": "Pattern_White_Space", "QMark": "Quotation_Mark", "RI": "Regional_Indicator",
		"SD": "Soft_Dotted", "STerm": "Sentence_Terminal", "Term": "Terminal_Punctuation", "UIdeo": "Unified_Ideograph",
		"Upper": "Uppercase", "VS": "Variation_Selector", "XIDC": "XID_Continue", "XIDS": "XID_Start", "space": "White_Space",
	}
}
