//go:build goexperiment.simd && amd64

package schemas

import (
	"math/bits"
	"simd/archsimd"
)

// hasAVX2 says that the processor can do what the functions with vectors need.
var hasAVX2 = archsimd.X86.AVX2()

const vector = 32 // bytes

// scanString is scanStringPlain, by vectors: most names and values end in the first one.
func scanString(doc []byte, i int) (end int, saw uint8) {
	start := i
	for hasAVX2 && len(doc)-i >= vector {
		m := unusual(vectorAt(doc, i), archsimd.BroadcastInt8x32(2), archsimd.BroadcastInt8x32(0x21), archsimd.BroadcastInt8x32('\\')).ToBits()
		archsimd.ClearAVXUpperBits()
		if m != 0 {
			i += bits.TrailingZeros32(m)
		} else if i = skipPlain(doc, i+vector); len(doc)-i < vector {
			break
		}
		switch c := doc[i]; {
		case c == '"':
			return i, saw
		case c == '\\':
			n, wide := scanEscape(doc, i)
			if n < 0 {
				return n, btou(wide)
			}
			saw |= sawEscape
			i = n
		case c < 0x20:
			return -1 - i, 0
		default:
			was := i
			if i-start >= vector/2 { // a few characters are not worth the tables
				i = skipText(doc, i)
			}
			if i == was {
				if i = scanWide(doc, i, min(i+vector/2, len(doc))); i < 0 {
					return i, sawWide
				}
			}
			saw |= sawWide
		}
	}
	end, more := scanStringPlain(doc, i)
	if end < 0 {
		return end, more
	}
	return end, saw | more
}

func vectorAt(doc []byte, i int) archsimd.Uint8x32 {
	return archsimd.LoadUint8x32((*[vector]uint8)(doc[i : i+vector : i+vector]))
}

func unusual(x archsimd.Uint8x32, two, end, slash archsimd.Int8x32) archsimd.Mask8x32 {
	s := x.AsInt8x32()
	return s.Xor(two).Less(end).Or(s.Equal(slash))
}

// skipPlain skips what plainChar has, and stops at the first that it has not, or where less than a vector is left.
func skipPlain(doc []byte, i int) int {
	two, end, slash := archsimd.BroadcastInt8x32(2), archsimd.BroadcastInt8x32(0x21), archsimd.BroadcastInt8x32('\\')
	for ; len(doc)-i >= vector; i += vector {
		if m := unusual(vectorAt(doc, i), two, end, slash).ToBits(); m != 0 {
			i += bits.TrailingZeros32(m)
			break
		}
	}
	archsimd.ClearAVXUpperBits()
	return i
}

// What can be wrong with a byte and the one before it, in the tables below.
const (
	tooShort  = 1 << iota // a character begins, or ASCII stands, where one must go on
	tooLong               // one goes on behind ASCII
	overlong3             // E0 80..9F
	tooLarge              // F4 90.. and beyond
	surrogate             // ED A0..BF
	overlong2             // C0, C1
	overlong4             // F0 80..8F, and F5.. 80..8F
	twoConts              // one goes on for two bytes, which must be right by the bytes before
	carry     = tooShort | tooLong | twoConts
)

// Keiser and Lemire, Validating UTF-8 In Less Than One Instruction Per Byte (2021), section 6: a pair of bytes is wrong where
// all three tables say so, by the upper and lower half of the first one, and the upper half of the second one.
var firstHigh = [32]uint8{
	tooLong, tooLong, tooLong, tooLong, tooLong, tooLong, tooLong, tooLong, twoConts, twoConts, twoConts, twoConts,
	tooShort | overlong2, tooShort, tooShort | overlong3 | surrogate, tooShort | tooLarge | overlong4,
	tooLong, tooLong, tooLong, tooLong, tooLong, tooLong, tooLong, tooLong, twoConts, twoConts, twoConts, twoConts,
	tooShort | overlong2, tooShort, tooShort | overlong3 | surrogate, tooShort | tooLarge | overlong4,
}
var firstLow = [32]uint8{
	carry | overlong3 | overlong2 | overlong4, carry | overlong2, carry, carry,
	carry | tooLarge, carry | tooLarge | overlong4, carry | tooLarge | overlong4, carry | tooLarge | overlong4,
	carry | tooLarge | overlong4, carry | tooLarge | overlong4, carry | tooLarge | overlong4, carry | tooLarge | overlong4,
	carry | tooLarge | overlong4, carry | tooLarge | overlong4 | surrogate, carry | tooLarge | overlong4, carry | tooLarge | overlong4,
	carry | overlong3 | overlong2 | overlong4, carry | overlong2, carry, carry,
	carry | tooLarge, carry | tooLarge | overlong4, carry | tooLarge | overlong4, carry | tooLarge | overlong4,
	carry | tooLarge | overlong4, carry | tooLarge | overlong4, carry | tooLarge | overlong4, carry | tooLarge | overlong4,
	carry | tooLarge | overlong4, carry | tooLarge | overlong4 | surrogate, carry | tooLarge | overlong4, carry | tooLarge | overlong4,
}
var secondHigh = [32]uint8{
	tooShort, tooShort, tooShort, tooShort, tooShort, tooShort, tooShort, tooShort,
	tooLong | overlong2 | twoConts | overlong3 | overlong4, tooLong | overlong2 | twoConts | overlong3 | tooLarge,
	tooLong | overlong2 | twoConts | surrogate | tooLarge, tooLong | overlong2 | twoConts | surrogate | tooLarge,
	tooShort, tooShort, tooShort, tooShort,
	tooShort, tooShort, tooShort, tooShort, tooShort, tooShort, tooShort, tooShort,
	tooLong | overlong2 | twoConts | overlong3 | overlong4, tooLong | overlong2 | twoConts | overlong3 | tooLarge,
	tooLong | overlong2 | twoConts | surrogate | tooLarge, tooLong | overlong2 | twoConts | surrogate | tooLarge,
	tooShort, tooShort, tooShort, tooShort,
}

