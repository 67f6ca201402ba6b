package wire

import (
	"errors"
	"math"
	"testing"

	"github.com/winnow-data/winnow"
)

// oneBatch encodes rs and takes the batch apart again.
func oneBatch(t testing.TB, rs []OutRecord, codec Codec) Batch {
	t.Helper()
	b, rest, err := NextBatch(EncodeBatch(nil, rs, codec))
	if err != nil || len(rest) != 0 {
		t.Fatalf("%v, %d bytes left", err, len(rest))
	}
	return b
}

func walk(b *Batch, payload []byte) (out []record, err error) {
	rs := NewRecords(b, payload)
	for rec := (winnow.Record{}); rs.Next(&rec); {
		out = append(out, keep(&rec))
	}
	return out, rs.Err()
}

func TestRecords(t *testing.T) {
	headers := AppendHeader(AppendHeader(AppendHeader(nil, "a", []byte("1")), "null", nil), "", []byte{})
	in := []OutRecord{
		{Key: []byte("k"), Value: []byte("v"), Time: 1_700_000_000_000},
		{Key: nil, Value: nil, Time: 1_699_999_999_000},
		{Key: []byte{}, Value: []byte{}, Time: 1_800_000_000_000},
		{Value: make([]byte, 100_000), Headers: headers, NumHeaders: 3, Time: -1},
	}
	b := oneBatch(t, in, CodecNone)
	b.Base = 1 << 40
	if b.CheckCRC() != nil || b.Count != 4 || b.MaxTimestamp != 1_800_000_000_000 || b.Next() != 1<<40+4 || b.ProducerID != -1 {
		t.Errorf("the header is wrong: %+v", b)
	}
	rs := NewRecords(&b, b.payload)
	var rec winnow.Record
	for i, want := range in {
		if !rs.Next(&rec) {
			t.Fatalf("record %d: %v", i, rs.Err())
		}
		if rec.Offset != 1<<40+int64(i) || rec.Time != want.Time {
			t.Errorf("record %d: offset %d, time %d", i, rec.Offset, rec.Time)
		}
		if (rec.Key == nil) != (want.Key == nil) || (rec.Value == nil) != (want.Value == nil) ||
			string(rec.Key) != string(want.Key) || string(rec.Value) != string(want.Value) {
			t.Errorf("record %d: key %q, value of %d bytes", i, rec.Key, len(rec.Value))
		}
	}
	equal(t, "headers", keep(&rec).headers, []string{"a=1", "null=<null>", "="})
	if rs.Next(&rec) || rs.Err() != nil {
		t.Errorf("at the end: %v", rs.Err())
	}
	b.Attributes |= attrLogAppendTime
	if got, err := walk(&b, b.payload); err != nil || got[0].time != b.MaxTimestamp || got[3].time != b.MaxTimestamp {
		t.Errorf("log append time: %v, %v", got[0].time, err)
	}
}

