package schemas

import (
	"fmt"
	"strings"
	"testing"
)

// equals are values in groups of equal ones, as differently written as can be.
func equals() [][]string {
	return [][]string{
		{`1`, `1.0`, `10e-1`, `0.1e1`, `1.000000000000000000000`, `100E-2`},
		{`-1`, `-1.0`, `-10e-1`},
		{`100`, `1e2`, `1E+2`, `100.00`, `0.0001e6`},
		{`0`, `-0`, `0.0`, `-0.00`, `0e5`, `-0e-5`, `0.0000000000000000000000`},
		{`1.5`, `1.50`, `15e-1`, `0.15e1`, `1.5000000000000000000000`},
		{`-1.5`, `-15e-1`, `-1.50`},
		{`0.05`, `5e-2`, `0.050`, `50e-3`},
		{`15`, `1.5e1`, `15.0`},
		{`9223372036854775807`, `9223372036854775807.0`, `9.223372036854775807e18`},
		{`-9223372036854775808`, `-9.223372036854775808e18`},
		{`123456789012345678`, `1.23456789012345678e17`, `123456789012345678.0`},
		{`12345678901234567.8`, `1.23456789012345678e16`, `12345678901234567.80`},
		{`0.000000000000000001`, `1e-18`, `0.0000000000000000010`},
		{`0.0000000000000000001`, `1e-19`, `0.1e-18`},
		{`10000000000000000000000000`, `1e25`, `0.1e26`, `1e+25`},
		{`1e-300`, `0.1e-299`},
		{`""`}, {`"1"`, `"\u0031"`}, {`"null"`}, {`"a/\"b"`, `"a\/\u0022b"`, `"\u0061\/\"\u0062"`}, {`"é"`, `"\u00e9"`}, {`"🐮"`, `"\ud83d\udc2e"`},
		{`"12345678 12345678"`, `"12345678\u002012345678"`}, {`"12345678-12345678"`},
		{`null`}, {`true`}, {`false`}, {`[]`, `[ ]`}, {`{}`, `{ }`}, {`[[]]`}, {`[{}]`}, {`[null]`}, {`[1,2]`, `[ 1.0 , 20e-1 ]`}, {`[2,1]`}, {`[[1],2]`}, {`[[1,2]]`, `[[1e0,2]]`},
		{`{"a":1,"b":2}`, `{"b":2.0,"a":1}`, `{ "\u0062":2, "\u0061":10e-1 }`}, {`{"a":2,"b":1}`}, {`{"a":1}`}, {`{"a":1,"c":2}`}, {`{"q":1}`, `{"\u0071":1}`},
		{`{"a":{"x":[1,{"y":"z","w":null}],"q":0},"b":[]}`, `{"b":[],"a":{"q":-0.0,"x":[1.0,{"w":null,"\u0079":"\u007a"}]}}`},
		{`{"":{"":""}}`}, {`{"":""}`},
	}
}

// equalCells compares the canonical texts of two cells.
func equalCells(d *Decoder, a, b int) bool {
	x, y := d.canonical(&d.cells[a]), d.canonical(&d.cells[b])
	return string(d.spelled(x)) == string(d.spelled(y))
}

// TestSigns has equal values share a sign, and others tell theirs: but for numbers of many digits or a far point, which all have one.
func TestSigns(t *testing.T) {
	d := NewDecoder(programOf(t, `{"not":{"required":["nobody"],"properties":{"a":{},"x":{}}}}`), Limits{})
	groups, signs := equals(), make(map[uint64]string)
	for g, group := range groups {
		var first uint64
		for i, text := range group {
			d.doc = []byte(`[` + group[0] + `,` + text + `,` + groups[(g+1)%len(groups)][0] + `]`)
			d.retape(d.doc, 0)
			a := 1
			b := int(d.cells[a].next)
			sign, other := d.sign(b), int(d.cells[b].next)
			if first = d.sign(a); sign != first || !equalCells(d, a, b) {
				t.Errorf("%s and %s: signs %x and %x, equal %v", group[0], text, first, sign, equalCells(d, a, b))
			}
			if equalCells(d, b, other) {
				t.Errorf("%s is equal to %s", text, groups[(g+1)%len(groups)][0])
			}
			if i > 0 {
				continue
			}
			far := strings.Contains("0.0000000000000000001 10000000000000000000000000 1e-300", text) && len(text) > 5
			alike := strings.HasPrefix(text, `"12345678`)
			if was, known := signs[sign]; known && !far && !alike {
				t.Errorf("%s has the sign of %s", text, was)
			}
			signs[sign] = text
		}
	}
	if len(signs) != len(groups)-3 { // two of the numbers with a far point, and one of the strings that are alike
		t.Errorf("%d signs of %d values", len(signs), len(groups))
	}
}

// TestUnique has lists of 2 to 100 elements of each kind: as they are, and with the one at j being the one at i in other words.
func TestUnique(t *testing.T) {
	d := NewDecoder(programOf(t, `{"uniqueItems":true,"items":{"not":{"type":"object","required":["nobody"],"properties":{"known":{}}}}}`), Limits{})
	for name, kind := range map[string]struct{ as, or string }{
		"integers":             {"%d", "%d.0"},
		"exponents":            {"%d", "%d0e-1"},
		"fractions":            {"%d.5", "%d5e-1"},
		"numbers of one sign":  {"1%03d00000000000000000000000", "1%03d0000000000000000000000e1"},
		"tiny ones":            {"1%03de-60", "1%03d0e-61"},
		"strings":              {`"s%d"`, `"\u0073%d"`},
		"strings of one sign":  {`"12345678%03d12345678"`, `"1234567\u0038%03d12345678"`},
		"lists":                {`[%d,[]]`, `[ %d.0, [ ] ]`},
		"objects":              {`{"n":%d,"known":1}`, `{"known":1.0,"n":%de0}`},
		"names":                {`{"n%d":null}`, `{"\u006e%d":null}`},
		"names of one sign":    {`{"12345678%03d12345678":1}`, `{"\u00312345678%03d12345678":1}`},
		"literals among lists": {`[%d,true]`, `[%d, true]`},
	} {
		for _, n := range []int{2, 3, fewElements - 1, fewElements, fewElements + 1, 100} {
			list := make([]string, n)
			for i := range list {
				list[i] = fmt.Sprintf(kind.as, i+10)
			}
			decode := func() (rules string) {
				reasons, row := d.Decode([]byte("["+strings.Join(list, ",")+"]"), nil)
				for _, r := range reasons {
					rules += r.Rule
				}
				d.Reset()
				return fmt.Sprint(row) + rules
			}
			if got := decode(); got != "true" {
				t.Errorf("%d %s: %s", n, name, got)
			}
			for _, at := range [][2]int{{0, 1}, {0, n - 1}, {n - 2, n - 1}, {n / 2, n - 1}, {0, n / 2}} {
				if at[0] == at[1] {
					continue
				}
				was := list[at[1]]
				list[at[1]] = fmt.Sprintf(kind.or, at[0]+10)
				if got := decode(); got != "trueuniqueItems" {
					t.Errorf("%d %s, the one at %d again at %d: %s", n, name, at[0], at[1], got)
				}
				list[at[1]] = was
			}
		}
	}
}
