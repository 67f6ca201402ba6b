package strict

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// FuzzParse has any bytes parsed, expanded and decoded: nothing panics, every fault has a place in the file, and the tree is in JSON's
// model. What encoding/json takes for an object or array is taken here, too, and the other way round, but for what we refuse beyond the grammar.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"a: &x {b: [1, 0x1F, .5, ~, yes]}\nc: *x\nd: {<<: *x}\n", `{"a": [1e5, "\ud83d\ude00", null, {"b": false}]}`, "s: ${A}\np: ${file:x}\nsize: 5MiB\n",
		"- - - a\n  - b\n", "? a\n: b\n", "a: |\n  x\n", "%YAML 1.1\n---\na\n", "&a [*a]", "!!int 5", "\"\\x\"", "{a: 1", "---\n...\n---\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		n, faults := Parse("f", data)
		if n == nil && faults.Err() == nil {
			t.Fatal("no tree and no fault")
		}
		lines := bytes.Count(data, []byte("\n")) + bytes.Count(data, []byte("\r")) + strings.Count(string(data), "\u0085") + strings.Count(string(data), "\u2028") + strings.Count(string(data), "\u2029") + 2
		for _, fault := range faults {
			if fault.Line > lines || fault.Problem == "" {
				t.Fatalf("a fault without place or problem: %+v", fault)
			}
		}
		compareJSON(t, data, n)
		if n == nil {
			return
		}
		checkModel(t, n)
		faults = Expand("f", n, func(string) (string, bool) { return "v", true }, func(string) ([]byte, error) { return []byte("w"), nil })
		var v outer
		for _, fault := range append(faults, Decode("f", n, &v)...) {
			if fault.Problem == "" {
				t.Fatalf("a fault without a problem: %+v", fault)
			}
		}
	})
}

// compareJSON compares the verdict on a JSON file with encoding/json's.
func compareJSON(t *testing.T, data []byte, n *yaml.Node) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	first := bytes.TrimLeft(data, " \t\r\n")
	if len(first) == 0 || first[0] != '{' && first[0] != '[' {
		return
	}
	valid := json.Valid(data)
	if n != nil && !valid {
		t.Fatalf("not JSON, and taken: %q", data)
	}
	// encoding/json is content with half a surrogate pair, bad UTF-8 and any depth.
	if n == nil && valid && !bytes.Contains(data, []byte(`\u`)) && bytes.Equal(data, bytes.ToValidUTF8(data, nil)) && bytes.Count(data, []byte("["))+bytes.Count(data, []byte("{")) < maxDepth {
		t.Fatalf("JSON, and refused: %q", data)
	}
}

func checkModel(t *testing.T, n *yaml.Node) {
	switch n.Kind {
	case yaml.MappingNode, yaml.SequenceNode:
		for i, e := range n.Content {
			if n.Kind == yaml.MappingNode && i%2 == 0 && !IsString(e) {
				t.Fatalf("the key %q is %s", e.Value, e.Tag)
			}
			checkModel(t, e)
		}
	case yaml.ScalarNode:
		switch ok := true; n.Tag {
		case TagStr:
		case TagInt, TagFloat:
			ok = isNumber(n.Value)
			fallthrough
		case TagBool, TagNull:
			if !ok || !json.Valid([]byte(n.Value)) {
				t.Fatalf("%s is no %s of JSON", n.Value, n.Tag)
			}
		default:
			t.Fatalf("the tag %s", n.Tag)
		}
	default:
		t.Fatalf("a node of kind %d", n.Kind)
	}
}
