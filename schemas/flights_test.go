package schemas_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"testing"
)

const flightsSchema = `{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "required": ["year", "month", "day", "carrier", "flight", "origin", "dest", "distance", "time_hour"],
  "additionalProperties": false,
  "properties": {
    "year": {"const": 2013, "type": "integer"},
    "month": {"type": "integer", "minimum": 1, "maximum": 12},
    "day": {"type": "integer", "minimum": 1, "maximum": 31},
    "dep_time": {"type": ["integer", "null"], "minimum": 0, "maximum": 2400},
    "sched_dep_time": {"type": "integer", "minimum": 0, "maximum": 2400},
    "dep_delay": {"type": ["integer", "null"]},
    "arr_time": {"type": ["integer", "null"], "minimum": 0, "maximum": 2400},
    "sched_arr_time": {"type": "integer", "minimum": 0, "maximum": 2400},
    "arr_delay": {"type": ["integer", "null"]},
    "carrier": {"type": "string", "pattern": "^[A-Z0-9]{2}$"},
    "flight": {"type": "integer", "minimum": 1},
    "tailnum": {"type": ["string", "null"], "maxLength": 6},
    "origin": {"type": "string", "enum": ["EWR", "LGA", "JFK"]},
    "dest": {"type": "string", "minLength": 3, "maxLength": 3},
    "air_time": {"type": ["number", "null"], "minimum": 0},
    "distance": {"type": "number", "exclusiveMinimum": 0},
    "hour": {"type": "integer", "minimum": 0, "maximum": 23},
    "minute": {"type": "integer", "minimum": 0, "maximum": 59},
    "time_hour": {"type": "string", "format": "date-time"}
  }
}`

// flights reads the first n flights of the outside suites.
func flights(t testing.TB, n int) (docs [][]byte) {
	t.Helper()
	f, err := os.Open(filepath.Join(suites(t), "flights", "flights.ndjson.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(z)
	for len(docs) < n && lines.Scan() {
		docs = append(docs, bytes.Clone(lines.Bytes()))
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return docs
}
