package sensitive

// A group is a run of digits: doc[start:end].
type group struct{ start, end int }

func (g group) len() int { return g.end - g.start }

// maxGroups bounds how many groups of digits in a row are still looked at as cards written in groups (four cards, or one
// with dates and telephone numbers around it). More than that in a row is a table of numbers.
const maxGroups = 16

// A chain is groups of digits that one and the same separator joins: a single space, hyphen or dot.
type chain struct {
	sep    byte // 0 for a lone group
	n      int
	groups [maxGroups]group
	// table says that the chain is part of a longer one, which ends at tableEnd.
	table    bool
	tableEnd int
	// joined says that the same separator and a digit stand before the first group.
	joined bool
	// next is where the search goes on.
	next int
}

// reset forgets all about the last document.
func (c *chain) reset() { c.tableEnd = 0 }

// read reads the chain around the digit at i, to the left only to the beginning of i's group, which is not sought
// before floor.
func (c *chain) read(doc []byte, i, floor int) {
	for i > floor && isDigit(doc[i-1]) {
		i--
	}
	c.sep, c.n = 0, 0
	for {
		g := group{i, digitsEnd(doc, i)}
		if c.n == maxGroups {
			c.next = g.start
			c.tableEnd = max(c.tableEnd, chainEnd(doc, g.end, c.sep, c.tableEnd))
			break
		}
		c.groups[c.n] = g
		c.n++
		sep := at(doc, g.end)
		if !isSeparator(sep) || !isDigit(at(doc, g.end+1)) {
			c.next = g.end
			break
		}
		if c.sep == 0 {
			c.sep = sep
		}
		if sep != c.sep { // the last group is the first of another chain
			c.next = g.start
			break
		}
		i = g.end + 1
	}
	first := c.groups[0].start
	c.table = first < c.tableEnd
	c.joined = c.n > 1 && first > 1 && doc[first-1] == c.sep && isDigit(doc[first-2])
}

// chainEnd gives where the chain ends whose group ends at i. Up to known it has been followed already.
func chainEnd(doc []byte, i int, sep byte, known int) int {
	if i < known {
		return known
	}
	for at(doc, i) == sep && isDigit(at(doc, i+1)) {
		i = digitsEnd(doc, i+1)
	}
	return i
}

func digitsEnd(doc []byte, i int) int {
	for i < len(doc) && isDigit(doc[i]) {
		i++
	}
	return i
}

func isSeparator(c byte) bool { return c == ' ' || c == '-' || c == '.' }

// bounded says that doc[start:end], which begins and ends with a digit, is a number of its own: no word goes on
// before or after it, and it is neither the fraction of a decimal nor followed by one. A fraction of zeros is
// no fraction: tools that read integers as floats write them so.
func bounded(doc []byte, start, end int) bool {
	before, after := at(doc, start-1), at(doc, end)
	if isWord(before) || isWord(after) {
		return false
	}
	if before == '.' && isDigit(at(doc, start-2)) {
		return false
	}
	if after != '.' || !isDigit(at(doc, end+1)) {
		return true
	}
	i := end + 1
	for at(doc, i) == '0' {
		i++
	}
	return !isWord(at(doc, i))
}

// inUUID says that doc[start:] begins at a group of a UUID: its digits are hexadecimal by nature.
func inUUID(doc []byte, start int) bool {
	for _, offset := range [...]int{0, 9, 14, 19, 24} {
		if from := start - offset; from >= 0 && from+36 <= len(doc) && isUUID(doc[from:from+36]) {
			return true
		}
	}
	return false
}

func isUUID(b []byte) bool {
	for i, c := range b {
		switch i {
		case 8, 13, 18, 23:
			if c != '-' {
				return false
			}
		default:
			if !isDigit(c) && c|0x20-'a' > 5 {
				return false
			}
		}
	}
	return true
}
