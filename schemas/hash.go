package schemas

import (
	"crypto/sha256"
	"encoding/hex"

	"go.yaml.in/yaml/v3"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/strict"
)

// hashContract gives a contract's hash: SHA-256 over the canonical JSON of what the contract means, its schema's file put
// in its place, and the documents that the schema refers to by their addresses, wherever their files lie. So a comment, the order of keys, a number's spelling, YAML or JSON, and a default written out (but for those of
// a rule's own keys) change nothing. The name counts as it is written: a file may be renamed. What the command line says of
// draft and format counts where it has an effect, since the verdicts hang on it.
func hashContract(c *Contract, name string, schema *yaml.Node, opt Options, documents map[string]*yaml.Node) string {
	m := map[string]any{
		"winnow":           1,
		"mode":             pick(c.Shadow, "shadow", "enforce"),
		"tombstones":       pick(c.QuarantineTombstones, "quarantine", "skip"),
		"format_assertion": opt.FormatAssertion,
		"schema":           schema,
		"sensitive":        canonicalSensitive(c.Sensitive),
	}
	put := func(key, value string) {
		if value != "" {
			m[key] = value
		}
	}
	put("name", name)
	unsaid, others := strict.Get(schema, "$schema") == nil, make(map[string]any, len(documents))
	for uri, n := range documents {
		unsaid, others[uri] = unsaid || strict.Get(n, "$schema") == nil, n
	}
	if opt.Draft != "2020-12" && unsaid {
		put("draft", opt.Draft)
	}
	if c.Owner != (Owner{}) {
		m["owner"] = canonicalStrings("team", c.Owner.Team, "contact", c.Owner.Contact)
	}
	for key, s := range map[string]Source{"team": c.Team, "user": c.User, "event_time": c.EventTime} {
		if s != (Source{}) {
			m[key] = canonicalStrings("pointer", s.Pointer, "header", s.Header, "value", s.Value)
		}
	}
	topics := make([]any, len(c.Topics))
	for i, t := range c.Topics {
		topics[i] = t.String()
	}
	rules := make([]any, len(c.Rules))
	for i, r := range c.Rules {
		rules[i] = canonicalRule(r)
	}
	if len(others) > 0 {
		m["documents"] = others
	}
	if len(topics) > 0 {
		m["topics"] = topics
	}
	if len(rules) > 0 {
		m["rules"] = rules
	}
	sum := sha256.Sum256(appendCanonical(nil, m))
	return "sha256:" + hex.EncodeToString(sum[:])
}

func pick(b bool, yes, no string) string {
	if b {
		return yes
	}
	return no
}

// canonicalStrings makes an object of keys and values in turn, without the empty ones.
func canonicalStrings(kv ...string) map[string]any {
	m := make(map[string]any)
	for i := 0; i < len(kv); i += 2 {
		if kv[i+1] != "" {
			m[kv[i]] = kv[i+1]
		}
	}
	return m
}

// canonicalRule is the rule's mapping without the common keys that say no more than their defaults.
func canonicalRule(r RuleSpec) *yaml.Node {
	n := *r.Node
	n.Content = nil
	for i := 0; i+1 < len(r.Node.Content); i += 2 {
		k, v := r.Node.Content[i], r.Node.Content[i+1]
		if k.Value == "name" && r.Name == r.Rule || k.Value == "on_fail" && r.OnFail == defaultOnFail(r.Rule) {
			continue
		}
		n.Content = append(n.Content, k, v)
	}
	return &n
}

func canonicalSensitive(s Sensitive) any {
	if s.Off {
		return "off"
	}
	m := map[string]any{"default": string(s.Default)}
	actions := func(from map[string]winnow.Action) map[string]any {
		to := make(map[string]any, len(from))
		for typ, a := range from {
			to[typ] = string(a)
		}
		return to
	}
	if len(s.Types) > 0 {
		m["types"] = actions(s.Types)
	}
	if len(s.Fields) > 0 {
		fields := make(map[string]any, len(s.Fields))
		for p, types := range s.Fields {
			fields[p] = actions(types)
		}
		m["fields"] = fields
	}
	return m
}
