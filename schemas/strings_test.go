package schemas

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"
)

// sameScan compares scanString, which may use vectors, with scanStringPlain, and runeCount with its plain one.
func sameScan(t *testing.T, text []byte) {
	t.Helper()
	// In the middle of nothing: what is before and behind a slice must not matter.
	around := append(append([]byte("\xF0\x9F\"\""), text...), "\"\xF0\"\\"...)
	for _, from := range []int{1, 4} {
		doc := around[4-from : 4+len(text) : 4+len(text)]
		wantEnd, wantSaw := scanStringPlain(doc, from)
		if end, saw := scanString(doc, from); end != wantEnd || saw != wantSaw {
			t.Fatalf("scanString(%q, %d): %d, %d, plainly %d, %d", doc, from, end, saw, wantEnd, wantSaw)
		}
	}
	if got, want := runeCount(text), runeCountPlain(text); got != want {
		t.Fatalf("runeCount(%q): %d, plainly %d", text, got, want)
	}
}

// fragments are characters and what is not quite one, of UTF-8 (RFC 3629, section 4) and of strings in JSON (RFC 8259, section 7).
var fragments = []string{
	"a", "~", " ", "\x7F", "\x00", "\x1F", "\"", "\\", `\"`, `\\`, `\n`, `\u00e9`, `\ud83d\ude00`, `\ud83d`, `\x`, `\u12`,
	"é", "\u0080", "\u07FF", "\u0800", "€", "\uD7FF", "\uE000", "\uFFFF", "𐍈", "\U00010000", "\U0010FFFF",
	"\x80", "\xBF", "\xC0", "\xC0\x80", "\xC1\xBF", "\xC2", "\xC3\xA9\xA9", "\xE0\x80\x80", "\xE0\x9F\xBF", "\xE2\x82", "\xE2", "\xE0\xA0", "\xED\x9F", "\xEF\xBF", "\xF0\x90\x80", "\xF4\x8F\xBF", "\xED\xA0\x80", "\xED\xBF\xBF",
	"\xF0\x80\x80\x80", "\xF0\x8F\xBF\xBF", "\xF0\x9F\x98", "\xF0\x9F", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xF8\x88\x80\x80\x80", "\xFE", "\xFF",
}

// TestScanStringAlike puts each fragment at each place of texts of each length, in the alphabets that take different paths.
func TestScanStringAlike(t *testing.T) {
	for _, filler := range []string{"a", "é", "天", "😀", "aé", "naïve €5 😀 ", `\n`, `line\n`} {
		text := []byte(strings.Repeat(filler, 101/len(filler)+4))
		for at := range 100 {
			sameScan(t, text[:at])
			for _, f := range fragments {
				sameScan(t, append(append(bytes.Clone(text[:at]), f...), text[:72]...))
				sameScan(t, append(append(bytes.Clone(text[:at]), f...), '"'))
				sameScan(t, append(bytes.Clone(text[:at]), f...))
			}
		}
	}
}

func TestScanStringAlikeAtRandom(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 259))
	for range 20_000 {
		var text []byte
		odd := 1 + r.IntN(64)
		for range r.IntN(200) {
			if r.IntN(odd) == 0 {
				text = append(text, fragments[r.IntN(len(fragments))]...)
			} else {
				text = utf8.AppendRune(text, rune([]int{'a' + r.IntN(26), 0x400 + r.IntN(0x100), 0x4E00 + r.IntN(0x5000), 0x1F300 + r.IntN(0x300)}[r.IntN(4)]))
			}
		}
		sameScan(t, append(text, '"'))
	}
}

// TestScanString takes the plain scan's word for nothing.
func TestScanString(t *testing.T) {
	for _, pad := range []int{0, 1, 7, 8, 15, 16, 31, 32, 33, 63, 64, 100} {
		for _, c := range []struct {
			text string
			end  int // behind the padding; -1-p where p is wrong
			saw  uint8
		}{
			{`"`, 0, 0},
			{`ab\"c"`, 5, sawEscape},
			{"aé\U0001F600b\"", 8, sawWide},
			{`\u0041é"`, 8, sawEscape | sawWide},
			{"a\nb\"", -2, 0},
			{`a\q"`, -2, 0},
			{`\ud800x"`, -1, sawWide},
			{"a\xC3\"", -2, sawWide},
			{"é\xED\xA0\x80\"", -3, sawWide},
			{"\xC3\xA9\xA9\"", -3, sawWide},
			{"abc", -4, 0},
			{`a\`, -3, 0},
		} {
			for _, filler := range []string{"x", "é"} {
				lead := strings.Repeat(filler, pad)
				end, saw := scanString([]byte(`"`+lead+c.text), 1)
				wantEnd, wantSaw := 1+len(lead)+c.end, c.saw
				if c.end < 0 {
					wantEnd = c.end - 1 - len(lead)
				} else if len(lead) > pad {
					wantSaw |= sawWide
				}
				if end != wantEnd || saw != wantSaw {
					t.Errorf("%d × %s and %q: %d, %d, want %d, %d", pad, filler, c.text, end, saw, wantEnd, wantSaw)
				}
			}
		}
	}
}

func TestRuneCount(t *testing.T) {
	for _, s := range []string{"", "a", "é", "天地玄黄，宇宙洪荒。", "naïve €5 😀", strings.Repeat("aé€😀", 50)} {
		if got, want := runeCount([]byte(s)), utf8.RuneCountInString(s); got != want {
			t.Errorf("%q: %d, want %d", s, got, want)
		}
	}
}

// FuzzScanString is to be run with GOEXPERIMENT=simd: without, it compares a function with itself.
func FuzzScanString(f *testing.F) {
	for _, s := range fragments {
		f.Add([]byte(strings.Repeat("é a", 12) + s + strings.Repeat("天", 12) + `"`))
	}
	f.Fuzz(sameScan)
}
