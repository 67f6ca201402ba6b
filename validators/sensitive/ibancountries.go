package sensitive

// bban gives what follows the check digits in the IBANs of a country, as counts of n (digits), a (letters) and c
// (either), after the IBAN registry; "" for a pair of letters that has no IBANs.
func bban(a, b byte) string {
	switch uint16(a&^0x20)<<8 | uint16(b&^0x20) {
	case 'A'<<8 | 'D':
		return "8n12c"
	case 'A'<<8 | 'E', 'T'<<8 | 'L', 'I'<<8 | 'L', 'S'<<8 | 'O':
		return "19n"
	case 'A'<<8 | 'L', 'C'<<8 | 'Y':
		return "8n16c"
	case 'A'<<8 | 'T', 'B'<<8 | 'A', 'E'<<8 | 'E', 'L'<<8 | 'T', 'X'<<8 | 'K', 'M'<<8 | 'N':
		return "16n"
	case 'A'<<8 | 'Z':
		return "4a20c"
	case 'B'<<8 | 'E':
		return "12n"
	case 'B'<<8 | 'G':
		return "4a6n8c"
	case 'B'<<8 | 'H':
		return "4a14c"
	case 'B'<<8 | 'I', 'D'<<8 | 'J', 'M'<<8 | 'R':
		return "23n"
	case 'B'<<8 | 'R':
		return "23n1a1c"
	case 'B'<<8 | 'Y':
		return "4c4n16c"
	case 'C'<<8 | 'H', 'L'<<8 | 'I':
		return "5n12c"
	case 'C'<<8 | 'R', 'D'<<8 | 'E', 'M'<<8 | 'E', 'R'<<8 | 'S', 'V'<<8 | 'A':
		return "18n"
	case 'C'<<8 | 'Z', 'S'<<8 | 'K', 'E'<<8 | 'S', 'S'<<8 | 'E', 'T'<<8 | 'N':
		return "20n"
	case 'D'<<8 | 'K', 'F'<<8 | 'O', 'G'<<8 | 'L', 'F'<<8 | 'I', 'S'<<8 | 'D':
		return "14n"
	case 'D'<<8 | 'O':
		return "4c20n"
	case 'E'<<8 | 'G':
		return "25n"
	case 'F'<<8 | 'K':
		return "2a12n"
	case 'F'<<8 | 'R', 'M'<<8 | 'C':
		return "10n11c2n"
	case 'G'<<8 | 'B', 'I'<<8 | 'E':
		return "4a14n"
	case 'G'<<8 | 'E':
		return "2a16n"
	case 'G'<<8 | 'I':
		return "4a15c"
	case 'G'<<8 | 'R':
		return "7n16c"
	case 'G'<<8 | 'T':
		return "24c"
	case 'H'<<8 | 'R':
		return "17n"
	case 'H'<<8 | 'N', 'N'<<8 | 'I', 'S'<<8 | 'V':
		return "4a20n"
	case 'H'<<8 | 'U', 'P'<<8 | 'L':
		return "24n"
	case 'I'<<8 | 'Q':
		return "4a15n"
	case 'I'<<8 | 'S':
		return "22n"
	case 'I'<<8 | 'T', 'S'<<8 | 'M':
		return "1a10n12c"
	case 'J'<<8 | 'O', 'Y'<<8 | 'E':
		return "4a4n18c"
	case 'K'<<8 | 'W':
		return "4a22c"
	case 'K'<<8 | 'Z', 'L'<<8 | 'U':
		return "3n13c"
	case 'L'<<8 | 'B':
		return "4n20c"
	case 'L'<<8 | 'C':
		return "4a24c"
	case 'L'<<8 | 'V':
		return "4a13c"
	case 'L'<<8 | 'Y', 'P'<<8 | 'T', 'S'<<8 | 'T':
		return "21n"
	case 'M'<<8 | 'D':
		return "20c"
	case 'M'<<8 | 'K':
		return "3n10c2n"
	case 'M'<<8 | 'T':
		return "4a5n18c"
	case 'M'<<8 | 'U':
		return "4a19n3a"
	case 'N'<<8 | 'L':
		return "4a10n"
	case 'N'<<8 | 'O':
		return "11n"
	case 'O'<<8 | 'M':
		return "3n16c"
	case 'P'<<8 | 'K', 'R'<<8 | 'O':
		return "4a16c"
	case 'P'<<8 | 'S', 'Q'<<8 | 'A':
		return "4a21c"
	case 'R'<<8 | 'U':
		return "14n15c"
	case 'S'<<8 | 'A':
		return "2n18c"
	case 'S'<<8 | 'C':
		return "4a20n3a"
	case 'S'<<8 | 'I':
		return "15n"
	case 'T'<<8 | 'R':
		return "6n16c"
	case 'U'<<8 | 'A':
		return "6n19c"
	case 'V'<<8 | 'G':
		return "4a16n"
	}
	return ""
}