// skipText skips what is UTF-8 and needs no further look, from the character at i on, whose string's quote is before it.
func skipText(doc []byte, i int) int {
	if i < 3 {
		return i
	}
	start := i
	two, end, slash := archsimd.BroadcastInt8x32(2), archsimd.BroadcastInt8x32(0x21), archsimd.BroadcastInt8x32('\\')
	zero, low, high := archsimd.BroadcastInt8x32(0), archsimd.BroadcastUint8x32(0x0F), archsimd.BroadcastUint8x32(0x80)
	shift := archsimd.BroadcastUint16x16(1 << 12) // a product's upper half
	three, four := archsimd.BroadcastUint8x32(0x60), archsimd.BroadcastUint8x32(0x70)
	t1, t2, t3 := archsimd.LoadUint8x32(&firstHigh), archsimd.LoadUint8x32(&firstLow), archsimd.LoadUint8x32(&secondHigh)
	for len(doc)-i >= 32 {
		x, p1 := archsimd.LoadUint8x32((*[32]uint8)(doc[i:])), archsimd.LoadUint8x32((*[32]uint8)(doc[i-1:]))
		p2, p3 := archsimd.LoadUint8x32((*[32]uint8)(doc[i-2:])), archsimd.LoadUint8x32((*[32]uint8)(doc[i-3:]))
		wrong := t1.PermuteOrZeroGrouped(p1.AsUint16x16().MulHigh(shift).AsUint8x32().And(low).AsInt8x32()).
			And(t2.PermuteOrZeroGrouped(p1.And(low).AsInt8x32())).
			And(t3.PermuteOrZeroGrouped(x.AsUint16x16().MulHigh(shift).AsUint8x32().And(low).AsInt8x32()))
		// The third byte of three, and the third and fourth of four, must go on, and nothing else behind one that goes on.
		wrong = wrong.Xor(p2.SubSaturated(three).Or(p3.SubSaturated(four)).And(high))
		fine := wrong.AsInt8x32().Equal(zero).ToBits()
		s := x.AsInt8x32()
		// ASCII that is not plain: below 0x21 but not negative.
		m := ^s.Less(zero).ToBits() & s.Xor(two).Less(end).Or(s.Equal(slash)).ToBits()
		if m != 0 || fine != 1<<32-1 {
			// What ends a text is ASCII: a character cut short before it is wrong there.
			if m != 0 && bits.TrailingZeros32(m) < bits.TrailingZeros32(^fine) {
				archsimd.ClearAVXUpperBits()
				return i + bits.TrailingZeros32(m)
			}
			break
		}
		i += 32
	}
	archsimd.ClearAVXUpperBits()
	if i > start {
		for i--; i > start && doc[i]&0xC0 == 0x80; i-- {
		}
	}
	return i
}

func runeCount(s []byte) (n int) {
	if !hasAVX2 || len(s) < 64 {
		return runeCountPlain(s)
	}
	last := archsimd.BroadcastInt8x32(-64)
	for ; len(s) >= 32; s = s[32:] {
		n += bits.OnesCount32(archsimd.LoadUint8x32((*[32]uint8)(s)).AsInt8x32().GreaterEqual(last).ToBits())
	}
	archsimd.ClearAVXUpperBits()
	return n + runeCountPlain(s)
}
