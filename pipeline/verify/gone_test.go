package verify

import (
	"fmt"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// cut deletes a log's records below an offset, once everything is written.
func (s *scene) cut(suffix string, offset int64) {
	s.Helper()
	if err := s.kafka.DeleteRecords(s.topic+suffix, 0, offset); err != nil {
		s.Fatal(err)
	}
}

// What Kafka does not hold any more is counted, and holds nothing against anybody.
func TestUnverifiable(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct {
		name   string
		change func(*scene)
		cut    map[string]int64
		want   []string
	}{
		{"records", nil, map[string]int64{"": 7}, []string{"unverifiable 7"}},
		{"all records", nil, map[string]int64{"": 33}, []string{"unverifiable 33"}},
		{"records, and one of them is wrong", words(0, `"passed":8,"failed":[[3,5]]`, `"passed":7,"failed":[[3,5]],"skipped":{"compacted":[[6,7]]}`),
			map[string]int64{"": 7}, []string{"unverifiable 7"}},
		{"records, and the next one is wrong", words(0, `"passed":8,"failed":[[3,5]]`, `"passed":7,"failed":[[3,5]],"skipped":{"compacted":[[7,8]]}`),
			map[string]int64{"": 7}, []string{"7+1", "unverifiable 7"}},
		{"records before they were judged", func(s *scene) { s.entries, s.committed = s.entries[:2], 20 }, map[string]int64{"": 25},
			[]string{"unverifiable 25", "pending 8"}},
		{"records that the gate found to be gone", entry(0, `{"from":0,"to":10,"records":10,"passed":0,"skipped":{"retention":[[0,10]]}}`), map[string]int64{"": 10},
			[]string{"3+2", "unverifiable 10"}},
		{"verdicts", nil, map[string]int64{".verdicts": 2}, []string{"unverifiable 20"}},
		{"verdicts and all else", nil, map[string]int64{".verdicts": 2, "": 20, ".quarantine": 3}, []string{}},
		{"verdicts and records", nil, map[string]int64{".verdicts": 2, "": 20}, []string{"unverifiable 3"}},
		{"all verdicts", nil, map[string]int64{".verdicts": 4}, []string{"unverifiable 33"}},
		{"all verdicts, and nobody says where the group is", func(s *scene) { s.committed = -1 }, map[string]int64{".verdicts": 4}, []string{"pending 33"}},
		{"the quarantine's head", nil, map[string]int64{".quarantine": 2}, []string{"unverifiable 2"}},
		{"the quarantine", nil, map[string]int64{".quarantine": 4}, []string{"unverifiable 4"}},
		{"the quarantine's head, and one is missing behind it", func(s *scene) { s.rejects = drop(s.rejects, 2) }, map[string]int64{".quarantine": 1},
			[]string{"15+1", "unverifiable 1"}},
		{"the quarantine's head, and one is missing in front", func(s *scene) { s.rejects = drop(s.rejects, 0) }, map[string]int64{".quarantine": 1},
			[]string{"unverifiable 2"}},
		{"records of a compacted topic", func(s *scene) {
			s.config = map[string]string{"cleanup.policy": "compact,delete"}
			s.entries[3] = `{"from":30,"to":33,"records":3,"passed":3}`
		}, nil, []string{"unverifiable 3"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w.TB = t
			s := newScene(w)
			if c.change != nil {
				c.change(s)
			}
			s.play()
			for suffix, offset := range c.cut {
				s.cut(suffix, offset)
			}
			s.found(c.want...)
		})
	}
}

// Kafka deletes what the Verifier has begun to read: its first question is answered as if nothing were deleted, and so is perhaps its first
// fetch.
func TestDeletedUnderTheFeet(t *testing.T) {
	for _, c := range []struct {
		suffix string
		offset int64
		first  func(*scene) []byte
		want   []string
		spoken int64 // offsets that a verdict speaks of
	}{
		{"", 7, nil, []string{"unverifiable 7"}, 33},
		{"", 20, func(*scene) []byte { return batch(10) }, []string{"unverifiable 10"}, 33},
		{"", 33, func(*scene) []byte { return batch(10) }, []string{"unverifiable 23"}, 33},
		{".verdicts", 2, nil, []string{"unverifiable 20"}, 13},
		{".verdicts", 4, nil, []string{"unverifiable 33"}, 0},
		{".verdicts", 2, func(s *scene) []byte { return one(s.entries[0]) }, []string{"unverifiable 10"}, 23},
		{".verdicts", 4, func(s *scene) []byte { return one(s.entries[0]) }, []string{"unverifiable 23"}, 10},
		{".quarantine", 2, nil, []string{"unverifiable 2"}, 33},
		{".quarantine", 4, nil, []string{"unverifiable 4"}, 33},
		{".quarantine", 2, func(s *scene) []byte { return s.rejects[0].batch() }, []string{"unverifiable 1"}, 33},
		{".quarantine", 4, func(s *scene) []byte { return s.rejects[0].batch() }, []string{"unverifiable 3"}, 33},
	} {
		t.Run(fmt.Sprintf("%s below %d, %t", c.suffix, c.offset, c.first != nil), func(t *testing.T) {
			s := newScene(newWorld(t))
			s.play()
			s.cut(c.suffix, c.offset)
			s.lie(s.topic + c.suffix)
			if c.first != nil {
				s.serve(s.topic+c.suffix, func(offset int64) []byte {
					if offset > 0 {
						return nil
					}
					return c.first(s)
				})
			}
			if r := s.found(c.want...); r.Consumed != c.spoken || r.Consumed != r.Passed+r.Quarantined+r.Skipped {
				t.Errorf("%+v", r)
			}
		})
	}
}

// lie answers the first question for a log's beginning with 0.
func (s *scene) lie(name string) {
	asked := false
	s.kafka.ControlKey(int16(kmsg.ListOffsets), func(r kmsg.Request) (kmsg.Response, error, bool) {
		s.kafka.KeepControl()
		req := r.(*kmsg.ListOffsetsRequest)
		if asked || req.Topics[0].Topic != name || req.Topics[0].Partitions[0].Timestamp != -2 {
			return nil, nil, false
		}
		asked = true
		res := req.ResponseKind().(*kmsg.ListOffsetsResponse)
		topic := kmsg.NewListOffsetsResponseTopic()
		topic.Topic = name
		topic.Partitions = append(topic.Partitions, kmsg.NewListOffsetsResponseTopicPartition())
		topic.Partitions[0].Offset = 0
		res.Topics = append(res.Topics, topic)
		return res, nil, true
	})
}

// What at-least-once delivery leaves is counted, and contradicts nothing.
func TestDoubled(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct {
		name   string
		change func(*scene)
		want   []string
	}{
		{"a verdict was sent twice", func(s *scene) { s.entries = append(s.entries[:3], s.entries[2], s.entries[3]) }, []string{"doubled 10"}},
		{"the first verdict once more, at the end", func(s *scene) { s.entries = append(s.entries, s.entries[0]) }, []string{"doubled 10"}},
		{"two gates, in other ranges", func(s *scene) {
			s.entries = append(s.entries[:2], `{"from":5,"to":25,"records":20,"passed":18,"failed":[[15,16]],"skipped":{"tombstone":[[12,13]]},"tagged":{"a":[[21,25]]}}`,
				s.entries[2], s.entries[3])
		}, []string{"doubled 20"}},
		{"a crash between quarantine and verdict", func(s *scene) {
			s.rejects = []quarantined{s.rejects[0], s.rejects[1], s.rejects[0], s.rejects[1], s.rejects[2], s.rejects[3]}
		}, []string{"doubled 2"}},
		{"a crash, and then the ranges are shorter", func(s *scene) { s.rejects = append(append([]quarantined{}, s.rejects...), s.rejects...) }, []string{"doubled 4"}},
		{"two crashes", func(s *scene) {
			s.rejects = append(append(append([]quarantined{}, s.rejects[:3]...), s.rejects[:2]...), s.rejects...)
		}, []string{"doubled 5"}},
		{"a batch and its records", quarantine(3, "winnow.batch", `{"offsets":2}`), []string{"doubled 2"}},
		{"one is there twice and another is missing", func(s *scene) { s.rejects[2] = s.rejects[3] }, []string{"15+1", "doubled 1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w.TB = t
			s := newScene(w)
			c.change(s)
			r := s.expect(c.want...)
			if r.Consumed != 33 || r.Passed != 25 || r.Quarantined != 4 || r.Skipped != 4 {
				t.Errorf("doubles are counted: %+v", r)
			}
		})
	}
}

// A gate at work is ahead with the quarantine and behind with the verdicts.
func TestGateAtWork(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct {
		name   string
		change func(*scene)
		want   []string
	}{
		{"it has not begun", func(s *scene) { s.entries, s.rejects, s.committed = nil, nil, -1 }, []string{"pending 33"}},
		{"its topics are not there yet", func(s *scene) {
			s.entries, s.rejects, s.committed = nil, nil, -1
			s.lacking = map[string]bool{s.topic + ".verdicts": true, s.topic + ".quarantine": true}
		}, []string{"pending 33"}},
		{"it has begun at the start", func(s *scene) { s.entries, s.rejects, s.committed, s.metadata = nil, nil, 0, `{"winnow":1,"first":0}` }, []string{"pending 33"}},
		{"it has begun at the end", func(s *scene) {
			s.entries, s.rejects, s.committed, s.metadata = nil, nil, 33, `{"winnow":1,"first":33}`
		}, nil},
		{"somebody said where it begins", func(s *scene) { s.entries, s.rejects, s.committed, s.metadata = nil, nil, 20, "" }, []string{"pending 13"}},
		{"it began at the latest", func(s *scene) { s.entries, s.rejects = s.entries[2:], s.rejects[3:] }, nil},
		{"it wrote to the quarantine", func(s *scene) { s.entries, s.committed = s.entries[:1], 10 }, []string{"pending 23"}},
		{"its first range is in the quarantine", func(s *scene) { s.entries, s.committed = nil, -1 }, []string{"pending 33"}},
		{"it did not commit", func(s *scene) { s.committed = 10 }, nil},
		{"a transaction is open", func(s *scene) {
			s.sources = append(s.sources, func(s *scene) { s.Cleanup(s.transact(3).Close) })
		}, []string{"pending 3"}},
		{"the source's headers look like ours", func(s *scene) {
			s.rejects[0] = append(quarantined{"winnow.id", s.id(7), "winnow.batch", `{"offsets":9}`, "winnow.batch", "]"}, s.rejects[0]...)
		}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			w.TB = t
			s := newScene(w)
			c.change(s)
			s.expect(c.want...)
		})
	}
}

