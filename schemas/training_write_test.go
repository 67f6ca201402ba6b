package schemas_test

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// TestWriteTrainingRecords writes the training records and their schema for what measures from outside of Go: schema.json and documents.ndjson
// into the folder WINNOW_TRAINING, WINNOW_TRAINING_RECORDS of them (100,000 if it is not set).
func TestWriteTrainingRecords(t *testing.T) {
	dir := os.Getenv("WINNOW_TRAINING")
	if dir == "" {
		t.Skip("WINNOW_TRAINING is not set: nothing to write")
	}
	n := 100_000
	if s := os.Getenv("WINNOW_TRAINING_RECORDS"); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil || n < 1 {
			t.Fatalf("WINNOW_TRAINING_RECORDS is %q, not a number of records", s)
		}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	d := decoder(t, trainingSchema)
	var lines []byte
	for _, record := range trainingRecords(n) {
		if reasons, _ := d.Decode(record, nil); len(reasons) > 0 {
			t.Fatalf("%s: %v", record, reasons)
		}
		d.Reset()
		lines = append(append(lines, record...), '\n')
	}
	for name, content := range map[string][]byte{"schema.json": []byte(trainingSchema), "documents.ndjson": lines} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil { //nolint:gosec // public
			t.Fatal(err)
		}
	}
}
