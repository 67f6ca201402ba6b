//go:build kafka

package kafka

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"
)

// offsets is [from, to) as the verdict log writes it.
type offsets [2]int64

// verdict is an entry of T.verdicts.
type verdict struct {
	From, To, Records, Passed int64
	Failed                    []offsets
	Tagged, Skipped           map[string][]offsets
	Contract                  string
}

// totals are the sums of a verdict log.
type totals struct {
	passed, failed int64
	skipped        map[string]int64
	failedIDs      map[string]bool
}

// tolerance says what at-least-once may double.
type tolerance struct {
	copies  int  // of a record in the quarantine, beyond the first
	repeats bool // an entry of the verdict log may be there again, word for word: a broker took it and died before it said so
}

// verdicts reads T.verdicts and wants its entries to cover each offset below T's ends once, in order, and each entry to add up.
func verdicts(t *testing.T, brokers []string, topic string, allow tolerance) totals {
	t.Helper()
	sum := totals{skipped: map[string]int64{}, failedIDs: map[string]bool{}}
	at, last := map[int32]int64{}, map[int32]string{}
	for _, r := range readAll(t, brokers, topic+".verdicts") {
		if allow.repeats && last[r.Partition] == string(r.Value) {
			continue
		}
		last[r.Partition] = string(r.Value)
		var v verdict
		if err := json.Unmarshal(r.Value, &v); err != nil {
			t.Fatalf("%s: not an entry: %v", recordID(r), err)
		}
		if v.From != at[r.Partition] {
			t.Errorf("%s: the entry begins at %d, the one before it ended at %d", recordID(r), v.From, at[r.Partition])
		}
		at[r.Partition] = v.To
		sum.add(t, topic, r, v)
	}
	for p, end := range ends(t, brokers, topic) {
		if at[p] != end {
			t.Errorf("%s/%d ends at %d, its verdicts at %d", topic, p, end, at[p])
		}
	}
	return sum
}

func (sum *totals) add(t *testing.T, topic string, r *kgo.Record, v verdict) {
	t.Helper()
	all := slices.Clone(v.Failed)
	for cause, ranges := range v.Skipped {
		for _, o := range ranges {
			sum.skipped[cause] += o[1] - o[0]
		}
		all = append(all, ranges...)
	}
	slices.SortFunc(all, func(a, b offsets) int { return int(a[0] - b[0]) })
	at, others := v.From, int64(0)
	for _, o := range all {
		if o[0] < at || o[1] <= o[0] || o[1] > v.To {
			t.Errorf("%s: %v overlaps, is empty, or lies outside [%d, %d)", recordID(r), o, v.From, v.To)
		}
		at, others = o[1], others+o[1]-o[0]
	}
	if v.Records != v.To-v.From || v.Passed+others != v.Records {
		t.Errorf("%s: [%d, %d) has %d records, %d passed and %d others", recordID(r), v.From, v.To, v.Records, v.Passed, others)
	}
	if !strings.HasPrefix(v.Contract, "sha256:") {
		t.Errorf("%s: contract %q", recordID(r), v.Contract)
	}
	sum.passed += v.Passed
	for _, o := range v.Failed {
		sum.failed += o[1] - o[0]
		for i := o[0]; i < o[1]; i++ {
			id := kgo.Record{Topic: topic, Partition: r.Partition, Offset: i}
			sum.failedIDs[recordID(&id)] = true
		}
	}
}

// quarantined reads T.quarantine and groups it by winnow.id, wanting each record in its own partition's namesake.
func quarantined(t *testing.T, brokers []string, topic string) map[string][]*kgo.Record {
	t.Helper()
	byID := map[string][]*kgo.Record{}
	for _, r := range readAll(t, brokers, topic+".quarantine") {
		id, ok := header(r, "winnow.id")
		if !ok {
			t.Fatalf("%s: not exactly one winnow.id", recordID(r))
		}
		source, ok := header(r, "__connect.errors.partition")
		if want := strings.Split(id, "/"); !ok || len(want) != 3 || want[1] != source {
			t.Errorf("%s: id %s, but __connect.errors.partition %q", recordID(r), id, source)
		}
		byID[id] = append(byID[id], r)
	}
	return byID
}

// judged wants exactly the bad records in the quarantine and in the verdicts.
func judged(t *testing.T, brokers []string, topic string, bad map[string]*kgo.Record, allow tolerance) totals {
	t.Helper()
	sum, q := verdicts(t, brokers, topic, allow), quarantined(t, brokers, topic)
	if len(q) != len(bad) || sum.failed != int64(len(bad)) {
		t.Errorf("%d different records in the quarantine and %d failed by verdict, want %d", len(q), sum.failed, len(bad))
	}
	for id, want := range bad {
		if !sum.failedIDs[id] {
			t.Errorf("%s has no failing verdict", id)
		}
		if n := len(q[id]); n == 0 || n > 1+allow.copies {
			t.Errorf("%s is in the quarantine %d times, want 1 to %d", id, n, 1+allow.copies)
			continue
		}
		for _, got := range q[id] {
			sameRecord(t, got, want)
		}
	}
	return sum
}

// sameRecord wants got to be want byte for byte, in the same partition, with winnow's headers after want's.
func sameRecord(t *testing.T, got, want *kgo.Record) {
	t.Helper()
	if got.Partition != want.Partition {
		t.Errorf("%s is in partition %d of the quarantine", recordID(want), got.Partition)
	}
	if string(got.Key) != string(want.Key) || (got.Key == nil) != (want.Key == nil) {
		t.Errorf("%s: the key is not as it was", recordID(want))
	}
	if string(got.Value) != string(want.Value) || (got.Value == nil) != (want.Value == nil) {
		t.Errorf("%s: the value is not as it was", recordID(want))
	}
	if len(got.Headers) < len(want.Headers) {
		t.Fatalf("%s: %d headers of %d", recordID(want), len(got.Headers), len(want.Headers))
	}
	for i, h := range want.Headers {
		if g := got.Headers[i]; g.Key != h.Key || string(g.Value) != string(h.Value) {
			t.Errorf("%s: header %d is not as it was", recordID(want), i)
		}
	}
	for _, h := range got.Headers[len(want.Headers):] {
		if !strings.HasPrefix(h.Key, "winnow.") && !strings.HasPrefix(h.Key, "__connect.errors.") {
			t.Errorf("%s: header %s is neither the record's nor winnow's", recordID(want), h.Key)
		}
	}
}
