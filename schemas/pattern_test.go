package schemas

import (
	"strings"
	"testing"
)

func TestPattern(t *testing.T) {
	for _, c := range []struct {
		pattern, yes, no string // texts by spaces; _ is a space
	}{
		{`a`, `a xay`, `b _`},
		{`^a$`, `a`, "a\n ba ab"},
		{`^\d+$`, `0 123`, `x ٣ 12a`},
		{`^\D$`, `a ٣`, `1`},
		{`^\w+$`, `aZ_9`, `é -`},
		{`^\s$`, "\u00a0 \ufeff \u2028", `a`},
		{`^[\s]$`, "\u2003", `a`},
		{`^\S$`, `a`, "\u00a0"},
		{`^[^\S]$`, "\u00a0", `a`},
		{`^[\Sx]$`, `a x`, "\u00a0"},
		{`^.$`, `é`, "\n \u2028 ab"},
		{`^\u0041\x42$`, `AB`, `ab`},
		{`^\u{1F432}$`, `🐲`, `a`},
		{`^\ud83d\udc32$`, `🐲`, `a`},
		{`^🐲*$`, `🐲🐲`, `🐲a`},
		{`^\/a\-b$`, `/a-b`, `a-b`},
		{`^\cC$`, "\x03", `C`},
		{`^[a[b]$`, `a [ b`, `c`},
		{`^[&&]$`, `&`, `a`},
		{`^[\w-.]+$`, `a-b.c`, `a+b`},
		{`^[.-\w]+$`, `a-b.c`, `a+b`},
		{`[^]`, "a \n", ``},
		{`^(?<year>\d{4})-(?:0[1-9]|1[0-2])$`, `2026-11`, `2026-13 26-11`},
		{`^\p{Letter}+$`, `aé`, `a1`},
		{`^\p{Script=Greek}$`, `α`, `a`},
		{`^\P{Lu}$`, `a`, `A`},
		{`^[\p{ASCII}]$`, `a`, `é`},
		{`\bcat\b`, `cat a-cat-b`, `concat`},
		{`^(a|b)*c{2,3}$`, `cc abccc`, `c abcccc`},
		{`^$`, ``, `a`},
		{`x$|^y`, `x ax ya`, `xa ay`},
	} {
		p, err := newPattern(c.pattern, true)
		if err != nil {
			t.Errorf("%s: %v", c.pattern, err)
			continue
		}
		for want, texts := range map[bool]string{true: c.yes, false: c.no} {
			for text := range strings.SplitSeq(texts, " ") {
				if text == "" && (texts != "" || !want || c.pattern != "^$") {
					continue
				}
				text = strings.ReplaceAll(text, "_", "_")
				if p.match([]byte(text)) != want || p.re.MatchString(text) != want {
					t.Errorf("%s on %q: want %v", c.pattern, text, want)
				}
			}
		}
	}
}

func TestPatternRefused(t *testing.T) {
	for _, pattern := range []string{
		`^(?!a)`, `a(?=b)`, `(?<=a)b`, `(?<!a)b`, `(a)\1`, `(?<n>a)\k<n>`, `a\`, `[a`, `(a`, `\a`, `\Z`, `\Qx\E`, `*`, `\u12`, `\u{}`, `\p{Nonsense}`, `\pL`, `(?i)a`, `a{2000}`, `\ud800`,
	} {
		if _, err := newPattern(pattern, true); err == nil {
			t.Errorf("%s is taken", pattern)
		}
	}
}

// FuzzAutomaton compares the automaton with package regexp.
func FuzzAutomaton(f *testing.F) {
	for _, p := range []string{`^[a-z]+-[0-9]+$`, `a|b$`, `(ab)*c`, `^$`, `^a|b$`, `[^a]{2,3}`, `x*`, `^(?:a|bc)+$`, `a.c`, `$^`, `^^a$$`, `(^a|b)c`, `a$b`} {
		f.Add(p, "ab-1")
		f.Add(p, "abc\n")
	}
	f.Fuzz(func(t *testing.T, source, text string) {
		if len(source) > 50 {
			return
		}
		p, err := newPattern(source, true)
		if err != nil || p.dfa == nil {
			return
		}
		if yes, sure := p.dfa.match([]byte(text)); sure && yes != p.re.MatchString(text) {
			t.Fatalf("%q on %q: automaton says %v", source, text, yes)
		}
	})
}
