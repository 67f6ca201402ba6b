package loadgen

import (
	"fmt"
	"math/rand/v2"
)

// A pool holds JSON texts that are made once, so that a record is mostly copied together.
type pool struct {
	users, teams, models [][]byte
	version              []byte
	userNames, teamNames []string
	openings, endings    [][]byte // of text; an opening has the first quote, an ending the last
	ips, ip6s            [][]byte
	pages, contacts      [][]byte
	weights, digits      [][]byte // "0.25"…; "000"…"999"
	langs                [][]byte
}

func quoted(words ...string) (out [][]byte) {
	for _, w := range words {
		out = append(out, []byte(`"`+w+`"`))
	}
	return out
}

func times(n int, f func(i int) string) [][]byte {
	out := make([][]byte, n)
	for i := range out {
		out[i] = []byte(f(i))
	}
	return out
}

// The closed lists that the contract names too.
func teams() []string {
	return []string{"search", "ranking", "ads", "vision", "speech", "translate", "safety", "maps"}
}

func models() []string { return []string{"rank-v3", "embed-v2", "detect-v1", "speak-v4"} }

func userNames(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("u%06d", i)
	}
	return out
}

func newPool(users int, rng *rand.PCG) *pool {
	r := rand.New(rng)
	return &pool{
		version:   []byte("1"),
		teamNames: teams(),
		userNames: userNames(users),
		users:     quoted(userNames(users)...),
		teams:     quoted(teams()...),
		models:    quoted(models()...),
		openings:  openings(),
		endings:   endings(),
		ips: times(1024, func(int) string {
			return fmt.Sprintf(`"10.%d.%d.%d"`, r.IntN(256), r.IntN(256), 1+r.IntN(254))
		}),
		ip6s:     times(256, func(int) string { return fmt.Sprintf(`"fd00::%x:%x"`, r.IntN(1<<16), 1+r.IntN(1<<16-1)) }),
		pages:    times(1024, func(int) string { return fmt.Sprintf(`"https://shop.example/%d"`, r.IntN(100_000)) }),
		contacts: times(64, func(i int) string { return fmt.Sprintf(`"desk%d@shop.example"`, i) }),
		weights:  times(63, func(i int) string { return fmt.Sprintf("%g", float64(i+1)/4) }),
		digits:   times(1000, func(i int) string { return fmt.Sprintf("%03d", i) }),
		langs:    [][]byte{[]byte(`"en"`), []byte(`"de"`), []byte(`"fr"`), []byte(`"pt"`), []byte(`"ja"`), []byte(`"hi"`), []byte(`"sw"`), []byte("null")},
	}
}

// openings are the first halves of texts. Some have escapes and some have letters beyond ASCII, as real ones do.
func openings() [][]byte {
	var out [][]byte
	for _, who := range []string{"a buyer", "our courier", "a reviewer", "the night shift", "Zoë", "der Kunde", "l'équipe", "the caf\\u00e9"} {
		for _, did := range []string{"said", "was glad", "did not see why", "wrote \\\"again\\\":", "asked if", "説明:", "noted that", "still says"} {
			out = append(out, []byte(`"`+who+" "+did+" "))
		}
	}
	return out
}

func endings() [][]byte {
	var out [][]byte
	for _, what := range []string{"the parcel", "this answer", "the second photo", "their route", "the summary", "one caption", "the recording", "a label"} {
		for _, is := range []string{"came late", "is better now", "does not match", "was cut short", "needs a look", "sounds\\nright", "was fine \\u2013 at last", "is wrong"} {
			out = append(out, []byte(what+" "+is+`"`))
		}
	}
	return out
}
