package schemas

// A formatCheck says whether a string, which is UTF-8, has a format.
type formatCheck func(s []byte) bool

// formats are those that are checked.
var formats = map[string]formatCheck{
	"date-time": isDateTime,
	"date":      isDate,
	"uuid":      isUUID,
	"email":     isEmail,
	"ipv4":      isIPv4,
	"ipv6":      isIPv6,
	"uri":       isURI,
}

// isUUID is RFC 9562's text form, of any version.
func isUUID(s []byte) bool {
	if len(s) != 36 {
		return false
	}
	for i, c := range s {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if c != '-' {
				return false
			}
		} else if !is(c, hexDigit) {
			return false
		}
	}
	return true
}

// digits2 reads two digits, or gives -1.
func digits2(s []byte, i int) int {
	a, b := s[i]-'0', s[i+1]-'0'
	if a > 9 || b > 9 {
		return -1
	}
	return int(a)*10 + int(b)
}

// isDate is RFC 3339's full-date: a day that was or will be.
func isDate(s []byte) bool {
	if len(s) != 10 || s[4] != '-' || s[7] != '-' {
		return false
	}
	century, year, month, day := digits2(s, 0), digits2(s, 2), digits2(s, 5), digits2(s, 8)
	if century < 0 || year < 0 || month < 1 || month > 12 || day < 1 {
		return false
	}
	days := int(monthDays[month])
	if year += century * 100; month == 2 && year%4 == 0 && (year%100 != 0 || year%400 == 0) {
		days++
	}
	return day <= days
}

var monthDays = [13]uint8{0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

// isDateTime is RFC 3339's date-time. A leap second is at the end of a day in UTC.
func isDateTime(s []byte) bool {
	if len(s) < 20 || s[10]|0x20 != 't' || !isDate(s[:10]) || s[13] != ':' || s[16] != ':' {
		return false
	}
	hour, minute, second := digits2(s, 11), digits2(s, 14), digits2(s, 17)
	if uint(hour) > 23 || uint(minute) > 59 || uint(second) > 60 {
		return false
	}
	i := 19
	if s[i] == '.' {
		for i++; i < len(s) && s[i]-'0' <= 9; i++ {
		}
		if i == 20 {
			return false
		}
	}
	offset := 0
	switch rest := s[i:]; {
	case len(rest) == 1 && rest[0]|0x20 == 'z':
	case len(rest) == 6 && (rest[0] == '+' || rest[0] == '-') && rest[3] == ':':
		h, m := digits2(rest, 1), digits2(rest, 4)
		if uint(h) > 23 || uint(m) > 59 {
			return false
		}
		if offset = h*60 + m; rest[0] == '-' {
			offset = -offset
		}
	default:
		return false
	}
	const day = 24 * 60
	return second < 60 || (hour*60+minute-offset+day)%day == day-1
}

// Kinds of characters, as bits.
const (
	hexDigit   = 1 << iota
	alphaNum   // ASCII letters and digits
	atomChar   // of an e-mail address's local part
	unreserved // RFC 3986: stands for itself anywhere in a URI, sub-delims too
)

var charKinds = func() (kinds [128]uint8) {
	for c := range kinds {
		letter := c|0x20 >= 'a' && c|0x20 <= 'z'
		digit := c >= '0' && c <= '9'
		if digit || c|0x20 >= 'a' && c|0x20 <= 'f' {
			kinds[c] |= hexDigit
		}
		if letter || digit {
			kinds[c] |= alphaNum | atomChar | unreserved
		}
	}
	for _, c := range "!#$%&'*+-/=?^_`{|}~" {
		kinds[c] |= atomChar
	}
	for _, c := range "-._~!$&'()*+,;=" {
		kinds[c] |= unreserved
	}
	return kinds
}()

func is(c byte, kind uint8) bool { return c < 128 && charKinds[c]&kind != 0 }
