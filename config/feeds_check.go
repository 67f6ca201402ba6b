package config

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/winnow-data/winnow/schemas"
	"github.com/winnow-data/winnow/strict"
)

// The bounds of a feed. A batch of maxBatch records of a few columns is tens of megabytes, more than a step of any model takes.
const (
	maxBatch   = 1 << 20
	maxShards  = 4096
	maxChips   = 4096 // of all feeds: each has time series of its own
	maxLabel   = 200  // bytes of a team's or a model's name
	minMemory  = strict.Size(16 << 20)
	maxMemory  = strict.Size(1 << 40)
	feedGroups = "winnow.feed." // where feeds' consumer groups begin
)

var feedForm = regexp.MustCompile(`^[A-Za-z0-9._-]{1,100}$`)

// feeds checks the feeds, each against the contracts of its topics, and all against the host.
func (v *validator) feeds() {
	between(v, "host.memory", v.p.Host.Memory, minMemory, maxMemory)
	named := make(map[string]bool)
	checks := make([]*feedCheck, len(v.p.Feeds))
	for i := range v.p.Feeds {
		c := &feedCheck{v: v, f: &v.p.Feeds[i], i: i}
		checks[i] = c
		c.names(named)
		c.topics()
		c.columns()
		c.rules()
		c.batch()
		c.simulate()
		c.shards()
	}
	v.chips(checks)
	v.memory(checks)
}

// A feedCheck checks one feed.
type feedCheck struct {
	v       *validator
	f       *Feed
	i       int
	bound   []bound // its topics' contracts, each once
	unsure  bool    // some topic has no contract, or more than one
	badSize bool    // its batch or shards make no sense, so that nothing can be reckoned with them
	badJob  bool    // neither do its pods, hosts or chips
}

// A bound contract is one that a feed takes records of, with the first of the feed's topics that it covers.
type bound struct {
	*schemas.Contract
	topic string
	place int // of topic in the feed's topics
}

// path is the way to one of the feed's keys.
func (c *feedCheck) path(keys ...string) []string {
	return append([]string{"feeds", strconv.Itoa(c.i)}, keys...)
}

// key names one of the feed's keys, such as batch.records, in a fault.
func (c *feedCheck) key(name string) string { return fmt.Sprintf("feeds[%d].%s", c.i, name) }

func (c *feedCheck) fault(problem, fix string, keys ...string) {
	c.v.fault(problem, fix, c.path(keys...)...)
}

// text shows the value of a key.
func (c *feedCheck) text(value string, keys ...string) string {
	return c.v.text(value, c.path(keys...)...)
}

// written says that the file has the key, or that there is no file.
func (c *feedCheck) written(key string) bool {
	return c.v.p.root == nil || strict.Get(c.v.p.at(c.path()...), key) != nil
}

// inRange checks a value of the feed and says whether it is from low to high.
func inRange[T interface {
	~int | ~int64
	fmt.Stringer
}](c *feedCheck, key string, value, low, high T) bool {
	if value >= low && value <= high {
		return true
	}
	c.fault(fmt.Sprintf("%s is %s", c.key(key), value), fmt.Sprintf("it must be from %s to %s", low, high), strings.Split(key, ".")...)
	return false
}

// names checks what the feed is called, and whose it is.
func (c *feedCheck) names(named map[string]bool) {
	f := c.f
	switch {
	case !c.written("name"): // Decode has said so
	case !feedForm.MatchString(f.Name) || strings.Trim(f.Name, ".") == "":
		c.fault(c.key("name")+" cannot be "+c.text(f.Name, "name"), "letters, digits, dots, underscores and hyphens, at most 100", "name")
	case named[f.Name]:
		c.fault("two feeds are named "+c.text(f.Name, "name"), "give each a name of its own", "name")
	case c.v.p.Kafka.Group == feedGroups+f.Name:
		c.fault("kafka.group is the consumer group of the feed "+c.text(f.Name, "name"), "call one of them something else", "name")
	}
	named[f.Name] = true
	c.label("team", f.Team, "say whose feed it is, or take the key out")
	if f.Model != f.Name || c.v.p.root != nil && c.written("model") {
		c.label("model", f.Model, "say which model it is for, or take the key out")
	}
}

