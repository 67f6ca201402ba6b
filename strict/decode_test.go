package strict

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/winnow-data/winnow"
)

type inner struct {
	Name string `yaml:"name" strict:"required"`
	On   *bool  `yaml:"on"`
}

type common struct {
	Rule string `yaml:"rule" strict:"required"`
}

// odd reads only odd numbers; its errors come in both kinds.
type odd int

func (o *odd) UnmarshalStrict(n *yaml.Node) error {
	if n.Value == "13" {
		return winnow.Faults{At("", n, "thirteen", "take another")}
	}
	if n.Tag != TagInt || !strings.HasSuffix(n.Value, "1") {
		return fmt.Errorf("must be odd, not %s", n.Value)
	}
	*o = 1
	return nil
}

type outer struct {
	common `yaml:",inline"`

	S     string           `yaml:"s"`
	Kind  string           `yaml:"kind" enum:"small,large"`
	Kinds []string         `yaml:"kinds" enum:"small,large"`
	B     bool             `yaml:"b"`
	I     int              `yaml:"i"`
	I8    int8             `yaml:"i8"`
	U     uint16           `yaml:"u"`
	F     float64          `yaml:"f"`
	L     []inner          `yaml:"l"`
	M     map[string]int   `yaml:"m"`
	P     *inner           `yaml:"p"`
	N     *yaml.Node       `yaml:"n"`
	Odd   odd              `yaml:"odd"`
	Size  Size             `yaml:"size"`
	Time  Duration         `yaml:"time"`
	Deep  map[string][]int `yaml:"deep"`
	Later Refused          `yaml:"later" fix:"later is for later: take it out"`
	Other string           // no key
}

func TestDecode(t *testing.T) {
	for _, in := range []string{
		"rule: r\ns: x\nkind: small\nkinds: [large, small]\nb: true\ni: 1e3\ni8: -128\nu: 65535\nf: 2\nl: [{name: a}, {name: b, on: false}]\nm: {x: 1, y: 2}\np: {name: c}\nn: [null]\nodd: 21\nsize: 16MiB\ntime: 1h30m\ndeep: {a: [1, 2.0]}",
		`{"rule": "r", "s": "x", "kind": "small", "kinds": ["large", "small"], "b": true, "i": 1000, "i8": -128, "u": 65535, "f": 2.0, "l": [{"name": "a"}, {"name": "b", "on": false}], "m": {"x": 1, "y": 2}, "p": {"name": "c"}, "n": [null], "odd": 21, "size": 16777216, "time": "90m", "deep": {"a": [1, 2]}}`,
	} {
		n, faults := Parse("f", []byte(in))
		got := outer{Other: "kept"}
		if faults = append(faults, Decode("f", n, &got)...); len(faults) > 0 {
			t.Fatal(faults)
		}
		if dump(got.N, false) != "[null(null)]" {
			t.Errorf("the raw node is %s", dump(got.N, false))
		}
		off := false
		want := outer{
			common: common{"r"}, S: "x", Kind: "small", Kinds: []string{"large", "small"}, B: true, I: 1000, I8: -128, U: 65535, F: 2,
			L: []inner{{Name: "a"}, {Name: "b", On: &off}}, M: map[string]int{"x": 1, "y": 2}, P: &inner{Name: "c"}, N: got.N,
			Odd: 1, Size: 16 << 20, Time: 5400e9, Deep: map[string][]int{"a": {1, 2}}, Other: "kept",
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("got  %+v\nwant %+v", got, want)
		}
	}
}

func TestDecodeKeepsDefaults(t *testing.T) {
	n, _ := Parse("f", []byte("rule: r\nkind: middle\np: {on: true}"))
	got := outer{S: "default", Kind: "large", P: &inner{Name: "default"}}
	faults := Decode("f", n, &got)
	if got.S != "default" || got.Kind != "large" || got.P.Name != "default" || !*got.P.On || len(faults) != 2 {
		t.Errorf("got %+v, faults %v", got, faults)
	}
}

