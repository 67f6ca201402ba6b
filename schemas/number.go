package schemas

import (
	"encoding/binary"
	"math"
	"math/bits"
	"strconv"
	"unsafe"
)

// A number is a JSON number as it was scanned: (-1)^neg × mant × 10^exp where exact, and otherwise only its text tells.
type number struct {
	mant    uint64
	exp     int
	written int // the exponent as it was written
	neg     bool
	exact   bool // mant holds every digit
	plain   bool // neither a fraction nor an exponent
}

const exponentCap = 1 << 24 // written exponents saturate here

// scanNumber reads the number at i, where doc has a minus sign or a digit. Next is the place behind it, or -1-p where the
// byte at p is wrong.
func scanNumber(doc []byte, i int) (v number, next int) {
	v.plain = true
	if doc[i] == '-' {
		v.neg = true
		i++
	}
	start := i
	m, i := scanDigits(doc, i, 0)
	digits := i - start
	if digits == 0 || digits > 1 && doc[start] == '0' {
		return v, -1 - start
	}
	if i < len(doc) && doc[i] == '.' {
		i++
		frac := i
		m, i = scanDigits(doc, i, m)
		if i == frac {
			return v, -1 - i
		}
		v.plain, v.exp = false, frac-i
		digits += i - frac
	}
	if i < len(doc) && doc[i]|0x20 == 'e' {
		v.plain = false
		if v.written, i = scanExponent(doc, i+1); i < 0 {
			return v, i
		}
		v.exp += v.written
	}
	v.mant, v.exact = m, digits <= 19
	return v, i
}

// scanQuick reads the number at i if it is like most: no exponent, at most 18 digits, not -0. It is m ÷ 10^frac, frac being 0
// only where there is no fraction. End is the place behind it, or -1. Up to eight bytes are read as one word.
func scanQuick(doc []byte, i int) (m int64, frac, end int) {
	if len(doc)-i < 8 {
		return scanPlain(doc, i)
	}
	x := binary.LittleEndian.Uint64(doc[i : i+8 : i+8])
	neg := uint64(btoi(x&0xFF == '-'))
	x ^= 0x3030303030303030
	other := ((x+0x7676767676767676)|x)&eachHigh ^ neg<<7 // bytes that are no digits, but for the sign
	x &^= neg * 0xFF                                      // which counts as a zero before them
	if other == 0 {
		return scanPlain(doc, i)
	}
	point := bits.TrailingZeros64(other) >> 3
	end = point
	if doc[i+point] == '.' {
		// The point's byte carries nothing into the next, so that the next one is exact, too.
		if other &= other - 1; other == 0 {
			return scanPlain(doc, i)
		}
		end = bits.TrailingZeros64(other) >> 3
		before := uint64(1)<<uint(point*8&63) - 1
		x = x&before | x>>8&^before
		if frac = end - point - 1; frac == 0 {
			return 0, 0, -1
		}
		x <<= uint(9-end) * 8 & 63
	} else {
		x <<= uint(8-end) * 8 & 63
	}
	if first := int(neg); point <= first || point > first+1 && doc[i+first] == '0' || doc[i+end]|0x20 == 'e' {
		return scanPlain(doc, i)
	}
	if m = int64(eightDigits(x)); m == 0 && neg != 0 {
		return 0, 0, -1
	}
	return (m ^ -int64(neg)) + int64(neg), frac, i + end
}

// scanPlain is scanQuick for numbers of any length.
func scanPlain(doc []byte, i int) (m int64, frac, end int) {
	neg := btoi(doc[i] == '-')
	i += neg
	start, u := i, uint64(0)
	u, i = scanDigits(doc, i, 0)
	digits := i - start
	if digits == 0 || digits > 1 && doc[start] == '0' {
		return 0, 0, -1
	}
	if i < len(doc) && doc[i] == '.' {
		point := i + 1
		u, i = scanDigits(doc, point, u)
		if frac = i - point; frac == 0 {
			return 0, 0, -1
		}
		digits += frac
	}
	if digits > 18 || i < len(doc) && doc[i]|0x20 == 'e' || neg != 0 && u == 0 {
		return 0, 0, -1
	}
	if m = int64(u); neg != 0 {
		m = -m
	}
	return m, frac, i
}

// eightDigits reads eight digits, each a byte from 0 to 9, the first in the lowest.
func eightDigits(x uint64) uint64 {
	x = x*10 + x>>8
	return ((x&0x000000FF000000FF)*0x000F424000000064 + (x>>16&0x000000FF000000FF)*0x0000271000000001) >> 32 & 0xFFFFFFFF
}

// scanDigits adds the digits at i to m, eight at once: a loop over a varying few would be mispredicted.
func scanDigits(doc []byte, i int, m uint64) (uint64, int) {
	for len(doc)-i >= 8 {
		x := binary.LittleEndian.Uint64(doc[i:]) ^ 0x3030303030303030
		n := bits.TrailingZeros64(((x+0x7676767676767676)|x)&eachHigh) >> 3
		m = m*tens[n] + eightDigits(x<<(64-uint(n)*8))
		i += n
		if n < 8 {
			return m, i
		}
	}
	for i < len(doc) && doc[i]-'0' <= 9 {
		m = m*10 + uint64(doc[i]-'0')
		i++
	}
	return m, i
}

func scanExponent(doc []byte, i int) (exp, next int) {
	neg := false
	if i < len(doc) && (doc[i] == '+' || doc[i] == '-') {
		neg = doc[i] == '-'
		i++
	}
	start := i
	for i < len(doc) && doc[i]-'0' <= 9 {
		if exp = exp*10 + int(doc[i]-'0'); exp > exponentCap {
			exp = exponentCap
		}
		i++
	}
	if i == start {
		return 0, -1 - i
	}
	if neg {
		exp = -exp
	}
	return exp, i
}

var tens = [20]uint64{
	1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
}

var floatTens = [23]float64{
	1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
}

// float gives the float64 nearest to v, whose text is tok; an infinity when it is out of range.
func (v number) float(tok []byte) float64 {
	if v.exact && v.mant < 1<<53 && v.exp >= -22 && v.exp <= 22 {
		f := float64(v.mant)
		if v.exp < 0 {
			f /= floatTens[-v.exp]
		} else {
			f *= floatTens[v.exp]
		}
		if v.neg {
			f = -f
		}
		return f
	}
	if v.exact && v.mant != 0 && v.exp > 310 {
		return math.Inf(1 - 2*btoi(v.neg))
	}
	f, _ := strconv.ParseFloat(unsafe.String(&tok[0], len(tok)), 64) // it does not keep its text
	return f
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// whole says whether v is an integer: 1.0 and 1e2 are.
func (v number) whole(tok []byte, dec *decimal) bool {
	switch {
	case v.plain || v.exact && (v.exp >= 0 || v.mant == 0):
		return true
	case v.exact:
		return v.exp > -20 && v.mant%tens[-v.exp] == 0
	}
	dec.set(tok)
	return dec.whole()
}

// int64 gives v, which is whole, as an int64; ok is false where it does not fit.
func (v number) int64(tok []byte, dec *decimal) (n int64, ok bool) {
	m := v.mant
	switch {
	case v.exact && v.exp == 0:
	case v.exact && v.exp < 0 && v.exp > -20:
		m /= tens[-v.exp]
	default:
		dec.set(tok)
		return dec.int64()
	}
	if v.neg {
		return -int64(m), m <= 1<<63
	}
	return int64(m), m <= math.MaxInt64
}
