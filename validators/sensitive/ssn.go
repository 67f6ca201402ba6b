package sensitive

import "github.com/winnow-data/winnow"

func usSSNDetector() Detector {
	return Detector{
		Type:    USSSN,
		Summary: "a United States social security number",
		Detail: "ddd-dd-dddd, the separators both hyphens, both spaces or both dots, standing for itself. Area 000, 666 and 900 to 999, " +
			"group 00 and serial 0000 were never issued; numbers known from advertisements and examples (078-05-1120, 219-09-9999, " +
			"123-45-6789) and nine equal digits are passed over. Nine digits without separators are not taken for one: nothing in them " +
			"could be checked.",
	}
}

// ssn appends c if it is a social security number as a whole.
func ssn(doc []byte, c *chain, dst []winnow.Span) []winnow.Span {
	if c.n != 3 || c.joined || c.groups[0].len() != 3 || c.groups[1].len() != 2 || c.groups[2].len() != 4 {
		return dst
	}
	start, end := c.groups[0].start, c.groups[2].end
	if isWord(at(doc, start-1)) || isWord(at(doc, end)) || !issuedSSN(doc[start:end]) {
		return dst
	}
	return append(dst, winnow.Span{Type: USSSN, Start: start, End: end})
}

// issuedSSN judges ddd-dd-dddd, whatever the separators.
func issuedSSN(b []byte) bool {
	area, grp, serial := number(b[:3]), number(b[4:6]), number(b[7:])
	switch area*1_000_000 + grp*10_000 + serial {
	case 78_05_1120, 219_09_9999, 123_45_6789:
		return false
	case 111_11_1111 * (area / 111):
		return false
	}
	return area != 0 && area != 666 && area < 900 && grp != 0 && serial != 0
}

func number(digits []byte) int {
	n := 0
	for _, c := range digits {
		n = n*10 + int(c-'0')
	}
	return n
}
