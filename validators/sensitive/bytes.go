package sensitive

func isDigit(c byte) bool { return c-'0' < 10 }

func isLetter(c byte) bool { return c|0x20-'a' < 26 }

func isAlnum(c byte) bool { return isDigit(c) || isLetter(c) }

// isWord says that c joins with a digit beside it into one word. Bytes beyond ASCII do not: Chinese text has no spaces
// around a number.
func isWord(c byte) bool { return isAlnum(c) || c == '_' }

// at gives doc[i], or 0 beyond either end: no detector takes a zero byte for part of anything.
func at(doc []byte, i int) byte {
	if uint(i) >= uint(len(doc)) {
		return 0
	}
	return doc[i]
}
