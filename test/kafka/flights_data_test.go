//go:build kafka

package kafka

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"
)

const flightsTestdata = "../../testdata/flights"

// missing is the team or the user of a record that has none.
const missing = "unknown"

// flights are the records of a flights file, and what must become of them by a count of our own.
type flights struct {
	records []*kgo.Record
	carrier []string // by record
	user    []string // by record: the tailnum, or missing
	bad     []bool   // by record: arr_delay is null

	failed  int64
	teams   map[string]count
	tailnum map[string]bool
}

// count is what /api/v1/errors says of a key.
type count struct{ records, errors int64 }

// loadFlights reads all of 2013 from WINNOW_SUITES where that is set, or else the three days of testdata. Each flight is keyed by
// its carrier and dealt to the partitions in file order.
func loadFlights(t *testing.T, partitions int32) *flights {
	t.Helper()
	dir := flightsTestdata
	if suites := os.Getenv("WINNOW_SUITES"); suites != "" {
		dir = filepath.Join(suites, "flights")
	} else {
		t.Log("WINNOW_SUITES is unset: three days of flights, not the whole year")
	}
	file, err := os.Open(filepath.Join(dir, "flights.ndjson.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	zip, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	f := &flights{teams: map[string]count{}, tailnum: map[string]bool{}}
	lines := bufio.NewScanner(zip)
	for lines.Scan() {
		f.add(t, bytes.Clone(lines.Bytes()), partitions)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	f.knownFigures(t)
	return f
}

func (f *flights) add(t *testing.T, line []byte, partitions int32) {
	t.Helper()
	var v struct {
		Carrier  string
		Tailnum  *string
		ArrDelay *float64 `json:"arr_delay"`
	}
	if err := json.Unmarshal(line, &v); err != nil {
		t.Fatal(err)
	}
	user := missing
	if v.Tailnum != nil {
		user = *v.Tailnum
	}
	n := len(f.records)
	f.records = append(f.records, &kgo.Record{
		Topic: "flights", Partition: int32(n) % partitions, Key: []byte(v.Carrier), Value: line,
		Headers: []kgo.RecordHeader{{Key: "source", Value: []byte("bts")}, {Key: "source", Value: nil}, {Key: "", Value: []byte{0, 0xff}}},
	})
	f.carrier, f.user, f.bad = append(f.carrier, v.Carrier), append(f.user, user), append(f.bad, v.ArrDelay == nil)
	f.tailnum[user] = true
	c := f.teams[v.Carrier]
	c.records++
	if v.ArrDelay == nil {
		c.errors++
		f.failed++
	}
	f.teams[v.Carrier] = c
}

// knownFigures holds the count against figures that were counted with another tool.
func (f *flights) knownFigures(t *testing.T) {
	t.Helper()
	switch n := len(f.records); {
	case n == 336_776 && f.failed == 9_430 && f.teams["EV"] == count{54_173, 3_065} && f.teams["HA"] == count{342, 0}:
	case n == 2_546 && f.failed == 875 && f.teams["UA"] == count{431, 147}:
	default:
		t.Fatalf("%d flights, %d without arr_delay, EV %v: not the file that this test knows", n, f.failed, f.teams["EV"])
	}
}

// badRecords gives the failing flights by id, once they have offsets.
func (f *flights) badRecords() map[string]*kgo.Record {
	m := map[string]*kgo.Record{}
	for i, r := range f.records {
		if f.bad[i] {
			m[recordID(r)] = r
		}
	}
	return m
}

// flightsContract is the contract that the tutorial uses.
func flightsContract(t *testing.T) map[string]string {
	t.Helper()
	m := map[string]string{}
	for _, name := range []string{"flights.yaml", "flights.schema.json"} {
		m[name] = string(mustRead(t, filepath.Join(flightsTestdata, "contracts", name)))
	}
	return m
}
