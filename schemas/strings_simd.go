//go:build goexperiment.simd && amd64

package schemas

import (
	"math/bits"
	"simd/archsimd"
)

// hasAVX2 says that the processor can do what the functions with vectors need.
var hasAVX2 = archsimd.X86.AVX2()

const vector = 32 // bytes

// scanString is scanStringPlain by vectors. Most names and values end within the first one, so that no loop's end is guessed wrong
// (a vector only after four words: 0 % instead of 15 % of BenchmarkWebhooks). Less than a vector before doc's end, it goes the plain way: no
// byte beyond doc's length is read.
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

// unusual has the bytes that plainChar has not. XOR 2 puts the quote right below what is plain, and beyond ASCII is
// negative.
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

// runeCount is runeCountPlain by vectors: a byte that continues a code point is below -64 as a signed one.
func runeCount(s []byte) (n int) {
	if !hasAVX2 || len(s) < 2*vector {
		return runeCountPlain(s)
	}
	last := archsimd.BroadcastInt8x32(-64)
	for ; len(s) >= vector; s = s[vector:] {
		n += bits.OnesCount32(vectorAt(s, 0).AsInt8x32().GreaterEqual(last).ToBits())
	}
	archsimd.ClearAVXUpperBits()
	return n + runeCountPlain(s)
}
