package config

import (
	"bytes"
	"fmt"

	"go.yaml.in/yaml/v3"

	"github.com/winnow-data/winnow/schemas"
)

// explained is the effective pipeline as `winnow config explain` shows it.
type explained struct {
	Kafka      explainedKafka      `yaml:"kafka"`
	Contracts  []explainedContract `yaml:"contracts"`
	Delivery   string              `yaml:"delivery"`
	Limits     explainedLimits     `yaml:"limits"`
	Quarantine struct {
		Retention string `yaml:"retention"`
	} `yaml:"quarantine"`
	Feeds []explainedFeed `yaml:"feeds,omitempty"`
	Host  struct {
		Memory string `yaml:"memory"`
	} `yaml:"host"`
	Listen  string `yaml:"listen"`
	Token   string `yaml:"token,omitempty"`
	UserKey string `yaml:"user_key,omitempty"`
}

type explainedKafka struct {
	Brokers        []string       `yaml:"brokers,flow"`
	Group          string         `yaml:"group"`
	Start          string         `yaml:"start"`
	Instance       string         `yaml:"instance"`
	SessionTimeout string         `yaml:"session_timeout"`
	TLS            *explainedTLS  `yaml:"tls,omitempty"`
	SASL           *explainedSASL `yaml:"sasl,omitempty"`
}

type explainedTLS struct {
	CA         string `yaml:"ca,omitempty"`
	Cert       string `yaml:"cert,omitempty"`
	Key        string `yaml:"key,omitempty"`
	ServerName string `yaml:"server_name,omitempty"`
}

type explainedSASL struct {
	Mechanism string `yaml:"mechanism"`
	Username  string `yaml:"username"`
	Password  string `yaml:"password"`
}

type explainedLimits struct {
	Record  string `yaml:"record"`
	Batch   string `yaml:"batch"`
	Reasons int    `yaml:"reasons"`
	Users   int    `yaml:"users"`
}

type explainedContract struct {
	Name   string   `yaml:"name"`
	File   string   `yaml:"file"`
	Hash   string   `yaml:"hash"`
	Mode   string   `yaml:"mode"`
	Topics []string `yaml:"topics,flow"`
}

// Explain renders what p comes to, defaults and all, as YAML. Secrets are shown as "(secret)". Of a contract it gives name, file,
// hash, mode and topics; of a feed that takes all columns, which these are.
func Explain(p *Pipeline) []byte {
	e := explained{
		Kafka: explainedKafka{
			Brokers: p.Kafka.Brokers, Group: p.Kafka.Group, Start: p.Kafka.Start, Instance: p.Kafka.Instance,
			SessionTimeout: p.Kafka.SessionTimeout.String(),
		},
		Delivery: p.Delivery,
		Limits:   explainedLimits{p.Limits.Record.String(), p.Limits.Batch.String(), p.Limits.Reasons, p.Limits.Users},
		Listen:   p.Listen,
		Token:    p.Token.String(),
		UserKey:  p.UserKey.String(),
	}
	e.Quarantine.Retention = p.Quarantine.Retention.String()
	e.Host.Memory = p.Host.Memory.String()
	if t := p.Kafka.TLS; t != nil {
		e.Kafka.TLS = &explainedTLS{t.CA, t.Cert, t.Key, t.ServerName}
	}
	if s := p.Kafka.SASL; s != nil {
		e.Kafka.SASL = &explainedSASL{s.Mechanism, s.Username, s.Password.String()}
	}
	for _, c := range p.Contracts {
		e.Contracts = append(e.Contracts, explainContract(c))
	}
	for i := range p.Feeds {
		e.Feeds = append(e.Feeds, explainFeed(p, &p.Feeds[i]))
	}
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(e); err != nil {
		// Strings, numbers and lists of them can always be written.
		panic(fmt.Sprintf("config: %v", err))
	}
	return b.Bytes()
}

func explainContract(c *schemas.Contract) explainedContract {
	mode := "enforce"
	if c.Shadow {
		mode = "shadow"
	}
	e := explainedContract{Name: c.Name, File: c.File, Hash: c.Hash, Mode: mode}
	for _, t := range c.Topics {
		e.Topics = append(e.Topics, t.String())
	}
	return e
}
