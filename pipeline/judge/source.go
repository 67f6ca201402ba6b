package judge

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/apache/arrow/go/v15/arrow"
	"github.com/apache/arrow/go/v15/arrow/array"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/schemas"
	"github.com/winnow-data/winnow/wire"
)

// A source is where a record's team, user or event time is read from.
type source struct {
	value   []byte // fixed
	header  []byte
	path    []int // of a column
	pointer string
	json    bool // the column holds JSON text
	column  arrow.Array
	text_   []byte // reused
}

func newSource(p *schemas.Program, s schemas.Source) source {
	switch {
	case s.Value != "":
		return source{value: []byte(s.Value)}
	case s.Header != "":
		return source{header: []byte(s.Header)}
	case s.Pointer != "":
		if path, f, ok := p.Column(s.Pointer); ok {
			_, isJSON := f.Metadata.GetValue("winnow.json")
			return source{path: path, json: isJSON, pointer: s.Pointer}
		}
	}
	return source{}
}

// given says that the contract names the source.
func (s *source) given() bool { return s.value != nil || s.header != nil || s.path != nil }

// bind points the source at a batch's columns.
func (s *source) bind(columns arrow.Record) {
	if s.path != nil {
		s.column = schemas.At(columns, s.path)
	}
}

// text gives the source's text in a record whose value is doc, nil where there is none. It is borrowed until the next call.
func (s *source) text(r *winnow.Record, doc []byte, row int, failed bool) []byte {
	switch {
	case s.value != nil:
		return s.value
	case s.header != nil:
		for k, v := range wire.Headers(r.Headers, r.NumHeaders) {
			if bytes.Equal(k, s.header) {
				return v
			}
		}
	case s.path != nil && row >= 0 && s.column != nil:
		switch c := s.column.(type) {
		case *array.Float64, *array.Decimal128, *array.Timestamp:
			return s.written(doc)
		case *array.Dictionary:
			if failed && c.IsNull(row) { // perhaps because its enum does not have it
				return s.written(doc)
			}
		}
		return s.cell(row)
	}
	return nil
}

// written gives a number or a time as it is written, which its column does not remember. Names are seldom such, so this may take its time.
func (s *source) written(doc []byte) []byte {
	at := json.RawMessage(doc)
	for _, token := range strings.Split(s.pointer, "/")[1:] {
		var members map[string]json.RawMessage
		if json.Unmarshal(at, &members) != nil {
			return nil
		}
		at = members[strings.NewReplacer("~1", "/", "~0", "~").Replace(token)]
	}
	return unquote(at)
}

func (s *source) cell(row int) []byte {
	if s.column.IsNull(row) {
		return nil
	}
	switch c := s.column.(type) {
	case *array.Dictionary:
		s.text_ = append(s.text_[:0], c.Dictionary().(*array.String).Value(c.GetValueIndex(row))...)
	case *array.String:
		from, to := c.ValueOffset(row), c.ValueOffset(row+1)
		text := c.ValueBytes()[from-c.ValueOffset(0) : to-c.ValueOffset(0)]
		if s.json {
			return unquote(text)
		}
		return text
	case *array.Int64:
		s.text_ = strconv.AppendInt(s.text_[:0], c.Value(row), 10)
	case *array.Boolean:
		s.text_ = strconv.AppendBool(s.text_[:0], c.Value(row))
	default:
		return nil
	}
	return s.text_
}

// unquote gives the text of a JSON string, and other JSON as it stands.
func unquote(text []byte) []byte {
	if len(text) == 0 {
		return nil
	}
	if len(text) < 2 || text[0] != '"' {
		if string(text) == "null" {
			return nil
		}
		return text
	}
	if bytes.IndexByte(text, '\\') < 0 {
		return text[1 : len(text)-1]
	}
	var s string
	if json.Unmarshal(text, &s) != nil {
		return nil
	}
	return []byte(s)
}

// millis reads an event time: a number is Unix milliseconds, a text RFC 3339. Anything else gives otherwise. A fraction of a millisecond is cut.
func (s *source) millis(row int, otherwise int64) int64 {
	if s.column == nil {
		return otherwise
	}
	if c, ok := s.column.(*array.Int64); ok && !c.IsNull(row) {
		return c.Value(row)
	}
	if c, ok := s.column.(*array.Timestamp); ok && !c.IsNull(row) {
		return time.UnixMicro(int64(c.Value(row))).UnixMilli()
	}
	var t time.Time
	if t.UnmarshalText(s.cell(row)) != nil {
		return otherwise
	}
	return t.UnixMilli()
}
