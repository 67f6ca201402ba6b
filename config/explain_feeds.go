package config

import "go.yaml.in/yaml/v3"

type explainedFeed struct {
	Name    string    `yaml:"name"`
	Team    string    `yaml:"team"`
	Model   string    `yaml:"model"`
	Topics  []string  `yaml:"topics,flow"`
	Columns []string  `yaml:"columns,flow"`
	Require yaml.Node `yaml:"require"`
	Batch   struct {
		Records int    `yaml:"records"`
		Linger  string `yaml:"linger"`
	} `yaml:"batch"`
	Shards   int                `yaml:"shards"`
	Simulate *explainedSimulate `yaml:"simulate,omitempty"`
}

type explainedSimulate struct {
	TPU     string            `yaml:"tpu,omitempty"`
	Pods    int               `yaml:"pods"`
	Hosts   int               `yaml:"hosts"`
	Chips   int               `yaml:"chips"`
	Step    string            `yaml:"step"`
	Jitter  float64           `yaml:"jitter"`
	Restart *explainedRestart `yaml:"restart,omitempty"`
}

type explainedRestart struct {
	Every string `yaml:"every"`
	For   string `yaml:"for"`
}

func explainFeed(p *Pipeline, f *Feed) explainedFeed {
	e := explainedFeed{Name: f.Name, Team: f.Team, Model: f.Model, Topics: f.Topics, Columns: p.FeedColumns(f), Require: requireNode(f.Require), Shards: f.Shards}
	e.Batch.Records, e.Batch.Linger = f.Batch.Records, f.Batch.Linger.String()
	s := f.Simulate
	if s == nil {
		return e
	}
	e.Simulate = &explainedSimulate{TPU: s.TPU, Pods: s.Pods, Hosts: s.Hosts, Chips: s.Chips, Step: s.Step.String(), Jitter: s.Jitter}
	if r := s.Restart; r != nil {
		e.Simulate.Restart = &explainedRestart{r.Every.String(), r.For.String()}
	}
	return e
}

// requireNode is the word all, or the list.
func requireNode(r Require) yaml.Node {
	if r.All {
		return yaml.Node{Kind: yaml.ScalarNode, Value: "all"}
	}
	n := yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
	for _, rule := range r.Rules {
		s := yaml.Node{}
		s.SetString(rule)
		n.Content = append(n.Content, &s)
	}
	return n
}
