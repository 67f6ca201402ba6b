//go:build goexperiment.simd && amd64

package schemas

import (
	"math/bits"
	"simd/archsimd"
)

// The method is of Keiser and Lemire, "Validating UTF-8 In Less Than One Instruction Per Byte" (2021), section 6: two bytes that
// follow each other are wrong where three tables agree on what is wrong, by the first one's upper half, its lower half, and
// the second one's upper half.
const (
	tooShort  = 1 << iota // a character begins, or ASCII stands, where one must go on
	tooLong               // one goes on behind ASCII
	overlong3             // E0 80..9F
	tooLarge              // F4 90..BF, F5..FF
	surrogate             // ED A0..BF
	overlong2             // C0, C1
	overlong4             // F0 80..8F; and F5..FF 80..8F
	twoOn                 // both go on, which is right only where the bytes before say so
	anyLow    = tooShort | tooLong | twoOn
)

var (
	upperOfFirst = twice([16]uint8{
		tooLong, tooLong, tooLong, tooLong, tooLong, tooLong, tooLong, tooLong, twoOn, twoOn, twoOn, twoOn,
		0xC: tooShort | overlong2, 0xD: tooShort, 0xE: tooShort | overlong3 | surrogate, 0xF: tooShort | tooLarge | overlong4,
	})
	lowerOfFirst = twice([16]uint8{
		anyLow | overlong2 | overlong3 | overlong4, anyLow | overlong2, anyLow, anyLow, anyLow | tooLarge,
		5: anyLow | tooLarge | overlong4, 6: anyLow | tooLarge | overlong4, 7: anyLow | tooLarge | overlong4,
		8: anyLow | tooLarge | overlong4, 9: anyLow | tooLarge | overlong4, 0xA: anyLow | tooLarge | overlong4,
		0xB: anyLow | tooLarge | overlong4, 0xC: anyLow | tooLarge | overlong4, 0xD: anyLow | tooLarge | overlong4 | surrogate,
		0xE: anyLow | tooLarge | overlong4, 0xF: anyLow | tooLarge | overlong4,
	})
	upperOfSecond = twice([16]uint8{
		tooShort, tooShort, tooShort, tooShort, tooShort, tooShort, tooShort, tooShort,
		8: tooLong | twoOn | overlong2 | overlong3 | overlong4, 9: tooLong | twoOn | overlong2 | overlong3 | tooLarge,
		0xA: tooLong | twoOn | overlong2 | surrogate | tooLarge, 0xB: tooLong | twoOn | overlong2 | surrogate | tooLarge,
		0xC: tooShort, 0xD: tooShort, 0xE: tooShort, 0xF: tooShort,
	})
)

// twice repeats a table of 16 for the two halves of a vector, each of which is looked up by itself.
func twice(t [16]uint8) (v [vector]uint8) {
	copy(v[:], t[:])
	copy(v[16:], t[:])
	return v
}

// skipText (80 to 90 % of BenchmarkText beyond ASCII) skips what is UTF-8 and needs no further look, plain or wide. At i, which is 3 or more, a character begins, and so does
// one where skipText stops: before what is neither, or may not be, or where less than a vector is left.
func skipText(doc []byte, i int) int {
	start := i
	two, end, slash := archsimd.BroadcastInt8x32(2), archsimd.BroadcastInt8x32(0x21), archsimd.BroadcastInt8x32('\\')
	zero, third, fourth := archsimd.BroadcastInt8x32(0), archsimd.BroadcastUint8x32(0xE0-0x80), archsimd.BroadcastUint8x32(0xF0-0x80)
	sign := archsimd.BroadcastUint8x32(0x80)
	for ; len(doc)-i >= vector; i += vector {
		x := vectorAt(doc, i)
		// Where the byte two before begins three, or the one three before four, both must go on, and nowhere else.
		on := vectorAt(doc, i-2).SubSaturated(third).Or(vectorAt(doc, i-3).SubSaturated(fourth)).And(sign)
		wrong := ^wrongPairs(vectorAt(doc, i-1), x).Xor(on).AsInt8x32().Equal(zero).ToBits()
		odd := unusual(x, two, end, slash).ToBits() &^ x.AsInt8x32().Less(zero).ToBits()
		if odd|wrong == 0 {
			continue
		}
		// What is odd is ASCII, so that a character cut short before it is wrong there.
		if odd == 0 || wrong&(odd^(odd-1)) != 0 { // wrong up to the first that is odd
			break
		}
		archsimd.ClearAVXUpperBits()
		return i + bits.TrailingZeros32(odd)
	}
	archsimd.ClearAVXUpperBits()
	if i > start {
		for i--; i > start && doc[i]&0xC0 == 0x80; i-- {
		}
	}
	return i
}

// wrongPairs says what the tables agree on. The upper halves are got by a product's: a shift would go by way of an instruction
// of SSE, which costs some hundred cycles among those of AVX (Go 1.26).
func wrongPairs(first, second archsimd.Uint8x32) archsimd.Uint8x32 {
	shift, low := archsimd.BroadcastUint16x16(1<<12), archsimd.BroadcastUint8x32(0x0F)
	a := archsimd.LoadUint8x32(&upperOfFirst).PermuteOrZeroGrouped(first.AsUint16x16().MulHigh(shift).AsUint8x32().And(low).AsInt8x32())
	b := archsimd.LoadUint8x32(&lowerOfFirst).PermuteOrZeroGrouped(first.And(low).AsInt8x32())
	c := archsimd.LoadUint8x32(&upperOfSecond).PermuteOrZeroGrouped(second.AsUint16x16().MulHigh(shift).AsUint8x32().And(low).AsInt8x32())
	return a.And(b).And(c)
}
