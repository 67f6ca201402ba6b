package strict

import (
	"fmt"
	"math"
	"math/big"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// scalar reads n into a string, bool, integer or float64.
func (d *decoder) scalar(n *yaml.Node, v reflect.Value, path string, enum []string) {
	switch v.Kind() {
	case reflect.String:
		d.str(n, v, path, enum)
	case reflect.Bool:
		b, err := strconv.ParseBool(n.Value)
		if n.Kind != yaml.ScalarNode || n.Tag != TagBool && !Expanded(n) || err != nil {
			d.add(n, named(path, "must be true or false, not "+d.what(n)), boolFix(n))
			return
		}
		v.SetBool(b)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		d.integer(n, v, path)
	case reflect.Float64:
		f, err := strconv.ParseFloat(n.Value, 64)
		if !d.number(n) || err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
			d.add(n, named(path, "must be a number, not "+d.what(n)), "")
			return
		}
		v.SetFloat(f)
	default:
		panic("strict.Decode: cannot fill a " + v.Type().String())
	}
}

// what names n's kind, and its text where that is short, plain and no secret.
func (d *decoder) what(n *yaml.Node) string {
	if n.Kind == yaml.ScalarNode && n.Tag == TagStr {
		return Show(n)
	}
	if n.Kind == yaml.ScalarNode && (n.Tag == TagInt || n.Tag == TagFloat) && len(n.Value) < 40 {
		return n.Value
	}
	return kindOf(n)
}

func (d *decoder) number(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && (n.Tag == TagInt || n.Tag == TagFloat || Expanded(n) && isNumber(n.Value))
}

func boolFix(n *yaml.Node) string {
	if !Expanded(n) {
		switch strings.ToLower(n.Value) {
		case "yes", "on", "y":
			return "write true"
		case "no", "off", "n":
			return "write false"
		}
	}
	return ""
}

func (d *decoder) str(n *yaml.Node, v reflect.Value, path string, enum []string) {
	if !IsString(n) {
		fix := ""
		if n.Kind == yaml.ScalarNode {
			fix = "quote it"
		}
		// Not d.what: what should have been a string may be an unquoted password.
		d.add(n, named(path, "must be a string, not "+kindOf(n)), fix)
		return
	}
	if enum != nil && !slices.Contains(enum, n.Value) {
		fix := Suggest(n.Value, enum)
		if Expanded(n) {
			fix = "known: " + strings.Join(enum, ", ")
		}
		d.add(n, named(path, "cannot be "+Show(n)), fix)
		return
	}
	v.SetString(n.Value)
}

// integer reads a whole number, however it is spelled: 1000, 1e3 and 1000.0 are one and the same.
func (d *decoder) integer(n *yaml.Node, v reflect.Value, path string) {
	if !d.number(n) {
		d.add(n, named(path, "must be a whole number, not "+d.what(n)), "")
		return
	}
	i, ok := wholeNumber(n.Value)
	if !ok {
		d.add(n, named(path, "must be a whole number, not "+d.what(n)), "")
		return
	}
	if v.CanUint() && i.IsUint64() && !v.OverflowUint(i.Uint64()) {
		v.SetUint(i.Uint64())
		return
	}
	if v.CanInt() && i.IsInt64() && !v.OverflowInt(i.Int64()) {
		v.SetInt(i.Int64())
		return
	}
	low, high := "0", fmt.Sprint(uint64(math.MaxUint64)>>(64-v.Type().Bits()))
	if v.CanInt() {
		low, high = fmt.Sprint(-1<<(v.Type().Bits()-1)), fmt.Sprint(uint64(math.MaxInt64)>>(64-v.Type().Bits()))
	}
	d.add(n, named(path, "is out of range"), "from "+low+" to "+high)
}

// wholeNumber reads a JSON number that is whole and not beyond what any integer kind holds by far.
func wholeNumber(s string) (*big.Int, bool) {
	if numberTag(s) == TagInt {
		return new(big.Int).SetString(s, 10)
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || f != math.Trunc(f) || math.Abs(f) > 1<<53 {
		return nil, false
	}
	return big.NewInt(int64(f)), true
}
