package strict

import (
	"slices"
	"strings"
)

// Suggest says in the words of a fault's fix what a person may have meant by word: the one of known that is nearest to it,
// or, where none is near, all of them. It returns "" when nothing is known.
func Suggest(word string, known []string) string {
	if len(known) == 0 {
		return ""
	}
	best, at := len(word)/3+1, ""
	if len(word) <= 64 {
		for _, k := range known {
			if d := distance(strings.ToLower(word), strings.ToLower(k), best); d < best || d == best && at == "" {
				best, at = d, k
			}
		}
	}
	if at != "" {
		return "did you mean " + at + "?"
	}
	sorted := slices.Sorted(slices.Values(known))
	return "known: " + strings.Join(sorted, ", ")
}

// distance counts the insertions, deletions, changes and swaps of neighbours that make b of a; anything above most is
// given as most+1.
func distance(a, b string, most int) int {
	if len(a)-len(b) > most || len(b)-len(a) > most {
		return most + 1
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := last[j-1]
			if a[i-1] != b[j-1] {
				change++
			}
			row[j] = min(last[j]+1, row[j-1]+1, change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return min(last[len(b)], most+1)
}
