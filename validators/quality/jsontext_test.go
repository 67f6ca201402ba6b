package quality

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/winnow-data/winnow/strict"
)

func parseNode(t *testing.T, text string) *yaml.Node {
	t.Helper()
	n, faults := strict.Parse("n", []byte("- "+text))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	return n.Content[0]
}

// FuzzJSONText holds the readers of JSON text to what encoding/json says of the same text.
func FuzzJSONText(f *testing.F) {
	for _, text := range []string{
		`""`, `"a"`, `"\u0041\n\"\\\/\b\f\r\t"`, `"\ud83d\ude00é"`, `"\u00e9\u20AC"`, `[]`, `[ ]`, `[1]`, `[[],{}]`, `["a,b","]"]`, `[ 1 , [2,3] ,"\\"]`, `[{"a":[1,2]}]`,
		"[\n]", `["\""]`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !json.Valid([]byte(text)) || !utf8.ValidString(text) || strings.TrimSpace(text) != text {
			t.Skip() // a value's text has nothing around it
		}
		switch text[0] {
		case '"':
			var want string
			if err := json.Unmarshal([]byte(text), &want); err != nil {
				t.Fatal(err)
			}
			if got, _ := unquote(text, []byte("left over")); string(got) != want && utf8.ValidString(want) && !hasLoneSurrogate(want) {
				t.Errorf("%s is %q, want %q", text, got, want)
			}
			if got := runes(text); got != utf8.RuneCountInString(want) && !hasLoneSurrogate(want) {
				t.Errorf("%s has %d code points, want %d", text, got, utf8.RuneCountInString(want))
			}
		case '[':
			var want []json.RawMessage
			if err := json.Unmarshal([]byte(text), &want); err != nil {
				t.Fatal(err)
			}
			if got := items(text); got != len(want) {
				t.Errorf("%s has %d items, want %d", text, got, len(want))
			}
		}
	})
}

// hasLoneSurrogate says that s may come from half a surrogate pair, which the decoder refuses.
func hasLoneSurrogate(s string) bool {
	for _, r := range s {
		if r == utf8.RuneError {
			return true
		}
	}
	return false
}
