package schemas

import (
	"errors"
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/strict"
)

// sensitivePolicy reads a Sensitive.
type sensitivePolicy struct{ Sensitive }

type sensitiveFile struct {
	Default action                       `yaml:"default" default:"quarantine" doc:"For every detector that types and fields do not name: pass, redact, mask or quarantine."`
	Types   map[string]action            `yaml:"types" doc:"An action for each detector named."`
	Fields  map[string]map[string]action `yaml:"fields" doc:"By JSON Pointer, an action for each detector named; goes before types."`
}

// action is an Action that this version has.
type action string

// UnmarshalStrict reads an action's name.
func (a *action) UnmarshalStrict(n *yaml.Node) error {
	if !strict.IsString(n) {
		return errors.New("must be the name of an action: " + actionList())
	}
	switch {
	case slices.Contains(SensitiveActions(), winnow.Action(n.Value)):
		*a = action(n.Value)
		return nil
	case n.Value == string(winnow.ActionHash):
		return winnow.Faults{strict.At("", n, `the action "hash" is not supported yet`, actionList())}
	}
	var known []string
	for _, k := range SensitiveActions() {
		known = append(known, string(k))
	}
	return winnow.Faults{strict.At("", n, "unknown action "+strict.Show(n), strict.Suggest(n.Value, known))}
}

// DescribeStrict lists the actions.
func (a *action) DescribeStrict() strict.Key {
	k := strict.Key{Type: "string"}
	for _, known := range SensitiveActions() {
		k.Enum = append(k.Enum, string(known))
	}
	return k
}

func actionList() string {
	s := "known: "
	for i, a := range SensitiveActions() {
		if i > 0 {
			s += ", "
		}
		s += string(a)
	}
	return s
}

// UnmarshalStrict reads off, false, or the mapping.
func (s *sensitivePolicy) UnmarshalStrict(n *yaml.Node) error {
	s.Node = n
	if n.Kind == yaml.ScalarNode {
		if strict.IsString(n) && n.Value == "off" || n.Tag == strict.TagBool && n.Value == "false" {
			s.Sensitive = Sensitive{Off: true, Node: n}
			return nil
		}
		return fmt.Errorf("must be off, or a mapping with default, types and fields, not %s", strict.Show(n))
	}
	f := sensitiveFile{Default: action(winnow.ActionQuarantine)}
	fs := strict.Decode("", n, &f)
	s.Default = winnow.Action(f.Default)
	s.Types = typeActions(&fs, strict.Get(n, "types"), f.Types)
	fields := strict.Get(n, "fields")
	if len(f.Fields) > 0 {
		s.Fields = make(map[string]map[string]winnow.Action, len(f.Fields))
	}
	for pointer, types := range f.Fields {
		k, v := strict.Pair(fields, pointer)
		if err := checkPointer(pointer); err != nil {
			fs = append(fs, strict.At("", k, strict.Show(k)+" "+err.Error(), "write it like /notes or /features/note"))
		}
		s.Fields[pointer] = typeActions(&fs, v, types)
	}
	if len(fs) > 0 {
		return fs
	}
	return nil
}

// typeActions checks the detectors' names, which are the keys of n.
func typeActions(fs *winnow.Faults, n *yaml.Node, from map[string]action) map[string]winnow.Action {
	var to map[string]winnow.Action
	for typ, a := range from {
		if to == nil {
			to = make(map[string]winnow.Action, len(from))
		}
		to[typ] = winnow.Action(a)
		k, _ := strict.Pair(n, typ)
		switch {
		case slices.Contains(SensitiveTypes(), typ):
		case slices.Contains(laterTypes(), typ):
			*fs = append(*fs, strict.At("", k, "the detector "+strict.Show(k)+" is not supported yet", strict.Suggest("", SensitiveTypes())))
		default:
			*fs = append(*fs, strict.At("", k, "unknown detector "+strict.Show(k), strict.Suggest(typ, SensitiveTypes())))
		}
	}
	return to
}

// DescribeStrict says that it is off, false, or a mapping.
func (s *sensitivePolicy) DescribeStrict() strict.Key {
	keys := strict.Describe(sensitiveFile{})
	actions := map[string]any{"enum": SensitiveActions()}
	types := map[string]any{"type": "object", "propertyNames": map[string]any{"enum": SensitiveTypes()}, "additionalProperties": actions}
	return strict.Key{Type: "off, or a mapping", Keys: keys, Schema: map[string]any{"oneOf": []any{
		map[string]any{"enum": []any{"off", false}},
		map[string]any{"type": "object", "additionalProperties": false, "properties": map[string]any{
			"default": actions,
			"types":   types,
			"fields":  map[string]any{"type": "object", "additionalProperties": types},
		}},
	}}}
}
