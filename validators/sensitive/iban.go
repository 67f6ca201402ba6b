package sensitive

import "github.com/winnow-data/winnow"

func ibanDetector() Detector {
	return Detector{
		Type:    IBAN,
		Summary: "an international bank account number",
		Detail: "A country code of the IBAN registry, with the length and the kinds of characters that the registry gives for that country, and the right " +
			"check digits (ISO 7064, mod 97-10); in capitals or not, in one run or in groups of four joined by single spaces or " +
			"hyphens, standing for itself.",
	}
}

const maxIBAN = 34

// iban appends the IBAN that begins at doc[i], if there is one, and says where it ends; else the end is i.
func iban(doc []byte, i int, dst []winnow.Span) ([]winnow.Span, int) {
	if isAlnum(at(doc, i-1)) {
		return dst, i
	}
	shape := bban(doc[i], doc[i+1])
	if shape == "" {
		return dst, i
	}
	var b [maxIBAN]byte
	n := copy(b[:], doc[i:i+4])
	j := i + 4
	for shape != "" {
		var count int
		var kind byte
		count, kind, shape = part(shape)
		for ; count > 0; count-- {
			if c := at(doc, j); n%4 == 0 && (c == ' ' || c == '-') {
				j++
			}
			c := at(doc, j)
			if !fits(kind, c) {
				return dst, i
			}
			b[n] = c
			n++
			j++
		}
	}
	if isAlnum(at(doc, j)) || mod97(b[:n]) != 1 {
		return dst, i
	}
	return append(dst, winnow.Span{Type: IBAN, Start: i, End: j}), j
}

// part takes the first part, such as 16n, from a shape.
func part(shape string) (count int, kind byte, rest string) {
	i := 0
	for isDigit(shape[i]) {
		count = count*10 + int(shape[i]-'0')
		i++
	}
	return count, shape[i], shape[i+1:]
}

func fits(kind, c byte) bool {
	switch kind {
	case 'n':
		return isDigit(c)
	case 'a':
		return isLetter(c)
	}
	return isAlnum(c)
}

// mod97 reads an IBAN, its first four characters last, as a number with A as 10 to Z as 35, and gives its remainder.
func mod97(b []byte) int {
	m := 0
	for i := range b {
		c := b[(i+4)%len(b)]
		if isDigit(c) {
			m = (m*10 + int(c-'0')) % 97
		} else {
			m = (m*100 + int(c|0x20-'a') + 10) % 97
		}
	}
	return m
}
