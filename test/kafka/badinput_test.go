//go:build kafka

package kafka

import (
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// TestBadInput sends what must never crash, stall or slip through, each with a good neighbour.
func TestBadInput(t *testing.T) {
	json := func(detail string) string { return `[{"rule":"json","pointer":"","detail":"` + detail + `"}]` }
	cases := []struct {
		name  string
		value []byte
		want  string // winnow.reasons; empty: skipped
	}{
		{"tombstone", nil, ""},
		{"empty", []byte{}, json("syntax")},
		{"not JSON", []byte("hello"), json("syntax")},
		{"cut", []byte(`{"id":1,"n":`), json("syntax")},
		{"two documents", []byte(`{"id":1,"n":1}{"id":2,"n":2}`), json("trailing")},
		{"duplicate key", []byte(`{"id":1,"n":1,"id":2}`), json("duplicate_key")},
		{"duplicate key, escaped", []byte(`{"id":1,"n":1,"\u0069d":2}`), json("duplicate_key")},
		{"invalid UTF-8", []byte("{\"id\":1,\"n\":1,\"team\":\"\xff\"}"), json("utf8")},
		{"lone surrogate", []byte(`{"id":1,"n":1,"team":"\ud800"}`), json("utf8")},
		{"byte order mark", []byte("\ufeff{\"id\":1,\"n\":1}"), json("utf8")},
		{"NaN", []byte(`{"id":1,"n":NaN}`), json("syntax")},
		{"huge exponent", []byte(`{"id":1,"n":1e10000000}`), json("number")},
		{"many digits", []byte(`{"id":1,"n":0.` + strings.Repeat("1", 10_000) + `}`), json("number")},
		{"deep", []byte(strings.Repeat("[", 100_000)), json("depth")},
		{"wrong types, all told", []byte(`{"id":"1","n":"1"}`), `[{"rule":"type","pointer":"/id"},{"rule":"type","pointer":"/n"}]`},
		{"missing", []byte(`{"id":1}`), `[{"rule":"required","pointer":"/n"}]`},
	}
	topic := topicName(t)
	p := newPipeline(t, setup{contracts: simple(topic)})
	createTopic(t, p.brokers, topic, 1)
	var rs []*kgo.Record
	for i, c := range cases {
		rs = append(rs, &kgo.Record{Topic: topic, Value: c.value}, &kgo.Record{Topic: topic, Value: item(i, false)})
	}
	produce(t, p.brokers, rs)
	w := start(t, p)
	untilGate(t, w, p, topic, time.Minute)

	sum, q := verdicts(t, p.brokers, topic, tolerance{}), quarantined(t, p.brokers, topic)
	if n := int64(len(cases)); sum.passed != n || sum.failed != n-1 || sum.skipped["tombstone"] != 1 {
		t.Errorf("passed %d, failed %d, skipped %v; want %d, %d, one tombstone", sum.passed, sum.failed, sum.skipped, n, n-1)
	}
	for i, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			copies := q[recordID(rs[2*i])]
			if c.want == "" {
				if len(copies) != 0 {
					t.Error("it is in the quarantine")
				}
				return
			}
			if len(copies) != 1 {
				t.Fatalf("it is in the quarantine %d times", len(copies))
			}
			sameRecord(t, copies[0], rs[2*i])
			if h, _ := header(copies[0], "winnow.reasons"); h != c.want {
				t.Errorf("reasons %s, want %s", h, c.want)
			}
		})
	}
	w.terminate(t)
	verified(t, p)
}
