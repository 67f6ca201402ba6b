package pipeline

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/pipeline/judge"
	"github.com/winnow-data/winnow/pipeline/verdicts"
	"github.com/winnow-data/winnow/schemas"
	"github.com/winnow-data/winnow/wire"
)

// testPlan compiles a contract for records like {"n":1,"team":"a"}.
func testPlan(t testing.TB, more string) *judge.Plan {
	t.Helper()
	file := filepath.Join(t.TempDir(), "contract.yaml")
	text := `winnow: 1
name: numbers
topics: [numbers]
team: {pointer: /team}
sensitive: off
schema: {type: object, required: [n], properties: {n: {type: integer}, team: {type: string}}}
` + more
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, faults := schemas.LoadContract(file, schemas.ContractOptions{})
	if err := faults.Err(); err != nil {
		t.Fatal(err)
	}
	return &judge.Plan{Contract: c, Limits: schemas.DefaultLimits()}
}

const good, bad = `{"n":1,"team":"a"}`, `{"n":"x","team":"b"}`

// batch encodes values as a record batch that begins at base. "" is a tombstone.
func batch(base int64, codec wire.Codec, values ...string) []byte {
	rs := make([]wire.OutRecord, len(values))
	for i, v := range values {
		rs[i].Time = 1000 + int64(i)
		if v != "" {
			rs[i].Value = []byte(v)
		}
	}
	b := wire.EncodeBatch(nil, rs, codec)
	binary.BigEndian.PutUint64(b, uint64(base))
	return b
}

// gathered is what a worker handed over.
type gathered struct {
	entries  []*verdicts.Entry
	rejected []string // offset: reasons
	raw      [][]byte
}

func newTestWorker(plan *judge.Plan, next int64) (*worker, *gathered) {
	g := &gathered{}
	w := &worker{topic: "numbers", plan: plan, next: next, judge: judge.New(plan, nil), decompressor: wire.NewDecompressor(1 << 20),
		count: NewTally(100, nil).NewCounter("numbers", "numbers", nil)}
	w.hand = func(j *job) (*job, error) {
		j.apply()
		g.entries = append(g.entries, j.entry)
		for _, r := range j.list {
			g.rejected = append(g.rejected, fmt.Sprintf("%d+%d %v", r.Record.Offset, r.Covers, r.Reasons))
			g.raw = append(g.raw, r.Record.Value)
		}
		return newJob(1 << 20), nil
	}
	w.begin(newJob(1 << 20))
	return w, g
}

// account checks that the entries follow each other, and adds them up.
func (g *gathered) account(t *testing.T, from, to int64) Totals {
	t.Helper()
	sum := Totals{First: from, Next: from}
	for _, e := range g.entries {
		if e.From != sum.Next {
			t.Errorf("an entry begins at %d, not at %d", e.From, sum.Next)
		}
		if err := e.Validate(); err != nil {
			t.Error(err)
		}
		sum.Add(e)
	}
	if sum.Next != to || !sum.Balanced() {
		t.Errorf("the entries end at %d, not at %d: %+v", sum.Next, to, sum)
	}
	return sum
}

func TestWorkerJudgesASet(t *testing.T) {
	for _, codec := range []wire.Codec{wire.CodecNone, wire.CodecGzip, wire.CodecSnappy, wire.CodecLZ4, wire.CodecZstd} {
		w, g := newTestWorker(testPlan(t, ""), 100)
		set := append(batch(100, codec, good, bad, ""), batch(105, codec, good, "no json")...) // 103 and 104 were compacted away
		if err := w.judgeSet(&fetched{Fetched: wire.Fetched{Set: set, HighWatermark: 107}}); err != nil {
			t.Fatal(codec, err)
		}
		sum := g.account(t, 100, 107)
		if sum.Passed != 2 || sum.Quarantined != 2 || sum.Skipped[verdicts.CauseTombstone] != 1 || sum.Skipped[verdicts.CauseCompacted] != 2 {
			t.Errorf("%s: %+v", codec, sum)
		}
		want := "101+1 [{type /n }] 106+1 [{json  syntax}]"
		if got := strings.Join(g.rejected, " "); got != want {
			t.Errorf("%s: got %s, want %s", codec, got, want)
		}
		if string(g.raw[0]) != bad {
			t.Errorf("%s: the value is %q", codec, g.raw[0])
		}
	}
}

func TestWorkerBeginsInTheMiddleOfABatch(t *testing.T) {
	w, g := newTestWorker(testPlan(t, ""), 12)
	if err := w.judgeSet(&fetched{Fetched: wire.Fetched{Set: batch(10, wire.CodecNone, bad, bad, bad, good)}}); err != nil {
		t.Fatal(err)
	}
	if sum := g.account(t, 12, 14); sum.Passed != 1 || sum.Quarantined != 1 {
		t.Errorf("%+v", sum)
	}
}

