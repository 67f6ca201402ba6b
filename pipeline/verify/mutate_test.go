package verify

import (
	"fmt"
	"strings"
	"testing"
)

func TestBalanced(t *testing.T) {
	s := newScene(newWorld(t))
	r := s.expect()
	if r.Consumed != 33 || r.Passed != 25 || r.Quarantined != 4 || r.Skipped != 4 || r.Tagged != 3 || len(r.Partitions) != 1 {
		t.Errorf("%+v", r)
	}
	if by := r.SkippedBy; by["tombstone"] != 1 || by["aborted"] != 2 || by["control"] != 1 || len(by) != 3 {
		t.Errorf("skipped by %v", by)
	}
	if p := r.Partitions[0]; p.From != 0 || p.To != 33 {
		t.Errorf("verified [%d, %d)", p.From, p.To)
	}
}

// entry replaces one of the verdict log.
func entry(i int, value string) func(*scene) {
	return func(s *scene) { s.entries[i] = value }
}

// words changes the text of an entry.
func words(i int, old, replacement string) func(*scene) {
	return func(s *scene) {
		if !strings.Contains(s.entries[i], old) {
			panic("the entry does not say " + old)
		}
		s.entries[i] = strings.Replace(s.entries[i], old, replacement, 1)
	}
}

func drop[T any](rs []T, i int) []T { return append(append([]T{}, rs[:i]...), rs[i+1:]...) }

// quarantine adds a record to the quarantine's end.
func quarantine(offset int, more ...string) func(*scene) {
	return func(s *scene) { s.rejects = append(s.rejects, append(failed(s.id(offset)), more...)) }
}

// A mutation changes one thing, and that one thing is named, with its offset.
type mutation struct {
	name   string
	change func(*scene)
	want   []string
	say    string // in the first contradiction
}

func mutate(t *testing.T, ms []mutation) {
	w := newWorld(t)
	for _, m := range ms {
		t.Run(m.name, func(t *testing.T) {
			w.TB = t
			s := newScene(w)
			m.change(s)
			r := s.expect(m.want...)
			if p := r.Partitions[0]; len(p.Contradictions) == 0 || !strings.Contains(p.Contradictions[0].Problem, m.say) {
				t.Errorf("it says %+v", p.Contradictions)
			}
		})
	}
}

func TestVerdictsMissing(t *testing.T) {
	mutate(t, []mutation{
		{"a verdict is missing", func(s *scene) { s.entries = drop(s.entries, 1) }, []string{"10+10"}, "no verdict"},
		{"the last verdict is missing", func(s *scene) { s.entries = s.entries[:3] }, []string{"30+3"}, "group's offset is 33"},
		{"all verdicts are missing", func(s *scene) { s.entries = nil }, []string{"0+33"}, "group's offset is 33"},
		{"a verdict is moved back", func(s *scene) { s.entries[1], s.entries[2] = s.entries[2], s.entries[1] }, []string{"10+10"}, "no verdict"},
		{"the first verdict comes late", func(s *scene) { s.entries = append(s.entries[1:], s.entries[0]) }, []string{"0+10", "3+2"}, "stands behind"},
		{"two verdicts", func(s *scene) {
			s.entries = append(s.entries, `{"from":0,"to":10,"records":10,"passed":9,"failed":[[3,4]],"contract":"c"}`)
		}, []string{"4+1", "doubled 9"}, "two verdicts"},
		{"two verdicts, of other ranges", func(s *scene) {
			s.entries = append(s.entries, `{"from":8,"to":14,"records":6,"passed":5,"skipped":{"compacted":[[12,13]]},"contract":"c"}`)
		}, []string{"12+1", "doubled 5"}, "two verdicts"},
	})
}

func TestQuarantineWrong(t *testing.T) {
	mutate(t, []mutation{
		{"failed, and it is not in the quarantine", func(s *scene) { s.rejects = drop(s.rejects, 1) }, []string{"4+1"}, "failed, and not in the quarantine"},
		{"the last failed one is not in the quarantine", func(s *scene) { s.rejects = s.rejects[:3] }, []string{"27+1"}, "not in the quarantine"},
		{"nothing is in the quarantine", func(s *scene) { s.rejects = nil }, []string{"3+2", "15+1", "27+1"}, "not in the quarantine"},
		{"there is no quarantine", func(s *scene) {
			s.rejects, s.lacking = nil, map[string]bool{s.topic + ".quarantine": true}
		}, []string{"3+2", "15+1", "27+1"}, "not in the quarantine"},
		{"in the quarantine, and it passed", func(s *scene) {
			s.rejects = append(append([]quarantined{}, s.rejects[:2]...), failed(s.id(7)), failed(s.id(15)), failed(s.id(27)))
		}, []string{"7+1"}, "in the quarantine"},
		{"in the quarantine long after it passed", quarantine(7), []string{"7+1"}, "in the quarantine"},
		{"in the quarantine, and it is a tombstone", quarantine(12), []string{"12+1"}, "in the quarantine"},
		{"in the quarantine, and the source ends before", quarantine(33), []string{"33+1"}, "does not go so far"},
		{"a batch in the quarantine covers too much", quarantine(15, "winnow.batch", `{"offsets":3}`), []string{"16+2", "doubled 1"}, "in the quarantine"},
		{"a quarantined record of another partition", func(s *scene) {
			s.rejects = append(s.rejects, failed(s.topic+"/1/3"))
		}, []string{".quarantine/0/4+1"}, "which record"},
		{"a quarantined record of another topic", func(s *scene) { s.rejects = append(s.rejects, failed("x/0/3")) }, []string{".quarantine/0/4+1"}, "which record"},
		{"a quarantined record without an offset", func(s *scene) { s.rejects = append(s.rejects, failed(s.topic+"/0/")) },
			[]string{".quarantine/0/4+1"}, "which record"},
		{"a quarantined batch that says nonsense", quarantine(3, "winnow.batch", `{"offsets":0}`), []string{".quarantine/0/4+1"}, "which record"},
		{"a quarantined batch without end", quarantine(3, "winnow.batch", fmt.Sprintf(`{"offsets":%d}`, int64(1)<<62)),
			[]string{".quarantine/0/4+1"}, "which record"},
	})
}

