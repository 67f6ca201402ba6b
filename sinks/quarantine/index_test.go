package quarantine

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/wire"
)

// fed is an index with records put in by hand: reject i of partition p at time 1000+i, the copy at offset i.
func fed(t *testing.T, cfg Config) *Index {
	t.Helper()
	cfg.Log, cfg.Match = quiet(), func(string) bool { return true }
	return newIndex(nil, cfg)
}

func (x *Index) feed(p part, at int64, r *winnow.Rejected) {
	f := x.parts[p]
	if f == nil {
		f = &follow{shelf: *newShelf()}
		x.parts[p] = f
	}
	m := meta{
		source: r.Record.Offset, at: at, time: 1000 + at, size: int64(len(r.Record.Value)), covers: max(1, r.Covers),
		reasons: appendReasons(nil, r.Reasons), contract: []byte(r.Contract), team: []byte(r.Team), user: []byte(r.User),
	}
	x.add(p, f, &m)
}

func reject(offset int64, team, user string, reasons ...winnow.Reason) *winnow.Rejected {
	return &winnow.Rejected{Record: winnow.Record{Offset: offset}, Contract: "sha256:aa", Team: team, User: user, Reasons: reasons}
}

func groupText(gs []Group) string {
	var b strings.Builder
	for _, g := range gs {
		fmt.Fprintf(&b, "%d %s %s %s %s %v %d-%d %s\n", g.Count, g.Contract, g.Rule, g.Pointer, g.Team, g.Topics, g.First.UnixMilli(), g.Last.UnixMilli(), g.Example)
	}
	return b.String()
}

func TestGroups(t *testing.T) {
	x := fed(t, Config{})
	typ := func(i int) winnow.Reason { return winnow.Reason{Rule: "type", Pointer: fmt.Sprintf("/items/%d/v1", i)} }
	rng := winnow.Reason{Rule: "range", Pointer: "/a"}
	x.feed(part{"s", 0}, 0, reject(10, "UA", "u1", typ(0), typ(1), rng)) // one record, once in the group
	x.feed(part{"s", 0}, 1, reject(11, "UA", "u2", typ(7)))
	x.feed(part{"s", 1}, 2, reject(10, "AA", "u1", typ(7)))
	x.feed(part{"r", 0}, 3, reject(5, "UA", "u1", rng))
	batch := reject(20, "unknown", "unknown", winnow.Reason{Rule: "batch", Detail: "crc"})
	batch.Covers = 40
	x.feed(part{"r", 0}, 4, batch)

	cover, gs := x.Groups(Filter{})
	want := `40 sha256:aa batch  unknown [r] 1004-1004 r/0/20
2 sha256:aa range /a UA [r s] 1000-1003 r/0/5
2 sha256:aa type /items/*/v1 UA [s] 1000-1001 s/0/11
1 sha256:aa type /items/*/v1 AA [s] 1002-1002 s/1/10
`
	if got := groupText(gs); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if cover.Records != 44 || cover.Dropped != 0 || cover.CaughtUp || !cover.Exact {
		t.Errorf("%+v", cover)
	}
	for _, c := range []struct {
		q    Filter
		want int
	}{
		{Filter{Team: "UA"}, 2}, {Filter{Rule: "type"}, 2}, {Filter{Topic: "r"}, 2}, {Filter{Contract: "sha256:a"}, 4}, {Filter{Contract: "sha256:b"}, 0},
		{Filter{Pointer: "/items/*/v1", Team: "AA"}, 1}, {Filter{Topic: "r", Rule: "type"}, 0},
	} {
		if _, gs := x.Groups(c.q); len(gs) != c.want {
			t.Errorf("%+v: %d groups, want %d", c.q, len(gs), c.want)
		}
	}
}

func ids(rs []Record) (s []string) {
	for _, r := range rs {
		s = append(s, r.ID)
	}
	return s
}

