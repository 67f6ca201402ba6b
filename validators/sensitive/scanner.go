package sensitive

import (
	"bytes"

	"github.com/winnow-data/winnow"
)

// A Scanner runs all detectors over records. It is a winnow.Scanner: one goroutine owns it. It keeps a copy of the largest
// document with escapes that it has seen, and the numbers and addresses of the one that had most.
type Scanner struct {
	plain   []byte
	numbers []winnow.Span
	emails  []winnow.Span
	chain   chain
}

var _ winnow.Scanner = (*Scanner)(nil)

// NewScanner gives a Scanner of every detector.
func NewScanner() *Scanner { return &Scanner{} }

// Scan appends to dst what it finds in doc, ordered by Start and without overlaps, and returns it. doc is borrowed
// for the call. Any bytes will do; in JSON, keys, numbers and strings are all seen, strings with their escapes undone.
func (s *Scanner) Scan(doc []byte, dst []winnow.Span) []winnow.Span {
	if bytes.IndexByte(doc, '\\') < 0 {
		return s.scan(doc, dst)
	}
	s.plain = unescape(s.plain[:0], doc)
	before := len(dst)
	dst = s.scan(s.plain, dst)
	toRaw(doc, dst[before:])
	return dst
}

// scan is Scan for a doc that is as it stands.
func (s *Scanner) scan(doc []byte, dst []winnow.Span) []winnow.Span {
	s.numbers = s.scanNumbers(doc, s.numbers[:0])
	s.emails = emails(doc, s.emails[:0])
	return merge(dst, s.numbers, s.emails)
}

// scanNumbers appends all findings that digits lead to.
func (s *Scanner) scanNumbers(doc []byte, dst []winnow.Span) []winnow.Span {
	s.chain.reset()
	floor := 0
	before := false
	next := classifyAt(doc, 0)
	for base := 0; base < len(doc); base += chunk {
		cur := next
		next = classifyAt(doc, base+chunk)
		for m := candidates(cur, next, before); m != 0; {
			var i int
			i, m = lowest(m)
			if i += base; i >= floor {
				dst, floor = s.number(doc, i, floor, dst)
			}
		}
		before = cur.digits>>(chunk-1) != 0
	}
	return dst
}

func classifyAt(doc []byte, i int) masks {
	switch rest := len(doc) - i; {
	case rest >= chunk:
		return classify(doc[i:])
	case rest > 0 && len(doc) >= chunk:
		m := classify(doc[len(doc)-chunk:]) // read again, not copied: a vector's load waits for what was just stored (4 % of BenchmarkScan/dense)
		return masks{m.digits >> (chunk - rest), m.letters >> (chunk - rest)}
	case rest > 0:
		return classifyTail(doc[i:])
	}
	return masks{}
}

// number looks at the candidate at i and says where the search goes on.
func (s *Scanner) number(doc []byte, i, floor int, dst []winnow.Span) ([]winnow.Span, int) {
	if !isDigit(doc[i]) {
		return iban(doc, i, dst)
	}
	if inFraction(doc, i) {
		return dst, floor
	}
	c := &s.chain
	c.read(doc, i, floor)
	before := len(dst)
	if dst = ssn(doc, c, dst); len(dst) == before {
		dst = cards(doc, c, dst)
	}
	if len(dst) > before { // a group that two chains share is one number's alone
		return dst, max(c.next, dst[len(dst)-1].End)
	}
	return dst, c.next
}

// inFraction says that the candidate at i is a long run of digits, and the fraction of a decimal: of what vectors are made.
// The other candidates have something else than a digit after three or four.
func inFraction(doc []byte, i int) bool {
	return at(doc, i-1) == '.' && isDigit(at(doc, i-2)) && isDigit(at(doc, i+3)) && isDigit(at(doc, i+4))
}

// merge appends to dst the numbers and what the numbers leave of the emails, in order. Both are ordered and do not overlap
// among themselves. No byte of either is lost: an address around a card is cut into what stands before and after it.
func merge(dst, numbers, emails []winnow.Span) []winnow.Span {
	if len(emails) == 0 {
		return append(dst, numbers...)
	}
	for _, e := range emails {
		for len(numbers) > 0 && numbers[0].Start < e.End {
			n := numbers[0]
			if e.Start < n.Start {
				dst = append(dst, winnow.Span{Type: e.Type, Start: e.Start, End: n.Start})
			}
			dst = append(dst, n)
			e.Start = max(e.Start, n.End)
			numbers = numbers[1:]
		}
		if e.Start < e.End {
			dst = append(dst, e)
		}
	}
	return append(dst, numbers...)
}
