package main

import (
	"fmt"
	"strconv"
	"strings"
)

// A shareFlag is a flag like 1% or 0.01.
type shareFlag float64

func (s *shareFlag) String() string { return strconv.FormatFloat(float64(*s)*100, 'g', 6, 64) + "%" }

// Type is what the help calls it.
func (s *shareFlag) Type() string { return "share" }

func (s *shareFlag) Set(text string) error {
	number, percent := strings.CutSuffix(strings.TrimSpace(text), "%")
	v, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if percent {
		v /= 100
	}
	if err != nil || !(v >= 0 && v <= 1) {
		return fmt.Errorf("%q is no share: say 1%% or 0.01", text)
	}
	*s = shareFlag(v)
	return nil
}
