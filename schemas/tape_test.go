package schemas

import (
	"fmt"
	"strings"
	"testing"

	"github.com/winnow-data/winnow/strict"
)

// programOf compiles a schema that must have no fault but warnings.
func programOf(t *testing.T, schema string) *Program {
	t.Helper()
	n, faults := strict.Parse("s.json", []byte(schema))
	if err := faults.Err(); err != nil {
		t.Fatalf("%s: %v", schema, err)
	}
	p, faults := Compile("s.json", n, Options{})
	if err := faults.Err(); err != nil {
		t.Fatalf("%s: %v", schema, err)
	}
	return p
}

// cellsOf spells a tape: of each cell its place in the record, its kind and how many are in it, the next one behind it, and a member's name.
func (d *Decoder) cellsOf() string {
	letters := map[kinds]string{kindNull: "n", kindBool: "b", kindInteger: "i", kindFraction: "f", kindString: "s", kindObject: "o", kindArray: "a"}
	names := make([]string, len(d.cells))
	var all []string
	for i := range d.cells {
		c := &d.cells[i]
		text := fmt.Sprintf("%s%d-%d", letters[c.kind], c.start, c.end)
		if c.kind&(kindObject|kindArray) != 0 {
			text += fmt.Sprintf("#%d>%d", c.count, c.next)
		} else if int(c.next) != i+1 {
			text += "!"
		}
		for child := i + 1; c.kind == kindObject && child < int(c.next); child = int(d.cells[child].next) {
			names[child] = string(d.nameOf(&d.cells[child]))
			if d.cells[child].key < 0 {
				names[child] += "?"
			}
			names[child] += ":"
		}
		all = append(all, names[i]+text)
	}
	return strings.Join(all, " ")
}

const tapedSchema = `{"properties":{"a":{},"b":{"properties":{"x":{}}},"m":{"type":"object","additionalProperties":{"type":"integer"}}},
	"anyOf":[{"required":["a"]},{"properties":{"deep/er":{}}}]}`

// TestTape has names that the schema has here, has elsewhere ("x", "deep/er") and does not have; a question mark tells the last.
func TestTape(t *testing.T) {
	d := NewDecoder(programOf(t, tapedSchema), Limits{})
	for doc, want := range map[string]string{
		`{}`:                          "o0-2#0>1",
		`{ "a" : 1 , "b":{"x":null}}`: "o0-27#2>4 a:i8-9 b:o16-26#1>4 x:n21-25",
		`{"\u0061":1.0,"x":1.5,"q":-0,"deep\/er":1e2}`: "o0-44#4>5 a:i10-13 x:f18-21 q?:i26-28 deep/er:i40-43",
		`{"q":[{"a":[]},"s",[true,false]],"a":"\n"}`:   "o0-42#2>9 q?:a5-32#3>8 o6-14#1>4 a:a11-13#0>4 s16-17 a19-31#2>8 b20-24 b25-30 a:s38-40",
		`{"m":{"x":1,"y\u00e9":2,"\u0061":3},"b":{}}`:  "o0-43#2>6 m:o5-35#3>5 x:i10-11 yé?:i22-23 a:i33-34 b:o40-42#0>6",
		`{"\"":{"\\":{"a":0}},"\u0071":{"q":0}}`:       "o0-38#2>6 \"?:o6-20#1>4 \\?:o12-19#1>4 a:i17-18 q?:o30-37#1>6 q?:i35-36",
	} {
		for range 2 { // once more when the order of names is foreseen
			if reasons, row := d.Decode([]byte(doc), nil); !row || len(reasons) > 0 {
				t.Fatalf("%s: %v", doc, reasons)
			}
			d.doc = []byte(doc)
			if got := d.cellsOf(); got != want {
				t.Errorf("%s:\n got %s\nwant %s", doc, got, want)
			}
		}
	}
}

// TestFind looks each member up, and those that are not there, by the numbers of their names, 200 of which share 64 bits.
func TestFind(t *testing.T) {
	p := programOf(t, `{"not":{"required":["nobody"],"properties":{`+numbered(200, `{}`)+`}}}`)
	for _, count := range []int{0, 1, 63, 64, 65, 130, 199} {
		d, doc := NewDecoder(p, Limits{}), []byte(`{`+numbered(count, `[1,{"k1":2,"k150":3}]`)+`}`)
		d.doc = doc
		d.retape(doc, 0)
		for k := range 200 {
			id := int32(p.known.find(fmt.Appendf(nil, "k%d", k)))
			if child := d.find(0, id); (child >= 0) != (k < count) || child >= 0 && d.cells[child].key != id {
				t.Errorf("%d members: k%d, number %d, is at %d", count, k, id, child)
			}
		}
	}
}

// numbered gives count members of an object, k0 and so on, each of the one value.
func numbered(count int, value string) string {
	list := make([]string, count)
	for k := range list {
		list[k] = fmt.Sprintf(`"k%d":%s`, k, value)
	}
	return strings.Join(list, ",")
}

// TestTwiceOnTape has names twice where the schema says nothing but a tape is kept: 200 that the schema has elsewhere, and one that it does not have.
func TestTwiceOnTape(t *testing.T) {
	p := programOf(t, `{"not":{"required":["nobody"],"properties":{`+numbered(200, `{}`)+`}}}`)
	d := NewDecoder(p, Limits{})
	for _, c := range []struct {
		inside string
		fine   bool
	}{
		{numbered(200, `1`), true},
		{numbered(130, `{"k1":{"k2":1},"k3":[]}`), true},
		{`"k1":{"k1":1},"k2":[{"k1":1},{"k1":1}]`, true},
		{`"k1":1,"k1":2`, false},
		{`"k1":1,"\u006b1":2`, false},
		{`"\u006b1":1,"k2":0,"\u006b1":2`, false},
		{`"k1":{"k2":1,"k3":2},"k1":2`, false},
		{`"k1":[{"k2":1}],"k2":1,"k1":2`, false},
		{numbered(200, `1`) + `,"k0":1`, false},
		{numbered(200, `1`) + `,"k64":1`, false},
		{numbered(200, `1`) + `,"k199":1`, false},
		{`"q":1,"k1":1,"q":2`, false},
		{`"q":1,"k1":1,"\u0071":2`, false},
	} {
		for _, doc := range []string{`{"q":{` + c.inside + `}}`, `{"q":[[{` + c.inside + `}]]}`, `{` + c.inside + `}`} {
			for range 2 {
				reasons, row := d.Decode([]byte(doc), nil)
				if row != c.fine || row == (len(reasons) > 0) || !row && (reasons[0].Rule != "json" || reasons[0].Detail != "duplicate_key") {
					t.Errorf("%.100s: %v, %v", doc, row, reasons)
				}
			}
		}
	}
}
