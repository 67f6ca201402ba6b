package wire

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol"
)

// chunk is how much of a batch that is not held is read at a time.
const chunk = 64 << 10

var errAnswer = errors.New("the broker's answer to Fetch is not one")

// read reads the answer to x from the connection: all of it, so that the connection can be used again.
func (x *exchange) read(r io.Reader) error {
	f := frame{r: r, left: 4}
	f.left = int(f.int32())
	if id := f.int32(); f.err == nil && id != correlation {
		return fmt.Errorf("%w: it is for another request", errAnswer)
	}
	f.skip(4) // throttle time: the broker holds the next answer back by itself
	if x.version >= 7 {
		x.code = kafka.Error(f.int16())
		f.skip(4) // session
	}
	topics := f.int32()
	if f.err == nil && topics == 0 && x.code != 0 {
		f.skip(f.left)
		return f.err
	}
	f.expect(topics, 1)
	f.name(x.Topics[0].Topic)
	f.expect(f.int32(), 1)
	if err := x.partition(&f); err != nil {
		return err
	}
	f.skip(f.left)
	return f.err
}

func (x *exchange) partition(f *frame) error {
	f.expect(f.int32(), x.Topics[0].Partitions[0].Partition)
	if code := kafka.Error(f.int16()); code != 0 {
		x.code = code
	}
	x.out.HighWatermark = f.int64()
	x.out.LastStable = f.int64()
	x.out.LogStart = -1
	if x.version >= 5 {
		x.out.LogStart = f.int64()
	}
	aborted := f.int32()
	if int64(aborted)*16 > int64(f.left) {
		return fmt.Errorf("%w: its list of transactions is longer than itself", errAnswer)
	}
	for ; aborted > 0 && f.err == nil; aborted-- {
		x.out.Aborted = append(x.out.Aborted, AbortedTxn{ProducerID: f.int64(), FirstOffset: f.int64()})
	}
	if x.version >= 11 {
		f.skip(4) // the replica that the broker would rather see read
	}
	size := int(f.int32())
	if f.err != nil || size <= 0 {
		return f.err
	}
	if size > f.left {
		return fmt.Errorf("%w: its record set is longer than itself", errAnswer)
	}
	return x.set(f, size)
}

// set reads a record set: the batches that fit into the buffer, or the first one's digest where it does not. What comes
// after that is another fetch's.
func (x *exchange) set(f *frame, size int) error {
	after := f.left - size
	head := min(size, headerSize)
	x.fill(f, head)
	if f.err != nil {
		return f.err
	}
	if head > frameSize {
		length := int64(int32(binary.BigEndian.Uint32(x.buf[atLength:])))
		if whole := frameSize + length; length >= minMessage && whole > int64(size) {
			return fmt.Errorf("%w: the first batch: %w", errAnswer, ErrPartial)
		} else if whole > int64(x.limit) {
			x.digest(f, int(whole))
			f.skip(f.left - after)
			return f.err
		}
	}
	x.fill(f, min(size, x.limit))
	f.skip(f.left - after)
	if f.err == nil {
		x.out.Set = x.buf
	}
	return f.err
}

// fill reads into the buffer until it holds n bytes. The buffer grows with what has arrived.
func (x *exchange) fill(f *frame, n int) {
	for len(x.buf) < n && f.err == nil {
		if len(x.buf) == cap(x.buf) {
			x.buf = grow(x.buf, x.limit)
		}
		at := len(x.buf)
		end := min(n, cap(x.buf))
		f.read(x.buf[at:end])
		x.buf = x.buf[:end]
	}
}

// digest reads through a batch of size bytes, of which the header is in the buffer.
func (x *exchange) digest(f *frame, size int) {
	o := &Oversize{Size: int64(size)}
	held := copy(o.Header[:], x.buf)
	sum := sha256.New()
	sum.Write(x.buf[:held])
	if cap(x.buf) < min(chunk, x.limit) {
		x.buf = grow(x.buf, x.limit)
	}
	for left := size - held; left > 0 && f.err == nil; {
		part := x.buf[:min(left, cap(x.buf))]
		f.read(part)
		sum.Write(part)
		left -= len(part)
	}
	sum.Sum(o.SHA256[:0])
	x.buf = x.buf[:0]
	x.out.TooLarge = o
}

// frame reads an answer's fields, never beyond its end. After the first error it reads zeros.
type frame struct {
	r    io.Reader
	left int // bytes of the answer that are still to come
	err  error
	tmp  [8]byte
}

func (f *frame) read(p []byte) {
	if f.err == nil && len(p) > f.left {
		f.err = fmt.Errorf("%w: it ends too early", errAnswer)
	}
	if f.err != nil {
		clear(p)
		return
	}
	if _, f.err = io.ReadFull(f.r, p); errors.Is(f.err, io.EOF) {
		f.err = io.ErrUnexpectedEOF
	}
	f.left -= len(p)
}

func (f *frame) int16() int16 {
	f.read(f.tmp[:2])
	return int16(binary.BigEndian.Uint16(f.tmp[:]))
}

func (f *frame) int32() int32 {
	f.read(f.tmp[:4])
	return int32(binary.BigEndian.Uint32(f.tmp[:]))
}

func (f *frame) int64() int64 {
	f.read(f.tmp[:])
	return int64(binary.BigEndian.Uint64(f.tmp[:]))
}

// expect is for a field of which the value is known.
func (f *frame) expect(got, want int32) {
	if f.err == nil && got != want {
		f.err = fmt.Errorf("%w: it is about something else", errAnswer)
	}
}

// name reads a topic's name, which is known.
func (f *frame) name(want string) {
	f.expect(int32(f.int16()), int32(len(want)))
	got := make([]byte, len(want))
	if f.read(got); f.err == nil && string(got) != want {
		f.err = fmt.Errorf("%w: it is about another topic", errAnswer)
	}
}

func (f *frame) skip(n int) {
	if f.err != nil || n <= 0 {
		return
	}
	if n > f.left {
		f.err = fmt.Errorf("%w: it ends too early", errAnswer)
		return
	}
	if _, f.err = io.CopyN(io.Discard, f.r, int64(n)); errors.Is(f.err, io.EOF) {
		f.err = io.ErrUnexpectedEOF
	}
	f.left -= n
}

var _ protocol.RawExchanger = (*exchange)(nil)
