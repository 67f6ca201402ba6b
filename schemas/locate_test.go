package schemas_test

import (
	"strings"
	"testing"

	"github.com/winnow-data/winnow/schemas"
)

func TestLocate(t *testing.T) {
	p := compile(t, `{"properties":{"a":{"properties":{"b/c":{}}},"l":{"items":{"properties":{"k":{}}}},"\u00e9":{}},"additionalProperties":{"properties":{"x":{}}}}`, schemas.Options{})
	for _, c := range []struct{ doc, at, want string }{ // the place is the first byte of at
		{`{"a":{"b/c":12}}`, `12`, "/a/b~1c"},
		{`{"a":{"b/c":12}}`, `2}`, "/a/b~1c"},
		{`{"a":{"b/c":12}}`, `b/c`, "/a/b~1c"},
		{`{"a":{"b/c":12}}`, `}}`, "/a"},
		{`{"a":{"secret":12}}`, `12`, "/a/*"},
		{`{"a":{"secret":12}}`, `ecret`, "/a/*"},
		{`{"l":[1,{"k":"v","x":true}]}`, `v"`, "/l/1/k"},
		{`{"l":[1,{"k":"v","x":true}]}`, `rue`, "/l/1/*"},
		{`{"l":[1,{"k":"v","x":true}]}`, `,{`, "/l"},
		{`{"l":[1,{"k":"v","x":true}]}`, `]`, "/l"},
		{`{"l":[1,[2,[3]]]}`, `3`, "/l/1/1/0"},
		{`{"\u00e9" : "v"}`, `v`, "/é"},
		{`{"\u00e9" : "v"}`, `: `, ""},
		{`{"other":{"x":[0,"y"],"z":{"x":1}}}`, `y`, "/*/x/1"},
		{`{"other":{"x":[0,"y"],"z":{"x":1}}}`, `1}`, "/*/*/*"},
		{`{"a":1,"l":"mail a@b.c"}`, `@`, "/l"},
		{`"top"`, `p`, ""},
		{`not json {"a":1}`, `1`, ""},
		{`{"a":tru,"l":1}`, `1`, ""},
		{`{"a":1`, `1`, "/a"},
	} {
		if got := p.Locate([]byte(c.doc), strings.Index(c.doc, c.at)); got != c.want {
			t.Errorf("%q in %s: %q, want %q", c.at, c.doc, got, c.want)
		}
	}
	if got := p.Locate([]byte(`{"a":1}`), 100) + p.Locate([]byte(`{"a":1}`), -1) + p.Locate(nil, 0); got != "" {
		t.Errorf("outside: %q", got)
	}
	deep := []byte(strings.Repeat("[", 1_000_000))
	if got := p.Locate(deep, len(deep)-1); got != "" {
		t.Errorf("too deep: %d bytes", len(got))
	}
}

func TestApplyEdits(t *testing.T) {
	for _, c := range []struct {
		doc   string
		edits [][3]string // from and up to the first byte of these; with what, or nil for -
		want  string
	}{
		{`{"a":"x secret y"}`, [][3]string{{"secret", " y", "-"}}, `{"a":"x ****** y"}`},
		{`{"a":"x secret y"}`, [][3]string{{"secret", " y", "[email]"}}, `{"a":"x [email] y"}`},
		{`{"a":"x secret y"}`, [][3]string{{"secret", " y", "q\"\\\n"}}, `{"a":"x q\"\\\u000a y"}`},
		{`{"a":"x secret y"}`, [][3]string{{"secret", " y", ""}}, `{"a":"x  y"}`},
		{`{"a":4111,"b":true}`, [][3]string{{"4111", ",", "-"}, {"rue", "}", "-"}}, `{"a":"****","b":"****"}`},
		{`{"a":-12.5e3}`, [][3]string{{"2", "5", "N"}}, `{"a":"N"}`},
		{`{"key":"v","n":1}`, [][3]string{{"key", "\":", "-"}, {"v", "\",", "w"}}, `{"***":"w","n":1}`},
		{`["\u00e9\n\ud83d\udc32é🐲"]`, [][3]string{{`\u`, `"]`, "-"}}, `["*****"]`},
		{`["a\u00e9b"]`, [][3]string{{`0e9`, `b`, "-"}}, `["a*b"]`},
		{`["aéb"]`, [][3]string{{"\xa9", `b`, "-"}}, `["a*b"]`},
		{`["ab","cd",12]`, [][3]string{{`b`, `2]`, "X"}}, `["aX","",""]`},
		{`["ab","cd",12]`, [][3]string{{`b`, `2]`, "-"}}, `["a*","**","**"]`},
		{`["abcdef"]`, [][3]string{{`b`, `e`, "-"}, {`d`, `f`, "X"}}, `["a***Xf"]`},
		{`["a", "b"]`, [][3]string{{`,`, `"b`, "-"}}, `["a", "b"]`},
		{`call é now`, [][3]string{{"é", " now", "-"}}, `call * now`},
		{`call me now`, [][3]string{{"me", " now", "YOU"}, {"now", "", "-"}}, `call YOU ***`},
	} {
		var edits []schemas.Edit
		for _, e := range c.edits {
			edit := schemas.Edit{Start: strings.Index(c.doc, e[0]), End: len(c.doc)}
			if e[1] != "" {
				edit.End = edit.Start + strings.Index(c.doc[edit.Start:], e[1])
			}
			if e[2] != "-" {
				edit.With = []byte(e[2])
			}
			edits = append(edits, edit)
		}
		if got := string(schemas.ApplyEdits([]byte("before "), []byte(c.doc), edits)); got != "before "+c.want {
			t.Errorf("%s with %v:\n got %s\nwant %s", c.doc, c.edits, got, c.want)
		}
	}
	doc := []byte(`{"a":"nothing to do"}`)
	if got := string(schemas.ApplyEdits(nil, doc, nil)); got != string(doc) {
		t.Errorf("no edits: %s", got)
	}
}
