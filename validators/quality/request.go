package quality

import (
	"strconv"
	"strings"

	"github.com/apache/arrow/go/v15/arrow"
	"go.yaml.in/yaml/v3"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/schemas"
	"github.com/winnow-data/winnow/strict"
)

// common are the keys that every rule has. The contract's loader has read them; here they are only known.
type common struct {
	Rule    *yaml.Node `yaml:"rule"`
	Name    *yaml.Node `yaml:"name"`
	Pointer *yaml.Node `yaml:"pointer"`
	OnFail  *yaml.Node `yaml:"on_fail"`
}

// ownKeys describes the keys of params, a struct, that are the rule's own.
func ownKeys(params any) []strict.Key {
	var own []strict.Key
	for _, k := range strict.Describe(params) {
		switch k.Name {
		case "rule", "name", "pointer", "on_fail":
		default:
			own = append(own, k)
		}
	}
	return own
}

// A request is one rule of a contract while it is compiled. Its methods note what is wrong.
type request struct {
	spec    schemas.RuleSpec
	program *schemas.Program
	pointer string // where the rule's reasons will point
	faults  winnow.Faults
}

// fault notes what is wrong at n, or, where that is nil, with the rule as a whole.
func (r *request) fault(n *yaml.Node, problem, fix string) {
	if n == nil {
		n = r.spec.Node
	}
	r.faults = append(r.faults, strict.At(r.spec.File, n, problem, fix))
}

// params reads the rule's keys into v.
func (r *request) params(v any) {
	r.faults = append(r.faults, strict.Decode(r.spec.File, r.spec.Node, v)...)
}

// key is the node of one of the rule's keys, nil if it is not there.
func (r *request) key(name string) *yaml.Node { return strict.Get(r.spec.Node, name) }

// number reads a number that a rule compares with; nil where n is absent or wrong.
func (r *request) number(key string, n *yaml.Node) *decimal {
	if n == nil {
		return nil
	}
	if n.Kind != yaml.ScalarNode || n.Tag != strict.TagInt && n.Tag != strict.TagFloat {
		r.fault(n, key+" must be a number", "")
		return nil
	}
	var d decimal
	d.set(n.Value)
	return &d
}

// column finds the rule's column, which must hold one of the kinds given.
func (r *request) column(kinds ...columnKind) *column {
	if r.spec.Pointer == "" {
		r.fault(nil, "the rule "+r.spec.Rule+" needs a pointer", "name the value that it judges: pointer: /name")
		return nil
	}
	return r.columnAt(r.spec.Pointer, r.key("pointer"), kinds)
}

func (r *request) columnAt(pointer string, at *yaml.Node, kinds []columnKind) *column {
	if r.program == nil {
		return &column{pointer: pointer, kind: kindJSON}
	}
	path, field, ok := r.program.Column(pointer)
	if !ok {
		r.fault(at, "the schema gives "+quote(pointer)+" no column", "point at a value that is reached through objects alone")
		return nil
	}
	c := &column{pointer: pointer, path: path, kind: kindOf(field)}
	if d, ok := field.Type.(*arrow.Decimal128Type); ok {
		c.scale = int(d.Scale)
	}
	for i := strings.LastIndexByte(pointer, '/'); i > 0; i = strings.LastIndexByte(pointer[:i], '/') {
		c.above = append(c.above, pointer[:i])
	}
	var names []string
	for _, k := range kinds {
		if k == c.kind {
			return c
		}
		if k != kindJSON && k != kindDecimal {
			names = append(names, k.String())
		}
	}
	if len(kinds) == 0 {
		return c
	}
	r.fault(at, "the rule "+r.spec.Rule+" cannot judge "+quote(pointer)+", which the schema makes "+c.kind.String(),
		"point at "+strings.Join(names, " or "))
	return nil
}

func quote(s string) string { return strconv.Quote(s) }
