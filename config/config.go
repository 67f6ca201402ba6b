package config

import (
	"os"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/winnow-data/winnow/schemas"
	"github.com/winnow-data/winnow/strict"
)

// A Pipeline is what one winnow does.
type Pipeline struct {
	File       string // "" where it was built from flags
	Kafka      Kafka
	Contracts  []*schemas.Contract
	Former     []*schemas.Contract // earlier versions, by which nothing is judged
	Delivery   string              // at_least_once
	Limits     Limits
	Quarantine Quarantine
	Feeds      []Feed
	Host       Host
	Listen     string // host:port
	Token      Secret // "" for none
	UserKey    Secret // "" for one made up at the start

	root *yaml.Node // of File, for the places of faults
}

// Kafka says how the brokers are reached, and as whom.
type Kafka struct {
	Brokers        []string        `yaml:"brokers" strict:"required" doc:"The brokers to begin with, each host:port."`
	Group          string          `yaml:"group" doc:"The consumer group, which holds the gate's offsets."`
	Start          string          `yaml:"start" enum:"earliest,latest" doc:"Where a partition is begun that has no offset yet."`
	Instance       string          `yaml:"instance" default:"the host's name" doc:"What this winnow is called among its like; two with one name are a fault."`
	SessionTimeout strict.Duration `yaml:"session_timeout" doc:"How long the group waits for a winnow that says nothing before it takes its partitions away; from 1s to 30m."`
	TLS            *TLS            `yaml:"tls" doc:"Connect by TLS. {} is enough for brokers whose certificate the system trusts."`
	SASL           *SASL           `yaml:"sasl" doc:"Log in to the brokers."`
}

// TLS says which certificates to trust and to show.
type TLS struct {
	CA         string `yaml:"ca" default:"the system's" doc:"The file of the authorities to trust, in PEM."`
	Cert       string `yaml:"cert" doc:"The file of the certificate to show, in PEM; with key."`
	Key        string `yaml:"key" doc:"The file of its private key, in PEM."`
	ServerName string `yaml:"server_name" default:"the broker's host" doc:"The name that the broker's certificate must have."`
}

// SASL is a login.
type SASL struct {
	Mechanism string `yaml:"mechanism" enum:"PLAIN,SCRAM-SHA-256,SCRAM-SHA-512" strict:"required" doc:"How the password is proved."`
	Username  string `yaml:"username" strict:"required" doc:"Who logs in."`
	Password  Secret `yaml:"password" strict:"required" doc:"The password: ${VAR} or ${file:path}. Written out it works, with a warning."`
}

// Limits bound what input may cost.
type Limits struct {
	Record  strict.Size `yaml:"record" doc:"The largest record that is judged; a larger one goes to the quarantine. From 1KiB to 1GiB."`
	Batch   strict.Size `yaml:"batch" doc:"The largest Kafka batch that is held, compressed or decompressed; a larger one goes to the quarantine whole. From record to 1GiB."`
	Reasons int         `yaml:"reasons" doc:"How many reasons of one record are kept; from 1 to 10000."`
	Users   int         `yaml:"users" doc:"How many users, and teams, are counted exactly; from 1 to 10000000."`
}

// Quarantine says what is done with what failed.
type Quarantine struct {
	Retention strict.Duration `yaml:"retention" doc:"How long the quarantine and verdict topics that winnow creates keep records; at least 1m."`
	Keyset    strict.Refused  `yaml:"keyset" fix:"keyset is not in this version: sensitive findings are masked in the quarantine's copy"`
}

// pipelineFile is the pipeline as a file writes it.
type pipelineFile struct {
	Kafka      Kafka          `yaml:"kafka" strict:"required" doc:"How Kafka is reached."`
	Contracts  []string       `yaml:"contracts" strict:"required" doc:"The contracts' files, relative to this file's folder; * and ? match within a name. A topic must have one contract."`
	Former     []string       `yaml:"former_contracts" doc:"Earlier versions of the contracts' files, likewise. Nothing is judged by them; feeds decode by them what was judged under them, until they have trained on it."`
	Delivery   string         `yaml:"delivery" doc:"at_least_once: no record is lost; after a crash some may be in the quarantine twice. The one choice of this version."`
	Limits     Limits         `yaml:"limits" doc:"Bounds on what input may cost."`
	Quarantine Quarantine     `yaml:"quarantine" doc:"What is done with what failed."`
	Feeds      []Feed         `yaml:"feeds" doc:"What models train on, each with its own columns, required rules and batches."`
	Host       Host           `yaml:"host" doc:"The machine that feeds are made on."`
	Listen     string         `yaml:"listen" doc:"Where the API and the metrics are served, host:port. Anything but loopback needs a token."`
	Token      Secret         `yaml:"token" doc:"What clients must send as a bearer token: ${VAR} or ${file:path}."`
	UserKey    Secret         `yaml:"user_key" default:"made up at every start" doc:"The key of the hashes by which users that look like sensitive data are shown, at least 16 bytes: ${VAR} or ${file:path}. With a key, a user has the same hash in every winnow and after a restart."`
	Flight     strict.Refused `yaml:"flight" fix:"flight is not in this version, in which simulated chips train on the feeds: take the key out"`
}

// AtLeastOnce is the one delivery of this version.
const AtLeastOnce = "at_least_once"

// defaults is a file's content where the file says nothing.
func defaults() pipelineFile {
	return pipelineFile{
		Kafka:      Kafka{Group: "winnow", Start: "earliest", Instance: hostname(), SessionTimeout: strict.Duration(10 * time.Second)},
		Delivery:   AtLeastOnce,
		Limits:     Limits{Record: 16 << 20, Batch: 64 << 20, Reasons: 64, Users: 100_000},
		Quarantine: Quarantine{Retention: strict.Duration(90 * 24 * time.Hour)},
		Host:       Host{Memory: 2 << 30},
		Listen:     "127.0.0.1:8080",
	}
}

// Default gives a pipeline with every default, for a command that fills in brokers and contracts from its flags. Call Validate when that is
// done.
func Default() Pipeline { return defaults().pipeline() }

func (f pipelineFile) pipeline() Pipeline {
	return Pipeline{
		Kafka: f.Kafka, Delivery: f.Delivery, Limits: f.Limits, Quarantine: f.Quarantine,
		Feeds: f.Feeds, Host: f.Host, Listen: f.Listen, Token: f.Token, UserKey: f.UserKey,
	}
}

func hostname() string {
	if name, err := os.Hostname(); err == nil && groupForm.MatchString(name) {
		return name
	}
	return "winnow"
}

// A Secret is text that is never printed: its String is "(secret)". Convert it to a string to use it.
type Secret string

// String hides the text.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return "(secret)"
}

// GoString hides the text from %#v, too.
func (s Secret) GoString() string { return s.String() }

// MarshalText hides the text from JSON, YAML and slog.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
