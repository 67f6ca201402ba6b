package schemas

import "time"

// instant reads an RFC 3339 date-time as microseconds since 1970 in UTC, rounded down. A leap second is the first second of the next
// minute. Printed says that s is what appendInstant makes of it.
func instant(s []byte) (us int64, printed, ok bool) {
	if !isDateTime(s) {
		return 0, false, false
	}
	year, month, day := digits2(s, 0)*100+digits2(s, 2), digits2(s, 5), digits2(s, 8)
	second := digits2(s, 17)
	us = int64(days(year, month, day)*86400+digits2(s, 11)*3600+digits2(s, 14)*60+second) * 1e6
	i, fraction := 19, int64(0)
	if s[i] == '.' {
		scale := int64(1e5)
		for i++; s[i]-'0' <= 9; i++ {
			fraction += int64(s[i]-'0') * scale
			scale /= 10
		}
	}
	us += fraction
	printed = s[10] == 'T' && s[i] == 'Z' && second < 60 && i <= 26 && (i == 19 || s[i-1] != '0')
	if len(s)-i == 6 {
		offset := int64(digits2(s, i+1)*3600+digits2(s, i+4)*60) * 1e6
		if s[i] == '+' {
			offset = -offset
		}
		us += offset
	}
	return us, printed, true
}

// days counts the days from 1970-01-01 to a day of the Gregorian calendar. A year is taken to begin in March, so that its odd day is its
// last.
func days(year, month, day int) int {
	if month += 9; month < 12 {
		year--
	} else {
		month -= 12
	}
	year += 400 // not below 0
	return year*365 + year/4 - year/100 + year/400 + (month*153+2)/5 + day - 1 - 719468 - 146097
}

// appendInstant prints microseconds since 1970 as RFC 3339 in UTC, with as many digits of the fraction as it has.
func appendInstant(dst []byte, us int64) []byte {
	return time.UnixMicro(us).UTC().AppendFormat(dst, "2006-01-02T15:04:05.999999Z")
}
