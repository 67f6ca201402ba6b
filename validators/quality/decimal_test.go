package quality

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"strconv"
	"testing"
)

// numbers are texts that are near to one another, or spelled differently, or extreme.
func numbers() []string {
	texts := []string{
		"0", "-0", "0.0", "-0e5", "0e-99", "1", "1.0", "10e-1", "0.1e1", "100E-2", "-1", "-1.000", "0.1", "0.10", "1e-1", "0.09999999999999999999",
		"9", "10", "9.99", "10.01", "99", "100", "1e2", "123456789012345678", "1234567890123456789", "12345678901234567890", "12345678901234567890.5",
		"9223372036854775807", "9223372036854775808", "9223372036854775806.5", "9223372036854775807.5", "-9223372036854775808", "-9223372036854775809",
		"-9223372036854775807.5", "-9223372036854775808.5", "18446744073709551616", "1e19", "-1e19", "1e30", "-1e30", "1e-30", "-1e-30", "0.5", "-0.5",
		"1.5", "-1.5", "2.5e3", "25e2", "2500", "1e300", "1e-300", "922337203685477580", "-922337203685477580.1",
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 60 {
		texts = append(texts, fmt.Sprintf("%d.%de%d", r.IntN(200)-100, r.IntN(50), r.IntN(7)-3))
	}
	return texts
}

func TestDecimalCompare(t *testing.T) {
	for _, a := range numbers() {
		for _, b := range numbers() {
			want := rat(t, a).Cmp(rat(t, b))
			var x, y decimal
			x.set("777.7e7") // what was there before must not matter
			x.set(a)
			y.set(b)
			if got := x.compare(&y); got != want {
				t.Errorf("%s compared with %s: %d, want %d", a, b, got, want)
			}
			if same := string(x.key(nil)) == string(y.key(nil)); same != (want == 0) {
				t.Errorf("%s and %s: the same key is %v", a, b, same)
			}
		}
	}
}

func rat(t *testing.T, text string) *big.Rat {
	t.Helper()
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		t.Fatalf("%s is no number", text)
	}
	return r
}

// TestDecimalIntegers: least and most agree with exact arithmetic, at int64's ends too.
func TestDecimalIntegers(t *testing.T) {
	for _, text := range numbers() {
		var d decimal
		d.set(text)
		for _, open := range []bool{false, true} {
			n, ok := d.least(open)
			checkEdge(t, fmt.Sprintf("least of %s, open %v", text, open), n, ok, 1, open, rat(t, text))
			n, ok = d.most(open)
			checkEdge(t, fmt.Sprintf("most of %s, open %v", text, open), n, ok, -1, open, rat(t, text))
		}
		if want, _ := strconv.ParseFloat(text, 64); d.float() != want {
			t.Errorf("%s as a float is %v, want %v", text, d.float(), want)
		}
	}
}

// checkEdge wants n to pass the limit and the integer before it, against the direction, to fail. Where ok is false none may pass.
func checkEdge(t *testing.T, what string, n int64, ok bool, direction int, open bool, limit *big.Rat) {
	t.Helper()
	passes := func(v *big.Int) bool {
		c := new(big.Rat).SetInt(v).Cmp(limit) * direction
		return c > 0 || c == 0 && !open
	}
	end := int64(math.MaxInt64)
	if direction < 0 {
		end = math.MinInt64
	}
	if !ok {
		if passes(big.NewInt(end)) {
			t.Errorf("%s: none, but %d passes", what, end)
		}
		return
	}
	if !passes(big.NewInt(n)) {
		t.Errorf("%s: %d does not pass", what, n)
	}
	before := new(big.Int).Sub(big.NewInt(n), big.NewInt(int64(direction)))
	if before.IsInt64() && passes(before) {
		t.Errorf("%s: %d, but %d passes too", what, n, before)
	}
}

func TestSmall(t *testing.T) {
	for text, want := range map[string]int64{"0": 0, "-0": 0, "7": 7, "-12": -12, "999999999999999999": 999999999999999999} {
		if got, ok := small(text); !ok || got != want {
			t.Errorf("%s: %d, %v", text, got, ok)
		}
	}
	for _, text := range []string{"", "-", "1.0", "1e5", "12345678901234567890", "-999999999999999999"} {
		if _, ok := small(text); ok {
			t.Errorf("%q is no small integer", text)
		}
	}
}

func TestShare(t *testing.T) {
	for _, c := range []struct {
		max       string
		part, all int64
		want      bool
	}{
		{"0.1", 1, 10, false}, {"0.1", 2, 10, true}, {"0.1", 100_000_001, 1_000_000_000, true}, {"0.1", 100_000_000, 1_000_000_000, false},
		{"0.333333333333333333", 1, 3, true}, {"0.333333333333333334", 1, 3, false}, {"0", 0, 5, false}, {"0", 1, math.MaxInt64, true},
		{"1", 5, 5, false}, {"1.0", 5, 5, false}, {"15e-2", 15, 100, false}, {"15e-2", 16, 100, true}, {"1e-18", 1, math.MaxInt64, false},
		{"1e-18", 10, math.MaxInt64, true}, {"0.5", math.MaxInt64, math.MaxInt64, true},
	} {
		n := parseNode(t, c.max)
		r := &request{}
		s := r.share("max", n)
		if len(r.faults) > 0 || s.exceeded(c.part, c.all) != c.want {
			t.Errorf("%d of %d exceeds %s: %v, want %v %v", c.part, c.all, c.max, !c.want, c.want, r.faults)
		}
	}
}
