package schemas

import (
	"encoding/binary"
	"math"
	"strings"

	"github.com/apache/arrow/go/v15/arrow"
	"github.com/apache/arrow/go/v15/arrow/array"

	"github.com/winnow-data/winnow/schemas/ecma"
	"github.com/winnow-data/winnow/schemas/format"
)

// A Program is a compiled schema: what the decoder checks, and which columns it fills. It does not change and may be
// used by any number of decoders at once.
type Program struct {
	schema  *arrow.Schema
	root    *node
	columns []columnDef // a parent before its children; those of top level in tops
	tops    []int
	members int // how many places a decoder predicts at
	objects []*objectNode
	names   []name // every one that the schema has, by its number
	known   stringSet
	rest    int  // the root's rest column, or -1
	whole   bool // there is no other, and it holds documents as they are
}

// Schema is the Arrow schema of the records that decoders of p make. A field's metadata holds its JSON Pointer as
// winnow.pointer, and winnow.json: "true" where the column holds values as their JSON text, winnow.rest: "true" where it
// is an object's rest, and winnow.required: "true" where null is JSON's null and not an absent member.
func (p *Program) Schema() *arrow.Schema { return p.schema }

// Column finds the column of a JSON Pointer: its indices, from the record's columns through nested structs, and its field. Ok
// is false where the pointer has no column.
func (p *Program) Column(pointer string) (path []int, f arrow.Field, ok bool) {
	if pointer == "" || pointer[0] != '/' {
		return nil, f, false
	}
	at := p.tops
	for token := range strings.SplitSeq(pointer[1:], "/") {
		name, found := unescapeToken(token), -1
		for i, c := range at {
			if p.columns[c].field.Name == name {
				found = i
				break
			}
		}
		if found < 0 {
			return nil, f, false
		}
		def := &p.columns[at[found]]
		path, f, at = append(path, found), def.field, nil
		if def.store == storeStruct {
			at = def.kids
		}
	}
	return path, f, true
}

// A store is how a node fills its column.
type store uint8

const (
	storeNone store = iota
	storeInt
	storeFloat
	storeBool
	storeString
	storeJSON // the value's own bytes
	storeStruct
	storeList
	storeMap  // as Arrow has it: a list of structs of key and value
	storeDict // the index of a string in an enum
	storeTime // microseconds
	storeDecimal
	storeRest // members that their object's columns do not give back
)

// A columnDef is a column of the program. A list has one kid, its elements; so has a map.
type columnDef struct {
	store store
	field arrow.Field
	kids  []int
	width int         // bytes a row at least, its kids' included
	dict  *array.Data // of storeDict: the strings
}

// A node is the program at one place: the checks for a value there. A nil node checks nothing but the grammar. The schemas that
// apply to one value are merged into one node.
type node struct {
	id       int // of a node with branches
	allow    kinds
	store    store
	col      int
	fixed    bool // pointer is known; else it depends on the record
	pointer  string
	never    string // no value of the kinds neverOf passes; the keyword to blame
	neverOf  kinds
	checks   bool  // any of those below
	pass     kinds // scalars of which none needs a look
	texts    bool  // any of strings, but for what the column's own store finds
	reads    bool  // strings are wanted without escapes
	quick    quick
	counts   sizes
	lengths  sizes
	limits   []limit
	multiple []multiple
	patterns []*ecma.Pattern
	formats  []format.Check
	dateTime bool // the format date-time, too
	enums    []enum
	trees    bool // an enum has arrays or objects
	object   *objectNode
	prefix   []*node // of an array's first elements
	item     *node
	items    bool // arrays are walked with item; else just their grammar
	rest     bool // items behind prefix count as evaluated
	run      bool // item fills a column of numbers
	width    int  // of an element's columns

	dict     *valueSet // of storeDict: one of enums
	scale    int       // of storeDecimal: digits of the fraction
	member   bool      // of an object with columns
	optional bool      // a member that may be absent, and null: then null goes to the object's rest
	inexact  bool      // a member that is a list or a map of times: one that is not written as it is printed sends all of it to the rest

	// What takes a second look, at the value's tape.
	ops     []op
	special kinds // of values that ops are for, and loose
	taped   kinds // of arrays and objects among those that ops are for
	loose   kinds // whose failures whole explains
	whole   *node // without choosing branches by the kind of value
}

// An enum is a set of values for the kinds of.
type enum struct {
	*valueSet

	of kinds
}

// quick are numbers that pass everything: integers from least to most, fractions between above and below.
type quick struct {
	least, most  int64
	above, below float64
}

// settle notes what there is to check.
func (n *node) settle() {
	n.checks = n.never != "" || n.counts != anySize || n.lengths != anySize || len(n.enums) > 0 || n.dateTime ||
		len(n.limits)+len(n.multiple)+len(n.patterns)+len(n.formats) > 0
	enums := len(n.enums)
	if n.dict != nil {
		enums--
	}
	n.texts = n.never != "" || n.lengths != anySize || enums > 0 || n.dateTime && n.store != storeTime || len(n.patterns)+len(n.formats) > 0
	n.reads = n.texts || n.store == storeString || n.store == storeDict || n.store == storeTime
}

