package format_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/winnow-data/winnow/schemas/format"
)

// lookup gives a check that must be there.
func lookup(t testing.TB, name string) format.Check {
	t.Helper()
	check, ok := format.Lookup(name, 2020)
	if !ok {
		t.Fatalf("%s is not known", name)
	}
	return check
}

func TestLookup(t *testing.T) {
	for _, c := range []struct {
		name  string
		since int // 0 is never
	}{
		{"date-time", 4}, {"date", 4}, {"uuid", 4}, {"uri-reference", 6}, {"time", 7}, {"iri", 7}, {"duration", 2019},
		{"regex", 0}, {"color", 0}, {"ip-address", 0}, {"host-name", 0}, {"phone", 0}, {"utc-millisec", 0}, {"unknown", 0}, {"", 0}, {"Date", 0},
	} {
		for _, draft := range []int{4, 6, 7, 2019, 2020} {
			check, ok := format.Lookup(c.name, draft)
			if want := c.since > 0 && c.since <= draft; ok != want || ok != (check != nil) || ok != slices.Contains(format.Names(draft), c.name) {
				t.Errorf("%q in draft %d: known %v, want %v; named %v", c.name, draft, ok, want, format.Names(draft))
			}
		}
	}
	for draft, want := range map[int]int{4: 8, 6: 11, 7: 17, 2019: 18, 2020: 18} {
		if names := format.Names(draft); len(names) != want || !slices.IsSorted(names) {
			t.Errorf("draft %d has %d names, want %d in order: %v", draft, len(names), want, names)
		}
	}
}

// TestPage keeps docs/formats.md true: its table has the names that Lookup knows, in order, and regex, which package schemas adds.
func TestPage(t *testing.T) {
	text, err := os.ReadFile("../../docs/formats.md")
	if err != nil {
		t.Fatal(err)
	}
	for draft, words := range map[int]string{4: "4", 6: "[46]", 7: "[467]", 2020: "[467]|2019-09"} {
		var names []string
		for _, row := range regexp.MustCompile("(?m)^\\| `(.+)` \\| ("+words+") \\|").FindAllStringSubmatch(string(text), -1) {
			if row[1] != "regex" {
				names = append(names, row[1])
			}
		}
		if slices.Sort(names); !slices.Equal(names, format.Names(draft)) {
			t.Errorf("draft %d: the page has %v, the code %v", draft, names, format.Names(draft))
		}
	}
}

func TestRelativePointerByDraft(t *testing.T) {
	for _, s := range []string{"0+1", "0-12/a", "1+1#"} {
		for draft, want := range map[int]bool{7: false, 2019: false, 2020: true} {
			if check, _ := format.Lookup("relative-json-pointer", draft); check([]byte(s)) != want {
				t.Errorf("%q in draft %d: want %v", s, draft, want)
			}
		}
	}
}

// texts are strings that have a format, and strings that do not, by the format's name.
type texts map[string]struct{ yes, no []string }

func (all texts) run(t *testing.T) {
	for name, texts := range all {
		check := lookup(t, name)
		for _, s := range texts.yes {
			if !check([]byte(s)) {
				t.Errorf("%s: %+q is refused", name, s)
			}
		}
		for _, s := range texts.no {
			if check([]byte(s)) {
				t.Errorf("%s: %+q is taken", name, s)
			}
		}
	}
}

func TestTimes(t *testing.T) {
	texts{
		"date-time": {
			[]string{"2026-01-02T03:04:05Z", "2024-02-29t23:59:59.123456789+23:59", "1998-12-31T23:59:60Z", "1998-12-31T15:59:60.1-08:00"},
			[]string{"", "2026-01-02", "2026-01-02T03:04:05", "2026-01-02 03:04:05Z", "2026-01-02T24:00:00Z", "2026-01-02T03:60:05Z", "2026-01-02T03:04:61Z",
				"2026-01-02T03:04:05.Z", "2026-01-02T03:04:60Z", "2026-01-02T03:04:05+24:00", "2026-01-02T03:04:05+1:00", "2026-13-02T03:04:05Z", "2026-01-02T03:04:05ZZ", "２026-01-02T03:04:05Z"},
		},
		"date": {[]string{"2000-02-29", "2026-12-31"}, []string{"", "1900-02-29", "2026-04-31", "2026-00-01", "2026-1-01", "26-01-01", "2026-01-0a", "2026-01-01 "}},
		"time": {
			[]string{"00:00:00z", "23:59:59.000000000000001-23:59", "23:59:60Z", "00:29:60.5+00:30", "07:59:60+08:00"},
			[]string{"", "00:00", "12:00:00", "24:00:00Z", "12:60:00Z", "12:00:60Z", "12:00:00.Z", "12:00:00,5Z", "12:00:00+0100", "12:00:00+01", "12:00:00+24:00", "12:00:00+01:60", "12:00:00Zz", "1:00:00Z", "12:00:00\u221201:00"},
		},
		"duration": {
			[]string{"P1D", "P1Y2M3DT4H5M6S", "PT0S", "P007W", "P2M3D", "PT1M", "P1YT1S"},
			[]string{"", "P", "PT", "P1", "P1YT", "PT1", "P1Y3D", "PT1H1S", "P1W1D", "P1WT1S", "P1S", "PT1Y", "P1D1M", "p1d", "P1.5D", "P-1D", "1D", "P1D ", "P1DT1HT1M", "P1M1M", "PD", "PTS"},
		},
	}.run(t)
}

