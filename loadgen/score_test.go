package loadgen

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/winnow-data/winnow"
	"github.com/winnow-data/winnow/wire"
)

// A fakeGate writes verdicts and quarantine as a gate would, from the labels.
type fakeGate struct {
	t      *testing.T
	client *wire.Client
	topic  string
	fails  func(partition int, offset int64, f Fault) bool // nil: what is planted
	reason func(f Fault) winnow.Reason                     // nil: the right one
	copies func(offset int64) bool                         // nil: all
	twice  bool                                            // writes every second range again, and its copies out of order
	upTo   int64                                           // judges no further; 0 is all
	rng    *rand.Rand
}

const fakeRange = 300

func (g *fakeGate) run(partitions int) {
	g.t.Helper()
	g.rng = rand.New(rand.NewPCG(1, 1))
	for _, suffix := range []string{verdictSuffix, quarantineSuffix} {
		if _, err := g.client.EnsureTopic(g.t.Context(), g.topic+suffix, partitions, 1, nil); err != nil {
			g.t.Fatal(err)
		}
	}
	faults := make(map[string]Fault)
	for _, f := range Faults() {
		faults[f.Kind] = f
	}
	for p := range partitions {
		g.partition(p, faults)
	}
}

func (g *fakeGate) partition(p int, faults map[string]Fault) {
	source, err := newCursor(g.t.Context(), g.client, g.topic, p)
	if err != nil {
		g.t.Fatal(err)
	}
	v, copies := verdict{From: source.at}, []wire.OutRecord(nil)
	for {
		what, err := source.next(g.t.Context())
		if err != nil {
			g.t.Fatal(err)
		}
		if what == eventEnd {
			break
		}
		offset, next, kind := source.record.Offset, source.record.Offset+1, ""
		if what == eventBatch {
			f, _ := BatchLabel(&source.batch)
			offset, next, kind = source.batch.Base, source.batch.Next(), f.Kind
		} else if l, ok := readLabel(&source.record); ok {
			kind = string(l.kind)
		}
		if g.upTo > 0 && next > g.upTo {
			break
		}
		if f := faults[kind]; g.failed(p, offset, f) {
			v.Failed = append(v.Failed, [2]int64{offset, next})
			copies = g.copy(copies, p, offset, f)
		}
		if v.To = next; v.To-v.From >= fakeRange {
			g.write(p, v, copies)
			v, copies = verdict{From: next}, nil
		}
	}
	if v.To > v.From {
		g.write(p, v, copies)
	}
}

func (g *fakeGate) failed(p int, offset int64, f Fault) bool {
	if g.fails != nil {
		return g.fails(p, offset, f)
	}
	return !f.Good()
}

func (g *fakeGate) copy(copies []wire.OutRecord, p int, offset int64, f Fault) []wire.OutRecord {
	if g.copies != nil && !g.copies(offset) {
		return copies
	}
	reason := winnow.Reason{Rule: f.Rule, Pointer: f.Pointer, Detail: f.Detail}
	if g.reason != nil {
		reason = g.reason(f)
	}
	text, err := json.Marshal([]winnow.Reason{{Rule: "another", Pointer: "/x"}, reason})
	if err != nil {
		g.t.Fatal(err)
	}
	headers := wire.AppendHeader(nil, HeaderFault, []byte("theirs")) // the record's own come first
	headers = wire.AppendHeader(headers, headerID, fmt.Appendf(nil, "%s/%d/%d", g.topic, p, offset))
	headers = wire.AppendHeader(headers, headerReasons, text)
	return append(copies, wire.OutRecord{Value: []byte("x"), Headers: headers, NumHeaders: 3})
}

func (g *fakeGate) write(p int, v verdict, copies []wire.OutRecord) {
	entry, err := json.Marshal(v)
	if err != nil {
		g.t.Fatal(err)
	}
	entries := []wire.OutRecord{{Value: entry}}
	if g.twice && v.From/fakeRange%2 == 0 {
		entries = append(entries, entries[0])
		copies = append(slices.Clone(copies), copies...)
		g.rng.Shuffle(len(copies), func(i, j int) { copies[i], copies[j] = copies[j], copies[i] })
	}
	g.produce(g.topic+quarantineSuffix, p, copies)
	g.produce(g.topic+verdictSuffix, p, entries)
}

func (g *fakeGate) produce(topic string, p int, records []wire.OutRecord) {
	if len(records) == 0 {
		return
	}
	if _, err := g.client.Produce(g.t.Context(), topic, p, wire.EncodeBatch(nil, records, wire.CodecNone)); err != nil {
		g.t.Fatal(err)
	}
}

const scored = 4000

// scoreOf loads a topic, has the gate judge it, and scores.
func scoreOf(t *testing.T, g *fakeGate) (Score, Stats) {
	t.Helper()
	client, _ := cluster(t)
	stats := load(t, client, LoadConfig{
		Generator: Config{Seed: 2, Faults: 0.2}, Topic: "training", Partitions: 2, Count: scored, BatchEvery: 800, BatchRecords: 100,
	})
	g.t, g.client, g.topic = t, client, "training"
	g.run(2)
	score, err := ScoreTopic(t.Context(), client, "training")
	if err != nil {
		t.Fatal(err)
	}
	if n := score.Good + score.Planted + score.Unjudged + score.Repeated + score.Unlabelled; n != score.Records {
		t.Errorf("%d records do not add up to %d: %+v", n, score.Records, score)
	}
	return score, stats
}

