package judge

import "github.com/winnow-data/winnow"

// frameSize is that of Confluent's wire format: a zero byte and a schema id in four.
const frameSize = 5

// unframe takes Confluent's frame from a value. It names the encoding where what is inside is surely not JSON: no JSON text
// starts with a zero byte, so a framed value is told apart for certain, and what follows decides.
//
// Confluent's Protobuf has message indexes before the payload, and the usual one, the first message, is written as a
// single zero. Avro's object container file starts with Obj and 1.
func unframe(value []byte) (doc []byte, encoding string) {
	if len(value) >= 4 && string(value[:4]) == "Obj\x01" {
		return value, winnow.DetailAvro
	}
	if len(value) < frameSize || value[0] != 0 {
		return value, ""
	}
	doc = value[frameSize:]
	if len(doc) == 0 || startsJSON(doc[0]) {
		return doc, ""
	}
	if doc[0] == 0 {
		return doc, winnow.DetailProtobuf
	}
	return doc, winnow.DetailAvro
}

func startsJSON(c byte) bool {
	switch c {
	case '{', '[', '"', 't', 'f', 'n', '-', ' ', '\t', '\r', '\n':
		return true
	}
	return '0' <= c && c <= '9'
}
