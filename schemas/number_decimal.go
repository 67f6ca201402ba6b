package schemas

import (
	"bytes"
	"math"
	"math/big"
	"math/bits"
	"strconv"
)

// A decimal is an exact number: ±0.DIGITS × 10^point, the digits without zeros at either end. Zero has none. It costs as
// much as it has digits, whatever its exponent.
type decimal struct {
	digits []byte // '1' to '9' at both ends
	point  int
	neg    bool
}

// set makes z the JSON number tok. It reuses z's memory.
func (z *decimal) set(tok []byte) {
	z.digits, z.point, z.neg = z.digits[:0], 0, false
	i := 0
	if tok[0] == '-' {
		z.neg = true
		i++
	}
	behind, exp := false, 0
	for ; i < len(tok); i++ {
		switch c := tok[i]; {
		case c == '.':
			behind = true
			continue
		case c|0x20 == 'e':
			exp, _ = scanExponent(tok, i+1)
			i = len(tok)
			continue
		case c == '0' && len(z.digits) == 0: // leading
			if behind {
				z.point--
			}
			continue
		default:
			z.digits = append(z.digits, c)
		}
		if !behind {
			z.point++
		}
	}
	z.point += exp
	z.digits = bytes.TrimRight(z.digits, "0")
	if len(z.digits) == 0 {
		z.point, z.neg = 0, false
	}
}

func (z *decimal) whole() bool { return z.point >= len(z.digits) }

func (z *decimal) int64() (n int64, ok bool) {
	if z.point > 19 || !z.whole() {
		return 0, false
	}
	var m uint64
	for i := range z.point {
		c := uint64(0)
		if i < len(z.digits) {
			c = uint64(z.digits[i] - '0')
		}
		m = m*10 + c // 19 digits fit
	}
	if z.neg {
		return -int64(m), m <= 1<<63
	}
	return int64(m), m <= math.MaxInt64
}

// compare gives -1, 0 or 1 as z is less than, equal to or greater than o.
func (z *decimal) compare(o *decimal) int {
	sign := func(d *decimal) int {
		switch {
		case len(d.digits) == 0:
			return 0
		case d.neg:
			return -1
		}
		return 1
	}
	a, b := sign(z), sign(o)
	switch {
	case a != b:
		if a < b {
			return -1
		}
		return 1
	case a == 0:
		return 0
	case z.point != o.point:
		if z.point < o.point {
			return -a
		}
		return a
	}
	return a * bytes.Compare(z.digits, o.digits)
}

// append appends z in the one spelling that equal numbers share.
func (z *decimal) append(dst []byte) []byte {
	if len(z.digits) == 0 {
		return append(dst, '0')
	}
	if z.neg {
		dst = append(dst, '-')
	}
	dst = append(dst, z.digits...)
	if exp := z.point - len(z.digits); exp != 0 {
		dst = append(dst, 'e')
		dst = strconv.AppendInt(dst, int64(exp), 10)
	}
	return dst
}

// A limit is one of the four bounds of a number.
type limit struct {
	rule  string
	dec   decimal
	float float64
	int   int64
	isInt bool
	// outside says which results of comparing a value with the limit fail, as bits: 1 less, 2 equal, 4 greater.
	outside uint8
}

func newLimit(rule string, dec decimal) limit {
	l := limit{rule: rule, dec: dec}
	l.int, l.isInt = dec.int64()
	text := dec.append(nil)
	l.float, _ = strconv.ParseFloat(string(text), 64)
	switch rule {
	case "minimum":
		l.outside = 1
	case "exclusiveMinimum":
		l.outside = 1 | 2
	case "maximum":
		l.outside = 4
	case "exclusiveMaximum":
		l.outside = 4 | 2
	}
	return l
}

// fails judges a value with its nearest float64 f. Rounding keeps order, so that only values that round to the same float64
// as the limit need be compared exactly.
func (l *limit) fails(v number, f float64, tok []byte, scratch *decimal) bool {
	switch {
	case f < l.float:
		return l.outside&1 != 0
	case f > l.float:
		return l.outside&4 != 0
	case v.exact && v.exp == 0 && v.mant < 1<<53 && l.isInt:
		return l.outside&2 != 0
	}
	scratch.set(tok)
	return l.outside>>uint(scratch.compare(&l.dec)+1)&1 != 0
}

// A multiple is multipleOf's argument: mant × 10^exp, mant not divisible by ten. Where mant has too many digits, big holds
// it.
type multiple struct {
	mant  uint64
	exp   int
	whole uint64 // the argument itself, if it is an integer below 10^19
	big   *big.Int
}

func newMultiple(dec decimal) multiple {
	m := multiple{exp: dec.point - len(dec.digits)}
	if len(dec.digits) > 19 {
		m.big, _ = new(big.Int).SetString(string(dec.digits), 10)
		return m
	}
	for _, c := range dec.digits {
		m.mant = m.mant*10 + uint64(c-'0')
	}
	if m.exp >= 0 && dec.point <= 19 {
		m.whole = m.mant * tens[m.exp]
	}
	return m
}

// fails says that the value is not a whole multiple. D × 10^e ÷ (M × 10^x), D and M without zeros at their ends, is whole just when e is
// at least x and M divides D × 10^(e-x).
func (m *multiple) fails(v number, tok []byte, scratch *decimal) bool {
	if v.exact && v.exp == 0 && m.whole != 0 {
		return v.mant%m.whole != 0
	}
	if k := v.exp - m.exp; v.exact && m.big == nil && k >= 0 && k < 20 {
		if hi, lo := bits.Mul64(v.mant, tens[k]); hi == 0 {
			return lo%m.mant != 0
		}
	}
	scratch.set(tok)
	if len(scratch.digits) == 0 {
		return false
	}
	k := scratch.point - len(scratch.digits) - m.exp
	if k < 0 {
		return true
	}
	if m.big != nil {
		n, _ := new(big.Int).SetString(string(scratch.digits), 10)
		n.Mul(n, new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(k)), m.big))
		return n.Mod(n, m.big).Sign() != 0
	}
	var r uint64
	for _, c := range scratch.digits {
		r = mulmod(r, 10, uint64(c-'0'), m.mant)
	}
	for base := 10 % m.mant; k > 0 && r != 0; k >>= 1 {
		if k&1 != 0 {
			r = mulmod(r, base, 0, m.mant)
		}
		base = mulmod(base, base, 0, m.mant)
	}
	return r != 0
}

// mulmod gives (a×b + c) mod m.
func mulmod(a, b, c, m uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	lo, carry := bits.Add64(lo, c, 0)
	return bits.Rem64(hi+carry, lo, m)
}
