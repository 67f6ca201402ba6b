package sensitive

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/winnow-data/winnow"
)

// TestAnywhere moves every example through the chunks, so that each of its bytes is met at every place of one.
func TestAnywhere(t *testing.T) {
	s := NewScanner()
	for _, typ := range Types() {
		flag, pass := examples(t, typ)
		for _, line := range slices.Concat(flag, pass) {
			doc, want := marked(typ, line)
			for pad := range 2*chunk + 3 {
				moved := slices.Clone(want)
				for i := range moved {
					moved[i].Start += pad
					moved[i].End += pad
				}
				padded := strings.Repeat("\n", pad) + doc + strings.Repeat(" ", pad%5)
				if got := only(typ, s.Scan([]byte(padded), nil)); !slices.Equal(got, moved) {
					t.Fatalf("%s after %d bytes:\n got %v\nwant %v", line, pad, got, moved)
				}
			}
		}
	}
}

// TestEscaped writes every example as a JSON string in three ways, and wants the same findings in each.
func TestEscaped(t *testing.T) {
	s := NewScanner()
	for _, typ := range Types() {
		flag, pass := examples(t, typ)
		for _, line := range slices.Concat(flag, pass) {
			doc, _ := marked(typ, line)
			if strings.Contains(doc, `\`) {
				continue
			}
			want := findings(t, s, quoted(doc, func(int) bool { return false }))
			for name, which := range map[string]func(int) bool{
				"all": func(int) bool { return true }, "even": func(i int) bool { return i%2 == 0 }, "third": func(i int) bool { return i%3 == 1 },
			} {
				if got := findings(t, s, quoted(doc, which)); !slices.Equal(got, want) {
					t.Errorf("%s, escaped %s:\n got %v\nwant %v", line, name, got, want)
				}
			}
		}
	}
}

// quoted writes text as a JSON string with the characters that which picks, and those that must be, as \u escapes.
func quoted(text string, which func(int) bool) []byte {
	b := []byte{'"'}
	for i, r := range text {
		switch {
		case r < ' ' || r == '"' || r == '\\' || which(i) && r < 0x10000:
			b = fmt.Appendf(b, `\u%04x`, r)
		default:
			b = append(b, string(r)...)
		}
	}
	return append(b, '"')
}

// TestCandidates compares the masks with the shapes spelled out.
func TestCandidates(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, alphabet := range []string{"0123456789", "01-", "012 aB", "0123456789012345678901234567890123456789-", "aB0", "@[`{\xc3\xff09"} {
		for range 300 {
			doc := make([]byte, 1+r.IntN(4*chunk))
			for i := range doc {
				doc[i] = alphabet[r.IntN(len(alphabet))]
			}
			before := false
			for base := 0; base < len(doc); base += chunk {
				cur := classifyAt(doc, base)
				got := candidates(cur, classifyAt(doc, base+chunk), before)
				var want uint64
				for i := range chunk {
					if shaped(doc, base+i) {
						want |= 1 << i
					}
				}
				if got != want {
					t.Fatalf("%q at %d:\n got %064b\nwant %064b", doc, base, got, want)
				}
				before = cur.digits>>63 != 0
			}
		}
	}
}

func shaped(doc []byte, i int) bool {
	is := func(shape string) bool {
		for k, c := range []byte(shape) {
			b := at(doc, i+k)
			if c == 'd' && !isDigit(b) || c == 'x' && isDigit(b) || c == 'l' && b&0x40 == 0 {
				return false
			}
		}
		return true
	}
	return is("dddddddddddd") && !isDigit(at(doc, i-1)) || is("ddddxddd") || is("dddxddxdddd") || is("lldd")
}

// TestTimestamps: 16 digits are a moment in microseconds far more often than a card.
func TestTimestamps(t *testing.T) {
	s := NewScanner()
	r := rand.New(rand.NewPCG(7, 8))
	var doc []byte
	for range 100_000 {
		second := 1_262_304_000 + r.Int64N(2_000_000_000-1_262_304_000) // 2010 to 2033
		doc = fmt.Appendf(doc[:0], `{"us":%d,"ms":%d,"s":%d,"ns":%d}`,
			second*1_000_000+r.Int64N(1_000_000), second*1000+r.Int64N(1000), second, second*1_000_000_000+r.Int64N(1_000_000_000))
		if got := s.Scan(doc, nil); len(got) > 0 {
			t.Fatalf("%s: %v", doc, got)
		}
	}
}

func TestOverlaps(t *testing.T) {
	for doc, want := range map[string][]winnow.Span{
		"4111111111111111@example.com": {{Type: CreditCard, Start: 0, End: 16}, {Type: Email, Start: 16, End: 28}},
		"a.4111111111111111.b@x.io":    {{Type: Email, Start: 0, End: 2}, {Type: CreditCard, Start: 2, End: 18}, {Type: Email, Start: 18, End: 25}},
		"a@4111111111111111.io":        {{Type: Email, Start: 0, End: 2}, {Type: CreditCard, Start: 2, End: 18}, {Type: Email, Start: 18, End: 21}},
		"460-89-9847@x.io":             {{Type: USSSN, Start: 0, End: 11}, {Type: Email, Start: 11, End: 16}},
		"a@x.io 460-89-9847 b@x.io":    {{Type: Email, Start: 0, End: 6}, {Type: USSSN, Start: 7, End: 18}, {Type: Email, Start: 19, End: 25}},
		"DE89 3704 0044 0532 0130 00":  {{Type: IBAN, Start: 0, End: 27}},
	} {
		if got := NewScanner().Scan([]byte(doc), nil); !slices.Equal(got, want) {
			t.Errorf("%s:\n got %v\nwant %v", doc, got, want)
		}
	}
}

// TestKeepsDst: what is in dst already stays as it is, also when the new places are translated.
func TestKeepsDst(t *testing.T) {
	old := winnow.Span{Type: "old", Start: 3, End: 4}
	got := NewScanner().Scan([]byte(`"\n\u0061@x.io"`), []winnow.Span{old})
	if want := []winnow.Span{old, {Type: Email, Start: 3, End: 14}}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestLongInput: nothing that goes on and on takes more than linear time. Each is a megabyte; together they take some
// tens of milliseconds, where quadratic time would take hours.
func TestLongInput(t *testing.T) {
	s := NewScanner()
	for _, piece := range []string{
		"1", "1 ", "4111 ", "4111-", "1234.", "123-45-6789-", "123-45-6789 ", "1234 123-", "@", "a@", "a@a.", "a.", ".@", "DE89 ", "DE89", "0.",
		"4111111111111111 ", "4111111111111111.0", `\`, `\u0040`, `\ud83d`, "\xc3\xa9@", "aaaaaaaaaaaaaaaa@", "-@a-.", "12345678-1234-",
	} {
		doc := bytes.Repeat([]byte(piece), 1<<20/len(piece))
		checkSpans(t, doc, s.Scan(doc, nil))
	}
}

func TestScanAllocatesNothing(t *testing.T) {
	s := NewScanner()
	docs := slices.Concat(trainingRecords(64), denseRecords(64), escapedRecords(64))
	var spans []winnow.Span
	scan := func() {
		for _, d := range docs {
			spans = s.Scan(d, spans[:0])
		}
	}
	scan()
	if n := testing.AllocsPerRun(20, scan); n != 0 {
		t.Errorf("%v allocations in %d records", n, len(docs))
	}
}

func checkSpans(t testing.TB, doc []byte, spans []winnow.Span) {
	t.Helper()
	end := 0
	for _, s := range spans {
		if s.Start < end || s.End <= s.Start || s.End > len(doc) || !slices.Contains(Types(), s.Type) {
			t.Fatalf("bad span %v after %d in %d bytes", s, end, len(doc))
		}
		end = s.End
	}
}

func FuzzScan(f *testing.F) {
	for _, typ := range Types() {
		flag, pass := examples(f, typ)
		for i, line := range slices.Concat(flag, pass) {
			doc, _ := marked(typ, line)
			f.Add([]byte(doc), uint64(i)*0x9E3779B97F4A7C15)
		}
	}
	s := NewScanner()
	f.Fuzz(func(t *testing.T, doc []byte, escape uint64) {
		before := bytes.Clone(doc)
		spans := s.Scan(doc, nil)
		checkSpans(t, doc, spans)
		if !bytes.Equal(doc, before) {
			t.Fatal("Scan changed the document")
		}
		if again := NewScanner().Scan(doc, nil); !slices.Equal(again, spans) {
			t.Fatalf("a used scanner finds %v, a new one %v", spans, again)
		}
		text := strings.ToValidUTF8(string(doc), "?")
		plain := findings(t, s, quoted(text, func(int) bool { return false }))
		escaped := findings(t, s, quoted(text, func(i int) bool { return escape>>(i%64)&1 == 1 }))
		if !slices.Equal(plain, escaped) {
			t.Fatalf("%q: %v, escaped otherwise %v", text, plain, escaped)
		}
	})
}