func noQuick() quick { return quick{least: 1, above: math.Inf(1), below: math.Inf(-1)} }

// newQuick is empty where n checks more of numbers than their limits.
func newQuick(n *node) quick {
	q := noQuick()
	if n.neverOf&kindNumber != 0 || len(n.enums)+len(n.multiple) > 0 {
		return q
	}
	if n.allow&kindInteger != 0 {
		q.least, q.most = math.MinInt64, math.MaxInt64
	}
	if n.allow&kindNumber == kindNumber {
		q.above, q.below = q.below, q.above
	}
	for i := range n.limits {
		q.keep(&n.limits[i])
	}
	return q
}

// keep takes away what may break l: near the limit a fraction is compared exactly.
func (q *quick) keep(l *limit) {
	const far = 1 << 53
	least, most := int64(math.MinInt64), int64(math.MaxInt64)
	switch {
	case l.isInt && l.outside&1 != 0:
		least = l.int
		if l.outside&2 != 0 && least < math.MaxInt64 {
			least++
		}
	case l.isInt:
		most = l.int
		if l.outside&2 != 0 && most > math.MinInt64 {
			most--
		}
	case !(l.float > -far && l.float < far):
		least, most = 1, 0
	case l.outside&1 != 0:
		least = int64(math.Floor(l.float)) + 1
	default:
		most = int64(math.Ceil(l.float)) - 1
	}
	q.least, q.most = max(q.least, least), min(q.most, most)
	if l.outside&1 != 0 {
		q.above = max(q.above, l.float)
	} else {
		q.below = min(q.below, l.float)
	}
}

// An objectNode is the part of a node that is about objects.
type objectNode struct {
	fixed    bool // the pointers of props are known
	first    int  // of its len(props)+1 places in the decoder's predictions
	props    []prop
	names    stringSet
	required uint64 // of the first 64
	more     []int  // required ones behind them
	words    int    // of seen bits behind the first 64
	extra    *node  // for names that are not in props
	star     string // pointer of those, where fixed
	rest     int    // the column for what the others do not give back, or -1

	matched []*ecma.Pattern // of names that are not in props
	extras  []*node         // for those, by which of matched match, as bits
	members sizes
	depends []dependence

	slots []slot // of the numbers of props' names
	bloom uint64 // of the required ones
	rare  bool   // it has members to count, dependences, or required ones behind the first 64
	open  bool   // every member counts as evaluated
}

// A dependence is dependentRequired: where the property k is, needs must be.
type dependence struct {
	k     int
	needs []int
	rule  string
}

// A key is a name as it is most often written, with quotes and colon.
type key struct {
	low, lm  uint64 // the first eight bytes and their mask
	high, hm uint64 // the next eight
	size     int
	quoted   string
}

// A name is one that the schema has somewhere.
type name struct {
	key

	text []byte
}

// A prop is a name that the schema knows at this place.
type prop struct {
	key

	node     *node
	name     string
	token    string // as in a pointer
	pointer  string // where fixed
	id       int32  // of its name in the program
	declared bool   // counts as evaluated
}

func newProp(name string) prop { return prop{key: newKey(name), name: name, token: escapeToken(name)} }

func newKey(name string) (p key) {
	p.quoted = string(append(appendEscaped([]byte{'"'}, []byte(name)), `":`...))
	p.size = len(p.quoted)
	var text, mask [16]byte
	for i := range copy(text[:], p.quoted) {
		mask[i] = 0xFF
	}
	p.low, p.high = binary.LittleEndian.Uint64(text[:]), binary.LittleEndian.Uint64(text[8:])
	p.lm, p.hm = binary.LittleEndian.Uint64(mask[:]), binary.LittleEndian.Uint64(mask[8:])
	return p
}

// short says that doc, of 16 bytes, begins with the key as it is most often written, if that is no longer.
func (p *key) short(doc []byte) bool {
	return p.size <= 16 && (binary.LittleEndian.Uint64(doc)^p.low)&p.lm|(binary.LittleEndian.Uint64(doc[8:])^p.high)&p.hm == 0
}

// begins says that the key is at doc[i:].
func (p *key) begins(doc []byte, i int) bool {
	if len(doc)-i >= 16 && p.size <= 16 {
		return p.short(doc[i : i+16 : i+16])
	}
	return p.at(doc, i)
}

// at says so, for a key of any length at doc[i:].
func (p *key) at(doc []byte, i int) bool {
	return len(doc)-i >= p.size && string(doc[i:i+p.size]) == p.quoted
}

// pointers lists the pointers of the columns that are reached through objects alone.
func (p *Program) pointers() (all []string) {
	var walk func(prefix string, fields []arrow.Field)
	walk = func(prefix string, fields []arrow.Field) {
		for _, f := range fields {
			if IsRest(f) {
				continue
			}
			at := prefix + "/" + escapeToken(f.Name)
			all = append(all, at)
			if s, ok := f.Type.(*arrow.StructType); ok {
				walk(at, s.Fields())
			}
		}
	}
	walk("", p.Schema().Fields())
	return all
}