// In a transaction of the gate's, verdicts may be there to be read a moment before the quarantine.
func TestQuarantineIsCommittedAMomentLater(t *testing.T) {
	s := newScene(newWorld(t))
	s.rejects = s.rejects[:3]
	s.play()
	cl, err := kgo.NewClient(kgo.SeedBrokers(s.kafka.ListenAddrs()...), kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.TransactionalID("gate"))
	if err != nil {
		t.Fatal(err)
	}
	defer cl.Close()
	if err := cl.BeginTransaction(); err != nil {
		t.Fatal(err)
	}
	rec := &kgo.Record{Topic: s.topic + ".quarantine", Headers: []kgo.RecordHeader{{Key: "winnow.id", Value: []byte(s.id(27))}}}
	if err := cl.ProduceSync(t.Context(), rec).FirstErr(); err != nil {
		t.Fatal(err)
	}
	s.found("pending 1")
	if err := cl.EndTransaction(t.Context(), kgo.TryCommit); err != nil {
		t.Fatal(err)
	}
	s.found()
}

func TestNoSuchTopic(t *testing.T) {
	w := newWorld(t)
	if _, err := (&Verifier{Client: w.client}).Run(t.Context(), []string{"nowhere"}); err == nil {
		t.Error("no error")
	}
}

