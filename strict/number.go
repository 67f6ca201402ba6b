package strict

import (
	"math/big"
	"strings"

	"go.yaml.in/yaml/v3"
)

// numberEnd returns the length of the JSON number that b begins with, 0 where there is none. A digit, a letter or a
// point right behind the number makes it none.
func numberEnd[T string | []byte](b T) int {
	i := 0
	digits := func() bool {
		from := i
		for i < len(b) && b[i] >= '0' && b[i] <= '9' {
			i++
		}
		return i > from
	}
	if i < len(b) && b[i] == '-' {
		i++
	}
	zero := i < len(b) && b[i] == '0'
	from := i
	if !digits() || zero && i > from+1 {
		return 0
	}
	if i < len(b) && b[i] == '.' {
		if i++; !digits() {
			return 0
		}
	}
	if i < len(b) && (b[i] == 'e' || b[i] == 'E') {
		if i++; i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		if !digits() {
			return 0
		}
	}
	if i < len(b) && (b[i] == '.' || b[i] == '_' || b[i] >= 'a' && b[i] <= 'z' || b[i] >= 'A' && b[i] <= 'Z') {
		return 0
	}
	return i
}

func isNumber(s string) bool { return s != "" && numberEnd(s) == len(s) }

func numberTag(s string) string {
	if strings.ContainsAny(s, ".eE") {
		return TagFloat
	}
	return TagInt
}

// normalNumber gives a YAML number JSON's spelling. It reports false where JSON has no such number (infinities, NaN).
func normalNumber(n *yaml.Node) bool {
	if !isNumber(n.Value) {
		plain := strings.ReplaceAll(n.Value, "_", "")
		if n.Tag == TagInt {
			v, ok := new(big.Int).SetString(plain, 0)
			if !ok {
				return false
			}
			n.Value = v.String()
		} else {
			n.Value = normalFloat(plain)
		}
	}
	if !isNumber(n.Value) {
		return false
	}
	n.Tag = numberTag(n.Value)
	return true
}

// normalFloat mends what YAML allows in a decimal number and JSON does not: a plus sign, leading zeros, and a point
// with no digit on one of its sides.
func normalFloat(s string) string {
	s, minus := strings.CutPrefix(s, "-")
	s = strings.TrimPrefix(s, "+")
	mantissa, exponent := s, ""
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		mantissa, exponent = s[:i], s[i:]
	}
	whole, fraction, point := strings.Cut(mantissa, ".")
	if whole = strings.TrimLeft(whole, "0"); whole == "" {
		whole = "0"
	}
	if point && fraction == "" {
		fraction = "0"
	}
	if point {
		whole += "." + fraction
	}
	if minus {
		whole = "-" + whole
	}
	return whole + exponent
}
