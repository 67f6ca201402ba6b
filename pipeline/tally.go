package pipeline

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"
)

// Other is the name under which teams and users beyond the limit are counted together.
const Other = "other"

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
		if len(t.names) >= t.limit {
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
