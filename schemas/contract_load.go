package schemas

import (
	"errors"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/strict"
)

// LoadContract reads the contract of file and the schema file that it may name, checks them and compiles the schema. A file
// without the key winnow is a bare JSON Schema: a contract of its schema and nothing else, named after the file, for no
// topic, and with sensitive off. The faults are all that there are, warnings among them, each at its place in the one or the other
// file. When any of them is not a warning, the contract is only good for having the rest of it checked: its Program may be nil. It is nil itself when
// there is nothing to go on with.
func LoadContract(file string, opt ContractOptions) (*Contract, winnow.Faults) {
	return newLoader(file, opt).open()
}

func newLoader(file string, opt ContractOptions) *loader {
	opt.Refs = slices.Clone(opt.Refs)
	return &loader{file: file, dir: filepath.Dir(file), opt: opt, c: &Contract{File: file}, refAt: make(map[Ref]*yaml.Node)}
}

// open makes the contract of the file.
func (l *loader) open() (*Contract, winnow.Faults) {
	if opt := l.opt; opt.Draft != "" && !slices.Contains(drafts(), opt.Draft) {
		l.fault(nil, "there is no draft "+opt.Draft, strict.Suggest(opt.Draft, drafts()))
		l.opt.Draft = ""
	}
	return l.load(l.read(l.file))
}

// load makes the contract of the file's tree.
func (l *loader) load(n *yaml.Node) (*Contract, winnow.Faults) {
	if n == nil {
		return nil, l.faults
	}
	if strict.Get(n, "winnow") != nil {
		l.contract(n)
	} else {
		l.bare(n)
	}
	return l.c, l.faults
}

func drafts() []string { return []string{"4", "6", "7", "2019-09", "2020-12"} }

// loader loads one contract.
type loader struct {
	file, dir string
	opt       ContractOptions
	c         *Contract
	columns   []*yaml.Node       // the pointers that must be columns, where they are written
	refAt     map[Ref]*yaml.Node // the contract's own, where they are written
	docs      *documents
	compiled  schemaFile
	faults    winnow.Faults
}

// A schemaFile is the schema of a contract, and how it is read.
type schemaFile struct {
	file string
	root *yaml.Node
	opt  Options
}

func (l *loader) fault(n *yaml.Node, problem, fix string) {
	l.faults = append(l.faults, strict.At(l.file, n, problem, fix))
}

// read reads and parses a file; nil after a fault that leaves nothing to go on with.
func (l *loader) read(file string) *yaml.Node {
	data, err := strict.ReadFile(file)
	if err != nil {
		l.faults = append(l.faults, strict.At(file, nil, "cannot read the file: "+reason(err), ""))
		return nil
	}
	n, faults := strict.Parse(file, data)
	l.faults = append(l.faults, faults...)
	return n
}

// reason is err without the path that the fault names already.
func reason(err error) string {
	if pe := (*fs.PathError)(nil); errors.As(err, &pe) {
		err = pe.Err
	}
	return err.Error()
}

// bare makes a contract of a JSON Schema.
func (l *loader) bare(n *yaml.Node) {
	if n.Kind != yaml.MappingNode && (n.Kind != yaml.ScalarNode || n.Tag != strict.TagBool) {
		l.fault(n, "neither a contract nor a JSON Schema", "a contract is a mapping that begins with winnow: 1")
		return
	}
	if misnamed(n) {
		l.fault(n, `the key "winnow" is missing`, "begin a contract with winnow: 1")
		return
	}
	l.c.Name = nameOf(l.file)
	l.c.Sensitive = Sensitive{Off: true}
	l.compile(l.file, n, "", true)
}

// misnamed reports whether n is meant as a contract, and would as a JSON Schema accept everything, since all that it has are keys
// that no schema knows.
func misnamed(n *yaml.Node) bool {
	var ours, theirs int
	known := []string{"$schema", "$id", "id", "$ref", "$defs", "definitions", "type", "properties", "items", "enum", "const", "allOf", "anyOf", "oneOf", "not"}
	for i := 0; n.Kind == yaml.MappingNode && i < len(n.Content); i += 2 {
		switch k := n.Content[i].Value; {
		case slices.Contains([]string{"schema", "topics", "rules", "sensitive", "owner", "tombstones", "event_time"}, k):
			ours++
		case slices.Contains(known, k):
			theirs++
		}
	}
	return ours > 0 && theirs == 0
}

var (
	nameForm = regexp.MustCompile(`^[A-Za-z0-9._-]+$`)
	notName  = regexp.MustCompile(`[^A-Za-z0-9._-]+`)
)

// nameOf makes a contract's name of its file's.
func nameOf(file string) string {
	name := filepath.Base(file)
	for _, ext := range []string{".json", ".yaml", ".yml", ".schema"} {
		name = strings.TrimSuffix(name, ext)
	}
	if name = notName.ReplaceAllString(name, "-"); strings.Trim(name, "-") == "" {
		return "contract"
	}
	return name
}

