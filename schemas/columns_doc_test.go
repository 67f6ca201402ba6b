package schemas_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/winnow-data/winnow/schemas"
)

var code = regexp.MustCompile("`([^`]+)`")

// TestColumnsReference holds the table of the reference to what the decoder does.
func TestColumnsReference(t *testing.T) {
	text, err := os.ReadFile("../docs/reference/columns.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, "| `") {
			continue
		}
		rows++
		var cells [][]string
		for _, cell := range strings.Split(line, "|")[1:5] {
			var codes []string
			for _, m := range code.FindAllStringSubmatch(cell, -1) {
				codes = append(codes, m[1])
			}
			cells = append(cells, codes)
		}
		t.Run(cells[0][0], func(t *testing.T) { checkRow(t, cells[0][0], cells[1][0], cells[2], cells[3]) })
	}
	if rows < 15 {
		t.Errorf("the table has %d rows", rows)
	}
}

// checkRow decodes values under a schema: those that are held must come back, of the others there are pairs of value and reason.
func checkRow(t *testing.T, schema, typ string, holds, fails []string) {
	d := decoder(t, `{"type":"object","required":["v"],"properties":{"v":`+schema+`}}`)
	for i, v := range holds {
		doc := []byte(`{"v":` + v + `}`)
		if reasons, row := d.Decode(doc, nil); !row || len(reasons) > 0 {
			t.Fatalf("%s: %v", doc, reasons)
		}
		rec := d.Record()
		f := rec.Schema().Field(0)
		if got := strings.ReplaceAll(f.Type.String(), ", nullable>>", ">>"); got != typ {
			t.Errorf("the column is %s, and should be %s", got, typ)
		}
		if rec.Column(0).IsNull(i) {
			t.Errorf("%s is null", v)
		}
		same(t, rec, i, doc)
		rec.Release()
	}
	for ; len(fails) > 1; fails = fails[2:] {
		d.Reset()
		reasons, row := d.Decode([]byte(`{"v":`+fails[0]+`}`), nil)
		if !row || len(reasons) == 0 || reasons[len(reasons)-1].Rule != fails[1] {
			t.Errorf("%s: %v, want %s", fails[0], reasons, fails[1])
		}
		rec := d.Record()
		if !strings.Contains(string(schemas.AppendJSON(nil, rec, 0)), "null") && !rec.Column(0).IsNull(0) {
			t.Errorf("%s is held", fails[0])
		}
		rec.Release()
	}
	if len(fails) > 0 {
		t.Errorf("a value without a reason: %s", fails[0])
	}
}