// An empty value is not a null one, and must not become one on its way into the quarantine.
func TestRejectsKeepEmptyAndNull(t *testing.T) {
	q := &rejects{limit: 100}
	q.add(&winnow.Record{Key: []byte{}, Value: nil}, &judge.Verdict{}, "", "", "")
	q.add(&winnow.Record{Key: nil, Value: []byte{}}, &judge.Verdict{}, "", "", "")
	if a, b := q.list[0].Record, q.list[1].Record; a.Key == nil || a.Value != nil || b.Key != nil || b.Value == nil {
		t.Errorf("%v, %v", a, b)
	}
}

func TestWorkerSkipsTransactions(t *testing.T) {
	transactional := func(b []byte, producer int64, attributes uint16) []byte {
		wire.StampBatch(b, wire.Stamp{ProducerID: producer})
		binary.BigEndian.PutUint16(b[21:], attributes)
		return fixCRC(b)
	}
	set := transactional(batch(0, wire.CodecNone, good, bad), 7, 0x10)
	marker := wire.EncodeBatch(nil, []wire.OutRecord{{Key: []byte{0, 0, 0, 0}, Value: []byte{0, 0, 0, 0, 0, 0}}}, wire.CodecNone)
	binary.BigEndian.PutUint64(marker, 2)
	set = append(set, transactional(marker, 7, 0x30)...)
	set = append(set, batch(3, wire.CodecNone, good)...)
	w, g := newTestWorker(testPlan(t, ""), 0)
	if err := w.judgeSet(&fetched{Fetched: wire.Fetched{Set: set, Aborted: []wire.AbortedTxn{{ProducerID: 7, FirstOffset: 0}}}}); err != nil {
		t.Fatal(err)
	}
	sum := g.account(t, 0, 4)
	if sum.Passed != 1 || sum.Quarantined != 0 || sum.Skipped[verdicts.CauseAborted] != 2 || sum.Skipped[verdicts.CauseControl] != 1 {
		t.Errorf("%+v", sum)
	}
}

// A batch that is too large to be held belongs to its transaction all the same.
func TestAnAbortedBatchThatIsTooLarge(t *testing.T) {
	b := batch(0, wire.CodecNone, good, good)
	wire.StampBatch(b, wire.Stamp{ProducerID: 7})
	binary.BigEndian.PutUint16(b[21:], 0x10)
	large := &wire.Oversize{Size: 100 << 20}
	copy(large.Header[:], b)
	for _, c := range []struct {
		aborted      []wire.AbortedTxn
		skip, failed int64
	}{{nil, 0, 2}, {[]wire.AbortedTxn{{ProducerID: 7}}, 2, 0}} {
		w, g := newTestWorker(testPlan(t, ""), 0)
		if err := w.judgeSet(&fetched{Fetched: wire.Fetched{TooLarge: large, Aborted: c.aborted}}); err != nil {
			t.Fatal(err)
		}
		if sum := g.account(t, 0, 2); sum.Skipped[verdicts.CauseAborted] != c.skip || sum.Quarantined != c.failed {
			t.Errorf("%+v", sum)
		}
	}
}

func TestWorkerRejectsUnreadableBatchesWhole(t *testing.T) {
	bomb := batch(0, wire.CodecZstd, strings.Repeat(" ", 2<<20))
	crc := batch(0, wire.CodecNone, good, good, good)
	crc[len(crc)-1] ^= 1
	codec := fixCRC(func() []byte { b := batch(0, wire.CodecNone, good, good); b[22] |= 7; return b }())
	lies := batch(0, wire.CodecNone, good, good)
	binary.BigEndian.PutUint32(lies[57:], 9) // records that are not there
	fixCRC(lies)
	magic := batch(0, wire.CodecNone, good)
	magic[16] = 1
	for name, c := range map[string]struct {
		set  []byte
		want string
	}{
		"bomb":      {bomb, "0+1 [{batch  bomb}]"},
		"crc":       {crc, "0+3 [{batch  crc}]"},
		"codec":     {codec, "0+2 [{batch  codec}]"},
		"truncated": {lies, "0+2 [{batch  truncated}]"},
		"magic":     {magic, "0+1 [{batch  codec}]"},
	} {
		follower := int64(3)
		w, g := newTestWorker(testPlan(t, ""), 0)
		set := append(append([]byte(nil), c.set...), batch(follower, wire.CodecNone, good)...)
		f := &fetched{Fetched: wire.Fetched{Set: set, HighWatermark: 4}}
		if n := f.nextFrom(0); n != 4 {
			t.Errorf("%s: the next fetch would begin at %d", name, n)
		}
		if err := w.judgeSet(f); err != nil {
			t.Fatal(name, err)
		}
		sum := g.account(t, 0, 4)
		if sum.Passed != 1 || len(g.rejected) != 1 {
			t.Errorf("%s: %+v, %v", name, sum, g.rejected)
		}
		got := g.rejected[0]
		if name == "magic" || name == "crc" { // their own offsets are not believed: the follower says where they end
			got = strings.Replace(got, "0+3", "0+"+fmt.Sprint(strings.SplitN(c.want, " ", 2)[0][2:]), 1)
		}
		if got != c.want {
			t.Errorf("%s: got %s, want %s", name, got, c.want)
		}
		if string(g.raw[0]) != string(c.set) {
			t.Errorf("%s: %d of %d bytes were kept", name, len(g.raw[0]), len(c.set))
		}
	}
}

