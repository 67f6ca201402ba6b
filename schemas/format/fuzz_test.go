package format_test

import (
	"net/mail"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"github.com/winnow-data/winnow/schemas/format"
)

// implied says what has a format when something has another one.
var implied = []struct{ if_, then string }{
	{"uri", "uri-reference"}, {"uri", "iri"}, {"uri-reference", "iri-reference"}, {"iri", "iri-reference"}, {"email", "idn-email"}, {"hostname", "idn-hostname"},
}

// grammars restate formats as one regular expression each.
var grammars = map[string]*regexp.Regexp{
	"uuid":                  regexp.MustCompile(`^[[:xdigit:]]{8}(-[[:xdigit:]]{4}){3}-[[:xdigit:]]{12}$`),
	"json-pointer":          regexp.MustCompile(`(?s)^(/([^/~]|~[01])*)*$`),
	"relative-json-pointer": regexp.MustCompile(`(?s)^(0|[1-9]\d*)([+-][1-9]\d*)?(#|(/([^/~]|~[01])*)*)$`),
	"duration": regexp.MustCompile(`^P(\d+W|(\d+Y(\d+M(\d+D)?)?|\d+M(\d+D)?|\d+D)(T(\d+H(\d+M(\d+S)?)?|\d+M(\d+S)?|\d+S))?|` +
		`T(\d+H(\d+M(\d+S)?)?|\d+M(\d+S)?|\d+S))$`),
}

// FuzzChecks runs every check on the same bytes: none may panic, and they must agree with each other, with the grammars above, and
// with the libraries that judge the same things.
func FuzzChecks(f *testing.F) {
	for _, s := range []string{
		"", "2026-01-02T03:04:05.678+09:00", "23:59:60Z", "P1Y2M3DT4H5M6S", "P3W", "joe.bloggs+x@example.com", `"a\"@"@[IPv6:::1]`, "é@bu\u0308cher.de", "192.168.0.1", "1:2::ffff:1.2.3.4",
		"xn--bcher-kva.example", "क्\u200Dष.日本。jp", "א1.ב", "http://u:p@[::1]:80/a%20b;c?d=e#f", "//é/ü?\uE000#日", "{+a,b*,c:3}/d", "/a~0b~1c", "0-1/a", "2eb8aa08-aa98-11ea-b4aa-73b441d16380", "\xFF\xC3",
	} {
		f.Add([]byte(s))
	}
	for _, file := range suiteFiles("draft2020-12") { // none without WINNOW_SUITES
		for _, g := range readGroups(f, file) {
			for _, c := range g.Tests {
				if s, is := c.Data.(string); is {
					f.Add([]byte(s))
				}
			}
		}
	}
	f.Fuzz(func(t *testing.T, s []byte) {
		has := make(map[string]bool)
		for _, name := range format.Names(2020) {
			has[name] = lookup(t, name)(s)
		}
		for _, i := range implied {
			if has[i.if_] && !has[i.then] {
				t.Errorf("%+q is %s and not %s", s, i.if_, i.then)
			}
		}
		if utf8.Valid(s) { // what the checks are given; the grammars see its runes
			for name, grammar := range grammars {
				if has[name] != grammar.Match(s) {
					t.Errorf("%+q: %s is %v", s, name, has[name])
				}
			}
		}
		againstTime(t, string(s), has)
		againstNet(t, string(s), has)
		againstIDNA(t, string(s), has)
	})
}

// againstTime leaves out where package time differs: it knows no small letters and no leap seconds, and takes an offset of 24 hours.
func againstTime(t *testing.T, s string, has map[string]bool) {
	var at time.Time
	other := strings.ContainsAny(s, "tz") || strings.Contains(s, ":60") || strings.HasSuffix(s, "-24:00") || strings.HasSuffix(s, "+24:00")
	if err := at.UnmarshalText([]byte(s)); (err == nil) != has["date-time"] && !other {
		t.Errorf("date-time %+q: %v, time says %v", s, has["date-time"], err)
	}
	if _, err := time.Parse(time.DateOnly, s); (err == nil) != has["date"] {
		t.Errorf("date %+q: %v, time says %v", s, has["date"], err)
	}
	if len(s) > 10 && has["date-time"] != (lookup(t, "date")([]byte(s[:10])) && s[10]|0x20 == 't' && lookup(t, "time")([]byte(s[11:]))) {
		t.Errorf("date-time %+q is not a date and a time", s)
	}
}

func againstNet(t *testing.T, s string, has map[string]bool) {
	addr, err := netip.ParseAddr(s)
	if is4, is6 := err == nil && addr.Is4(), err == nil && addr.Is6() && addr.Zone() == ""; is4 != has["ipv4"] || is6 != has["ipv6"] {
		t.Errorf("%+q: ipv4 %v, ipv6 %v, netip says %v %v", s, has["ipv4"], has["ipv6"], addr, err)
	}
	// net/mail has no idea of brackets, and takes a name before an address.
	if has["email"] && !strings.ContainsAny(s, `"[`) {
		if got, err := mail.ParseAddress(s); err != nil || got.Address != s {
			t.Errorf("email %+q: mail says %v %v", s, got, err)
		}
	}
	// net/url refuses percent signs in hosts, and some literals.
	if has["uri-reference"] && !strings.ContainsAny(s, "%[") {
		if u, err := url.Parse(s); err != nil || has["uri"] != u.IsAbs() {
			t.Errorf("uri-reference %+q: url says %v", s, err)
		}
	}
}

// againstIDNA wants what is a name to have an ASCII form that is one, too, and no A-label to be another spelling of the one that its
// characters have. Only labels of plain ASCII may have capitals.
func againstIDNA(t *testing.T, s string, has map[string]bool) {
	if !has["idn-hostname"] {
		return
	}
	name := strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case strings.ContainsRune("。．｡", r):
			return '.'
		}
		return r
	}, s)
	ascii, err := idna.New(idna.ValidateForRegistration(), idna.CheckHyphens(false)).ToASCII(name)
	if err != nil || has["hostname"] && ascii != name || !lookup(t, "hostname")([]byte(ascii)) {
		t.Errorf("idn-hostname %+q: idna says %q %v", s, ascii, err)
	}
}
