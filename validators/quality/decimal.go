package quality

import (
	"bytes"
	"math"
	"strconv"
	"strings"

	"github.com/apache/arrow/go/v15/arrow/decimal128"
)

// A decimal is an exact number: ±0.DIGITS × 10^point, the digits without zeros at either end; zero has none. Two decimals
// compare in as much time as they have digits, whatever their exponents.
type decimal struct {
	neg    bool
	digits []byte
	point  int
}

// farPoint stands for any exponent too large to be told from infinity.
const farPoint = math.MaxInt32

// set makes d the JSON number text, in d's own memory.
func (d *decimal) set(text string) {
	exponent := 0
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		exponent = parseExponent(text[i+1:])
		text = text[:i]
	}
	text, d.neg = strings.CutPrefix(text, "-")
	d.digits, d.point = d.digits[:0], exponent
	fraction := false
	for _, c := range []byte(text) {
		if c == '.' {
			fraction = true
			continue
		}
		leading := len(d.digits) == 0 && c == '0'
		if !leading {
			d.digits = append(d.digits, c)
		}
		switch {
		case fraction && leading:
			d.point--
		case !fraction && !leading:
			d.point++
		}
	}
	d.digits = bytes.TrimRight(d.digits, "0")
	if len(d.digits) == 0 {
		d.neg, d.point = false, 0
	}
}

func parseExponent(text string) int {
	n, neg := 0, false
	for _, c := range []byte(text) {
		switch {
		case c == '-':
			neg = true
		case c >= '0' && c <= '9' && n < farPoint/10-1:
			n = n*10 + int(c-'0')
		case c >= '0' && c <= '9':
			n = farPoint
		}
	}
	if neg {
		return -n
	}
	return n
}

func (d *decimal) sign() int {
	switch {
	case len(d.digits) == 0:
		return 0
	case d.neg:
		return -1
	}
	return 1
}

// compare gives -1, 0 or 1 as d is below, equal to or above o.
func (d *decimal) compare(o *decimal) int {
	s := d.sign()
	switch t := o.sign(); {
	case s < t:
		return -1
	case s > t:
		return 1
	case s == 0:
		return 0
	case d.point < o.point:
		return -s
	case d.point > o.point:
		return s
	}
	return s * bytes.Compare(d.digits, o.digits)
}

// key appends the spelling that all equal numbers share.
func (d *decimal) key(dst []byte) []byte {
	if d.neg {
		dst = append(dst, '-')
	}
	dst = append(dst, d.digits...)
	dst = append(dst, 'e')
	return strconv.AppendInt(dst, int64(d.point), 10)
}

// setInt makes d the integer n.
func (d *decimal) setInt(n int64) { d.set(strconv.FormatInt(n, 10)) }

// floor gives the largest int64 that is not above d, or the smallest int64 where all are above it.
func (d *decimal) floor() int64 {
	var m uint64
	for i := range min(d.point, 20) { // 20 digits are more than an int64 has
		c := uint64(0)
		if i < len(d.digits) {
			c = uint64(d.digits[i] - '0')
		}
		if m > math.MaxInt64/10 {
			m = math.MaxUint64
			break
		}
		m = m*10 + c
	}
	switch whole := d.point >= len(d.digits); {
	case !d.neg && m > math.MaxInt64:
		return math.MaxInt64
	case !d.neg:
		return int64(m)
	case m > math.MaxInt64:
		return math.MinInt64
	case whole:
		return -int64(m)
	}
	return -int64(m) - 1
}

// least gives the smallest int64 that is not below d, and above it where open says so. Not ok is that there is none.
func (d *decimal) least(open bool) (n int64, ok bool) {
	n = d.floor()
	var at decimal
	at.setInt(n)
	if c := at.compare(d); c > 0 || c == 0 && !open {
		return n, true
	}
	return n + 1, n < math.MaxInt64
}

// most gives the largest int64 that is not above d, and below it where open says so. Not ok is that there is none.
func (d *decimal) most(open bool) (n int64, ok bool) {
	n = d.floor()
	var at decimal
	at.setInt(n)
	if c := at.compare(d); c < 0 || c == 0 && !open {
		return n, true
	}
	return n - 1, n > math.MinInt64
}

// floor128 gives the largest n for which n ÷ 10^scale is not above d, and whether that is d. Beyond 38 digits it is one more than those, or one less.
func (d *decimal) floor128(scale int) (n decimal128.Num, whole bool) {
	most := decimal128.GetMaxValue(38)
	ten, one := decimal128.FromI64(10), decimal128.FromI64(1)
	point := d.point + scale
	if point > 38 {
		n, whole = most.Add(one), true
	} else {
		for i := range point {
			if n = n.Mul(ten); i < len(d.digits) {
				n = n.Add(decimal128.FromI64(int64(d.digits[i] - '0')))
			}
		}
		whole = point >= len(d.digits)
	}
	if d.neg {
		if n = n.Negate(); !whole {
			n = n.Sub(one)
		}
	}
	return n, whole
}

// least128 is least for n ÷ 10^scale.
func (d *decimal) least128(scale int, open bool) decimal128.Num {
	n, whole := d.floor128(scale)
	if whole && !open {
		return n
	}
	return n.Add(decimal128.FromI64(1))
}

// most128 is most for n ÷ 10^scale.
func (d *decimal) most128(scale int, open bool) decimal128.Num {
	n, whole := d.floor128(scale)
	if whole && open {
		return n.Sub(decimal128.FromI64(1))
	}
	return n
}

// float gives the float64 nearest to d: what a column of float64 holds for d too.
func (d *decimal) float() float64 {
	f, _ := strconv.ParseFloat("0."+string(d.digits)+"e"+strconv.Itoa(d.point), 64)
	if d.neg {
		return -f
	}
	return f
}

// small reads text as an integer of at most 18 digits, as nearly all are.
func small(text string) (n int64, ok bool) {
	i := 0
	if len(text) > 0 && text[0] == '-' {
		i = 1
	}
	if len(text) == i || len(text) > 18 {
		return 0, false
	}
	for ; i < len(text); i++ {
		c := text[i] - '0'
		if c > 9 {
			return 0, false
		}
		n = n*10 + int64(c)
	}
	if text[0] == '-' {
		n = -n
	}
	return n, true
}