// More partitions than the verdict log has, and no group.
func TestFewerVerdictPartitions(t *testing.T) {
	w := newWorld(t)
	for topic, n := range map[string]int{"t": 3, "t.verdicts": 2, "t.quarantine": 1} {
		if _, err := w.client.EnsureTopic(t.Context(), topic, n, 1, nil); err != nil {
			t.Fatal(err)
		}
	}
	for p := range 3 {
		if _, err := w.client.Produce(t.Context(), "t", p, batch(10)); err != nil {
			t.Fatal(err)
		}
	}
	for p := range 2 {
		e := `{"from":0,"to":10,"records":10,"passed":9,"failed":[[3,4]]}`
		if _, err := w.client.Produce(t.Context(), "t.verdicts", p, one(e)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.client.Produce(t.Context(), "t.quarantine", 0, failed("t/0/3").batch()); err != nil {
		t.Fatal(err)
	}
	var done, total int64
	v := &Verifier{Client: w.client, Progress: func(d, n int64) {
		if d < done {
			t.Errorf("back from %d to %d", done, d)
		}
		done, total = d, n
	}}
	r, err := v.Run(t.Context(), []string{"t"})
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(sum(r)); got != "[t/1/3+1 pending 10]" || r.Passed != 18 || r.Consumed != 20 || r.Balanced || len(r.Partitions) != 3 {
		t.Errorf("%s, %+v", got, r)
	}
	if done != 30 || total != 30 {
		t.Errorf("progress of %d of %d", done, total)
	}
}
