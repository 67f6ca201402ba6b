package strict

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/winnow-data/winnow"
)

// The bounds of a file: bytes, nesting, nodes in all (aliases counted as often as they are used), and faults reported.
const (
	maxSize   = 16 << 20
	maxDepth  = 256
	maxNodes  = 2_000_000
	maxCopies = 100_000
	maxFaults = 200
)

// The tags that a parsed tree has.
const (
	TagStr   = "!!str"
	TagInt   = "!!int"
	TagFloat = "!!float"
	TagBool  = "!!bool"
	TagNull  = "!!null"
	TagMap   = "!!map"
	TagSeq   = "!!seq"
)

// Parse reads data, which is the content of file, into a tree. A file whose first byte that is not white space is { or [ is
// read as JSON, exactly as RFC 8259 has it; every other as one YAML document. The faults of keys and scalars leave
// a tree without them, so that the caller can go on and find more; after a fault in the syntax the tree is nil.
func Parse(file string, data []byte) (*yaml.Node, winnow.Faults) {
	r := &report{file: file}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if len(data) > maxSize {
		r.addAt(0, 0, fmt.Sprintf("the file is larger than %s", Size(maxSize)), "split it")
		return nil, r.faults
	}
	if !utf8.Valid(data) {
		line, col := invalidPlace(data)
		r.addAt(line, col, "the file is not UTF-8 here", "save it as UTF-8")
		return nil, r.faults
	}
	first := bytes.TrimLeft(data, " \t\r\n")
	if len(first) > 0 && (first[0] == '{' || first[0] == '[') {
		return parseJSON(r, data), r.faults
	}
	return parseYAML(r, data), r.faults
}

func invalidPlace(data []byte) (line, col int) {
	line, col = 1, 1
	for len(data) > 0 {
		c, n := utf8.DecodeRune(data)
		if c == utf8.RuneError && n == 1 {
			break
		}
		if col++; c == '\n' {
			line, col = line+1, 1
		}
		data = data[n:]
	}
	return line, col
}

// Get returns the value of key in the mapping n, or nil where n is no mapping or has no such key.
func Get(n *yaml.Node, key string) *yaml.Node {
	_, v := Pair(n, key)
	return v
}

// Pair is Get with the key's own node, which is the place to point at when the key itself is wrong.
func Pair(n *yaml.Node, key string) (k, value *yaml.Node) {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil, nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i], n.Content[i+1]
		}
	}
	return nil, nil
}

// Lookup follows path from n through mappings (by key) and sequences (by index) as far as it leads, and returns the last
// node that is there: the best place for a fault about path. It returns nil for a nil n.
func Lookup(n *yaml.Node, path ...string) *yaml.Node {
	for _, step := range path {
		next := Get(n, step)
		if i, ok := index(step); ok && n != nil && n.Kind == yaml.SequenceNode && i < len(n.Content) {
			next = n.Content[i]
		}
		if next == nil {
			break
		}
		n = next
	}
	return n
}

func index(step string) (int, bool) {
	n := 0
	for _, c := range []byte(step) {
		if c < '0' || c > '9' || n > maxNodes {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, step != ""
}

// IsString reports whether n is a scalar that JSON would write as a string.
func IsString(n *yaml.Node) bool {
	return n != nil && n.Kind == yaml.ScalarNode && n.Tag == TagStr
}