func TestDecodeFaults(t *testing.T) {
	in := `s: 1
kind: smal
kinds: [large, x]
b: yes
i: 1.5
i8: 128
u: -1
f: x
l: {name: a}
m: [1]
p: {nam: c}
odd: 2
size: 16MeB
time: 30
deep: {a: [1, b]}
later: 1
sizes: 1
zzzzzzzzzzzzz: 1
`
	want := `f:1:1: the key "rule" is missing: add it
f:1:4: s must be a string, not a whole number: quote it
f:2:7: kind cannot be "smal": did you mean small?
f:3:16: kinds[1] cannot be "x": known: large, small
f:4:4: b must be true or false, not "yes": write true
f:5:4: i must be a whole number, not 1.5
f:6:5: i8 is out of range: from -128 to 127
f:7:4: u is out of range: from 0 to 65535
f:8:4: f must be a number, not "x"
f:9:4: l must be a list, not a mapping: write it in brackets: [a, b]
f:10:4: m must be a mapping, not a list
f:11:4: the key "p.name" is missing: add it
f:11:5: unknown key "nam": did you mean name?
f:12:6: odd must be odd, not 2
f:13:7: size must be a size like 512KiB, 16MiB or 1GB, not "16MeB"
f:14:7: time must be a time like 30s or 90d, not a whole number without a unit
f:15:15: deep.a[1] must be a whole number, not "b"
f:16:1: unknown key "later": later is for later: take it out
f:17:1: unknown key "sizes": did you mean size?
f:18:1: unknown key "zzzzzzzzzzzzz": known: b, deep, f, i, i8, kind, kinds, l, m, n, odd, p, rule, s, size, time, u`
	n, faults := Parse("f", []byte(in))
	var v outer
	faults = append(faults, Decode("f", n, &v)...)
	if got := faults.Err().Error(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestDecodeMoreFaults(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"[1]", "f:1:1: this must be a mapping, not a list"},
		{"null", "f:1:1: this has no value: give it one, or take the key out"},
		{"rule:\np:", "f:1:6: rule has no value: give it one, or take the key out\nf:2:3: p has no value: give it one, or take the key out"},
		{"rule: r\nodd: 13", "f:2:6: thirteen: take another"},
		{"rule: r\ni: 1e400", "f:2:4: i must be a whole number, not 1e400"},
		{"rule: r\nf: 1e400", "f:2:4: f must be a number, not 1e400"},
		{"rule: r\ni: 99999999999999999999", "f:2:4: i is out of range: from -9223372036854775808 to 9223372036854775807"},
		{"rule: r\nb: {}\ni: []\ns: []", "f:2:4: b must be true or false, not a mapping\nf:3:4: i must be a whole number, not a list\nf:4:4: s must be a string, not a list"},
	} {
		n, _ := Parse("f", []byte(c.in))
		var v outer
		if got := Decode("f", n, &v).Err(); got == nil || got.Error() != c.want {
			t.Errorf("%s:\ngot  %v\nwant %v", c.in, got, c.want)
		}
	}
	// A tree that is not Parse's may still hold a key twice.
	k := func(s string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Tag: TagStr, Value: s} }
	n := &yaml.Node{Kind: yaml.MappingNode, Tag: TagMap, Content: []*yaml.Node{k("s"), k("1"), k("rule"), k("r"), k("s"), k("2")}}
	var v outer
	if faults := Decode("f", n, &v); len(faults) != 1 || v.S != "1" {
		t.Errorf("a key twice: %v", faults)
	}
	if faults := Decode("f", nil, &v); len(faults) != 1 {
		t.Errorf("a nil tree: %v", faults)
	}
}

// secretive quotes what it should not.
type secretive string

func (s *secretive) UnmarshalStrict(n *yaml.Node) error {
	return errors.New("cannot take " + n.Value)
}

func TestNoFaultShowsExpandedText(t *testing.T) {
	const secret = "hunter2-hunter2"
	var v struct {
		I    int       `yaml:"i"`
		B    bool      `yaml:"b"`
		F    float64   `yaml:"f"`
		Enum string    `yaml:"enum" enum:"hunter,gatherer"`
		L    []string  `yaml:"l"`
		M    []inner   `yaml:"m"`
		Size Size      `yaml:"size"`
		Time Duration  `yaml:"time"`
		Own  secretive `yaml:"own"`
	}
	in := "i: ${S}\nb: ${S}\nf: ${S}\nenum: ${S}\nl: ${S}\nm: [\"${S}\"]\nsize: ${S}\ntime: x${S}\nown: ${S}"
	n, _ := Parse("f", []byte(in))
	faults := Expand("f", n, func(string) (string, bool) { return secret, true }, nil)
	faults = append(faults, Decode("f", n, &v)...)
	if len(faults) != 9 {
		t.Errorf("%d faults, want one for each of the 9 keys:\n%v", len(faults), faults)
	}
	if text := fmt.Sprintf("%+v", faults); strings.Contains(text, "hunter2") {
		t.Errorf("a fault shows the secret:\n%s", text)
	}
}

func TestExpandedTextIsReadAsWanted(t *testing.T) {
	var v struct {
		I    int      `yaml:"i"`
		B    bool     `yaml:"b"`
		F    float64  `yaml:"f"`
		S    string   `yaml:"s"`
		Size Size     `yaml:"size"`
		Time Duration `yaml:"time"`
	}
	env := map[string]string{"I": "42", "B": "true", "F": "1.5", "S": "007", "SIZE": "1GB", "TIME": "90d"}
	n, _ := Parse("f", []byte("i: ${I}\nb: ${B}\nf: ${F}\ns: ${S}\nsize: ${SIZE}\ntime: ${TIME}"))
	faults := Expand("f", n, func(k string) (string, bool) { s, ok := env[k]; return s, ok }, nil)
	faults = append(faults, Decode("f", n, &v)...)
	if len(faults) > 0 || v.I != 42 || !v.B || v.F != 1.5 || v.S != "007" || v.Size != 1e9 || v.Time.String() != "90d" {
		t.Errorf("got %+v, faults %v", v, faults)
	}
}
