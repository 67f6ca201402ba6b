package validators

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/winnow-data/winnow/strict"
	"github.com/winnow-data/winnow/validators/internal/batchtest"
	"github.com/winnow-data/winnow/validators/quality"
)

var update = flag.Bool("update", false, "write docs/reference/rules.md anew")

// TestReference keeps the reference what Describe says. `go test ./validators -run Reference -update` writes it.
func TestReference(t *testing.T) {
	path := filepath.Join("..", "docs", "reference", "rules.md")
	want := reference(Describe())
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s is not what the rules say of themselves: write it with -update", path)
	}
}

func reference(docs []Doc) string {
	var b strings.Builder
	b.WriteString("# Rules and detectors\n\nGenerated from the code by `go test ./validators -run Reference -update`; do not edit.\n\n" +
		"A contract lists its rules under `rules`. Each has the keys `rule`, `name` (what reasons call it; the rule itself by default), `pointer` " +
		"(the JSON Pointer of the value that it judges) and `on_fail`, and keys of its own. A rule of records takes `on_fail: quarantine` (the default), " +
		"`tag` or `count`; a rule of windows takes `count`. Unless it says otherwise, a rule passes what is missing or null (`not_null` " +
		"is for that) and what the schema has failed already.\n")
	section := DocKind("")
	for _, d := range docs {
		if d.Kind == DocDetector && section != DocDetector {
			b.WriteString("\n# Detectors of sensitive data\n\nAll of them look at a record's whole value: keys, numbers, strings with their escapes undone, " +
				"and fields that the schema does not name. What becomes of a finding is said under `sensitive` in the contract. Where two findings overlap, the detector that " +
				"is listed first here keeps the bytes, and the other is cut to what is left of it.\n")
		}
		section = d.Kind
		b.WriteString("\n## " + d.Name + "\n\n" + upperFirst(d.Summary) + ". " + d.Detail + "\n")
		if d.Example != "" {
			b.WriteString("\n```yaml\n- " + d.Example + "\n```\n")
		}
		if len(d.Keys) > 0 {
			b.WriteString("\n| key | type | default | |\n|---|---|---|---|\n")
			for _, k := range d.Keys {
				b.WriteString(row("", k))
				for _, inner := range k.Keys {
					b.WriteString(row(k.Name+".", inner))
				}
			}
		}
	}
	return b.String()
}

func row(within string, k strict.Key) string {
	def := k.Default
	if k.Required {
		def = "required"
	}
	return "| `" + within + k.Name + "` | " + typeName(k) + " | " + def + " | " + strings.ReplaceAll(k.Doc, "|", "\\|") + " |\n"
}

func typeName(k strict.Key) string {
	switch {
	case k.Type == "any":
		return "number"
	case k.Elem != nil && k.Elem.Type == "any":
		return "list"
	}
	return k.Type
}

func upperFirst(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// TestDescribe: everything that can be named is described, and the examples are true.
func TestDescribe(t *testing.T) {
	for _, d := range Describe() {
		if d.Name == "" || d.Summary == "" || d.Detail == "" || strings.HasSuffix(d.Summary, ".") || !strings.HasSuffix(d.Detail, ".") {
			t.Errorf("%s is not described well", d.Name)
		}
		for _, k := range d.Keys {
			if k.Doc == "" {
				t.Errorf("%s: the key %s is not described", d.Name, k.Name)
			}
		}
		if d.Kind == DocDetector {
			continue
		}
		spec := batchtest.Spec(t, d.Example)
		p := batchtest.Program(t, `{"properties":{"dest":{"type":"string"},"tailnum":{"type":"string"}}}`, batchtest.Pointers(spec)...)
		if _, faults := quality.Compile(spec, p); spec.Rule != d.Name || len(faults) > 0 {
			t.Errorf("the example of %s does not compile: %v", d.Name, faults)
		}
	}
}
