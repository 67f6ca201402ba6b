package strict

import (
	"reflect"
	"testing"

	"go.yaml.in/yaml/v3"
)

type described struct {
	common `yaml:",inline"`

	Name  string            `yaml:"name" doc:"A name." enum:"a,b"`
	Size  Size              `yaml:"size" doc:"A size."`
	Time  Duration          `yaml:"time" default:"as long as it takes"`
	List  []inner           `yaml:"list"`
	Map   map[string]int    `yaml:"map"`
	Deep  *inner            `yaml:"deep"`
	Flag  bool              `yaml:"flag"`
	Raw   *yaml.Node        `yaml:"raw"`
	Own   own               `yaml:"own" doc:"Its own."`
	Owns  map[string]*own   `yaml:"owns"`
	Gone  Refused           `yaml:"gone"`
	Loose map[string]string // no key
}

type own struct{}

func (*own) DescribeStrict() Key { return Key{Type: "odd", Schema: map[string]any{"const": 1}} }

func TestDescribe(t *testing.T) {
	v := described{Name: "a", Size: 16 << 20, Time: 5}
	innerKeys := []Key{{Name: "name", Type: "string", Required: true}, {Name: "on", Type: "boolean"}}
	odd := Key{Type: "odd", Schema: map[string]any{"const": 1}}
	want := []Key{
		{Name: "rule", Type: "string", Required: true},
		{Name: "name", Type: "string", Doc: "A name.", Default: "a", Enum: []string{"a", "b"}},
		{Name: "size", Type: "size", Doc: "A size.", Default: "16MiB"},
		{Name: "time", Type: "duration", Default: "as long as it takes"},
		{Name: "list", Type: "list", Elem: &Key{Type: "mapping", Keys: innerKeys}},
		{Name: "map", Type: "map", Elem: &Key{Type: "integer"}},
		{Name: "deep", Type: "mapping", Keys: innerKeys},
		{Name: "flag", Type: "boolean"},
		{Name: "raw", Type: "any"},
		{Name: "own", Type: "odd", Doc: "Its own.", Schema: map[string]any{"const": 1}},
		{Name: "owns", Type: "map", Elem: &odd},
	}
	got := Describe(v)
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || !reflect.DeepEqual(got[i], want[i]) {
			t.Fatalf("key %d:\ngot  %+v\nwant %+v", i, got, want)
		}
	}
}
