package schemas

import (
	"encoding/binary"
	"time"

	"github.com/winnow-data/winnow/schemas/format"
)

// instant reads an RFC 3339 date-time as microseconds since 1970 in UTC, rounded down. A leap second is the first second of the next
// minute. Printed says that s is what appendInstant makes of it.
func instant(s []byte) (us int64, printed, ok bool) {
	if us, ok = printedInstant(s); ok {
		return us, true, true
	}
	if !format.DateTime(s) {
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
	if len(s)-i == 6 {
		offset := int64(digits2(s, i+1)*3600+digits2(s, i+4)*60) * 1e6
		if s[i] == '+' {
			offset = -offset
		}
		us += offset
	}
	return us, false, true
}

// What a printed time has beside digits, and where.
const (
	dateText, dateMask = 0x2D30302D30303030, 0xFF0000FF00000000 // 0000-00-
	timeText, timeMask = 0x30303A3030543030, 0x0000FF0000FF0000 // 00T00:00
)

// printedInstant reads what appendInstant prints, as most times are written. Ok is false for anything else.
func printedInstant(s []byte) (us int64, ok bool) {
	if len(s) < 20 || len(s) > 27 || s[len(s)-1] != 'Z' {
		return 0, false
	}
	d, t := binary.LittleEndian.Uint64(s)^dateText, binary.LittleEndian.Uint64(s[8:])^timeText
	if (d|t|(d+0x7676767676767676)|(t+0x7676767676767676))&eachHigh|d&dateMask|t&timeMask != 0 {
		return 0, false
	}
	d = d*10 + d>>8 // a byte has, of the digit in it and the next, the number
	t = t*10 + t>>8
	year, month, day := int(d&0xFF)*100+int(d>>16&0xFF), int(d>>40&0xFF), int(t&0xFF)
	hour, minute, second := int(t>>24&0xFF), int(t>>48&0xFF), digits2(s, 17)
	if uint(month-1) > 11 || uint(day-1) > 27 && !format.Date(s[:10]) || hour > 23 || minute > 59 || s[16] != ':' || uint(second) > 59 {
		return 0, false
	}
	us = int64(days(year, month, day)*86400+hour*3600+minute*60+second) * 1e6
	if len(s) == 20 {
		return us, true
	}
	fraction, digits := uint64(0), s[20:len(s)-1]
	for _, c := range digits {
		if c -= '0'; c > 9 {
			return 0, false
		}
		fraction = fraction*10 + uint64(c)
	}
	if s[19] != '.' || len(digits) == 0 || digits[len(digits)-1] == '0' {
		return 0, false
	}
	return us + int64(fraction*tens[6-len(digits)]), true
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

// digits2 reads the two digits at i, or gives -1.
func digits2(s []byte, i int) int {
	a, b := s[i]-'0', s[i+1]-'0'
	if a > 9 || b > 9 {
		return -1
	}
	return int(a)*10 + int(b)
}
