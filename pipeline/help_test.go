package pipeline

import (
	"encoding/binary"
	"hash/crc32"
)

// fixCRC makes a batch's checksum right again after its header was changed.
func fixCRC(b []byte) []byte {
	binary.BigEndian.PutUint32(b[17:], crc32.Checksum(b[21:], crc32.MakeTable(crc32.Castagnoli)))
	return b
}
