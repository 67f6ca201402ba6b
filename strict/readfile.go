package strict

import (
	"io"
	"os"
)

// ReadFile reads a file of at most the size that Parse accepts, and of a larger one just enough for Parse to refuse it. Its errors are
// those of os.Open and of reading.
func ReadFile(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // nothing was written
	return io.ReadAll(io.LimitReader(f, maxSize+16))
}
