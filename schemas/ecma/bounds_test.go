package ecma

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// TestBounded compiles what could take for ever, and counts what was spent on it.
func TestBounded(t *testing.T) {
	nested := func(n int, inside, closing string) string {
		return strings.Repeat("(", n) + inside + strings.Repeat(closing, n)
	}
	many := make([]string, 5000)
	for i := range many {
		many[i] = string(rune(0x4E00 + 2*i))
	}
	for _, source := range []string{
		`(a+)+$`, `(a|a)*b`, `^(a|aa)+$`, nested(30, "a", "+)") + "$", nested(200, "a?", ")*"), nested(30, "a", "{2})"), `(x{100}){100}`, `(x{0,99}){0,99}`,
		`(a|b)*a(a|b){30}`, `(a|b)*a(a|b){4000}`, `[ab]{3000}c`, `(a{0,2147483647}){0}b`, `(a{0,99999999999999999999})`, `(?:){1,100000000}`, `(.*a){2000}`,
		`^(?!(a|b)*a(a|b){30})(?!(a|b)*b(a|b){31})c`, strings.Join(many[:2000], "|"), `[` + strings.Join(many, "") + `]+x`, strings.Repeat(`\p{L}\P{L}`, 2000),
		strings.Repeat(`[\p{L}\p{N}]x`, 100), strings.Repeat(`\b`, 9000) + "a", strings.Repeat("a?", 4000) + strings.Repeat("a", 4000), strings.Repeat("a|", 30_000), strings.Repeat("(?=a)", 10_000),
		"^" + strings.Repeat("(?=a[bc]d)", 6000), `^` + strings.Repeat(`(?!(a|b)*a(a|b){12})`, 16),
	} {
		b := NewBudget()
		p, err := b.Compile(source)
		spent := NewBudget()
		spent.tables, spent.steps, spent.regexps = spent.tables-b.tables, spent.steps-b.steps, spent.regexps-b.regexps
		t.Logf("%.40s: %+v, %v", source, *spent, err)
		if err != nil {
			continue
		}
		n := len(p.looks) + 1
		if slack := 2 * maxInstructions; spent.steps > n*(maxSteps+slack) || b.steps < -slack || spent.regexps > n*maxInstructions {
			t.Errorf("%.40s: it took %+v", source, *spent)
		}
		if size := bytesOf(p); size > n*maxAutomatonBytes || spent.tables > NewBudget().tables {
			t.Errorf("%.40s: it takes %d bytes, and %d are counted", source, size, spent.tables)
		}
		p.Match([]byte("aab"))
	}
}

// TestBudget spends one on many patterns: first there are no more automata, then no more patterns.
func TestBudget(t *testing.T) {
	b := NewBudget()
	var automata, slower, bytes int
	for i := range 1000 {
		p, err := b.Compile(fmt.Sprintf(`^x%d.{0,4500}$`, i))
		if err != nil {
			if !strings.Contains(err.Error(), "the patterns of the schema are too large together") {
				t.Fatal(err)
			}
			break
		}
		if _, ok := p.main.(slow); ok {
			slower++
		} else {
			automata++
			bytes += bytesOf(p)
		}
		if !p.Match(fmt.Appendf(nil, "x%dé", i)) || p.Match([]byte("y")) {
			t.Fatal("it does not match")
		}
	}
	if automata < 50 || slower == 0 || slower > 50 || bytes > 8<<20 {
		t.Errorf("%d automata of %d bytes, then %d that are slower", automata, bytes, slower)
	}
	if _, err := b.Compile(`^x-`); err != nil {
		t.Errorf("what costs nothing: %v", err)
	}
}

// TestTablesAreComplete compares the tables of names with what package unicode has.
func TestTablesAreComplete(t *testing.T) {
	short := make(map[string]bool)
	for code, long := range scriptNames() {
		if len(code) != 4 || unicode.Scripts[long] == nil {
			t.Errorf("script %s: %s", code, long)
		}
		short[long] = true
	}
	for long := range unicode.Scripts {
		if !short[long] {
			t.Errorf("script %s has no short name", long)
		}
	}
	for _, name := range binaryOfTables() {
		if unicode.Properties[name] == nil {
			t.Errorf("package unicode has no %s", name)
		}
	}
	for alias, name := range binaryAliases() {
		if s, lacking, ok := binarySet(alias); !ok || lacking != slices.Contains(binaryLacking(), name) || !lacking && len(s) == 0 {
			t.Errorf("%s, %s: %v %v", alias, name, lacking, ok)
		}
	}
}

// TestProperties checks a character in and one out of each property that is derived.
func TestProperties(t *testing.T) {
	for name, c := range map[string]struct{ in, out rune }{
		"Any": {0x10FFFF, -1}, "ASCII": {'\x7f', '\u0080'}, "Assigned": {'a', '\u0378'}, "Alphabetic": {'\u0345', '1'}, "Lowercase": {'ª', 'A'}, "Uppercase": {'Ⅷ', 'a'},
		"Cased": {'ǅ', 'א'}, "Math": {'\u005e', 'a'}, "ID_Start": {'℘', '_'}, "ID_Continue": {'·', '-'}, "Grapheme_Extend": {'\u200c', 'a'}, "Grapheme_Base": {'a', '\u0300'},
	} {
		if s := derivedSet(name); !s.has(c.in) || s.has(c.out) {
			t.Errorf("%s: %v %v", name, s.has(c.in), s.has(c.out))
		}
	}
}
