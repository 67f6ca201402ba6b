package quarantine

import (
	"encoding/hex"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/wire"
)

// Suffix is what a quarantine topic's name has after its source's.
const Suffix = ".quarantine"

// The headers that a quarantined record has after the source record's own. Should the source have headers of these
// names too, the last one of each name is winnow's.
const (
	HeaderID        = "winnow.id"        // topic/partition/offset
	HeaderReasons   = "winnow.reasons"   // JSON array of reasons
	HeaderContract  = "winnow.contract"  // the contract's hash
	HeaderTeam      = "winnow.team"      //
	HeaderUser      = "winnow.user"      //
	HeaderTime      = "winnow.time"      // of judging, RFC 3339 in UTC with milliseconds
	HeaderTimestamp = "winnow.timestamp" // Kafka's timestamp of the source record, in the same form
	HeaderBatch     = "winnow.batch"     // {"offsets":n}: the value is a whole Kafka batch that cannot be read
	HeaderMasked    = "winnow.masked"    // "true": sensitive spans of the value were masked
	HeaderTruncated = "winnow.truncated" // {"size":n,"sha256":"hex","dropped":["headers","key"]}: a stub

	headerConnectTopic     = "__connect.errors.topic"
	headerConnectPartition = "__connect.errors.partition"
	headerConnectOffset    = "__connect.errors.offset"
	headerConnectStage     = "__connect.errors.stage"
	headerConnectClass     = "__connect.errors.exception.class.name"
	headerConnectMessage   = "__connect.errors.exception.message"
)

// The stages of Kafka Connect that come nearest to where a record failed.
const (
	stageConvert   = "VALUE_CONVERTER" // its bytes cannot be read
	stageTransform = "TRANSFORMATION"  // what they say is wrong
)

const timeForm = "2006-01-02T15:04:05.000Z07:00"

// A size is how much of a record the copy keeps: the topic may not take all of it.
type size uint8

const (
	whole   size = iota
	stub         // no value
	bare         // neither value, key nor the source's headers
	minimal      // and one reason without its place, and no more than the beginnings of team and user
)

// minimalText bounds each text of a minimal stub, in bytes.
const minimalText = 64

// A header is written as bytes into the wire form that a batch takes, with scratch for its value.
type headerWriter struct {
	dst []byte
	tmp []byte
	n   int

	stamp   []byte // the time of stamped as text: neighbours often share theirs
	stamped int64
}

func (h *headerWriter) add(key string, value []byte) {
	h.dst = wire.AppendHeader(h.dst, key, value)
	h.n++
}

func (h *headerWriter) text(key, value string) {
	h.tmp = append(h.tmp[:0], value...)
	h.add(key, h.tmp)
}

func (h *headerWriter) number(key string, n int64) {
	h.tmp = strconv.AppendInt(h.tmp[:0], n, 10)
	h.add(key, h.tmp)
}

// place is what the records of one Write have in common.
type place struct {
	topic     string
	partition int
	now       time.Time
	judged    []byte // now as text
}

// ours appends winnow's headers of r.
func (h *headerWriter) ours(p *place, r *winnow.Rejected, s size, hash [32]byte, length int64) {
	reasons, team, user := r.Reasons, r.Team, r.User
	if s == minimal {
		team, user = prefix(team), prefix(user)
		reasons = nil
		if len(r.Reasons) > 0 {
			reasons = []winnow.Reason{{Rule: prefix(r.Reasons[0].Rule), Detail: r.Reasons[0].Detail}}
		}
	}
	h.tmp = appendID(h.tmp[:0], p.topic, p.partition, r.Record.Offset)
	h.add(HeaderID, h.tmp)
	h.tmp = appendReasons(h.tmp[:0], reasons)
	h.add(HeaderReasons, h.tmp)
	h.text(HeaderContract, r.Contract)
	h.text(HeaderTeam, team)
	h.text(HeaderUser, user)
	h.add(HeaderTime, p.judged)
	if len(h.stamp) == 0 || h.stamped != r.Record.Time {
		h.stamp, h.stamped = time.UnixMilli(r.Record.Time).UTC().AppendFormat(h.stamp[:0], timeForm), r.Record.Time
	}
	h.add(HeaderTimestamp, h.stamp)
	if r.Covers > 1 {
		h.tmp = strconv.AppendInt(append(h.tmp[:0], `{"offsets":`...), r.Covers, 10)
		h.tmp = append(h.tmp, '}')
		h.add(HeaderBatch, h.tmp)
	}
	if len(r.Sensitive) > 0 {
		h.text(HeaderMasked, "true")
	}
	if s != whole {
		h.tmp = appendTruncated(h.tmp[:0], s, hash, length)
		h.add(HeaderTruncated, h.tmp)
	}
	h.connect(p, r.Record.Offset, reasons)
}

