package strict

import (
	"errors"
	"io/fs"
	"regexp"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/winnow-data/winnow"
)

// expanded marks a node whose text Expand has put together. The style is the one part of a yaml.Node that has room for
// a bit of ours and that every copy takes along.
const expanded yaml.Style = 1 << 31

// maxExpanded bounds what one reference may stand for, in bytes.
const maxExpanded = 1 << 20

var reference = regexp.MustCompile(`^\$\{(file:([^}]+)|([A-Za-z_][A-Za-z0-9_]*))\}`)

// Expanded reports whether Expand has filled in n's text, so that it may be a secret.
func Expanded(n *yaml.Node) bool { return n != nil && n.Style&expanded != 0 }

// Expand replaces, in the string values (not the keys) of the tree n, ${NAME} by what lookup gives for NAME, and ${file:path} by
// what read gives for path, without the line ending at its end. $${ stands for a literal ${. The tree is changed in place, and what was
// filled in is not looked at again. A name that is not set, a file that cannot be read and a broken reference are faults.
func Expand(file string, n *yaml.Node, lookup func(string) (string, bool), read func(path string) ([]byte, error)) winnow.Faults {
	x := &expander{report: report{file: file}, lookup: lookup, read: read}
	x.walk(n)
	return x.faults
}

type expander struct {
	report
	lookup func(string) (string, bool)
	read   func(path string) ([]byte, error)
}

func (x *expander) walk(n *yaml.Node) {
	if n == nil {
		return
	}
	switch n.Kind {
	case yaml.MappingNode:
		for i := 1; i < len(n.Content); i += 2 {
			x.walk(n.Content[i])
		}
	case yaml.SequenceNode:
		for _, e := range n.Content {
			x.walk(e)
		}
	case yaml.ScalarNode:
		if IsString(n) && strings.Contains(n.Value, "${") {
			x.scalar(n)
		}
	}
}

func (x *expander) scalar(n *yaml.Node) {
	var out strings.Builder
	filled := false
	for rest := n.Value; ; {
		i := strings.Index(rest, "${")
		if i < 0 {
			out.WriteString(rest)
			break
		}
		if i > 0 && rest[i-1] == '$' {
			out.WriteString(rest[:i-1] + "${")
			rest = rest[i+2:]
			continue
		}
		out.WriteString(rest[:i])
		m := reference.FindStringSubmatch(rest[i:])
		if m == nil {
			x.add(n, "a ${ that begins neither ${NAME} nor ${file:path}", "mend it, or write $${ for a literal ${")
			return
		}
		text, ok := x.value(n, m)
		if !ok {
			// The other references of this text are still looked at: all faults at once.
			text = ""
		}
		filled = true
		out.WriteString(text)
		rest = rest[i+len(m[0]):]
	}
	n.Value = out.String()
	if filled {
		n.Style |= expanded
	}
}

// value returns what the reference m stands for.
func (x *expander) value(n *yaml.Node, m []string) (string, bool) {
	if name := m[3]; name != "" {
		v, ok := x.lookup(name)
		if !ok {
			x.add(n, "the environment variable "+name+" is not set", "set it, even if only to nothing")
		}
		return v, ok
	}
	data, err := x.read(m[2])
	switch {
	case err != nil:
		// The error of os.ReadFile names the path once more, and in full.
		if pe := (*fs.PathError)(nil); errors.As(err, &pe) {
			err = pe.Err
		}
		x.add(n, "cannot read the file of ${file:"+m[2]+"}: "+err.Error(), "relative paths are taken from the folder of this file")
		return "", false
	case len(data) > maxExpanded:
		x.add(n, "the file of ${file:"+m[2]+"} is larger than "+Size(maxExpanded).String(), "")
		return "", false
	case !utf8.Valid(data):
		x.add(n, "the file of ${file:"+m[2]+"} is not text in UTF-8", "")
		return "", false
	}
	return strings.TrimSuffix(strings.TrimSuffix(string(data), "\n"), "\r"), true
}
