package schemas

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/schemas/ecma"
	"github.com/winnow-data/winnow/strict"
)

// Options say how Compile reads a schema.
type Options struct {
	// Draft is the schema's draft where it does not name its own by $schema: "4", "6", "7", "2019-09" or "2020-12". Empty
	// means 2020-12.
	Draft string
	// FormatAssertion makes format a check; otherwise it is an annotation.
	FormatAssertion bool
	// Columns are the pointers that must be columns even where the schema does not declare them. A pointer that can
	// be none (the root, an element of a list, something inside a string) is left out: Program.Column tells.
	Columns []string
}

// maxNesting bounds how deep schemas lie within one another.
const maxNesting = 500

// Compile turns a JSON Schema, as strict.Parse gives it, into a Program. The faults are every one that it finds, each with its
// place in file, warnings among them; the program is nil when one of them is not a warning. A keyword that
// asserts something and that the program cannot check is such a fault: none is left out in silence.
func Compile(file string, schema *yaml.Node, opt Options) (*Program, winnow.Faults) {
	c := &compiler{
		file: file, root: resolve(schema), format: opt.FormatAssertion,
		read: make(map[*yaml.Node]*schemaDef), told: make(map[*yaml.Node]bool),
		index: make(map[*yaml.Node]map[string]*yaml.Node), patterns: make(map[string]*ecma.Pattern), budget: ecma.NewBudget(),
		keywords: allKeywords(),
	}
	var ok bool
	if c.draft, ok = c.detect(opt.Draft); !ok {
		return nil, c.faults
	}
	c.base = rootID(c.root, c.draft)
	def := c.schema(c.root, "false", 0)
	for len(c.queue) > 0 {
		next := c.queue[0]
		c.queue = c.queue[1:]
		c.fill(next.def, next.rule, 0)
	}
	c.checkCycles()
	if c.faults.Err() != nil {
		return nil, c.faults
	}
	b := newBuilder(c, opt.Columns)
	p := b.program(def)
	if c.faults.Err() != nil {
		return nil, c.faults
	}
	c.secondOpinion()
	return p, c.faults
}

// A compiler reads a schema file; a schema that is met twice is read once.
type compiler struct {
	file   string
	root   *yaml.Node
	base   string // the root's $id, without a fragment
	draft  draft
	format bool

	queue    []queued // that $refs lead to and that are not read yet
	read     map[*yaml.Node]*schemaDef
	defs     []*schemaDef // those read, in order
	told     map[*yaml.Node]bool
	patterns map[string]*ecma.Pattern
	budget   *ecma.Budget // of all patterns
	keywords map[string]keyword
	index    map[*yaml.Node]map[string]*yaml.Node
	faults   winnow.Faults
}

type queued struct {
	def  *schemaDef
	rule string
}

func (c *compiler) fault(at *yaml.Node, problem, fix string) {
	c.faults = append(c.faults, strict.At(c.file, at, problem, fix))
}

func (c *compiler) warn(at *yaml.Node, problem, fix string) {
	if c.told[at] {
		return
	}
	c.told[at] = true
	f := strict.At(c.file, at, problem, fix)
	f.Warning = true
	c.faults = append(c.faults, f)
}

// A draft is one of the JSON Schema drafts, as a bit.
type draft uint8

const (
	draft4 draft = 1 << iota
	draft6
	draft7
	draft2019
	draft2020
)

var draftNames = map[string]draft{"4": draft4, "6": draft6, "7": draft7, "2019-09": draft2019, "2020-12": draft2020}

var draftURIs = map[string]draft{
	"json-schema.org/draft-04/schema":      draft4,
	"json-schema.org/draft-06/schema":      draft6,
	"json-schema.org/draft-07/schema":      draft7,
	"json-schema.org/draft/2019-09/schema": draft2019,
	"json-schema.org/draft/2020-12/schema": draft2020,
}

func (d draft) String() string {
	for name, draft := range draftNames {
		if draft == d {
			return "draft " + name
		}
	}
	return "draft ?"
}

// detect finds the draft that the schema names, or else the one it is to be read as.
func (c *compiler) detect(unsaid string) (draft, bool) {
	if unsaid == "" {
		unsaid = "2020-12"
	}
	d, known := draftNames[unsaid]
	if !known {
		c.fault(nil, "unknown draft "+unsaid, "use 4, 6, 7, 2019-09 or 2020-12")
		return 0, false
	}
	at := strict.Get(c.root, "$schema")
	if at == nil {
		return d, true
	}
	d, known = schemaURI(at)
	if !known {
		c.fault(at, "unknown $schema", "name the schema of draft-04, draft-06, draft-07, draft/2019-09 or draft/2020-12 at json-schema.org")
	}
	return d, known
}

func schemaURI(at *yaml.Node) (draft, bool) {
	if !strict.IsString(at) {
		return 0, false
	}
	uri := strings.TrimSuffix(at.Value, "#")
	for _, scheme := range []string{"http://", "https://"} {
		if rest, ok := strings.CutPrefix(uri, scheme); ok {
			d, known := draftURIs[rest]
			return d, known
		}
	}
	return 0, false
}

// resolve follows aliases.
func resolve(n *yaml.Node) *yaml.Node {
	for n != nil && n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}

// pairs walks a mapping in the order of the file.
func pairs(n *yaml.Node) func(yield func(key, value *yaml.Node) bool) {
	return func(yield func(key, value *yaml.Node) bool) {
		for i := 0; i+1 < len(n.Content); i += 2 {
			if !yield(n.Content[i], resolve(n.Content[i+1])) {
				return
			}
		}
	}
}

// checkCycles refuses $refs that lead back to themselves without going into the record. Those that do go into it are fine: the
// depth of a record is bounded.
func (c *compiler) checkCycles() {
	const walking, done = 1, 2
	state := make(map[*schemaDef]int)
	for _, def := range c.defs {
		var walked []*schemaDef
		for s := def; s != nil && state[s] != done; s = s.ref {
			if state[s] == walking {
				at := slices.Index(walked, s)
				last := walked[max(at, 0)]
				c.fault(last.refAt, "$ref leads back to itself", "a $ref must reach a schema that says something")
				break
			}
			state[s] = walking
			walked = append(walked, s)
		}
		for _, s := range walked {
			state[s] = done
		}
	}
}
