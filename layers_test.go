package winnow_test

import (
	"maps"
	"path"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/winnow-data/winnow"

// layers says what each part of winnow may import of the rest, and why. A folder belongs to the longest name that it
// starts with; folders of one layer may import each other; what is not listed here is not allowed.
var layers = map[string]map[string]string{
	"": {}, // the root is the contract between the parts: it knows none of them
	"strict": {
		"": "its faults are winnow.Fault",
	},
	"wire": {
		"": "it hands out winnow.Record; Kafka below everything must not know what a contract is",
	},
	"schemas/format": {}, // pure functions of bytes
	"schemas/ecma":   {}, // regular expressions, and nothing else
	"schemas": {
		"":               "reasons and the columns' contract with the rules",
		"strict":         "contracts are YAML with places",
		"schemas/format": "the keyword format is checked by them",
		"schemas/ecma":   "patterns of JSON Schema",
	},
	"validators": {
		"":             "a rule is a winnow.Rule",
		"strict":       "a rule's own keys",
		"schemas":      "a rule binds to columns of a program",
		"schemas/ecma": "the rule regex runs its expression as patterns are run",
	},
	"config": {
		"":        "its faults are winnow.Fault",
		"strict":  "the pipeline file is YAML with places",
		"schemas": "the pipeline file names contracts",
		"tpu":     "a feed's simulated hosts are of a generation",
	},
	"tpu":               {}, // figures, and nothing else
	"pipeline/verdicts": {}, // the form of the verdict log: who reads it needs no gate
	"pipeline/judge": {
		"":        "reasons, rules and scanners",
		"schemas": "it decodes by a program",
		"wire":    "a team can be a record's header",
	},
	"pipeline": {
		"":                  "records and sinks",
		"schemas":           "the gate decodes by a program",
		"wire":              "the gate fetches and produces",
		"pipeline/judge":    "the gate judges",
		"pipeline/verdicts": "the gate writes the verdict log",
	},
	"sinks/quarantine": {
		"":        "it is a winnow.Sink",
		"schemas": "edits that keep a masked document JSON",
		"wire":    "the quarantine is a Kafka topic",
	},
	"sinks/feed": {
		"":                  "it keeps what the gate has judged",
		"schemas":           "columns of a contract's program",
		"wire":              "it reads verdicts and records from Kafka",
		"pipeline/judge":    "records that are read again are decoded, and the policy applied, as the gate did it",
		"pipeline/verdicts": "what to feed is what the verdict log says",
	},
	"loadgen": {
		"":         "reasons are what a planted fault expects",
		"schemas":  "load is made to a contract",
		"wire":     "load is produced to Kafka",
		"testdata": "the demo's contract",
		"tpu":      "the fleet's hosts are of a generation",
	},
	"api": {
		"":        "what it shows are reasons and records",
		"schemas": "names of contracts",
		"wire":    "record identities",
	},
	"dashboards": {}, // generated files, and the page: it knows metrics and the API by their names alone
	"testdata":   {}, // embedded files
	"cmd": { // the only place that wires everything
		"":                 "faults and sinks",
		"strict":           "prints faults with their places",
		"wire":             "makes the one Kafka client",
		"schemas":          "loads contracts",
		"validators":       "compiles rules",
		"config":           "reads the pipeline file",
		"pipeline":         "runs the gate",
		"pipeline/judge":   "compiles plans",
		"sinks/quarantine": "runs the review index",
		"sinks/feed":       "runs the feeds",
		"dashboards":       "the page",
		"loadgen":          "runs the load",
		"api":              "runs the API",
		"tpu":              "the demo's hosts are of a generation",
		"testdata":         "the demo's contract",
	},
	"internal/kafkaproc": {}, // a tool of the tests
	"internal/deps":      {},
	"test":               {"internal/kafkaproc": "tests against real Kafka"},
}

// outside restricts packages that are not ours to where their dangers are dealt with. .golangci.yml says the same for
// the editor.
var outside = map[string]struct {
	in  func(file goFile) bool
	why string
}{
	"github.com/xeipuuv/gojsonschema": {
		func(f goFile) bool { return f.layer() == "schemas" },
		"it can kill the process and its error text holds records' content",
	},
	"github.com/prometheus/client_golang": {
		func(f goFile) bool { return path.Base(f.path) == "metrics.go" || f.layer() == "cmd" },
		"each metric is bound once, in metrics.go",
	},
	"github.com/twmb/franz-go": {
		func(f goFile) bool {
			return f.layer() == "cmd" || strings.HasPrefix(f.layer(), "internal/") || f.layer() == "test"
		},
		"one Kafka client in production; franz-go is the tests' and the demo's",
	},
	"github.com/segmentio/kafka-go": {
		func(f goFile) bool {
			_, wired := layers[f.layer()]["wire"]
			return wired || f.layer() == "wire"
		},
		"who has no business with wire has none with Kafka",
	},
}

func TestLayers(t *testing.T) {
	for _, f := range parseAll(t) {
		// Tests may use a peer as their other end; internal/deps only keeps versions in go.mod.
		if f.test || f.layer() == "internal/deps" {
			continue
		}
		from, known := f.layer(), slices.Collect(maps.Keys(layers))
		if _, ok := layers[from]; !ok {
			t.Errorf("%s: folder %q is in no layer of %v", f.path, path.Dir(f.path), known)
			continue
		}
		for _, imp := range f.imports() {
			if rest, ours := strings.CutPrefix(imp, module); ours {
				to := layerOf(strings.TrimPrefix(rest, "/"))
				if _, ok := layers[from][to]; to != from && !ok {
					t.Errorf("%s imports %s: layer %q may only import %v", f.path, imp, from, layers[from])
				}
			}
			for pkg, rule := range outside {
				if within(imp, pkg) && !rule.in(f) {
					t.Errorf("%s imports %s: %s", f.path, imp, rule.why)
				}
			}
		}
	}
}

// TestLayersHaveNoCycle checks the table itself: an allowed import must never allow the way back.
func TestLayersHaveNoCycle(t *testing.T) {
	var reaches func(from, to string) bool
	reaches = func(from, to string) bool {
		for next := range layers[from] {
			if next == to || reaches(next, to) {
				return true
			}
		}
		return false
	}
	for layer, edges := range layers {
		if reaches(layer, layer) {
			t.Errorf("layer %q may import itself by a detour", layer)
		}
		for to, why := range edges {
			if why == "" {
				t.Errorf("%q -> %q has no reason", layer, to)
			}
		}
	}
}

func TestRootImportsArrowAlone(t *testing.T) {
	for _, f := range parseAll(t) {
		if f.layer() != "" || f.test {
			continue
		}
		for _, imp := range f.imports() {
			if strings.Contains(imp, ".") && !within(imp, "github.com/apache/arrow/go/v15/arrow") {
				t.Errorf("%s imports %s: the root imports nothing but Arrow", f.path, imp)
			}
		}
	}
}

// layerOf gives the longest layer that a folder of the module lies in; the folder itself if it is in none.
func layerOf(dir string) string {
	if dir == "." {
		dir = ""
	}
	for d := dir; d != "." && d != ""; d = path.Dir(d) {
		if _, ok := layers[d]; ok {
			return d
		}
	}
	return dir
}

func within(imp, pkg string) bool { return imp == pkg || strings.HasPrefix(imp, pkg+"/") }
