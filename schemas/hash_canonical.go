package schemas

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/winnow-data/winnow/strict"
)

// appendCanonical appends v, made of maps, slices, strings, integers, booleans and parsed nodes, as JSON with sorted keys, no
// white space and one spelling for each number.
func appendCanonical(dst []byte, v any) []byte {
	switch v := v.(type) {
	case *yaml.Node:
		return appendNode(dst, v)
	case map[string]any:
		dst = append(dst, '{')
		for i, k := range slices.Sorted(maps.Keys(v)) {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(appendString(dst, k), ':')
			dst = appendCanonical(dst, v[k])
		}
		return append(dst, '}')
	case []any:
		dst = append(dst, '[')
		for i, e := range v {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendCanonical(dst, e)
		}
		return append(dst, ']')
	case string:
		return appendString(dst, v)
	case bool:
		return strconv.AppendBool(dst, v)
	case int:
		return append(dst, canonicalNumber(strconv.Itoa(v))...)
	}
	panic(fmt.Sprintf("schemas: no canonical form for %T", v))
}

func appendNode(dst []byte, n *yaml.Node) []byte {
	switch n.Kind {
	case yaml.MappingNode:
		m := make(map[string]any, len(n.Content)/2)
		for i := 0; i+1 < len(n.Content); i += 2 {
			m[n.Content[i].Value] = n.Content[i+1]
		}
		return appendCanonical(dst, m)
	case yaml.SequenceNode:
		s := make([]any, len(n.Content))
		for i, e := range n.Content {
			s[i] = e
		}
		return appendCanonical(dst, s)
	}
	switch n.Tag {
	case strict.TagStr:
		return appendString(dst, n.Value)
	case strict.TagInt, strict.TagFloat:
		return append(dst, canonicalNumber(n.Value)...)
	}
	return append(dst, n.Value...) // true, false and null
}

// appendString uses encoding/json's spelling, which is stable.
func appendString(dst []byte, s string) []byte {
	b, err := json.Marshal(s)
	if err != nil {
		panic("schemas: a string that is not JSON: " + err.Error())
	}
	return append(dst, b...)
}

// canonicalNumber gives equal JSON numbers the same text: 1.0, 1, 10e-1 and 1e0 are all 1. It is an integer without
// trailing zeros, and the power of ten where that is not 0. Nothing is computed in floating point, and a huge exponent costs
// nothing.
func canonicalNumber(s string) string {
	s, minus := strings.CutPrefix(s, "-")
	mantissa, exp := s, ""
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		mantissa, exp = s[:i], strings.TrimPrefix(s[i+1:], "+")
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits := strings.TrimLeft(whole+fraction, "0")
	if digits == "" {
		return "0"
	}
	power, ok := new(big.Int).SetString("0"+exp, 10)
	if rest, negative := strings.CutPrefix(exp, "-"); negative {
		if power, ok = new(big.Int).SetString(rest, 10); ok {
			power.Neg(power)
		}
	}
	if !ok {
		return s // no JSON number; the parser lets none through
	}
	short := strings.TrimRight(digits, "0")
	power.Add(power, big.NewInt(int64(len(digits)-len(short)-len(fraction))))
	if minus {
		short = "-" + short
	}
	if power.Sign() == 0 {
		return short
	}
	return short + "e" + power.String()
}
