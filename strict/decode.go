package strict

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/winnow-data/winnow"
)

// Unmarshaler is a type that reads itself. n is never null. An error that is (or wraps) winnow.Faults is reported as it
// is, with the file filled in where it lacks; every other becomes the fault of n, whose problem is the error's text
// behind the key's name. Its text must not quote n.Value but by Show.
type Unmarshaler interface {
	UnmarshalStrict(n *yaml.Node) error
}

// Refused is the type of a field for a key that is known, and not accepted: the field's `fix` tag says why, or what to do.
type Refused struct{}

// Decode fills v, a pointer, from n, and returns every fault that it finds. What is absent from n stays in v as it was, so
// that v's defaults are set before the call; so does what is wrong in n.
//
// A struct's fields take part by their tags: `yaml:"key"`; `yaml:",inline"` for a struct whose fields are meant as the
// outer one's; `strict:"required"`; `enum:"a,b"` for a string, or list of strings, that must be one of these. Fields
// without a yaml tag are left alone. Kinds: string, bool, the integers, float64, slices, map[string]T, pointers (set
// where the key is there), structs, *yaml.Node (taken as it is) and Unmarshalers. A null is a fault everywhere but for a *yaml.Node: a
// key whose value got lost must not mean its default. Text that Expand has filled in is read as what the field wants.
func Decode(file string, n *yaml.Node, v any) winnow.Faults {
	p := reflect.ValueOf(v)
	if p.Kind() != reflect.Pointer || p.IsNil() {
		panic("strict.Decode: v must be a pointer")
	}
	d := &decoder{report: report{file: file}}
	if n == nil {
		d.add(nil, "there is nothing in the file", "")
		return d.faults
	}
	d.value(n, p.Elem(), "", nil)
	return d.faults
}

type decoder struct {
	report
}

// named puts the name of a key before what is said of it.
func named(path, what string) string {
	if path == "" {
		return "this " + what
	}
	return path + " " + what
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// value reads n into v. path is the way to it from the document, enum what its strings may be.
func (d *decoder) value(n *yaml.Node, v reflect.Value, path string, enum []string) {
	if v.Type() == reflect.TypeFor[*yaml.Node]() {
		v.Set(reflect.ValueOf(n))
		return
	}
	if n.Kind == yaml.ScalarNode && n.Tag == TagNull {
		d.add(n, named(path, "has no value"), "give it one, or take the key out")
		return
	}
	if v.CanAddr() {
		if u, ok := v.Addr().Interface().(Unmarshaler); ok {
			d.unmarshal(n, u, path)
			return
		}
	}
	switch v.Kind() {
	case reflect.Pointer:
		p := reflect.New(v.Type().Elem())
		if !v.IsNil() {
			p.Elem().Set(v.Elem())
		}
		before := len(d.faults)
		d.value(n, p.Elem(), path, enum)
		if len(d.faults) == before || v.Type().Elem().Kind() == reflect.Struct {
			v.Set(p)
		}
	case reflect.Struct:
		d.object(n, v, path)
	case reflect.Slice:
		d.slice(n, v, path, enum)
	case reflect.Map:
		d.mapping(n, v, path, enum)
	default:
		d.scalar(n, v, path, enum)
	}
}

func (d *decoder) unmarshal(n *yaml.Node, u Unmarshaler, path string) {
	err := u.UnmarshalStrict(n)
	if err == nil {
		return
	}
	if fs := (winnow.Faults)(nil); errors.As(err, &fs) {
		for _, f := range fs {
			if f.File == "" {
				f.File = d.file
			}
			d.take(f)
		}
		return
	}
	text := err.Error()
	if Expanded(n) && n.Value != "" && strings.Contains(text, n.Value) {
		text = "cannot be what the expanded text says"
	}
	d.add(n, named(path, text), "")
}

func (d *decoder) slice(n *yaml.Node, v reflect.Value, path string, enum []string) {
	if n.Kind != yaml.SequenceNode {
		d.add(n, named(path, "must be a list, not "+kindOf(n)), "write it in brackets: [a, b]")
		return
	}
	s := reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content))
	for i, e := range n.Content {
		d.value(e, s.Index(i), fmt.Sprintf("%s[%d]", path, i), enum)
	}
	v.Set(s)
}

func (d *decoder) mapping(n *yaml.Node, v reflect.Value, path string, enum []string) {
	if v.Type().Key().Kind() != reflect.String {
		panic("strict.Decode: a map's keys must be strings: " + v.Type().String())
	}
	if n.Kind != yaml.MappingNode {
		d.add(n, named(path, "must be a mapping, not "+kindOf(n)), "")
		return
	}
	m := reflect.MakeMapWithSize(v.Type(), len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := reflect.ValueOf(n.Content[i].Value).Convert(v.Type().Key())
		if m.MapIndex(k).IsValid() {
			d.add(n.Content[i], "the key "+quote(n.Content[i].Value)+" is here twice", "keep one")
			continue
		}
		e := reflect.New(v.Type().Elem()).Elem()
		d.value(n.Content[i+1], e, join(path, n.Content[i].Value), enum)
		m.SetMapIndex(k, e)
	}
	v.Set(m)
}
