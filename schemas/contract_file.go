package schemas

import (
	"errors"
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/winnow-data/winnow/strict"
)

// contractFile is a contract as a file writes it.
type contractFile struct {
	Winnow          int             `yaml:"winnow" strict:"required" doc:"The version of the contract's form: 1."`
	Name            string          `yaml:"name" default:"the file's name" doc:"What verdicts, metrics and people call the contract: letters, digits, dots, underscores and hyphens."`
	Owner           Owner           `yaml:"owner" doc:"Who answers for the data."`
	Topics          []topicText     `yaml:"topics" doc:"The topics that it judges: names, or regular expressions (RE2) between slashes, which a whole name must match and which never match winnow's own topics (*.quarantine, *.verdicts, winnow.*, __*): \"/.*/\" is every topic but those."`
	Mode            string          `yaml:"mode" enum:"enforce,shadow" doc:"shadow judges, counts and shows, and quarantines nothing."`
	Team            source          `yaml:"team" default:"unknown" doc:"Where a record's team is read from."`
	User            source          `yaml:"user" default:"unknown" doc:"Where a record's user is read from; a number by its JSON text."`
	EventTime       timeSource      `yaml:"event_time" default:"the Kafka record's timestamp" doc:"Where the time that windows go by is read from."`
	Tombstones      string          `yaml:"tombstones" enum:"skip,quarantine" doc:"What becomes of a record whose value is null."`
	Schema          *yaml.Node      `yaml:"schema" strict:"required" doc:"The JSON Schema: inline, or {$ref: FILE} with a path from the contract's folder. Drafts 4, 6, 7, 2019-09 and 2020-12, by its $schema; 2020-12 where it names none."`
	Refs            refMap          `yaml:"refs" doc:"Local files for the addresses that the schema's $refs name, as nothing is ever fetched: by the beginning of an address a folder, or by a whole address a file; paths from the contract's folder. The longest that fits counts. A document that is not there by its name is looked for with .json, then with .yaml."`
	FormatAssertion bool            `yaml:"format_assertion" doc:"Whether format fails a record, or is a note only."`
	Rules           []*yaml.Node    `yaml:"rules" doc:"Checks beyond the schema; see the reference of rules."`
	Sensitive       sensitivePolicy `yaml:"sensitive" default:"{default: quarantine}" doc:"What is done with sensitive data that is found. Off in a bare JSON Schema."`
}

func defaultContractFile() contractFile {
	return contractFile{Winnow: 1, Mode: "enforce", Tombstones: "skip", FormatAssertion: true}
}

// ContractKeys lists every key of a contract, for the generated reference. The keys of rules are the validators' to tell,
// but for those that each has.
func ContractKeys() []strict.Key {
	f := defaultContractFile()
	keys := strict.Describe(f)
	for i := range keys {
		switch keys[i].Name {
		case "winnow":
			keys[i].Default = ""
			keys[i].Schema = map[string]any{"const": 1}
		case "rules":
			rule := strict.Key{Type: "mapping", Keys: strict.Describe(commonRule{}), Schema: map[string]any{"type": "object", "required": []string{"rule"}}}
			keys[i].Elem = &rule
		case "schema":
			keys[i].Type = "JSON Schema"
			keys[i].Schema = map[string]any{"type": []string{"object", "boolean"}}
		}
	}
	return keys
}

// topicText is a topic with its place.
type topicText struct {
	Topic

	node *yaml.Node
}

// UnmarshalStrict reads a topic from a scalar.
func (t *topicText) UnmarshalStrict(n *yaml.Node) (err error) {
	if !strict.IsString(n) {
		return errors.New("must be a topic's name or a regular expression between slashes, as a string")
	}
	t.node = n
	if t.Topic, err = ParseTopic(n.Value); err != nil {
		return fmt.Errorf("%s: %w", strict.Show(n), err)
	}
	return nil
}

// DescribeStrict says that a topic is a string.
func (t *topicText) DescribeStrict() strict.Key { return strict.Key{Type: "string"} }

// source is a Source with its place.
type source struct {
	Source

	node *yaml.Node
}

type sourceFile struct {
	Pointer *string `yaml:"pointer" doc:"The JSON Pointer of the value, such as /carrier."`
	Header  *string `yaml:"header" doc:"The Kafka header's key."`
	Value   *string `yaml:"value" doc:"The same for every record."`
}

// UnmarshalStrict reads {pointer: …}, {header: …} or {value: …}.
func (s *source) UnmarshalStrict(n *yaml.Node) error {
	var f sourceFile
	fs := strict.Decode("", n, &f)
	given := 0
	for _, p := range []*string{f.Pointer, f.Header, f.Value} {
		if p != nil {
			given++
		}
	}
	if len(fs) == 0 && given != 1 {
		fs = append(fs, strict.At("", n, "a source has one of the keys pointer, header and value, and no more", ""))
	}
	s.node = n
	for _, t := range []struct {
		from *string
		to   *string
		key  string
	}{{f.Pointer, &s.Pointer, "pointer"}, {f.Header, &s.Header, "header"}, {f.Value, &s.Value, "value"}} {
		if t.from == nil {
			continue
		}
		if *t.from == "" && t.key != "pointer" {
			fs = append(fs, strict.At("", strict.Get(n, t.key), t.key+" is empty", "name it, or take the key out"))
		}
		*t.to = *t.from
		if t.key == "pointer" {
			s.node = strict.Get(n, "pointer")
			if err := checkPointer(*t.from); err != nil {
				fs = append(fs, strict.At("", s.node, strict.Show(s.node)+" "+err.Error(), pointerFix))
			}
		}
	}
	if len(fs) > 0 {
		s.Source = Source{}
		return fs
	}
	return nil
}

const pointerFix = "write it like /carrier or /features/age"

// DescribeStrict lists the three keys.
func (s *source) DescribeStrict() strict.Key {
	return strict.Key{Type: "mapping", Keys: strict.Describe(sourceFile{}), Schema: oneOf("pointer", "header", "value")}
}

// timeSource is a source that can only be a pointer.
type timeSource struct{ source }

// UnmarshalStrict reads {pointer: …}.
func (s *timeSource) UnmarshalStrict(n *yaml.Node) error {
	for _, key := range []string{"header", "value"} {
		if k, _ := strict.Pair(n, key); k != nil {
			return fmt.Errorf("cannot be a %s: it is read from the record, by {pointer: …}", key)
		}
	}
	return s.source.UnmarshalStrict(n)
}

// DescribeStrict lists the one key.
func (s *timeSource) DescribeStrict() strict.Key {
	keys := slices.DeleteFunc(strict.Describe(sourceFile{}), func(k strict.Key) bool { return k.Name != "pointer" })
	return strict.Key{Type: "mapping", Keys: keys, Schema: oneOf("pointer")}
}

// oneOf is the JSON Schema of an object with one of some string properties.
func oneOf(keys ...string) map[string]any {
	props := make(map[string]any, len(keys))
	for _, k := range keys {
		props[k] = map[string]any{"type": "string"}
	}
	return map[string]any{
		"type": "object", "properties": props, "additionalProperties": false, "minProperties": 1, "maxProperties": 1,
	}
}
