package ecma

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// semantics are rows of section of ECMA-262 (11th edition), pattern, texts that match, texts that don't. Texts are apart by "|".
var semantics = []struct{ section, pattern, yes, no string }{
	{"21.2.2.2 Pattern: anywhere", `a`, `a¦xay`, `b¦∅`},
	{"21.2.2.3 Disjunction", `^(?:ab|cd)$`, `ab¦cd`, `abd¦acd`},
	{"21.2.2.3 Disjunction, empty", `^(?:a|)b$`, `ab¦b`, `aab`},
	{"21.2.2.5 Term: lazy is a match", `^a+?b*?c??$`, `a¦aabbc`, `b¦abcc`},
	{"21.2.2.5.1 RepeatMatcher, empty", `^(?:a*)*b$`, `b¦aaab`, `a`},
	{"21.2.2.5.1 RepeatMatcher, none", `^a{0}b$`, `b`, `ab`},
	{"21.2.2.5.1 RepeatMatcher, of an assertion", `^(?:$)*a$`, `a`, `b¦∅`},
	{"21.2.2.6 Assertion ^", `^a`, `ab`, "ba¦\na"},
	{"21.2.2.6 Assertion $", `a$`, `ba`, "ab¦a\n"},
	{"21.2.2.6 Assertion ^ and $ within", `x$|^y`, `x¦ax¦ya`, `xa¦ay`},
	{"21.2.2.6 Assertion $ before more", `a$b`, ``, `ab¦a`},
	{"21.2.2.6 Assertion \\b", `\bcat\b`, `cat¦a-cat-b¦écaté`, `concat¦cat_¦cats`},
	{"21.2.2.6 Assertion \\B", `\Bat`, `cat`, `at¦-at`},
	{"21.2.2.6 Assertion \\B in nothing", `^\B$`, `∅`, `a¦-`},
	{"21.2.2.6 Assertion \\b and ^", `\b^a|^\b-`, `a¦ab`, `-¦ba`},
	{"21.2.2.6 Assertion (?!)", `^(?!.*foo).*bar$`, `bar¦a bar`, `foobar¦bar foo bar`},
	{"21.2.2.6 Assertion (?!) to the end", `^(?!(?:con|nul)$)[a-z]+$`, `cons¦a`, `con¦nul¦1`},
	{"21.2.2.6 Assertion (?=), two", `^(?=.*[0-9])(?=.*[a-z]).{4,}$`, `abc1¦é1ab`, `abcd¦1234¦ab1`},
	{"21.2.2.6 Assertion (?!) before ^", `(?!a)^[a-c]`, `b`, `a¦d`},
	{"21.2.2.6 Assertion (?!) in a group", `^((?!ab)[a-z]+)$`, `ba¦a`, `ab¦abc`},
	{"21.2.2.6 Assertion (?!), then a choice", `^(?!a)(?:a|b|c)$`, `b¦c`, `a`},
	{"21.2.2.7 Quantifier", `^(a|b)*c{2,3}$`, `cc¦abccc`, `c¦abcccc`},
	{"21.2.2.7 Quantifier, large", `^[a-c]{1,2048}$`, `abc¦` + strings.Repeat("c", 2048), `d¦` + strings.Repeat("c", 2049)},
	{"21.2.2.7 Quantifier, large, of wide characters", `^[é-ü]{2,70000}$`, `éü¦` + strings.Repeat("é", 70000), `é¦` + strings.Repeat("é", 70001)},
	{"21.2.2.7 Quantifier, large, in a row", `^x.{0,2048}$`, `x¦x` + strings.Repeat("é", 2048), `y¦x` + strings.Repeat("é", 2049)},
	{"21.2.2.7 Quantifier, large, not anchored", `[ab]{1500}c`, strings.Repeat("ab", 800) + "c", strings.Repeat("ab", 700) + "c"},
	{"21.2.2.8 Atom .", `^.$`, "é¦🐲¦\u0085", "\n¦\r¦\u2028¦\u2029¦ab¦∅"},
	{"21.2.2.8 Atom (<name>)", `^(?<year>\d{4})-(?<$é\u0061>0[1-9]|1[0-2])$`, `2026-11`, `2026-13¦26-11`},
	{"21.2.2.10 CharacterEscape", `^\t\n\v\f\r$`, "\t\n\v\f\r", `tnvfr`},
	{"21.2.2.10 CharacterEscape \\c", `^\cC\cj$`, "\x03\n", `C`},
	{"21.2.2.10 CharacterEscape \\0", `^\0$`, "\x00", `0`},
	{"21.2.2.10 CharacterEscape \\x, \\u", `^\u0041\x42$`, `AB`, `ab`},
	{"21.2.2.10 CharacterEscape \\u{}", `^\u{1F432}\u{000041}$`, `🐲A`, `a`},
	{"21.2.2.10 CharacterEscape, surrogates", `^\ud83d\udc32$`, `🐲`, `a`},
	{"21.2.2.10 CharacterEscape, half a pair", `\ud83d|[\ud800-\udfff]|^\udc32\ud83d$|[\ud800]`, ``, "a¦\ufffd¦🐲"},
	{"21.2.2.10 IdentityEscape", `^\^\$\\\.\*\+\?\(\)\[\]\{\}\|\/$`, `^$\.*+?()[]{}|/`, `a`},
	{"21.2.2.12 CharacterClassEscape \\d", `^\d+$`, `0¦123`, `x¦٣¦12a`},
	{"21.2.2.12 CharacterClassEscape \\D", `^\D$`, `a¦٣`, `1`},
	{"21.2.2.12 CharacterClassEscape \\w", `^\w+$`, `aZ_9`, "é¦-¦ſ¦\u212a"},
	{"21.2.2.12 CharacterClassEscape \\s", `^\s$`, "\u00a0¦\ufeff¦\u2028¦\v¦\u3000", "a¦\u0085¦\u180e¦\u200b"},
	{"21.2.2.12 CharacterClassEscape \\S", `^\S$`, "a¦\u0085", "\u00a0¦\n"},
	{"21.2.2.12 CharacterClassEscape \\p", `^\p{Letter}\P{Lu}$`, `aa¦é1`, `1a¦aA`},
	{"21.2.2.12 CharacterClassEscape \\p{=}", `^\p{Script=Greek}\p{sc=Cyrl}\p{gc=Nd}\p{General_Category=punct}$`, `αж٣!`, `aж٣!`},
	{"21.2.2.12 CharacterClassEscape \\p, binary", `^\p{ASCII}\p{Any}\p{Alphabetic}\p{White_Space}\p{Hex}\p{Uppercase}$`, "a🐲ⅷ\u0085fⅧ", `éaa aA`},
	{"21.2.2.12 CharacterClassEscape \\P", `^[\P{ASCII}\P{L}]\P{Any}?$`, `é¦1`, `a¦∅`},
	{"21.2.2.13 CharacterClass, empty", `[]|^b$`, `b`, `a¦∅`},
	{"21.2.2.13 CharacterClass, all", `^[^]$`, "a¦\n¦🐲", `ab¦∅`},
	{"21.2.2.13 CharacterClass, negated", `^[^a-z\n]$`, `A¦é`, "a¦\n"},
	{"21.2.2.15 NonemptyClassRanges", `^[a[b^&&~-]$`, `a¦[¦b¦^¦&¦~¦-`, `c¦]`},
	{"21.2.2.15 NonemptyClassRanges, wide", `^[🐲-🐴\u{1F600}-\u{1F64F}]$`, `🐳¦😀`, `🐵¦a`},
	{"21.2.2.17 ClassAtom -", `^[-a]|[+--]$`, `-¦a¦+¦,`, `b`},
	{"21.2.2.18 ClassEscape", `^[\b\-\]\\]$`, "\b¦-¦]¦\\", `b`},
	{"21.2.2.18 ClassEscape, set", `^[^\S\d]$`, "\u00a0", `a¦1`},
	{"leniency: escapes", `^\-\_\@\#\"\:\%\'\,\;\<\=\>\!\&\~` + "\\`" + `\ \é$`, "-_@#\":%',;<=>!&~` é", `a`},
	{"leniency: brackets", `^{a}]{,2}$`, `{a}]{,2}`, `a`},
	{"leniency: a range of sets", `^[\w-.]+[.-\d]$`, `a-b.c-`, `a+b`},
	{"shape: nothing", `^$`, `∅`, `a`},
	{"shape: anything", `.*`, "∅¦a¦\n", ``},
	{"shape: a word", `éa`, `éa¦xéax`, `aé¦∅`},
	{"shape: it begins", `^x-`, `x-¦x-a`, `ax-¦x`},
	{"shape: it ends", `\.json$`, `a.json`, `ajson¦.json2`},
	{"shape: it is", `^a\.é$`, `a.é`, `a.éa¦ba.é`},
	{"shape: a run of ASCII", `^[a-z]{2,3}$`, `ab¦abc`, `a¦abcd¦é¦aé¦1a`},
	{"shape: a run of all that is wide", `^[^/]{2,3}$`, `éé¦aéa`, `é¦éééé¦a/`},
	{"shape: a run of some that is wide", `^[\p{L}]{2,3}$`, `éé¦aéa`, "é¦éééé¦a\u00a0"},
	{"shape: at most one", `^[a-z]?$`, `∅¦a`, `1¦ab`},
}

