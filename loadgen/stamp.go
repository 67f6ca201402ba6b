package loadgen

import (
	"slices"
	"time"
)

// stamp sets the event time and the day.
func (g *Generator) stamp() {
	switch {
	case g.cfg.Clock == nil:
		g.millis = 1767225600000 + int64(g.seq/20) // 2026-01-01, and twenty records a millisecond
	case g.seq%64 == 0:
		g.millis = g.cfg.Clock().UnixMilli()
	}
	if s := g.millis / 1000; s != g.second {
		g.second = s
		g.dateTime = time.Unix(s, 0).UTC().AppendFormat(g.dateTime[:0], `"2006-01-02T15:04:05."2006-01-02"`)
	}
	const toDay = len(`"2006-01-02T15:04:05.`)
	g.draft.tokens[fieldEventTime] = g.token(func(b []byte) []byte {
		b = append(b, g.dateTime[:toDay]...)
		return append(append(b, g.pool.digits[g.millis%1000]...), 'Z', '"')
	})
	g.draft.tokens[fieldDay] = g.dateTime[toDay:]
}

// appendID appends a UUID's text, quoted: random digits, and the record's number so that no two are alike. Every group of digits starts
// with a decimal digit and ends with a letter: so no run of digits across groups can look like a card, an IBAN or a phone number.
func appendID(b []byte, random, seq uint64) []byte {
	b = append(b, '"', byte('0'+random>>60&7))
	b = append(appendHex(b, random, 6), 'd', '-', byte('0'+random>>57&7))
	b = append(appendHex(b, random>>24, 2), 'e', '-', '7')
	b = append(appendHex(b, random>>32, 2), 'a', '-', '8')
	b = append(appendHex(b, random>>40, 2), 'c', '-', '1')
	return append(appendHex(b, seq, 10), 'f', '"')
}

// appendHex appends the lowest n hexadecimal digits of v.
func appendHex(b []byte, v uint64, n int) []byte {
	b = slices.Grow(b, n)
	for i := n - 1; i >= 0; i-- {
		b = append(b, "0123456789abcdef"[v>>(4*i)&15])
	}
	return b
}
