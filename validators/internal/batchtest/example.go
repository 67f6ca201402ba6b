package batchtest

import (
	"fmt"
	"path"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
	"golang.org/x/tools/txtar"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/schemas"
	"github.com/winnow-data/winnow/strict"
)

// Examples reads the cases of a rule from its file in dir. A case NAME is three files: NAME/rule, the entry of a
// contract; NAME/schema; and NAME/records, of whose lines each is one of
//
//	flag JSON            a record that the rule must flag
//	pass JSON            a record that it must not flag
//	at TIME JSON         a record of a window rule, with its event time in milliseconds
//	window RECORDS FIRST a window that must be found
func Examples(tb testing.TB, dir, rule string) []Example {
	tb.Helper()
	a, err := txtar.ParseFile(path.Join(dir, rule+".txtar"))
	if err != nil {
		tb.Fatalf("the rule %s has no examples: %v", rule, err)
	}
	var examples []Example
	for _, f := range a.Files {
		name, part := path.Split(f.Name)
		if len(examples) == 0 || examples[len(examples)-1].Name != name {
			examples = append(examples, Example{Name: name})
		}
		e := &examples[len(examples)-1]
		switch part {
		case "rule":
			e.Rule = string(f.Data)
		case "schema":
			e.Schema = string(f.Data)
		case "records":
			if err := e.records(string(f.Data)); err != nil {
				tb.Fatalf("%s: %s: %v", rule, name, err)
			}
		default:
			tb.Fatalf("%s: no file of an example is called %s", rule, f.Name)
		}
	}
	return examples
}

func (e *Example) records(data string) error {
	for line := range strings.Lines(data) {
		verb, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		offset := int64(len(e.Docs))
		at := offset
		switch verb {
		case "":
			continue
		case "flag":
			e.Flagged = append(e.Flagged, offset)
		case "pass":
		case "at":
			var text string
			var err error
			text, rest, _ = strings.Cut(rest, " ")
			if at, err = strconv.ParseInt(text, 10, 64); err != nil {
				return err
			}
		case "window":
			var w Window
			if _, err := fmt.Sscan(rest, &w.Records, &w.First); err != nil {
				return err
			}
			e.Windows = append(e.Windows, w)
			continue
		default:
			return fmt.Errorf("a line begins with %q", verb)
		}
		e.Docs, e.Times = append(e.Docs, rest), append(e.Times, at)
	}
	return nil
}

// Spec reads an entry of a contract's rules as the contract's loader does, as line 1, column 3 of contract.yaml.
func Spec(tb testing.TB, rule string) schemas.RuleSpec {
	tb.Helper()
	list, faults := strict.Parse("contract.yaml", []byte("- "+rule))
	if err := faults.Err(); err != nil {
		tb.Fatal(err)
	}
	n := list.Content[0]
	s := schemas.RuleSpec{File: "contract.yaml", Node: n}
	text := func(key string) string {
		if v := strict.Get(n, key); v != nil {
			return v.Value
		}
		return ""
	}
	s.Rule, s.Name, s.Pointer, s.OnFail = text("rule"), text("name"), text("pointer"), winnow.OnFail(text("on_fail"))
	return s
}

// Pointers lists all pointers that a rule names.
func Pointers(spec schemas.RuleSpec) []string {
	var pointers []string
	if spec.Pointer != "" {
		pointers = append(pointers, spec.Pointer)
	}
	if keys := strict.Get(spec.Node, "keys"); keys != nil && keys.Kind == yaml.SequenceNode {
		for _, k := range keys.Content {
			pointers = append(pointers, k.Value)
		}
	}
	return pointers
}
