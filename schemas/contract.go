package schemas

import (
	"github.com/winnow-data/winnow"

	"go.yaml.in/yaml/v3"
)

// A Contract is what a topic's records must be, loaded, checked and compiled. It is immutable once loaded.
type Contract struct {
	File string // as it was given to LoadContract
	Name string // [A-Za-z0-9._-]+; from the file's name where the contract gives none
	Hash string // "sha256:" and 64 hexadecimal digits: see hashContract

	Owner  Owner
	Topics []Topic // none in a bare JSON Schema
	Shadow bool    // mode: shadow

	// Team, User and EventTime say where these are read from. The zero Source means that the contract does not say: "unknown" for a
	// team or a user, the Kafka record's timestamp for the event time, which is never a header or a value.
	Team, User, EventTime Source

	QuarantineTombstones bool // tombstones: quarantine
	Rules                []RuleSpec
	Sensitive            Sensitive
	Program              *Program
}

// Covers reports whether the contract is for the topic.
func (c *Contract) Covers(topic string) bool {
	for _, t := range c.Topics {
		if t.Match(topic) {
			return true
		}
	}
	return false
}

// An Owner is who answers for a contract.
type Owner struct {
	Team    string `yaml:"team" doc:"The team that owns the data."`
	Contact string `yaml:"contact" doc:"Where its on-call person is reached: a channel, an address."`
}

// A Source says where a team, a user or an event time is read from: the value at a JSON Pointer, a Kafka header, or a fixed
// value. One of the three is set, or none.
type Source struct {
	Pointer string
	Header  string
	Value   string
}

// A RuleSpec is one rule of a contract as it is written: the keys that every rule has, and the whole for its own.
type RuleSpec struct {
	Rule    string        // which rule
	Name    string        // what reasons call it; Rule where the contract gives no name
	Pointer string        // the column that it judges; "" where it names none
	OnFail  winnow.OnFail // "" means the rule's default
	File    string        // for faults in Node
	Node    *yaml.Node    // the whole mapping, the common keys included
}

// A Sensitive is a contract's policy for sensitive data.
type Sensitive struct {
	Off     bool
	Default winnow.Action                       // for what Types and Fields do not name
	Types   map[string]winnow.Action            // by detector
	Fields  map[string]map[string]winnow.Action // by pointer, then detector; goes before Types
	Node    *yaml.Node                          // as written, nil where the contract says nothing
}

// ContractOptions are what a command line says about how a contract is to be read.
type ContractOptions struct {
	Draft           string // for a schema that does not name its own: "4", "6", "7", "2019-09", "2020-12"; "" is 2020-12
	FormatAssertion *bool  // overrides the contract's format_assertion; nil does not
	Refs            []Ref  // beside the contract's own, and before one with the same prefix
}

// SensitiveTypes lists the detectors of sensitive data that there are, by name.
func SensitiveTypes() []string {
	return []string{"credit_card", "email", "iban", "us_ssn"}
}

// laterTypes are the detectors that surfaces promise and this version does not have.
func laterTypes() []string {
	return []string{
		"crypto_wallet", "date_of_birth", "geo_point", "ip_address", "jwt", "mac_address", "national_id", "phone",
		"private_key", "protected_text", "secret", "url_credentials",
	}
}

// SensitiveActions lists what a contract can have done with a finding.
func SensitiveActions() []winnow.Action {
	return []winnow.Action{winnow.ActionMask, winnow.ActionPass, winnow.ActionQuarantine, winnow.ActionRedact}
}

// windowRule reports whether a rule judges windows, not records: such rules have another default for on_fail, and fewer choices.
func windowRule(rule string) bool { return rule == "null_rate" }

// defaultOnFail is what an absent on_fail means.
func defaultOnFail(rule string) winnow.OnFail {
	if windowRule(rule) {
		return winnow.OnFailCount
	}
	return winnow.OnFailQuarantine
}
