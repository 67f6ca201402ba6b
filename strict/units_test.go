package strict

import (
	"math"
	"testing"
	"time"
)

func TestSize(t *testing.T) {
	for _, c := range []struct {
		in, out string
		want    Size
	}{
		{"0", "0B", 0}, {"1", "1B", 1}, {"1024", "1KiB", 1024}, {"16MiB", "16MiB", 16 << 20}, {"1GB", "1GB", 1e9}, {"1 gb", "1GB", 1e9},
		{"1500kB", "1500kB", 1.5e6}, {"2tib", "2TiB", 2 << 40}, {"7B", "7B", 7}, {"9223372036854775807", "9223372036854775807B", math.MaxInt64},
	} {
		got, err := ParseSize(c.in)
		if err != nil || got != c.want || got.String() != c.out {
			t.Errorf("%s: got %d %s %v, want %d %s", c.in, int64(got), got, err, int64(c.want), c.out)
		}
		if again, err := ParseSize(got.String()); err != nil || again != got {
			t.Errorf("%s is read as %d, %v", got, again, err)
		}
	}
	for _, in := range []string{"", "MiB", "-1", "1.5GiB", "16M", "16MiBx", "9223372036854775808", "9223372036854775807KiB", "1e3"} {
		if got, err := ParseSize(in); err == nil {
			t.Errorf("%q is read as %d", in, got)
		}
	}
}

func TestDuration(t *testing.T) {
	const day = 24 * time.Hour
	for _, c := range []struct {
		in, out string
		want    time.Duration
	}{
		{"0", "0s", 0}, {"0s", "0s", 0}, {"500ms", "500ms", 500 * time.Millisecond}, {"30s", "30s", 30 * time.Second}, {"90d", "90d", 90 * day},
		{"24h", "1d", day}, {"1h30m", "1h30m", 90 * time.Minute}, {"2w", "14d", 14 * day}, {"1d12h5m1ms", "1d12h5m1ms", 36*time.Hour + 5*time.Minute + time.Millisecond},
		{"5us7ns", "5us7ns", 5007},
	} {
		got, err := ParseDuration(c.in)
		if err != nil || time.Duration(got) != c.want || got.String() != c.out {
			t.Errorf("%s: got %s, %v, want %s", c.in, got, err, c.out)
		}
		if again, err := ParseDuration(got.String()); err != nil || again != got {
			t.Errorf("%s is read as %s, %v", got, again, err)
		}
	}
	for _, in := range []string{"", "5", "s", "-1s", "1.5h", "1y", "1h 30m", "300000000h", "99999999999999999999s", "1h30"} {
		if got, err := ParseDuration(in); err == nil {
			t.Errorf("%q is read as %s", in, got)
		}
	}
}

func TestSuggest(t *testing.T) {
	known := []string{"brokers", "group", "start", "session_timeout"}
	for word, want := range map[string]string{
		"brokerz":        "did you mean brokers?",
		"Brokers":        "did you mean brokers?",
		"borkers":        "did you mean brokers?",
		"gruop":          "did you mean group?",
		"sessiontimeout": "did you mean session_timeout?",
		"xyz":            "known: brokers, group, session_timeout, start",
	} {
		if got := Suggest(word, known); got != want {
			t.Errorf("%s: got %s, want %s", word, got, want)
		}
	}
	if got := Suggest("x", nil); got != "" {
		t.Errorf("nothing known: got %s", got)
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"a", "", 1}, {"abc", "abc", 0}, {"abc", "acb", 1}, {"kitten", "sitting", 3}, {"abcdef", "x", 6}} {
		if got := distance(c.a, c.b, 10); got != c.want {
			t.Errorf("%s %s: got %d, want %d", c.a, c.b, got, c.want)
		}
		if got := distance(c.a, c.b, 2); got != min(c.want, 3) {
			t.Errorf("%s %s within 2: got %d", c.a, c.b, got)
		}
	}
}
