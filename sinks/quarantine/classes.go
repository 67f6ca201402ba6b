package quarantine

import (
	"encoding/json"
	"strings"

	"github.com/winnow-data/winnow"
)

// other is the name of what is too many to be told apart.
const other = "other"

// maxClasses and maxUsers bound what the index tells apart, whatever arrives.
const (
	maxClasses   = 65_536
	maxUsers     = 100_000
	maxClassText = 32 << 20 // bytes of all classes' keys, and of the shortcuts'
	maxName      = 256      // bytes of a team, a user or a contract that are told apart
)

// A class is the records of one source topic and team that failed one contract in exactly the same way. Groups are sums
// of classes.
type class struct {
	topic, contract, team string
	reasons               []winnow.Reason // distinct, with array indices as *
	key                   string          // in classes.byKey; "" once the class is gone

	entries int64 // with details
	counted int64 // records, those without details too
	first   int64 // times of judging, Unix milliseconds
	last    int64
	example example
}

// An example is the newest record of a class.
type example struct {
	partition int
	source    int64
}

// classes gives each class a number.
type classes struct {
	list     []class
	free     []uint32
	byKey    map[string]uint32
	raw      map[string]uint32 // by what the headers say, before array indices are made *: a bounded shortcut
	text     int               // bytes of the keys in byKey
	rawText  int               // and in raw
	scratch  []byte
	overflow bool // some records went to a class that does not say how they failed
}

func newClasses() *classes {
	return &classes{byKey: map[string]uint32{}, raw: map[string]uint32{}}
}

// of gives the class of a record from its headers as they came.
func (cs *classes) of(topic string, contract, team, reasons []byte) uint32 {
	contract, team = head(contract), head(team)
	cs.scratch = append(append(cs.scratch[:0], topic...), 0)
	cs.scratch = append(append(cs.scratch, contract...), 0)
	cs.scratch = append(append(cs.scratch, team...), 0)
	cs.scratch = append(cs.scratch, reasons...)
	if id, ok := cs.raw[string(cs.scratch)]; ok {
		return id
	}
	raw := string(cs.scratch)
	id := cs.make(topic, validText(contract), validText(team), normal(parseReasons(reasons)))
	if len(cs.raw) >= maxClasses || cs.rawText > maxClassText {
		cs.forgetRaw()
	}
	cs.raw[raw] = id
	cs.rawText += len(raw)
	return id
}

func (cs *classes) forgetRaw() {
	clear(cs.raw)
	cs.rawText = 0
}

func (cs *classes) make(topic, contract, team string, reasons []winnow.Reason) uint32 {
	key := string(appendReasons([]byte(topic+"\x00"+contract+"\x00"+team+"\x00"), reasons))
	if id, ok := cs.byKey[key]; ok {
		return id
	}
	if len(cs.byKey) >= maxClasses || cs.text+len(key) > maxClassText {
		cs.overflow = true
		contract, team, reasons = "", other, []winnow.Reason{{Rule: other}}
		key = topic
		if id, ok := cs.byKey[key]; ok {
			return id
		}
	}
	var id uint32
	if n := len(cs.free); n > 0 {
		id, cs.free = cs.free[n-1], cs.free[:n-1]
	} else {
		id = uint32(len(cs.list)) //nolint:gosec // bounded by maxClasses and the number of topics
		cs.list = append(cs.list, class{})
	}
	cs.list[id] = class{topic: topic, contract: contract, team: team, reasons: reasons, key: key}
	cs.byKey[key] = id
	cs.text += len(key)
	return id
}

// add counts a record. It keeps the newest as example.
func (cs *classes) add(e *entry, partition int) {
	c := &cs.list[e.class]
	if c.counted == 0 {
		c.first, c.last = e.time, e.time
	}
	if e.time >= c.last {
		c.example = example{partition, e.source}
	}
	c.first, c.last = min(c.first, e.time), max(c.last, e.time)
	c.entries++
	c.counted += int64(e.covers)
}

// gone takes back an entry, whose records were counted, and uncounts them unless a summary keeps counting them.
func (cs *classes) gone(e *entry, uncount bool) {
	cs.list[e.class].entries--
	if uncount {
		cs.uncount(e.class, int64(e.covers))
	}
}

// uncount takes back n records, and the class with the last of them.
func (cs *classes) uncount(id uint32, n int64) {
	c := &cs.list[id]
	if c.counted -= n; c.counted > 0 || c.entries > 0 {
		return
	}
	delete(cs.byKey, c.key)
	cs.text -= len(c.key)
	cs.forgetRaw() // may name the class by several keys
	cs.list[id] = class{}
	cs.free = append(cs.free, id)
}

// parseReasons reads the header; what cannot be read is a reason of its own, so that the record is seen.
func parseReasons(text []byte) []winnow.Reason {
	var rs []winnow.Reason
	if json.Unmarshal(text, &rs) != nil || len(rs) == 0 {
		return []winnow.Reason{{Rule: other}}
	}
	return rs
}

// normal makes array indices *, and keeps one of each reason.
func normal(rs []winnow.Reason) []winnow.Reason {
	out := make([]winnow.Reason, 0, len(rs))
	seen := make(map[winnow.Reason]bool, len(rs))
	for _, r := range rs {
		r.Pointer = starred(r.Pointer)
		if !seen[r] {
			seen[r] = true
			out = append(out, r)
		}
	}
	return out
}

// starred is a pointer with * for what looks like an array index.
func starred(pointer string) string {
	if !strings.ContainsAny(pointer, "0123456789") {
		return pointer
	}
	parts := strings.Split(pointer, "/")
	for i, p := range parts {
		if i > 0 && p != "" && strings.Trim(p, "0123456789") == "" {
			parts[i] = "*"
		}
	}
	return strings.Join(parts, "/")
}

// users gives each user a number while a record of theirs is there. Number 0 is everybody beyond maxUsers.
type users struct {
	names []string
	refs  []int64
	free  []uint32
	ids   map[string]uint32
}

func newUsers() *users {
	return &users{names: []string{other}, refs: []int64{0}, ids: map[string]uint32{}}
}

// head is the part of a name that is told apart.
func head(name []byte) []byte { return name[:min(len(name), maxName)] }

// validText is a name as labels and JSON can have it.
func validText(name []byte) string { return strings.ToValidUTF8(string(name), "\uFFFD") }

// take gives the user's number for one more record.
func (us *users) take(name []byte) uint32 {
	name = head(name)
	if id, ok := us.ids[string(name)]; ok {
		us.refs[id]++
		return id
	}
	if len(us.ids) >= maxUsers {
		return 0
	}
	var id uint32
	if n := len(us.free); n > 0 {
		id, us.free = us.free[n-1], us.free[:n-1]
	} else {
		id = uint32(len(us.names)) //nolint:gosec // bounded by maxUsers
		us.names, us.refs = append(us.names, ""), append(us.refs, 0)
	}
	us.names[id], us.refs[id] = string(name), 1
	us.ids[us.names[id]] = id
	return id
}

// release gives a number back for one record.
func (us *users) release(id uint32) {
	if id == 0 {
		return
	}
	if us.refs[id]--; us.refs[id] == 0 {
		delete(us.ids, us.names[id])
		us.names[id] = ""
		us.free = append(us.free, id)
	}
}