func TestSemantics(t *testing.T) {
	for _, c := range semantics {
		p, err := Compile(c.pattern)
		if err != nil {
			t.Errorf("%s: %s: %v", c.section, c.pattern, err)
			continue
		}
		for want, texts := range map[bool]string{true: c.yes, false: c.no} {
			if texts == "" {
				continue
			}
			for text := range strings.SplitSeq(texts, "¦") {
				text = strings.Trim(text, "∅")
				if p.Match([]byte(text)) != want {
					t.Errorf("%s: %s on %.40q: want %v", c.section, c.pattern, text, want)
				}
			}
		}
	}
}

// refusals are patterns that are refused, what the error says, and whether they are valid all the same.
var refusals = []struct {
	pattern, problem string
	valid            bool
}{
	{`a(?=b)`, "it looks ahead at byte 1, which can be matched in linear time only right after the ^", true},
	{`^a(?!b)`, "it looks ahead at byte 2", true},
	{`(?!a)b`, "it looks ahead at byte 0", true},
	{`^((?!foo).)*$`, "it looks ahead at byte 2", true},
	{`^(?!a)b|c`, "it looks ahead at byte 1", true},
	{`^(?=(?!a)b)`, "it looks ahead at byte 4", true},
	{`x(?<=a)b`, "it looks behind at byte 1, which cannot be matched in linear time", true},
	{`(?<!a)b`, "it looks behind at byte 0", true},
	{`é(a)\1`, "it refers back to a group at byte 5, which cannot be matched in linear time", true},
	{`(?<n>a)\k<n>`, "it refers back to a group at byte 7", true},
	{`(?<n>a)\k<m>`, "a reference to a group that is not there at byte 7", false},
	{`(a)\2`, "a reference to a group that is not there at byte 3", false},
	{`\1(a)\k`, `unknown escape \k at byte 5`, false},
	{`a\`, "a backslash that escapes nothing at byte 1", false},
	{`b[a`, "a class that does not end, begun at byte 1", false},
	{`b(a`, "a group that does not end, begun at byte 1", false},
	{`b)a`, "a ) that closes no group at byte 1", false},
	{`\a`, `unknown escape \a at byte 0`, false},
	{`^a\Z`, `unknown escape \Z at byte 2`, false},
	{`[\B]`, `unknown escape \B at byte 1`, false},
	{`\Qx\E`, `unknown escape \Q`, false},
	{`\c1`, `unknown escape \c`, false},
	{`\07`, "an octal escape at byte 0", false},
	{`[\1]`, "an octal escape at byte 1", false},
	{`a**`, "a quantifier that repeats nothing at byte 2", false},
	{`*`, "a quantifier that repeats nothing at byte 0", false},
	{`a|{1}`, "a quantifier that repeats nothing at byte 2", false},
	{`^*`, "an assertion that is repeated at byte 0", false},
	{`(?=a)*`, "an assertion that is repeated at byte 0", false},
	{`a{2,1}`, "a repetition whose numbers are out of order at byte 1", false},
	{`[b-a]`, "a range whose ends are out of order at byte 1", false},
	{`\u12`, "an escape with too few hexadecimal digits at byte 0", false},
	{`\u{}`, "\\u{ that does not end at byte 0", false},
	{`\u{110000}`, "an escape of no code point at byte 0", false},
	{`\p{Nonsense}`, `unknown property "Nonsense" at byte 0`, false},
	{`\p{letter}`, `unknown property "letter" at byte 0`, false},
	{`\p{sc=Nonsense}`, `unknown property "sc=Nonsense"`, false},
	{`\p{x=Greek}`, `unknown property "x=Greek"`, false},
	{`\pL`, `\p needs a name in braces at byte 0`, false},
	{`\p{Emoji}`, `it needs the property "Emoji" at byte 0, for which Go has no Unicode table`, true},
	{`[\p{scx=Grek}]`, `it needs the property "scx=Grek" at byte 1`, true},
	{`\p{XIDS}`, `it needs the property "XIDS"`, true},
	{`(?i)a`, "unknown kind of group at byte 0", false},
	{`(?P<n>a)`, "unknown kind of group at byte 0", false},
	{`(?<n>a)(?<n>b)`, "a group's name that is taken at byte 7", false},
	{`(?<>a)`, "a group's name that is empty", false},
	{`(?<1>a)`, "a group's name with a character that names do not have", false},
	{`(?<n`, "a group's name that is empty or does not end", false},
	{`(x{100}){101}`, "too large: more than 10,000 steps", true},
	{`^a.{1,1000000}$`, "too large: more than 10,000 steps", true},
	{"^" + strings.Repeat("(?=a)", 17), "more than 16 lookaheads at byte 81", true},
	{strings.Repeat("(", 300) + strings.Repeat(")", 300), "groups are nested too deep at byte 250", false},
	{strings.Repeat("a", 1<<16+1), "it is longer than 64 KiB", false},
	{classes(300), "its classes take too much memory, up to here at byte", false},
	{"a\xff", "it is not UTF-8", false},
}

// classes gives n classes that differ.
func classes(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `[^\p{L}\u{%X}]`, 0xF0000+i)
	}
	return b.String()
}

func TestRefused(t *testing.T) {
	for _, c := range refusals {
		_, err := Compile(c.pattern)
		if err == nil || !strings.Contains(err.Error(), c.problem) {
			t.Errorf("%.40s: %v, want %s", c.pattern, err, c.problem)
		} else if len(err.Error()) > 150 {
			t.Errorf("%.40s: an error of %d bytes", c.pattern, len(err.Error()))
		}
		if Valid([]byte(c.pattern)) != c.valid {
			t.Errorf("%.40s: Valid says %v", c.pattern, !c.valid)
		}
	}
}

func TestValid(t *testing.T) {
	for _, c := range semantics {
		if lenient := strings.HasPrefix(c.section, "leniency"); Valid([]byte(c.pattern)) == lenient {
			t.Errorf("%s: %s: Valid says %v", c.section, c.pattern, lenient)
		}
	}
}

// TestRE2 runs regular expressions of Go's syntax, with what ECMA-262 has not.
func TestRE2(t *testing.T) {
	for _, pattern := range []string{
		`(?i)^straße$`, `(?i)k`, `(?m)^a$`, `(?s)^.$`, `^.$`, `(?U)^a+$`, `\Aab\z`, `(?m)\bb$`, `[[:alpha:]]{2}`, `(?i:a)b`, `^N[0-9A-Z]{1,5}$`, `(a|b)*a(a|b){30}`,
	} {
		re := regexp.MustCompile(pattern)
		p := RE2(re)
		for _, text := range []string{"", "a", "straße", "STRAßE", "K", "k", "\u212a", "b\na\nb", "\n", "é", "ab", "Ab", "aB", "aab", "N12", "N123456", strings.Repeat("ab", 31)} {
			if p.Match([]byte(text)) != re.MatchString(text) {
				t.Errorf("%s on %q: not as regexp has it", pattern, text)
			}
		}
	}
}
