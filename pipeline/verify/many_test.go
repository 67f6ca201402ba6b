package verify

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/winnow-data/winnow/pipeline/verdicts"
)

// More out of its order, and more missing, than is held at one time: all of it is found.
func TestMoreThanIsHeld(t *testing.T) {
	const entries, each = 80, 2000
	s, q := half(t, entries, each)
	s.entries = append(s.entries, s.entries...) // and two verdicts on each
	s.play()
	for i, id := range q { // all but one, all once more, and one that passed
		if i != 5 {
			s.write(id)
		}
	}
	for i, id := range q {
		if i != 5 {
			s.write(id)
		}
	}
	s.write(s.id(7))
	s.flush()
	s.found("7+1", "10+1", fmt.Sprintf("doubled %d", len(q)-1+entries*each))
}

// half is a scene in which every other record failed, so that ranges do not join, and the ids of those.
func half(t testing.TB, entries, each int) (s *scene, ids []string) {
	s = newScene(newWorld(t))
	s.sources, s.entries, s.rejects, s.committed = nil, nil, nil, -1
	for i := range entries {
		s.sources = append(s.sources, func(s *scene) { s.records(each) })
		e := verdicts.Entry{From: int64(i * each), Passed: int64(each / 2)}
		for o := i * each; o < (i+1)*each; o += 2 {
			e.Failed = verdicts.AddOffset(e.Failed, int64(o))
			ids = append(ids, s.id(o))
		}
		if err := e.Close(int64((i + 1) * each)); err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		s.entries = append(s.entries, string(text))
	}
	return s, ids
}

// Nothing is in the quarantine, and more is missed than is looked for at one time.
func TestMoreIsMissingThanIsHeld(t *testing.T) {
	const entries, each = 10, 2000
	s, _ := half(t, entries, each)
	s.play()
	r := s.verify()
	if p := r.Partitions[0]; p.Contradicted != entries*each/2 || len(p.Contradictions) != maxContradictions || r.Balanced {
		t.Errorf("%d contradicted, %d named", p.Contradicted, len(p.Contradictions))
	}
}
