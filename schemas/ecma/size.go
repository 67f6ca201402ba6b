package ecma

import (
	"errors"
	"math"
	"regexp/syntax"
)

// maxInstructions bounds a program of regexp/syntax, in which repetitions are written out.
const maxInstructions = 10_000

var errTooLarge = errors.New("its repetitions, written out, make it too large: more than 10,000 steps")

// instructions gives about how long re's program is.
func instructions(re *syntax.Regexp) int {
	n := 0
	for _, sub := range re.Sub {
		n = min(n+instructions(sub), math.MaxInt32)
	}
	switch re.Op {
	case syntax.OpLiteral:
		return len(re.Rune)
	case syntax.OpStar, syntax.OpPlus, syntax.OpQuest:
		return n + 1
	case syntax.OpAlternate:
		return n + len(re.Sub)
	case syntax.OpConcat:
		return n
	case syntax.OpRepeat:
		if re.Max < 0 {
			return min(n*max(re.Min, 1)+1, math.MaxInt32)
		}
		return min(n*re.Max+re.Max-re.Min, math.MaxInt32)
	}
	return n + 1
}

// maxRepeat is the largest number in a repetition that package regexp reads.
const maxRepeat = 1000

// split writes repetitions that package regexp would not read as some in a row: x{1,2048} is x{1,1000}x{0,1000}x{0,48}.
func split(re *syntax.Regexp) *syntax.Regexp {
	if len(re.Sub) == 0 {
		return re
	}
	out := *re
	out.Sub = make([]*syntax.Regexp, len(re.Sub))
	for i, sub := range re.Sub {
		out.Sub[i] = split(sub)
	}
	if re.Op != syntax.OpRepeat || max(re.Min, re.Max) <= maxRepeat {
		return &out
	}
	row := &syntax.Regexp{Op: syntax.OpConcat}
	add := func(least, most int) {
		row.Sub = append(row.Sub, &syntax.Regexp{Op: syntax.OpRepeat, Min: least, Max: most, Sub: out.Sub})
	}
	least, most := re.Min, re.Max
	for ; least > 0; least -= min(least, maxRepeat) {
		add(min(least, maxRepeat), min(least, maxRepeat))
	}
	if most < 0 {
		add(0, -1)
	}
	for most -= re.Min; most > 0; most -= min(most, maxRepeat) {
		add(0, min(most, maxRepeat))
	}
	return row
}
