package schemas_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// BenchmarkText decodes one long text to a record, of the alphabets that cost differently.
func BenchmarkText(b *testing.B) {
	for _, text := range []struct{ name, words string }{
		{"ascii", "the quick brown fox jumps over the lazy dog, and then goes home. "},
		{"lines", `He said: \"short lines of text\",\nas they are in mails and in code.\n`},
		{"french", "Dès Noël, où un zéphyr haï me vêt de glaçons würmiens, je dîne d’exquis rôtis de bœuf. "},
		{"russian", "Съешь же ещё этих мягких французских булок, да выпей чаю. "},
		{"chinese", "天地玄黄，宇宙洪荒。日月盈昃，辰宿列张。寒来暑往，秋收冬藏。"},
	} {
		for _, size := range []struct {
			name  string
			bytes int
		}{{"1K", 1000}, {"100K", 100_000}} {
			b.Run(text.name+"/"+size.name, func(b *testing.B) {
				doc := []byte(`{"text":"` + strings.Repeat(text.words, 1+size.bytes/len(text.words)) + `"}`)
				benchmark(b, `{"type":"object","properties":{"text":{"type":"string","minLength":1}}}`, [][]byte{doc}, true)
			})
		}
	}
}

// BenchmarkWebhooks decodes GitHub's webhooks, as they are sent and with line breaks and indents.
func BenchmarkWebhooks(b *testing.B) {
	file, err := os.ReadFile(filepath.Join(suites(b), "github-webhooks", "events.ndjson"))
	if err != nil {
		b.Fatal(err)
	}
	docs := bytes.Split(bytes.TrimSpace(file), []byte("\n"))
	b.Run("compact", func(b *testing.B) { benchmark(b, `true`, docs, true) })
	b.Run("indented", func(b *testing.B) {
		indented := make([][]byte, len(docs))
		for i, doc := range docs {
			var out bytes.Buffer
			if err := json.Indent(&out, doc, "", "  "); err != nil {
				b.Fatal(err)
			}
			indented[i] = out.Bytes()
		}
		benchmark(b, `true`, indented, true)
	})
}
