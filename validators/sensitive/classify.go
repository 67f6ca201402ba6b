package sensitive

import (
	"encoding/binary"
	"math/bits"
)

// chunk is how many bytes are classified into one mask.
const chunk = 64

// masks has a bit for each byte of a chunk, the first byte's lowest. digits is exact; letters also holds the
// punctuation that shares ASCII's columns 4 to 7, and any byte from 0xC0 on: it only proposes.
type masks struct{ digits, letters uint64 }

const (
	ones  = 0x0101010101010101
	highs = 0x80 * ones
	// gather multiplied with a word that holds 0 or 1 in each byte brings those bits together in the top byte.
	gather = 0x0102040810204080
)

// classifyPlain sorts the bytes of p, which has at least chunk of them, eight at a time.
func classifyPlain(p []byte) masks {
	_ = p[chunk-1]
	var m masks
	for i := 0; i < chunk; i += 8 {
		x := binary.LittleEndian.Uint64(p[i:])
		// A digit XOR '0' is below 10; adding 0x76 carries anything else into the high bit.
		y := x ^ '0'*ones
		d := ^((y & (0x7F * ones)) + 0x76*ones | y) & highs >> 7
		l := x >> 6 & ones
		m.digits |= d * gather >> 56 << i
		m.letters |= l * gather >> 56 << i
	}
	return m
}

// classifyTail does the same for fewer than chunk bytes; the bits beyond them are 0.
func classifyTail(p []byte) masks {
	var padded [chunk]byte
	copy(padded[:], p)
	return classifyPlain(padded[:])
}

// ahead gives for each place of cur what is k places further, next being the chunk that follows. k is from 1 to 63.
func ahead(cur, next uint64, k uint) uint64 { return cur>>k | next<<(64-k) }

// candidates gives the places in cur where a number or an IBAN could begin, by the shape of what begins there:
//
//	dddddddddddd   a run of 12 digits or more, at its first digit
//	dddd.ddd       a group of a card that is written in groups, any byte between
//	ddd.dd.dddd    a social security number
//	lldd           an IBAN's country and check digits
//
// before says that the byte before the chunk is a digit.
func candidates(cur, next masks, before bool) uint64 {
	d, n := cur.digits, next.digits
	if d|n == 0 {
		return 0
	}
	d2, n2 := d&ahead(d, n, 1), n&(n>>1)
	iban := cur.letters & ahead(cur.letters, next.letters, 1) & ahead(d2, n2, 2)
	if d2 == 0 {
		return iban
	}
	d4, n4 := d2&ahead(d2, n2, 2), n2&(n2>>2)
	var carry uint64
	if before {
		carry = 1
	}
	long := d4 & ahead(d4, n4, 4) & ahead(d4, n4, 8) &^ (d<<1 | carry)
	grouped := d4 &^ ahead(d, n, 4) & ahead(d2, n2, 5) & ahead(d, n, 7)
	ssn := d2 & ahead(d, n, 2) &^ ahead(d, n, 3) & ahead(d2, n2, 4) &^ ahead(d, n, 6) & ahead(d4, n4, 7)
	return iban | long | grouped | ssn
}

// lowest gives the index of m's lowest bit, and m without it.
func lowest(m uint64) (int, uint64) { return bits.TrailingZeros64(m), m & (m - 1) }
