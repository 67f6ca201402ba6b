package winnow_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// A goFile is one parsed Go file of the module.
type goFile struct {
	path  string // from the module's root, with slashes
	test  bool
	lines int
	fset  *token.FileSet
	ast   *ast.File
}

func (f goFile) layer() string { return layerOf(path.Dir(f.path)) }

func (f goFile) imports() []string {
	var paths []string
	for _, imp := range f.ast.Imports {
		p, err := strconv.Unquote(imp.Path.Value)
		if err != nil {
			continue // the parser has refused it already
		}
		paths = append(paths, p)
	}
	return paths
}

func (f goFile) line(pos token.Pos) int { return f.fset.Position(pos).Line }

// parseAll parses every Go file of the module, whatever its build tags.
func parseAll(t *testing.T) []goFile {
	t.Helper()
	var files []goFile
	for _, name := range tree(t, ".go") {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, name, src, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, goFile{
			path: filepath.ToSlash(name), test: strings.HasSuffix(name, "_test.go"),
			lines: strings.Count(string(src), "\n"), fset: fset, ast: file,
		})
	}
	return files
}

// tree lists the repository's files that end in one of the suffixes, without what is built or hidden (but for .ci and .github).
func tree(t *testing.T, suffixes ...string) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			hidden := strings.HasPrefix(d.Name(), ".") && name != "." && name != ".ci" && name != ".github"
			if hidden || name == "bin" || name == "dist" {
				return filepath.SkipDir
			}
			return nil
		}
		for _, s := range suffixes {
			if strings.HasSuffix(name, s) {
				names = append(names, name)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(names) == 0 {
		t.Fatalf("no file ends in %v", suffixes)
	}
	return names
}