func TestIdentifiers(t *testing.T) {
	texts{
		"uuid":         {[]string{"2EB8AA08-aa98-11ea-b4aa-73b441d16380"}, []string{"2eb8aa08aa98-11ea-b4aa-73b441d163800", "2eb8aa08-aa98-11ea-b4ga-73b441d16380", "", "2eb8aa08-aa98-11ea-b4aa-73b441d1638"}},
		"json-pointer": {[]string{"", "/", "//", "/a~0b~1c", "/é/\x00"}, []string{"a", "#/a", "/~", "/a~2", "/~~0"}},
		"relative-json-pointer": {
			[]string{"0", "10#", "0/", "3/a~1b", "0+1", "1-20#", "0-1/a"},
			[]string{"", "/a", "-1", "01", "0##", "0#/a", "1a", "0+", "0+0", "0-01", "0+1a", "1/~", "#"},
		},
	}.run(t)
}

func TestAddresses(t *testing.T) {
	texts{
		"email": {
			[]string{"a@b", "joe.bloggs+x@example.com", `"joe bloggs"@example.com`, `"a\"@"@b.c`, "x@[127.0.0.1]", "x@[IPv6:::1]", "~!#$@b.c", "x@xn--x.com", strings.Repeat("a", 64) + "@" + strings.Repeat("b.", 94) + "c"},
			[]string{"", "a", "@b", "a@", ".a@b", "a.@b", "a..b@c", "a b@c", "a@-b.c", "a@b..c", "a@[1.2.3]", "a@[IPv6:x]", "a@[", "a@[]", `"a"b"@c`, `"a\"@c`, `"@c`, "\"a\x1F\"@c", "\"a\x7F\"@c", "\"a\\\x7F\"@c", "é@b.c", "a@é.c", "\"é\"@c",
				strings.Repeat("a", 65) + "@b.c", strings.Repeat("a", 64) + "@" + strings.Repeat("b.", 94) + "cc", "a@" + strings.Repeat("b.", 122) + strings.Repeat("c", 64)},
		},
		"idn-email": {
			[]string{"a@b", "é@b.c", "\"é b\"@c", "a@bücher.de", "a@bu\u0308cher.de", "실례@실례.테스트", "x@[IPv6:::1]"},
			[]string{"", "é", "é@", "@é", ".é@b", "é..é@b", "a@é_.c", "a@Bücher.de", "a@a\u200Db", "\"a\\é\"@b", "é@[é]"},
		},
		"ipv4": {[]string{"0.0.0.0", "255.255.255.255"}, []string{"256.0.0.1", "1.2.3", "1.2.3.4.5", "01.2.3.4", "1.2.3.4 ", "0x1.2.3.4", "1..3.4", ""}},
		"ipv6": {
			[]string{"::", "::1", "1::", "1:2:3:4:5:6:7:8", "1::8", "::ffff:1.2.3.4", "1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:7::"},
			[]string{"", ":", ":::", "1", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::", "g::", "1:2:3:4:5:6:7:1.2.3.4", "::1.2.3", "1:2:3:4:5:6:7:8::", ":1::", "::1%eth0", "1:2:3:4:5:6:7:"},
		},
	}.run(t)
}

func TestHosts(t *testing.T) {
	long := strings.Repeat("a", 63)
	texts{
		"hostname": {
			[]string{"a", "A-1.b", "1.2.3.4", "a--b.c", "ab--cd", "xn--bcher-kva.DE", "XN--BCHER-KVA", long + ".b", strings.Repeat("a.", 126) + "a"},
			[]string{"", ".", "a.", ".a", "a..b", "-a", "a-", "a_b", "a b", "é", long + "a", strings.Repeat("a.", 126) + "ab", "xn--", "xn--a", "xn--x-", "xn---9uc", "xn--99999999", "xn--bcher-KVA\n",
				"xn--a-ecp.0", "xn--0ca24w"},
		},
		"idn-hostname": {
			[]string{"a", "Example.com", "ab--cd.com", "bücher.Example", "faß.de", "ολος", "日本。jp", "日本｡jp．com", "xn--bcher-kva.de", "xn--fa-hia.de", "א1.ב", "l·l", "東・京", "क्\u200Dष",
				strings.Repeat("日", 18) + ".jp"},
			[]string{"", "。", "日本。", "日本.", "。日本", "日本..jp", "Bücher", "bu\u0308cher", "ﬁ日", "日_本", "日 本", "-日", "日-", "日本--x", "xn--日", "\u0301é", "☃", "😀", "ａ", "a\u00AD日", "日\u200D", "한\u1100", "x\u20F0y", "α͵a", "ا׳",
				"é\U0001D165", "1.א", "אa", "א1٠", "l·m", "·", "・", "a\u200Cb", "á\xFFb", strings.Repeat("ü", 60), strings.Repeat("é.", 40) + long + "." + long + "." + long, strings.Repeat("é.", 700) + "é", "xn--bcher-KVA.é_"},
		},
	}.run(t)
}

func TestResources(t *testing.T) {
	texts{
		"uri": {
			[]string{"http://a", "mailto:x@y", "urn:a:b", "http://u:p@h:80/p;q?a=b#c", "ftp://[::1]:21/", "x:", "http://a/%20?%2F", "file:///x", "http://[v1.a:b]/", "a+b-c.1:/", "x://", "x:?#", "http://h:/", "http://a?b?c/@:"},
			[]string{"", "a", "//a", ":a", "1x:a", "http://a b", "http://a/<x>", "http://a/%2", `http://a\b`, "http://[::1", "http://h:8x/", "http://é", "http://[1.2.3.4]/", "http://a#b#c", "http://a/[x]",
				"http://[::1]a", "http://[v.a]", "http://[v1.]", "http://[vg.a]", "http://[v1.%41]", "http://a:1:2/", "http://a@b@c", "é:a", "x:a\x7F"},
		},
		"uri-reference": {
			[]string{"", "a", "/a", "//a", "?", "#", "./a:b", "a/b:c", "?a:b", "#a:b", "x:y", "//", "//u@h:1/p"},
			[]string{":", "1:b", "a b", `\`, "#a#b", "%", "/[::1]", "//[::1", "//h:p", "é", "a_b:c"},
		},
		"iri": {
			[]string{"http://é/ü?\uE000#日", "x:日", "http://日本:80/", "http://é@[::1]/", "x:\U0001F600", "x:?\U000F0000\U0010FFFD"},
			[]string{"", "é", "é:a", "x:\u0080", "x:\uE000", "x:#\uE000", "x://\uE000", "x:\uFDD0", "x:\uFFFF", "x:\U0001FFFF", "x:\U000E0001", "x:?\U000FFFFF", "x:\xFF", "http://[é]", "x: ", "http://h:é"},
		},
		"iri-reference": {
			[]string{"", "é", "//é", "?\uE000", "#é", "é/a:b", "x:é"},
			[]string{"é:b", `é\`, "é b", "\uE000", "é\xFF", "//[é]"},
		},
		"uri-template": {
			[]string{"", "a", "{a}", "a{b}c{d}", "{+a,b*,c:3}", "{/a.b_1}", "{%41b}", "{|a}", "{,a}", "é{a}\uE000", "a'b%20", "{a:9999}", "http://a/{?q*}[]@"},
			[]string{"{", "}", "{}", "{+}", "a{b", "{{a}}", "{a}}", "{a b}", "{é}", "{a-b}", "{a:}", "{a:0}", "{a:12345}", "{a:1*}", "{a**}", "{.}", "{..a}", "{a.}", "{a..b}", "{,+a}", "{a,}", "{%4}", "a b", "<", "a%2", `"`, "^", "`", `\`, "|", "\x7F", "\u0080", "\xFF"},
		},
	}.run(t)
}
