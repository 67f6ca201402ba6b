package ecma_test

import (
	"maps"
	"regexp"
	"slices"
	"testing"

	"github.com/winnow-data/winnow/schemas/ecma"
)

// BenchmarkMatch runs typical patterns on a text that matches; with /regexp by package regexp, where it can.
func BenchmarkMatch(b *testing.B) {
	for _, name := range slices.Sorted(maps.Keys(typical())) {
		source, text := typical()[name], []byte(examples()[name])
		p, err := ecma.Compile(source)
		if err != nil || !p.Match(text) {
			b.Fatalf("%s: %v", name, err)
		}
		run := func(name string, match func([]byte) bool) {
			b.Run(name, func(b *testing.B) {
				b.SetBytes(int64(len(text)))
				b.ReportAllocs()
				for b.Loop() {
					match(text)
				}
			})
		}
		run(name+"/ecma", p.Match)
		if re, err := regexp.Compile(source); err == nil {
			run(name+"/regexp", re.Match)
		}
	}
}

func BenchmarkCompile(b *testing.B) {
	for _, name := range slices.Sorted(maps.Keys(typical())) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := ecma.Compile(typical()[name]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
