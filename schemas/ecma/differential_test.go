package ecma_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/dlclark/regexp2"

	"github.com/winnow-data/winnow/schemas/ecma"
)

// A generator makes random patterns, of what ecma takes and regexp2 gets right. It leaves out where regexp2 with ECMAScript and
// Unicode is not ECMA-262's u flag: . takes line ends but \n, $ stands before a last \n, too, \s is ASCII,
// a surrogate pair is two characters, and wide characters count as letters for \b.
type generator struct{ *rand.Rand }

func (g generator) of(words ...string) string { return words[g.IntN(len(words))] }

func (g generator) atom(depth int) string {
	if depth > 0 && g.IntN(3) == 0 {
		return g.of("(", "(?:") + g.alternatives(depth-1) + ")"
	}
	return g.of("a", "b", "c", "1", "-", "é", "🐲", `\d`, `\D`, `\w`, `\W`, `[ab]`, `[^a]`, `[a-c1]`, `[é-ü]`, `[^é🐲]`, `\u00e9`,
		`\u{1F432}`, `\x61`, `\p{L}`, `\P{Lu}`, `[\d\-]`, `[\w-]`, `ab`, `.`)
}

func (g generator) term(depth int) string {
	if g.IntN(12) == 0 {
		return g.of("^", "$")
	}
	return g.atom(depth) + g.of("", "", "", "*", "+", "?", "{2}", "{1,2}", "{2,}", "*?", "+?")
}

func (g generator) sequence(depth int) string {
	var b strings.Builder
	for range 1 + g.IntN(4) {
		b.WriteString(g.term(depth))
	}
	return b.String()
}

func (g generator) alternatives(depth int) string {
	s := g.sequence(depth)
	for g.IntN(3) == 0 {
		s += "|" + g.sequence(depth)
	}
	return s
}

func (g generator) pattern() string {
	switch g.IntN(4) {
	case 0:
		return g.alternatives(2)
	case 1:
		looks := ""
		for range 1 + g.IntN(2) {
			looks += g.of("(?!", "(?=") + g.alternatives(1) + ")"
		}
		return "^" + looks + g.sequence(2)
	}
	return "^" + g.sequence(2) + "$"
}

func (g generator) text() string {
	var b strings.Builder
	for range g.IntN(7) {
		b.WriteString(g.of("a", "b", "c", "A", "1", "-", "é", "ü", "🐲", "aa", "ab"))
	}
	return b.String()
}

// TestAgainstBacktracking compares with an engine that looks ahead and backtracks.
func TestAgainstBacktracking(t *testing.T) {
	g := generator{rand.New(rand.NewPCG(1, 2))}
	var compared, matches int
	for range 1000 {
		source := g.pattern()
		p, err := ecma.Compile(source)
		if err != nil {
			t.Fatalf("%s: %v", source, err)
		}
		if !ecma.Valid([]byte(source)) {
			t.Errorf("%s: not valid", source)
		}
		re, err := regexp2.Compile(source, regexp2.ECMAScript|regexp2.Unicode)
		if err != nil {
			t.Fatalf("%s: regexp2: %v", source, err)
		}
		re.MatchTimeout = time.Second
		for range 25 {
			text := g.text()
			want, err := re.MatchString(text)
			if err != nil {
				continue // it took too long
			}
			compared++
			if want {
				matches++
			}
			if p.Match([]byte(text)) != want {
				t.Fatalf("%s on %q: want %v", source, text, want)
			}
		}
	}
	if compared < 20_000 || matches < compared/10 || matches > compared*9/10 {
		t.Errorf("%d compared, %d of them matches", compared, matches)
	}
}

// TestLinear runs what ruins a backtracking engine.
func TestLinear(t *testing.T) {
	text := []byte(strings.Repeat("a", 1<<20) + "!")
	for _, source := range []string{`^(a+)+$`, `^(a|a)*b$`, `^(a|aa)+$`, `^(.*a){12}$`, `^(?!(a+)+$)(a*)*b`, strings.Repeat("(", 30) + "a" + strings.Repeat("+)", 30) + "$", `(a*)*$b`, `^((a{2}){2}){2}b`} {
		p, err := ecma.Compile(source)
		if err != nil {
			t.Errorf("%s: %v", source, err)
		} else if p.Match(text) {
			t.Errorf("%s has a match", source)
		}
	}
}

func TestMatchAllocatesNothing(t *testing.T) {
	texts := [][]byte{[]byte("0d1f9a7c-1111-4222-8333-444455556666"), []byte("éa-🐲"), nil, []byte(strings.Repeat("ab", 500))}
	for name, source := range typical() {
		p, err := ecma.Compile(source)
		if err != nil {
			t.Fatal(err)
		}
		if n := testing.AllocsPerRun(100, func() {
			for _, text := range texts {
				p.Match(text)
			}
		}); n > 0 && !(raceEnabled && name == "huge") {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

// typical are patterns as real schemas have them; the last is too large for an automaton.
func typical() map[string]string {
	return map[string]string{
		"uuid":      `^[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`,
		"semver":    `^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$`,
		"slug":      `^[a-z0-9-]+$`,
		"extension": `^x-`,
		"date":      `^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$`,
		"sha":       `^[0-9a-f]{40}$`,
		"email":     `^[^\s@]+@[^\s@]+\.[^\s@]+$`,
		"name":      `^\p{L}[\p{L}\p{M}' -]*$`,
		"not_test":  `^(?!.*test)[a-z0-9.-]+$`,
		"word":      `\berror\b`,
		"huge":      `(a|b)*a(a|b){30}$`,
	}
}

func examples() map[string]string {
	return map[string]string{
		"uuid": "0d1f9a7c-1111-4222-8333-444455556666", "semver": "1.24.0-rc.1+build.5", "slug": "a-slug-of-an-article-2026", "extension": "x-internal-name",
		"date": "2026-11-03", "sha": "3b18e512dba79e4c8300dd08aeb37f8e728b8dad", "email": "someone@mail.example.org", "name": "Zoë O'Connor-Łukasz",
		"not_test": "host-17.example.org", "word": "the job ended with an error in step 3", "huge": strings.Repeat("ab", 20) + "a",
	}
}
