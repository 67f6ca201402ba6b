package sensitive

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/winnow-data/winnow"
)

// examples reads a detector's testdata: the documents with their marks, those to flag and those to pass.
func examples(t testing.TB, typ string) (flag, pass []string) {
	t.Helper()
	a, err := txtar.ParseFile(filepath.Join("testdata", typ+".txtar"))
	if err != nil {
		t.Fatalf("detector %s has no examples: %v", typ, err)
	}
	for _, f := range a.Files {
		lines := strings.Split(strings.TrimSuffix(string(f.Data), "\n"), "\n")
		switch f.Name {
		case "flag":
			flag = lines
		case "pass":
			pass = lines
		}
	}
	if len(flag) < 5 || len(pass) < 5 {
		t.Fatalf("detector %s has %d examples to flag and %d to pass: give at least 5 of each", typ, len(flag), len(pass))
	}
	return flag, pass
}

// marked takes the marks out of an example and gives what they stand around.
func marked(typ, line string) (doc string, spans []winnow.Span) {
	var b strings.Builder
	for _, piece := range strings.SplitAfter(line, "«") {
		in, rest, ok := strings.Cut(piece, "»")
		if ok {
			spans = append(spans, winnow.Span{Type: typ, Start: b.Len(), End: b.Len() + len(in)})
			b.WriteString(in)
			piece = rest
		}
		b.WriteString(strings.TrimSuffix(piece, "«"))
	}
	return b.String(), spans
}

func TestExamples(t *testing.T) {
	s := NewScanner()
	for _, d := range Detectors() {
		t.Run(d.Type, func(t *testing.T) {
			flag, pass := examples(t, d.Type)
			for _, line := range flag {
				doc, want := marked(d.Type, line)
				if len(want) == 0 {
					t.Errorf("%s: nothing marked", line)
				}
				if got := only(d.Type, s.Scan([]byte(doc), nil)); !slices.Equal(got, want) {
					t.Errorf("%s:\n got %v\nwant %v", line, got, want)
				}
			}
			for _, doc := range pass {
				if got := only(d.Type, s.Scan([]byte(doc), nil)); len(got) > 0 {
					t.Errorf("%s: got %v, want nothing", doc, got)
				}
			}
		})
	}
}

func only(typ string, spans []winnow.Span) []winnow.Span {
	return slices.DeleteFunc(spans, func(s winnow.Span) bool { return s.Type != typ })
}
