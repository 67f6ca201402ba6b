package strict

import (
	"fmt"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// jsonReader reads RFC 8259, and nothing more, into yaml nodes. It stops at the first fault of syntax; duplicate keys are
// reported and left out.
type jsonReader struct {
	*report
	data []byte
	pos  int // the next byte
	// The place of markPos, which only ever moves forward, so that places cost one walk in all.
	markPos, line, col int
	nodes              int
	failed             bool
}

func parseJSON(r *report, data []byte) *yaml.Node {
	j := &jsonReader{report: r, data: data, line: 1, col: 1}
	j.space()
	n := j.value(0)
	if j.failed {
		return nil
	}
	if j.space(); j.pos < len(j.data) {
		j.fail("more text after the end of the JSON document", "take it out, or begin the file otherwise than with { or [ to have it read as YAML")
		return nil
	}
	return n
}

// fail reports a fault of syntax at the next byte.
func (j *jsonReader) fail(problem, fix string) {
	if j.failed {
		return
	}
	j.failed = true
	j.mark()
	j.addAt(j.line, j.col, problem, fix)
}

// mark moves the known place to the next byte.
func (j *jsonReader) mark() {
	for j.markPos < j.pos {
		c, n := utf8.DecodeRune(j.data[j.markPos:])
		if j.col++; c == '\n' {
			j.line, j.col = j.line+1, 1
		}
		j.markPos += n
	}
}

func (j *jsonReader) space() {
	for j.pos < len(j.data) {
		switch j.data[j.pos] {
		case ' ', '\t', '\r', '\n':
			j.pos++
		default:
			return
		}
	}
}

// peek returns the next byte, or 0 at the end: a zero byte is no JSON anywhere, so the two need not be told apart.
func (j *jsonReader) peek() byte {
	if j.pos < len(j.data) {
		return j.data[j.pos]
	}
	return 0
}

func (j *jsonReader) node(kind yaml.Kind, tag string) *yaml.Node {
	if j.nodes++; j.nodes > maxNodes {
		j.fail("the file holds too many values", "split it")
	}
	j.mark()
	return &yaml.Node{Kind: kind, Tag: tag, Line: j.line, Column: j.col}
}

func (j *jsonReader) value(depth int) *yaml.Node {
	if depth > maxDepth {
		j.fail(fmt.Sprintf("nested deeper than %d", maxDepth), "flatten it")
		return nil
	}
	switch c := j.peek(); {
	case c == '{':
		return j.object(depth)
	case c == '[':
		return j.array(depth)
	case c == '"':
		n := j.node(yaml.ScalarNode, TagStr)
		n.Style = yaml.DoubleQuotedStyle
		n.Value = j.str()
		return n
	case c == '-' || c >= '0' && c <= '9':
		return j.number()
	}
	for _, w := range [...]struct{ word, tag string }{{"true", TagBool}, {"false", TagBool}, {"null", TagNull}} {
		if len(j.data)-j.pos >= len(w.word) && string(j.data[j.pos:j.pos+len(w.word)]) == w.word {
			n := j.node(yaml.ScalarNode, w.tag)
			n.Value = w.word
			j.pos += len(w.word)
			return n
		}
	}
	j.fail("not a JSON value", "a file that begins with { or [ is read as JSON: strings and keys in double quotes, no comments, no comma at the end")
	return nil
}

func (j *jsonReader) object(depth int) *yaml.Node {
	n := j.node(yaml.MappingNode, TagMap)
	first := make(map[string]int)
	j.pos++
	for j.space(); j.peek() != '}' || len(n.Content) > 0 || len(first) > 0; j.space() {
		if j.peek() != '"' {
			j.fail("not a key in double quotes", "write \"key\": value, without a comma after the last")
			return nil
		}
		k := j.node(yaml.ScalarNode, TagStr)
		k.Value, k.Style = j.str(), yaml.DoubleQuotedStyle
		if j.space(); j.peek() != ':' {
			j.fail("no : after the key", "")
			return nil
		}
		j.pos++
		j.space()
		v := j.value(depth + 1)
		if j.failed {
			return nil
		}
		if line, twice := first[k.Value]; twice {
			j.duplicate(k, line)
		} else {
			first[k.Value] = k.Line
			n.Content = append(n.Content, k, v)
		}
		if j.space(); j.peek() != ',' {
			break
		}
		j.pos++
	}
	if j.peek() != '}' {
		j.fail("no , or } after a value of the object", "")
		return nil
	}
	j.pos++
	return n
}

// duplicate reports the key k, which line has already.
func (r *report) duplicate(k *yaml.Node, line int) {
	r.add(k, "the key "+quote(k.Value)+" is here twice", fmt.Sprintf("line %d has it already: keep one", line))
}

func (j *jsonReader) array(depth int) *yaml.Node {
	n := j.node(yaml.SequenceNode, TagSeq)
	j.pos++
	for j.space(); j.peek() != ']' || len(n.Content) > 0; j.space() {
		v := j.value(depth + 1)
		if j.failed {
			return nil
		}
		n.Content = append(n.Content, v)
		if j.space(); j.peek() != ',' {
			break
		}
		j.pos++
	}
	if j.peek() != ']' {
		j.fail("no , or ] after a value of the array", "")
		return nil
	}
	j.pos++
	return n
}

func (j *jsonReader) number() *yaml.Node {
	n := j.node(yaml.ScalarNode, TagInt)
	end := numberEnd(j.data[j.pos:])
	if end == 0 {
		j.fail("not a number that JSON has", "write it like -1.5e3, without leading zeros")
		return nil
	}
	n.Value = string(j.data[j.pos : j.pos+end])
	n.Tag = numberTag(n.Value)
	j.pos += end
	return n
}
