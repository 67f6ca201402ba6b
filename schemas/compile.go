package schemas

import (
	"cmp"
	"hash/maphash"
	"net/url"
	"path"
	"path/filepath"
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
	// Load gives the document at an absolute URI without a fragment, and the name of its file for faults; nil where it has none. Those of
	// scheme file are relative to the schema's own folder. A fault without a file gets the place that refers to the document. Nil has no document but the schema and the drafts' metaschemas.
	Load func(uri string) (file string, schema *yaml.Node, faults winnow.Faults)
	// Columns are the pointers that must be columns even where the schema does not declare them. A pointer that can
	// be none (the root, an element of a list, something inside a string) is left out: Program.Column tells.
	Columns []string
}

// maxNesting bounds how deep schemas lie within one another.
const maxNesting = 500

// fileScheme is the scheme of documents that are files in the schema's own folder, which is the root.
const fileScheme = "file"

// Compile turns a JSON Schema, as strict.Parse gives it, into a Program. The faults are every one that it finds, each with its
// place in its file, warnings among them; the program is nil when one of them is not a warning. What cannot be checked is such
// a fault: nothing is left out in silence.
func Compile(file string, schema *yaml.Node, opt Options) (*Program, winnow.Faults) {
	c := newCompiler(opt)
	def := c.readAll(file, resolve(schema), opt)
	if def == nil || c.faults.Err() != nil {
		return nil, c.distinct()
	}
	c.shorten()
	b := newBuilder(c, opt.Columns)
	p := b.program(def)
	if c.faults.Err() != nil {
		return nil, c.distinct()
	}
	c.secondOpinion()
	return p, c.distinct()
}

func newCompiler(opt Options) *compiler {
	c := &compiler{
		lib: &library{
			load: opt.Load, resources: make(map[string]*resource), where: make(map[*yaml.Node]*resource),
			index: make(map[*yaml.Node]map[string]*yaml.Node),
		},
		format: opt.FormatAssertion, read: make(map[defKey]*schemaDef), told: make(map[*yaml.Node]bool),
		patterns: make(map[string]*ecma.Pattern), budget: ecma.NewBudget(), keywords: allKeywords(),
		envs: make(map[uint64][]*environment), seed: maphash.MakeSeed(),
	}
	c.env = c.environment(nil)
	return c
}

// readAll reads the schema, and whatever it refers to.
func (c *compiler) readAll(file string, root *yaml.Node, opt Options) *schemaDef {
	base := &url.URL{Scheme: fileScheme, Path: "/" + path.Base(filepath.ToSlash(file))}
	c.res = &resource{file: file, base: base}
	unsaid := cmp.Or(opt.Draft, "2020-12")
	d, known := draftNames[unsaid]
	if !known {
		c.fault(nil, "unknown draft "+unsaid, "use 4, 6, 7, 2019-09 or 2020-12")
		return nil
	}
	c.fallback = d
	res := c.adopt(file, base, root, d)
	if res == nil {
		return nil
	}
	c.res, c.draft, c.env = res, res.draft, c.enter(c.env, res)
	def := c.schema(root, "false", 0)
	c.readQueue()
	c.checkCycles()
	return def
}

// readQueue reads what references lead to.
func (c *compiler) readQueue() {
	for len(c.queue) > 0 {
		next := c.queue[0]
		c.queue = c.queue[1:]
		c.fill(next.def, next.rule, 0)
	}
}

// A compiler reads a schema; one that is met twice in the same environment is read once.
type compiler struct {
	lib      *library
	fallback draft // of documents that do not name theirs
	format   bool

	res   *resource // what is being read
	env   *environment
	draft draft

	envs     map[uint64][]*environment
	bindings int // of all envs
	seed     maphash.Seed
	queue    []queued // that $refs lead to and that are not read yet
	read     map[defKey]*schemaDef
	defs     []*schemaDef // those read, in order
	told     map[*yaml.Node]bool
	patterns map[string]*ecma.Pattern
	budget   *ecma.Budget
	keywords map[string]keyword
	faults   winnow.Faults
}

type queued struct {
	def  *schemaDef
	rule string
}

func (c *compiler) fault(at *yaml.Node, problem, fix string) {
	c.faults = append(c.faults, strict.At(c.res.file, at, problem, fix))
}

func (c *compiler) warn(at *yaml.Node, problem, fix string) {
	if c.told[at] || strings.Contains(c.res.file, "://") { // a metaschema's own file is nobody's to mend
		return
	}
	c.told[at] = true
	f := strict.At(c.res.file, at, problem, fix)
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

// distinct gives the faults without repeats: a schema is read anew for each environment.
func (c *compiler) distinct() winnow.Faults {
	seen := make(map[winnow.Fault]bool, len(c.faults))
	return slices.DeleteFunc(c.faults, func(f winnow.Fault) bool {
		twice := seen[f]
		seen[f] = true
		return twice
	})
}
