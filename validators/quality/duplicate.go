package quality

import (
	"encoding/binary"
	"math"
	"strconv"

	"github.com/apache/arrow/go/v15/arrow"
	"github.com/apache/arrow/go/v15/arrow/array"
	"go.yaml.in/yaml/v3"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/strict"
)

// maxWithin bounds a duplicate rule's memory: at this many records it takes 24 MiB a partition.
const maxWithin = 1 << 20

type duplicateParams struct {
	common `yaml:",inline"`
	Keys   []*yaml.Node `yaml:"keys" doc:"The pointers of the values that make up the key together, in place of pointer."`
	Within int          `yaml:"within" strict:"required" doc:"How many records back a key is remembered, at most 1048576."`
}

func duplicateKind() Kind {
	return Kind{
		Name:    "duplicate",
		Summary: "a record's key was not seen within the last records of its partition",
		Detail: "The key is the value at pointer, or the values at keys together. Only records that the schema passed are judged, remembered and counted; " +
			"a record whose key, or part of it, is missing or null takes a place and no more. A repeated record is remembered too: its key is looked for " +
			"within that many records of its last appearance. Strings and numbers are compared by what they mean, times (strings that " +
			"the schema's format date-time checks) as instants, to the microsecond, arrays and objects by their text. Keys are remembered as hashes of 128 bits with a secret of the process: two different keys are taken for one with odds of within in 10^38 a record. " +
			"The memory takes some 24 bytes for each record of within, in each partition, and begins empty when a partition is taken over.",
		Example: "{rule: duplicate, pointer: /id, within: 100000}",
		Keys:    ownKeys(duplicateParams{}),
		compile: compileDuplicate,
	}
}

func compileDuplicate(r *request) func() winnow.Rule {
	var p duplicateParams
	r.params(&p)
	kinds := []columnKind{kindString, kindInt, kindFloat, kindDecimal, kindBool, kindTime, kindJSON}
	var columns []*column
	switch n := r.key("keys"); {
	case n == nil:
		columns = append(columns, r.column(kinds...))
	case r.key("pointer") != nil:
		r.fault(n, "pointer and keys are both here", "keep one: pointer for a key of one value, keys for more")
	default:
		if n.Kind == yaml.SequenceNode && len(n.Content) == 0 {
			r.fault(n, "keys is empty", "name the pointers that make up the key")
		}
		columns = r.columns(p.Keys, kinds)
	}
	if at := r.key("within"); at != nil && len(r.faults) == 0 && (p.Within < 1 || p.Within > maxWithin) {
		r.fault(at, "within must be from 1 to "+strconv.Itoa(maxWithin), "")
	}
	if len(columns) == 1 && columns[0] != nil {
		r.pointer = columns[0].pointer
	}
	pointer := r.pointer
	return func() winnow.Rule {
		return &duplicateRule{
			columns: columns, pointer: pointer, seen: newSeen(p.Within),
			arrays: make([]arrow.Array, len(columns)),
		}
	}
}

// columns finds the columns of a list of pointers, each of which must be there once.
func (r *request) columns(pointers []*yaml.Node, kinds []columnKind) []*column {
	var columns []*column
	known := map[string]struct{}{}
	for _, n := range pointers {
		switch {
		case !strict.IsString(n):
			r.fault(n, "keys must be pointers", "write them like /id")
		case !add(known, n.Value):
			r.fault(n, "the key "+strict.Show(n)+" is here twice", "keep one")
		default:
			columns = append(columns, r.columnAt(n.Value, n, kinds))
		}
	}
	return columns
}

type duplicateRule struct {
	stateless
	columns []*column
	pointer string
	arrays  []arrow.Array // the batch's, by column, while it is checked
	seen    *seen
	key     []byte
	number  decimal
	scratch []byte
}

// Check reports the rows whose key is remembered, and remembers all keys.
func (r *duplicateRule) Check(b *winnow.Batch, f winnow.Findings) {
	for i, c := range r.columns {
		r.arrays[i] = c.of(b)
	}
	for row := range int(b.Columns.NumRows()) {
		switch {
		case b.SchemaFailed(row):
		case !r.readKey(row):
			r.seen.skip()
		case r.seen.add(r.key):
			f.Row(row, r.pointer)
		}
	}
	clear(r.arrays)
}

// readKey makes the row's key, in which no value can be taken for another or for a part of one. It reports false where a part is missing.
func (r *duplicateRule) readKey(row int) bool {
	r.key = r.key[:0]
	for i, c := range r.columns {
		a := r.arrays[i]
		if c.isNull(a, row) {
			return false
		}
		switch a := a.(type) {
		case *array.Int64:
			r.key = binary.LittleEndian.AppendUint64(r.key, uint64(a.Value(row)))
		case *array.Float64:
			// Adding 0 makes 0 of -0.
			r.key = binary.LittleEndian.AppendUint64(r.key, math.Float64bits(a.Value(row)+0))
		case *array.Boolean:
			r.key = strconv.AppendBool(r.key, a.Value(row))
		case *array.Decimal128:
			n := a.Value(row)
			r.key = binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(r.key, n.LowBits()), uint64(n.HighBits()))
		case *array.Timestamp:
			r.key = binary.LittleEndian.AppendUint64(r.key, uint64(a.Value(row)))
		case *array.Dictionary:
			r.readText(a.Dictionary().(*array.String).Value(a.GetValueIndex(row)), false)
		case *array.String:
			r.readText(a.Value(row), c.kind == kindJSON)
		}
	}
	return true
}

func (r *duplicateRule) readText(text string, json bool) {
	kind := byte('s')
	switch {
	case json && isStringText(text):
		var s []byte
		s, r.scratch = unquote(text, r.scratch)
		r.appendPart(kind, len(s))
		r.key = append(r.key, s...)
		return
	case json && isNumberText(text):
		r.number.set(text)
		r.scratch = r.number.key(r.scratch[:0])
		r.appendPart('n', len(r.scratch))
		r.key = append(r.key, r.scratch...)
		return
	case json:
		kind = 'j'
	}
	r.appendPart(kind, len(text))
	r.key = append(r.key, text...)
}

func (r *duplicateRule) appendPart(kind byte, length int) {
	r.key = append(r.key, kind)
	r.key = binary.AppendUvarint(r.key, uint64(length))
}
