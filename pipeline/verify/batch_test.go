package verify

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/winnow-data/winnow/wire"
)

// In the source, [10, 20) is replaced: by what rots on a disk, and by what compaction leaves.
func TestBatches(t *testing.T) {
	const (
		whole   = `{"from":10,"to":20,"records":10,"passed":0,"failed":[[10,20]]}`
		two     = `{"from":10,"to":20,"records":10,"passed":2,"skipped":{"compacted":[[12,20]]}}`
		one     = `{"from":10,"to":20,"records":10,"passed":0,"failed":[[10,11]],"skipped":{"compacted":[[11,20]]}}`
		all     = `{"from":10,"to":20,"records":10,"passed":10}`
		nothing = `{"from":10,"to":20,"records":10,"passed":0,"skipped":{"compacted":[[10,20]]}}`
		nulls   = `{"from":10,"to":20,"records":10,"passed":0,"skipped":{"tombstone":[[10,12]],"compacted":[[12,20]]}}`
		covered = "winnow.batch"
	)
	broken := func(b []byte) []byte { // the checksum is right, and the codec's bytes are not
		copy(b[61:], "broken")
		return moved(b, 10, 10)
	}
	for _, c := range []struct {
		name    string
		batch   []byte
		entry   string
		covers  string // what a quarantined record at 10 covers; empty for none
		compact bool
		want    []string
	}{
		{"rotten, and the gate met it so", rotten(moved(batch(10), 10, 10)), whole, "10", false, nil},
		{"rotten, with a header that nobody should believe", rotten(moved(batch(10), 10, 1<<30)), whole, "10", false, nil},
		{"rotten, and it says that it is a marker", rotten(control(moved(batch(10), 10, 10))), whole, "10", false, nil},
		{"rotten, and the gate took it for one record", rotten(moved(batch(10), 10, 10)), one, "1", false, nil},
		{"rotten since the gate met it", rotten(moved(batch(10), 10, 10)), all, "", false, []string{"unverifiable 10"}},
		{"rotten, and only part of it is in the quarantine", rotten(moved(batch(10), 10, 10)), whole, "9", false, []string{"19+1"}},
		{"broken inside, and not compacted", broken(batch(10)), whole, "10", false, nil},
		{"broken inside, and compacted", broken(batch(9)), whole, "10", true, nil},
		{"broken inside, and there were tombstones", broken(batch(10)), nulls, "", false, []string{"unverifiable 2"}},
		{"it says that it has more records than it has", counting(3, batch(2)), whole, "10", false, nil},
		{"compacted before it was judged", moved(batch(2), 10, 10), two, "", true, nil},
		{"compacted after it was judged", moved(batch(2), 10, 10), all, "", true, []string{"unverifiable 8"}},
		{"gaps, and the topic is not compacted", moved(batch(2), 10, 10), all, "", false, []string{"12+8"}},
		{"a record that compaction did not take", moved(batch(3), 10, 10), two, "", true, []string{"12+1"}},
		{"records that were taken for tombstones", moved(batch(2), 10, 10), nulls, "", true, []string{"10+2"}},
		{"tombstones", moved(batch(2, 0, 1), 10, 10), nulls, "", true, nil},
		{"tombstones that nobody saw", moved(batch(2, 0, 1), 10, 10), nothing, "", true, []string{"10+2"}},
		{"nothing is left", nil, nothing, "", true, nil},
		{"a gap, and the topic is not compacted", nil, all, "", false, []string{"10+10"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newScene(newWorld(t))
			s.sources = []func(*scene){func(s *scene) { s.records(10) }, func(s *scene) { s.records(10) }, func(s *scene) { s.records(10) }}
			s.entries, s.committed = []string{s.entries[0], c.entry, s.entries[2]}, 30
			s.rejects = []quarantined{s.rejects[0], s.rejects[1], s.rejects[3]}
			if c.covers != "" {
				q := append(failed(s.id(10)), covered, `{"offsets":`+c.covers+`}`)
				s.rejects = []quarantined{s.rejects[0], s.rejects[1], q, s.rejects[2]}
			}
			if c.compact {
				s.config = map[string]string{"cleanup.policy": "compact"}
			}
			s.play()
			s.serve(s.topic, func(offset int64) []byte {
				return append(append(moved(batch(10), 0, 10), c.batch...), moved(batch(10), 20, 10)...)
			})
			s.found(c.want...)
		})
	}
}

// counting makes a batch claim that many records.
func counting(n uint32, b []byte) []byte {
	binary.BigEndian.PutUint32(b[57:], n)
	return moved(b, 10, 10)
}

// control sets the bit of a marker.
func control(b []byte) []byte {
	b[22] |= 0x20
	return b
}

// The broker keeps its own logs badly: what cannot be read there is named by its place.
func TestOwnLogsRot(t *testing.T) {
	w := newWorld(t)
	s := newScene(w)
	s.play()
	s.serve(s.topic+".verdicts", func(int64) []byte {
		set := moved(one(s.entries[0]), 0, 1)
		set = append(set, rotten(moved(one(s.entries[1]), 1, 1))...)
		set = append(set, moved(one(s.entries[2]), 2, 1)...)
		return append(set, moved(one(s.entries[3]), 3, 1)...)
	})
	r := s.found("10+10")
	if p := r.Partitions[0].Contradictions[0].Problem; !strings.Contains(p, ".verdicts/0/1 cannot be read") {
		t.Error(p)
	}
	s = newScene(newWorld(t))
	s.play()
	s.serve(s.topic+".quarantine", func(int64) []byte {
		set := rotten(moved(s.rejects[0].batch(), 0, 1))
		for i := 1; i < 4; i++ {
			set = append(set, moved(s.rejects[i].batch(), int64(i), 1)...)
		}
		return set
	})
	s.found(".quarantine/0/0+1", "unverifiable 1")
}

// A batch that could not be read may have been judged in two ranges.
func TestBatchOverTwoEntries(t *testing.T) {
	w := newWorld(t)
	for covers, want := range map[string][]string{"10": nil, "9": {"19+1"}, "11": {"20+1"}} {
		s := newScene(w)
		s.entries = append([]string{s.entries[0], `{"from":10,"to":15,"records":5,"passed":0,"failed":[[10,15]]}`,
			`{"from":15,"to":20,"records":5,"passed":0,"failed":[[15,20]]}`}, s.entries[2:]...)
		s.rejects[2] = append(failed(s.id(10)), "winnow.batch", `{"offsets":`+covers+`}`)
		s.expect(want...)
	}
}

// Kafka may delete up to the middle of a batch, and gives the whole batch nevertheless.
func TestDeletedWithinABatch(t *testing.T) {
	for suffix, want := range map[string]string{"": "unverifiable 2", ".verdicts": "unverifiable 20", ".quarantine": "unverifiable 2"} {
		s := newScene(newWorld(t))
		entries, rejects := s.entries, s.rejects
		s.entries, s.rejects = nil, nil
		s.play()
		rs := make([]wire.OutRecord, len(entries))
		for i := range rs {
			rs[i].Value = []byte(entries[i])
		}
		s.produce(s.topic+".verdicts", wire.EncodeBatch(nil, rs, wire.CodecLZ4))
		for i := range rejects {
			s.write(rejects[i][1])
		}
		s.flush()
		s.cut(suffix, 2)
		s.found(want)
	}
}