func TestAPerfectGateHasAPerfectScore(t *testing.T) {
	for _, twice := range []bool{false, true} {
		score, stats := scoreOf(t, &fakeGate{twice: twice})
		if !score.Perfect() || score.Planted != stats.Planted || score.Caught != stats.Planted || score.Good == 0 {
			t.Errorf("twice %t: %+v\nof %+v", twice, score, stats)
		}
		planted := make(map[string]int64)
		for _, k := range score.ByKind {
			planted[k.Kind] = k.Planted
		}
		for _, k := range stats.Faults {
			if planted[k.Kind] != k.Count {
				t.Errorf("%d of %s were planted, %d scored", k.Count, k.Kind, planted[k.Kind])
			}
		}
		if len(stats.Faults) != len(Faults()) {
			t.Errorf("%d kinds were planted, there are %d", len(stats.Faults), len(Faults()))
		}
	}
}

func TestWhatAGateMissesIsMissed(t *testing.T) {
	score, stats := scoreOf(t, &fakeGate{fails: func(_ int, _ int64, f Fault) bool {
		return !f.Good() && f.Kind != "iban" && f.Kind != "batch_bomb"
	}})
	var missed int64
	for _, k := range stats.Faults {
		if k.Kind == "iban" || k.Kind == "batch_bomb" {
			missed += k.Count
		}
	}
	if score.Missed != missed || missed == 0 || score.Caught != stats.Planted-missed || score.FalseAlarms != 0 || score.Perfect() {
		t.Errorf("missed %d: %+v", missed, score)
	}
}

func TestAFalseAlarmIsOne(t *testing.T) {
	var alarms int64
	score, stats := scoreOf(t, &fakeGate{
		fails: func(p int, offset int64, f Fault) bool {
			if f.Good() && p == 1 && offset%97 == 0 {
				alarms++
				return true
			}
			return !f.Good()
		},
		reason: func(f Fault) winnow.Reason {
			if f.Good() {
				return winnow.Reason{Rule: "range", Pointer: "/score"}
			}
			return winnow.Reason{Rule: f.Rule, Pointer: f.Pointer, Detail: f.Detail}
		},
	})
	if score.FalseAlarms != alarms || alarms == 0 || score.Caught != stats.Planted || score.Perfect() {
		t.Errorf("%d false alarms: %+v", alarms, score)
	}
	if !slices.Contains(score.Alarms, AlarmCount{Rule: "range", Pointer: "/score", Count: alarms}) {
		t.Errorf("the alarms' reasons: %+v", score.Alarms)
	}
}

func TestTheReasonMustBeTheRightOne(t *testing.T) {
	score, stats := scoreOf(t, &fakeGate{reason: func(f Fault) winnow.Reason {
		switch f.Group {
		case GroupRule:
			return winnow.Reason{Rule: f.Rule, Pointer: "/elsewhere"}
		case GroupBatch:
			return winnow.Reason{Rule: f.Rule, Pointer: f.Pointer, Detail: "another"}
		}
		return winnow.Reason{Rule: f.Rule, Pointer: f.Pointer, Detail: f.Detail}
	}})
	var wrong int64
	for _, k := range stats.Faults {
		i := slices.IndexFunc(Faults(), func(f Fault) bool { return f.Kind == k.Kind })
		if g := Faults()[i].Group; g == GroupRule || g == GroupBatch {
			wrong += k.Count
		}
	}
	if score.WrongReason != wrong || wrong == 0 || score.Caught != stats.Planted || score.Perfect() {
		t.Errorf("%d wrong reasons: %+v", wrong, score)
	}
}

func TestACopyMustBeThere(t *testing.T) {
	score, stats := scoreOf(t, &fakeGate{copies: func(offset int64) bool { return offset%2 == 0 }})
	if score.NoCopy == 0 || score.NoCopy == stats.Planted || score.Caught != stats.Planted || score.WrongReason != 0 || score.Perfect() {
		t.Errorf("%+v", score)
	}
}

func TestWhatIsNotJudgedIsNotMissed(t *testing.T) {
	score, _ := scoreOf(t, &fakeGate{upTo: 1000})
	if score.Unjudged < scored/2 || score.Missed != 0 || score.FalseAlarms != 0 || score.Caught != score.Planted || score.Planted == 0 || score.Perfect() {
		t.Errorf("%+v", score)
	}
}

func TestATopicWithoutAGateIsNotJudged(t *testing.T) {
	client, _ := cluster(t)
	load(t, client, LoadConfig{Generator: Config{Seed: 2, Faults: 0.2}, Topic: "training", Count: 500})
	score, err := ScoreTopic(t.Context(), client, "training")
	if err != nil || score.Unjudged != 500 || score.Records != 500 {
		t.Errorf("%+v, %v", score, err)
	}
	if _, err := ScoreTopic(t.Context(), client, "nothing"); err == nil {
		t.Error("a topic that is not there has a score")
	}
}

func TestRecordsWrittenTwiceAndByOthersAreNotScored(t *testing.T) {
	client, _ := cluster(t)
	cfg := LoadConfig{Generator: Config{Seed: 2, Faults: 0.2}, Topic: "training", Partitions: 1, Count: 700}
	load(t, client, cfg)
	load(t, client, cfg) // the same run again, as after lost answers
	g := &fakeGate{t: t, client: client, topic: "training"}
	g.produce("training", 0, []wire.OutRecord{{Value: []byte("{}")}, {Value: []byte("{}"), NumHeaders: 1, Headers: wire.AppendHeader(nil, HeaderSeq, []byte("1.2"))}})
	g.run(1)
	score, err := ScoreTopic(t.Context(), client, "training")
	if err != nil || score.Repeated != 700 || score.Unlabelled != 2 || score.Good+score.Planted != 700 || !score.Perfect() {
		t.Errorf("%+v, %v", score, err)
	}
}
