package sensitive

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// TestClassifyAlike compares classify, which may use vectors, with classifyPlain and with what a digit and a letter are.
func TestClassifyAlike(t *testing.T) {
	r := rand.New(rand.NewPCG(64, 1))
	doc := make([]byte, chunk+1)
	for c := range 256 {
		for at := range chunk {
			for i := range doc {
				doc[i] = byte(r.UintN(256))
			}
			doc[at] = byte(c)
			got := classify(doc)
			if want := classifyPlain(doc); got != want {
				t.Fatalf("%q: %x, plainly %x", doc, got, want)
			}
			if got.digits>>at&1 != 0 != isDigit(byte(c)) || got.letters>>at&1 == 0 && isLetter(byte(c)) {
				t.Fatalf("%q at %d: %x", doc[at], at, got)
			}
		}
	}
}

// TestClassifyAtTheEnd wants of the last chunk, which is read from the document's end, what its bytes alone would give.
func TestClassifyAtTheEnd(t *testing.T) {
	doc := bytes.Repeat([]byte("a1.22b 333-"), 20)
	for size := range len(doc) {
		for i := 0; i < size; i += chunk {
			var padded [chunk]byte
			copy(padded[:], doc[i:size])
			if got, want := classifyAt(doc[:size], i), classifyPlain(padded[:]); got != want {
				t.Fatalf("%d of %d bytes: %x, want %x", i, size, got, want)
			}
		}
	}
}
