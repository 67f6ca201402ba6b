package config

import (
	"fmt"
	"strings"

	"github.com/winnow-data/winnow/schemas"
)

// Contract returns the one contract that covers the topic. None, and two or more, are errors; so is a topic of winnow's
// own, which no contract can cover.
func (p *Pipeline) Contract(topic string) (*schemas.Contract, error) {
	found := p.covering(topic)
	switch len(found) {
	case 0:
		return nil, fmt.Errorf("cannot judge topic %q: no contract covers it", topic)
	case 1:
		return found[0], nil
	}
	return nil, fmt.Errorf("cannot judge topic %q: the contracts %s cover it, and there must be one", topic, namesOf(found))
}

// covering lists the contracts that cover the topic.
func (p *Pipeline) covering(topic string) (found []*schemas.Contract) {
	for _, c := range p.Contracts {
		if c.Covers(topic) {
			found = append(found, c)
		}
	}
	return found
}

// namesOf names contracts for a fault.
func namesOf(contracts []*schemas.Contract) string {
	names := make([]string, len(contracts))
	for i, c := range contracts {
		names[i] = c.Name
	}
	return strings.Join(names, ", ")
}

// contracts checks what can be known of topics and names without Kafka.
func (v *validator) contracts() {
	names := make(map[string]*schemas.Contract)
	literals := make(map[string]*schemas.Contract)
	for _, c := range v.p.Contracts {
		if other := names[c.Name]; other != nil {
			v.fault(fmt.Sprintf("the contracts %s and %s are both named %q", other.File, c.File, c.Name), "give each a name of its own", "contracts")
		}
		names[c.Name] = c
		if len(c.Topics) == 0 {
			v.fault(fmt.Sprintf("the contract %s has no topics", c.File), "give it topics, or don't name it here (a bare JSON Schema has none)", "contracts")
		}
		for _, t := range c.Topics {
			v.twice(c, t, literals)
		}
	}
}

// twice reports the topic t of c if an earlier contract covers it, too. What two different expressions have in common is only
// known once Kafka has told its topics: Contract finds that.
func (v *validator) twice(c *schemas.Contract, t schemas.Topic, seen map[string]*schemas.Contract) {
	text := t.String()
	other := seen[text]
	if other == nil {
		seen[text] = c
	}
	if _, literal := t.Name(); literal && other == nil {
		for _, o := range v.p.Contracts {
			if o != c && o.Covers(text) && !namesLiterally(o, text) {
				other = o
			}
		}
	}
	if other != nil && other != c {
		v.fault(fmt.Sprintf("the topic %s has two contracts, %s and %s", text, other.File, c.File), "leave it to one of them", "contracts")
	}
}

func namesLiterally(c *schemas.Contract, topic string) bool {
	for _, t := range c.Topics {
		if name, ok := t.Name(); ok && name == topic {
			return true
		}
	}
	return false
}
