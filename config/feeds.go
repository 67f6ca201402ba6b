package config

import (
	"errors"
	"strconv"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/strict"
	"github.com/winnow-data/winnow/tpu"
)

// A Feed is what one model of one team trains on. NewFeed makes one with every default.
type Feed struct {
	Name     string    `yaml:"name" strict:"required" doc:"What the feed is called, by metrics, the API and its consumer group winnow.feed.NAME: letters, digits, dots, underscores and hyphens, at most 100. No two have one name."`
	Team     string    `yaml:"team" doc:"Whose feed it is. It does not filter."`
	Model    string    `yaml:"model" default:"the feed's name" doc:"The model that trains on it."`
	Topics   []string  `yaml:"topics" strict:"required" doc:"The topics whose records it takes, by name. Each must have a contract, and a column must be of one type in all of them."`
	Columns  []string  `yaml:"columns" default:"all of them" doc:"JSON Pointers of the columns that it takes, such as /distance, or /features/age for one field of a struct."`
	Require  Require   `yaml:"require" default:"all" doc:"Which rules its records must have kept: all, or a list of rules. A record that one of these has tagged is left out; [] leaves none out. What a rule quarantines is in no feed, whatever is required."`
	Batch    Batch     `yaml:"batch" doc:"What a shard gets in a step."`
	Shards   int       `yaml:"shards" default:"1, or pods × hosts with simulate" doc:"How many data-parallel ranks train on it: a step is a batch for each. From 1 to 4096."`
	Simulate *Simulate `yaml:"simulate" doc:"Simulated TPU chips that train on it, each host a shard."`
}

// A Require says which rules the records of a feed must have kept. The zero Require wants none.
type Require struct {
	All   bool
	Rules []string // by name, where it is not All
}

// A Batch says what a shard gets in a step.
type Batch struct {
	Records int             `yaml:"records" doc:"How many records a batch has; from 1 to 1048576."`
	Linger  strict.Duration `yaml:"linger" doc:"How long a batch that is not full waits for more records before it goes out short; 0: for ever. At most 1h."`
}

// A Simulate is the simulated job that trains on a feed. NewSimulate makes one with every default.
type Simulate struct {
	TPU     string          `yaml:"tpu" enum:"v4,v5e,v5p,v6e,v7x" doc:"The chips' generation, whose hosts and pods are as large as Google's; any size goes without it."`
	Pods    int             `yaml:"pods" doc:"How many pods; at least 1."`
	Hosts   int             `yaml:"hosts" doc:"How many hosts a pod has; at least 1."`
	Chips   int             `yaml:"chips" default:"those of the generation's whole host; 8 without tpu" doc:"How many chips a host has: one of the generation's VM sizes. All feeds together simulate at most 4096 chips."`
	Step    strict.Duration `yaml:"step" doc:"How long a step computes; 0: as fast as batches come. At most 1h."`
	Jitter  float64         `yaml:"jitter" default:"0" doc:"How much steps differ: each takes step × (1 ± jitter). From 0 to 1."`
	Restart *Restart        `yaml:"restart" doc:"Hosts are lost and come back; the whole job waits for each. Without it none is."`
}

// A Restart says how often a simulated job loses a host, and for how long.
type Restart struct {
	Every strict.Duration `yaml:"every" strict:"required" doc:"How long the job is up before it loses a host; two of its longest steps at least."`
	For   strict.Duration `yaml:"for" strict:"required" doc:"How long the host is away; shorter than every."`
}

// Host is the machine that feeds are made on.
type Host struct {
	Memory strict.Size `yaml:"memory" doc:"What the cache of records just judged and all feeds' batches may take together; a batch of each shard must fit. From 16MiB to 1TiB."`
}

// unknownTeam is whose a feed is that does not say.
const unknownTeam = "unknown"

// NewFeed makes a feed of the topics with every default.
func NewFeed(name string, topics ...string) Feed {
	return Feed{
		Name: name, Team: unknownTeam, Model: name, Topics: topics, Require: Require{All: true},
		Batch: Batch{Records: 1024, Linger: strict.Duration(time.Second)}, Shards: 1,
	}
}

// NewSimulate makes the simulation of one host of a generation, "" for an unnamed one of 8 chips, with every default.
func NewSimulate(generation string) Simulate {
	s := Simulate{TPU: generation, Pods: 1, Hosts: 1, Chips: 8, Step: strict.Duration(2 * time.Millisecond)}
	if g, ok := tpu.Lookup(generation); ok {
		s.Chips = g.HostChips
	}
	return s
}

// feedFile is a Feed without its methods.
type feedFile Feed

// UnmarshalStrict reads a feed, and fills in what it does not say.
func (f *Feed) UnmarshalStrict(n *yaml.Node) error {
	file := feedFile(NewFeed(""))
	faults := strict.Decode("", n, &file)
	*f = Feed(file)
	if strict.Get(n, "model") == nil {
		f.Model = f.Name
	}
	if s := f.Simulate; s != nil && strict.Get(n, "shards") == nil {
		f.Shards = s.Pods * s.Hosts
	}
	return faultsOrNil(faults)
}

// DescribeStrict lists a feed's keys.
func (f *Feed) DescribeStrict() strict.Key {
	return strict.Key{Type: "mapping", Keys: strict.Describe(NewFeed(""))}
}

// simulateFile is a Simulate without its methods.
type simulateFile Simulate

// UnmarshalStrict reads a simulation, and fills in what it does not say.
func (s *Simulate) UnmarshalStrict(n *yaml.Node) error {
	file := simulateFile(NewSimulate(""))
	faults := strict.Decode("", n, &file)
	*s = Simulate(file)
	if strict.Get(n, "chips") == nil {
		s.Chips = NewSimulate(s.TPU).Chips
	}
	return faultsOrNil(faults)
}

// DescribeStrict lists a simulation's keys.
func (s *Simulate) DescribeStrict() strict.Key {
	return strict.Key{Type: "mapping", Keys: strict.Describe(NewSimulate(""))}
}

// UnmarshalStrict reads all, or a list of rules.
func (r *Require) UnmarshalStrict(n *yaml.Node) error {
	if strict.IsString(n) && n.Value == "all" {
		*r = Require{All: true}
		return nil
	}
	if n.Kind != yaml.SequenceNode {
		return errors.New("must be all, or a list of rules like [range, no_teleport], not " + strict.Show(n))
	}
	var faults winnow.Faults
	*r = Require{}
	for i, e := range n.Content {
		if !strict.IsString(e) {
			faults = append(faults, strict.At("", e, "require["+strconv.Itoa(i)+"] must be the name of a rule, not "+strict.Show(e), "quote it if it is one"))
			r.Rules = append(r.Rules, "") // so that what follows keeps its place
			continue
		}
		r.Rules = append(r.Rules, e.Value)
	}
	return faultsOrNil(faults)
}

// DescribeStrict says that it is all, or a list.
func (r *Require) DescribeStrict() strict.Key {
	return strict.Key{Type: "all, or a list of rules", Schema: map[string]any{"oneOf": []any{
		map[string]any{"const": "all"},
		map[string]any{"type": "array", "items": map[string]any{"type": "string"}},
	}}}
}

// faultsOrNil keeps an empty list from being an error.
func faultsOrNil(faults winnow.Faults) error {
	if len(faults) == 0 {
		return nil
	}
	return faults
}