// Pages are newest first, without gaps or doubles, also while records come in.
func TestRecordsPages(t *testing.T) {
	x := fed(t, Config{})
	typ := winnow.Reason{Rule: "type", Pointer: "/v"}
	for i := range int64(100) {
		x.feed(part{"s", int(i % 4)}, i/2, reject(i, fmt.Sprint("t", i%3), fmt.Sprint("u", i%5), typ))
	}
	var all []string
	after := ""
	for range 100 {
		_, rs, next, err := x.Records(Filter{}, 7, after)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, ids(rs)...)
		x.feed(part{"new", 0}, int64(1000+len(all)), reject(int64(len(all)), "t", "u", typ))
		if after = next; next == "" {
			break
		}
	}
	if len(all) != 100 || len(slices.Compact(slices.Sorted(slices.Values(all)))) != 100 {
		t.Fatalf("%d records", len(all))
	}
	if all[0] != "s/2/98" || all[1] != "s/3/99" || all[99] != "s/1/1" {
		t.Errorf("order %v … %v", all[:3], all[97:])
	}
	_, rs, next, err := x.Records(Filter{Topic: "s", Team: "t1", User: "u2", Rule: "type", Pointer: "/v", Contract: "sha256:aa"}, 1000, "")
	if err != nil || next != "" || fmt.Sprint(ids(rs)) != "[s/1/97 s/2/82 s/3/67 s/0/52 s/1/37 s/2/22 s/3/7]" {
		t.Errorf("%v, next %q, %v", ids(rs), next, err)
	}
	for _, bad := range []string{"x", "5", "5:s/0", ":s/0/1", "5:s/0/01"} {
		if _, _, _, err := x.Records(Filter{}, 1, bad); !errors.Is(err, ErrBadCursor) {
			t.Errorf("cursor %q: %v", bad, err)
		}
	}
}

// The gate may write a record again; it counts once, as it was written last.
func TestWrittenAgain(t *testing.T) {
	x := fed(t, Config{})
	p := part{"s", 0}
	for i := range int64(10) {
		x.feed(p, i, reject(i, "UA", "u", winnow.Reason{Rule: "type", Pointer: "/v"}))
	}
	for i := range int64(4) {
		x.feed(p, 10+i, reject(6+i, "AA", "w", winnow.Reason{Rule: "range", Pointer: "/v"}))
	}
	cover, gs := x.Groups(Filter{})
	want := "6 sha256:aa type /v UA [s] 1000-1009 s/0/9\n4 sha256:aa range /v AA [s] 1010-1013 s/0/9\n"
	if got := groupText(gs); got != want || cover.Records != 10 || !cover.Exact {
		t.Errorf("%+v\n%s", cover, got)
	}
	x.remove(p)
	if len(x.classes.byKey) != 0 || len(x.users.ids) != 0 || x.counted != 0 {
		t.Errorf("left behind: %d classes, users %v, %d records", len(x.classes.byKey), x.users.ids, x.counted)
	}
}

// Beyond the cap the oldest are only counted; what Kafka drops is counted no more, and nothing is left behind.
func TestCapAndExpiry(t *testing.T) {
	x := fed(t, Config{Records: 2 * chunkSize})
	const n = 10 * chunkSize
	for i := range int64(n) {
		x.feed(part{"s", int(i % 2)}, i/2, reject(i, fmt.Sprint("t", i%2), fmt.Sprint("u", i), winnow.Reason{Rule: "type", Pointer: "/v"}))
	}
	cover, gs := x.Groups(Filter{})
	if cover.Records != n || cover.Dropped < n-2*chunkSize || cover.Dropped > n-chunkSize || !cover.Exact {
		t.Errorf("%+v", cover)
	}
	if len(gs) != 2 || gs[0].Count != n/2 || gs[1].Count != n/2 {
		t.Errorf("groups are not exact: %s", groupText(gs))
	}
	if x.entries > 2*chunkSize || len(x.users.ids) != x.entries {
		t.Errorf("%d entries, %d users", x.entries, len(x.users.ids))
	}
	_, rs, _, err := x.Records(Filter{}, n, "")
	if err != nil || len(rs) != x.entries {
		t.Errorf("%d records, %v", len(rs), err)
	}
	x.feed(part{"s", 0}, n, reject(0, "t0", "u", winnow.Reason{Rule: "type", Pointer: "/v"}))
	if cover, _ := x.Groups(Filter{}); cover.Exact {
		t.Error("a record that came again after its details were dropped is said to be counted exactly")
	}
	for p, f := range x.parts {
		x.expire(f, n+1)
		if cover, gs := x.Groups(Filter{}); p.partition == 0 && cover.Records == 0 && len(gs) > 0 {
			t.Errorf("%+v with groups", cover)
		}
	}
	cover, gs = x.Groups(Filter{})
	if cover.Records != 0 || cover.Dropped != 0 || len(gs) != 0 || x.entries != 0 {
		t.Errorf("after expiry: %+v, %d groups, %d entries", cover, len(gs), x.entries)
	}
	if len(x.classes.byKey) != 0 || len(x.users.ids) != 0 || x.classes.text != 0 {
		t.Errorf("left behind: %d classes, %d users", len(x.classes.byKey), len(x.users.ids))
	}
}

