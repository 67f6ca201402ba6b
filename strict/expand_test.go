package strict

import (
	"errors"
	"io/fs"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

func TestExpand(t *testing.T) {
	env := map[string]string{"A": "aa", "EMPTY": "", "TRICK": "${A}", "LINES": "x\ny: z"}
	files := map[string]string{"k": "key\n", "dir/k.txt": "one\r\n", "two": "a\n\n", "bad": "\xff", "big": strings.Repeat("x", maxExpanded+1)}
	lookup := func(k string) (string, bool) { v, ok := env[k]; return v, ok }
	read := func(p string) ([]byte, error) {
		if s, ok := files[p]; ok {
			return []byte(s), nil
		}
		return nil, &fs.PathError{Op: "open", Path: "/somewhere/" + p, Err: fs.ErrNotExist}
	}
	for _, c := range []struct{ in, want, faults string }{
		{"a: ${A}", `{"a":"aa"}`, ""},
		{"a: x${A}y${EMPTY}${A}", `{"a":"xaayaa"}`, ""},
		{"a: [{b: '${A}'}]", `{"a":[{"b":"aa"}]}`, ""},
		{`{"a": "${A}"}`, `{"a":"aa"}`, ""},
		{"a: ${file:k}:${file:dir/k.txt}", `{"a":"key:one"}`, ""},
		{"a: ${file:two}", `{"a":"a\n"}`, ""},
		{"a: ${TRICK}", `{"a":"${A}"}`, ""},
		{"a: ${LINES}", `{"a":"x\ny: z"}`, ""},
		{"a: $${A} $A $ $$ }", `{"a":"${A} $A $ $$ }"}`, ""},
		{"${A}: 1", `{"${A}":int(1)}`, ""},
		{"a: &x ${A}\nb: *x", `{"a":"aa" "b":"aa"}`, ""},
		{"a: ${NO}${NOR}\nb: ${file:none}", `{"a":"" "b":""}`, "f:1:4: the environment variable NO is not set: set it, even if only to nothing\nf:1:4: the environment variable NOR is not set: set it, even if only to nothing\nf:2:4: cannot read the file of ${file:none}: file does not exist: relative paths are taken from the folder of this file"},
		{"a: ${}\nb: ${A\nc: ${1A}\nd: ${A:-x}", `{"a":"${}" "b":"${A" "c":"${1A}" "d":"${A:-x}"}`, "f:1:4: a ${ that begins neither ${NAME} nor ${file:path}: mend it, or write $${ for a literal ${\nf:2:4: a ${ that begins neither ${NAME} nor ${file:path}: mend it, or write $${ for a literal ${\nf:3:4: a ${ that begins neither ${NAME} nor ${file:path}: mend it, or write $${ for a literal ${\nf:4:4: a ${ that begins neither ${NAME} nor ${file:path}: mend it, or write $${ for a literal ${"},
		{"a: ${file:bad}\nb: ${file:big}", `{"a":"" "b":""}`, "f:1:4: the file of ${file:bad} is not text in UTF-8\nf:2:4: the file of ${file:big} is larger than 1MiB"},
	} {
		n, _ := Parse("f", []byte(c.in))
		faults := Expand("f", n, lookup, read)
		if got := dump(n, false); got != c.want || faults.Error() != c.faults {
			t.Errorf("%s\ngot  %s %v\nwant %s %s", c.in, got, faults, c.want, c.faults)
		}
	}
	if faults := Expand("f", nil, lookup, read); faults != nil {
		t.Errorf("a nil tree: %v", faults)
	}
}

func TestExpandMarks(t *testing.T) {
	n, _ := Parse("f", []byte("a: ${A}\nb: $${A}\nc: x\nd: ${file:p}"))
	faults := Expand("f", n, func(string) (string, bool) { return "s3cret", true }, func(string) ([]byte, error) { return nil, errors.New("away") })
	if len(faults) != 1 {
		t.Errorf("faults: %v", faults)
	}
	for key, want := range map[string]bool{"a": true, "b": false, "c": false, "d": true} {
		if got := Expanded(Get(n, key)); got != want {
			t.Errorf("Expanded(%s) = %v, want %v", key, got, want)
		}
	}
	if got := Show(Get(n, "a")); strings.Contains(got, "s3cret") {
		t.Errorf("Show gives %s", got)
	}
	if got := Show(&yaml.Node{Kind: yaml.ScalarNode, Tag: TagStr, Value: strings.Repeat("é", 100)}); len([]rune(got)) != 63 {
		t.Errorf("Show does not cut: %s", got)
	}
}
