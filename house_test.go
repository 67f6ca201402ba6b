package winnow_test

import (
	"go/ast"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The budgets. What does not fit is two things: split it.
const (
	maxFileLines = 500
	maxFuncLines = 80
	maxMethods   = 3
)

func TestBudgets(t *testing.T) {
	for _, f := range parseAll(t) {
		if f.lines > maxFileLines {
			t.Errorf("%s has %d lines, more than %d", f.path, f.lines, maxFileLines)
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				if lines := f.line(n.End()) - f.line(n.Pos()) + 1; lines > maxFuncLines && !table(n) {
					t.Errorf("%s:%d: %s has %d lines, more than %d", f.path, f.line(n.Pos()), n.Name.Name, lines, maxFuncLines)
				}
			case *ast.InterfaceType:
				if n.Methods.NumFields() > maxMethods {
					t.Errorf("%s:%d: an interface with %d methods, more than %d", f.path, f.line(n.Pos()), n.Methods.NumFields(), maxMethods)
				}
			}
			return true
		})
	}
}

// table says that a function is no more than a switch from keys to values: a table that the compiler checks, and as long as
// what it lists.
func table(fn *ast.FuncDecl) bool {
	if fn.Body == nil || len(fn.Body.List) == 0 || len(fn.Body.List) > 2 {
		return false
	}
	sw, ok := fn.Body.List[0].(*ast.SwitchStmt)
	if !ok {
		return false
	}
	for _, s := range sw.Body.List {
		clause, ok := s.(*ast.CaseClause)
		if !ok || len(clause.Body) != 1 {
			return false
		}
		if _, ok := clause.Body[0].(*ast.ReturnStmt); !ok {
			return false
		}
	}
	return true
}

func TestForbiddenCalls(t *testing.T) {
	for _, f := range parseAll(t) {
		start := f.layer() == "cmd" || f.ast.Name.Name == "main"
		ast.Inspect(f.ast, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			pkg, ok := sel.X.(*ast.Ident)
			if !ok {
				return true
			}
			switch call := pkg.Name + "." + sel.Sel.Name; {
			case f.test && call == "time.Sleep":
				t.Errorf("%s:%d: time.Sleep in a test: use testing/synctest, a channel, or a ticker with a deadline", f.path, f.line(n.Pos()))
			case !f.test && !start && (call == "context.Background" || call == "context.TODO"):
				t.Errorf("%s:%d: %s: take the caller's context", f.path, f.line(n.Pos()), call)
			}
			return true
		})
		for _, d := range f.ast.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
				t.Errorf("%s:%d: func init: wiring is by hand, in cmd", f.path, f.line(fn.Pos()))
			}
		}
	}
}

// TestEveryPackageSaysItsJob wants a package comment, and exactly one, in every package that is not only tests.
func TestEveryPackageSaysItsJob(t *testing.T) {
	comments, packages := map[string]int{}, map[string]bool{}
	for _, f := range parseAll(t) {
		if f.test || f.layer() == "internal/deps" {
			continue
		}
		dir := path.Dir(f.path)
		packages[dir] = true
		if f.ast.Doc == nil {
			continue
		}
		comments[dir]++
		want := "Package " + f.ast.Name.Name + " "
		if f.ast.Name.Name == "main" {
			want = "Command " + path.Base(dir) + " "
		}
		if text := f.ast.Doc.Text(); !strings.HasPrefix(text, want) {
			t.Errorf("%s: the package comment does not start with %q", f.path, want)
		}
	}
	for dir := range packages {
		if comments[dir] != 1 {
			t.Errorf("package %s has %d package comments, want 1", dir, comments[dir])
		}
	}
}

func TestExportedNamesAreDocumented(t *testing.T) {
	for _, f := range parseAll(t) {
		if f.test || f.ast.Name.Name == "main" {
			continue
		}
		for _, d := range f.ast.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if ok && fn.Name.IsExported() && fn.Doc == nil && receiverExported(fn) && !selfEvident(fn.Name.Name) {
				t.Errorf("%s:%d: %s has no comment", f.path, f.line(fn.Pos()), fn.Name.Name)
			}
		}
	}
}

func receiverExported(fn *ast.FuncDecl) bool {
	if fn.Recv == nil {
		return true
	}
	typ := fn.Recv.List[0].Type
	if star, ok := typ.(*ast.StarExpr); ok {
		typ = star.X
	}
	id, ok := typ.(*ast.Ident)
	return ok && id.IsExported()
}

// selfEvident says that a method's meaning is the standard library's.
func selfEvident(name string) bool {
	switch name {
	case "String", "Error", "Unwrap", "Is", "MarshalJSON", "UnmarshalJSON", "Len", "Less", "Swap":
		return true
	}
	return false
}

// TestNoMachine keeps paths of one machine out of everything that is committed.
func TestNoMachine(t *testing.T) {
	path := regexp.MustCompile(`(^|[^a-zA-Z0-9_.~/-])/(` + strings.Join([]string{"work", "root", "farm", "home", "Users"}, "|") + `)/`)
	for _, name := range tree(t, ".go", ".md", ".yaml", ".yml", ".json", ".txtar", ".sh", "Makefile", "Dockerfile", ".ci/run", "run-kafka", "need") {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(text), "\n") {
			if path.MatchString(line) {
				t.Errorf("%s:%d: a path of one machine: %s", name, i+1, strings.TrimSpace(line))
			}
		}
	}
}

var mdLink = regexp.MustCompile(`\]\(([^)\s]+)\)`)

// TestLinksResolve checks every relative link of every page.
func TestLinksResolve(t *testing.T) {
	for _, name := range tree(t, ".md") {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range mdLink.FindAllStringSubmatch(string(text), -1) {
			target, _, _ := strings.Cut(m[1], "#")
			if target == "" || strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
				continue
			}
			if _, err := os.Stat(filepath.Join(filepath.Dir(name), target)); err != nil {
				t.Errorf("%s: link to %s: %v", name, m[1], err)
			}
		}
	}
}
