package pipeline

import (
	"encoding/binary"
	"hash/crc32"
	"math"
)

// fixCRC makes a batch's checksum right again after its header was changed.
func fixCRC(b []byte) []byte {
	binary.BigEndian.PutUint32(b[17:], crc32.Checksum(b[21:], crc32.MakeTable(crc32.Castagnoli)))
	return b
}

// judgeSet cuts a set and judges it, as fetch and judge do. A set that does not say where the log ends has no end.
func (w *worker) judgeSet(f *fetched) error {
	f.nextFrom(w.next)
	return w.set(f)
}

// nextFrom says where a fetch goes on behind f.
func (f *fetched) nextFrom(from int64) int64 {
	if f.HighWatermark == 0 {
		f.HighWatermark = math.MaxInt64
	}
	if err := f.cut(from); err != nil {
		panic(err)
	}
	return f.next
}
