// Package winnow is the contract between winnow's parts: the words that the gate, the rules and the sinks
// share. It holds types and interfaces only, and imports nothing but Arrow.
package winnow

import (
	"context"
	"fmt"

	"github.com/apache/arrow/go/v15/arrow"
)

// A Record is one Kafka message. All its slices are borrowed from the fetched bytes: whoever is handed a Record
// may read it until the call returns, and copies what it keeps.
type Record struct {
	Offset int64
	Time   int64 // Kafka's timestamp, Unix milliseconds; LogAppendTime where the topic says so

	Key, Value []byte // nil is Kafka's null
	Headers    []byte // in record-batch v2 wire form, without the count: wire.Headers walks them
	NumHeaders int
}

// A Reason says why a record failed: the rule and the place, never the value. No field can hold one.
type Reason struct {
	Rule    string `json:"rule"`             // a JSON Schema keyword, a rule's name, "json" or "batch"
	Pointer string `json:"pointer"`          // RFC 6901; a name that the contract does not know is "*"
	Detail  string `json:"detail,omitempty"` // from a closed list, see DetailSyntax and its neighbours
}

// RuleJSON is the rule of a record whose bytes are not acceptable JSON, RuleBatch that of a Kafka batch that cannot be
// read, RuleNumber that of a number that its Arrow column cannot hold, RuleEncoding (beside RuleJSON) that of a record in an
// encoding that winnow does not read, RuleTombstone that of a null value where the contract says tombstones: quarantine.
const (
	RuleJSON      = "json"
	RuleBatch     = "batch"
	RuleNumber    = "number"
	RuleEncoding  = "encoding"
	RuleTombstone = "tombstone"
)

// The closed list of details.
const (
	DetailSyntax       = "syntax"        // json: not RFC 8259, an empty value among it
	DetailUTF8         = "utf8"          // json: invalid UTF-8, a lone surrogate, a byte order mark
	DetailDuplicateKey = "duplicate_key" // json
	DetailDepth        = "depth"         // json: nested deeper than the limit
	DetailNumber       = "number"        // json: more digits or a larger exponent than the limit
	DetailSize         = "size"          // json: the record, batch: the batch, is larger than the limit
	DetailTrailing     = "trailing"      // json: bytes after the document
	DetailNearest      = "nearest"       // a keyword of that branch of an anyOf or oneOf, of which none passes, that the value is nearest to
	DetailCRC          = "crc"           // batch: CRC32C does not match
	DetailTruncated    = "truncated"     // batch: ends before its records do, or lies about their lengths
	DetailCodec        = "codec"         // batch: unknown or failing compression, or an unknown magic byte
	DetailBomb         = "bomb"          // batch: decompresses to more than the limit
	DetailAvro         = "avro"          // encoding: Confluent's frame with something that is not JSON
	DetailProtobuf     = "protobuf"      // encoding
)

// An Outcome is what became of a record.
type Outcome uint8

// The outcomes. Passed and Tagged records go on; Failed ones go to the quarantine; Skipped ones go nowhere, for a
// counted, named cause.
const (
	Passed Outcome = iota
	Tagged
	Failed
	Skipped
)

// String gives the word that winnow's JSON uses for a verdict.
func (o Outcome) String() string {
	switch o {
	case Passed:
		return "pass"
	case Tagged:
		return "tag"
	case Failed:
		return "fail"
	case Skipped:
		return "skip"
	}
	return fmt.Sprintf("outcome(%d)", uint8(o))
}

// OnFail is what a contract wants done with a record, or a window, that fails a rule.
type OnFail string

// The policies of a record rule (quarantine is the default) and of a window rule (count is the default).
const (
	OnFailQuarantine OnFail = "quarantine"
	OnFailTag        OnFail = "tag"
	OnFailCount      OnFail = "count"
)