func TestVerdictsWrong(t *testing.T) {
	mutate(t, []mutation{
		{"the group's offset is ahead", func(s *scene) { s.sources, s.committed = append(s.sources, s.sources[0]), 40 }, []string{"33+7", "pending 3"}, "group's offset is 40"},
		{"the source is not there", func(s *scene) { s.sources, s.rejects = nil, nil }, []string{"0+33", "3+2", "15+1", "27+1"}, "the source does not go so far"},
		{"the source ends before", func(s *scene) { s.sources = s.sources[:3] }, []string{"30+3"}, "the source does not go so far"},
		{"a verdict, and no record", entry(3, `{"from":30,"to":33,"records":3,"passed":1,"skipped":{"aborted":[[31,32]],"control":[[32,33]]}}`),
			[]string{"30+1"}, "no record"},
		{"a verdict on a marker", entry(3, `{"from":30,"to":33,"records":3,"passed":1,"skipped":{"aborted":[[30,32]]}}`), []string{"32+1"}, "no record"},
		{"a verdict on what is not there", entry(3, `{"from":30,"to":35,"records":5,"passed":2,"skipped":{"aborted":[[30,32]],"control":[[32,33]]}}`),
			[]string{"33+2"}, "the source does not go so far"},
		{"skipped as a tombstone, and there is no record", entry(3, `{"from":30,"to":33,"records":3,"passed":0,"skipped":{"aborted":[[30,32]],"tombstone":[[32,33]]}}`),
			[]string{"32+1"}, "no record"},
		{"skipped as a tombstone, and there is a value", words(1, "[[12,13]]", "[[13,14]]"), []string{"13+1"}, "it has a value"},
		{"skipped as compacted", entry(0, `{"from":0,"to":10,"records":10,"passed":7,"failed":[[3,5]],"skipped":{"compacted":[[7,8]]}}`), []string{"7+1"}, "skipped as compacted"},
		{"skipped as aborted", entry(0, `{"from":0,"to":10,"records":10,"passed":5,"failed":[[3,5]],"skipped":{"aborted":[[5,8]]}}`), []string{"5+3"}, "skipped as aborted"},
		{"skipped as a marker", words(1, "tombstone", "control"), []string{"12+1"}, "skipped as control"},
		{"skipped as deleted", words(1, "tombstone", "retention"), []string{"12+1"}, "skipped as retention"},
		{"skipped for no known cause", words(1, "tombstone", "mood"), []string{"10+10"}, "does not add up"},
		{"too few passed", words(1, `"passed":8`, `"passed":7`), []string{"10+10"}, "does not add up"},
		{"the number of records is wrong", words(1, `"records":10`, `"records":11`), []string{"10+10"}, "does not add up"},
		{"failed outside the range", words(1, "[[15,16]]", "[[25,26]]"), []string{"10+10"}, "does not add up"},
		{"tagged, and it failed", words(2, "[[21,23]]", "[[21,23],[27,28]]"), []string{"20+10"}, "27 is tagged and not passed"},
		{"tagged outside the range", words(2, "[[22,24]]", "[[2,4]]"), []string{"20+10"}, "tagged and not passed"},
		{"an entry is garbage", entry(1, "]"), []string{"10+10"}, ".verdicts/0/1 cannot be read"},
		{"an entry is empty", entry(1, "{}"), []string{"10+10"}, "cannot be read"},
		{"garbage between two entries", func(s *scene) {
			s.entries = append([]string{s.entries[0], "]", "null"}, s.entries[1:]...)
		}, []string{".verdicts/0/1+1", ".verdicts/0/2+1"}, "cannot be read"},
		{"the last entry is garbage", entry(3, "]"), []string{"30+3"}, ".verdicts/0/3 cannot be read"},
		{"garbage at the end", func(s *scene) { s.entries = append(s.entries, "]") }, []string{".verdicts/0/4+1"}, "cannot be read"},
	})
}
