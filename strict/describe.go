package strict

import (
	"fmt"
	"reflect"

	"go.yaml.in/yaml/v3"
)

// A Key describes a key that Decode accepts, for the generated reference and the editors' schemas.
type Key struct {
	Name     string
	Type     string // string, boolean, integer, number, size, duration, list, mapping, map or any
	Doc      string // what it means, a sentence or two
	Default  string // as a file would write it; "" for none
	Enum     []string
	Required bool
	Keys     []Key // of a mapping
	Elem     *Key  // of a list, and the values of a map
	Schema   any   // the JSON Schema of a type with a form of its own; nil to have it made from the rest
}

// Describer is a type with a form of its own that says what it is. Name, Doc, Default and Required come from the field.
type Describer interface {
	DescribeStrict() Key
}

// Describe lists the keys that Decode accepts for v, a struct, with v's values as their defaults; the tags `doc` and, where
// the value is not the default's best text, `default` say the rest. Refused keys are not among them.
func Describe(v any) []Key {
	return describe(reflect.ValueOf(v))
}

func describe(v reflect.Value) []Key {
	var keys []Key
	for _, f := range fields(v.Type()) {
		if f.typ == reflect.TypeFor[Refused]() {
			continue
		}
		k := describeType(f.typ, v.FieldByIndex(f.index), f.enum())
		k.Name, k.Doc, k.Required = f.key, f.tag.Get("doc"), f.required
		if text, ok := f.tag.Lookup("default"); ok {
			k.Default = text
		}
		keys = append(keys, k)
	}
	return keys
}

// describeType describes the type t; v is its default, or invalid where there is none.
func describeType(t reflect.Type, v reflect.Value, enum []string) Key {
	k := Key{}
	if d, ok := reflect.New(t).Interface().(Describer); ok {
		return d.DescribeStrict()
	}
	switch {
	case t == reflect.TypeFor[*yaml.Node]():
		return Key{Type: "any"}
	case t == reflect.TypeFor[Size]():
		k.Type = "size"
	case t == reflect.TypeFor[Duration]():
		k.Type = "duration"
	case t.Kind() == reflect.Pointer:
		return describeType(t.Elem(), reflect.Zero(t.Elem()), enum)
	case t.Kind() == reflect.Struct:
		return Key{Type: "mapping", Keys: describe(v)}
	case t.Kind() == reflect.Slice:
		elem := describeType(t.Elem(), reflect.Zero(t.Elem()), enum)
		elem.Default = ""
		return Key{Type: "list", Elem: &elem}
	case t.Kind() == reflect.Map:
		elem := describeType(t.Elem(), reflect.Zero(t.Elem()), enum)
		elem.Default = ""
		return Key{Type: "map", Elem: &elem}
	case t.Kind() == reflect.Bool:
		k.Type = "boolean"
	case t.Kind() == reflect.String:
		k.Type, k.Enum = "string", enum
	case t.Kind() == reflect.Float64:
		k.Type = "number"
	default:
		k.Type = "integer"
	}
	if v.IsValid() && !v.IsZero() {
		k.Default = fmt.Sprint(v.Interface())
	}
	return k
}
