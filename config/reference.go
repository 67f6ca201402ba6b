package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/winnow-data/winnow/schemas"
	"github.com/winnow-data/winnow/strict"
)

// Keys lists every key of the pipeline file, with defaults and meaning.
func Keys() []strict.Key { return strict.Describe(defaults()) }

// Reference renders docs/reference/config.md: every key of the pipeline file and of a contract.
func Reference() []byte {
	var b bytes.Buffer
	b.WriteString(`# Configuration

<!-- Generated from the code by: go test ./config -run TestReference -update -->

Both files are strict: an unknown key, a wrong type, a key given twice and a key without a value are faults, and every fault is
told at once with its line and column. They are YAML, or JSON where the first character is ` + "`{`" + `. Paths are taken from the
folder of the file that names them. Editors that know JSON Schema can use
[pipeline.schema.json](pipeline.schema.json) and [contract.schema.json](contract.schema.json).

Sizes are written like ` + "`512KiB`, `16MiB` or `1GB`" + ` (a bare number is bytes), times like ` + "`500ms`, `30s`, `1h30m` or `90d`" + `.

## The pipeline file

What ` + "`winnow run --config FILE`" + ` reads. In its values, ` + "`${NAME}`" + ` stands for an environment variable and ` + "`${file:PATH}`" + ` for the
content of a file, without the line ending at its end; ` + "`$${`" + ` is a literal ` + "`${`" + `. What they stand for never appears in an error.

`)
	table(&b, Keys())
	b.WriteString(`
## A contract

A file with the key ` + "`winnow`" + `. Any other file is taken as a bare JSON Schema: a contract of that schema and nothing else, with
` + "`sensitive`" + ` off. References to the environment are not read in contracts.

`)
	table(&b, schemas.ContractKeys())
	b.WriteString(`
A contract's hash is SHA-256 over its canonical form, in which its schema's file is put in its place: comments, the order of
keys, the spelling of numbers, YAML or JSON, and a default that is written out (but for those of a rule's own keys) do not change it.
`)
	return b.Bytes()
}

func table(b *bytes.Buffer, keys []strict.Key) {
	b.WriteString("| key | type | default | meaning |\n|---|---|---|---|\n")
	rows(b, "", keys)
}

func rows(b *bytes.Buffer, prefix string, keys []strict.Key) {
	for _, k := range keys {
		name := prefix + k.Name
		def := k.Default
		switch {
		case k.Required:
			def = "required"
		case def != "" && !strings.Contains(def, " "):
			def = "`" + def + "`"
		}
		doc := k.Doc
		if len(k.Enum) > 0 {
			doc += " One of " + list(k.Enum) + "."
		}
		fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", name, typeText(k), cell(def), cell(doc))
		rows(b, name+".", k.Keys)
		if k.Elem != nil && len(k.Elem.Keys) > 0 {
			rows(b, name+"[].", k.Elem.Keys)
		}
	}
}

func list(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = "`" + w + "`"
	}
	return strings.Join(quoted, ", ")
}

func typeText(k strict.Key) string {
	switch {
	case k.Type == "list" && k.Elem != nil:
		return "list of " + plural(typeText(*k.Elem))
	case k.Type == "map" && k.Elem != nil:
		return "mapping to " + plural(typeText(*k.Elem))
	}
	return k.Type
}

func plural(s string) string {
	if strings.HasSuffix(s, "s") || strings.Contains(s, " ") {
		return s
	}
	return s + "s"
}

// cell writes text so that Markdown shows it as it is.
func cell(s string) string {
	return strings.NewReplacer("|", `\|`, "*", `\*`, "__", `\_\_`).Replace(s)
}

// PipelineSchema renders the JSON Schema of the pipeline file, for editors.
func PipelineSchema() []byte {
	return document("winnow pipeline", "The pipeline file of winnow.", Keys())
}

// ContractSchema renders the JSON Schema of a contract, for editors.
func ContractSchema() []byte {
	return document("winnow contract", "A contract of winnow: what a topic's records must be.", schemas.ContractKeys())
}

func document(title, doc string, keys []strict.Key) []byte {
	s := object(keys)
	s["$schema"] = "http://json-schema.org/draft-07/schema#"
	s["title"] = title
	s["description"] = doc
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(s); err != nil {
		// Maps, lists and strings can always be written.
		panic(fmt.Sprintf("config: %v", err))
	}
	return b.Bytes()
}

func object(keys []strict.Key) map[string]any {
	props := make(map[string]any, len(keys))
	var required []string
	for _, k := range keys {
		s := schemaOf(k)
		s["description"] = k.Doc
		if k.Default != "" && k.Type != "mapping" && !strings.Contains(k.Default, " ") {
			s["default"] = defaultOf(k)
		}
		props[k.Name] = s
		if k.Required {
			required = append(required, k.Name)
		}
	}
	s := map[string]any{"type": "object", "properties": props, "additionalProperties": false}
	if required != nil {
		s["required"] = required
	}
	return s
}

// defaultOf is the default as JSON where it is JSON, else as a string.
func defaultOf(k strict.Key) any {
	if (k.Type == "integer" || k.Type == "number" || k.Type == "boolean") && json.Valid([]byte(k.Default)) {
		return json.RawMessage(k.Default)
	}
	return k.Default
}

// schemaOf gives the JSON Schema of a key's value. Where a value can be a reference to the environment, a string is always
// allowed: the schema is for the file as it is written.
func schemaOf(k strict.Key) map[string]any {
	if own, ok := k.Schema.(map[string]any); ok {
		s := make(map[string]any, len(own)+2)
		for key, v := range own {
			s[key] = v
		}
		return s
	}
	switch k.Type {
	case "mapping":
		return object(k.Keys)
	case "list":
		return map[string]any{"type": "array", "items": schemaOf(*k.Elem)}
	case "map":
		return map[string]any{"type": "object", "additionalProperties": schemaOf(*k.Elem)}
	case "string":
		if len(k.Enum) > 0 {
			return map[string]any{"anyOf": []any{map[string]any{"enum": k.Enum}, reference()}}
		}
		return map[string]any{"type": "string"}
	case "size":
		return map[string]any{"anyOf": []any{map[string]any{"type": "integer", "minimum": 0}, map[string]any{"type": "string", "pattern": `^[0-9]+ ?([kKMGT]?i?B)?$`}, reference()}}
	case "duration":
		return map[string]any{"anyOf": []any{map[string]any{"const": 0}, map[string]any{"type": "string", "pattern": `^([0-9]+(ns|us|ms|s|m|h|d|w))+$`}, reference()}}
	case "integer", "number", "boolean":
		return map[string]any{"anyOf": []any{map[string]any{"type": k.Type}, reference()}}
	}
	return map[string]any{}
}

func reference() map[string]any {
	return map[string]any{"type": "string", "pattern": `^.*\$\{[^}]+\}.*$`}
}
