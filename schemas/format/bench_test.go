package format_test

import (
	"testing"

	"github.com/winnow-data/winnow/schemas/format"
)

// typical has a usual value of each format.
var typical = map[string]string{
	"date":                  "2026-01-02",
	"date-time":             "2026-01-02T03:04:05.678+09:00",
	"time":                  "03:04:05.678+09:00",
	"duration":              "P1Y2M3DT4H5M6S",
	"email":                 "joe.bloggs@example.com",
	"idn-email":             "joe.bloggs@example.com",
	"hostname":              "host-12.europe.example.com",
	"idn-hostname":          "host-12.europe.example.com",
	"ipv4":                  "192.168.100.200",
	"ipv6":                  "2001:db8:85a3::8a2e:370:7334",
	"uri":                   "https://www.example.com:8443/a/b%20c?q=1&r=2#top",
	"uri-reference":         "../a/b%20c?q=1&r=2#top",
	"iri":                   "https://www.example.com/größe?q=1",
	"iri-reference":         "../größe?q=1&r=2#top",
	"uri-template":          "https://example.com/users/{id}/items{?page,size:3,sort*}",
	"uuid":                  "2eb8aa08-aa98-11ea-b4aa-73b441d16380",
	"json-pointer":          "/features/0/a~1b",
	"relative-json-pointer": "2/features/0/a~1b",
}

func TestNoAllocations(t *testing.T) {
	for _, name := range format.Names(2020) {
		check, s := lookup(t, name), []byte(typical[name])
		if !check(s) {
			t.Errorf("%s: %q is refused", name, s)
		}
		if n := testing.AllocsPerRun(100, func() { check(s) }); n > 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

func BenchmarkCheck(b *testing.B) {
	for _, name := range format.Names(2020) {
		benchmark(b, name, name, typical[name])
	}
	benchmark(b, "idn-hostname/beyond-ASCII", "idn-hostname", "bücher.日本.example")
	benchmark(b, "idn-email/beyond-ASCII", "idn-email", "größe@bücher.example")
	benchmark(b, "hostname/punycode", "hostname", "xn--bcher-kva.example")
}

func benchmark(b *testing.B, title, name, text string) {
	b.Run(title, func(b *testing.B) {
		check, s := lookup(b, name), []byte(text)
		b.SetBytes(int64(len(s)))
		b.ReportAllocs()
		for b.Loop() {
			if !check(s) {
				b.Fatal("refused")
			}
		}
	})
}
