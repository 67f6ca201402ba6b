package config

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"github.com/winnow-data/winnow/schemas"
	"github.com/winnow-data/winnow/strict"
)

var update = flag.Bool("update", false, "write docs/reference anew")

// TestReference fails when the generated documents are not what the code says.
func TestReference(t *testing.T) {
	for name, want := range map[string][]byte{
		"config.md":            Reference(),
		"pipeline.schema.json": PipelineSchema(),
		"contract.schema.json": ContractSchema(),
	} {
		file := filepath.Join("..", "docs", "reference", name)
		if *update {
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, want, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(file)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is stale (%v): run go test ./config -run TestReference -update", file, err)
		}
	}
}

// Every key must say what it means.
func TestKeysAreDescribed(t *testing.T) {
	var walk func(path string, keys []strict.Key)
	walk = func(path string, keys []strict.Key) {
		for _, k := range keys {
			if len(k.Doc) < 10 || !strings.HasSuffix(k.Doc, ".") || k.Type == "" {
				t.Errorf("%s%s: %q is no description", path, k.Name, k.Doc)
			}
			walk(path+k.Name+".", k.Keys)
		}
	}
	walk("pipeline: ", Keys())
	walk("contract: ", schemas.ContractKeys())
}

// A file that Load takes is valid by the schema for editors, and the schema finds the faults that a schema can find.
func TestEditorSchemas(t *testing.T) {
	pipeline, contract := compile(t, PipelineSchema()), compile(t, ContractSchema())
	for _, c := range []struct {
		schema *jsonschema.Schema
		file   string
	}{
		{pipeline, "../testdata/config/good.yaml"},
		{pipeline, "../testdata/config/small.json"},
		{contract, "../testdata/contracts/good.yaml"},
	} {
		data, err := os.ReadFile(c.file)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.schema.Validate(value(t, string(data))); err != nil {
			t.Errorf("%s: %v", c.file, err)
		}
	}
	for _, c := range []struct {
		schema *jsonschema.Schema
		text   string
	}{
		{pipeline, "kafka: {brokers: [a:1]}"},
		{pipeline, "kafka: {brokers: [a:1], brokerz: []}\ncontracts: [a]"},
		{pipeline, "kafka: {brokers: [a:1], start: now}\ncontracts: [a]"},
		{pipeline, "kafka: {brokers: [a:1]}\ncontracts: [a]\nlimits: {record: 16 apples}"},
		{pipeline, "kafka: {brokers: [a:1]}\ncontracts: [a]\nflight: a:1"},
		{pipeline, "kafka: {brokers: [a:1]}\ncontracts: [a]\nfeeds: [{name: f}]"},
		{pipeline, "kafka: {brokers: [a:1]}\ncontracts: [a]\nfeeds: [{name: f, topics: [t], require: some}]"},
		{pipeline, "kafka: {brokers: [a:1]}\ncontracts: [a]\nfeeds: [{name: f, topics: [t], simulate: {tpu: v3}}]"},
		{pipeline, "kafka: {brokers: [a:1]}\ncontracts: [a]\nfeeds: [{name: f, topics: [t], batch: {record: 1}}]"},
		{pipeline, "kafka: {brokers: [a:1], session_timeout: 30}\ncontracts: [a]"},
		{contract, "schema: true"},
		{contract, "winnow: 2\nschema: true"},
		{contract, "winnow: 1\nschema: true\nteam: {pointer: /a, header: b}"},
		{contract, "winnow: 1\nschema: true\nsensitive: on"},
		{contract, "winnow: 1\nschema: true\nsensitive: {types: {nonsense: mask}}"},
		{contract, "winnow: 1\nschema: true\nrules: [{pointer: /a}]"},
	} {
		if err := c.schema.Validate(value(t, c.text)); err == nil {
			t.Errorf("the schema takes\n%s", c.text)
		}
	}
}

func compile(t *testing.T, schema []byte) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("s.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("s.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func value(t *testing.T, text string) any {
	t.Helper()
	var v any
	if err := yaml.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	return v
}
