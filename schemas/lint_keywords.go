package schemas

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/winnow-data/winnow/strict"
)

// keywordKinds says which kinds of values a keyword is about.
func keywordKinds(name string) (of kinds, what string) {
	switch name {
	case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf":
		return kindNumber, "numbers"
	case "minLength", "maxLength", "pattern":
		return kindString, "strings"
	case "items", "prefixItems", "additionalItems", "contains", "minItems", "maxItems", "uniqueItems", "minContains", "maxContains", "unevaluatedItems":
		return kindArray, "arrays"
	case "properties", "patternProperties", "additionalProperties", "propertyNames", "required", "minProperties", "maxProperties",
		"dependentRequired", "dependentSchemas", "dependencies", "unevaluatedProperties":
		return kindObject, "objects"
	}
	return kindAny, ""
}

// lintIdle finds keywords beside a type that they are not about.
func lintIdle(l *linter, s *schemaDef) {
	if _, typ := l.get(s, "type"); typ == nil {
		return
	}
	for key := range pairs(s.at) {
		of, what := keywordKinds(key.Value)
		if key.Value == "format" && len(s.formats) > 0 {
			of, what = kindString, "strings"
		}
		if got, _ := l.get(s, key.Value); got == nil || s.allow&of != 0 || s.allow == 0 {
			continue
		}
		l.warn(s.res.file, key, key.Value+" is about "+what+", which the type beside it does not let by: it does nothing", "mend the type, or take the keyword out")
	}
}

// lintPartners finds keywords that do nothing without another.
func lintPartners(l *linter, s *schemaDef) {
	lacks := func(name, fix string, partners ...string) {
		key, _ := l.get(s, name)
		for _, p := range partners {
			if got, _ := l.get(s, p); key == nil || got != nil {
				return
			}
		}
		l.warn(s.res.file, key, name+" does nothing without "+strings.Join(partners, " or "), fix)
	}
	lacks("if", "say what follows from it, or take it out", "then", "else")
	lacks("then", "add an if, or write the schema under allOf", "if")
	lacks("else", "add an if, or write the schema under allOf", "if")
	lacks("minContains", "add contains, or write minItems", "contains")
	lacks("maxContains", "add contains, or write maxItems", "contains")
	if key, _ := l.get(s, "additionalItems"); key != nil {
		if _, items := l.get(s, "items"); items == nil || items.Kind != yaml.SequenceNode {
			l.warn(s.res.file, key, "additionalItems does nothing without a list of schemas in items", "write items, which is about all of them")
		}
	}
}

// lintSiblings finds what is beside a $ref in the drafts that ignore it (draft 7, section 8.3).
func lintSiblings(l *linter, s *schemaDef) {
	ref := resolve(strict.Get(s.at, "$ref"))
	if s.res.draft&until7 == 0 || !strict.IsString(ref) {
		return
	}
	for key := range pairs(s.at) {
		k, known := l.c.keywords[key.Value]
		if known && k.read != nil && k.vocab != vocabCore && k.drafts&s.res.draft != 0 {
			l.warn(s.res.file, key, key.Value+" is ignored: in "+s.res.draft.String()+" nothing beside a $ref counts", "put the $ref into an allOf: allOf: [{$ref: …}]")
		}
	}
}

// lintUnused finds definitions of the contract's own schema that nothing leads to.
func lintUnused(l *linter, s *schemaDef) {
	if s.res.file != l.root.res.file {
		return // other files serve others, too
	}
	for _, name := range []string{"$defs", "definitions"} {
		_, defs := strict.Pair(s.at, name)
		if k := l.c.keywords[name]; defs == nil || k.drafts&s.res.draft == 0 || resolve(defs).Kind != yaml.MappingNode {
			continue
		}
		for key, value := range pairs(resolve(defs)) {
			if !l.leads(value) {
				l.warn(s.res.file, key, "nothing refers to the definition "+strict.Show(key), "take it out, or is the $ref that should lead here another?")
			}
		}
	}
}