// connect appends the headers that Kafka Connect gives its dead letters.
func (h *headerWriter) connect(p *place, offset int64, reasons []winnow.Reason) {
	stage, class := stageTransform, ""
	if len(reasons) > 0 {
		class = reasons[0].Rule
		switch class {
		case winnow.RuleJSON, winnow.RuleBatch, winnow.RuleEncoding:
			stage = stageConvert
		}
	}
	h.text(headerConnectTopic, p.topic)
	h.number(headerConnectPartition, int64(p.partition))
	h.number(headerConnectOffset, offset)
	h.text(headerConnectStage, stage)
	h.tmp = append(append(h.tmp[:0], "winnow."...), class...)
	h.add(headerConnectClass, h.tmp)
	h.tmp = appendMessage(h.tmp[:0], reasons)
	h.add(headerConnectMessage, h.tmp)
}

func appendID(dst []byte, topic string, partition int, offset int64) []byte {
	dst = append(append(dst, topic...), '/')
	dst = append(strconv.AppendInt(dst, int64(partition), 10), '/')
	return strconv.AppendInt(dst, offset, 10)
}

// appendReasons appends reasons as JSON: what encoding/json reads back, without allocating.
func appendReasons(dst []byte, reasons []winnow.Reason) []byte {
	dst = append(dst, '[')
	for i, r := range reasons {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendString(append(dst, `{"rule":`...), r.Rule)
		dst = appendString(append(dst, `,"pointer":`...), r.Pointer)
		if r.Detail != "" {
			dst = appendString(append(dst, `,"detail":`...), r.Detail)
		}
		dst = append(dst, '}')
	}
	return append(dst, ']')
}

// appendString appends s as a JSON string.
func appendString(dst []byte, s string) []byte {
	const digits = "0123456789abcdef"
	dst = append(dst, '"')
	for _, r := range s { // a byte that is no UTF-8 comes as, and becomes, U+FFFD
		switch {
		case r == '"' || r == '\\':
			dst = append(dst, '\\', byte(r))
		case r < 0x20:
			dst = append(dst, '\\', 'u', '0', '0', digits[r>>4], digits[r&15])
		default:
			dst = utf8.AppendRune(dst, r)
		}
	}
	return append(dst, '"')
}

// appendMessage appends the reasons in words: "range at /arr_delay; json (syntax)".
func appendMessage(dst []byte, reasons []winnow.Reason) []byte {
	for i, r := range reasons {
		if i > 0 {
			dst = append(dst, "; "...)
		}
		dst = append(dst, r.Rule...)
		if r.Detail != "" {
			dst = append(append(append(dst, " ("...), r.Detail...), ')')
		}
		if r.Pointer != "" {
			dst = append(append(dst, " at "...), r.Pointer...)
		}
	}
	return dst
}

func appendTruncated(dst []byte, s size, hash [32]byte, length int64) []byte {
	dst = strconv.AppendInt(append(dst, `{"size":`...), length, 10)
	dst = hex.AppendEncode(append(dst, `,"sha256":"`...), hash[:])
	dst = append(dst, '"')
	if s >= bare {
		dst = append(dst, `,"dropped":["headers","key"`...)
		if s >= minimal {
			dst = append(dst, `,"reasons"`...)
		}
		dst = append(dst, ']')
	}
	return append(dst, '}')
}

// prefix is the beginning of s, whole characters, at most minimalText bytes.
func prefix(s string) string {
	if len(s) <= minimalText {
		return s
	}
	end := minimalText
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end]
}