// However many teams and ways to fail there are, memory is bounded, and the answer says what it cost.
func TestTooManyClasses(t *testing.T) {
	x := fed(t, Config{})
	for i := range int64(maxClasses + 500) {
		x.feed(part{"s", 0}, i, reject(i, fmt.Sprint("team", i), fmt.Sprint("user", i), winnow.Reason{Rule: "type", Pointer: "/v"}))
	}
	cover, gs := x.Groups(Filter{Team: other})
	if len(x.classes.list) > maxClasses+1 || cover.Exact || len(gs) != 1 || gs[0].Count != 500 || gs[0].Rule != other {
		t.Errorf("%d classes, %+v, %s", len(x.classes.list), cover, groupText(gs))
	}
	long := reject(1<<40, strings.Repeat("t", 1000), "u", winnow.Reason{Rule: "r", Pointer: strings.Repeat("/p", 20<<20)})
	x = fed(t, Config{})
	x.feed(part{"s", 0}, 0, long)
	if x.classes.text > maxClassText {
		t.Errorf("%d bytes of keys", x.classes.text)
	}
}

func TestMetric(t *testing.T) {
	x := fed(t, Config{})
	typ := winnow.Reason{Rule: "type", Pointer: "/v"}
	for i := range int64(3) {
		x.feed(part{"s", 0}, i, reject(i, "UA", "u", typ, winnow.Reason{Rule: "range", Pointer: "/w"}))
	}
	c := NewCollector(x)
	if n := testutil.CollectAndCount(c); n != 0 {
		t.Errorf("%d metrics before the index has caught up", n)
	}
	x.caughtUp = true
	want := `# HELP winnow_quarantine_records Quarantined records that wait for review.
# TYPE winnow_quarantine_records gauge
winnow_quarantine_records{team="UA",topic="s"} 3
`
	if err := testutil.CollectAndCompare(c, strings.NewReader(want)); err != nil {
		t.Error(err)
	}
	for i := range int64(300) {
		x.feed(part{"s", 1}, i, reject(i, fmt.Sprint("t", i), "u", typ))
	}
	for i := range int64(5) { // a team need not be UTF-8, and a label must be
		x.feed(part{"s", 2}, i, reject(i, "\xff", "u", typ))
	}
	if n := testutil.CollectAndCount(c); n != maxTeams+1 {
		t.Errorf("%d metrics of 302 teams", n)
	}
	if problems, err := testutil.CollectAndLint(c); err != nil || len(problems) > 0 {
		t.Errorf("%v %v", problems, err)
	}
	sum := int64(0)
	for _, n := range capped(x.waiting()["s"]) {
		sum += n.records
	}
	if sum != 308 {
		t.Errorf("%d records in all teams", sum)
	}
}

func TestReadHeaders(t *testing.T) {
	forged := wire.AppendHeader(nil, HeaderID, []byte("evil/9/9"))
	forged = wire.AppendHeader(forged, HeaderMasked, []byte("true"))
	h := headerWriter{dst: forged, n: 2}
	r := winnow.Rejected{Record: winnow.Record{Offset: 3, Time: 5}, Reasons: []winnow.Reason{{Rule: "batch"}}, Team: "UA", User: "u", Covers: 9}
	h.ours(&place{topic: "s", partition: 1, judged: []byte("2026-03-04T05:06:07.890Z")}, &r, stub, [32]byte{}, 77)
	rec := winnow.Record{Offset: 40, Time: 1, Headers: h.dst, NumHeaders: h.n}
	var rd reader
	var m meta
	if !rd.read(&rec, &m) {
		t.Fatal("not read")
	}
	if string(m.topic) != "s" || m.partition != 1 || m.source != 3 || m.at != 40 || m.time != judged.UnixMilli() || m.timestamp != 5 ||
		m.size != 77 || m.covers != 9 || m.own != 2 || m.masked || m.stub == nil || string(m.team) != "UA" {
		t.Errorf("%+v", m)
	}
	for _, bad := range []string{"", "s", "s/1", "s/x/1", "s/-1/1", "s/1/2/3", "s/1/99999999999999999999"} {
		rec := winnow.Record{Headers: wire.AppendHeader(nil, HeaderID, []byte(bad)), NumHeaders: 1}
		if rd.read(&rec, &m) {
			t.Errorf("id %q is taken", bad)
		}
	}
}