// contract reads a contract's file.
func (l *loader) contract(n *yaml.Node) {
	f := defaultContractFile()
	l.faults = append(l.faults, strict.Decode(l.file, n, &f)...)
	if f.Winnow != 1 {
		l.fault(strict.Get(n, "winnow"), "a contract of another version", "this winnow reads winnow: 1")
	}
	c := l.c
	c.Owner, c.Shadow, c.QuarantineTombstones = f.Owner, f.Mode == "shadow", f.Tombstones == "quarantine"
	c.Name = f.Name
	if at := strict.Get(n, "name"); at == nil {
		c.Name = nameOf(l.file)
	} else if strict.IsString(at) && !nameForm.MatchString(f.Name) {
		l.fault(at, "a contract's name cannot be "+strict.Show(at), "letters, digits, dots, underscores and hyphens")
	}
	l.topics(f.Topics)
	l.refs(f.Refs)
	for _, s := range []struct {
		from source
		to   *Source
	}{{f.Team, &c.Team}, {f.User, &c.User}, {f.EventTime.source, &c.EventTime}} {
		*s.to = s.from.Source
		if s.from.Pointer != "" {
			l.columns = append(l.columns, s.from.node)
		}
	}
	for _, r := range f.Rules {
		l.rule(r)
	}
	c.Sensitive = f.Sensitive.Sensitive
	if c.Sensitive.Node == nil {
		c.Sensitive.Default = winnow.ActionQuarantine
	}
	if file, schema := l.schema(f.Schema); schema != nil {
		l.compile(file, schema, f.Name, f.FormatAssertion)
	}
}

func (l *loader) topics(from []topicText) {
	seen := make(map[string]bool)
	for _, t := range from {
		switch {
		case t.node == nil || t.text == "": // a fault already
			continue
		case seen[t.text]:
			l.fault(t.node, "the topic "+strict.Show(t.node)+" is here twice", "keep one")
			continue
		}
		seen[t.text] = true
		l.c.Topics = append(l.c.Topics, t.Topic)
	}
}

// schema returns the schema and the file that it is in: the contract's own, or the one that {$ref: file} names.
func (l *loader) schema(n *yaml.Node) (string, *yaml.Node) {
	if n == nil {
		return "", nil
	}
	if n.Tag == strict.TagNull {
		l.fault(n, "schema has no value", "write it inline, or name its file by {$ref: FILE}")
		return "", nil
	}
	if n.Kind != yaml.MappingNode && n.Tag != strict.TagBool {
		l.fault(n, "schema must be a JSON Schema or {$ref: FILE}", "write it inline, or name its file")
		return "", nil
	}
	ref := strict.Get(n, "$ref")
	if !strict.IsString(ref) || strings.Contains(ref.Value, "#") || strings.Contains(ref.Value, ":") {
		return l.file, n // a part of the schema, of a file, or of what refs gives a file
	}
	switch path := filepath.FromSlash(ref.Value); {
	case len(n.Content) > 2:
		l.fault(ref, "schema has keys beside the $ref to a file", "put them into the file, or write the schema inline")
	case filepath.IsAbs(path) || path == "":
		l.fault(ref, "the file of schema must be named relative to the contract's folder", "")
	default:
		file := filepath.Join(l.dir, path)
		if _, err := strict.ReadFile(file); err != nil {
			l.fault(ref, "cannot read the schema's file "+strict.Show(ref)+": "+reason(err), "the path is taken from the contract's folder")
			return "", nil
		}
		return file, l.read(file)
	}
	return "", nil
}

// compile compiles the schema, and takes the contract's hash. name is the contract's as it is written.
func (l *loader) compile(file string, schema *yaml.Node, name string, format bool) {
	if l.opt.FormatAssertion != nil {
		format = *l.opt.FormatAssertion
	}
	l.docs = newDocuments(filepath.Dir(file), l.opt.Refs)
	opt := Options{Draft: l.opt.Draft, FormatAssertion: format, Load: l.docs.load}
	var columns []*yaml.Node
	for _, n := range l.columns {
		if throughArray(schema, n.Value) {
			l.fault(n, strict.Show(n)+" leads through an array, whose elements have no column of their own", "point at a value that every record has once")
			continue
		}
		columns = append(columns, n)
		if !slices.Contains(opt.Columns, n.Value) {
			opt.Columns = append(opt.Columns, n.Value)
		}
	}
	l.compiled = schemaFile{file, schema, opt}
	program, faults := Compile(file, schema, opt)
	l.faults = append(l.faults, faults...)
	if faults.Err() == nil && program != nil {
		l.checkColumns(program, columns)
	}
	l.c.Program = program
	l.c.Hash = hashContract(l.c, name, schema, opt, l.docs.loaded())
}

// checkColumns finds the pointers that the compiled schema has no column for: what leads through an array, or into what
// can be no object, or to what the schema forbids, a misspelt name most likely.
func (l *loader) checkColumns(p *Program, columns []*yaml.Node) {
	for _, n := range columns {
		if _, _, ok := p.Column(n.Value); !ok {
			fix := strict.Suggest(n.Value, p.pointers())
			if fix == "" || !strings.HasPrefix(fix, "did you mean") {
				fix = "point at a value that the schema has room for, and that is reached through objects alone"
			}
			l.fault(n, "the schema gives "+strict.Show(n)+" no column", fix)
		}
	}
}
