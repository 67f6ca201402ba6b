package schemas

import (
	"strings"
	"testing"
)

// TestMaxCells has records with more values than a tape may have, in places with a tape, where one is made afterwards, and without one.
func TestMaxCells(t *testing.T) {
	const record = 8192
	list := func(n int) string { return "[" + strings.Repeat("1,", n-2) + "1]" } // of n cells
	for _, c := range []struct {
		schema, doc string
		fine        bool
	}{
		{`{"not":{"maxItems":1}}`, list(maxCells(record)), true},
		{`{"not":{"maxItems":1}}`, list(maxCells(record) + 1), false},
		{`{"not":{"maxItems":1}}`, list(maxCells(record) + 900), false},
		{`{"anyOf":[{"type":"string"},{"items":{"maximum":0}}]}`, list(maxCells(record)), true}, // a tape is made afterwards
		{`{"anyOf":[{"type":"string"},{"items":{"maximum":0}}]}`, list(maxCells(record) + 1), false},
		{`{"items":{"type":"integer"}}`, list(maxCells(record) + 900), true},
	} {
		d := NewDecoder(programOf(t, c.schema), Limits{Record: record})
		for range 2 {
			reasons, row := d.Decode([]byte(c.doc), nil)
			size := len(reasons) == 1 && reasons[0].Rule == "json" && reasons[0].Detail == "size"
			if row != c.fine || size == row {
				t.Errorf("%s of %d bytes: %v, %.200v", c.schema, len(c.doc), row, reasons)
			}
		}
		if reasons, row := d.Decode([]byte(`[1,2]`), nil); !row {
			t.Errorf("%s: a small one after that: %v", c.schema, reasons)
		}
	}
}

// TestTapesAreApart has what one tape took count for no other: of a record before, of one place before another.
func TestTapesAreApart(t *testing.T) {
	const record = 8192
	d := NewDecoder(programOf(t, `{"properties":{"a":{"not":{"maxItems":1}},"b":{"anyOf":[{"type":"string"},{"items":{"maximum":0}}]},"s":{"not":{"const":"x"}}}}`), Limits{Record: record})
	ones := "[" + strings.Repeat("1,", 1999) + "1]"
	for _, doc := range []string{`{"b":` + ones + `}`, `{"a":` + ones + `}`, `{"b":` + ones + `}`, `{"a":` + ones + `,"s":"y","b":` + ones + `}`, `{"s":"y"}`} {
		if reasons, row := d.Decode([]byte(doc), nil); !row {
			t.Errorf("%.50s: %v", doc, reasons)
		}
	}
}
