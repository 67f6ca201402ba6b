package schemas

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/winnow-data/winnow/schemas/format"
)

// TestInstant compares random times, in many spellings, with the standard library, and what is no date-time with the check of the format.
func TestInstant(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 1))
	for range 200_000 {
		at := time.Unix(-62167219200+r.Int64N(315537897599+1), r.Int64N(1e9)).UTC()
		us, digits := at.UnixMicro(), r.IntN(10)
		text := at.Format("2006-01-02T15:04:05") + fmt.Sprintf(".%09d", at.Nanosecond())[:digits+1]
		cut := int64(1)
		for range max(0, 6-digits) {
			cut *= 10
		}
		if us -= ((us % cut) + cut) % cut; digits == 0 {
			text = text[:19]
		}
		switch r.IntN(4) {
		case 0:
			offset := r.IntN(2*1439) - 1439
			us -= int64(offset) * 60e6
			sign := '+'
			if offset < 0 {
				sign, offset = '-', -offset
			}
			text += fmt.Sprintf("%c%02d:%02d", sign, offset/60, offset%60)
		case 1:
			text = text[:10] + "t" + text[11:] + "z"
		default:
			text += "Z"
		}
		got, printed, ok := instant([]byte(text))
		if !ok || got != us || printed != (text == string(appendInstant(nil, us))) {
			t.Fatalf("%s: %d %v %v, want %d, which is %s", text, got, printed, ok, us, appendInstant(nil, us))
		}
		bad := []byte(text)
		bad[r.IntN(len(bad))] = "0123456789-:.TZ+ x"[r.IntN(18)]
		if us, printed, ok := instant(bad); ok != format.DateTime(bad) || printed && string(appendInstant(nil, us)) != string(bad) {
			t.Fatalf("%s: %d %v %v", bad, us, printed, ok)
		}
	}
}

func TestLeapSecond(t *testing.T) {
	a, printed, ok := instant([]byte("2016-12-31T23:59:60.5Z"))
	b, _, _ := instant([]byte("2017-01-01T00:00:00.5Z"))
	if a != b || printed || !ok {
		t.Errorf("%d, %d, %v, %v", a, b, printed, ok)
	}
}
