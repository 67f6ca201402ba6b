package strict

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

var yamlError = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)

func parseYAML(r *report, data []byte) *yaml.Node {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc, more yaml.Node
	if err := dec.Decode(&doc); errors.Is(err, io.EOF) {
		r.addAt(1, 1, "the file is empty", "")
		return nil
	} else if err != nil {
		r.yamlFault(err)
		return nil
	}
	if err := dec.Decode(&more); err == nil {
		r.add(&more, "the file holds a second document", "put each into a file of its own")
		return nil
	} else if !errors.Is(err, io.EOF) {
		r.yamlFault(err)
		return nil
	}
	t := &yamlTree{report: r, open: make(map[*yaml.Node]bool)}
	n := t.node(doc.Content[0], 0)
	if t.stop {
		return nil
	}
	return n
}

// parserError begins the errors of the YAML library's parser, as against its scanner's: their line is counted from 0, and is that of
// the mapping or list that could not be read to its end.
var parserError = regexp.MustCompile(`^did not find expected (?:key|node content|'|<)`)

// yamlFault reports the library's error. It knows the line, not the column.
func (r *report) yamlFault(err error) {
	text := strings.SplitN(err.Error(), "\n", 2)[0]
	m := yamlError.FindStringSubmatchIndex(text)
	line := 1
	if m != nil {
		if m[2] >= 0 {
			if n, err := strconv.Atoi(text[m[2]:m[3]]); err == nil {
				line = n
			}
		}
		text = text[m[1]:]
		if m[2] >= 0 && parserError.MatchString(text) {
			line++
		}
	}
	r.addAt(line, 1, "not YAML: "+text, "look at indentation, colons, quotes and brackets from here on")
}

// yamlTree copies what the YAML parser gives into JSON's model.
type yamlTree struct {
	*report
	open   map[*yaml.Node]bool // the anchors whose text is being copied
	nodes  int
	copies int // of them, by aliases
	stop   bool
}

func (t *yamlTree) halt(n *yaml.Node, problem, fix string) *yaml.Node {
	if !t.stop {
		t.add(n, problem, fix)
	}
	t.stop = true
	return nil
}

// node returns n's copy, or nil after a fault.
func (t *yamlTree) node(n *yaml.Node, depth int) *yaml.Node {
	if t.stop {
		return nil
	}
	if depth > maxDepth {
		return t.halt(n, fmt.Sprintf("nested deeper than %d", maxDepth), "flatten it")
	}
	if len(t.open) > 0 {
		t.copies++
	}
	if t.nodes++; t.nodes > maxNodes || t.copies > maxCopies {
		return t.halt(n, "the aliases make too much of the file", "write out less by alias")
	}
	switch n.Kind {
	case yaml.AliasNode:
		return t.alias(n, depth)
	case yaml.MappingNode:
		return t.mapping(n, depth)
	case yaml.SequenceNode:
		return t.sequence(n, depth)
	}
	return t.scalar(n)
}

func (t *yamlTree) alias(n *yaml.Node, depth int) *yaml.Node {
	if t.open[n.Alias] {
		return t.halt(n, "the anchor "+quote(n.Value)+" holds itself", "")
	}
	t.open[n.Alias] = true
	c := t.node(n.Alias, depth+1)
	delete(t.open, n.Alias)
	return c
}

func (t *yamlTree) sequence(n *yaml.Node, depth int) *yaml.Node {
	if n.Tag != TagSeq {
		t.add(n, "the tag "+quote(n.Tag)+" is not read", "take it out")
	}
	c := &yaml.Node{Kind: yaml.SequenceNode, Tag: TagSeq, Style: n.Style & yaml.FlowStyle, Line: n.Line, Column: n.Column}
	for _, e := range n.Content {
		if v := t.node(e, depth+1); v != nil {
			c.Content = append(c.Content, v)
		}
	}
	return c
}