// label checks a text that becomes the label of metrics.
func (c *feedCheck) label(key, text, fix string) {
	switch {
	case text == "":
		c.fault(c.key(key)+" is empty", fix, key)
	case len(text) > maxLabel || strings.ContainsFunc(text, unicode.IsControl):
		c.fault(c.key(key)+" cannot be "+c.text(text, key), fmt.Sprintf("at most %d bytes, without control characters", maxLabel), key)
	}
}

// topics checks the topics, and finds their contracts.
func (c *feedCheck) topics() {
	if len(c.f.Topics) == 0 && c.written("topics") {
		c.fault(c.key("topics")+" is empty", "name at least one", "topics")
	}
	c.unsure = len(c.f.Topics) == 0
	for i, topic := range c.f.Topics {
		at := []string{"topics", strconv.Itoa(i)}
		text := c.text(topic, at...)
		if slices.Contains(c.f.Topics[:i], topic) {
			c.fault("the topic "+text+" is here twice", "keep one", at...)
			continue
		}
		if t, err := schemas.ParseTopic(topic); err != nil {
			c.unsure = true
			c.fault(text+" "+err.Error(), "name the topic whose records the feed takes", at...)
		} else if _, plain := t.Name(); !plain {
			c.unsure = true
			c.fault(text+" is an expression", "a feed names its topics: list those that are meant", at...)
		} else {
			c.bind(i, topic, text, at)
		}
	}
}

// bind finds the contract of the i-th topic.
func (c *feedCheck) bind(i int, topic, text string, at []string) {
	switch found := c.v.p.covering(topic); len(found) {
	case 0:
		c.unsure = true
		if c.v.lost { // it may be that one's
			return
		}
		fix := meant(topic, c.v.literals())
		if fix == "" {
			fix = "add the topic to a contract, or take it out here"
		}
		c.fault("no contract covers the topic "+text, fix, at...)
	case 1:
		if !slices.ContainsFunc(c.bound, func(b bound) bool { return b.Contract == found[0] }) {
			c.bound = append(c.bound, bound{found[0], topic, i})
		}
	default:
		c.unsure = true
		c.fault("the topic "+text+" has several contracts: "+namesOf(found), "leave it to one of them", at...)
	}
}

// literals lists the topics that contracts name.
func (v *validator) literals() (names []string) {
	for _, c := range v.p.Contracts {
		for _, t := range c.Topics {
			if name, ok := t.Name(); ok {
				names = append(names, name)
			}
		}
	}
	return names
}

// meant is the fix for a word that is near to one of known, else "".
func meant(word string, known []string) string {
	if fix := strict.Suggest(word, known); strings.HasPrefix(fix, "did you mean") {
		return fix
	}
	return ""
}

// batch checks what a shard gets.
func (c *feedCheck) batch() {
	b := c.f.Batch
	c.badSize = !inRange(c, "batch.records", count(b.Records), 1, maxBatch) || c.v.told(c.path("batch", "records")...)
	inRange(c, "batch.linger", b.Linger, 0, strict.Duration(time.Hour))
}

// shards checks the ranks, after the simulation that they must fit. What follows from a simulation is not written, and has no fault of its own.
func (c *feedCheck) shards() {
	s := c.f.Simulate
	if s != nil && !c.written("shards") {
		c.badSize = c.badSize || c.badJob
		return
	}
	if !inRange(c, "shards", count(c.f.Shards), 1, maxShards) {
		c.badSize = true
		return
	}
	if s != nil && !c.badJob && c.f.Shards != s.Pods*s.Hosts && !c.v.told(c.path("shards")...) {
		c.fault(fmt.Sprintf("%s is %d, and %d pods of %d hosts are %d shards", c.key("shards"), c.f.Shards, s.Pods, s.Hosts, s.Pods*s.Hosts),
			"take the key out: a simulated host is a shard", "shards")
	}
}