// What a record may not look like, and how many records before it are good.
func TestRecordsThatLie(t *testing.T) {
	good := appendRecord(nil, &OutRecord{Key: []byte("k"), Value: []byte("v")}, 0, 0)
	with := func(tail ...byte) []byte { return append(append([]byte{}, good...), tail...) }
	sized := func(body ...byte) []byte { return with(append(appendVarint(nil, int64(len(body))), body...)...) }
	for name, test := range map[string]struct {
		payload []byte
		count   int32
		whole   int
	}{
		"a byte too many":          {with(0), 1, 1},
		"a record too few":         {good, 2, 1},
		"count beyond everything":  {good, math.MaxInt32, 1},
		"negative count":           {good, -1, 0},
		"no records":               {nil, 1, 0},
		"length beyond the end":    {with(0x7e), 2, 1},
		"negative length":          {with(1), 2, 1},
		"zero length":              {with(0), 2, 1},
		"huge length":              {with(0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01), 2, 1},
		"endless varint":           {with(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), 2, 1},
		"varint of 65 bits":        {with(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02), 2, 1},
		"same offset again":        {with(good...), 2, 1},
		"negative offset":          {sized(0, 0, 1, 1, 1, 0), 2, 1},
		"offset beyond the batch":  {sized(0, 0, 200, 1, 1, 1, 0), 2, 1},
		"key beyond the record":    {sized(0, 0, 2, 100, 1, 0), 2, 1},
		"key length -2":            {sized(0, 0, 2, 3, 1, 0), 2, 1},
		"value beyond the record":  {sized(0, 0, 2, 1, 100, 0), 2, 1},
		"no header count":          {sized(0, 0, 2, 1, 1), 2, 1},
		"negative header count":    {sized(0, 0, 2, 1, 1, 1), 2, 1},
		"more headers than bytes":  {sized(0, 0, 2, 1, 1, 100), 2, 1},
		"bytes but no headers":     {sized(0, 0, 2, 1, 1, 0, 9), 2, 1},
		"null header key":          {sized(0, 0, 2, 1, 1, 2, 1, 1), 2, 1},
		"header beyond the record": {sized(0, 0, 2, 1, 1, 2, 2, 'k', 8, 'v'), 2, 1},
		"a header too many":        {sized(0, 0, 2, 1, 1, 2, 0, 1, 0, 1), 2, 1},
		"nothing but attributes":   {sized(0), 2, 1},
	} {
		t.Run(name, func(t *testing.T) {
			b := Batch{LastOffsetDelta: 50, Count: test.count, Magic: 2}
			got, err := walk(&b, test.payload)
			if !errors.Is(err, ErrTruncated) || len(got) != test.whole {
				t.Errorf("got %d records and %v, want %d", len(got), err, test.whole)
			}
		})
	}
	b := Batch{LastOffsetDelta: 50, Count: 2, Magic: 2}
	if got, err := walk(&b, sized(0, 0, 2, 1, 1, 2, 2, 'k', 2, 'v')); err != nil || got[1].headers[0] != "k=v" {
		t.Errorf("the good one among them: %v, %v", got, err)
	}
}

func TestHeadersOfAnyBytes(t *testing.T) {
	good := AppendHeader(nil, "k", []byte("v"))
	for _, raw := range [][]byte{nil, {0xff}, {2}, {1, 1}, good[:len(good)-1]} {
		for k, v := range Headers(raw, 3) {
			t.Errorf("%x gave the header %q, %q", raw, k, v)
		}
	}
	n := 0
	for range Headers(append(append([]byte{}, good...), good...), 2) {
		n++
		break
	}
	if n != 1 {
		t.Error("a walk that is left goes on")
	}
}

func TestVarint(t *testing.T) {
	for _, v := range []int64{0, 1, -1, 63, -64, 64, -65, 8191, 8192, math.MaxInt32, math.MinInt32, math.MaxInt64, math.MinInt64} {
		p := appendVarint([]byte{9}, v)
		got, next := varint(p, 1)
		if got != v || next != len(p) || sizeVarint(v) != len(p)-1 {
			t.Errorf("%d became %d, of %d bytes, next %d", v, got, len(p)-1, next)
		}
		if _, next := varint(p[:len(p)-1], 1); next != -1 {
			t.Errorf("%d cut short is read", v)
		}
	}
}

func TestRecordsAllocateNothing(t *testing.T) {
	rs := make([]OutRecord, 1000)
	for i := range rs {
		rs[i] = OutRecord{Key: []byte("key"), Value: make([]byte, 300), Headers: AppendHeader(nil, "h", []byte("1")), NumHeaders: 1}
	}
	set := EncodeBatch(nil, rs, CodecNone)
	z := NewDecompressor(1 << 20)
	sum := 0
	if n := testing.AllocsPerRun(10, func() {
		b, _, err := NextBatch(set)
		if err != nil || b.CheckCRC() != nil {
			t.Fatal(err)
		}
		payload, _ := z.Open(&b)
		r := NewRecords(&b, payload)
		for rec := (winnow.Record{}); r.Next(&rec); {
			for k, v := range Headers(rec.Headers, rec.NumHeaders) {
				sum += len(k) + len(v)
			}
		}
	}); n != 0 {
		t.Errorf("%v allocations a batch", n)
	}
	if sum == 0 {
		t.Error("nothing was read")
	}
}
