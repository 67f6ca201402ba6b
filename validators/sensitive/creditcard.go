package sensitive

import "github.com/winnow-data/winnow"

func creditCardDetector() Detector {
	return Detector{
		Type:    CreditCard,
		Summary: "a payment card's number",
		Detail: "12 to 19 digits that an issuer's prefix allows at that length (Visa, Mastercard, American Express, Discover, UnionPay, " +
			"JCB, Diners Club, Maestro) and whose Luhn sum is right; in one run, or in groups of four (4-6-5 and 4-6-4 for 14 and " +
			"15 digits) joined by single spaces or single hyphens, groups that are run together included. The number must stand for itself: not within a word, a " +
			"decimal fraction, a UUID or a row of more than 16 groups. JSON numbers count, also with a fraction of zeros.",
	}
}

const minCard, maxCard = 12, 19

// cards appends the cards in c.
func cards(doc []byte, c *chain, dst []winnow.Span) []winnow.Span {
	for i := 0; i < c.n; i++ {
		if last := cardFrom(doc, c, i); last >= 0 {
			dst = append(dst, winnow.Span{Type: CreditCard, Start: c.groups[i].start, End: c.groups[last].end})
			i = last
		}
	}
	return dst
}

// cardFrom gives the last group of the longest card that begins at group i, or -1.
func cardFrom(doc []byte, c *chain, i int) int {
	var digits [maxCard]byte
	n, last := 0, -1
	fours, long := true, true // whether every cut so far is one of 4-4-4-4-3, of 4-6-5
	for j := i; j < c.n; j++ {
		g := c.groups[j]
		if j > i {
			fours = fours && n%4 == 0
			long = long && (n == 4 || n == 10)
			if c.table || c.sep == '.' || !fours && !long {
				break
			}
		}
		if n+g.len() > maxCard {
			break
		}
		n += copy(digits[n:], doc[g.start:g.end])
		if n < minCard || j > i && !fours && n != 14 && n != 15 {
			continue
		}
		if issued(digits[:n]) && luhn(digits[:n]) && bounded(doc, c.groups[i].start, g.end) && !inUUID(doc, c.groups[i].start) {
			last = j
		}
	}
	return last
}

// luhn says that the digits' Luhn sum is a multiple of ten.
func luhn(digits []byte) bool {
	sum, double := 0, false
	for i := len(digits) - 1; i >= 0; i-- {
		d := int(digits[i] - '0')
		if double {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
		double = !double
	}
	return sum%10 == 0
}

// issued says that an issuer's numbers begin so and have that length.
func issued(digits []byte) bool {
	n := len(digits)
	p := 0
	for _, c := range digits[:4] {
		p = p*10 + int(c-'0')
	}
	two, three := p/100, p/10
	switch {
	case p/1000 == 4: // Visa
		return n == 13 || n == 16 || n == 19
	case two >= 51 && two <= 55, p >= 2221 && p <= 2720: // Mastercard
		return n == 16
	case two == 34, two == 37: // American Express
		return n == 15
	case p == 6011, three >= 644 && three <= 649, two == 65, two == 62: // Discover, UnionPay
		return n >= 16
	case two == 35: // JCB
		return n >= 16
	case p == 2131, p == 1800: // JCB's old numbers
		return n == 15
	case three >= 300 && three <= 305, two == 36, two == 38, two == 39: // Diners Club
		return n >= 14
	case two == 50, two >= 56 && two <= 58, p == 6304, p == 6759, three == 676: // Maestro
		return true
	}
	return false
}
