package strict

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/winnow-data/winnow"
)

// dump writes a tree in one line: strings quoted, other scalars bare, each with its place when places is set.
func dump(n *yaml.Node, places bool) string {
	if n == nil {
		return "nil"
	}
	var b strings.Builder
	switch n.Kind {
	case yaml.MappingNode:
		b.WriteString("{")
		for i := 0; i+1 < len(n.Content); i += 2 {
			if i > 0 {
				b.WriteString(" ")
			}
			b.WriteString(dump(n.Content[i], places) + ":" + dump(n.Content[i+1], places))
		}
		b.WriteString("}")
	case yaml.SequenceNode:
		b.WriteString("[")
		for i, e := range n.Content {
			if i > 0 {
				b.WriteString(" ")
			}
			b.WriteString(dump(e, places))
		}
		b.WriteString("]")
	default:
		if n.Tag == TagStr {
			fmt.Fprintf(&b, "%q", n.Value)
		} else {
			b.WriteString(strings.TrimPrefix(n.Tag, "!!") + "(" + n.Value + ")")
		}
	}
	if places {
		fmt.Fprintf(&b, "@%d:%d", n.Line, n.Column)
	}
	return b.String()
}

func TestParseTrees(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"yaml scalars", "a: 1\nb: x\nc: true\nd:\ne: 1.50\nf: '7'", `{"a":int(1) "b":"x" "c":bool(true) "d":null(null) "e":float(1.50) "f":"7"}`},
		{"yaml 1.1 words are strings", "[on, off, yes, no, y, n]\n", "fault"},
		{"yaml 1.1 words", "- on\n- off\n- yes\n- no\n- True\n- NULL\n- ~", `["on" "off" "yes" "no" bool(true) null(null) null(null)]`},
		{"yaml numbers in JSON's spelling", "- 0x10\n- 0o17\n- 017\n- 1_000\n- +5\n- .5\n- 1.\n- -.5e3\n- 0b11\n- 00.5", "[int(16) int(15) int(15) int(1000) int(5) float(0.5) float(1.0) float(-0.5e3) int(3) float(0.5)]"},
		{"yaml numbers beyond float64", "- 1e999\n- 123456789012345678901234567890\n- -1e-999", "[float(1e999) int(123456789012345678901234567890) float(-1e-999)]"},
		{"quoted numbers are strings", "- '1'\n- \"0x10\"\n- !!str 5", `["1" "0x10" "5"]`},
		{"dates and versions are strings", "- 2013-01-01\n- 1.2.3\n- 12:30", `["2013-01-01" "1.2.3" "12:30"]`},
		{"keys are strings", "1: a\ntrue: b\n0x10: c\non: d", `{"1":"a" "true":"b" "0x10":"c" "on":"d"}`},
		{"explicit tags", "- !!int 7\n- !!float 7\n- !!int '8'", "[int(7) int(7) int(8)]"},
		{"aliases", "a: &x {p: 1}\nb: *x\nc: [*x]", `{"a":{"p":int(1)} "b":{"p":int(1)} "c":[{"p":int(1)}]}`},
		{"merge keys", "a: &x {p: 1, q: 2}\nb: {<<: *x, p: 3}", `{"a":{"p":int(1) "q":int(2)} "b":{"p":int(3) "q":int(2)}}`},
		{"merge lists", "a: &x {p: 1}\nb: &y {p: 2, q: 3}\nc: {<<: [*x, *y]}", `{"a":{"p":int(1)} "b":{"p":int(2) "q":int(3)} "c":{"p":int(1) "q":int(3)}}`},
		{"a quoted << is a key", "'<<': 1", `{"<<":int(1)}`},
		{"a scalar document", "true", "bool(true)"},
		{"a byte order mark", "\ufeffa: 1", `{"a":int(1)}`},
		{"json", ` {"a": [1, -0.5e+3, 1E400, "x", true, false, null, {}, []], "b": {"c": "d"}}` + "\n", `{"a":[int(1) float(-0.5e+3) float(1E400) "x" bool(true) bool(false) null(null) {} []] "b":{"c":"d"}}`},
		{"json escapes", `["\"\\\/\b\f\n\r\t", "\u00e9\ud83d\ude00", "é😀"]`, `["\"\\/\b\f\n\r\t" "é😀" "é😀"]`},
		{"json with a byte order mark", "\ufeff[1]", "[int(1)]"},
		{"<< is nothing in json", `{"<<": {"a": 1}}`, `{"<<":{"a":int(1)}}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			n, faults := Parse("f", []byte(c.in))
			if c.want == "fault" {
				if n != nil || len(faults) == 0 {
					t.Fatalf("got %s, want a fault", dump(n, false))
				}
				return
			}
			if got := dump(n, false); got != c.want || len(faults) > 0 {
				t.Errorf("got  %s\nwant %s\nfaults: %v", got, c.want, faults)
			}
		})
	}
}

func TestParsePlaces(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"yaml", "a: 1\nb:\n  - x\n  - {c: é, d: 2}", `{"a"@1:1:int(1)@1:4 "b"@2:1:["x"@3:5 {"c"@4:6:"é"@4:9 "d"@4:12:int(2)@4:15}@4:5]@3:3}@1:1`},
		{"json", "{\"é\": 1,\n  \"b\": [true,\n\"x\"]}", `{"é"@1:2:int(1)@1:7 "b"@2:3:[bool(true)@2:9 "x"@3:1]@2:8}@1:1`},
		{"an alias is where its anchor is", "a: &x 1\nb: *x", `{"a"@1:1:int(1)@1:4 "b"@2:1:int(1)@1:4}@1:1`},
	} {
		t.Run(c.name, func(t *testing.T) {
			n, faults := Parse("f", []byte(c.in))
			if got := dump(n, true); got != c.want || len(faults) > 0 {
				t.Errorf("got  %s\nwant %s\nfaults: %v", got, c.want, faults)
			}
		})
	}
}

func TestParseFaults(t *testing.T) {
	deep := strings.Repeat("[", 300) + strings.Repeat("]", 300)
	bomb := "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c < 'k'; c++ {
		bomb += fmt.Sprintf("%c: &%c [%s*%c]\n", c, c, strings.Repeat(fmt.Sprintf("*%c,", c-1), 9), c-1)
	}
	for _, c := range []struct{ name, in, want string }{
		{"empty", "", "f:1:1: the file is empty"},
		{"only a comment", "# nothing\n", "f:1:1: the file is empty"},
		{"two documents", "a: 1\n---\nb: 2", "f:2:1: the file holds a second document: put each into a file of its own"},
		{"not utf-8", "a: 1\nb: \xff", "f:2:4: the file is not UTF-8 here: save it as UTF-8"},
		{"yaml duplicates, all of them", "a: 1\nb: {c: 1, c: 2}\na: 3", "f:2:11: the key \"c\" is here twice: line 2 has it already: keep one\nf:3:1: the key \"a\" is here twice: line 1 has it already: keep one"},
		{"json duplicates, all of them", "{\"a\": 1, \"b\": {\"c\": 1,\n \"c\": 2},\n\"\\u0061\": 3}", "f:2:2: the key \"c\" is here twice: line 1 has it already: keep one\nf:3:1: the key \"a\" is here twice: line 1 has it already: keep one"},
		{"not a number", "- .nan\n- -.Inf\n- !!float .inf", "f:1:3: \".nan\" is not a number that JSON has: quote it if it is a string\nf:2:3: \"-.Inf\" is not a number that JSON has: quote it if it is a string\nf:3:3: \".inf\" is not a number that JSON has: quote it if it is a string"},
		{"a key that is none", "? [a]\n: 1\n~: 2", "f:1:3: a key must be a string, not a list: quote it\nf:3:1: a key must be a string, not null: quote it"},
		{"tags", "- !!binary aGk=\n- !thing x\n- !!int x\n- !!set {a}\n- !!omap [a]", "f:1:3: the tag \"!!binary\" is not read here: take it out, or quote the text for a string\nf:2:3: the tag \"!thing\" is not read here: take it out, or quote the text for a string\nf:3:3: the tag \"!!int\" is not read here: take it out, or quote the text for a string\nf:4:3: the tag \"!!set\" is not read: take it out\nf:5:3: the tag \"!!omap\" is not read: take it out"},
		{"an anchor in itself", "a: &x [*x]", "f:1:8: the anchor \"x\" holds itself"},
		{"an unknown anchor", "a: *x", "f:1:1: not YAML: unknown anchor 'x' referenced: look at indentation, colons, quotes and brackets from here on"},
		{"an alias bomb", bomb, "the aliases make too much of the file: write out less by alias"},
		{"yaml too deep", "a: " + deep, "f:1:260: nested deeper than 256: flatten it"},
		{"json too deep", deep, "f:1:258: nested deeper than 256: flatten it"},
		{"merge of no mapping", "a: {<<: 1}", "f:1:9: << merges mappings, not a whole number: quote the key if it is one"},
		{"yaml syntax", "a: 1\nb: [1, 2\nc: 3\n", "f:2:1: not YAML: did not find expected ',' or ']': look at indentation, colons, quotes and brackets from here on"},
		{"a tab", "a:\n\tb: 1\n", "f:2:1: not YAML: found character that cannot start any token: look at indentation, colons, quotes and brackets from here on"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, faults := Parse("f", []byte(c.in))
			if got := faults.Error(); got != c.want && (c.name != "an alias bomb" || !strings.HasSuffix(got, c.want)) {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestParseJSONSyntax(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{`{"a": 1,}`, "1:9: not a key in double quotes"},
		{`{a: 1}`, "1:2: not a key in double quotes"},
		{`{,}`, "1:2: not a key in double quotes"},
		{`{"a" 1}`, "1:6: no : after the key"},
		{`{"a": 1 "b": 2}`, "1:9: no , or } after a value of the object"},
		{`{"a": 1`, "1:8: no , or } after a value of the object"},
		{`[1, ]`, "1:5: not a JSON value"},
		{`[1 2]`, "1:4: no , or ] after a value of the array"},
		{"[\n'x']", "2:1: not a JSON value"},
		{`[tru]`, "1:2: not a JSON value"},
		{`[truex]`, "1:6: no , or ] after a value of the array"},
		{`[01]`, "1:2: not a number that JSON has"},
		{`[-]`, "1:2: not a number that JSON has"},
		{`[1.]`, "1:2: not a number that JSON has"},
		{`[1e]`, "1:2: not a number that JSON has"},
		{`[0x1]`, "1:2: not a number that JSON has"},
		{`[NaN]`, "1:2: not a JSON value"},
		{`["\x"]`, "1:3: no such escape in JSON"},
		{`["\u12g4"]`, "1:3: \\u without four hexadecimal digits"},
		{`["\ud800"]`, "1:3: half of a surrogate pair"},
		{`["\udc00\ud800"]`, "1:3: half of a surrogate pair"},
		{`["abc`, "1:6: the string has no end"},
		{`["abc\`, "1:6: the string has no end"},
		{"[\"a\nb\"]", "1:4: a control character in a string"},
		{`[1] // x`, "1:5: more text after the end of the JSON document"},
		{`[`, "1:2: not a JSON value"},
	} {
		n, faults := Parse("f", []byte(c.in))
		if n != nil || len(faults) != 1 || !strings.HasPrefix(faults[0].String(), "f:"+c.want) {
			t.Errorf("%s: got %v, want %s", c.in, faults, c.want)
		}
	}
}

func TestParseBounds(t *testing.T) {
	if n, faults := Parse("f", bytes.Repeat([]byte(" "), maxSize+1)); n != nil || faults.Error() != "f: the file is larger than 16MiB: split it" {
		t.Errorf("a large file: %v", faults)
	}
	var many bytes.Buffer
	for i := range 3000 {
		fmt.Fprintf(&many, "a: %d\n", i)
	}
	_, faults := Parse("f", many.Bytes())
	if len(faults) != maxFaults+1 || faults[maxFaults].Problem != "too many faults" {
		t.Errorf("%d faults, want %d and a word that there are more", len(faults), maxFaults)
	}
}

func TestLookup(t *testing.T) {
	n, _ := Parse("f", []byte("a: {b: [x, {c: 1}]}"))
	for _, c := range []struct {
		path []string
		want string
	}{
		{nil, `{"a":{"b":["x" {"c":int(1)}]}}`},
		{[]string{"a", "b", "1", "c"}, "int(1)"},
		{[]string{"a", "b", "7"}, `["x" {"c":int(1)}]`},
		{[]string{"a", "z"}, `{"b":["x" {"c":int(1)}]}`},
	} {
		if got := dump(Lookup(n, c.path...), false); got != c.want {
			t.Errorf("%q: got %s, want %s", c.path, got, c.want)
		}
	}
	if Lookup(nil, "a") != nil || Get(nil, "a") != nil || At("f", nil, "p", "") != (winnow.Fault{File: "f", Problem: "p"}) {
		t.Error("a nil node must have no keys and no place")
	}
}
