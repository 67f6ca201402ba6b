package format

import "bytes"

// Date is RFC 3339's full-date: a day that was or will be, of the Gregorian calendar at all times.
func Date(s []byte) bool {
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

// DateTime is RFC 3339's date-time.
func DateTime(s []byte) bool {
	return len(s) > 10 && s[10]|0x20 == 't' && Date(s[:10]) && isTime(s[11:])
}

// isTime is RFC 3339's full-time. A leap second is at the end of a day in UTC.
func isTime(s []byte) bool {
	if len(s) < 9 || s[2] != ':' || s[5] != ':' {
		return false
	}
	hour, minute, second := digits2(s, 0), digits2(s, 3), digits2(s, 6)
	if uint(hour) > 23 || uint(minute) > 59 || uint(second) > 60 {
		return false
	}
	rest := s[8:]
	if rest[0] == '.' {
		n := countDigits(rest[1:])
		if rest = rest[1+n:]; n == 0 {
			return false
		}
	}
	offset, ok := zone(rest)
	const day = 24 * 60
	return ok && (second < 60 || (hour*60+minute-offset+day)%day == day-1)
}

// zone is RFC 3339's time-offset, in minutes east of UTC.
func zone(s []byte) (minutes int, ok bool) {
	if len(s) == 1 && s[0]|0x20 == 'z' {
		return 0, true
	}
	if len(s) != 6 || s[0] != '+' && s[0] != '-' || s[3] != ':' {
		return 0, false
	}
	h, m := digits2(s, 1), digits2(s, 4)
	if uint(h) > 23 || uint(m) > 59 {
		return 0, false
	}
	if s[0] == '-' {
		return -h*60 - m, true
	}
	return h*60 + m, true
}

// digits2 reads two digits, or gives -1.
func digits2(s []byte, i int) int {
	a, b := s[i]-'0', s[i+1]-'0'
	if a > 9 || b > 9 {
		return -1
	}
	return int(a)*10 + int(b)
}

func countDigits(s []byte) int {
	n := 0
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	return n
}

// isDuration is the duration of RFC 3339, appendix A: weeks alone, or units that follow each other without a gap. ABNF would let the
// letters be small; ISO 8601, which the appendix retells, does not, and nor does any other validator.
func isDuration(s []byte) bool {
	if len(s) < 3 || s[0] != 'P' {
		return false
	}
	date, time, timed := bytes.Cut(s[1:], []byte("T"))
	if timed && !isUnits(time, "HMS") {
		return false
	}
	return timed && len(date) == 0 || isUnits(date, "YMD") || !timed && isUnits(date, "W")
}

// isUnits says that s is one or more numbers with the letters of units behind them, in their order, none left out between two.
func isUnits(s []byte, units string) bool {
	next := -1 // of units; -1 is any
	for len(s) > 0 {
		n := countDigits(s)
		if n == 0 || n == len(s) {
			return false
		}
		unit := bytes.IndexByte([]byte(units), s[n])
		if unit < 0 || next >= 0 && unit != next {
			return false
		}
		next, s = unit+1, s[n+1:]
	}
	return next >= 0
}
