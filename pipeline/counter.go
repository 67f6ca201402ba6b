package pipeline

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"github.com/winnow-data/winnow"
)

// maxNameBytes bounds a team's or user's name; a longer one is shown as its hash.
const maxNameBytes = 64

// A Counter finds what is to be counted for one partition, and notes it in counts. It belongs to one goroutine.
type Counter struct {
	tally           *Tally
	topic, contract string
	scanner         winnow.Scanner // may be nil
	seen            map[string]*counted
	key             []byte
	spans           []winnow.Span
	rules           map[ruleKey]*ruleCell
	to              *counts
}

type counted struct {
	team *teamCell
	user *userCell // nil without a user
}

// counts are noted while records are judged, and applied once their verdicts are written: what has to be judged again is not counted twice.
type counts struct {
	records []recordCount
	rules   []ruleCount
}

type recordCount struct {
	*counted
	outcome winnow.Outcome
	failed  bool
	n       int64
}

type ruleCount struct {
	*ruleCell
	reasons, records int64
}

// apply counts what was noted, and forgets it.
func (c *counts) apply() {
	for _, r := range c.records {
		switch r.outcome {
		case winnow.Failed:
			r.team.quarantined.Add(r.n)
		case winnow.Skipped:
			r.team.skipped.Add(r.n)
		default:
			r.team.passed.Add(r.n)
		}
		if r.failed {
			r.team.errors.Add(r.n)
		}
		if r.user == nil {
			continue
		}
		r.user.records.Add(r.n)
		if r.failed {
			r.user.errors.Add(r.n)
		}
	}
	for _, r := range c.rules {
		r.ruleCell.reasons.Add(r.reasons)
		r.ruleCell.records.Add(r.records)
	}
	c.records, c.rules = c.records[:0], c.rules[:0]
}

// maxSeen bounds a Counter's memory.
const maxSeen = 4096

// NewCounter makes a Counter. scanner tells names that look like sensitive data; nil takes all as they are.
func (t *Tally) NewCounter(topic, contract string, scanner winnow.Scanner) *Counter {
	return &Counter{tally: t, topic: topic, contract: contract, scanner: scanner, to: new(counts),
		seen: make(map[string]*counted), rules: make(map[ruleKey]*ruleCell)}
}

// Count notes n records that are alike. failed says whether they are errors, whatever became of them. The names it gives back are those under which they
// are counted.
func (c *Counter) Count(outcome winnow.Outcome, failed bool, n int64, reasons []winnow.Reason, team, user []byte) (string, string) {
	if len(team)+len(user) > 4*maxNameBytes {
		team, user = []byte(c.name(team)), []byte(c.name(user)) // what is remembered must not be long
	}
	c.key = append(append(append(c.key[:0], team...), 0), user...)
	cell, ok := c.seen[string(c.key)]
	if !ok {
		cell = c.meet(team, user)
	}
	c.to.records = append(c.to.records, recordCount{cell, outcome, failed, n})
	for i := range reasons {
		r := ruleCount{ruleCell: c.rule(cell.team.team, reasons[i].Rule), reasons: n}
		if !named(reasons[:i], reasons[i].Rule) {
			r.records = n
		}
		c.to.rules = append(c.to.rules, r)
	}
	if cell.user == nil {
		return cell.team.team, ""
	}
	return cell.team.team, cell.user.user
}

// Window notes a window of so many records that ended in violation of a rule: it has no team of its own.
func (c *Counter) Window(rule string, records int64) {
	c.to.rules = append(c.to.rules, ruleCount{ruleCell: c.rule(unknownTeam, rule), reasons: 1, records: records})
}

const unknownTeam = "unknown"

func named(reasons []winnow.Reason, rule string) bool {
	return slices.ContainsFunc(reasons, func(r winnow.Reason) bool { return r.Rule == rule })
}

func (c *Counter) rule(team, rule string) *ruleCell {
	k := ruleKey{c.topic, team, rule}
	n, ok := c.rules[k]
	if !ok {
		n = c.tally.rule(k)
		if len(c.rules) >= maxSeen {
			clear(c.rules)
		}
		c.rules[k] = n
	}
	return n
}

func (c *Counter) meet(team, user []byte) *counted {
	cell := c.tally.cells(c.topic, c.contract, c.name(team), c.name(user))
	if len(c.seen) >= maxSeen {
		clear(c.seen)
	}
	c.seen[string(c.key)] = cell
	return cell
}

// name is what a team or user is shown as: promise 4's one exception to "no value leaves".
func (c *Counter) name(raw []byte) string {
	if len(raw) <= maxNameBytes && printable(raw) {
		if c.scanner == nil {
			return string(raw)
		}
		if c.spans = c.scanner.Scan(raw, c.spans[:0]); len(c.spans) == 0 {
			return string(raw)
		}
	}
	mac := hmac.New(sha256.New, c.tally.key)
	mac.Write(raw)
	return "hmac:" + hex.EncodeToString(mac.Sum(nil)[:8])
}

func printable(b []byte) bool {
	for _, r := range string(b) {
		if r < 0x20 || r == 0x7f || r == '\uFFFD' || (r >= 0x80 && r < 0xa0) || (r >= 0x200b && r <= 0x200f) || (r >= 0x202a && r <= 0x202e) {
			return false
		}
	}
	return true
}
