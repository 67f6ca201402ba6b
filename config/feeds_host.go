package config

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/apache/arrow/go/v15/arrow"

	"github.com/winnow-data/winnow/schemas"
	"github.com/winnow-data/winnow/strict"
	"github.com/winnow-data/winnow/tpu"
)

// simulate checks the simulated job.
func (c *feedCheck) simulate() {
	s := c.f.Simulate
	if s == nil {
		return
	}
	for _, n := range []struct {
		key   string
		value int
	}{{"pods", s.Pods}, {"hosts", s.Hosts}, {"chips", s.Chips}} {
		bad := !inRange(c, "simulate."+n.key, count(n.value), 1, maxChips) || c.v.told(c.path("simulate", n.key)...)
		c.badJob = c.badJob || bad
	}
	if s.TPU != "" {
		c.generation(s)
	}
	plausible := inRange(c, "simulate.step", s.Step, 0, strict.Duration(time.Hour))
	if !(s.Jitter >= 0 && s.Jitter <= 1) { // so that NaN is a fault, too
		plausible = false
		c.fault(c.key("simulate.jitter")+" is "+strconv.FormatFloat(s.Jitter, 'g', -1, 64), "it must be from 0 to 1", "simulate", "jitter")
	}
	if s.Restart != nil {
		c.restart(s, plausible)
	}
}

// generation checks that there are such hosts and pods.
func (c *feedCheck) generation(s *Simulate) {
	g, ok := tpu.Lookup(s.TPU)
	switch {
	case !ok:
		c.fault("there is no TPU "+c.text(s.TPU, "simulate", "tpu"), strict.Suggest(s.TPU, tpu.Names()), "simulate", "tpu")
	case c.badJob:
	case !g.HasVM(s.Chips):
		c.fault(fmt.Sprintf("%s is %d, which no VM of %s has", c.key("simulate.chips"), s.Chips, g.Name), "it must be "+choice(g.VMChips), "simulate", "chips")
	case s.Hosts*s.Chips > g.PodChips:
		c.fault(fmt.Sprintf("%s is %d, and %d hosts of %d chips are more than a pod of %s, which has %d chips",
			c.key("simulate.hosts"), s.Hosts, s.Hosts, s.Chips, g.Name, g.PodChips),
			fmt.Sprintf("at most %d hosts, or more pods", g.PodChips/s.Chips), "simulate", "hosts")
	}
}

// choice lists numbers of which one is to be chosen.
func choice(ns []int) string {
	words := make([]string, len(ns))
	for i, n := range ns {
		words[i] = strconv.Itoa(n)
	}
	return strings.Join(words, " or ")
}

// restart checks that the job gets anywhere: a step that is always broken off never ends. plausible says that steps are of some length.
func (c *feedCheck) restart(s *Simulate, plausible bool) {
	r, bad := s.Restart, false
	for _, d := range []struct {
		key   string
		value strict.Duration
	}{{"every", r.Every}, {"for", r.For}} {
		if d.value > 0 {
			continue
		}
		bad = true
		if c.v.p.root == nil || strict.Get(c.v.p.at(c.path("simulate", "restart")...), d.key) != nil {
			c.fault(c.key("simulate.restart."+d.key)+" is "+d.value.String(), "it must be longer than that", "simulate", "restart", d.key)
		}
	}
	longest := time.Duration(float64(s.Step) * (1 + s.Jitter))
	switch {
	case bad:
	case r.For >= r.Every:
		c.fault(fmt.Sprintf("%s (%s) is no shorter than every (%s)", c.key("simulate.restart.for"), r.For, r.Every),
			"a host that is lost must be back before the next is", "simulate", "restart", "for")
	case plausible && time.Duration(r.Every) < 2*longest:
		c.fault(fmt.Sprintf("%s (%s) is shorter than two steps of up to %s", c.key("simulate.restart.every"), r.Every, strict.Duration(longest)),
			"let the job be up for two steps at least, or it never ends one", "simulate", "restart", "every")
	}
}

// chips checks how many are simulated, all feeds together.
func (v *validator) chips(checks []*feedCheck) {
	sum := 0
	for _, c := range checks {
		s := c.f.Simulate
		if s == nil || c.badJob {
			continue
		}
		before := sum
		if sum += s.Pods * s.Hosts * s.Chips; before <= maxChips && sum > maxChips {
			c.fault(fmt.Sprintf("the feeds up to this one simulate %d chips", sum), fmt.Sprintf("at most %d in all: fewer pods, hosts or chips", maxChips), "simulate")
		}
	}
}

const (
	feedOverhead = 4 << 20 // of a feed, beside its batches: what is being filled and what is read again
	textBytes    = 16      // what a value without a fixed width is taken for
)

// LeastBytes is how much host memory the feed needs, at the least: one batch for each shard, in which a value without a fixed width is taken for 16
// bytes, and 4 MiB. p is the program of its topics' contract; without one, and for columns that p does not have, nothing is counted.
func (f *Feed) LeastBytes(p *schemas.Program) int64 {
	if p == nil {
		return feedOverhead
	}
	bits := int64(0)
	if len(f.Columns) == 0 {
		for _, field := range declared(p.Schema().Fields()) {
			bits += rowBits(field.Type)
		}
	}
	for _, pointer := range f.Columns {
		if _, field, ok := p.Column(pointer); ok {
			bits += rowBits(field.Type)
		}
	}
	return int64(f.Shards)*((int64(f.Batch.Records)*bits+7)/8) + feedOverhead
}

// rowBits is how many bits a row of the type takes, its validity among them.
func rowBits(typ arrow.DataType) int64 {
	bits := int64(1)
	switch t := typ.(type) {
	case *arrow.StructType:
		for _, f := range declared(t.Fields()) {
			bits += rowBits(f.Type)
		}
	case arrow.FixedWidthDataType:
		bits += int64(t.BitWidth())
	default: // offsets, and what they lead to
		bits += 32 + 8*textBytes
	}
	return bits
}

// memory checks that a batch of each shard fits the host.
func (v *validator) memory(checks []*feedCheck) {
	limit := v.p.Host.Memory
	if limit < minMemory || limit > maxMemory {
		return
	}
	sum, largest, whose := int64(0), int64(0), ""
	for _, c := range checks {
		if c.badSize {
			continue
		}
		need := c.need()
		if need > int64(limit) {
			c.fault(fmt.Sprintf("%s is %d: a batch for each shard (shards: %d) needs %s at least, more than host.memory (%s)",
				c.key("batch.records"), c.f.Batch.Records, c.f.Shards, mebibytes(need), limit), "make the batches smaller, or host.memory larger", "batch", "records")
			continue
		}
		if sum += need; need > largest {
			largest, whose = need, c.text(c.f.Name, "name")
		}
	}
	if sum > int64(limit) {
		v.fault(fmt.Sprintf("host.memory is %s, and a batch for each shard of each feed needs %s at least, of which the feed %s needs %s",
			limit, mebibytes(sum), whose, mebibytes(largest)), "make it "+mebibytes(sum).String()+" or more, or the batches smaller", "host", "memory")
	}
}

// need is the feed's LeastBytes by the largest of its contracts.
func (c *feedCheck) need() int64 {
	need := c.f.LeastBytes(nil)
	for _, b := range c.bound {
		need = max(need, c.f.LeastBytes(b.Program))
	}
	return need
}

// mebibytes rounds up, so that the number is short and enough.
func mebibytes(n int64) strict.Size {
	return strict.Size(min(n, math.MaxInt64-1<<20)+1<<20-1) &^ (1<<20 - 1)
}
