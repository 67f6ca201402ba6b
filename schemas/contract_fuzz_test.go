package schemas

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/winnow-data/winnow/strict"
)

// FuzzContract loads any bytes as a contract: nothing panics, what is refused is refused with words, and what is taken is whole.
func FuzzContract(f *testing.F) {
	archives, err := filepath.Glob("../testdata/contracts/*.txtar")
	if err != nil || len(archives) == 0 {
		f.Fatalf("no archives: %v", err)
	}
	for _, file := range archives {
		a, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(a.Files[0].Data)
	}
	good, err := os.ReadFile("../testdata/contracts/good.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(strings.Replace(string(good), "{$ref: good.schema.json}", hashedSchema, 1)))
	dir := f.TempDir() // holds no schema's file
	f.Fuzz(func(t *testing.T, data []byte) {
		n, faults := strict.Parse("f", data)
		l := &loader{file: "f", dir: dir, c: &Contract{File: "f"}, faults: faults}
		c, faults := l.load(n)
		if c == nil && faults.Err() == nil {
			t.Fatal("neither a contract nor a fault")
		}
		if faults.Err() == nil && (c.Program == nil || len(c.Hash) != 71 || c.Name == "" || !c.Sensitive.Off && c.Sensitive.Default == "") {
			t.Fatalf("taken, and not whole: %+v", c)
		}
	})
}
