package loadgen

import (
	"bytes"
	"unicode/utf8"

	"github.com/winnow-data/winnow"
)

// The depths and sizes are beyond the gate's default limits, and not by one only.
const (
	plantedDepth    = 300
	plantedExponent = "1e10000000"
)

func jsonFault(kind, detail string, lines bool, edit func(*Generator, *draft), finish func(*Generator, []byte, int) []byte) planter {
	return planter{
		Fault: Fault{Kind: kind, Group: GroupJSON, Rule: winnow.RuleJSON, Detail: detail},
		lines: lines, edit: edit, finish: finish,
	}
}

func member(token string) func(*Generator, *draft) {
	return func(_ *Generator, d *draft) { d.extra = []byte(token + ",") }
}

func replace(f field, token string) func(*Generator, *draft) {
	return func(_ *Generator, d *draft) { d.set(f, token) }
}

// jsonFaults are bytes that are not acceptable JSON.
func jsonFaults() []planter {
	return []planter{
		jsonFault("syntax", winnow.DetailSyntax, true, nil, cut),
		jsonFault("comma", winnow.DetailSyntax, true, nil, doubleComma),
		jsonFault("nan", winnow.DetailSyntax, true, replace(fieldScore, "NaN"), nil),
		jsonFault("leading_zero", winnow.DetailSyntax, true, replace(fieldLabel, "07"), nil),
		jsonFault("empty", winnow.DetailSyntax, false, nil, func(_ *Generator, dst []byte, start int) []byte { return dst[:start] }),
		jsonFault("not_json", winnow.DetailSyntax, true, nil, func(_ *Generator, dst []byte, start int) []byte {
			return append(dst[:start], "<record/>"...)
		}),
		jsonFault("trailing", winnow.DetailTrailing, true, nil, func(_ *Generator, dst []byte, _ int) []byte { return append(dst, " {}"...) }),
		jsonFault("invalid_utf8", winnow.DetailUTF8, true, replace(fieldText, "\"the parcel came \xff\xfe two days late\""), nil),
		jsonFault("overlong_utf8", winnow.DetailUTF8, true, replace(fieldText, "\"the parcel came \xc0\xaf two days late\""), nil),
		jsonFault("lone_surrogate", winnow.DetailUTF8, true, replace(fieldText, `"the parcel came \ud83d two days late"`), nil),
		jsonFault("byte_order_mark", winnow.DetailUTF8, true, nil, byteOrderMark),
		jsonFault("duplicate_key", winnow.DetailDuplicateKey, true, member(`"label":3`), nil),
		jsonFault("escaped_duplicate_key", winnow.DetailDuplicateKey, true, member(`"l\u0061bel":3`), nil),
		jsonFault("depth", winnow.DetailDepth, true, nested, nil),
		jsonFault("huge_number", winnow.DetailNumber, true, replace(fieldWeight, plantedExponent), nil),
		tombstone(),
	}
}

// cut takes the last bytes away, as a truncated write does, but never half a character: that would be another fault.
func cut(g *Generator, dst []byte, start int) []byte {
	end := start + 1 + int(g.rng.Uint64()%uint64(len(dst)-start-1))
	for !utf8.RuneStart(dst[end]) {
		end--
	}
	return dst[:end]
}

func doubleComma(_ *Generator, dst []byte, start int) []byte {
	return append(append(dst[:start], `{"id":"",`...), `,"label":1}`...)
}

func byteOrderMark(_ *Generator, dst []byte, start int) []byte {
	const mark = "\ufeff"
	dst = append(dst, mark...)
	copy(dst[start+len(mark):], dst[start:])
	copy(dst[start:], mark)
	return dst
}

func nested(_ *Generator, d *draft) {
	d.extraContext = append(append(append(d.extraContext[:0], `"nest":`...), bytes.Repeat([]byte{'['}, plantedDepth)...),
		bytes.Repeat([]byte{']'}, plantedDepth)...)
	d.extraContext = append(d.extraContext, ',')
}

// tombstone is a null value, which the demo's contract wants in the quarantine.
func tombstone() planter {
	return planter{
		Fault: Fault{Kind: "tombstone", Group: GroupJSON, Rule: winnow.RuleTombstone},
		finish: func(g *Generator, dst []byte, start int) []byte {
			g.null = true
			return dst[:start]
		},
	}
}

// encodingFaults are records behind Confluent's frame that are not JSON.
func encodingFaults() []planter {
	fault := func(kind, detail, payload string) planter {
		return planter{
			Fault: Fault{Kind: kind, Group: GroupJSON, Rule: winnow.RuleEncoding, Detail: detail},
			finish: func(_ *Generator, dst []byte, start int) []byte {
				return append(append(dst[:start], 0, 0, 0, 0, 9), payload...)
			},
		}
	}
	return []planter{
		// A string of 18 bytes and a long, as Avro writes them; message index 0 and a field of 18 bytes, as Protobuf does.
		fault("avro", winnow.DetailAvro, "\x24the parcel is late\x02"),
		fault("protobuf", winnow.DetailProtobuf, "\x00\x0a\x12the parcel is late\x10\x01"),
	}
}
