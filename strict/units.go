package strict

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// A Size is a number of bytes: 1024, "16MiB", "1GB". Units are B, KiB, MiB, GiB and TiB (powers of 1024), and kB, MB, GB and
// TB (powers of 1000).
type Size int64

type unit struct {
	name string
	n    int64
}

// sizeUnits returns the units, the larger first, those of 1024 before those of 1000.
func sizeUnits() []unit {
	return []unit{
		{"TiB", 1 << 40}, {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10},
		{"TB", 1e12}, {"GB", 1e9}, {"MB", 1e6}, {"kB", 1e3}, {"B", 1},
	}
}

// ParseSize reads a size as a pipeline file writes it. Its errors do not quote s.
func ParseSize(s string) (Size, error) {
	const want = "must be a size like 512KiB, 16MiB or 1GB"
	digits := strings.TrimLeft(s, "0123456789")
	n, err := strconv.ParseInt(s[:len(s)-len(digits)], 10, 64)
	if err != nil {
		return 0, errors.New(want)
	}
	name := strings.TrimSpace(digits)
	if name == "" {
		name = "B"
	}
	for _, u := range sizeUnits() {
		if strings.EqualFold(u.name, name) {
			if n > math.MaxInt64/u.n {
				return 0, errors.New("is more bytes than can be counted")
			}
			return Size(n * u.n), nil
		}
	}
	return 0, errors.New(want)
}

// UnmarshalStrict reads a size from a scalar.
func (s *Size) UnmarshalStrict(n *yaml.Node) error {
	if n.Kind != yaml.ScalarNode || n.Tag != TagInt && n.Tag != TagStr {
		return fmt.Errorf("must be a size like 16MiB, not %s", kindOf(n))
	}
	v, err := ParseSize(n.Value)
	if err != nil {
		return fmt.Errorf("%w, not %s", err, Show(n))
	}
	*s = v
	return nil
}

// String gives the size in the largest unit that divides it, as ParseSize reads it.
func (s Size) String() string {
	for _, u := range sizeUnits() {
		if s != 0 && int64(s)%u.n == 0 {
			return strconv.FormatInt(int64(s)/u.n, 10) + u.name
		}
	}
	return "0B"
}

// A Duration is a length of time: "500ms", "30s", "1h30m", "90d". Units are ms, s, m, h, d (24 hours) and w (7 days).
type Duration time.Duration

func durationUnits() []unit {
	day := int64(24 * time.Hour)
	return []unit{
		{"w", 7 * day}, {"d", day}, {"h", int64(time.Hour)}, {"ms", int64(time.Millisecond)},
		{"m", int64(time.Minute)}, {"s", int64(time.Second)}, {"us", int64(time.Microsecond)}, {"ns", 1},
	}
}

// ParseDuration reads a duration as a pipeline file or a contract writes it. Its errors do not quote s.
func ParseDuration(s string) (Duration, error) {
	want := errors.New("must be a time like 500ms, 30s, 24h or 90d")
	if s == "0" {
		return 0, nil
	}
	var sum int64
	for rest := s; rest != "" || s == ""; {
		tail := strings.TrimLeft(rest, "0123456789")
		n, err := strconv.ParseInt(rest[:len(rest)-len(tail)], 10, 64)
		if err != nil {
			return 0, want
		}
		u, after, ok := leadingUnit(tail)
		if !ok {
			return 0, want
		}
		if n > (math.MaxInt64-sum)/u.n {
			return 0, errors.New("is longer than 292 years")
		}
		sum += n * u.n
		rest = after
	}
	return Duration(sum), nil
}

func leadingUnit(s string) (u unit, rest string, ok bool) {
	for _, u := range durationUnits() {
		if rest, ok := strings.CutPrefix(s, u.name); ok {
			return u, rest, true
		}
	}
	return unit{}, "", false
}

// UnmarshalStrict reads a duration from a scalar.
func (d *Duration) UnmarshalStrict(n *yaml.Node) error {
	if n.Kind != yaml.ScalarNode || n.Tag != TagStr && n.Value != "0" {
		what := kindOf(n)
		if n.Tag == TagInt {
			what += " without a unit"
		}
		return fmt.Errorf("must be a time like 30s or 90d, not %s", what)
	}
	v, err := ParseDuration(n.Value)
	if err != nil {
		return fmt.Errorf("%w, not %s", err, Show(n))
	}
	*d = v
	return nil
}

// String gives the duration as ParseDuration reads it: 90d, 1h30m, 500ms.
func (d Duration) String() string {
	if d == 0 {
		return "0s"
	}
	left, sign := int64(d), ""
	if left < 0 {
		left, sign = -left, "-"
	}
	b := []byte(sign)
	for _, name := range [...]string{"d", "h", "m", "s", "ms", "us", "ns"} {
		u, _, _ := leadingUnit(name)
		if n := left / u.n; n > 0 {
			b = append(strconv.AppendInt(b, n, 10), name...)
			left -= n * u.n
		}
	}
	return string(b)
}
