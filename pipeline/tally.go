package pipeline

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/winnow-data/winnow"
)

// Other is the name under which teams and users beyond the limit are counted together.
const Other = "other"

// maxTeams bounds the teams, whatever the limit: each has a count for every rule and topic.
const maxTeams = 1000

// maxNameBytes bounds a team's or user's name; a longer one is shown as its hash.
const maxNameBytes = 64

// A Tally counts records and errors by team, user, rule, topic and contract: exactly, up to its limit of names. It is safe for
// concurrent use. The hot path meets it through a Counter of its own, which takes the lock only for a name that it has not seen lately.
type Tally struct {
	limit int
	key   []byte

	mu    sync.Mutex
	teams map[teamKey]*teamCell
	users map[string]*userCell // team, a zero byte, user
	rules map[ruleKey]*ruleCell
	names map[string]struct{} // teams, for the cap

	// The metrics' choice of names: see metrics.go.
	shownTeams map[string]bool
	overflowed bool
}

type (
	teamKey struct{ topic, contract, team string }
	ruleKey struct{ topic, team, rule string }
)

type teamCell struct {
	teamKey
	passed, quarantined, skipped, errors atomic.Int64
}

type ruleCell struct{ reasons, records atomic.Int64 }

type userCell struct {
	team, user      string
	records, errors atomic.Int64

	// The metric's share: see metrics.go. Guarded by Tally.mu.
	shown                   bool
	baseRecords, baseErrors int64
}

// NewTally counts up to limit users, and as many teams. Names that look like sensitive data are shown as their HMAC-SHA256 under key.
func NewTally(limit int, key []byte) *Tally {
	return &Tally{limit: limit, key: key, teams: make(map[teamKey]*teamCell), users: make(map[string]*userCell),
		rules: make(map[ruleKey]*ruleCell), names: make(map[string]struct{})}
}

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

func (t *Tally) rule(k ruleKey) *ruleCell {
	t.mu.Lock()
	defer t.mu.Unlock()
	n, ok := t.rules[k]
	if !ok {
		n = new(ruleCell)
		t.rules[k] = n
	}
	return n
}

func (t *Tally) cells(topic, contract, team, user string) *counted {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, known := t.names[team]; !known {
		if len(t.names) >= min(t.limit, maxTeams) {
			team = Other
		}
		t.names[team] = struct{}{}
	}
	k := teamKey{topic, contract, team}
	cell := &counted{team: t.teams[k]}
	if cell.team == nil {
		cell.team = &teamCell{teamKey: k}
		t.teams[k] = cell.team
	}
	if user == "" {
		return cell
	}
	id := team + "\x00" + user
	if t.users[id] == nil && len(t.users) >= t.limit {
		user, id = Other, Other
	}
	if t.users[id] == nil {
		if id == Other {
			team = Other
		}
		t.users[id] = &userCell{team: team, user: user}
	}
	cell.user = t.users[id]
	return cell
}

// A Row is a line of an error report.
type Row struct {
	Key             string
	Records, Errors int64
}

// The ways to ask for errors.
const (
	ByTeam, ByUser, ByRule, ByTopic, ByContract = "team", "user", "rule", "topic", "contract"
)

// Rows reports records and errors by one of ByTeam and its neighbours: most errors first, then most records. For a rule, Errors are the
// records that have a reason of it, and Records all that were judged. ok is false where by is unknown.
func (t *Tally) Rows(by string) (rows []Row, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	sum := make(map[string]*Row)
	add := func(key string, records, errors int64) {
		if sum[key] == nil {
			sum[key] = &Row{Key: key}
		}
		sum[key].Records += records
		sum[key].Errors += errors
	}
	var all int64
	for _, c := range t.teams {
		records := c.passed.Load() + c.quarantined.Load() + c.skipped.Load()
		all += records
		switch by {
		case ByTeam:
			add(c.team, records, c.errors.Load())
		case ByTopic:
			add(c.topic, records, c.errors.Load())
		case ByContract:
			add(c.contract, records, c.errors.Load())
		}
	}
	switch by {
	case ByTeam, ByTopic, ByContract:
	case ByUser:
		for _, c := range t.users {
			add(c.user, c.records.Load(), c.errors.Load())
		}
	case ByRule:
		for k, n := range t.rules {
			add(k.rule, 0, n.records.Load())
		}
		for _, r := range sum {
			r.Records = all
		}
	default:
		return nil, false
	}
	for _, r := range sum {
		rows = append(rows, *r)
	}
	slices.SortFunc(rows, func(a, b Row) int {
		return cmp.Or(cmp.Compare(b.Errors, a.Errors), cmp.Compare(b.Records, a.Records), cmp.Compare(a.Key, b.Key))
	})
	return rows, true
}