// A header that cannot be trusted must not make the gate skip the log.
func TestNextAfterAWrongHeader(t *testing.T) {
	b := batch(10, wire.CodecNone, good, good)
	binary.BigEndian.PutUint32(b[23:], 1<<30) // lastOffsetDelta; the CRC does not fit any more
	f := &fetched{Fetched: wire.Fetched{Set: b, HighWatermark: 12}}
	if n := f.nextFrom(10); n != 11 {
		t.Errorf("the next fetch would begin at %d", n)
	}
	w, g := newTestWorker(testPlan(t, ""), 10)
	if err := w.judgeSet(f); err != nil {
		t.Fatal(err)
	}
	g.account(t, 10, 11)
}

func TestWorkerFlushesInPieces(t *testing.T) {
	w, g := newTestWorker(testPlan(t, ""), 0)
	values := make([]string, 5*judge.MaxRecords)
	for i := range values {
		values[i] = good
		if i%2 == 1 {
			values[i] = bad
		}
	}
	if err := w.judgeSet(&fetched{Fetched: wire.Fetched{Set: batch(0, wire.CodecNone, values...)}}); err != nil {
		t.Fatal(err)
	}
	sum := g.account(t, 0, int64(len(values)))
	if len(g.entries) > 2 || sum.Quarantined != int64(len(values)/2) || len(g.rejected) != len(values)/2 {
		t.Errorf("%d entries, %+v", len(g.entries), sum)
	}
	w, g = newTestWorker(testPlan(t, ""), 0)
	w.limit = 100 // bytes: every settled batch is too much
	w.hand = func(next func(*job) (*job, error)) func(*job) (*job, error) {
		return func(j *job) (*job, error) { r, err := next(j); r.limit = 100; return r, err }
	}(w.hand)
	if err := w.judgeSet(&fetched{Fetched: wire.Fetched{Set: batch(0, wire.CodecNone, values...)}}); err != nil {
		t.Fatal(err)
	}
	if g.account(t, 0, int64(len(values))); len(g.entries) != 5 {
		t.Errorf("%d entries", len(g.entries))
	}
}

func TestShadowQuarantinesNothing(t *testing.T) {
	w, g := newTestWorker(testPlan(t, "mode: shadow\n"), 0)
	if err := w.judgeSet(&fetched{Fetched: wire.Fetched{Set: batch(0, wire.CodecNone, good, bad)}}); err != nil {
		t.Fatal(err)
	}
	sum := g.account(t, 0, 2)
	if sum.Passed != 2 || len(g.rejected) != 0 || verdicts.Count(g.entries[0].Tagged["type"]) != 1 {
		t.Errorf("%+v, %+v", sum, g.entries[0])
	}
	if got := rows(t, w.count.tally, ByTeam); got != "b 1/1\na 0/1\n" {
		t.Errorf("the errors are not counted: %s", got)
	}
}

func BenchmarkWorker(b *testing.B) {
	plan := testPlan(b, "")
	values := make([]string, 2000)
	for i := range values {
		values[i] = fmt.Sprintf(`{"n":%d,"team":"a","text":%q}`, i, strings.Repeat("lorem ipsum ", 29))
	}
	set := batch(0, wire.CodecNone, values...)
	w, _ := newTestWorker(plan, 0)
	w.hand = func(j *job) (*job, error) { j.apply(); j.reset(); return j, nil }
	b.SetBytes(int64(len(set)))
	b.ReportAllocs()
	for b.Loop() {
		w.next = 0
		w.begin(w.job)
		if err := w.judgeSet(&fetched{Fetched: wire.Fetched{Set: set}}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*float64(len(values))/b.Elapsed().Seconds(), "records/s")
}
