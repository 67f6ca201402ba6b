package quarantine

import (
	"bytes"
	"cmp"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/wire"
)

// meta is what winnow's headers say of a quarantined record. Its slices borrow from the record.
type meta struct {
	topic     []byte // of the source
	partition int
	source    int64 // the source record's offset
	at        int64 // the copy's offset
	time      int64 // of judging, Unix milliseconds
	timestamp int64 // of the source record, Unix milliseconds
	size      int64 // of the value, in bytes
	covers    int64

	reasons, contract, team, user []byte

	masked bool
	stub   *Stub // nil: whole
	own    int   // winnow's own headers begin at this one
}

// A Stub describes a value that the quarantine topic could not take.
type Stub struct {
	Size    int64    `json:"size"`   // bytes
	SHA256  string   `json:"sha256"` // hex
	Dropped []string `json:"dropped,omitempty"`
}

// A clock reads times as headers have them; records of one write share theirs.
type clock struct {
	text []byte
	ms   int64
}

func (c *clock) read(text []byte, otherwise int64) int64 {
	if c.text != nil && bytes.Equal(c.text, text) {
		return c.ms
	}
	t, err := time.Parse(time.RFC3339, string(text))
	if err != nil {
		return otherwise
	}
	c.text, c.ms = append(c.text[:0], text...), t.UnixMilli()
	return c.ms
}

// A reader reads winnow's headers.
type reader struct{ judged, stamped clock }

// read fills m from rec; false when rec was not written by a Writer.
func (rd *reader) read(rec *winnow.Record, m *meta) bool {
	*m = meta{at: rec.Offset, time: rec.Time, timestamp: rec.Time, size: int64(len(rec.Value)), covers: 1, own: -1}
	known := false
	i := 0
	for key, value := range wire.Headers(rec.Headers, rec.NumHeaders) {
		switch string(key) {
		case HeaderID: // the last one is winnow's, and the first of its headers
			*m = meta{at: rec.Offset, time: rec.Time, timestamp: rec.Time, size: int64(len(rec.Value)), covers: 1, own: i}
			known = m.id(value)
		case HeaderReasons:
			m.reasons = value
		case HeaderContract:
			m.contract = value
		case HeaderTeam:
			m.team = value
		case HeaderUser:
			m.user = value
		case HeaderTime:
			m.time = rd.judged.read(value, rec.Time)
		case HeaderTimestamp:
			m.timestamp = rd.stamped.read(value, rec.Time)
		case HeaderMasked:
			m.masked = string(value) == "true"
		case HeaderBatch:
			m.batch(value)
		case HeaderTruncated:
			m.truncated(value)
		}
		i++
	}
	return known
}

func (m *meta) id(text []byte) bool {
	topic, rest, ok := bytes.Cut(text, []byte("/"))
	partition, offset, ok2 := bytes.Cut(rest, []byte("/"))
	p, err := strconv.ParseInt(string(partition), 10, 32)
	o, err2 := strconv.ParseInt(string(offset), 10, 64)
	m.topic, m.partition, m.source = topic, int(p), o
	return ok && ok2 && err == nil && err2 == nil && p >= 0 && o >= 0
}

func (m *meta) batch(text []byte) {
	var b struct {
		Offsets int64 `json:"offsets"`
	}
	if json.Unmarshal(text, &b) == nil && b.Offsets > 1 {
		m.covers = b.Offsets
	}
}

func (m *meta) truncated(text []byte) {
	var s Stub
	if json.Unmarshal(text, &s) == nil {
		m.stub, m.size = &s, s.Size
	}
}

func comparePart(a, b part) int {
	return cmp.Or(strings.Compare(a.source, b.source), cmp.Compare(a.partition, b.partition))
}

// formatID writes a record's id.
func formatID(p part, source int64) string {
	return string(appendID(nil, p.source, p.partition, source))
}

// parseID reads one.
func parseID(id string) (p part, source int64, ok bool) {
	var m meta
	if !m.id([]byte(id)) {
		return part{}, 0, false
	}
	p = part{source: string(m.topic), partition: m.partition}
	return p, m.source, formatID(p, m.source) == id
}
