package wire

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/segmentio/kafka-go"
)

// answer builds what a broker sends, field by field.
type answer struct{ b []byte }

func (a *answer) i16(v int16) *answer { a.b = binary.BigEndian.AppendUint16(a.b, uint16(v)); return a }
func (a *answer) i32(v int32) *answer { a.b = append(a.b, be32(v)...); return a }
func (a *answer) i64(v int64) *answer { a.b = append(a.b, be64(v)...); return a }
func (a *answer) str(s string) *answer {
	a.i16(int16(len(s)))
	a.b = append(a.b, s...)
	return a
}

// sized puts the length in front.
func (a *answer) sized() []byte { return append(be32(int32(len(a.b))), a.b...) }

// head is an answer of Fetch v11 up to the aborted transactions.
func head(topic string, partition int32, code int16) *answer {
	a := new(answer).i32(correlation).i32(0).i16(0).i32(0).i32(1).str(topic).i32(1)
	return a.i32(partition).i16(code).i64(100).i64(90).i64(5)
}

func withSet(claimed int32, set []byte) []byte {
	a := head("topic", 3, 0).i32(0).i32(-1).i32(claimed)
	a.b = append(a.b, set...)
	return a.sized()
}

func readAnswer(p []byte, limit int) (*exchange, error) {
	x := newExchange(&FetchRequest{Topic: "topic", Partition: 3}, "", nil, limit)
	x.version = 11
	return x, x.read(bytes.NewReader(p))
}

func TestReadAnswer(t *testing.T) {
	one := EncodeBatch(nil, []OutRecord{{Value: []byte("a")}}, CodecNone)
	whole := withSet(int32(len(one)), one)
	x, err := readAnswer(whole, 1<<20)
	if err != nil || !bytes.Equal(x.out.Set, one) || x.out.HighWatermark != 100 || x.out.LastStable != 90 || x.out.LogStart != 5 {
		t.Errorf("%+v, %v", x.out, err)
	}
	for n := range whole {
		if _, err := readAnswer(whole[:n], 1<<20); err == nil {
			t.Errorf("an answer that ends after %d bytes is read", n)
		}
	}
	aborted := head("topic", 3, 0).i32(2).i64(7).i64(70).i64(8).i64(80).i32(-1).i32(-1)
	x, err = readAnswer(aborted.sized(), 1<<20)
	if err != nil || len(x.out.Aborted) != 2 || x.out.Aborted[1] != (AbortedTxn{8, 80}) || x.out.Set != nil {
		t.Errorf("aborted transactions: %+v, %v", x.out, err)
	}
	x, err = readAnswer(head("topic", 3, 6).i32(-1).i32(-1).i32(0).sized(), 1<<20)
	if err != nil || x.code != kafka.NotLeaderForPartition {
		t.Errorf("partition error: %v, %v", x.code, err)
	}
	x, err = readAnswer(new(answer).i32(correlation).i32(0).i16(70).i32(0).i32(0).sized(), 1<<20)
	if err != nil || x.code != 70 {
		t.Errorf("error without topics: %v, %v", x.code, err)
	}
}

func TestReadAnswerThatLies(t *testing.T) {
	one := EncodeBatch(nil, []OutRecord{{Value: make([]byte, 1000)}}, CodecNone)
	for name, test := range map[string]struct {
		answer []byte
		want   error
	}{
		"nothing":                {nil, io.ErrUnexpectedEOF},
		"negative size":          {be32(-5), errAnswer},
		"another correlation":    {new(answer).i32(99).sized(), errAnswer},
		"another topic":          {head("other", 3, 0).i32(0).i32(0).i32(0).sized(), errAnswer},
		"another partition":      {head("topic", 4, 0).i32(0).i32(0).i32(0).sized(), errAnswer},
		"a negative name":        {append(be32(20), new(answer).i32(1).i32(0).i16(0).i32(0).i32(1).i16(-9).b...), errAnswer},
		"no topics":              {new(answer).i32(correlation).i32(0).i16(0).i32(0).i32(0).sized(), errAnswer},
		"2^31 topics":            {new(answer).i32(correlation).i32(0).i16(0).i32(0).i32(1<<31 - 1).sized(), errAnswer},
		"2^31 transactions":      {head("topic", 3, 0).i32(1<<31 - 1).sized(), errAnswer},
		"2^31 bytes of records":  {withSet(1<<31-1, one), errAnswer},
		"a byte too much":        {withSet(int32(len(one)+1), one), errAnswer},
		"first batch cut":        {withSet(200, one[:200]), ErrPartial},
		"first batch of 2 GiB":   {withSet(100, patched(one, atLength, be32(1<<31-1)...)[:100]), ErrPartial},
		"2 GiB that do not come": {append(be32(1<<31-1), withSet(1<<30, patched(one, atLength, be32(1<<30-frameSize)...))[4:]...), io.ErrUnexpectedEOF},
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			x, err := readAnswer(test.answer, 1<<30)
			runtime.ReadMemStats(&after)
			if !errors.Is(err, test.want) || x.out.Set != nil {
				t.Errorf("got %v and %d bytes", err, len(x.out.Set))
			}
			if got := after.TotalAlloc - before.TotalAlloc; got > 1<<20 {
				t.Errorf("%d bytes made it allocate %d", len(test.answer), got)
			}
		})
	}
}

// A set that ends inside of a frame, or whose batch has no sensible length, is the parser's matter, not the fetch's.
func TestReadAnswerKeepsWhatItDoesNotUnderstand(t *testing.T) {
	for _, set := range []string{"x", strings.Repeat("\xff", 12), strings.Repeat("\xff", 500), strings.Repeat("\x00", 70)} {
		x, err := readAnswer(withSet(int32(len(set)), []byte(set)), 1<<20)
		if err != nil || string(x.out.Set) != set {
			t.Errorf("%q: %v", set, err)
		}
	}
}

func TestOversizeOfAnOldMessage(t *testing.T) {
	m := append(be64(7), be32(5000)...)
	m = append(m, make([]byte, 5000)...)
	m[atMagic] = 1
	x, err := readAnswer(withSet(int32(len(m)), m), 1000)
	if err != nil || x.out.TooLarge == nil || x.out.TooLarge.Size != 5012 {
		t.Fatalf("%+v, %v", x.out, err)
	}
	if b := x.out.TooLarge.Batch(); b.Magic != 1 || b.Base != 7 || b.Next() != 8 || b.Count != 0 {
		t.Errorf("%+v", b)
	}
}

// Once the buffer has grown, a fetch costs a few small allocations, however much it brings.
func TestReadAnswerIntoTheSameMemory(t *testing.T) {
	set := EncodeBatch(nil, []OutRecord{{Value: make([]byte, 4<<20)}}, CodecNone)
	p := withSet(int32(len(set)), set)
	slab := NewSlab(8 << 20)
	var before, after runtime.MemStats
	for i := range 21 {
		if i == 1 {
			runtime.ReadMemStats(&before)
		}
		x := newExchange(&FetchRequest{Topic: "topic", Partition: 3}, "", slab.take(), slab.limit)
		x.version = 11
		if err := x.read(bytes.NewReader(p)); err != nil || len(x.out.Set) != len(set) {
			t.Fatal(err)
		}
		slab.buf, _ = x.reclaim()
	}
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > 20*64<<10 {
		t.Errorf("20 fetches of 4 MiB allocate %d bytes", got)
	}
}
