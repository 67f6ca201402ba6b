package kafkaproc

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// ports are one node's.
type ports struct{ plain, secure, controller int }

// properties gives node i's server.properties. Everything is sized for a small cluster that comes and goes: few
// partitions in Kafka's own topics, no wait before a group's first rebalance, a dead broker noticed within two seconds.
func (c *Cluster) properties(i int) map[string]string {
	n := c.cfg.Brokers
	replicas, inSync := strconv.Itoa(n), strconv.Itoa((n+1)/2)
	var voters []string
	for j, p := range c.ports {
		voters = append(voters, fmt.Sprintf("%d@127.0.0.1:%d", j+1, p.controller))
	}
	p := c.ports[i]
	advertised := fmt.Sprintf("PLAIN://127.0.0.1:%d", p.plain)
	security := "PLAIN:PLAINTEXT,CONTROLLER:PLAINTEXT"
	if s := c.cfg.Secure; s != nil {
		advertised += fmt.Sprintf(",SECURE://127.0.0.1:%d", p.secure)
		security += ",SECURE:" + s.protocol()
	}
	m := map[string]string{
		"process.roles":                  "broker,controller",
		"node.id":                        strconv.Itoa(i + 1),
		"controller.quorum.voters":       strings.Join(voters, ","),
		"listeners":                      fmt.Sprintf("%s,CONTROLLER://127.0.0.1:%d", advertised, p.controller),
		"advertised.listeners":           advertised,
		"listener.security.protocol.map": security,
		"inter.broker.listener.name":     "PLAIN",
		"controller.listener.names":      "CONTROLLER",
		"log.dirs":                       c.DataDir(i),

		"auto.create.topics.enable":                        "false",
		"default.replication.factor":                       replicas,
		"min.insync.replicas":                              inSync,
		"offsets.topic.num.partitions":                     "4",
		"offsets.topic.replication.factor":                 replicas,
		"transaction.state.log.num.partitions":             "4",
		"transaction.state.log.replication.factor":         replicas,
		"transaction.state.log.min.isr":                    inSync,
		"share.coordinator.state.topic.num.partitions":     "1",
		"share.coordinator.state.topic.replication.factor": replicas,
		"share.coordinator.state.topic.min.isr":            inSync,
		"group.initial.rebalance.delay.ms":                 "0",
		"broker.session.timeout.ms":                        "2000",
		"broker.heartbeat.interval.ms":                     "500",
	}
	maps.Copy(m, c.secureProperties())
	maps.Copy(m, c.cfg.Properties)
	return m
}

func (c *Cluster) secureProperties() map[string]string {
	s := c.cfg.Secure
	if s == nil {
		return nil
	}
	m := map[string]string{}
	if s.TLS {
		m["listener.name.secure.ssl.keystore.type"] = "PEM"
		m["listener.name.secure.ssl.keystore.location"] = filepath.Join(c.dir, serverPEM)
	}
	if s.Mechanism == "" {
		return m
	}
	m["sasl.enabled.mechanisms"] = s.Mechanism
	jaas := "listener.name.secure." + strings.ToLower(s.Mechanism) + ".sasl.jaas.config"
	if s.Mechanism == "PLAIN" {
		m[jaas] = fmt.Sprintf("org.apache.kafka.common.security.plain.PlainLoginModule required user_%s=%q;", s.Username, s.Password)
	} else { // the password itself is put in place by the format, see format
		m[jaas] = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
	}
	return m
}

// render gives the file's text, sorted, so that two runs can be compared.
func render(m map[string]string) string {
	var b strings.Builder
	for _, k := range slices.Sorted(maps.Keys(m)) {
		fmt.Fprintf(&b, "%s=%s\n", k, strings.ReplaceAll(m[k], `\`, `\\`))
	}
	return b.String()
}
