package strict

import (
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"
)

// field is a struct's field as Decode and Describe see it.
type field struct {
	key      string
	index    []int
	typ      reflect.Type
	tag      reflect.StructTag
	required bool
}

func (f field) enum() []string {
	e := f.tag.Get("enum")
	if e == "" {
		return nil
	}
	return strings.Split(e, ",")
}

// fields lists the fields of the struct type t that have a key, those of inlined structs among them.
func fields(t reflect.Type) []field {
	var fs []field
	for i := range t.NumField() {
		sf := t.Field(i)
		tag, ok := sf.Tag.Lookup("yaml")
		key, options, _ := strings.Cut(tag, ",")
		if !ok || key == "-" {
			continue
		}
		if options == "inline" {
			for _, f := range fields(sf.Type) {
				f.index = append([]int{i}, f.index...)
				fs = append(fs, f)
			}
			continue
		}
		fs = append(fs, field{key: key, index: []int{i}, typ: sf.Type, tag: sf.Tag, required: sf.Tag.Get("strict") == "required"})
	}
	return fs
}

func keysOf(fs []field) []string {
	var keys []string
	for _, f := range fs {
		if f.typ != reflect.TypeFor[Refused]() {
			keys = append(keys, f.key)
		}
	}
	return keys
}

// object reads the mapping n into the struct v.
func (d *decoder) object(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind != yaml.MappingNode {
		d.add(n, named(path, "must be a mapping, not "+kindOf(n)), "")
		return
	}
	fs := fields(v.Type())
	known := make(map[string]field, len(fs))
	for _, f := range fs {
		known[f.key] = f
	}
	seen := make(map[string]bool, len(fs))
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, e := n.Content[i], n.Content[i+1]
		f, ok := known[k.Value]
		switch {
		case seen[k.Value]:
			d.add(k, "the key "+quote(k.Value)+" is here twice", "keep one")
			continue
		case !ok:
			d.add(k, "unknown key "+quote(k.Value), Suggest(k.Value, keysOf(fs)))
		case f.typ == reflect.TypeFor[Refused]():
			d.add(k, "unknown key "+quote(k.Value), f.tag.Get("fix"))
		default:
			d.value(e, v.FieldByIndex(f.index), join(path, f.key), f.enum())
		}
		seen[k.Value] = true
	}
	for _, f := range fs {
		if f.required && !seen[f.key] {
			d.add(n, "the key "+quote(join(path, f.key))+" is missing", "add it")
		}
	}
}
