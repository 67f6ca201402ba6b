package quarantine

import (
	"cmp"
	"container/heap"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/winnow-data/winnow"
)

// Filter narrows down a query. Empty fields match everything.
type Filter struct {
	Topic    string // the source
	Team     string
	User     string // of Records only
	Rule     string
	Contract string // the hash, or its beginning
	Pointer  string // with array indices as *
}

// Coverage says how much an answer is built on. All counts are records.
type Coverage struct {
	CaughtUp   bool  // every quarantine topic has been read to its end once
	Records    int64 // waiting for review
	Dropped    int64 // of these, counted only: their details are no longer held
	Unreadable int64 // Kafka batches, not records, that were stepped over
	Exact      bool  // false when a record may be counted twice or in the group "other"
}

// A Group is records that failed alike.
type Group struct {
	Contract, Rule, Pointer, Team string
	Topics                        []string // sources, sorted
	Count                         int64    // records; one may be in several groups
	First, Last                   time.Time
	Example                       string // id of the newest
}

// A Record is what the index knows of a quarantined record.
type Record struct {
	ID       string
	Reasons  []winnow.Reason // with array indices as *; shared, not to be changed
	Contract string
	Team     string
	User     string
	Time     time.Time // of judging
	Size     int64     // of the value, in bytes
	Covers   int64     // offsets that it stands for
}

// coverage is the answer's frame. The caller holds the lock.
func (x *Index) coverage() Coverage {
	return Coverage{
		CaughtUp: x.caughtUp, Records: x.counted, Dropped: x.dropped, Unreadable: x.unreadable,
		Exact: !x.repeated && !x.classes.overflow,
	}
}

type groupKey struct{ contract, rule, pointer, team string }

// Groups gives the groups, largest first. Counts are of the records that Kafka still has; those without details are
// uncounted in larger steps as they expire.
func (x *Index) Groups(q Filter) (Coverage, []Group) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	found := map[groupKey]*Group{}
	newest := map[groupKey]int64{}
	for i := range x.classes.list {
		c := &x.classes.list[i]
		if c.counted == 0 || !q.class(c) {
			continue
		}
		seen := map[groupKey]bool{}
		for _, r := range c.reasons {
			k := groupKey{c.contract, r.Rule, r.Pointer, c.team}
			if !q.reason(r) || seen[k] {
				continue
			}
			seen[k] = true
			g := found[k]
			if g == nil {
				g = &Group{Contract: k.contract, Rule: k.rule, Pointer: k.pointer, Team: k.team, First: utc(c.first)}
				found[k] = g
			}
			g.take(c, c.last >= newest[k])
			newest[k] = max(newest[k], c.last)
		}
	}
	groups := make([]Group, 0, len(found))
	for _, g := range found {
		slices.Sort(g.Topics)
		groups = append(groups, *g)
	}
	slices.SortFunc(groups, func(a, b Group) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Pointer, b.Pointer),
			cmp.Compare(a.Team, b.Team), cmp.Compare(a.Contract, b.Contract))
	})
	return x.coverage(), groups
}

// take adds a class to the group.
func (g *Group) take(c *class, newest bool) {
	g.Count += c.counted
	if !slices.Contains(g.Topics, c.topic) {
		g.Topics = append(g.Topics, c.topic)
	}
	if first := utc(c.first); first.Before(g.First) {
		g.First = first
	}
	if newest {
		g.Last = utc(c.last)
		g.Example = formatID(part{c.topic, c.example.partition}, c.example.source)
	}
}

func utc(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

// class says whether the filter lets records of the class through, as far as that does not depend on one reason.
func (q *Filter) class(c *class) bool {
	return (q.Topic == "" || q.Topic == c.topic) && (q.Team == "" || q.Team == c.team) && strings.HasPrefix(c.contract, q.Contract)
}

func (q *Filter) reason(r winnow.Reason) bool {
	return (q.Rule == "" || q.Rule == r.Rule) && (q.Pointer == "" || q.Pointer == r.Pointer)
}

// A spot is an entry's place in the order of Records: newest first, then by id.
type spot struct {
	p part
	e entry
}

func (a spot) compare(b spot) int {
	return cmp.Or(cmp.Compare(b.e.time, a.e.time), comparePart(a.p, b.p), cmp.Compare(a.e.source, b.e.source))
}

// A page is the first spots of those pushed, as a heap with the last of them on top.
type page []spot

func (h page) Len() int           { return len(h) }
func (h page) Less(i, j int) bool { return h[i].compare(h[j]) > 0 }
func (h page) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *page) Push(v any)        { *h = append(*h, v.(spot)) } //nolint:forcetypeassert // container/heap's face
func (h *page) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}

// Records gives at most limit records, newest first, that come after the cursor `after` ("" = from the newest), and the
// cursor to go on with, "" at the end. It returns ErrBadCursor for a cursor that it cannot read. Records whose details
// were dropped are not among them.
func (x *Index) Records(q Filter, limit int, after string) (cover Coverage, rs []Record, next string, err error) {
	var from *spot
	if after != "" {
		s, err := parseCursor(after)
		if err != nil {
			return Coverage{}, nil, "", err
		}
		from = &s
	}
	x.mu.RLock()
	defer x.mu.RUnlock()
	found, more := x.page(&q, limit, from)
	for _, s := range found {
		rs = append(rs, x.record(s))
	}
	if more && len(found) > 0 {
		next = found[len(found)-1].cursor()
	}
	return x.coverage(), rs, next, nil
}

// page finds the first limit entries after from. more says that there are others behind them.
func (x *Index) page(q *Filter, limit int, from *spot) (found []spot, more bool) {
	wanted := make([]bool, len(x.classes.list))
	for i := range wanted {
		c := &x.classes.list[i]
		wanted[i] = c.entries > 0 && q.class(c) && slices.ContainsFunc(c.reasons, q.reason)
	}
	var h page
	for p, f := range x.parts {
		for _, c := range f.chunks {
			for _, e := range c.entries {
				s := spot{p, e}
				if !wanted[e.class] || q.User != "" && x.users.names[e.user] != q.User || from != nil && s.compare(*from) <= 0 {
					continue
				}
				if len(h) < limit {
					heap.Push(&h, s)
					continue
				}
				more = true
				if limit > 0 && s.compare(h[0]) < 0 {
					h[0] = s
					heap.Fix(&h, 0)
				}
			}
		}
	}
	slices.SortFunc(h, spot.compare)
	return h, more
}

func (x *Index) record(s spot) Record {
	c := &x.classes.list[s.e.class]
	return Record{
		ID: formatID(s.p, s.e.source), Reasons: c.reasons, Contract: c.contract, Team: c.team, User: x.users.names[s.e.user],
		Time: utc(s.e.time), Size: int64(s.e.size), Covers: int64(s.e.covers),
	}
}

func (a spot) cursor() string {
	return strconv.FormatInt(a.e.time, 10) + ":" + formatID(a.p, a.e.source)
}

func parseCursor(text string) (spot, error) {
	ms, id, _ := strings.Cut(text, ":")
	t, err := strconv.ParseInt(ms, 10, 64)
	p, source, ok := parseID(id)
	if err != nil || !ok {
		return spot{}, fmt.Errorf("cannot go on: %w", ErrBadCursor)
	}
	return spot{p: p, e: entry{time: t, source: source}}, nil
}