// leads says that n or a schema in it is what a record is judged by.
func (l *linter) leads(n *yaml.Node) bool {
	n = resolve(n)
	if l.reached[n] {
		return true
	}
	if l.steps -= 1 + len(n.Content); l.steps < 0 {
		return true
	}
	return slices.ContainsFunc(n.Content, l.leads)
}

// lintPatterns finds patterns that match anywhere where a whole string is meant, as a pattern is not anchored (JSON Schema 2020-12, section
// 6.3.3).
func lintPatterns(l *linter, s *schemaDef) {
	if _, n := l.get(s, "pattern"); n != nil && strict.IsString(n) {
		switch look := lookAt(n.Value); {
		case look.loose:
			l.warn(s.res.file, n, "this pattern matches anywhere in a string", "write ^…$ around it where the whole string is meant, or .* before it where not")
		case look.half:
			l.warn(s.res.file, n, "the ^ of this pattern holds for its first alternative alone, and the $ for its last", "write ^(?:…)$")
		}
	}
	_, props := l.get(s, "patternProperties")
	if props == nil || props.Kind != yaml.MappingNode {
		return
	}
	for key := range pairs(props) {
		if look := lookAt(key.Value); !look.anchored && !look.any {
			l.warn(s.res.file, key, "this pattern matches anywhere in a property's name", "begin it with ^, or with .* where that is meant")
		} else if look.half {
			l.warn(s.res.file, key, "the ^ of this pattern holds for its first alternative alone, and the $ for its last", "write ^(?:…)$")
		}
	}
}

// A look is what a pattern seems to be meant for.
type look struct {
	anchored bool // there is an anchor somewhere
	any      bool // .* at an end, or nothing but a dot: to match anywhere is meant
	loose    bool // a form that a whole string has, without an anchor
	half     bool // ^a|b$
}

// lookAt looks at a pattern of ECMA-262 as a person would. A class that is repeated, or one after the other, is the form of a value;
// a word, a class on its own or white space is what one searches for.
func lookAt(p string) look {
	var k look
	classes, repeated, depth, alternatives := 0, false, 0, 1
	last := byte(0) // c a class, s white space or its like, l a literal
	for i := 0; i < len(p); i++ {
		switch c := p[i]; c {
		case '^', '$':
			k.anchored = true
		case '\\':
			last = 'l'
			if i++; i < len(p) {
				switch p[i] {
				case 'b', 'B':
					k.anchored = true
				case 'd', 'w', 'p', 'P':
					last = 'c'
					classes++
				case 's', 'S', 'D', 'W':
					last = 's'
				}
			}
		case '[':
			if last = 'c'; strings.HasPrefix(p[i:], "[^") {
				last = 's'
			} else {
				classes++
			}
			i = classEnd(p, i)
		case '(':
			depth++
			last = 0
		case ')':
			depth--
			last = 'g'
		case '|':
			if depth == 0 {
				alternatives++
			}
			last = 0
		case '+', '*', '{':
			repeated = repeated || last == 'c' || last == 'g' && classes > 0
		case '.':
			last = 's'
		default:
			last = 'l'
		}
	}
	k.any = strings.Trim(p, ".*+?") == "" || strings.HasPrefix(p, ".*") || strings.HasSuffix(p, ".*")
	k.loose = !k.anchored && !k.any && (repeated || classes > 1)
	first, end := strings.Index(p, "|"), strings.LastIndex(p, "|")
	k.half = alternatives > 1 && depth == 0 && first > 0 && strings.Count(p, "^") == 1 && strings.Count(p, "$") == 1 &&
		p[0] == '^' && p[len(p)-1] == '$' && p[first-1] != '$' && p[end+1] != '^' && !strings.ContainsAny(p, `\[(`)
	return k
}

// classEnd gives the place of the ] that ends the class at i.
func classEnd(p string, i int) int {
	for i++; i < len(p) && p[i] != ']'; i++ {
		if p[i] == '\\' {
			i++
		}
	}
	return i
}
