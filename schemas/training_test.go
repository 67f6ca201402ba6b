package schemas_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// trainingSchema is a contract's schema like many: identifiers, enums, a time, numbers with limits, a nested object, a list of
// features, and a text.
const trainingSchema = `{
  "$schema": "http://json-schema.org/draft-07/schema#",
  "type": "object",
  "required": ["id", "ts", "split", "source", "lang", "label", "tokens", "user", "features", "text"],
  "additionalProperties": false,
  "properties": {
    "id": {"type": "string", "minLength": 16, "maxLength": 16},
    "ts": {"type": "string", "format": "date-time"},
    "split": {"type": "string", "enum": ["train", "test", "validation"]},
    "source": {"type": "string", "enum": ["web", "book", "forum", "code", "news", "chat", "wiki", "mail"]},
    "lang": {"type": "string", "enum": ["en", "de", "fr", "es"]},
    "label": {"type": "integer", "minimum": 0, "maximum": 9},
    "weight": {"type": ["number", "null"], "exclusiveMinimum": 0, "maximum": 1},
    "tokens": {"type": "integer", "minimum": 1},
    "user": {
      "type": "object",
      "required": ["id", "team"],
      "properties": {
        "id": {"type": "integer", "minimum": 1},
        "team": {"type": "string", "pattern": "^[a-z]+-[0-9]+$"},
        "consent": {"type": "boolean"}
      }
    },
    "features": {"type": "array", "minItems": 12, "maxItems": 12, "items": {"type": "number", "minimum": -10, "maximum": 10}},
    "text": {"type": "string", "minLength": 1, "maxLength": 4000}
  }
}`

// trainingRecords makes n records that pass trainingSchema, about 390 bytes each; the same ones each time.
func trainingRecords(n int) [][]byte {
	r := rand.New(rand.NewPCG(390, 1))
	pick := func(s ...string) string { return s[r.IntN(len(s))] }
	words := strings.Fields("the model reads a record that somebody wrote about rain and trains over hills " +
		"while numbers grow and labels drift between seasons of careful measurement")
	docs := make([][]byte, n)
	for i := range docs {
		var b strings.Builder
		fmt.Fprintf(&b, `{"id":"%016x","ts":"2026-%02d-%02dT%02d:%02d:%02d.%03dZ"`, r.Uint64(),
			1+r.IntN(12), 1+r.IntN(28), r.IntN(24), r.IntN(60), r.IntN(60), r.IntN(1000))
		fmt.Fprintf(&b, `,"split":"%s","source":"%s","lang":"%s","label":%d,"weight":%.3f,"tokens":%d`,
			pick("train", "test", "validation"), pick("web", "book", "forum", "code", "news", "chat", "wiki", "mail"),
			pick("en", "de", "fr", "es"), r.IntN(10), 0.001+r.Float64()*0.99, 1+r.IntN(4000))
		fmt.Fprintf(&b, `,"user":{"id":%d,"team":"team-%d","consent":%v},"features":[`, 1+r.IntN(1e6), r.IntN(40), r.IntN(2) == 0)
		for k := range 12 {
			if k > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, "%.*f", 1+r.IntN(3), r.Float64()*4-2)
		}
		b.WriteString(`],"text":"`)
		for start := b.Len(); b.Len()-start < 104; {
			b.WriteString(words[r.IntN(len(words))])
			b.WriteByte(' ')
		}
		b.WriteString(`."}`)
		docs[i] = []byte(b.String())
	}
	return docs
}
