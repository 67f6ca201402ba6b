package schemas

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/strict"
)

// A Ref gives the documents whose addresses begin with Prefix local files: nothing is ever fetched. Where Path is a folder, what
// follows the prefix is the way within it; where it is a file, Prefix is that one document's whole address.
type Ref struct {
	Prefix string // an absolute URI (RFC 3986, section 4.3)
	Path   string // as the process sees it
}

// The bounds of what a schema may refer to: documents, and bytes in all.
const (
	maxDocuments     = 1000
	maxDocumentBytes = 16 << 20
)

// newRef checks a prefix and the path that it stands for, and says what is wrong with the one or the other.
func newRef(prefix, file string) (Ref, error) {
	uri, err := url.Parse(prefix)
	if err != nil || !uri.IsAbs() || strings.Contains(prefix, "#") {
		return Ref{}, fmt.Errorf("%q is no absolute address without a fragment, such as https://example.org/schemas/", prefix)
	}
	info, err := os.Stat(file)
	if err != nil {
		return Ref{}, fmt.Errorf("cannot read %s: %s", file, reason(err))
	}
	r := Ref{Prefix: uri.String(), Path: file}
	switch open := strings.HasSuffix(r.Prefix, "/") || strings.HasSuffix(r.Prefix, ":"); {
	case info.IsDir() && !open:
		r.Prefix += "/" // or it would lend its files to its neighbours: example.org to example.organic
	case !info.IsDir() && open:
		return Ref{}, fmt.Errorf("%s is no folder, which an address that ends in %q needs", file, prefix[len(prefix)-1:])
	case !info.IsDir() && !info.Mode().IsRegular():
		return Ref{}, fmt.Errorf("%s is neither a folder nor a file", file)
	}
	return r, nil
}

// ParseRef reads PREFIX=PATH, as command lines have it. The path must be there.
func ParseRef(s string) (Ref, error) {
	prefix, file, found := strings.Cut(s, "=")
	if !found || prefix == "" || file == "" {
		return Ref{}, fmt.Errorf("%q is not like https://example.org/=schemas/", s)
	}
	return newRef(prefix, file)
}

// refMap is the key refs.
type refMap struct{ node *yaml.Node }

// UnmarshalStrict takes a mapping of strings; what they mean is looked at when the contract's folder is known.
func (m *refMap) UnmarshalStrict(n *yaml.Node) error {
	if n.Kind != yaml.MappingNode {
		return errors.New("must be a mapping of addresses to folders and files")
	}
	var texts map[string]string
	if faults := strict.Decode("", n, &texts); len(faults) > 0 {
		return faults
	}
	m.node = n
	return nil
}

// DescribeStrict says what it is.
func (m *refMap) DescribeStrict() strict.Key {
	return strict.Key{Type: "map", Elem: &strict.Key{Type: "string"}}
}

// refs notes the contract's own.
func (l *loader) refs(m refMap) {
	if m.node == nil {
		return
	}
	for key, value := range pairs(m.node) {
		file := filepath.FromSlash(value.Value)
		if !filepath.IsAbs(file) {
			file = filepath.Join(l.dir, file)
		}
		r, err := newRef(key.Value, file)
		if err != nil {
			l.fault(key, err.Error(), "write refs like {\"https://example.org/\": schemas/}, with paths from the contract's folder")
			continue
		}
		l.refAt[r] = key
		l.opt.Refs = append(l.opt.Refs, r)
	}
}

// documents are the files that a schema may refer to.
type documents struct {
	dir   string // of the schema's own file
	refs  []Ref  // the longest prefix first
	known map[string]*yaml.Node
	files map[string]string // of the documents that were loaded, by URI
	used  map[Ref]bool
	size  int
}

func newDocuments(dir string, refs []Ref) *documents {
	d := &documents{dir: dir, refs: slices.Clone(refs), known: make(map[string]*yaml.Node), files: make(map[string]string), used: make(map[Ref]bool)}
	slices.SortStableFunc(d.refs, func(a, b Ref) int { return cmp.Compare(len(b.Prefix), len(a.Prefix)) })
	return d
}

// load is Options.Load. A fault without a file is one of the place that refers to the document.
func (d *documents) load(uri string) (file string, schema *yaml.Node, faults winnow.Faults) {
	if n, met := d.known[uri]; met {
		if n == nil && d.files[uri] != "" {
			return "", nil, winnow.Faults{{Problem: d.files[uri] + " cannot be used", Fix: "mend that file"}}
		}
		return d.files[uri], n, nil
	}
	d.known[uri] = nil
	file, faults = d.find(uri)
	if file == "" {
		return "", nil, faults
	}
	if len(d.files) >= maxDocuments {
		return "", nil, winnow.Faults{{Problem: fmt.Sprintf("the schema refers to more than %d documents", maxDocuments)}}
	}
	d.files[uri] = file
	data, err := strict.ReadFile(file)
	if err != nil {
		return "", nil, winnow.Faults{{Problem: "cannot read " + file + ": " + reason(err)}}
	}
	if d.size += len(data); d.size > maxDocumentBytes {
		return "", nil, winnow.Faults{{Problem: "the documents that the schema refers to are larger than " + strict.Size(maxDocumentBytes).String() + " in all"}}
	}
	schema, faults = strict.Parse(file, data)
	d.known[uri] = schema
	return file, schema, faults
}

// find gives the file of the document at uri: by the longest prefix, or, for a name relative to the schema's own, in its folder.
func (d *documents) find(uri string) (string, winnow.Faults) {
	for _, r := range d.refs {
		rest, ok := strings.CutPrefix(uri, r.Prefix)
		if !ok {
			continue
		}
		d.used[r] = true
		if r.Prefix[len(r.Prefix)-1] == '/' || r.Prefix[len(r.Prefix)-1] == ':' {
			return within(r.Path, rest, "that folder is where refs has "+r.Prefix)
		}
		if rest == "" {
			return r.Path, nil
		}
	}
	if rest, ok := strings.CutPrefix(uri, fileScheme+":///"); ok {
		return within(d.dir, rest, "a $ref without a scheme is taken from the schema's own folder; what lies elsewhere needs an address and refs")
	}
	return "", nil
}

// within gives the file that an escaped path leads to in dir; what leads out of it is refused. Symbolic links are the
// folder's own affair.
func within(dir, escaped, fix string) (string, winnow.Faults) {
	name, err := url.PathUnescape(escaped)
	if err != nil || !fs.ValidPath(name) || name == "." || !filepath.IsLocal(filepath.FromSlash(name)) {
		return "", winnow.Faults{{Problem: fmt.Sprintf("%q is no file's name within %s", escaped, dir), Fix: fix}}
	}
	for _, ext := range []string{"", ".json", ".yaml"} {
		file := filepath.Join(dir, filepath.FromSlash(name)+ext)
		if info, err := os.Stat(file); err == nil && info.Mode().IsRegular() {
			return file, nil
		}
	}
	problem := "there is no file " + filepath.Join(dir, filepath.FromSlash(name))
	if filepath.Ext(name) == "" {
		problem += ", nor one with .json or .yaml"
	}
	return "", winnow.Faults{{Problem: problem, Fix: fix}}
}

// loaded gives the documents that were loaded, by URI.
func (d *documents) loaded() map[string]*yaml.Node {
	all := make(map[string]*yaml.Node)
	for uri, n := range d.known {
		if n != nil {
			all[uri] = n
		}
	}
	return all
}
