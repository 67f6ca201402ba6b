package loadgen

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/winnow-data/winnow/testdata/demo"
)

// ContractFiles are the contract that a Generator's good records keep, and the files that it names.
func ContractFiles() fs.FS { return demo.Files }

// WriteContract writes the demo's contract, and the schema that it names, into a folder, and returns the contract's file. Files of the same
// names are replaced.
func WriteContract(dir string) (file string, err error) {
	entries, err := demo.Files.ReadDir(".")
	if err != nil {
		return "", fmt.Errorf("cannot read the demo's contract: %w", err)
	}
	for _, e := range entries {
		data, err := demo.Files.ReadFile(e.Name())
		if err != nil {
			return "", fmt.Errorf("cannot read the demo's contract: %w", err)
		}
		if err := os.WriteFile(filepath.Join(dir, e.Name()), data, 0o644); err != nil {
			return "", fmt.Errorf("cannot write the demo's contract: %w", err)
		}
	}
	return filepath.Join(dir, demo.ContractFile), nil
}
