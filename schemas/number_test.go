package schemas

import (
	"encoding/json"
	"math"
	"math/big"
	"strconv"
	"testing"
)

// checkNumber compares everything that is made of a number with math/big and strconv.
func checkNumber(t *testing.T, text, other string) {
	t.Helper()
	tok := []byte(text)
	v, end := scanNumber(append([]byte(text), ",        "...), 0)
	if valid := json.Valid(tok); valid != (end == len(tok)) {
		t.Fatalf("%q: valid %v, end %d", text, valid, end)
	} else if !valid || v.written > 400 || v.written < -400 || !json.Valid([]byte(other)) {
		return
	}
	if m, frac, end := scanQuick(append([]byte(text), ",        "...), 0); end >= 0 {
		if end != len(tok) || !v.exact || m != signed(v) || frac != -v.exp {
			t.Fatalf("%q: quick %d %d %d, else %+v", text, m, frac, end, v)
		}
	}
	rat, _ := new(big.Rat).SetString(text)
	want, _ := strconv.ParseFloat(text, 64)
	if got := v.float(tok); math.Float64bits(got) != math.Float64bits(want) {
		t.Fatalf("%q: float %v, want %v", text, got, want)
	}
	var dec, scratch decimal
	if whole := v.whole(tok, &dec); whole != rat.IsInt() {
		t.Fatalf("%q: whole %v", text, whole)
	} else if whole {
		n, ok := v.int64(tok, &dec)
		if fits := rat.Num().IsInt64(); ok != fits || ok && n != rat.Num().Int64() {
			t.Fatalf("%q: int64 %d %v", text, n, ok)
		}
	}
	w, _ := scanNumber([]byte(other), 0)
	if w.written > 400 || w.written < -400 {
		return
	}
	bound, _ := new(big.Rat).SetString(other)
	var limitDec decimal
	limitDec.set([]byte(other))
	for rule, fails := range map[string]bool{
		"minimum": rat.Cmp(bound) < 0, "exclusiveMinimum": rat.Cmp(bound) <= 0, "maximum": rat.Cmp(bound) > 0, "exclusiveMaximum": rat.Cmp(bound) >= 0,
	} {
		l := newLimit(rule, limitDec)
		if got := l.fails(v, v.float(tok), tok, &scratch); got != fails {
			t.Fatalf("%s %s of %s: fails %v", rule, other, text, got)
		}
		n := &node{allow: kindAny, limits: []limit{l}}
		q := newQuick(n)
		if m, frac, end := scanQuick(append([]byte(text), ",        "...), 0); end >= 0 && fails {
			f := float64(m) / floatTens[frac]
			if frac == 0 && m >= q.least && m <= q.most || frac > 0 && max(m, -m) < 1<<53 && f > q.above && f < q.below {
				t.Fatalf("%s %s of %s: passes quickly", rule, other, text)
			}
		}
	}
	if bound.Sign() > 0 {
		m := newMultiple(limitDec)
		if got, fails := m.fails(v, tok, &scratch), !new(big.Rat).Quo(rat, bound).IsInt(); got != fails {
			t.Fatalf("multipleOf %s of %s: fails %v", other, text, got)
		}
	}
	var a, b decimal
	a.set(tok)
	b.set([]byte(other))
	if equal := string(a.append(nil)) == string(b.append(nil)); equal != (rat.Cmp(bound) == 0) {
		t.Fatalf("%s and %s: equal %v", text, other, equal)
	}
}

func signed(v number) int64 {
	if v.neg {
		return -int64(v.mant)
	}
	return int64(v.mant)
}

var numberSeeds = []string{
	"0", "-0", "0.0", "-0.00", "1", "-1", "10", "100", "1.0", "1.5", "-1.25", "0.1", "0.3", "1e2", "1e-2", "12E+3", "0e5", "1234567", "12345678", "123456789",
	"1234567.5", "123456.78", "-123456.7", "-12345.678", "9007199254740992", "9007199254740993", "9007199254740993.0", "9223372036854775807",
	"9223372036854775808", "-9223372036854775808", "-9223372036854775809", "18446744073709551616", "99999999999999999999", "1234567890123456789012345678901234567890",
	"0.000000000000000000000001", "0.00000000000000000000000000000000000001234567890123456789", "3.141592653589793", "2.2250738585072011e-308", "5e-324", "1.7976931348623157e308", "1e309", "-1e400",
	"123456789012345678", "1234567890123456789", "0.1234567890123456", "0.30000000000000004", "100000000000000000000e-20", "4.35", "0.01", "1e-400", "01", "1.", "-", "1e", ".5", "1.e5", "00", "-01", "1.2.3", "1e+",
}

func TestNumbers(t *testing.T) {
	for _, a := range numberSeeds {
		for _, b := range numberSeeds {
			checkNumber(t, a, b)
		}
	}
}

func FuzzNumber(f *testing.F) {
	for i, a := range numberSeeds {
		f.Add(a, numberSeeds[(i*7+3)%len(numberSeeds)])
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		if len(a) > 600 || len(b) > 600 || a == "" || b == "" || a[0] != '-' && a[0]-'0' > 9 || b[0] != '-' && b[0]-'0' > 9 ||
			a[len(a)-1] <= ' ' || b[len(b)-1] <= ' ' {
			return
		}
		checkNumber(t, a, b)
	})
}
