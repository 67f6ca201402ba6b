package sensitive

import (
	"bytes"

	"github.com/winnow-data/winnow"
)

func emailDetector() Detector {
	return Detector{
		Type:    Email,
		Summary: "an email address",
		Detail: "A local part of up to 64 letters, digits and ._%+-'&~!#$*, an '@', and a domain name of at least two labels whose last one has two " +
			"letters or more (or begins with xn--). Letters of the alphabets that set words apart with spaces count as letters. The names of images for dense " +
			"screens (icon@2x.png) and the addresses of Git repositories (git@host:path, user@host:path.git) are passed over.",
	}
}

const maxLocal, maxDomain, maxLabel, maxPath = 64, 253, 63, 256

// emails appends the addresses in doc.
func emails(doc []byte, dst []winnow.Span) []winnow.Span {
	floor := 0
	for i := 0; ; i++ {
		next := bytes.IndexByte(doc[i:], '@')
		if next < 0 {
			return dst
		}
		i += next
		start := localStart(doc, i, floor)
		if start == i {
			continue
		}
		if end := domainEnd(doc, i+1); end > 0 && !isRemote(doc, start, end) {
			dst = append(dst, winnow.Span{Type: Email, Start: start, End: end})
			floor, i = end, end-1
		}
	}
}

// isRemote says that doc[start:end] is whom to log in as and where, in the address of a Git repository.
func isRemote(doc []byte, start, end int) bool {
	next := at(doc, end)
	if next != ':' && next != '/' {
		return false
	}
	if bytes.HasPrefix(doc[start:end], []byte("git@")) {
		return true
	}
	i := end + 1
	for i < len(doc) && i-end <= maxPath && (isAlnum(doc[i]) || doc[i] == '/' || doc[i] == '-' || doc[i] == '_' || doc[i] == '.') {
		i++
	}
	return bytes.HasSuffix(doc[end:i], []byte(".git"))
}

// localStart gives where the local part that ends before at begins; at itself if there is none.
func localStart(doc []byte, at, floor int) int {
	i := at
	for i > floor {
		n := wideBefore(doc, i, floor)
		if n == 0 {
			if !isLocal(doc[i-1]) || doc[i-1] == '.' && i < len(doc) && doc[i] == '.' {
				break
			}
			n = 1
		}
		i -= n
		if at-i > maxLocal {
			return at
		}
	}
	if i == at || doc[at-1] == '.' {
		return at
	}
	// Quotes, bullets and the like around an address are not its own.
	for i < at && doc[i] < 0x80 && !isAlnum(doc[i]) && doc[i] != '_' {
		i++
	}
	return i
}

func isLocal(c byte) bool {
	if isAlnum(c) {
		return true
	}
	switch c {
	case '.', '_', '%', '+', '-', '\'', '&', '~', '!', '#', '$', '*':
		return true
	}
	return false
}

// domainEnd gives where the domain name that begins at i ends, or 0 if there is none. What follows the last label
// that a top-level domain could be is not part of it.
func domainEnd(doc []byte, i int) int {
	start, end := i, 0
	var retina bool
	for labels := 1; ; labels++ {
		next := labelEnd(doc, i)
		if next == i || next-start > maxDomain {
			break
		}
		label := doc[i:next]
		if labels == 1 {
			retina = isScale(label)
		}
		if labels > 1 && isTopLevel(label) {
			if labels == 2 && retina && isImage(label) {
				return 0
			}
			end = next
		}
		if at(doc, next) != '.' {
			break
		}
		i = next + 1
	}
	return end
}

// labelEnd gives where the label that begins at i ends, without the hyphens at its end; i if there is none.
func labelEnd(doc []byte, i int) int {
	j := i
	for j < len(doc) && j-i <= maxLabel {
		if n := wideAt(doc, j); n > 0 {
			j += n
			continue
		}
		if !isAlnum(doc[j]) && (doc[j] != '-' || j == i) {
			break
		}
		j++
	}
	for j > i && doc[j-1] == '-' {
		j--
	}
	if j-i > maxLabel {
		return i
	}
	return j
}

func isTopLevel(label []byte) bool {
	if len(label) > 4 && isXN(label) {
		return true
	}
	for _, c := range label {
		if c < 0x80 && !isLetter(c) {
			return false
		}
	}
	return len(label) >= 2
}

func isXN(b []byte) bool { return b[0]|0x20 == 'x' && b[1]|0x20 == 'n' && b[2] == '-' && b[3] == '-' }

// isScale says that label is such as 2x.
func isScale(label []byte) bool {
	last := len(label) - 1
	return last > 0 && label[last] == 'x' && digitsEnd(label, 0) == last
}

func isImage(label []byte) bool {
	switch string(label) {
	case "png", "jpg", "jpeg", "gif", "webp", "svg", "avif", "bmp", "ico":
		return true
	}
	return false
}

// wideAt gives 2 if a letter of two bytes begins at i: U+00C0 to U+07FF, which is Latin, Greek, Cyrillic, Armenian,
// Hebrew and Arabic with their neighbours. Else it gives 0.
func wideAt(doc []byte, i int) int {
	if lead := at(doc, i); lead >= 0xC3 && lead <= 0xDF && at(doc, i+1)&0xC0 == 0x80 {
		return 2
	}
	return 0
}

// wideBefore is wideAt for a letter that ends before i and does not begin before floor.
func wideBefore(doc []byte, i, floor int) int {
	if i-2 < floor {
		return 0
	}
	return wideAt(doc, i-2)
}
