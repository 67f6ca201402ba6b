package sensitive

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// labelled is a document of the presidio-research data, with what is in it.
type labelled struct {
	Text  string `json:"full_text"`
	Spans []struct {
		Type  string `json:"entity_type"`
		Value string `json:"entity_value"`
	} `json:"spans"`
}

// TestLabelled holds the detectors to what they find, and find wrongly, in 1,500 labelled documents.
func TestLabelled(t *testing.T) {
	dir := os.Getenv("WINNOW_SUITES")
	if dir == "" {
		t.Skip("WINNOW_SUITES is not set: the labelled documents were NOT scanned")
	}
	raw, err := os.ReadFile(filepath.Join(dir, "pii", "synth_dataset_v2.json"))
	if err != nil {
		t.Fatal(err)
	}
	var docs []labelled
	if err := json.Unmarshal(raw, &docs); err != nil {
		t.Fatal(err)
	}
	type score struct{ labels, found, wrong int }
	scores := map[string]*score{}
	for _, typ := range Types() {
		scores[typ] = &score{}
	}
	ours := map[string]string{"CREDIT_CARD": CreditCard, "IBAN_CODE": IBAN, "US_SSN": USSSN, "EMAIL_ADDRESS": Email}
	s := NewScanner()
	for _, d := range docs {
		var want []finding
		for _, l := range d.Spans {
			if typ := ours[l.Type]; typ != "" {
				want = append(want, finding{typ, l.Value})
				scores[typ].labels++
			}
		}
		record, err := json.Marshal(map[string]any{"id": 7, "text": d.Text, "lang": "en"})
		if err != nil {
			t.Fatal(err)
		}
		for _, got := range findings(t, s, record) {
			if i := slices.Index(want, got); i >= 0 {
				scores[got.typ].found++
				want = slices.Delete(want, i, i+1)
			} else {
				scores[got.typ].wrong++
			}
		}
	}
	for typ, floor := range map[string]score{CreditCard: {136, 130, 1}, IBAN: {21, 21, 0}, USSSN: {16, 16, 0}, Email: {49, 49, 0}} {
		got := *scores[typ]
		t.Logf("%-12s recall %d/%d = %.3f, precision %d/%d = %.3f", typ, got.found, got.labels, ratio(got.found, got.labels),
			got.found, got.found+got.wrong, ratio(got.found, got.found+got.wrong))
		if got.labels != floor.labels || got.found < floor.found || got.wrong > floor.wrong {
			t.Errorf("%s: %+v, want at least %+v", typ, got, floor)
		}
	}
}

func ratio(a, b int) float64 { return float64(a) / float64(b) }

// A finding is a span as a person sees it: its text, without escapes.
type finding struct{ typ, text string }

func findings(t testing.TB, s *Scanner, doc []byte) []finding {
	t.Helper()
	var fs []finding
	for _, span := range s.Scan(doc, nil) {
		var text string
		if err := json.Unmarshal([]byte(`"`+string(doc[span.Start:span.End])+`"`), &text); err != nil {
			t.Errorf("the %s at %d to %d is no piece of a JSON string: %v", span.Type, span.Start, span.End, err)
		}
		fs = append(fs, finding{span.Type, text})
	}
	return fs
}

// TestRealData scans records that were never labelled: flights have no sensitive data at all, webhooks have addresses
// alone.
func TestRealData(t *testing.T) {
	dir := os.Getenv("WINNOW_SUITES")
	if dir == "" {
		t.Skip("WINNOW_SUITES is not set: the real records were NOT scanned")
	}
	s := NewScanner()
	flights := 0
	eachLine(t, filepath.Join(dir, "flights", "flights.ndjson.gz"), func(doc []byte) {
		flights++
		if spans := s.Scan(doc, nil); len(spans) > 0 {
			t.Errorf("flight %d: %v", flights, spans)
		}
	})
	addresses := 0
	eachLine(t, filepath.Join(dir, "github-webhooks", "events.ndjson"), func(doc []byte) {
		for _, f := range findings(t, s, doc) {
			if f.typ != Email || strings.HasPrefix(f.text, "git@") {
				t.Errorf("a webhook: %v", f)
			}
			addresses++
		}
	})
	if flights != 336_776 || addresses < 50 {
		t.Errorf("%d flights and %d addresses are too few", flights, addresses)
	}
}

func eachLine(t *testing.T, file string, f func([]byte)) {
	t.Helper()
	in, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	var r io.Reader = in
	if strings.HasSuffix(file, ".gz") {
		if r, err = gzip.NewReader(in); err != nil {
			t.Fatal(err)
		}
	}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		f(lines.Bytes())
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
}
