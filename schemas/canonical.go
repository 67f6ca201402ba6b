package schemas

import (
	"bytes"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/winnow-data/winnow/strict"
)

// The canonical form of a value, equal for equal values: no white space, members sorted by key, numbers as decimal.append spells
// them, strings raw behind their length.

func canonicalNode(dst []byte, n *yaml.Node) []byte {
	switch n = resolve(n); {
	case n.Kind == yaml.SequenceNode:
		dst = append(dst, '[')
		for _, item := range n.Content {
			dst = append(canonicalNode(dst, item), ',')
		}
		return append(dst, ']')
	case n.Kind == yaml.MappingNode:
		var members []string
		for key, value := range pairs(n) {
			members = append(members, string(canonicalNode(append(canonicalString(nil, []byte(key.Value)), ':'), value)))
		}
		slices.Sort(members)
		dst = append(dst, '{')
		for _, m := range members {
			dst = append(append(dst, m...), ',')
		}
		return append(dst, '}')
	case isNumber(n):
		var dec decimal
		dec.set([]byte(n.Value))
		return dec.append(dst)
	case n.Tag == strict.TagNull:
		return append(dst, "null"...)
	case n.Tag == strict.TagBool && truth(n):
		return append(dst, "true"...)
	case n.Tag == strict.TagBool:
		return append(dst, "false"...)
	default:
		return canonicalString(dst, []byte(n.Value))
	}
}

func canonicalString(dst, s []byte) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	for shift := 28; shift >= 0; shift -= 4 {
		dst = append(dst, hex[uint64(len(s))>>uint(shift)&15])
	}
	return append(dst, s...)
}

// A canon writes the canonical form of values that the decoder has passed, in memory that it keeps.
type canon struct {
	out  []byte
	keep []byte // members being put in order
	ends []member
	dec  decimal
}

type member struct{ start, end int }

// value appends the value at doc[i] and returns the place behind it.
func (c *canon) value(doc []byte, i int) int {
	switch b := doc[i]; b {
	case '{':
		return c.object(doc, i+1)
	case '[':
		c.out = append(c.out, '[')
		for i = space(doc, i+1); doc[i] != ']'; {
			i = space(doc, c.value(doc, i))
			c.out = append(c.out, ',')
			if doc[i] == ',' {
				i = space(doc, i+1)
			}
		}
		c.out = append(c.out, ']')
		return i + 1
	case '"':
		end, _ := scanString(doc, i+1)
		at := len(c.out)
		c.out = unescape(canonicalString(c.out, nil), doc[i+1:end])
		text := len(c.out) - at - 9
		for k := 8; k > 0; k-- {
			c.out[at+k] = "0123456789abcdef"[text&15]
			text >>= 4
		}
		return end + 1
	case 't', 'n':
		c.out = append(c.out, doc[i:i+4]...)
		return i + 4
	case 'f':
		c.out = append(c.out, doc[i:i+5]...)
		return i + 5
	default:
		_, next := scanNumber(doc, i)
		c.dec.set(doc[i:next])
		c.out = c.dec.append(c.out)
		return next
	}
}

// object writes the members behind c.out and then sorts them into place. The list of members is a stack: those of this
// object begin at base.
func (c *canon) object(doc []byte, i int) int {
	base := len(c.ends)
	c.out = append(c.out, '{')
	first := len(c.out)
	for i = space(doc, i); doc[i] != '}'; {
		start := len(c.out)
		i = space(doc, c.value(doc, i))
		c.out = append(c.out, ':')
		i = space(doc, c.value(doc, space(doc, i+1)))
		c.ends = append(c.ends, member{start - first, len(c.out) - first})
		if doc[i] == ',' {
			i = space(doc, i+1)
		}
	}
	c.keep = append(c.keep[:0], c.out[first:]...)
	members := c.ends[base:]
	slices.SortFunc(members, func(a, b member) int {
		return bytes.Compare(c.keep[a.start:a.end], c.keep[b.start:b.end])
	})
	c.out = c.out[:first]
	for _, m := range members {
		c.out = append(append(c.out, c.keep[m.start:m.end]...), ',')
	}
	c.ends = c.ends[:base]
	c.out = append(c.out, '}')
	return i + 1
}

// space skips white space from i on.
func space(doc []byte, i int) int {
	for i < len(doc) && doc[i] <= ' ' && (doc[i] == ' ' || doc[i] == '\n' || doc[i] == '\t' || doc[i] == '\r') {
		i++
	}
	return i
}
