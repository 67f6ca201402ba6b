package loadgen

import (
	"bytes"
	"strconv"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/wire"
)

// The headers of a produced record. The gate reads neither.
const (
	HeaderFault = "winnow-loadgen.fault" // the Kind of the planted fault, or LabelNone
	HeaderSeq   = "winnow-loadgen.seq"   // run.worker.number: each record of a run once, ascending in its partition
)

// LabelNone is the label of a good record.
const LabelNone = "none"

// numHeaders is how many headers appendHeaders writes.
const numHeaders = 2

func kindLabel(kind string) string {
	if kind == "" {
		return LabelNone
	}
	return kind
}

// A stream is what one worker writes: its records are numbered in the order in which it makes them.
type stream struct{ run, worker uint64 }

// appendHeaders appends a record's label and number in wire form.
func appendHeaders(dst []byte, kind string, s stream, number uint64, scratch []byte) (headers, reused []byte) {
	scratch = append(scratch[:0], kindLabel(kind)...)
	dst = wire.AppendHeader(dst, HeaderFault, scratch)
	scratch = strconv.AppendUint(scratch[:0], s.run, 36)
	scratch = strconv.AppendUint(append(scratch, '.'), s.worker, 10)
	scratch = strconv.AppendUint(append(scratch, '.'), number, 10)
	return wire.AppendHeader(dst, HeaderSeq, scratch), scratch
}

// A label is what a record's headers say.
type label struct {
	kind   []byte // borrowed; LabelNone for a good record
	from   stream
	number uint64
}

// readLabel reads a record's headers. ok is false for a record that no Loader wrote.
func readLabel(r *winnow.Record) (l label, ok bool) {
	var numbered bool
	for k, v := range wire.Headers(r.Headers, r.NumHeaders) {
		switch string(k) {
		case HeaderFault:
			l.kind = v
		case HeaderSeq:
			l.from, l.number, numbered = parseSeq(v)
		}
	}
	return l, l.kind != nil && numbered
}

func parseSeq(v []byte) (s stream, number uint64, ok bool) {
	run, rest, ok1 := bytes.Cut(v, []byte{'.'})
	worker, num, ok2 := bytes.Cut(rest, []byte{'.'})
	if !ok1 || !ok2 {
		return s, 0, false
	}
	var err [3]error
	s.run, err[0] = strconv.ParseUint(string(run), 36, 64)
	s.worker, err[1] = strconv.ParseUint(string(worker), 10, 64)
	number, err[2] = strconv.ParseUint(string(num), 10, 64)
	return s, number, err == [3]error{}
}
