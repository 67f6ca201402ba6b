package validators

import (
	"strconv"
	"strings"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/strict"
)

// A policy is a contract's answer to findings: by field and type, by type, or the default.
type policy struct {
	otherwise winnow.Action
	types     map[string]winnow.Action
	fields    map[string]map[string]winnow.Action // by pointer, then type
}

// Action gives what is to be done with a finding of the type at pointer. A field of the contract covers its value and
// everything within; of several, the one nearest to the finding that names its type decides.
func (p *policy) Action(typ, pointer string) winnow.Action {
	for len(p.fields) > 0 {
		if a, ok := p.fields[pointer][typ]; ok {
			return a
		}
		i := strings.LastIndexByte(pointer, '/')
		if i < 0 {
			break
		}
		pointer = pointer[:i]
	}
	if a, ok := p.types[typ]; ok {
		return a
	}
	return p.otherwise
}

// sensitive makes the policy of the contract.
func (k *compiler) sensitive() {
	s := k.contract.Sensitive
	k.set.policy = &policy{otherwise: s.Default, types: s.Types, fields: s.Fields}
	if s.Default == "" {
		k.set.policy.otherwise = winnow.ActionQuarantine
	}
	fields := strict.Get(s.Node, "fields")
	for pointer := range s.Fields {
		if !k.declared(pointer) {
			at, _ := strict.Pair(fields, pointer)
			k.fault(k.contract.File, at, "the schema does not declare "+strconv.Quote(pointer)+", so that nothing is ever found there",
				"declare it under properties, or give the nearest field that is declared")
		}
	}
}

// declared says that findings can be placed at pointer: their pointers name what the schema declares, and what it does
// not is "*". What lies within an array is taken on trust.
func (k *compiler) declared(pointer string) bool {
	if k.contract.Program == nil {
		return true
	}
	end := len(pointer)
	for from := 0; from >= 0 && from < len(pointer); {
		to := strings.IndexByte(pointer[from+1:], '/')
		if to < 0 {
			to = len(pointer)
		} else {
			to += from + 1
		}
		if token := pointer[from+1 : to]; token == "*" || strings.Trim(token, "0123456789") == "" {
			end = from
			break
		}
		from = to
	}
	if end == 0 {
		return true
	}
	_, _, ok := k.contract.Program.Column(pointer[:end])
	return ok
}