func (t *yamlTree) mapping(n *yaml.Node, depth int) *yaml.Node {
	if n.Tag != TagMap {
		t.add(n, "the tag "+quote(n.Tag)+" is not read", "take it out")
	}
	c := &yaml.Node{Kind: yaml.MappingNode, Tag: TagMap, Style: n.Style & yaml.FlowStyle, Line: n.Line, Column: n.Column}
	first := make(map[string]int)
	var merged []*yaml.Node
	for i := 0; i+1 < len(n.Content) && !t.stop; i += 2 {
		if n.Content[i].Tag == "!!merge" {
			merged = append(merged, n.Content[i+1])
			continue
		}
		k := t.key(n.Content[i])
		v := t.node(n.Content[i+1], depth+1)
		if k == nil || v == nil {
			continue
		}
		if line, twice := first[k.Value]; twice {
			t.duplicate(k, line)
			continue
		}
		first[k.Value] = k.Line
		c.Content = append(c.Content, k, v)
	}
	for _, m := range merged {
		t.merge(c, first, m, depth+1)
	}
	return c
}

// merge adds to c the keys of m that it does not have: what << means. m is a mapping, or a list of them.
func (t *yamlTree) merge(c *yaml.Node, has map[string]int, m *yaml.Node, depth int) {
	from := t.node(m, depth)
	if from == nil {
		return
	}
	list := []*yaml.Node{from}
	if from.Kind == yaml.SequenceNode {
		list = from.Content
	}
	for _, e := range list {
		if e.Kind != yaml.MappingNode {
			t.add(m, "<< merges mappings, not "+kindOf(e), "quote the key if it is one")
			continue
		}
		for i := 0; i+1 < len(e.Content); i += 2 {
			if _, ok := has[e.Content[i].Value]; !ok {
				has[e.Content[i].Value] = e.Content[i].Line
				c.Content = append(c.Content, e.Content[i], e.Content[i+1])
			}
		}
	}
}

// key returns the copy of a mapping's key: any scalar, by its text, but null.
func (t *yamlTree) key(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode && n.Alias != nil {
		n = n.Alias
	}
	if n.Kind != yaml.ScalarNode || n.Tag == TagNull {
		t.add(n, "a key must be a string, not "+kindOf(n), "quote it")
		return nil
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: TagStr, Value: n.Value, Style: n.Style &^ yaml.TaggedStyle, Line: n.Line, Column: n.Column}
}

func (t *yamlTree) scalar(n *yaml.Node) *yaml.Node {
	c := &yaml.Node{Kind: yaml.ScalarNode, Tag: n.Tag, Value: n.Value, Style: n.Style &^ yaml.TaggedStyle, Line: n.Line, Column: n.Column}
	if n.Style&yaml.TaggedStyle != 0 && !fitsTag(n) {
		t.add(n, "the tag "+quote(n.Tag)+" is not read here", "take it out, or quote the text for a string")
		return nil
	}
	switch c.Tag {
	case TagStr:
		// The parser gives up on a plain number that a float64 cannot hold; JSON has it.
		if c.Style == 0 && n.Style == 0 && isNumber(c.Value) {
			c.Tag = numberTag(c.Value)
		}
	case TagInt, TagFloat:
		if !normalNumber(c) {
			t.add(n, quote(n.Value)+" is not a number that JSON has", "quote it if it is a string")
			return nil
		}
	case TagBool:
		c.Value = strings.ToLower(c.Value)
	case TagNull:
		c.Value = "null"
	default: // a timestamp and << are strings in JSON's model
		c.Tag = TagStr
	}
	return c
}

// fitsTag reports whether the text of a scalar with an explicit tag is of that tag's kind.
func fitsTag(n *yaml.Node) bool {
	switch n.Tag {
	case TagStr:
		return true
	case TagInt, TagFloat, TagBool, TagNull:
		plain := &yaml.Node{Kind: yaml.ScalarNode, Value: n.Value}
		tag := plain.ShortTag()
		return tag == n.Tag || tag == TagInt && n.Tag == TagFloat
	}
	return false
}