// A Batch is a run of consecutive records of one partition as columns. It is borrowed: a rule may read it until
// Check returns. Rows are the records that are acceptable JSON, in offset order; a cell whose value does not fit its
// column (so that the schema failed it) is null and Invalid.
type Batch struct {
	Columns arrow.Record
	// Offsets gives each row's place in its partition (in `check`, the line, from 0). Times is the event time in Unix
	// milliseconds.
	Offsets []int64
	Times   []int64
	// SchemaFailed says that the schema failed the row.
	SchemaFailed func(row int) bool
	// Invalid says, of a null cell, that the schema failed the very value at its column's pointer: the null means nothing.
	Invalid func(row int, pointer string) bool
}

// A Rule judges decoded records beyond what a schema can say. One Rule belongs to one partition and one goroutine, and may
// keep bounded state (a window). Check calls f.Row for each row that fails, in any order, and f.Window for each
// window that has ended in violation; it keeps no reference to b and does not change it. It ignores null cells,
// unless nulls are its business, and cells that are Invalid.
type Rule interface {
	Check(b *Batch, f Findings)
	// Close ends the open window: a file has ended. It reports as Check does.
	Close(f Findings)
}

// Findings takes what a rule finds.
type Findings interface {
	// Row says that a row fails the rule at pointer.
	Row(row int, pointer string)
	// Window says that a window ended in violation: its rule's pointer, the records in it and its first offset.
	Window(pointer string, records, first int64)
}

// A Span is a place in a record's bytes where a detector found something: [Start, End) of the raw bytes, so that a
// JSON string's escapes count as they are written. Type is the detector's name, from its closed list.
type Span struct {
	Type       string
	Start, End int
}

// A Scanner finds sensitive data. It is owned by one goroutine.
type Scanner interface {
	// Scan appends to dst what it finds in doc, ordered by Start, and returns it. doc is a record's value: JSON
	// or not. It sees keys, numbers and everything else; strings with escapes are seen decoded.
	Scan(doc []byte, dst []Span) []Span
}

// A Rejected is a failed record, or a batch that cannot be read, on its way into the quarantine. It is borrowed like its Record.
type Rejected struct {
	Record   Record
	Reasons  []Reason
	Contract string // the contract's hash, sha256:…
	Team     string
	User     string
	// Sensitive spans of Record.Value that must not be kept readable: they are masked in the copy.
	Sensitive []Span
	// Covers is how many offsets from Record.Offset on this entry stands for: 1, or for a batch all of its offsets.
	Covers int64
	// Size and SHA256 describe a value that was too large to be held; then Record.Value is nil.
	Size   int64
	SHA256 [32]byte
}

// A Sink is where the gate puts what it rejects.
type Sink interface {
	// Write returns nil once all of rs, which are in offset order, are acknowledged by all in-sync replicas. A record that the
	// sink cannot take is not an error: it becomes a stub. After an error some of rs may have been written; the
	// gate writes them again.
	Write(ctx context.Context, topic string, partition int, rs []Rejected) error
}

// A Keeper keeps what passes the gate in one partition, for the feeds. It belongs to one chain; it never waits, and what it has no room for is read
// from Kafka again when a feed comes to it.
type Keeper interface {
	// Keep copies rows of columns: those of the records that pass, in offset order, with their offsets. Every record below the first of
	// offsets was judged before. oldest is the least Kafka timestamp among them, in Unix milliseconds. Everything is borrowed.
	Keep(columns arrow.Record, rows []int32, offsets []int64, oldest int64)
	// Cut says that every record below to was judged, and ends what was kept so far: its verdict is about to be written.
	Cut(to int64)
}

// An Action is what a contract's sensitive-data policy wants done with a finding.
type Action string

// The actions. Pass only counts; Redact puts the type's name in the span's place; Mask puts an asterisk in the place of each
// character; Hash puts a keyed hash there; Quarantine fails the record.
const (
	ActionPass       Action = "pass"
	ActionRedact     Action = "redact"
	ActionMask       Action = "mask"
	ActionHash       Action = "hash"
	ActionQuarantine Action = "quarantine"
)

// A Policy says what to do with a finding of a type at a pointer. It is immutable.
type Policy interface {
	Action(typ, pointer string) Action
}
