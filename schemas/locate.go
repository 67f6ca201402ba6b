package schemas

import "strconv"

// Locate gives the JSON Pointer of the innermost value of doc that holds the byte at offset; for a byte of a key, that of the key's
// member. Array indices are numbers; a name that the schema does not know is *. It is "" where doc is not JSON
// at that place, or nested deeper than 10,000.
func (p *Program) Locate(doc []byte, offset int) (pointer string) {
	NewLocator(p).All(doc, []int{offset}, func(_ int, at string) { pointer = at })
	return pointer
}

// A Locator locates many offsets in one walk, and allocates only for pointers that it has not met. It belongs to one goroutine.
type Locator struct {
	program *Program
	doc     []byte
	offsets []int
	k       int // the offset that is looked for
	path    []byte
	met     map[string]string
	f       func(i int, pointer string)
}

// maxMet bounds the pointers that a Locator remembers.
const maxMet = 1024

// NewLocator makes a Locator.
func NewLocator(p *Program) *Locator { return &Locator{program: p, met: make(map[string]string)} }

// All calls f for each of offsets, which ascend, in order, with its index and what Locate gives for it in doc.
func (l *Locator) All(doc []byte, offsets []int, f func(i int, pointer string)) {
	l.doc, l.offsets, l.k, l.path, l.f = doc, offsets, 0, l.path[:0], f
	for len(offsets) > l.k && offsets[l.k] < 0 {
		l.tell("")
	}
	if l.k < len(offsets) {
		l.value(l.program.root, space(doc, 0), 0)
	}
	for l.k < len(offsets) {
		l.tell("")
	}
	l.doc, l.offsets, l.f = nil, nil, nil
}

func (l *Locator) tell(pointer string) {
	l.f(l.k, pointer)
	l.k++
}

// hit tells of the offsets below end: they are at path. It says whether they were the last.
func (l *Locator) hit(end int) (done bool) {
	if l.k < len(l.offsets) && l.offsets[l.k] < end {
		for pointer := l.pointer(); l.k < len(l.offsets) && l.offsets[l.k] < end; {
			l.tell(pointer)
		}
	}
	return l.k == len(l.offsets)
}

func (l *Locator) pointer() string {
	if s, ok := l.met[string(l.path)]; ok {
		return s
	}
	if len(l.met) >= maxMet {
		clear(l.met)
	}
	s := string(l.path)
	l.met[s] = s
	return s
}

const maxLocate = 10_000

// value reads the value at i and returns the place behind it, or -1 when everything is told or the document breaks off.
func (l *Locator) value(n *node, i, depth int) int {
	if i >= len(l.doc) || depth > maxLocate {
		return -1
	}
	switch l.doc[i] {
	case '{':
		return l.object(n, i, depth)
	case '[':
		return l.array(n, i, depth)
	}
	end := l.scalar(i)
	if l.hit(end) {
		return -1
	}
	return end
}

// scalar gives the place behind the scalar at i, or -1.
func (l *Locator) scalar(i int) int {
	switch c := l.doc[i]; {
	case c == '"':
		end, _ := scanString(l.doc, i+1)
		return max(end+1, -1)
	case c == '-' || c-'0' <= 9:
		_, end := scanNumber(l.doc, i)
		return max(end, -1)
	default:
		end, _ := scanLiteral(l.doc, i)
		return end
	}
}

func (l *Locator) object(n *node, i, depth int) int {
	mark := len(l.path)
	for i = space(l.doc, i+1); i < len(l.doc) && l.doc[i] == '"'; {
		end, saw := scanString(l.doc, i+1)
		if end < 0 {
			return -1
		}
		if l.path = l.path[:mark]; l.hit(i) {
			return -1
		}
		child := l.member(n, l.doc[i+1:end], saw)
		if l.hit(end + 1) {
			return -1
		}
		if i = space(l.doc, end+1); i >= len(l.doc) || l.doc[i] != ':' {
			return -1
		}
		i = space(l.doc, i+1)
		member := len(l.path)
		if l.path = l.path[:mark]; l.hit(i) { // between key and value: the object's own
			return -1
		}
		l.path = l.path[:member]
		if i = l.value(child, i, depth+1); i < 0 {
			return -1
		}
		if i = space(l.doc, i); i >= len(l.doc) || l.doc[i] != ',' {
			break
		}
		i = space(l.doc, i+1)
	}
	l.path = l.path[:mark]
	return l.closed(i, '}')
}

// closed ends a container whose last byte should be at i. An offset in it that no value or key held is the
// container's own.
func (l *Locator) closed(i int, with byte) int {
	if i >= len(l.doc) || l.doc[i] != with {
		return -1
	}
	if l.hit(i + 1) {
		return -1
	}
	return i + 1
}

// member adds the member's name to the path and gives its node.
func (l *Locator) member(n *node, name []byte, saw uint8) *node {
	if saw&sawEscape != 0 {
		name = unescape(nil, name)
	}
	l.path = append(l.path, '/')
	if n == nil || n.object == nil {
		l.path = append(l.path, '*')
		return nil
	}
	if k := n.object.names.find(name); k >= 0 {
		l.path = append(l.path, n.object.props[k].token...)
		return n.object.props[k].node
	}
	l.path = append(l.path, '*')
	return n.object.extra
}

func (l *Locator) array(n *node, i, depth int) int {
	var item *node
	if n != nil {
		item = n.item
	}
	mark := len(l.path)
	i = space(l.doc, i+1)
	for k := 0; i < len(l.doc) && l.doc[i] != ']'; k++ {
		if l.path = l.path[:mark]; l.hit(i) {
			return -1
		}
		l.path = strconv.AppendInt(append(l.path, '/'), int64(k), 10)
		if i = l.value(item, i, depth+1); i < 0 {
			return -1
		}
		if i = space(l.doc, i); i >= len(l.doc) || l.doc[i] != ',' {
			break
		}
		i = space(l.doc, i+1)
	}
	l.path = l.path[:mark]
	return l.closed(i, ']')
}
